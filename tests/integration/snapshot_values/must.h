#pragma once

// A Result's value, or its error as an exception: what fails here fails the test.

#include <stdexcept>
#include <utility>

#include "millrace/base/result.h"

namespace millrace::testing {

template <typename T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message());
  return std::move(*result);
}

inline void must(const Status& status) {
  if (!status) throw std::runtime_error(status.error().message());
}

}  // namespace millrace::testing

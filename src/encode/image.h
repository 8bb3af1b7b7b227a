#pragma once

// A row's values as the encoder reads them; what the image lacks comes from another image of the same row, if there is
// one. A view of the event at hand.

#include <cstddef>

#include "millrace/row/value.h"

namespace millrace::encode {

struct Image {
  const row::Row* row = nullptr;
  const row::Row* fallback = nullptr;

  const row::Value& at(std::size_t column) const {
    const row::Value& value = row->values[column];
    return value.is_absent() && fallback != nullptr ? fallback->values[column] : value;
  }
};

}  // namespace millrace::encode

#pragma once

// Errors and results: the vocabulary of every module.
//
// An operation that can fail for a reason outside the program returns Result<T>: a value or an Error. There are
// two kinds, because the daemon does two different things with them:
//  - transient: the outside may heal (connection lost, broker away). The source reconnects with back-off.
//  - definite: trying again gives the same answer (purged GTID, undecodable row). The source stops and says why.
// The third kind of the house, a bug, is an assertion (assert.h) and never an Error.
//
// Exceptions end where a library throws them; no function of this project throws.

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "millrace/base/assert.h"

namespace millrace {

enum class ErrorKind { kTransient, kDefinite };

class [[nodiscard]] Error {
 public:
  Error(ErrorKind kind, std::string message) : kind_(kind), message_(std::move(message)) {}

  ErrorKind kind() const { return kind_; }
  bool is_transient() const { return kind_ == ErrorKind::kTransient; }
  const std::string& message() const { return message_; }

  // The same error with "context: " in front; used on the way up, so that a message reads from the outside in.
  Error with_context(std::string_view context) const& {
    return Error(kind_, std::string(context) + ": " + message_);
  }

 private:
  ErrorKind kind_;
  std::string message_;
};

inline Error transient_error(std::string message) {
  return Error(ErrorKind::kTransient, std::move(message));
}
inline Error definite_error(std::string message) {
  return Error(ErrorKind::kDefinite, std::move(message));
}

// std::expected's interface (C++23) over a variant, as far as the project uses it.
template <typename T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  // NOLINTNEXTLINE(google-explicit-constructor): `return value;` is the point of the type.
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  // NOLINTNEXTLINE(google-explicit-constructor): `return error;` as well.
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  T& value() & {
    MILLRACE_ASSERT(has_value(), "value() of a failed Result");
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    MILLRACE_ASSERT(has_value(), "value() of a failed Result");
    return *std::get_if<0>(&state_);
  }
  T&& value() && {
    MILLRACE_ASSERT(has_value(), "value() of a failed Result");
    return std::move(*std::get_if<0>(&state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const {
    MILLRACE_ASSERT(!has_value(), "error() of a successful Result");
    return *std::get_if<1>(&state_);
  }

  T value_or(T fallback) const& { return has_value() ? value() : std::move(fallback); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;

  Result() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): `return error;` as well.
  Result(Error error) : error_(std::move(error)) {}

  bool has_value() const { return !error_.has_value(); }
  explicit operator bool() const { return has_value(); }
  const Error& error() const {
    MILLRACE_ASSERT(error_.has_value(), "error() of a successful Result");
    return *error_;
  }

 private:
  std::optional<Error> error_;
};

using Status = Result<void>;

}  // namespace millrace

#define MILLRACE_CONCAT_INNER(a, b) a##b
#define MILLRACE_CONCAT(a, b) MILLRACE_CONCAT_INNER(a, b)

// Returns the error of a Result from the enclosing function; goes on when there is none.
#define MILLRACE_RETURN_IF_ERROR(expression)                                \
  do {                                                                      \
    if (auto millrace_status = (expression); !millrace_status) [[unlikely]] \
      return millrace_status.error();                                       \
  } while (false)

// `lhs` becomes the value of the Result, or the enclosing function returns its error.
#define MILLRACE_ASSIGN_OR_RETURN(lhs, expression) \
  MILLRACE_ASSIGN_OR_RETURN_IMPL(MILLRACE_CONCAT(millrace_result_, __LINE__), lhs, expression)
// NOLINTBEGIN(bugprone-macro-parentheses): a name and a declaration can't stand in parentheses.
#define MILLRACE_ASSIGN_OR_RETURN_IMPL(result, lhs, expression) \
  auto result = (expression);                                   \
  if (!result) [[unlikely]]                                     \
    return result.error();                                      \
  lhs = std::move(result).value()
// NOLINTEND(bugprone-macro-parentheses)

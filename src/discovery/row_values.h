#pragma once

// Values of a row as the server prints them.

#include <charconv>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::discovery {

using Value = std::optional<std::string_view>;

inline std::string text_of(const Value& value) {
  return value ? std::string(*value) : std::string();
}

inline std::optional<std::string> text_or_null(const Value& value) {
  return value ? std::optional<std::string>(*value) : std::nullopt;
}

template <typename Number>
std::optional<Number> number_of(const Value& value) {
  if (!value) return std::nullopt;
  Number number = 0;
  const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), number);
  if (error != std::errc() || end != value->data() + value->size()) return std::nullopt;
  return number;
}

}  // namespace millrace::discovery

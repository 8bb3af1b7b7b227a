#include "millrace/row/java_number.h"

#include <charconv>
#include <cmath>
#include <string_view>

namespace millrace::row {
namespace {

// `text` is the shortest scientific form: d[.ddd]e[+-]dd.
void append_java_layout(std::string_view text, std::string& out) {
  if (text.front() == '-') {
    out.push_back('-');
    text.remove_prefix(1);
  }
  const std::size_t e = text.find('e');
  int exponent = 0;
  const char* exponent_text = text.data() + e + 1 + (text[e + 1] == '+' ? 1 : 0);
  std::from_chars(exponent_text, text.data() + text.size(), exponent);
  char digits[24];
  std::size_t count = 0;
  for (const char c : text.substr(0, e)) {
    if (c != '.') digits[count++] = c;
  }
  if (exponent >= 7 || exponent < -3) {
    out.push_back(digits[0]);
    out.push_back('.');
    if (count == 1) {
      out.push_back('0');
    } else {
      out.append(digits + 1, count - 1);
    }
    out.push_back('E');
    out += std::to_string(exponent);
    return;
  }
  if (exponent < 0) {
    out += "0.";
    out.append(static_cast<std::size_t>(-exponent - 1), '0');
    out.append(digits, count);
    return;
  }
  const auto integer_digits = static_cast<std::size_t>(exponent) + 1;
  if (count <= integer_digits) {
    out.append(digits, count);
    out.append(integer_digits - count, '0');
    out += ".0";
    return;
  }
  out.append(digits, integer_digits);
  out.push_back('.');
  out.append(digits + integer_digits, count - integer_digits);
}

template <typename Float>
void append_java(Float value, std::string& out) {
  if (std::isnan(value)) {
    out += "NaN";
  } else if (std::isinf(value)) {
    out += value < 0 ? "-Infinity" : "Infinity";
  } else if (value == 0) {
    out += std::signbit(value) ? "-0.0" : "0.0";
  } else {
    char text[40];
    const auto end =
        std::to_chars(text, text + sizeof(text), value, std::chars_format::scientific).ptr;
    append_java_layout({text, static_cast<std::size_t>(end - text)}, out);
  }
}

}  // namespace

void append_java_double(double value, std::string& out) { append_java(value, out); }
void append_java_float(float value, std::string& out) { append_java(value, out); }

}  // namespace millrace::row

#include "support/java_number.h"

#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace millrace::testing {
namespace {

// Java's layout for the shortest digits: plain from 1e-3 up to 1e7, else d.dddE±n; a digit behind the point always.
std::string lay_out(std::string scientific) {
  std::string sign;
  if (scientific[0] == '-') {
    sign = "-";
    scientific.erase(0, 1);
  }
  const std::size_t e = scientific.find('e');
  const int exponent = std::atoi(scientific.c_str() + e + 1);
  std::string digits = scientific.substr(0, e);
  if (const auto point = digits.find('.'); point != std::string::npos) digits.erase(point, 1);
  if (exponent < -3 || exponent >= 7) {
    const std::string fraction = digits.size() > 1 ? digits.substr(1) : "0";
    return sign + digits[0] + "." + fraction + "E" + std::to_string(exponent);
  }
  if (exponent < 0)
    return sign + "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
  const std::size_t whole = static_cast<std::size_t>(exponent) + 1;
  if (digits.size() <= whole) digits += std::string(whole - digits.size() + 1, '0');
  return sign + digits.substr(0, whole) + "." + digits.substr(whole);
}

template <typename Number>
std::string java_number(Number value) {
  if (value == 0) return std::signbit(value) ? "-0.0" : "0.0";
  char buffer[64];
  const auto end =
      std::to_chars(buffer, buffer + sizeof(buffer), value, std::chars_format::scientific);
  return lay_out(std::string(buffer, end.ptr));
}

}  // namespace

std::string java_float(float value) { return java_number(value); }

std::string java_double(double value) { return java_number(value); }

std::string exact_decimal(double value) {
  char buffer[1500];  // the longest double has 1,074 digits behind the point and 309 before it
  const int size = std::snprintf(buffer, sizeof(buffer), "%.1074f", value);
  std::string text(buffer, static_cast<std::size_t>(size));
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

}  // namespace millrace::testing

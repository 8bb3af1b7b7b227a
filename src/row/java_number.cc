#include "millrace/row/java_number.h"

#include <algorithm>
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

// The shortest digits that read back as the number. Where one digit would do, Java takes the
// nearest number of two digits, if that reads back too: 4.9E-324 rather than 5E-324.
template <typename Float>
std::string_view shortest_digits(Float value, char* begin, char* end) {
  char* last = std::to_chars(begin, end, value, std::chars_format::scientific).ptr;
  const std::string_view shortest(begin, static_cast<std::size_t>(last - begin));
  if (shortest.find('.') != std::string_view::npos) return shortest;
  char text[40];
  char* const text_end =
      std::to_chars(text, text + sizeof(text), value, std::chars_format::scientific, 1).ptr;
  const bool is_same_number = text[value < 0 ? 3 : 2] == '0';
  Float read_back = 0;
  std::from_chars(text, text_end, read_back);
  if (is_same_number || read_back != value) return shortest;
  last = std::copy(text, text_end, begin);
  return {begin, static_cast<std::size_t>(last - begin)};
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
    append_java_layout(shortest_digits(value, text, text + sizeof(text)), out);
  }
}

}  // namespace

void append_java_double(double value, std::string& out) { append_java(value, out); }
void append_java_float(float value, std::string& out) { append_java(value, out); }

void append_java_decimal(std::string_view plain, std::string& out) {
  constexpr int kSmallestPlainExponent = -6;
  const std::size_t point = plain.find('.');
  const std::size_t first = plain.find_first_not_of("-0.");
  // Places from the point to the last digit, and to the first that counts (a zero's last).
  const auto scale = point == plain.npos ? 0 : static_cast<int>(plain.size() - point - 1);
  const bool is_below_one = first == plain.npos || (point != plain.npos && first > point);
  const int exponent = !is_below_one         ? 0
                       : first == plain.npos ? -scale
                                             : -static_cast<int>(first - point);
  if (exponent >= kSmallestPlainExponent) {
    out.append(plain);
    return;
  }
  if (plain.front() == '-') out.push_back('-');
  const std::string_view digits = first == plain.npos ? "0" : plain.substr(first);
  out.push_back(digits.front());
  if (digits.size() > 1) out.append(1, '.').append(digits.substr(1));
  out.push_back('E');
  out.append(std::to_string(exponent));
}

}  // namespace millrace::row

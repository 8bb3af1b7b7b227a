#include "row/json_number.h"

#include <charconv>
#include <string_view>

#include "millrace/row/java_number.h"

namespace millrace::row {
namespace {

// A double has at most that many fraction digits, and 309 before them.
constexpr int kMostFractionDigits = 1074;
constexpr std::size_t kLongestDouble = 1400;

// Every digit of the number, no exponent, no trailing zeros: BigDecimal(double).toPlainString().
void append_exact_double(double value, std::string& out) {
  char text[kLongestDouble];
  const auto end =
      std::to_chars(text, text + sizeof(text), value, std::chars_format::fixed, kMostFractionDigits)
          .ptr;
  std::string_view digits(text, static_cast<std::size_t>(end - text));
  digits = digits.substr(0, digits.find_last_not_of('0') + 1);
  if (digits.ends_with('.')) digits.remove_suffix(1);
  out += digits;
}

}  // namespace

void append_debezium_double(double value, std::string& out) {
  const std::size_t begin = out.size();
  append_java_double(value, out);
  if (out.find('E', begin) == std::string::npos) return;
  out.resize(begin);
  append_exact_double(value, out);
}

void append_mysql_double(double value, std::string& out) {
  constexpr int kMaxPlaces = 15;
  char text[40];
  const auto end =
      std::to_chars(text, text + sizeof(text), value, std::chars_format::scientific).ptr;
  const std::string_view shortest(text, static_cast<std::size_t>(end - text));
  const std::size_t e = shortest.find('e');
  int exponent = 0;
  const std::size_t sign = shortest[e + 1] == '+' ? 1 : 0;
  std::from_chars(text + e + 1 + sign, end, exponent);
  // The point stands behind so many digits, of which there are so many.
  const int places = exponent + 1;
  const auto digits_count =
      static_cast<int>(e - (shortest[0] == '-' ? 1 : 0) - (shortest.find('.') < e ? 1 : 0));
  if ((places > kMaxPlaces && digits_count <= places) || places < -kMaxPlaces + 1) {
    out += shortest.substr(0, e);
    out.push_back('e');
    out += std::to_string(exponent);
    return;
  }
  char fixed[80];
  const auto fixed_end =
      std::to_chars(fixed, fixed + sizeof(fixed), value, std::chars_format::fixed).ptr;
  const std::string_view digits(fixed, static_cast<std::size_t>(fixed_end - fixed));
  out += digits;
  if (digits.find('.') == std::string_view::npos) out += ".0";
}

}  // namespace millrace::row

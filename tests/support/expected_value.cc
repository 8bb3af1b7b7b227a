#include "support/expected_value.h"

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <vector>

#include "support/java_number.h"
#include "support/json_text.h"

namespace millrace::testing {
namespace {

bool is_one_of(const std::string& type, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (type == name) return true;
  }
  return false;
}

bool is_integer(const std::string& type) {
  return is_one_of(type, {"tinyint", "smallint", "mediumint", "int", "bigint", "year"});
}

bool is_text(const Column& column) {
  return is_one_of(column.data_type, {"char", "varchar", "tinytext", "text", "mediumtext",
                                      "longtext", "enum", "set"});
}

bool is_bytes(const std::string& type) {
  return is_one_of(type, {"binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"});
}

bool is_geometry(const std::string& type) {
  return is_one_of(type,
                   {"geometry", "point", "linestring", "polygon", "multipoint", "multilinestring",
                    "multipolygon", "geomcollection", "geometrycollection"});
}

bool is_unsigned(const Column& column) {
  return column.column_type.find("unsigned") != std::string::npos;
}

std::string from_hex(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  }
  return bytes;
}

std::string quoted_base64(const std::string& bytes) { return '"' + base64(bytes) + '"'; }

template <typename T>
T little_endian(const std::string& bytes, std::size_t at) {
  if (at + sizeof(T) > bytes.size()) throw std::runtime_error("value too short");
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof(T));
  return value;
}

// The unscaled value's shortest big-endian two's complement.
std::string decimal_bytes(std::string text) {
  const bool negative = text[0] == '-';
  if (negative) text.erase(0, 1);
  if (const auto point = text.find('.'); point != std::string::npos) text.erase(point, 1);
  std::vector<unsigned> bytes = {0};  // little-endian
  for (const char digit : text) {
    unsigned carry = static_cast<unsigned>(digit - '0');
    for (unsigned& byte : bytes) {
      const unsigned value = byte * 10 + carry;
      byte = value & 0xff;
      carry = value >> 8;
    }
    if (carry != 0) bytes.push_back(carry);
  }
  bytes.push_back(0);  // room for the sign
  if (negative) {
    unsigned carry = 1;
    for (unsigned& byte : bytes) {
      const unsigned value = (~byte & 0xff) + carry;
      byte = value & 0xff;
      carry = value >> 8;
    }
  }
  const auto superfluous = [&] {
    const unsigned top = bytes.back(), next = bytes[bytes.size() - 2];
    return (top == 0 && next < 0x80) || (top == 0xff && next >= 0x80);
  };
  while (bytes.size() > 1 && superfluous()) bytes.pop_back();
  return {bytes.rbegin(), bytes.rend()};
}

struct DateTime {
  int year = 0;
  unsigned month = 0, day = 0;
  long hour = 0, minute = 0, second = 0;
  std::string fraction;  // digits as written

  bool zero() const { return year == 0 || month == 0 || day == 0; }
  std::int64_t days() const {
    // enable.time.adjuster: two-digit years.
    const int adjusted = year < 70 ? year + 2000 : year < 100 ? year + 1900 : year;
    const std::chrono::year_month_day date{std::chrono::year(adjusted), std::chrono::month(month),
                                           std::chrono::day(day)};
    return std::chrono::sys_days(date).time_since_epoch().count();
  }
};

std::int64_t microseconds(std::string fraction) {
  fraction.resize(6, '0');
  return std::stoll(fraction);
}

DateTime parse_date_time(const std::string& text) {
  DateTime value;
  if (std::sscanf(text.c_str(), "%d-%u-%u %ld:%ld:%ld", &value.year, &value.month, &value.day,
                  &value.hour, &value.minute, &value.second) < 3) {
    throw std::runtime_error("not a date: " + text);
  }
  if (const auto point = text.find('.'); point != std::string::npos)
    value.fraction = text.substr(point + 1);
  return value;
}

std::string epoch_value(const Column& column, const std::string& text) {
  const DateTime value = parse_date_time(text);
  if (value.zero()) return column.nullable ? "null" : "0";
  if (column.data_type == "date") return std::to_string(value.days());
  const std::int64_t seconds =
      value.days() * 86400 + value.hour * 3600 + value.minute * 60 + value.second;
  const std::int64_t us = seconds * 1000000 + microseconds(value.fraction);
  if (column.fraction_digits > 3) return std::to_string(us);
  return std::to_string(us / 1000);  // exact: there are no digits below a millisecond
}

std::string timestamp_value(const Column& column, const std::string& text) {
  if (parse_date_time(text).zero()) return column.nullable ? "null" : "\"1970-01-01T00:00:00Z\"";
  return '"' + text.substr(0, 10) + "T" + text.substr(11) + "Z\"";
}

std::string time_value(std::string text) {
  const bool negative = text[0] == '-';
  if (negative) text.erase(0, 1);
  long hour = 0, minute = 0, second = 0;
  std::sscanf(text.c_str(), "%ld:%ld:%ld", &hour, &minute, &second);
  const auto point = text.find('.');
  const std::int64_t us = (hour * 3600L + minute * 60 + second) * 1000000 +
                          (point == std::string::npos ? 0 : microseconds(text.substr(point + 1)));
  return std::to_string(negative ? -us : us);
}

std::string bit_value(const Column& column, const std::string& number) {
  if (column.column_type == "bit(1)") return number == "0" ? "false" : "true";
  const std::size_t width = (std::stoul(column.column_type.substr(4)) + 7) / 8;
  const std::uint64_t value = std::stoull(number);
  std::string bytes;
  for (std::size_t i = 0; i < width; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xff);
  return quoted_base64(bytes);
}

// MySQL stores a geometry as SRID and little-endian WKB.
std::string geometry_value(const Column& column, const std::string& stored) {
  const auto srid = little_endian<std::uint32_t>(stored, 0);
  const std::string tail = "\"wkb\":" + quoted_base64(stored.substr(4)) +
                           ",\"srid\":" + (srid == 0 ? "null" : std::to_string(srid)) + "}";
  if (column.data_type != "point") return "{" + tail;
  return "{\"x\":" + java_double(little_endian<double>(stored, 9)) +
         ",\"y\":" + java_double(little_endian<double>(stored, 17)) + "," + tail;
}

std::string vector_value(const std::string& stored) {
  std::string text = "[";
  for (std::size_t at = 0; at < stored.size(); at += sizeof(float)) {
    text += (at == 0 ? "" : ",") + java_float(little_endian<float>(stored, at));
  }
  return text + "]";
}

std::string float_value(const Column& column, const std::string& text) {
  const double value = std::stod(text);
  // FLOAT(M,D) goes through a double on Debezium's way.
  const bool with_digits = column.column_type.find(',') != std::string::npos;
  return with_digits ? java_double(value) : java_float(static_cast<float>(value));
}

std::string integer_value(const Column& column, const std::string& text) {
  if (column.data_type == "bigint" && is_unsigned(column)) {
    return std::to_string(static_cast<std::int64_t>(std::stoull(text)));
  }
  return text;
}

// Temporal values inside a document are strings in the server's text; plain strings of a test must not look like them.
std::string json_string(const std::string& raw) {
  std::string text = json_unquote(raw);
  if (text.starts_with("base64:type")) return json_quote(text.substr(text.find(':', 7) + 1));
  const std::size_t point = text.size() >= 7 ? text.size() - 7 : std::string::npos;
  const bool has_time = point != std::string::npos && text[point] == '.' && text.find(':') < point;
  const bool only_digits =
      has_time && text.find_first_not_of("-0123456789:. ") == std::string::npos;
  if (only_digits) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return text == json_unquote(raw) ? raw : json_quote(text);
}

std::string json_number(const std::string& text) {
  const bool whole = text.find_first_of(".eE") == std::string::npos;
  const auto point = text.find('.');
  // A double is never printed with an idle zero behind its first digit of fraction; a DECIMAL may be.
  const bool decimal = point != std::string::npos && text.find('e') == std::string::npos &&
                       text.back() == '0' && text.size() > point + 2;
  if (whole || decimal) return text;
  const std::string java = java_double(std::stod(text));
  return java.find('E') == std::string::npos ? java : exact_decimal(std::stod(text));
}

std::string json_value(const std::string& raw, int depth) {
  if (depth > 100) throw std::runtime_error("document too deep");
  if (raw[0] == '"') return json_string(raw);
  std::string text;
  if (raw[0] == '[') {
    for (const std::string& element : json_elements(raw))
      text += (text.empty() ? "" : ",") + json_value(element, depth + 1);
    return "[" + text + "]";
  }
  if (raw[0] == '{') {
    for (const auto& [name, value] : json_members(raw)) {
      text += (text.empty() ? "\"" : ",\"") + name + "\":" + json_value(value, depth + 1);
    }
    return "{" + text + "}";
  }
  const bool number = raw[0] == '-' || (raw[0] >= '0' && raw[0] <= '9');
  return number ? json_number(raw) : raw;
}

}  // namespace

std::string expected_json_text(const std::string& server_text) {
  return json_value(server_text, 0);
}

std::string decimal_base64(const std::string& number) { return base64(decimal_bytes(number)); }

std::string quote_identifier(const std::string& name) {
  std::string text = "`";
  for (const char c : name) text += c == '`' ? "``" : std::string(1, c);
  return text + "`";
}

std::string base64(const std::string& bytes) {
  static constexpr char kDigits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::size_t size = std::min<std::size_t>(3, bytes.size() - at);
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      group = group << 8 | (i < size ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i)
      text += i <= size ? kDigits[group >> (18 - 6 * i) & 0x3f] : '=';
  }
  return text;
}

std::string select_expression(const Column& column) {
  const std::string name = quote_identifier(column.name);
  const std::string& type = column.data_type;
  if (is_text(column)) return "HEX(CONVERT(" + name + " USING utf8mb4))";
  if (type == "json") return "HEX(CAST(" + name + " AS CHAR))";
  if (is_bytes(type) || is_geometry(type) || type == "vector") return "HEX(" + name + ")";
  if (type == "bit") return "CAST(" + name + " AS UNSIGNED)";
  if (is_integer(type)) return name + " + 0";
  if (type == "float" || type == "double") return name + " + 0e0";
  if (type == "decimal") return "TRIM(LEADING '0' FROM CAST(" + name + " AS CHAR))";
  return "CAST(" + name + " AS CHAR)";
}

std::string expected_value(const Column& column, const std::optional<std::string>& answer) {
  if (!answer) return "null";
  const std::string& type = column.data_type;
  if (is_text(column)) return json_quote(from_hex(*answer));
  if (is_bytes(type)) return quoted_base64(from_hex(*answer));
  if (is_integer(type)) return integer_value(column, *answer);
  if (type == "json") return json_quote(expected_json_text(from_hex(*answer)));
  if (type == "decimal") return quoted_base64(decimal_bytes(*answer));
  if (type == "float") return float_value(column, *answer);
  if (type == "double") return java_double(std::stod(*answer));
  if (type == "bit") return bit_value(column, *answer);
  if (type == "date" || type == "datetime") return epoch_value(column, *answer);
  if (type == "timestamp") return timestamp_value(column, *answer);
  if (type == "time") return time_value(*answer);
  if (type == "vector") return vector_value(from_hex(*answer));
  if (is_geometry(type)) return geometry_value(column, from_hex(*answer));
  throw std::runtime_error("no expectation for the type " + type);
}

}  // namespace millrace::testing

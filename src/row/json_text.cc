#include "millrace/row/json_text.h"

#include <fmt/format.h>

#include <charconv>
#include <iterator>

#include "millrace/base/encoding.h"
#include "millrace/base/limits.h"
#include "millrace/row/decimal.h"
#include "millrace/row/java_number.h"
#include "millrace/row/json_document.h"
#include "millrace/schema/table_schema.h"
#include "row/temporal.h"

namespace millrace::row {
namespace {

using schema::ColumnType;

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

void append_debezium_double(double value, std::string& out) {
  const std::size_t begin = out.size();
  append_java_double(value, out);
  if (out.find('E', begin) == std::string::npos) return;
  out.resize(begin);
  append_exact_double(value, out);
}

// The server's my_gcvt: the shortest digits; an exponent when the point stands more than 15 places
// away.
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
  if (exponent + 1 > kMaxPlaces || exponent + 1 < -kMaxPlaces + 1) {
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

// The letter behind the backslash of an escape, or 0 for a character that has none.
char escape_letter(char c) {
  switch (c) {
    case '"':
    case '\\':
      return c;
    case '\b':
      return 'b';
    case '\t':
      return 't';
    case '\n':
      return 'n';
    case '\f':
      return 'f';
    case '\r':
      return 'r';
    default:
      return 0;
  }
}

// Other control characters are \u00XX, in upper case from Debezium, in lower case from the server.
void append_quoted(std::string_view text, JsonTextForm form, std::string& out) {
  const char* hex = form == JsonTextForm::kMysql ? "0123456789abcdef" : "0123456789ABCDEF";
  out.push_back('"');
  std::size_t copied = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\') continue;
    out += text.substr(copied, i - copied);
    copied = i + 1;
    out.push_back('\\');
    if (const char letter = escape_letter(c)) {
      out.push_back(letter);
    } else {
      out += "u00";
      out.push_back(hex[static_cast<unsigned char>(c) >> 4]);
      out.push_back(hex[static_cast<unsigned char>(c) & 15]);
    }
  }
  out += text.substr(copied);
  out.push_back('"');
}

class TextWriter {
 public:
  TextWriter(std::string_view document, JsonTextForm form, std::string& out)
      : reader_(document), form_(form), out_(out) {}

  Status run() {
    MILLRACE_ASSIGN_OR_RETURN(const JsonNode root, reader_.root());
    return write(root, 0);
  }

 private:
  bool mysql() const { return form_ == JsonTextForm::kMysql; }

  // Recursion is bounded by the depth that MySQL allows.
  Status write(const JsonNode& node, int depth) {
    switch (node.kind) {
      case JsonKind::kObject:
      case JsonKind::kArray:
        return write_container(node, depth);
      case JsonKind::kNull:
        out_ += "null";
        return {};
      case JsonKind::kTrue:
        out_ += "true";
        return {};
      case JsonKind::kFalse:
        out_ += "false";
        return {};
      case JsonKind::kInt:
        out_ += std::to_string(node.i64);
        return {};
      case JsonKind::kUint:
        out_ += std::to_string(node.u64);
        return {};
      case JsonKind::kDouble:
        mysql() ? append_mysql_double(node.f64, out_) : append_debezium_double(node.f64, out_);
        return {};
      case JsonKind::kString:
        append_quoted(node.bytes, form_, out_);
        return {};
      case JsonKind::kOpaque:
        return write_opaque(node);
    }
    return {};
  }

  Status write_container(const JsonNode& node, int depth) {
    if (depth >= limits::kMaxJsonDepth)
      return definite_error("malformed JSON document: nested too deeply");
    const bool is_object = node.kind == JsonKind::kObject;
    out_.push_back(is_object ? '{' : '[');
    for (std::uint32_t i = 0; i < node.count; ++i) {
      if (i > 0) out_ += mysql() ? ", " : ",";
      if (is_object) {
        MILLRACE_ASSIGN_OR_RETURN(const std::string_view key, reader_.key(node, i));
        append_quoted(key, form_, out_);
        out_ += mysql() ? ": " : ":";
      }
      MILLRACE_ASSIGN_OR_RETURN(const JsonNode value, reader_.value(node, i));
      MILLRACE_RETURN_IF_ERROR(write(value, depth + 1));
    }
    out_.push_back(is_object ? '}' : ']');
    return {};
  }

  // Types of which JSON knows nothing stand as MySQL stores them, behind their field type.
  Status write_opaque(const JsonNode& node) {
    const auto type = static_cast<ColumnType>(node.opaque_type);
    ByteCursor cursor(node.bytes);
    switch (type) {
      case ColumnType::kNewDecimal: {
        const int precision = cursor.read_u8();
        const int scale = cursor.read_u8();
        return append_decimal_text(cursor.read_rest(), precision, scale, out_);
      }
      case ColumnType::kDate:
      case ColumnType::kDatetimeOld:
      case ColumnType::kTimestampOld: {
        const auto time = unpack_json_datetime(static_cast<std::int64_t>(cursor.read_u64()));
        if (!time || cursor.failed()) break;
        type == ColumnType::kDate ? write_date(*time) : write_datetime(*time);
        return {};
      }
      case ColumnType::kTimeOld: {
        const auto micros = unpack_json_time(static_cast<std::int64_t>(cursor.read_u64()));
        if (!micros || cursor.failed()) break;
        write_time(*micros);
        return {};
      }
      default:
        write_base64(node);
        return {};
    }
    return definite_error("malformed JSON document: a date or time that can't be");
  }

  void write_base64(const JsonNode& node) {
    out_.push_back('"');
    if (mysql()) out_ += "base64:type" + std::to_string(node.opaque_type) + ":";
    append_base64(node.bytes, out_);
    out_.push_back('"');
  }

  void write_date(const CalendarTime& date) {
    fmt::format_to(std::back_inserter(out_), "\"{:04}-{:02}-{:02}\"", date.year, date.month,
                   date.day);
  }

  void write_datetime(const CalendarTime& time) {
    fmt::format_to(std::back_inserter(out_), "\"{:04}-{:02}-{:02} {:02}:{:02}:{:02}", time.year,
                   time.month, time.day, time.hour, time.minute, time.second);
    write_fraction(time.microsecond);
  }

  void write_time(std::int64_t micros) {
    const std::int64_t magnitude = micros < 0 ? -micros : micros;
    const std::int64_t seconds = magnitude / 1'000'000;
    fmt::format_to(std::back_inserter(out_), "\"{}{:02}:{:02}:{:02}", micros < 0 ? "-" : "",
                   seconds / 3600, seconds / 60 % 60, seconds % 60);
    write_fraction(static_cast<std::uint32_t>(magnitude % 1'000'000));
  }

  // Six digits as the server prints them; Debezium leaves trailing zeros out. Ends the quoted text.
  void write_fraction(std::uint32_t micros) {
    if (mysql()) {
      fmt::format_to(std::back_inserter(out_), ".{:06}\"", micros);
      return;
    }
    if (micros != 0) {
      fmt::format_to(std::back_inserter(out_), ".{:06}", micros);
      out_.resize(out_.find_last_not_of('0') + 1);
    }
    out_.push_back('"');
  }

  JsonReader reader_;
  const JsonTextForm form_;
  std::string& out_;
};

}  // namespace

Status append_json_text(std::string_view document, JsonTextForm form, std::string& out) {
  return TextWriter(document, form, out).run();
}

}  // namespace millrace::row

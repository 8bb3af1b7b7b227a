#include "millrace/row/json_text.h"

#include <fmt/format.h>

#include <iterator>

#include "millrace/base/encoding.h"
#include "millrace/base/limits.h"
#include "millrace/row/decimal.h"
#include "millrace/row/json_document.h"
#include "millrace/schema/table_schema.h"
#include "row/json_number.h"
#include "row/temporal.h"

namespace millrace::row {
namespace {

using schema::ColumnType;

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

  // The server breaks base64 into lines of 76 characters, and escapes the line feeds.
  void write_base64(const JsonNode& node) {
    constexpr std::size_t kBytesOfLine = 57;
    out_.push_back('"');
    std::string_view bytes = node.bytes;
    if (mysql()) {
      out_ += "base64:type" + std::to_string(node.opaque_type) + ":";
      for (; bytes.size() > kBytesOfLine; bytes.remove_prefix(kBytesOfLine)) {
        append_base64(bytes.substr(0, kBytesOfLine), out_);
        out_ += "\\n";
      }
    }
    append_base64(bytes, out_);
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

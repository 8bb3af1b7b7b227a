#include "row/json_scalar.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <system_error>

#include "millrace/row/decimal.h"
#include "millrace/schema/table_schema.h"
#include "row/json_number.h"
#include "row/temporal.h"

namespace millrace::row {
namespace {

using schema::ColumnType;

// A DECIMAL of more digits no server calculates with.
constexpr std::size_t kMaxDecimalDigits = 81;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// --- escapes ---

// Four hex digits.
std::optional<std::uint32_t> parse_code(std::string_view text) {
  std::uint32_t code = 0;
  if (text.size() < 4) return std::nullopt;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + 4, code, 16);
  if (failure != std::errc() || end != text.data() + 4) return std::nullopt;
  return code;
}

struct Escape {
  std::uint32_t code = 0;
  std::size_t length = 0;  // of its text
};

// `text` begins behind a backslash.
std::optional<Escape> parse_escape(std::string_view text) {
  constexpr std::string_view kNames = "\"\\/bfnrt";
  constexpr std::string_view kCharacters = "\"\\/\b\f\n\r\t";
  if (text.empty()) return std::nullopt;
  if (const std::size_t known = kNames.find(text[0]); known != std::string_view::npos) {
    return Escape{static_cast<std::uint32_t>(kCharacters[known]), 1};
  }
  const auto first = text[0] == 'u' ? parse_code(text.substr(1)) : std::nullopt;
  if (!first) return std::nullopt;
  if (*first < 0xd800 || *first > 0xdfff) return Escape{*first, 5};
  // A character outside the basic plane: two halves.
  const bool has_second = text.size() >= 11 && text[5] == '\\' && text[6] == 'u';
  const auto second = has_second ? parse_code(text.substr(7)) : std::nullopt;
  if (*first > 0xdbff || !second || *second < 0xdc00 || *second > 0xdfff) return std::nullopt;
  return Escape{0x10000 + ((*first - 0xd800) << 10) + (*second - 0xdc00), 11};
}

std::size_t utf8_bytes(std::uint32_t code) {
  return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}

char* write_utf8(std::uint32_t code, char* at) {
  const std::size_t bytes = utf8_bytes(code);
  if (bytes == 1) {
    *at = static_cast<char>(code);
    return at + 1;
  }
  constexpr std::uint32_t kLead[] = {0, 0, 0xc0, 0xe0, 0xf0};
  for (std::size_t i = bytes - 1; i > 0; --i, code >>= 6) {
    at[i] = static_cast<char>(0x80 | (code & 0x3f));
  }
  at[0] = static_cast<char>(kLead[bytes] | code);
  return at + bytes;
}

// --- lengths ---

// Seven bits a byte, low bits first.
std::size_t length_bytes(std::uint64_t length) {
  std::size_t bytes = 1;
  for (; length >= 0x80; length >>= 7) ++bytes;
  return bytes;
}

char* write_length(std::uint64_t length, char* at) {
  for (; length >= 0x80; length >>= 7) *at++ = static_cast<char>(0x80 | (length & 0x7f));
  *at++ = static_cast<char>(length);
  return at;
}

void write_le(std::uint64_t value, std::size_t width, char* at) {
  std::memcpy(at, &value, width);  // the supported hosts are little-endian
}

JsonType integer_type(std::int64_t value) {
  if (value == static_cast<std::int16_t>(value)) return JsonType::kInt16;
  if (value == static_cast<std::int32_t>(value)) return JsonType::kInt32;
  return JsonType::kInt64;
}

std::size_t fixed_bytes(JsonType type) {
  switch (type) {
    case JsonType::kLiteral:
      return 1;
    case JsonType::kInt16:
    case JsonType::kUint16:
      return 2;
    case JsonType::kInt32:
    case JsonType::kUint32:
      return 4;
    default:
      return 8;
  }
}

// --- times ---

// Reads `count` digits at `at`, and moves behind them and the character that follows.
class FieldReader {
 public:
  explicit FieldReader(std::string_view text) : text_(text) {}

  std::uint32_t take(std::size_t count, char end) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < count; ++i, ++at_) {
      if (at_ >= text_.size() || !is_digit(text_[at_])) return fail();
      value = value * 10 + static_cast<std::uint32_t>(text_[at_] - '0');
    }
    if (end == 0) return value;
    if (at_ >= text_.size() || text_[at_] != end) return fail();
    ++at_;
    return value;
  }
  bool succeeded() const { return !failed_ && at_ == text_.size(); }

 private:
  std::uint32_t fail() {
    failed_ = true;
    at_ = text_.size();
    return 0;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

// --- base64 ---

// The server breaks base64 into lines.
constexpr std::size_t kLineCharacters = 76;
constexpr std::string_view kLineBreak = "\\n";

int sextet_of(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (is_digit(c)) return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

// Three bytes, of which the last may be padding; nothing where the four characters are none that an encoder writes.
struct Triple {
  std::uint32_t bits = 0;
  std::size_t bytes = 3;
};

std::optional<Triple> decode_quartet(std::string_view quartet) {
  Triple triple;
  if (quartet[3] == '=') triple.bytes = quartet[2] == '=' ? 1 : 2;
  for (std::size_t i = 0; i < 4; ++i) {
    const int sextet = i <= triple.bytes ? sextet_of(quartet[i]) : 0;
    if (sextet < 0) return std::nullopt;
    triple.bits = triple.bits << 6 | static_cast<std::uint32_t>(sextet);
  }
  const std::uint32_t unused = (1U << (8 * (3 - triple.bytes))) - 1;
  if ((triple.bits & unused) != 0) return std::nullopt;
  return triple;
}

// Calls `use` with each triple; false where the text isn't what the server prints.
template <typename Use>
bool walk_base64(std::string_view text, Use use) {
  std::size_t in_line = 0;
  bool is_last = false;
  while (!text.empty()) {
    if (in_line == kLineCharacters) {
      if (!text.starts_with(kLineBreak)) return false;
      text.remove_prefix(kLineBreak.size());
      in_line = 0;
    }
    if (is_last || text.size() < 4) return false;
    const auto triple = decode_quartet(text.substr(0, 4));
    if (!triple) return false;
    use(*triple);
    is_last = triple->bytes < 3;
    text.remove_prefix(4);
    in_line += 4;
  }
  return true;
}

}  // namespace

std::optional<std::size_t> JsonQuoted::bytes() const {
  std::size_t bytes = inside.size();
  if (!has_escapes) return bytes;
  for (std::size_t at = inside.find('\\'); at != std::string_view::npos;) {
    const auto escape = parse_escape(inside.substr(at + 1));
    if (!escape) return std::nullopt;
    bytes -= escape->length + 1 - utf8_bytes(escape->code);
    at = inside.find('\\', at + 1 + escape->length);
  }
  return bytes;
}

char* JsonQuoted::write(char* at) const {
  std::string_view rest = inside;
  while (has_escapes) {
    const std::size_t plain = std::min(rest.find('\\'), rest.size());
    at = std::copy_n(rest.data(), plain, at);
    if (plain == rest.size()) return at;
    rest.remove_prefix(plain + 1);
    const Escape escape = parse_escape(rest).value_or(Escape{'?', rest.size()});
    at = write_utf8(escape.code, at);
    rest.remove_prefix(escape.length);
  }
  return std::copy_n(rest.data(), rest.size(), at);
}

bool JsonScalar::parse_string(const JsonQuoted& quoted) {
  const auto bytes = quoted.bytes();
  if (!bytes) return false;
  text_ = quoted.inside;
  has_escapes_ = quoted.has_escapes;
  unescaped_bytes_ = *bytes;
  set(Form::kString);
  if (parse_time()) {
    other_ = Form::kTime;
  } else if (parse_datetime()) {
    other_ = Form::kDatetime;
  } else if (parse_base64()) {
    likelier_ = Form::kBytes;
  }
  return true;
}

// Debezium's form of a time leaves out the zeros at its end: without any it reads like the string.
bool JsonScalar::parse_time() {
  constexpr std::size_t kShortest = std::string_view("00:00:00.000000").size();
  if (text_.size() < kShortest || text_.size() > kShortest + 2 || !text_.ends_with('0')) {
    return false;
  }
  const bool is_negative = text_[0] == '-';
  const std::string_view rest = text_.substr(is_negative ? 1 : 0);
  const std::size_t hour_digits = rest.size() - kShortest + 2;
  if (hour_digits < 2 || hour_digits > 3 || (hour_digits == 3 && rest[0] == '0')) return false;
  FieldReader fields(rest);
  const std::uint32_t hours = fields.take(hour_digits, ':');
  const std::uint32_t minutes = fields.take(2, ':');
  const std::uint32_t seconds = fields.take(2, '.');
  const std::uint32_t micros = fields.take(6, 0);
  if (!fields.succeeded() || hours > 838 || minutes > 59 || seconds > 59) return false;
  const std::int64_t magnitude = ((hours * 60LL + minutes) * 60 + seconds) * 1'000'000 + micros;
  if (is_negative && magnitude == 0) return false;  // no TIME is printed so
  integer_ = pack_json_time(is_negative ? -magnitude : magnitude);
  return true;
}

bool JsonScalar::parse_datetime() {
  constexpr std::size_t kLength = std::string_view("0000-00-00 00:00:00.000000").size();
  if (text_.size() != kLength || !text_.ends_with('0')) return false;
  FieldReader fields(text_);
  CalendarTime time;
  time.year = static_cast<std::uint16_t>(fields.take(4, '-'));
  time.month = static_cast<std::uint8_t>(fields.take(2, '-'));
  time.day = static_cast<std::uint8_t>(fields.take(2, ' '));
  time.hour = static_cast<std::uint8_t>(fields.take(2, ':'));
  time.minute = static_cast<std::uint8_t>(fields.take(2, ':'));
  time.second = static_cast<std::uint8_t>(fields.take(2, '.'));
  time.microsecond = fields.take(6, 0);
  if (!fields.succeeded() || !is_valid_time(time)) return false;
  integer_ = pack_json_datetime(time);
  return true;
}

// "base64:type15:q80=": a value of a type of which JSON knows nothing.
bool JsonScalar::parse_base64() {
  constexpr std::string_view kHead = "base64:type";
  if (!text_.starts_with(kHead)) return false;
  const std::string_view rest = text_.substr(kHead.size());
  const std::size_t colon = std::min(rest.find(':'), rest.size());
  const auto [end, failure] = std::from_chars(rest.data(), rest.data() + colon, opaque_type_);
  if (failure != std::errc() || colon == rest.size() || end != rest.data() + colon ||
      (rest[0] == '0' && colon > 1)) {
    return false;
  }
  switch (static_cast<ColumnType>(opaque_type_)) {
    case ColumnType::kNewDecimal:
    case ColumnType::kDate:
    case ColumnType::kTimeOld:
    case ColumnType::kDatetimeOld:
    case ColumnType::kTimestampOld:
      return false;  // those it knows
    default:
      break;
  }
  data_begin_ = kHead.size() + colon + 1;
  data_bytes_ = 0;
  return walk_base64(text_.substr(data_begin_),
                     [this](const Triple& triple) { data_bytes_ += triple.bytes; });
}

bool JsonScalar::parse_word(std::string_view word, std::string& scratch) {
  constexpr std::string_view kLiterals[] = {"null", "true", "false"};
  text_ = word;
  if (word[0] >= 'a') {
    const auto* const known = std::find(std::begin(kLiterals), std::end(kLiterals), word);
    integer_ = known - std::begin(kLiterals);
    set(Form::kLiteral);
    return known != std::end(kLiterals);
  }
  return parse_integer(word) || parse_fraction(word, scratch);
}

bool JsonScalar::parse_integer(std::string_view word) {
  const char* const end = word.data() + word.size();
  if (const auto [at, failure] = std::from_chars(word.data(), end, integer_);
      at == end && failure == std::errc()) {
    set(Form::kInt);
    return true;
  }
  std::uint64_t number = 0;
  if (const auto [at, failure] = std::from_chars(word.data(), end, number);
      at == end && failure == std::errc()) {
    integer_ = static_cast<std::int64_t>(number);
    set(Form::kUint);
    return true;
  }
  return false;
}

// A number with a fraction or an exponent, or an integer that is too large for 64 bits.
bool JsonScalar::parse_fraction(std::string_view word, std::string& scratch) {
  const char* const end = word.data() + word.size();
  const std::size_t sign = word[0] == '-' ? 1 : 0;
  const auto [at, failure] = std::from_chars(word.data(), end, number_);
  if (at != end || failure != std::errc() || !is_digit(word[sign])) return false;
  set(Form::kDouble);
  const auto end_of_digits = [&](std::size_t from) {
    while (from < word.size() && is_digit(word[from])) ++from;
    return from;
  };
  const std::size_t point = end_of_digits(sign);
  const bool has_fraction = point < word.size() && word[point] == '.';
  const std::size_t integer_digits = point - sign;
  const std::size_t fraction_digits = has_fraction ? end_of_digits(point + 1) - point - 1 : 0;
  const bool has_exponent =
      sign + integer_digits + (has_fraction ? 1 : 0) + fraction_digits < word.size();
  if (has_exponent || integer_digits + fraction_digits > kMaxDecimalDigits) {
    return true;  // no DECIMAL is printed so
  }
  precision_ = static_cast<std::uint8_t>(integer_digits + fraction_digits);
  scale_ = static_cast<std::uint8_t>(fraction_digits);

  // Up to so many digits come back from a DOUBLE as they went in.
  constexpr auto kSafeDigits = static_cast<std::size_t>(std::numeric_limits<double>::digits10);
  const bool is_canonical = has_fraction && (fraction_digits == 1 || word.back() != '0') &&
                            (integer_digits == 1 || word[sign] != '0');
  // Between these Java prints a DOUBLE without an exponent, as the server does.
  const double magnitude = std::abs(number_);
  const bool prints_alike = magnitude >= 1e-3 && magnitude < 1e7;
  if (is_canonical && precision_ <= kSafeDigits && prints_alike) return true;

  scratch.clear();
  append_mysql_double(number_, scratch);
  if (scratch != word) {
    set(Form::kDecimal);
  } else if (!prints_alike) {
    scratch.clear();
    append_debezium_double(number_, scratch);
    if (scratch != word) other_ = Form::kDecimal;
  }
  return true;
}

bool JsonScalar::is_in_doubt() const { return likelier_ != other_; }

JsonScalar::Choice JsonScalar::choice_of(std::string_view json_type) const {
  bool is_other = false;
  switch (other_) {
    case Form::kDecimal:
      is_other = json_type == "DECIMAL";
      break;
    case Form::kTime:
      is_other = json_type == "TIME";
      break;
    case Form::kDatetime:
      is_other = json_type == "DATETIME" || json_type == "TIMESTAMP";
      break;
    case Form::kString:
      is_other = json_type == "STRING";
      break;
    default:
      break;
  }
  return is_other ? Choice::kOther : Choice::kLikelier;
}

JsonType JsonScalar::type(Choice choice) const {
  switch (form(choice)) {
    case Form::kLiteral:
      return JsonType::kLiteral;
    case Form::kInt:
      return integer_type(integer_);
    case Form::kUint:
      return JsonType::kUint64;
    case Form::kDouble:
      return JsonType::kDouble;
    case Form::kString:
      return JsonType::kString;
    default:
      return JsonType::kOpaque;
  }
}

// What stands behind an opaque value's type and length.
std::size_t JsonScalar::opaque_bytes(Form form) const {
  if (form == Form::kDecimal) return 2 + packed_decimal_bytes(precision_, scale_);
  return form == Form::kBytes ? data_bytes_ : sizeof(std::int64_t);
}

std::size_t JsonScalar::bytes(Choice choice) const {
  switch (const JsonType json_type = type(choice)) {
    case JsonType::kString:
      return length_bytes(unescaped_bytes_) + unescaped_bytes_;
    case JsonType::kOpaque: {
      const std::size_t size = opaque_bytes(form(choice));
      return 1 + length_bytes(size) + size;
    }
    default:
      return fixed_bytes(json_type);
  }
}

void JsonScalar::write(Choice choice, char* at) const {
  const auto begin_opaque = [&](ColumnType field_type) {
    *at = static_cast<char>(field_type);
    return write_length(opaque_bytes(form(choice)), at + 1);
  };
  switch (form(choice)) {
    case Form::kLiteral:
    case Form::kInt:
    case Form::kUint:
      write_le(static_cast<std::uint64_t>(integer_), fixed_bytes(type(choice)), at);
      break;
    case Form::kDouble:
      write_le(std::bit_cast<std::uint64_t>(number_), sizeof(number_), at);
      break;
    case Form::kString:
      JsonQuoted{text_, has_escapes_}.write(write_length(unescaped_bytes_, at));
      break;
    case Form::kDecimal: {
      at = begin_opaque(ColumnType::kNewDecimal);
      at[0] = static_cast<char>(precision_);
      at[1] = static_cast<char>(scale_);
      const Status packed = pack_decimal(text_, precision_, scale_, at + 2);
      MILLRACE_ASSERT(packed.has_value(), "digits that were counted don't fit");
      break;
    }
    case Form::kTime:
      write_le(static_cast<std::uint64_t>(integer_), sizeof(integer_),
               begin_opaque(ColumnType::kTimeOld));
      break;
    case Form::kDatetime:
      write_le(static_cast<std::uint64_t>(integer_), sizeof(integer_),
               begin_opaque(ColumnType::kDatetimeOld));
      break;
    case Form::kBytes:
      write_base64(begin_opaque(static_cast<ColumnType>(opaque_type_)));
      break;
  }
}

void JsonScalar::write_base64(char* at) const {
  walk_base64(text_.substr(data_begin_), [&at](const Triple& triple) {
    for (std::size_t i = 0; i < triple.bytes; ++i) {
      *at++ = static_cast<char>(triple.bits >> (16 - 8 * i));
    }
  });
}

}  // namespace millrace::row

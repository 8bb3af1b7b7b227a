#include "ddl/schema_reader.h"

// Literals: what they say once quotes, escapes and digits are resolved. Text keeps the bytes of the
// statement; a text in digits (x'..', b'..') stands for the bytes it writes.

namespace millrace::ddl {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The byte that \c stands for in a text; 0 where the backslash stays (\% and \_ matter to LIKE).
char unescape(char c) {
  switch (c) {
    case '0':
      return '\0';
    case 'b':
      return '\b';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'Z':
      return '\x1a';
    default:
      return c;
  }
}

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// Digits of `bits_each` bits (4: hexadecimal, 1: binary) as bytes, the first byte filled up with
// zeros from the left.
bool append_digits(std::string_view digits, unsigned bits_each, std::string& text) {
  const std::size_t per_byte = 8 / bits_each;
  std::size_t missing = (per_byte - digits.size() % per_byte) % per_byte;
  unsigned byte = 0;
  for (const char c : digits) {
    const int value = hex_value(c);
    if (value < 0 || value >= (1 << bits_each)) return false;
    byte = (byte << bits_each) | static_cast<unsigned>(value);
    if (++missing == per_byte) {
      text.push_back(static_cast<char>(byte));
      byte = 0;
      missing = 0;
    }
  }
  return true;
}

// The end of an unsigned number (12, 1.5, .5, 1e-3) that starts at `begin`; `begin` where there is
// none.
std::size_t find_number_end(std::string_view text, std::size_t begin) {
  const auto at = [&](std::size_t i) { return i < text.size() ? text[i] : '\0'; };
  std::size_t end = begin;
  while (is_digit(at(end))) ++end;
  bool has_digits = end > begin;
  if (at(end) == '.') {
    const std::size_t fraction = ++end;
    while (is_digit(at(end))) ++end;
    has_digits |= end > fraction;
  }
  if (!has_digits) return begin;
  if (at(end) == 'e' || at(end) == 'E') {
    std::size_t exponent = end + 1;
    if (at(exponent) == '+' || at(exponent) == '-') ++exponent;
    if (is_digit(at(exponent))) {
      end = exponent;
      while (is_digit(at(end))) ++end;
    }
  }
  return end;
}

// 0x1F or 0b01; the x and the b in lower case only.
bool is_digits_literal(const Token& token) {
  if (token.kind != TokenKind::kWord || token.text.size() < 3 || token.text[0] != '0') return false;
  std::string ignored;
  if (token.text[1] == 'x') return append_digits(token.text.substr(2), 4, ignored);
  return token.text[1] == 'b' && append_digits(token.text.substr(2), 1, ignored);
}

// x'..', b'..' or n'..': the letter touches the quote.
bool is_letter_of(const Token& letter, const Token& text) {
  return (letter.is_word("X") || letter.is_word("B") || letter.is_word("N")) &&
         text.kind == TokenKind::kString && text.offset == letter.offset + 1;
}

bool is_introducer(const Token& token) {
  return token.kind == TokenKind::kWord && token.text.size() > 1 && token.text[0] == '_';
}

}  // namespace

void SchemaReader::append_quoted(const Token& token, std::string& text) const {
  const bool has_escapes = (sql_mode_ & kSqlModeNoBackslashEscapes) == 0;
  const char quote = token.text[0];
  std::string_view inner = token.text.substr(1);
  if (!token.is_unterminated) inner.remove_suffix(1);
  for (std::size_t i = 0; i < inner.size(); ++i) {
    const bool has_next = i + 1 < inner.size();
    if (inner[i] == '\\' && has_escapes && has_next) {
      ++i;
      if (inner[i] == '%' || inner[i] == '_') text.push_back('\\');
      text.push_back(unescape(inner[i]));
    } else {
      text.push_back(inner[i]);
      if (inner[i] == quote) ++i;  // the second of a pair
    }
  }
}

bool SchemaReader::at_text() {
  const Token& token = tokens().peek();
  if (token.kind == TokenKind::kString || is_digits_literal(token)) return true;
  const Token& next = tokens().peek(1);
  if (is_letter_of(token, next)) return true;
  return is_introducer(token) && (next.kind == TokenKind::kString || is_digits_literal(next) ||
                                  is_letter_of(next, tokens().peek(2)));
}

bool SchemaReader::read_prefixed_text(std::string& text) {
  if (is_digits_literal(tokens().peek())) {
    const Token token = tokens().take();
    return append_digits(token.text.substr(2), token.text[1] == 'x' ? 4 : 1, text);
  }
  const bool is_hexadecimal = tokens().at_word("X");
  const bool is_binary = tokens().at_word("B");
  tokens().take();
  if (!is_hexadecimal && !is_binary) return true;  // N'..': the quoted text follows
  std::string_view digits = tokens().peek().text.substr(1);
  if (!tokens().peek().is_unterminated) digits.remove_suffix(1);
  if (is_hexadecimal && digits.size() % 2 != 0) return fail("an even number of digits");
  if (!append_digits(digits, is_hexadecimal ? 4 : 1, text)) return fail("digits");
  tokens().take();
  return true;
}

bool SchemaReader::read_text(std::string& text) {
  if (!at_text()) return fail("a text");
  text.clear();
  if (is_introducer(tokens().peek())) tokens().take();
  if (tokens().peek().kind != TokenKind::kString && !read_prefixed_text(text)) return false;
  // Texts in a row are one.
  while (tokens().peek().kind == TokenKind::kString) append_quoted(tokens().take(), text);
  return true;
}

bool SchemaReader::read_signed_number(std::string& text) {
  if (tokens().accept_symbol('-')) {
    text = "-";
  } else {
    tokens().accept_symbol('+');
  }
  const std::size_t begin = tokens().peek().offset;
  const std::size_t end = find_number_end(sql_, begin);
  if (end == begin) return fail("a value");
  while (tokens().peek().offset < end && !tokens().at_end()) {
    const Token& token = tokens().peek();
    if (token.offset + token.text.size() > end) return fail("a number");
    tokens().take();
  }
  text += sql_.substr(begin, end - begin);
  return true;
}

Step SchemaReader::skip_function_call() {
  if (!tokens().peek().is_identifier()) return Step::kNotMine;
  const bool is_now = tokens().at_any({"CURRENT_TIMESTAMP", "LOCALTIME", "LOCALTIMESTAMP"});
  if (!is_now && !tokens().peek(1).is_symbol('(')) return Step::kNotMine;
  tokens().take();
  return step_of(!tokens().peek().is_symbol('(') || skip_parentheses());
}

bool SchemaReader::read_default(DefaultClause& value) {
  using Kind = DefaultClause::Kind;
  value = {};
  if (tokens().accept("NULL")) {
    value.kind = Kind::kNull;
    return true;
  }
  value.kind = Kind::kLiteral;
  if (tokens().at_any({"TRUE", "FALSE"})) {
    value.value = tokens().take().is_word("TRUE") ? "1" : "0";
    return true;
  }
  if (tokens().at_any({"DATE", "TIME", "TIMESTAMP"}) &&
      tokens().peek(1).kind == TokenKind::kString) {
    tokens().take();
  }
  if (at_text()) return read_text(value.value);
  const bool is_parenthesised = tokens().peek().is_symbol('(');
  const Step call = is_parenthesised ? step_of(skip_parentheses()) : skip_function_call();
  if (call == Step::kNotMine) return read_signed_number(value.value);
  value.kind = Kind::kExpression;
  return call == Step::kTaken;
}

}  // namespace millrace::ddl

#include "ddl/schema_reader.h"

#include <algorithm>
#include <limits>

namespace millrace::ddl {
namespace {

// A message shows this much of the text at the place.
constexpr std::size_t kExcerptBytes = 40;

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// How many characters of UTF-8 stand before `offset`.
std::size_t count_characters(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  return before.size() -
         static_cast<std::size_t>(std::count_if(before.begin(), before.end(), is_continuation));
}

std::string excerpt_at(std::string_view text, std::size_t offset) {
  std::size_t end = std::min(offset + kExcerptBytes, text.size());
  while (end > offset && end < text.size() && is_continuation(text[end])) --end;
  return std::string(text.substr(offset, end - offset));
}

}  // namespace

SchemaReader::SchemaReader(std::string_view sql, std::string_view database, std::uint64_t sql_mode)
    : sql_(sql), sql_mode_(sql_mode), head_(sql, database, sql_mode) {}

bool SchemaReader::fail(std::string_view expected) {
  if (!error_.empty()) return false;
  const std::size_t offset = tokens().peek().offset;
  error_ = "expected " + std::string(expected);
  if (tokens().at_end()) {
    error_ += " at the end";
  } else {
    error_ += " near '" + excerpt_at(sql_, offset) + "' at character " +
              std::to_string(count_characters(sql_, offset) + 1);
  }
  return false;
}

bool SchemaReader::expect(std::string_view keyword) {
  return tokens().accept(keyword) || fail(keyword);
}

bool SchemaReader::expect_symbol(char symbol) {
  return tokens().accept_symbol(symbol) || fail("'" + std::string(1, symbol) + "'");
}

bool SchemaReader::expect_end() {
  while (tokens().accept_symbol(';')) {
  }
  if (!tokens().at_end()) return fail("the statement's end");
  return !tokens().has_unterminated() || fail("the end of a quote or comment");
}

bool SchemaReader::read_name(std::string& name) { return read_name(name, "a name"); }

bool SchemaReader::read_name(std::string& name, std::string_view what) {
  if (!tokens().peek().is_identifier()) return fail(what);
  name = tokens().take().identifier();
  return true;
}

bool SchemaReader::read_column_name(std::string& name) {
  if (tokens().accept_symbol('.')) return read_name(name);
  if (!read_name(name)) return false;
  while (tokens().accept_symbol('.')) {
    if (!read_name(name)) return false;
  }
  return true;
}

bool SchemaReader::read_table(TableReference& table) {
  std::optional<TableReference> reference = head_.read_table_name();
  if (!reference) return fail("a table's name");
  table = std::move(*reference);
  return true;
}

bool SchemaReader::skip_parentheses() {
  if (!tokens().peek().is_symbol('(')) return fail("'('");
  return tokens().skip_parentheses() || fail("')'");
}

bool SchemaReader::skip_value() {
  tokens().accept_symbol('=');
  if (tokens().peek().is_symbol('(')) return skip_parentheses();
  if (at_text()) {
    std::string text;
    return read_text(text);
  }
  if (tokens().peek().kind != TokenKind::kNumber && !tokens().peek().is_identifier()) {
    return fail("a value");
  }
  tokens().take();
  return true;
}

bool SchemaReader::read_number(std::uint32_t& number) {
  const Token& token = tokens().peek();
  if (token.kind != TokenKind::kNumber) return fail("a number");
  std::uint64_t value = 0;
  for (const char digit : token.text) {
    value = value * 10 + static_cast<std::uint64_t>(digit - '0');
    if (value > std::numeric_limits<std::uint32_t>::max()) return fail("a smaller number");
  }
  number = static_cast<std::uint32_t>(value);
  tokens().take();
  return true;
}

bool SchemaReader::read_length(std::optional<std::uint32_t>& length) {
  if (!tokens().accept_symbol('(')) return true;
  std::uint32_t number = 0;
  if (!read_number(number) || !expect_symbol(')')) return false;
  length = number;
  return true;
}

bool SchemaReader::accept_character_set() {
  return tokens().accept("CHARSET") || tokens().accept_sequence({"CHARACTER", "SET"}) ||
         tokens().accept_sequence({"CHAR", "SET"});
}

bool SchemaReader::read_charset_name(std::string& name) {
  tokens().accept_symbol('=');
  if (tokens().peek().kind == TokenKind::kString) {
    if (!read_text(name)) return false;
  } else if (!read_name(name, "a charset or collation")) {
    return false;
  }
  std::transform(name.begin(), name.end(), name.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return true;
}

}  // namespace millrace::ddl

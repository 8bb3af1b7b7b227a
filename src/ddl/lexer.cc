#include "ddl/lexer.h"

#include "millrace/ddl/statement.h"

namespace millrace::ddl {
namespace {

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;
}
char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

}  // namespace

std::string to_upper(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = upper(c);
  return result;
}

bool Token::is_word(std::string_view keyword) const {
  if (kind != TokenKind::kWord || text.size() != keyword.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (upper(text[i]) != keyword[i]) return false;
  }
  return true;
}

std::string Token::identifier() const {
  if (kind != TokenKind::kQuotedIdentifier) return std::string(text);
  const char quote = text[0];
  std::string_view inner = text.substr(1);
  if (!is_unterminated) inner.remove_suffix(1);
  std::string name;
  name.reserve(inner.size());
  for (std::size_t i = 0; i < inner.size(); ++i) {
    name.push_back(inner[i]);
    if (inner[i] == quote) ++i;  // the second of a pair
  }
  return name;
}

Lexer::Lexer(std::string_view sql, std::uint64_t sql_mode)
    : sql_(sql),
      ansi_quotes_((sql_mode & kSqlModeAnsiQuotes) != 0),
      backslash_escapes_((sql_mode & kSqlModeNoBackslashEscapes) == 0) {}

Token Lexer::make(TokenKind kind, std::size_t end, bool is_unterminated) {
  Token token{kind, is_unterminated, position_, sql_.substr(position_, end - position_)};
  position_ = end;
  return token;
}

Token Lexer::next() {
  const char c = at(position_);
  if (position_ == sql_.size()) return make(TokenKind::kEnd, position_);
  if (is_space(c)) return read_space();
  if (is_word_byte(c)) return read_word();
  switch (c) {
    case '\'':
      return read_quoted(TokenKind::kString, c, backslash_escapes_);
    case '"':
      return ansi_quotes_ ? read_quoted(TokenKind::kQuotedIdentifier, c, false)
                          : read_quoted(TokenKind::kString, c, backslash_escapes_);
    case '`':
      return read_quoted(TokenKind::kQuotedIdentifier, c, false);
    case '#':
      return read_line_comment();
    case '-': {
      // Two dashes are a comment only before white space, a control character or the end: 5--3 is arithmetic.
      const bool is_comment =
          at(position_ + 1) == '-' && static_cast<unsigned char>(at(position_ + 2)) <= ' ';
      return is_comment ? read_line_comment() : make(TokenKind::kSymbol, position_ + 1);
    }
    case '/':
      return at(position_ + 1) == '*' ? read_block_comment()
                                      : make(TokenKind::kSymbol, position_ + 1);
    case '*':
      if (open_versions_ > 0 && at(position_ + 1) == '/') {
        --open_versions_;
        return make(TokenKind::kVersionClose, position_ + 2);
      }
      return make(TokenKind::kSymbol, position_ + 1);
    default:
      return make(TokenKind::kSymbol, position_ + 1);
  }
}

Token Lexer::read_space() {
  std::size_t end = position_;
  while (end < sql_.size() && is_space(sql_[end])) ++end;
  return make(TokenKind::kSpace, end);
}

Token Lexer::read_line_comment() {
  const std::size_t line_feed = sql_.find('\n', position_);
  return make(TokenKind::kComment, line_feed == sql_.npos ? sql_.size() : line_feed + 1);
}

Token Lexer::read_block_comment() {
  std::size_t mark = position_ + 2;
  if (at(mark) == 'M') ++mark;  // MariaDB's own
  if (at(mark) == '!') {
    std::size_t end = mark + 1;
    while (end < sql_.size() && end <= mark + 6 && is_digit(sql_[end])) ++end;
    ++open_versions_;
    return make(TokenKind::kVersionOpen, end);
  }
  const std::size_t close = sql_.find("*/", position_ + 2);
  if (close == sql_.npos) return make(TokenKind::kComment, sql_.size(), true);
  return make(TokenKind::kComment, close + 2);
}

Token Lexer::read_word() {
  std::size_t end = position_;
  bool is_number = true;
  while (end < sql_.size() && is_word_byte(sql_[end])) is_number &= is_digit(sql_[end++]);
  return make(is_number ? TokenKind::kNumber : TokenKind::kWord, end);
}

Token Lexer::read_quoted(TokenKind kind, char quote, bool has_escapes) {
  std::size_t end = position_ + 1;
  while (end < sql_.size()) {
    const char c = sql_[end];
    if (c == '\\' && has_escapes) {
      end += 2;
    } else if (c != quote) {
      ++end;
    } else if (at(end + 1) == quote) {
      end += 2;
    } else {
      return make(kind, end + 1);
    }
  }
  return make(kind, sql_.size(), true);
}

}  // namespace millrace::ddl

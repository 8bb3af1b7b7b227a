#pragma once

// MySQL's statements as tokens. The lexer covers its input without a gap: every byte belongs to exactly one token,
// white space and comments included, so that a parser can quote and skip with certainty. It follows what the server's
// own lexer does with quoting under sql_mode; it does not know keywords.
//
// A version comment (/*!80013 ... */, MariaDB: /*M!100100 ... */) is code: its opening and its closing are tokens of
// their own, what stands between is lexed as usual. All versions are taken as met: reading too much is safe.
//
// Works on UTF-8 and on any charset whose multi-byte characters hold no quote or backslash. Borrows the text.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace millrace::ddl {

enum class TokenKind : std::uint8_t {
  kSpace,             // white space
  kComment,           // -- ..., # ..., /* ... */
  kVersionOpen,       // /*!80013
  kVersionClose,      // its */
  kWord,              // keyword or bare identifier: letters, digits, _, $, bytes above 0x7f
  kNumber,            // digits only
  kQuotedIdentifier,  // `...`, with ANSI_QUOTES also "..."
  kString,            // '...', without ANSI_QUOTES also "..."
  kSymbol,            // one byte of anything else
  kEnd,               // after the last byte; empty
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  // A quote or comment that the text doesn't close; the token reaches to the text's end.
  bool is_unterminated = false;
  std::size_t offset = 0;
  std::string_view text;  // as written, with quotes

  bool is_trivia() const { return kind <= TokenKind::kVersionClose; }
  bool is_symbol(char symbol) const { return kind == TokenKind::kSymbol && text[0] == symbol; }
  // `keyword` in upper case.
  bool is_word(std::string_view keyword) const;
  bool is_identifier() const {
    return kind == TokenKind::kWord || kind == TokenKind::kQuotedIdentifier;
  }
  // The name that an identifier stands for: quotes off, doubled quotes single.
  std::string identifier() const;
};

class Lexer {
 public:
  Lexer(std::string_view sql, std::uint64_t sql_mode);

  // The next token; kEnd for ever after the last.
  Token next();

 private:
  Token make(TokenKind kind, std::size_t end, bool is_unterminated = false);
  Token read_space();
  Token read_line_comment();
  Token read_block_comment();
  Token read_word();
  Token read_quoted(TokenKind kind, char quote, bool has_escapes);
  char at(std::size_t index) const { return index < sql_.size() ? sql_[index] : '\0'; }

  std::string_view sql_;
  std::size_t position_ = 0;
  // Version comments that are open. They nest: /*!50100 a /*!50200 b */ c */
  std::size_t open_versions_ = 0;
  bool ansi_quotes_;
  bool backslash_escapes_;
};

// Upper case of ASCII letters; the rest as it is.
std::string to_upper(std::string_view text);

}  // namespace millrace::ddl

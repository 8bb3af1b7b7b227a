#pragma once

// A parser's view of the lexer: white space and comments are gone, a few tokens can be looked at
// ahead of time, and words can be accepted in sequence. Reads lazily: a parser that stops at a
// statement's head has not walked over the megabytes of values behind it.

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "ddl/lexer.h"
#include "millrace/base/assert.h"

namespace millrace::ddl {

class TokenStream {
 public:
  static constexpr std::size_t kLookahead = 4;

  TokenStream(std::string_view sql, std::uint64_t sql_mode) : lexer_(sql, sql_mode) {}

  // The token `ahead` of the current one, below kLookahead. Valid until the next call.
  const Token& peek(std::size_t ahead = 0) {
    MILLRACE_ASSERT(ahead < kLookahead, "looked too far ahead");
    while (count_ <= ahead) {
      ring_[(first_ + count_) % kLookahead] = read();
      ++count_;
    }
    return ring_[(first_ + ahead) % kLookahead];
  }
  Token take() {
    const Token token = peek();
    first_ = (first_ + 1) % kLookahead;
    --count_;
    return token;
  }

  bool at_end() { return peek().kind == TokenKind::kEnd; }
  bool at_word(std::string_view keyword) { return peek().is_word(keyword); }
  bool at_any(std::initializer_list<std::string_view> keywords) {
    for (std::string_view keyword : keywords) {
      if (at_word(keyword)) return true;
    }
    return false;
  }
  bool accept(std::string_view keyword) {
    if (!at_word(keyword)) return false;
    take();
    return true;
  }
  bool accept_any(std::initializer_list<std::string_view> keywords) {
    if (!at_any(keywords)) return false;
    take();
    return true;
  }
  bool accept_symbol(char symbol) {
    if (!peek().is_symbol(symbol)) return false;
    take();
    return true;
  }
  // All of the words in this order, or none.
  bool accept_sequence(std::initializer_list<std::string_view> keywords) {
    std::size_t ahead = 0;
    for (std::string_view keyword : keywords) {
      if (!peek(ahead++).is_word(keyword)) return false;
    }
    for (std::size_t i = 0; i < keywords.size(); ++i) take();
    return true;
  }
  // At an opening parenthesis: passes over it, its match and all between; false when there is no
  // match.
  bool skip_parentheses() {
    std::size_t depth = 0;
    do {
      const Token token = take();
      if (token.kind == TokenKind::kEnd) return false;
      if (token.is_symbol('(')) ++depth;
      if (token.is_symbol(')')) --depth;
    } while (depth > 0);
    return true;
  }

  // A quote or comment that was never closed has been read: what came after it was not seen.
  bool has_unterminated() const { return has_unterminated_; }

 private:
  Token read() {
    Token token;
    do {
      token = lexer_.next();
      has_unterminated_ |= token.is_unterminated;
    } while (token.is_trivia());
    return token;
  }

  Lexer lexer_;
  std::array<Token, kLookahead> ring_;
  std::size_t first_ = 0;
  std::size_t count_ = 0;
  bool has_unterminated_ = false;
};

}  // namespace millrace::ddl

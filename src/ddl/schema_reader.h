#pragma once

// What the parsers of whole statements share: the words that every clause is made of (names,
// numbers, text, charsets) and the one failure. Each function reads its clause and returns true, or
// notes the place and returns false; the first failure stands, so a caller only passes the false
// on.
//
// Unquoted keywords are names wherever the grammar expects a name: a statement in the binlog has
// passed the server's parser, so a word that is reserved there can't stand here. No function calls
// itself: nesting in the text (expressions) is skipped by counting parentheses.

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ddl/head_parser.h"
#include "millrace/base/result.h"
#include "millrace/ddl/schema_change.h"

namespace millrace::ddl {

// A reader of one of several clauses that may stand here.
enum class Step : std::uint8_t {
  kTaken,    // it was this one
  kNotMine,  // it is something else; nothing was read
  kFailed,
};
inline Step step_of(bool read) { return read ? Step::kTaken : Step::kFailed; }

class SchemaReader {
 public:
  SchemaReader(std::string_view sql, std::string_view database, std::uint64_t sql_mode);

  HeadParser& head() { return head_; }
  TokenStream& tokens() { return head_.tokens; }
  std::uint64_t sql_mode() const { return sql_mode_; }

  // Notes that `expected` isn't what stands at the next token. Always false.
  bool fail(std::string_view expected);
  // After a failure: "expected a data type near 'url varchar' at character 23".
  Error error() const { return definite_error(error_); }

  bool expect(std::string_view keyword);
  bool expect_symbol(char symbol);
  // Nothing more follows, and every quote and comment was closed.
  bool expect_end();

  bool read_name(std::string& name);
  // The same where `what` tells a better story than "a name".
  bool read_name(std::string& name, std::string_view what);
  // column, table.column, database.table.column or .column; the column is what counts.
  bool read_column_name(std::string& name);
  bool read_table(TableReference& table);
  // (...) with anything in it.
  bool skip_parentheses();
  // [=] and one value: a word, a number, a text, (...)
  bool skip_value();
  // A number of up to 32 bits.
  bool read_number(std::uint32_t& number);
  // (number), where an opening parenthesis follows.
  bool read_length(std::optional<std::uint32_t>& length);

  // A text literal in any of its forms: 'a' 'b', N'a', _utf8mb4'a', x'61', 0x61, b'01100001',
  // 0b01100001.
  bool at_text();
  bool read_text(std::string& text);
  // What DEFAULT takes: [+|-] number, text, TRUE, FALSE, NULL, DATE '...', (expression),
  // CURRENT_TIMESTAMP(6) ...
  bool read_default(DefaultClause& value);
  // CURRENT_TIMESTAMP or a synonym, with or without (n); also another function's call.
  Step skip_function_call();

  // CHARACTER SET, CHAR SET or CHARSET
  bool accept_character_set();
  // The name of a charset or collation behind it, in lower case: a name, a text, BINARY, DEFAULT.
  bool read_charset_name(std::string& name);

  // Room for one more item of a list; a statement with more than the server could take is refused.
  template <typename T>
  bool append(std::vector<T>& list, T item) {
    if (list.size() >= kMaxItems) return fail("fewer items");
    list.push_back(std::move(item));
    return true;
  }

 private:
  // The largest list of a legal statement: the labels of an ENUM. Bounds what a hostile text can
  // make us keep.
  static constexpr std::size_t kMaxItems = 65535;

  bool read_signed_number(std::string& text);
  bool read_prefixed_text(std::string& text);
  void append_quoted(const Token& token, std::string& text) const;

  std::string_view sql_;
  std::uint64_t sql_mode_;
  HeadParser head_;
  std::string error_;
};

}  // namespace millrace::ddl

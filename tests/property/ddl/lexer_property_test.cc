#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <string>

#include "ddl/lexer.h"
#include "millrace/ddl/statement.h"

// The lexer never loses a byte: its tokens, put together, are the text, whatever the text.
// MILLRACE_SEED repeats a run.

namespace millrace::ddl {
namespace {

std::uint64_t seed() {
  const char* text = std::getenv("MILLRACE_SEED");
  return text == nullptr ? std::random_device{}() : std::strtoull(text, nullptr, 10);
}

class SqlGenerator {
 public:
  explicit SqlGenerator(std::uint64_t seed) : random_(seed) {}

  std::string text() {
    static constexpr std::string_view kPieces[] = {
        "'",      "\"",    "`",  "\\",       "/*",   "*/",     "/*!",   "/*M!",  "50100",  "--",
        "-- ",    "#",     "\n", " ",        "\t",   ".",      ",",     "(",     ")",      ";",
        "a",      "T_1",   "9",  "\xc3\xa9", "=",    "@",      "ALTER", "TABLE", "RENAME", "TO",
        "CREATE", "INDEX", "ON", "DELETE",   "FROM", "UPDATE", "SET",   "WITH",  "AS",     "\xff"};
    std::string sql;
    const std::size_t count = random_() % 60;
    for (std::size_t i = 0; i < count; ++i) {
      if (random_() % 8 == 0) {
        sql.push_back(static_cast<char>(random_()));
      } else {
        sql += kPieces[random_() % std::size(kPieces)];
      }
    }
    return sql;
  }
  std::uint64_t sql_mode() { return random_() & (kSqlModeAnsiQuotes | kSqlModeNoBackslashEscapes); }

 private:
  std::mt19937_64 random_;
};

TEST(LexerProperty, tokens_cover_the_text) {
  const std::uint64_t run_seed = seed();
  SCOPED_TRACE("MILLRACE_SEED=" + std::to_string(run_seed));
  SqlGenerator generator(run_seed);
  for (int round = 0; round < 50'000; ++round) {
    const std::string sql = generator.text();
    Lexer lexer(sql, generator.sql_mode());
    std::string joined;
    for (Token token = lexer.next(); token.kind != TokenKind::kEnd; token = lexer.next()) {
      ASSERT_FALSE(token.text.empty());
      ASSERT_EQ(token.offset, joined.size());
      joined += token.text;
    }
    ASSERT_EQ(joined, sql);
  }
}

// A table's name comes back from any way of quoting it, with anything around it.
TEST(LexerProperty, quoted_names_survive) {
  const std::uint64_t run_seed = seed();
  SCOPED_TRACE("MILLRACE_SEED=" + std::to_string(run_seed));
  SqlGenerator generator(run_seed);
  for (int round = 0; round < 20'000; ++round) {
    const std::string name = "n" + generator.text();
    std::string quoted = "`";
    for (char c : name) quoted.append(c == '`' ? 2U : 1U, c);
    quoted += '`';
    const Statement statement =
        classify_statement("DROP TABLE /* ' */ d." + quoted + ",u", "s", generator.sql_mode());
    ASSERT_EQ(statement.tables.size(), 2U) << quoted;
    ASSERT_EQ(statement.tables[0], (TableReference{"d", name}));
    ASSERT_EQ(statement.tables[1], (TableReference{"s", "u"}));
  }
}

}  // namespace
}  // namespace millrace::ddl

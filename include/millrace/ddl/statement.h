#pragma once

// What a statement in the binlog does, as far as a change stream must know: which tables it can
// change the shape or the rows of. The lexer honours sql_mode (ANSI_QUOTES, NO_BACKSLASH_ESCAPES),
// version comments and all quoting; the head of each statement that can change a table is parsed
// far enough to name its tables; everything else is recognised as harmless by its first words. What
// is neither is kUnknown: the caller stops only if it could concern a captured table.
//
// Pure.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/base/result.h"

namespace millrace::ddl {

inline constexpr std::uint64_t kSqlModeRealAsFloat = 0x1;
inline constexpr std::uint64_t kSqlModeAnsiQuotes = 0x4;
inline constexpr std::uint64_t kSqlModeNoBackslashEscapes = 0x100000;

// A table as a statement names it; the database is the session's where the statement names none.
struct TableReference {
  std::string database;
  std::string table;
  friend auto operator<=>(const TableReference&, const TableReference&) = default;
};

enum class StatementKind : std::uint8_t {
  kHarmless,     // can't change a table's shape or rows: GRANT, CREATE VIEW, ANALYZE, SET ...
  kCreateTable,  // also IF NOT EXISTS of a table that exists, LIKE, SELECT
  kAlterTable,   // with every RENAME TO target; also CREATE/DROP INDEX
  kRenameTable,  // all sources and targets, in order
  kDropTable,
  kTruncate,
  kDatabase,  // CREATE, ALTER, DROP DATABASE: `tables` holds the database with an empty table
  kDml,       // INSERT, UPDATE, DELETE, REPLACE, LOAD DATA, CALL, in statement format
  kUnknown,   // not understood
};

struct Statement {
  StatementKind kind = StatementKind::kUnknown;
  bool temporary = false;  // concerns temporary tables only
  bool if_exists = false;  // IF EXISTS or IF NOT EXISTS
  std::vector<TableReference> tables;
  std::string first_words;  // for messages: "ALTER TABLE"
};

// `sql` in UTF-8 (or the client's ASCII-compatible charset); `database` is the session's default.
Statement classify_statement(std::string_view sql, std::string_view database,
                             std::uint64_t sql_mode);

}  // namespace millrace::ddl

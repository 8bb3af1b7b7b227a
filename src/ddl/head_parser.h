#pragma once

// What the parsers of statement heads share: the tokens, the session's database and the statement
// under construction. A parser reads as far as it must to name the tables, and returns false when
// the text isn't what its grammar says.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ddl/token_stream.h"
#include "millrace/ddl/statement.h"

namespace millrace::ddl {

struct HeadParser {
  HeadParser(std::string_view sql, std::string_view session_database, std::uint64_t sql_mode)
      : tokens(sql, sql_mode), database(session_database) {}

  // name, database.name or .name (MySQL reads the last as name).
  std::optional<TableReference> read_table_name();
  // The same, kept in the statement.
  bool add_table();
  void add_database(std::string name) { statement.tables.push_back({std::move(name), {}}); }
  // DROP TABLE IF EXISTS, CREATE TABLE IF NOT EXISTS
  bool accept_if_exists();
  // What may stand between the verb and the object: OR REPLACE, DEFINER = 'a'@'b', UNIQUE ...
  void read_modifiers();
  // MariaDB: WAIT n or NOWAIT after a table's name.
  void skip_wait();
  // MariaDB's SET STATEMENT variable = value, ... FOR statement runs the statement.
  bool skip_set_statement();
  // ALTER DATABASE may leave the name out: its options follow at once.
  bool at_database_option();

  TokenStream tokens;
  std::string_view database;
  Statement statement;
  bool or_replace = false;
  bool is_unique = false;
};

// Statements that start with WITH, INSERT, REPLACE, UPDATE, DELETE, LOAD, CALL, DO or SELECT, with
// the verb ahead.
bool parse_dml(HeadParser& parser);

}  // namespace millrace::ddl

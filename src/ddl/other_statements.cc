#include "ddl/statement_parsers.h"
#include "ddl/table_clauses.h"

// Statements on indexes, on tables as a whole and on databases.

namespace millrace::ddl {
namespace {

// ALGORITHM = INPLACE LOCK = NONE in any order, MariaDB's WAIT; behind DROP INDEX.
bool skip_index_tail(SchemaReader& reader) {
  TokenStream& tokens = reader.tokens();
  reader.head().skip_wait();
  while (tokens.accept_any({"ALGORITHM", "LOCK"})) {
    if (!reader.skip_value()) return false;
  }
  return reader.expect_end();
}

// CHARACTER SET and COLLATE; ENCRYPTION, READ ONLY and MariaDB's COMMENT pass.
bool read_database_options(SchemaReader& reader, CharsetClause& charset) {
  TokenStream& tokens = reader.tokens();
  while (!tokens.at_end() && !tokens.peek().is_symbol(';')) {
    const Step step = read_default_charset(reader, charset);
    if (step == Step::kFailed) return false;
    if (step == Step::kTaken) continue;
    tokens.accept("DEFAULT");
    if (!tokens.accept_any({"ENCRYPTION", "COMMENT"}) &&
        !tokens.accept_sequence({"READ", "ONLY"})) {
      return reader.fail("an option of a database");
    }
    if (!reader.skip_value()) return false;
  }
  return reader.expect_end();
}

}  // namespace

bool read_key_reference(SchemaReader& reader, std::string& name) {
  if (!reader.read_name(name)) return false;
  if (to_upper(name) == "PRIMARY") name = "PRIMARY";
  return true;
}

// CREATE [UNIQUE] INDEX name [USING type] ON t (parts) options
bool parse_create_index(SchemaReader& reader, AlterTable& statement) {
  TokenStream& tokens = reader.tokens();
  AddKey add;
  add.key.kind =
      reader.head().is_unique ? KeyDefinition::Kind::kUnique : KeyDefinition::Kind::kPlain;
  add.if_not_exists = tokens.accept_sequence({"IF", "NOT", "EXISTS"});
  if (!reader.read_name(add.key.name)) return false;
  std::string type;
  if (tokens.accept_any({"USING", "TYPE"}) && !reader.read_name(type)) return false;
  if (!reader.expect("ON") || !reader.read_table(statement.table)) return false;
  reader.head().skip_wait();
  if (!parse_key_parts(reader, add.key.parts) || !skip_key_options(reader)) return false;
  if (reader.head().or_replace) statement.specifications.emplace_back(DropKey{add.key.name, true});
  statement.specifications.emplace_back(std::move(add));
  return reader.expect_end();
}

bool parse_drop_index(SchemaReader& reader, AlterTable& statement) {
  DropKey drop;
  drop.if_exists = reader.tokens().accept_sequence({"IF", "EXISTS"});
  if (!read_key_reference(reader, drop.name)) return false;
  if (!reader.expect("ON") || !reader.read_table(statement.table)) return false;
  statement.specifications.emplace_back(std::move(drop));
  return skip_index_tail(reader);
}

bool parse_rename_tables(SchemaReader& reader, RenameTables& statement) {
  TokenStream& tokens = reader.tokens();
  statement.if_exists = tokens.accept_sequence({"IF", "EXISTS"});
  do {
    std::pair<TableReference, TableReference> pair;
    if (!reader.read_table(pair.first)) return false;
    reader.head().skip_wait();
    if (!reader.expect("TO") || !reader.read_table(pair.second)) return false;
    if (!reader.append(statement.pairs, std::move(pair))) return false;
  } while (tokens.accept_symbol(','));
  return reader.expect_end();
}

bool parse_drop_tables(SchemaReader& reader, DropTables& statement) {
  TokenStream& tokens = reader.tokens();
  statement.if_exists = tokens.accept_sequence({"IF", "EXISTS"});
  do {
    TableReference table;
    if (!reader.read_table(table) || !reader.append(statement.tables, std::move(table))) {
      return false;
    }
  } while (tokens.accept_symbol(','));
  reader.head().skip_wait();
  tokens.accept_any({"RESTRICT", "CASCADE"});
  return reader.expect_end();
}

bool parse_create_database(SchemaReader& reader, CreateDatabase& statement) {
  statement.or_replace = reader.head().or_replace;
  statement.if_not_exists = reader.tokens().accept_sequence({"IF", "NOT", "EXISTS"});
  return reader.read_name(statement.name, "a database's name") &&
         read_database_options(reader, statement.charset);
}

bool parse_alter_database(SchemaReader& reader, AlterDatabase& statement) {
  if (reader.head().at_database_option()) {
    statement.name = reader.head().database;
  } else if (!reader.read_name(statement.name, "a database's name")) {
    return false;
  }
  return read_database_options(reader, statement.charset);
}

bool parse_drop_database(SchemaReader& reader, DropDatabase& statement) {
  statement.if_exists = reader.tokens().accept_sequence({"IF", "EXISTS"});
  return reader.read_name(statement.name, "a database's name") && reader.expect_end();
}

}  // namespace millrace::ddl

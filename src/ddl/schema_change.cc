#include "millrace/ddl/schema_change.h"

#include "ddl/statement_parsers.h"

// Which parser a statement gets: its head is classified first, as everywhere else, so that what is
// harmless here is what is harmless to the stream.

namespace millrace::ddl {
namespace {

using Parsed = Result<std::optional<SchemaChange>>;

template <typename Change>
Parsed parse_as(SchemaReader& reader, bool (*parse)(SchemaReader&, Change&)) {
  Change change;
  if (!parse(reader, change)) return reader.error();
  return std::optional<SchemaChange>(std::move(change));
}

Parsed parse_definition(SchemaReader& reader) {
  TokenStream& tokens = reader.tokens();
  const Token verb = tokens.take();
  reader.head().read_modifiers();
  if (tokens.accept_any({"TABLE", "TABLES"})) {
    if (reader.head().statement.temporary) return std::optional<SchemaChange>();
    if (verb.is_word("CREATE")) return parse_as(reader, parse_create_table);
    if (verb.is_word("ALTER")) return parse_as(reader, parse_alter_table);
    return parse_as(reader, parse_drop_tables);
  }
  if (!verb.is_word("ALTER") && tokens.accept("INDEX")) {
    return parse_as(reader, verb.is_word("CREATE") ? parse_create_index : parse_drop_index);
  }
  if (tokens.accept_any({"DATABASE", "SCHEMA"})) {
    if (verb.is_word("CREATE")) return parse_as(reader, parse_create_database);
    if (verb.is_word("ALTER")) return parse_as(reader, parse_alter_database);
    return parse_as(reader, parse_drop_database);
  }
  reader.fail("TABLE, INDEX, DATABASE or another known object");
  return reader.error();
}

Parsed parse_statement(SchemaReader& reader) {
  TokenStream& tokens = reader.tokens();
  reader.head().skip_set_statement();
  while (tokens.accept_symbol(';')) {
  }
  if (tokens.at_any({"CREATE", "ALTER", "DROP"})) return parse_definition(reader);
  if (tokens.accept_sequence({"RENAME", "TABLE"}) || tokens.accept_sequence({"RENAME", "TABLES"})) {
    return parse_as(reader, parse_rename_tables);
  }
  reader.fail("a known statement");
  return reader.error();
}

}  // namespace

Result<std::optional<SchemaChange>> parse_schema_change(std::string_view sql,
                                                        std::string_view database,
                                                        std::uint64_t sql_mode) {
  const Statement statement = classify_statement(sql, database, sql_mode);
  switch (statement.kind) {
    case StatementKind::kHarmless:
    case StatementKind::kDml:
    case StatementKind::kTruncate:
      return std::optional<SchemaChange>();
    case StatementKind::kCreateTable:
    case StatementKind::kAlterTable:
    case StatementKind::kRenameTable:
    case StatementKind::kDropTable:
    case StatementKind::kDatabase:
    case StatementKind::kUnknown:
      break;
  }
  SchemaReader reader(sql, database, sql_mode);
  Parsed parsed = parse_statement(reader);
  if (parsed || statement.first_words.empty()) return parsed;
  return parsed.error().with_context("can't parse " + statement.first_words);
}

}  // namespace millrace::ddl

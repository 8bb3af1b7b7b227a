#include <array>
#include <utility>

#include "ddl/head_parser.h"
#include "millrace/ddl/statement.h"

// The heads of statements: the first words say which of a dozen forms it is, and each form is read
// as far as its tables stand. The grammar is the server's (sql_yacc.yy of MySQL 5.7 to 9.x in the
// manual's words), with MariaDB's additions: OR REPLACE, IF EXISTS everywhere, WAIT n, SET
// STATEMENT ... FOR.

namespace millrace::ddl {
namespace {

// A message shows no more of a statement's beginning than this.
constexpr std::size_t kFirstWordsBytes = 64;

// Statements that change neither shape nor rows of a table, by their first word.
constexpr auto kHarmlessVerbs = std::to_array<std::string_view>({
    "ANALYZE",  "BACKUP",   "BEGIN",   "BINLOG",     "CACHE",     "CHANGE",   "CHECK",
    "CHECKSUM", "CLONE",    "COMMIT",  "DEALLOCATE", "DESC",      "DESCRIBE", "EXPLAIN",
    "FLUSH",    "GET",      "GRANT",   "HANDLER",    "HELP",      "INSTALL",  "KILL",
    "LOCK",     "OPTIMIZE", "PREPARE", "PURGE",      "RELEASE",   "REPAIR",   "RESET",
    "RESIGNAL", "RESTART",  "REVOKE",  "ROLLBACK",   "SAVEPOINT", "SET",      "SHOW",
    "SHUTDOWN", "SIGNAL",   "START",   "STOP",       "UNINSTALL", "UNLOCK",   "USE",
    "XA",
});

// What CREATE, ALTER and DROP are about where it is no table, index or database.
constexpr auto kHarmlessObjects = std::to_array<std::string_view>({
    "EVENT",
    "FUNCTION",
    "INSTANCE",
    "LIBRARY",
    "LOGFILE",
    "MASKING",
    "PACKAGE",
    "PREPARE",
    "PROCEDURE",
    "REFERENCE",
    "RESOURCE",
    "ROLE",
    "SEQUENCE",
    "SERVER",
    "TABLESPACE",
    "TRIGGER",
    "USER",
    "VIEW",
});

template <std::size_t N>
bool at_any_of(TokenStream& tokens, const std::array<std::string_view, N>& words) {
  for (std::string_view word : words) {
    if (tokens.at_word(word)) return true;
  }
  return false;
}

bool parse_create_table(HeadParser& parser) {
  parser.statement.kind = StatementKind::kCreateTable;
  parser.accept_if_exists();
  return parser.add_table();
}

bool parse_drop_table(HeadParser& parser) {
  parser.statement.kind = StatementKind::kDropTable;
  parser.accept_if_exists();
  do {
    if (!parser.add_table()) return false;
  } while (parser.tokens.accept_symbol(','));
  return true;
}

// One specification of ALTER TABLE from its first word: the table that it names besides the altered
// one, if any.
bool parse_alter_specification(HeadParser& parser) {
  TokenStream& tokens = parser.tokens;
  if (tokens.accept("RENAME")) {
    if (tokens.at_any({"COLUMN", "INDEX", "KEY", "CONSTRAINT"})) return true;
    if (!tokens.accept_any({"TO", "AS"})) tokens.accept_symbol('=');
    return parser.add_table();
  }
  if (tokens.accept_sequence({"EXCHANGE", "PARTITION"})) {
    tokens.take();
    return tokens.accept_sequence({"WITH", "TABLE"}) && parser.add_table();
  }
  // MariaDB 10.7
  if (tokens.accept_sequence({"CONVERT", "TABLE"})) return parser.add_table();
  if (tokens.accept_sequence({"CONVERT", "PARTITION"})) {
    tokens.take();
    return tokens.accept_sequence({"TO", "TABLE"}) && parser.add_table();
  }
  return true;
}

bool parse_alter_table(HeadParser& parser) {
  TokenStream& tokens = parser.tokens;
  parser.statement.kind = StatementKind::kAlterTable;
  parser.accept_if_exists();
  if (!parser.add_table()) return false;
  parser.skip_wait();
  do {
    if (!parse_alter_specification(parser)) return false;
    while (!tokens.at_end() && !tokens.peek().is_symbol(',')) {
      if (tokens.peek().is_symbol('(')) {
        tokens.skip_parentheses();
      } else {
        tokens.take();
      }
    }
  } while (tokens.accept_symbol(','));
  return true;
}

// CREATE INDEX name ... ON t, DROP INDEX name ON t
bool parse_index(HeadParser& parser) {
  TokenStream& tokens = parser.tokens;
  parser.statement.kind = StatementKind::kAlterTable;
  parser.accept_if_exists();
  if (!tokens.peek().is_identifier()) return false;
  tokens.take();
  while (!tokens.at_end()) {
    if (tokens.accept("ON")) return parser.add_table();
    tokens.take();
  }
  return false;
}

bool parse_database(HeadParser& parser, bool is_alter) {
  TokenStream& tokens = parser.tokens;
  parser.statement.kind = StatementKind::kDatabase;
  parser.accept_if_exists();
  if (is_alter && parser.at_database_option()) {
    parser.add_database(std::string(parser.database));
    return true;
  }
  if (!tokens.peek().is_identifier()) return false;
  parser.add_database(tokens.take().identifier());
  return true;
}

bool parse_definition(HeadParser& parser, std::string_view verb) {
  TokenStream& tokens = parser.tokens;
  tokens.take();
  parser.read_modifiers();
  if (tokens.peek().kind == TokenKind::kWord) {
    parser.statement.first_words += ' ' + to_upper(tokens.peek().text).substr(0, kFirstWordsBytes);
  }
  if (at_any_of(tokens, kHarmlessObjects)) {
    parser.statement.kind = StatementKind::kHarmless;
    return true;
  }
  if (tokens.accept_any({"TABLE", "TABLES"})) {
    if (verb == "CREATE") return parse_create_table(parser);
    return verb == "ALTER" ? parse_alter_table(parser) : parse_drop_table(parser);
  }
  if (verb != "ALTER" && tokens.accept("INDEX")) return parse_index(parser);
  if (tokens.accept_any({"DATABASE", "SCHEMA"})) return parse_database(parser, verb == "ALTER");
  return false;
}

bool parse_rename(HeadParser& parser) {
  TokenStream& tokens = parser.tokens;
  tokens.take();
  if (tokens.at_word("USER")) {
    parser.statement.kind = StatementKind::kHarmless;
    return true;
  }
  if (!tokens.accept_any({"TABLE", "TABLES"})) return false;
  parser.statement.kind = StatementKind::kRenameTable;
  parser.statement.first_words = "RENAME TABLE";
  parser.accept_if_exists();
  do {
    if (!parser.add_table()) return false;
    parser.skip_wait();
    if (!tokens.accept("TO") || !parser.add_table()) return false;
  } while (tokens.accept_symbol(','));
  return true;
}

bool parse_truncate(HeadParser& parser) {
  parser.tokens.take();
  parser.tokens.accept("TABLE");
  parser.statement.kind = StatementKind::kTruncate;
  return parser.add_table();
}

bool parse_head(HeadParser& parser) {
  TokenStream& tokens = parser.tokens;
  if (!parser.skip_set_statement()) return false;
  while (tokens.peek().is_symbol('(')) tokens.take();  // (SELECT ...)
  while (tokens.accept_symbol(';')) {
  }
  if (tokens.at_end()) {  // nothing, or a comment such as "# Dummy event ..."
    parser.statement.kind = StatementKind::kHarmless;
    return true;
  }
  if (tokens.peek().kind != TokenKind::kWord) return false;
  const std::string verb = to_upper(tokens.peek().text.substr(0, kFirstWordsBytes));
  parser.statement.first_words = verb;
  if (verb == "CREATE" || verb == "ALTER" || verb == "DROP") return parse_definition(parser, verb);
  if (verb == "RENAME") return parse_rename(parser);
  if (verb == "TRUNCATE") return parse_truncate(parser);
  if (at_any_of(tokens, kHarmlessVerbs)) {
    parser.statement.kind = StatementKind::kHarmless;
    return true;
  }
  return parse_dml(parser);
}

}  // namespace

Statement classify_statement(std::string_view sql, std::string_view database,
                             std::uint64_t sql_mode) {
  HeadParser parser(sql, database, sql_mode);
  const bool understood = parse_head(parser);
  Statement& statement = parser.statement;
  // An open quote means that the text was read wrongly (a charset that hides quotes in its
  // characters): names may be missing, so what was found doesn't count.
  const bool complete = understood && (statement.kind == StatementKind::kHarmless ||
                                       !parser.tokens.has_unterminated());
  if (!complete) {
    statement.kind = StatementKind::kUnknown;
    statement.temporary = false;
    statement.tables.clear();
  }
  return std::move(statement);
}

}  // namespace millrace::ddl

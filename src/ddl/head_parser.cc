#include "ddl/head_parser.h"

namespace millrace::ddl {
namespace {

// After a dot anything that looks like a word is a name, digits too.
bool is_name(const Token& token) {
  return token.is_identifier() || token.kind == TokenKind::kNumber;
}

}  // namespace

std::optional<TableReference> HeadParser::read_table_name() {
  TableReference reference;
  if (tokens.peek().is_symbol('.')) {
    tokens.take();
    if (!is_name(tokens.peek())) return std::nullopt;
    return TableReference{std::string(database), tokens.take().identifier()};
  }
  if (!tokens.peek().is_identifier()) return std::nullopt;
  reference.table = tokens.take().identifier();
  if (tokens.peek().is_symbol('.') && is_name(tokens.peek(1))) {
    tokens.take();
    reference.database = std::exchange(reference.table, tokens.take().identifier());
  } else {
    reference.database = std::string(database);
  }
  return reference;
}

bool HeadParser::add_table() {
  std::optional<TableReference> reference = read_table_name();
  if (!reference) return false;
  statement.tables.push_back(std::move(*reference));
  return true;
}

bool HeadParser::accept_if_exists() {
  const bool found =
      tokens.accept_sequence({"IF", "EXISTS"}) || tokens.accept_sequence({"IF", "NOT", "EXISTS"});
  statement.if_exists |= found;
  return found;
}

void HeadParser::read_modifiers() {
  while (true) {
    if (tokens.accept_sequence({"OR", "REPLACE"})) {
      or_replace = true;
    } else if (tokens.accept("TEMPORARY")) {
      statement.temporary = true;
    } else if (tokens.accept("UNIQUE")) {
      is_unique = true;
    } else if (tokens.accept_sequence({"SQL", "SECURITY"})) {
      tokens.take();
    } else if (tokens.at_any({"ALGORITHM", "DEFINER"}) && tokens.peek(1).is_symbol('=')) {
      tokens.take();
      tokens.take();
      tokens.take();  // the algorithm, or the user's name, or CURRENT_USER
      if (tokens.peek().is_symbol('(')) tokens.skip_parentheses();
      if (tokens.accept_symbol('@')) tokens.take();
    } else if (!tokens.accept_any({"FULLTEXT", "SPATIAL", "VECTOR", "ONLINE", "OFFLINE", "IGNORE",
                                   "AGGREGATE", "UNDO", "JSON", "RELATIONAL", "DUALITY",
                                   "MATERIALIZED", "EXTERNAL"})) {
      return;
    }
  }
}

void HeadParser::skip_wait() {
  if (tokens.accept("NOWAIT")) return;
  if (tokens.at_word("WAIT") && tokens.peek(1).kind == TokenKind::kNumber) {
    tokens.take();
    tokens.take();
  }
}

bool HeadParser::skip_set_statement() {
  while (tokens.accept_sequence({"SET", "STATEMENT"})) {
    while (!tokens.at_end() && !tokens.at_word("FOR")) tokens.take();
    if (!tokens.accept("FOR")) return false;
  }
  return true;
}

bool HeadParser::at_database_option() {
  const Token& next = tokens.peek(1);
  if (tokens.at_any({"CHAR", "CHARACTER", "COLLATE", "DEFAULT", "READ"})) return true;
  // The rest may be names: a database called charset has an option behind it, CHARSET a charset.
  if (tokens.at_word("CHARSET")) {
    return !next.is_word("CHARACTER") && !next.is_word("CHAR") && !next.is_word("CHARSET") &&
           !next.is_word("COLLATE") && !next.is_word("DEFAULT") && !next.is_word("ENCRYPTION") &&
           !next.is_word("READ");
  }
  return tokens.at_any({"ENCRYPTION", "COMMENT"}) &&
         (next.is_symbol('=') || next.kind == TokenKind::kString);
}

}  // namespace millrace::ddl

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

}  // namespace millrace::ddl

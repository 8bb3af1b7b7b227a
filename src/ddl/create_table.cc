#include "ddl/statement_parsers.h"
#include "ddl/table_clauses.h"

// CREATE TABLE name (elements) options partitions query, each of which may be missing, and the two
// forms of LIKE.

namespace millrace::ddl {
namespace {

bool is_query_word(const Token& token) {
  return token.is_word("SELECT") || token.is_word("WITH") || token.is_word("VALUES") ||
         token.is_word("TABLE");
}

// SELECT, WITH, VALUES or TABLE, in parentheses or not.
bool at_query(TokenStream& tokens) {
  if (tokens.at_word("WITH") && tokens.peek(1).is_word("SYSTEM") &&
      tokens.peek(2).is_word("VERSIONING")) {
    return false;
  }
  if (is_query_word(tokens.peek())) return true;
  const Token& next = tokens.peek(1);
  return tokens.peek().is_symbol('(') && (is_query_word(next) || next.is_symbol('('));
}

// PARTITION BY ... up to the query, if there is one. Definitions stand in parentheses, so no word
// of theirs is in the way.
bool skip_partitions(SchemaReader& reader) {
  TokenStream& tokens = reader.tokens();
  while (!tokens.at_end() && !tokens.peek().is_symbol(';')) {
    if (at_query(tokens) || tokens.at_any({"AS", "IGNORE", "REPLACE"})) return true;
    if (!tokens.peek().is_symbol('(')) {
      tokens.take();
    } else if (!reader.skip_parentheses()) {
      return false;
    }
  }
  return true;
}

bool read_elements(SchemaReader& reader, CreateTable& statement) {
  do {
    TableElement element;
    if (!parse_table_element(reader, element)) return false;
    if (element.column && !reader.append(statement.columns, std::move(*element.column))) {
      return false;
    }
    if (element.key.key && !reader.append(statement.keys, std::move(*element.key.key))) {
      return false;
    }
  } while (reader.tokens().accept_symbol(','));
  return reader.expect_symbol(')');
}

bool read_options(SchemaReader& reader, CreateTable& statement) {
  TokenStream& tokens = reader.tokens();
  TableOptions options;
  while (true) {
    while (tokens.accept_symbol(',')) {
    }
    if (at_query(tokens)) break;
    const Step step = read_table_option(reader, options);
    if (step == Step::kFailed) return false;
    if (step == Step::kNotMine) break;
  }
  statement.charset = std::move(options.charset);
  statement.comment = options.comment.value_or("");
  return true;
}

bool read_like(SchemaReader& reader, CreateTable& statement) {
  statement.like.emplace();
  return reader.read_table(*statement.like);
}

}  // namespace

bool parse_create_table(SchemaReader& reader, CreateTable& statement) {
  TokenStream& tokens = reader.tokens();
  statement.or_replace = reader.head().or_replace;
  statement.if_not_exists = tokens.accept_sequence({"IF", "NOT", "EXISTS"});
  if (!reader.read_table(statement.table)) return false;
  if (tokens.accept("LIKE")) return read_like(reader, statement) && reader.expect_end();
  if (tokens.peek().is_symbol('(') && !at_query(tokens)) {
    tokens.take();
    if (tokens.accept("LIKE")) {
      return read_like(reader, statement) && reader.expect_symbol(')') && reader.expect_end();
    }
    if (!read_elements(reader, statement)) return false;
  }
  if (!read_options(reader, statement)) return false;
  if (tokens.at_word("PARTITION") && !skip_partitions(reader)) return false;
  const bool announces_query = tokens.accept_any({"IGNORE", "REPLACE"});
  if (tokens.accept("AS") || announces_query || at_query(tokens)) {
    statement.has_select = at_query(tokens);
    return statement.has_select || reader.fail("a query");
  }
  if (statement.columns.empty()) return reader.fail("columns or a query");
  return reader.expect_end();
}

}  // namespace millrace::ddl

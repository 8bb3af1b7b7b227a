#include <algorithm>
#include <string>
#include <vector>

#include "ddl/head_parser.h"

// The targets of statements that change rows. Where a statement joins tables, all of them are named: which of them it
// changes depends on columns that the text need not qualify.

namespace millrace::ddl {
namespace {

// Passes over one table of a FROM or UPDATE list, which may be a subquery or a table function, and keeps its name.
bool read_joined_table(HeadParser& parser) {
  TokenStream& tokens = parser.tokens;
  if (tokens.peek().is_symbol('(')) {
    tokens.skip_parentheses();
    return true;
  }
  if (tokens.accept("LATERAL") || (tokens.at_word("JSON_TABLE") && tokens.peek(1).is_symbol('('))) {
    while (!tokens.at_end() && !tokens.peek().is_symbol('(')) tokens.take();
    if (!tokens.at_end()) tokens.skip_parentheses();
    return true;
  }
  return parser.add_table();
}

bool starts_subquery(TokenStream& tokens) {
  const Token& next = tokens.peek(1);
  return next.is_word("SELECT") || next.is_word("WITH") || next.is_word("VALUES") ||
         next.is_word("TABLE");
}

// table_references of the manual, up to one of `ends` outside all parentheses.
bool read_table_references(HeadParser& parser, std::initializer_list<std::string_view> ends) {
  TokenStream& tokens = parser.tokens;
  bool expects_table = true;
  std::size_t depth = 0;
  while (!tokens.at_end()) {
    if (depth == 0 && !expects_table && tokens.at_any(ends)) return true;
    if (expects_table && tokens.accept_symbol('{')) {  // ODBC: { OJ a LEFT OUTER JOIN b ... }
      tokens.take();
    } else if (expects_table && tokens.peek().is_symbol('(') && !starts_subquery(tokens)) {
      tokens.take();
      ++depth;
    } else if (expects_table) {
      if (!read_joined_table(parser)) return false;
      expects_table = false;
    } else if (tokens.peek().is_symbol('(')) {  // PARTITION (p), USE INDEX (i), ON (...)
      tokens.skip_parentheses();
    } else if (tokens.peek().is_symbol(')')) {
      if (depth == 0) return false;
      --depth;
      tokens.take();
    } else {
      const Token token = tokens.take();
      expects_table =
          token.is_symbol(',') || token.is_word("JOIN") || token.is_word("STRAIGHT_JOIN");
    }
  }
  return !expects_table;
}

bool parse_insert(HeadParser& parser) {
  TokenStream& tokens = parser.tokens;
  tokens.take();
  while (tokens.accept_any({"LOW_PRIORITY", "DELAYED", "HIGH_PRIORITY", "IGNORE"})) {
  }
  tokens.accept("INTO");
  return parser.add_table();
}

bool parse_update(HeadParser& parser) {
  TokenStream& tokens = parser.tokens;
  tokens.take();
  while (tokens.accept_any({"LOW_PRIORITY", "IGNORE"})) {
  }
  return read_table_references(parser, {"SET"});
}

// Table names as DELETE's target list has them: t, db.t, t.*, db.t.*
bool read_delete_targets(HeadParser& parser) {
  TokenStream& tokens = parser.tokens;
  do {
    if (!parser.add_table()) return false;
    if (tokens.peek().is_symbol('.') && tokens.peek(1).is_symbol('*')) {
      tokens.take();
      tokens.take();
    }
  } while (tokens.accept_symbol(','));
  return true;
}

bool parse_delete(HeadParser& parser) {
  TokenStream& tokens = parser.tokens;
  tokens.take();
  while (tokens.accept_any({"LOW_PRIORITY", "QUICK", "IGNORE", "HISTORY"})) {
  }
  const bool from_first = tokens.accept("FROM");
  if (!read_delete_targets(parser)) return false;
  if (!tokens.accept(from_first ? "USING" : "FROM")) return from_first;
  // The targets may have been aliases; the joined tables hold them all.
  parser.statement.tables.clear();
  return read_table_references(parser, {"WHERE", "ORDER", "LIMIT", "RETURNING"});
}

bool parse_load(HeadParser& parser) {
  TokenStream& tokens = parser.tokens;
  tokens.take();
  if (tokens.at_word("INDEX")) {  // LOAD INDEX INTO CACHE
    parser.statement.kind = StatementKind::kHarmless;
    return true;
  }
  if (!tokens.accept_any({"DATA", "XML"})) return false;
  while (!tokens.at_end()) {
    if (tokens.accept_sequence({"INTO", "TABLE"})) return parser.add_table();
    tokens.take();
  }
  return false;
}

// WITH [RECURSIVE] name [(columns)] AS (query), ... ; the names, which are no tables.
bool skip_common_tables(HeadParser& parser, std::vector<std::string>& names) {
  TokenStream& tokens = parser.tokens;
  tokens.accept("RECURSIVE");
  do {
    if (!tokens.peek().is_identifier()) return false;
    names.push_back(tokens.take().identifier());
    if (tokens.peek().is_symbol('(')) tokens.skip_parentheses();
    if (!tokens.accept("AS") || !tokens.peek().is_symbol('(')) return false;
    tokens.skip_parentheses();
  } while (tokens.accept_symbol(','));
  return true;
}

bool parse_changing_verb(HeadParser& parser) {
  TokenStream& tokens = parser.tokens;
  if (tokens.at_any({"INSERT", "REPLACE"})) return parse_insert(parser);
  if (tokens.at_word("UPDATE")) return parse_update(parser);
  if (tokens.at_word("DELETE")) return parse_delete(parser);
  if (tokens.at_word("LOAD")) return parse_load(parser);
  // They are in a binlog only because of a stored function or procedure, which can change anything.
  return tokens.at_any({"CALL", "DO", "SELECT"});
}

}  // namespace

bool parse_dml(HeadParser& parser) {
  parser.statement.kind = StatementKind::kDml;
  std::vector<std::string> common_tables;
  if (parser.tokens.accept("WITH") && !skip_common_tables(parser, common_tables)) return false;
  if (!parse_changing_verb(parser)) return false;
  auto& tables = parser.statement.tables;
  std::erase_if(tables, [&](const TableReference& reference) {
    return reference.database == parser.database &&
           std::find(common_tables.begin(), common_tables.end(), reference.table) !=
               common_tables.end();
  });
  return true;
}

}  // namespace millrace::ddl

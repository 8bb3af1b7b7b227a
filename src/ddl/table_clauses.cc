#include "ddl/table_clauses.h"

#include <array>

#include "ddl/column_parser.h"

namespace millrace::ddl {
namespace {

// Table options of one word and a value that say nothing about the shape. After one of these the
// equals sign may be missing; any other word is an option only with it (engines and MariaDB bring
// their own).
constexpr auto kPlainOptions = std::to_array<std::string_view>({
    "AUTOEXTEND_SIZE",
    "AUTO_INCREMENT",
    "AVG_ROW_LENGTH",
    "CHECKSUM",
    "COMPRESSION",
    "CONNECTION",
    "DELAY_KEY_WRITE",
    "ENCRYPTION",
    "ENGINE",
    "ENGINE_ATTRIBUTE",
    "INSERT_METHOD",
    "KEY_BLOCK_SIZE",
    "MAX_ROWS",
    "MIN_ROWS",
    "PACK_KEYS",
    "PASSWORD",
    "ROW_FORMAT",
    "SECONDARY_ENGINE",
    "SECONDARY_ENGINE_ATTRIBUTE",
    "STATS_AUTO_RECALC",
    "STATS_PERSISTENT",
    "STATS_SAMPLE_PAGES",
    "STORAGE",
    "TABLESPACE",
    "TABLE_CHECKSUM",
    "TYPE",
    "UNION",
});

bool accept_plain_option(TokenStream& tokens) {
  for (const std::string_view option : kPlainOptions) {
    if (tokens.accept(option)) return true;
  }
  if (tokens.accept_sequence({"DATA", "DIRECTORY"}) ||
      tokens.accept_sequence({"INDEX", "DIRECTORY"})) {
    return true;
  }
  if (!tokens.peek().is_identifier() || !tokens.peek(1).is_symbol('=')) return false;
  tokens.take();
  return true;
}

// [name] [USING type] or name TYPE type, up to the key's columns.
bool read_key_name(SchemaReader& reader, std::string& name) {
  TokenStream& tokens = reader.tokens();
  const bool has_name = tokens.peek().is_identifier() && !tokens.at_word("USING");
  if (has_name && !reader.read_name(name)) return false;
  if (!tokens.accept("USING") && !(has_name && tokens.accept("TYPE"))) return true;
  std::string type;
  return reader.read_name(type, "an index type");
}

bool read_constraint_name(SchemaReader& reader, std::string& name) {
  TokenStream& tokens = reader.tokens();
  if (!tokens.accept("CONSTRAINT")) return true;
  if (tokens.accept_sequence({"IF", "NOT", "EXISTS"})) return reader.read_name(name);
  if (tokens.at_any({"PRIMARY", "UNIQUE", "FOREIGN", "CHECK"})) return true;
  return reader.read_name(name);
}

// The words before a key's name, which say its kind.
bool read_key_kind(SchemaReader& reader, KeyDefinition::Kind& kind) {
  TokenStream& tokens = reader.tokens();
  using Kind = KeyDefinition::Kind;
  if (tokens.accept("PRIMARY")) {
    kind = Kind::kPrimary;
    return reader.expect("KEY");
  }
  if (tokens.accept("FOREIGN")) {
    kind = Kind::kForeign;
    return reader.expect("KEY");
  }
  if (tokens.accept("UNIQUE")) {
    kind = Kind::kUnique;
    tokens.accept_any({"KEY", "INDEX"});
    return true;
  }
  kind = Kind::kPlain;
  const bool is_special = tokens.accept_any({"FULLTEXT", "SPATIAL", "VECTOR"});
  return tokens.accept_any({"KEY", "INDEX"}) || is_special || reader.fail("a key");
}

bool read_key_part(SchemaReader& reader, KeyPart& part) {
  TokenStream& tokens = reader.tokens();
  if (tokens.peek().is_symbol('(')) {
    if (!reader.skip_parentheses()) return false;
  } else if (!reader.read_column_name(part.column) || !reader.read_length(part.prefix_length)) {
    return false;
  }
  tokens.accept_any({"ASC", "DESC"});
  return true;
}

}  // namespace

bool at_key(SchemaReader& reader) {
  TokenStream& tokens = reader.tokens();
  if (tokens.at_word("VECTOR")) {
    return tokens.peek(1).is_word("INDEX") || tokens.peek(1).is_word("KEY");
  }
  return tokens.at_any({"CONSTRAINT", "PRIMARY", "UNIQUE", "KEY", "INDEX", "FULLTEXT", "SPATIAL",
                        "FOREIGN", "CHECK"});
}

bool parse_key_parts(SchemaReader& reader, std::vector<KeyPart>& parts) {
  if (!reader.expect_symbol('(')) return false;
  do {
    KeyPart part;
    if (!read_key_part(reader, part) || !reader.append(parts, std::move(part))) return false;
  } while (reader.tokens().accept_symbol(','));
  return reader.expect_symbol(')');
}

bool skip_key_options(SchemaReader& reader) {
  TokenStream& tokens = reader.tokens();
  while (true) {
    if (tokens.accept_any({"VISIBLE", "INVISIBLE", "IGNORED"}) ||
        tokens.accept_sequence({"NOT", "IGNORED"})) {
      continue;
    }
    const bool has_value =
        tokens.accept_any({"KEY_BLOCK_SIZE", "COMMENT", "USING", "TYPE", "ENGINE_ATTRIBUTE",
                           "SECONDARY_ENGINE_ATTRIBUTE", "ALGORITHM", "LOCK"}) ||
        tokens.accept_sequence({"WITH", "PARSER"});
    if (!has_value) {  // an engine's or MariaDB's: CLUSTERING=YES
      if (!tokens.peek().is_identifier() || !tokens.peek(1).is_symbol('=')) return true;
      tokens.take();
    }
    if (!reader.skip_value()) return false;
  }
}

bool parse_key(SchemaReader& reader, KeyClause& clause) {
  TokenStream& tokens = reader.tokens();
  std::string constraint;
  if (!read_constraint_name(reader, constraint)) return false;
  if (tokens.accept("CHECK")) return skip_check(reader);
  KeyDefinition key;
  if (!read_key_kind(reader, key.kind)) return false;
  clause.if_not_exists = tokens.accept_sequence({"IF", "NOT", "EXISTS"});
  if (!read_key_name(reader, key.name)) return false;
  if (key.kind == KeyDefinition::Kind::kPrimary) {
    key.name.clear();
  } else if (key.name.empty() ||
             (key.kind == KeyDefinition::Kind::kForeign && !constraint.empty())) {
    key.name = constraint;
  }
  if (!parse_key_parts(reader, key.parts)) return false;
  if (key.kind == KeyDefinition::Kind::kForeign && !skip_references(reader)) return false;
  clause.key = std::move(key);
  return skip_key_options(reader);
}

Step read_default_charset(SchemaReader& reader, CharsetClause& charset) {
  TokenStream& tokens = reader.tokens();
  const Token& next = tokens.peek(1);
  if (tokens.at_word("DEFAULT") && (next.is_word("CHARACTER") || next.is_word("CHAR") ||
                                    next.is_word("CHARSET") || next.is_word("COLLATE"))) {
    tokens.take();
  }
  if (reader.accept_character_set()) return step_of(reader.read_charset_name(charset.charset));
  if (tokens.accept("COLLATE")) return step_of(reader.read_charset_name(charset.collation));
  return Step::kNotMine;
}

Step read_table_option(SchemaReader& reader, TableOptions& options) {
  TokenStream& tokens = reader.tokens();
  const Step charset = read_default_charset(reader, options.charset);
  if (charset != Step::kNotMine) return charset;
  if (tokens.accept("COMMENT")) {
    tokens.accept_symbol('=');
    options.comment.emplace();
    return step_of(reader.read_text(*options.comment));
  }
  if (tokens.accept_sequence({"START", "TRANSACTION"}) ||
      tokens.accept_sequence({"WITH", "SYSTEM", "VERSIONING"})) {
    return Step::kTaken;
  }
  return accept_plain_option(tokens) ? step_of(reader.skip_value()) : Step::kNotMine;
}

bool parse_table_element(SchemaReader& reader, TableElement& element) {
  TokenStream& tokens = reader.tokens();
  if (at_key(reader)) return parse_key(reader, element.key);
  if (tokens.accept_sequence({"PERIOD", "FOR"})) {  // MariaDB: PERIOD FOR SYSTEM_TIME (a, b)
    std::string ignored;
    return reader.read_name(ignored) && reader.skip_parentheses();
  }
  element.column.emplace();
  return reader.read_column_name(element.column->name) &&
         parse_column_body(reader, *element.column);
}

}  // namespace millrace::ddl

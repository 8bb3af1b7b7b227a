#include "ddl/column_parser.h"

#include <array>

// The attributes behind a column's type, in any order and as often as they are written: the server
// takes the last.

namespace millrace::ddl {
namespace {

// The type that a text type is with charset binary; its own name where it is none.
std::string_view binary_type_of(std::string_view name) {
  struct Pair {
    std::string_view text, binary;
  };
  static constexpr auto kPairs = std::to_array<Pair>({
      {"char", "binary"},
      {"varchar", "varbinary"},
      {"tinytext", "tinyblob"},
      {"text", "blob"},
      {"mediumtext", "mediumblob"},
      {"longtext", "longblob"},
  });
  for (const Pair& pair : kPairs) {
    if (pair.text == name) return pair.binary;
  }
  return name;
}

// CHAR(5) CHARACTER SET binary, CHAR(5) BYTE and CHAR(5) COLLATE binary are BINARY(5). An ENUM
// stays one.
void resolve_binary_charset(ColumnTypeClause& type) {
  const CharsetClause& charset = type.charset;
  const bool is_binary =
      charset.charset == "binary" || (charset.charset.empty() && charset.collation == "binary");
  const std::string_view binary = binary_type_of(type.name);
  if (!is_binary || binary == type.name) return;
  type.name = binary;
  type.charset = {};
}

// NULL, NOT NULL, DEFAULT ..., ON UPDATE ..., [GENERATED ALWAYS] AS (...)
Step read_value_attribute(SchemaReader& reader, ColumnDefinition& column) {
  TokenStream& tokens = reader.tokens();
  if (tokens.accept_sequence({"NOT", "NULL"})) {
    column.nullable = false;
  } else if (tokens.accept("NULL")) {
    column.nullable = true;
  } else if (tokens.accept_sequence({"NOT", "SECONDARY"})) {
    return Step::kTaken;
  } else if (tokens.accept("DEFAULT")) {
    return step_of(reader.read_default(column.default_value));
  } else if (tokens.accept_sequence({"ON", "UPDATE"})) {
    const Step call = reader.skip_function_call();
    return call == Step::kNotMine ? step_of(reader.fail("CURRENT_TIMESTAMP")) : call;
  } else if (tokens.at_word("AS") || tokens.at_word("GENERATED")) {
    if (tokens.accept("GENERATED") && !reader.expect("ALWAYS")) return Step::kFailed;
    if (!reader.expect("AS")) return Step::kFailed;
    if (tokens.accept_sequence({"ROW", "START"}) || tokens.accept_sequence({"ROW", "END"})) {
      return Step::kTaken;  // MariaDB's system versioning: a column that is stored as any other
    }
    column.is_generated = true;
    return step_of(reader.skip_parentheses());
  } else if (tokens.accept("VIRTUAL")) {
    column.is_stored = false;
  } else if (tokens.accept_any({"STORED", "PERSISTENT"})) {
    column.is_stored = true;
  } else {
    return Step::kNotMine;
  }
  return Step::kTaken;
}

// AUTO_INCREMENT, SERIAL DEFAULT VALUE, [PRIMARY] KEY, UNIQUE [KEY], REFERENCES, CHECK
Step read_key_attribute(SchemaReader& reader, ColumnDefinition& column) {
  TokenStream& tokens = reader.tokens();
  if (tokens.accept("AUTO_INCREMENT")) {
    column.is_auto_increment = true;
  } else if (tokens.accept_sequence({"SERIAL", "DEFAULT", "VALUE"})) {
    column.nullable = false;
    column.is_auto_increment = true;
    column.is_unique_key = true;
  } else if (tokens.accept("UNIQUE")) {
    tokens.accept("KEY");
    column.is_unique_key = true;
  } else if (tokens.accept("KEY") || tokens.accept_sequence({"PRIMARY", "KEY"})) {
    column.is_primary_key = true;
  } else if (tokens.accept("CONSTRAINT")) {  // its name; what it says is the next attribute
    if (tokens.at_any({"CHECK", "REFERENCES", "UNIQUE", "PRIMARY"})) return Step::kTaken;
    std::string ignored;
    return step_of(reader.read_name(ignored));
  } else if (tokens.accept("CHECK")) {
    return step_of(skip_check(reader));
  } else if (tokens.at_word("REFERENCES")) {
    column.has_references = true;
    return step_of(skip_references(reader));
  } else {
    return Step::kNotMine;
  }
  return Step::kTaken;
}

// COMMENT, COLLATE, CHARACTER SET, VISIBLE and what is about storage only.
Step read_other_attribute(SchemaReader& reader, ColumnDefinition& column) {
  TokenStream& tokens = reader.tokens();
  if (tokens.accept("COMMENT")) return step_of(reader.read_text(column.comment));
  if (tokens.accept("COLLATE")) {
    return step_of(reader.read_charset_name(column.type.charset.collation));
  }
  if (reader.accept_character_set()) {
    return step_of(reader.read_charset_name(column.type.charset.charset));
  }
  if (tokens.at_any({"VISIBLE", "INVISIBLE"})) {
    column.visible = tokens.take().is_word("VISIBLE");
    return Step::kTaken;
  }
  if (tokens.accept_any(
          {"COLUMN_FORMAT", "STORAGE", "SRID", "ENGINE_ATTRIBUTE", "SECONDARY_ENGINE_ATTRIBUTE"})) {
    return step_of(reader.skip_value());
  }
  if (tokens.accept_sequence({"MASKING", "POLICY"})) return step_of(reader.skip_value());
  if (tokens.accept_sequence({"WITH", "SYSTEM", "VERSIONING"}) ||
      tokens.accept_sequence({"WITHOUT", "SYSTEM", "VERSIONING"})) {
    return Step::kTaken;
  }
  if (tokens.accept("COMPRESSED")) {
    return step_of(!tokens.peek().is_symbol('=') || reader.skip_value());
  }
  // An attribute of an engine or of MariaDB: REF_SYSTEM_ID=4326
  if (tokens.peek().is_identifier() && tokens.peek(1).is_symbol('=')) {
    tokens.take();
    return step_of(reader.skip_value());
  }
  return Step::kNotMine;
}

bool read_attributes(SchemaReader& reader, ColumnDefinition& column) {
  while (true) {
    Step step = read_value_attribute(reader, column);
    if (step == Step::kNotMine) step = read_key_attribute(reader, column);
    if (step == Step::kNotMine) step = read_other_attribute(reader, column);
    if (step != Step::kTaken) return step == Step::kNotMine;
  }
}

}  // namespace

bool skip_references(SchemaReader& reader) {
  TokenStream& tokens = reader.tokens();
  TableReference ignored;
  if (!reader.expect("REFERENCES") || !reader.read_table(ignored)) return false;
  if (tokens.peek().is_symbol('(') && !reader.skip_parentheses()) return false;
  while (true) {
    if (tokens.accept("MATCH")) {
      if (!tokens.accept_any({"FULL", "PARTIAL", "SIMPLE"})) return reader.fail("FULL or SIMPLE");
    } else if (tokens.at_word("ON") &&
               (tokens.peek(1).is_word("DELETE") || tokens.peek(1).is_word("UPDATE"))) {
      tokens.take();
      tokens.take();
      if (!tokens.accept_any({"RESTRICT", "CASCADE"}) && !tokens.accept_sequence({"SET", "NULL"}) &&
          !tokens.accept_sequence({"SET", "DEFAULT"}) &&
          !tokens.accept_sequence({"NO", "ACTION"})) {
        return reader.fail("RESTRICT, CASCADE, SET NULL or NO ACTION");
      }
    } else {
      return true;
    }
  }
}

bool skip_check(SchemaReader& reader) {
  if (!reader.skip_parentheses()) return false;
  TokenStream& tokens = reader.tokens();
  if (!tokens.accept("ENFORCED")) tokens.accept_sequence({"NOT", "ENFORCED"});
  return true;
}

bool parse_column_body(SchemaReader& reader, ColumnDefinition& column) {
  if (!parse_column_type(reader, column) || !read_attributes(reader, column)) return false;
  resolve_binary_charset(column.type);
  return true;
}

bool parse_placement(SchemaReader& reader, Placement& placement) {
  TokenStream& tokens = reader.tokens();
  if (tokens.accept("FIRST")) {
    placement.where = Placement::Where::kFirst;
  } else if (tokens.accept("AFTER")) {
    placement.where = Placement::Where::kAfter;
    return reader.read_column_name(placement.after);
  }
  return true;
}

}  // namespace millrace::ddl

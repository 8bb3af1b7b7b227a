#include <algorithm>
#include <array>

#include "ddl/column_parser.h"

// Data types: dozens of words for thirty types. A word leads to the type's name in
// information_schema and to what may follow it; forms of several words are resolved first.

namespace millrace::ddl {
namespace {

enum Tail : unsigned {
  kNothing = 0,
  kLength = 1,    // (n)
  kDecimals = 2,  // (n, m)
  kSign = 4,      // UNSIGNED, ZEROFILL
  kCharset = 8,   // CHARACTER SET ...
  kLabels = 16,   // ('a', 'b')
  kIgnoredSign = 32,
};

struct TypeWord {
  std::string_view word;
  std::string_view name;
  unsigned tail;
};

constexpr auto kTypeWords = std::to_array<TypeWord>({
    {"BIGINT", "bigint", kLength | kSign},
    {"BINARY", "binary", kLength},
    {"BIT", "bit", kLength},
    {"BLOB", "blob", kLength},
    {"CHAR", "char", kLength | kCharset},
    {"CHARACTER", "char", kLength | kCharset},
    {"DATE", "date", kNothing},
    {"DATETIME", "datetime", kLength},
    {"DEC", "decimal", kLength | kDecimals | kSign},
    {"DECIMAL", "decimal", kLength | kDecimals | kSign},
    {"DOUBLE", "double", kLength | kDecimals | kSign},
    {"ENUM", "enum", kLabels | kCharset},
    {"FIXED", "decimal", kLength | kDecimals | kSign},
    {"FLOAT", "float", kLength | kDecimals | kSign},
    {"FLOAT4", "float", kLength | kDecimals | kSign},
    {"FLOAT8", "double", kLength | kDecimals | kSign},
    {"GEOMCOLLECTION", "geomcollection", kNothing},
    {"GEOMETRY", "geometry", kNothing},
    {"GEOMETRYCOLLECTION", "geomcollection", kNothing},
    {"INET4", "inet4", kNothing},  // MariaDB, as are inet6 and uuid
    {"INET6", "inet6", kNothing},
    {"INT", "int", kLength | kSign},
    {"INT1", "tinyint", kLength | kSign},
    {"INT2", "smallint", kLength | kSign},
    {"INT3", "mediumint", kLength | kSign},
    {"INT4", "int", kLength | kSign},
    {"INT8", "bigint", kLength | kSign},
    {"INTEGER", "int", kLength | kSign},
    {"JSON", "json", kNothing},
    {"LINESTRING", "linestring", kNothing},
    {"LONGBLOB", "longblob", kNothing},
    {"LONGTEXT", "longtext", kCharset},
    {"MEDIUMBLOB", "mediumblob", kNothing},
    {"MEDIUMINT", "mediumint", kLength | kSign},
    {"MEDIUMTEXT", "mediumtext", kCharset},
    {"MIDDLEINT", "mediumint", kLength | kSign},
    {"MULTILINESTRING", "multilinestring", kNothing},
    {"MULTIPOINT", "multipoint", kNothing},
    {"MULTIPOLYGON", "multipolygon", kNothing},
    {"NUMERIC", "decimal", kLength | kDecimals | kSign},
    {"POINT", "point", kNothing},
    {"POLYGON", "polygon", kNothing},
    {"REAL", "double", kLength | kDecimals | kSign},
    {"SET", "set", kLabels | kCharset},
    {"SMALLINT", "smallint", kLength | kSign},
    {"TEXT", "text", kLength | kCharset},
    {"TIME", "time", kLength},
    {"TIMESTAMP", "timestamp", kLength},
    {"TINYBLOB", "tinyblob", kNothing},
    {"TINYINT", "tinyint", kLength | kSign},
    {"TINYTEXT", "tinytext", kCharset},
    {"UUID", "uuid", kNothing},
    {"VARBINARY", "varbinary", kLength},
    {"VARCHAR", "varchar", kLength | kCharset},
    {"VARCHARACTER", "varchar", kLength | kCharset},
    {"VECTOR", "vector", kLength},
    {"YEAR", "year", kLength | kIgnoredSign},
});

bool accept_varchar(TokenStream& tokens) { return tokens.accept_any({"VARCHAR", "VARCHARACTER"}); }

// CHAR VARYING, CHARACTER VARYING
bool accept_char_varying(TokenStream& tokens) {
  return tokens.accept_sequence({"CHAR", "VARYING"}) ||
         tokens.accept_sequence({"CHARACTER", "VARYING"});
}

// NATIONAL CHAR, NCHAR VARYING, NVARCHAR ...: char or varchar with charset utf8.
Step read_national_type(SchemaReader& reader, ColumnTypeClause& type, unsigned& tail) {
  TokenStream& tokens = reader.tokens();
  if (tokens.accept("NVARCHAR")) {
    type.name = "varchar";
  } else if (tokens.accept("NCHAR")) {
    const bool varies = tokens.accept("VARYING") || accept_varchar(tokens);
    type.name = varies ? "varchar" : "char";
  } else if (tokens.accept("NATIONAL")) {
    if (accept_char_varying(tokens) || accept_varchar(tokens)) {
      type.name = "varchar";
    } else if (tokens.accept_any({"CHAR", "CHARACTER"})) {
      type.name = "char";
    } else {
      return step_of(reader.fail("CHAR or VARCHAR"));
    }
  } else {
    return Step::kNotMine;
  }
  type.charset.charset = "utf8";
  tail = kLength | kCharset;
  return Step::kTaken;
}

// The forms of several words, and words that say more than a type.
Step read_composed_type(SchemaReader& reader, ColumnDefinition& column, unsigned& tail) {
  TokenStream& tokens = reader.tokens();
  ColumnTypeClause& type = column.type;
  tail = kNothing;
  if (accept_char_varying(tokens)) {
    type.name = "varchar";
    tail = kLength | kCharset;
  } else if (tokens.accept("LONG")) {
    if (tokens.accept("VARBINARY")) {
      type.name = "mediumblob";
    } else {
      if (!accept_char_varying(tokens)) accept_varchar(tokens);
      type.name = "mediumtext";
      tail = kCharset;
    }
  } else if (tokens.accept_any({"BOOL", "BOOLEAN"})) {
    type.name = "tinyint";
    type.length = 1;
  } else if (tokens.accept("SERIAL")) {
    type.name = "bigint";
    type.is_unsigned = true;
    column.nullable = false;
    column.is_auto_increment = true;
    column.is_unique_key = true;
  } else if (tokens.accept_sequence({"DOUBLE", "PRECISION"})) {
    type.name = "double";
    tail = kLength | kDecimals | kSign;
  } else {
    return read_national_type(reader, type, tail);
  }
  return Step::kTaken;
}

bool read_simple_type(SchemaReader& reader, ColumnTypeClause& type, unsigned& tail) {
  TokenStream& tokens = reader.tokens();
  const auto* const found =
      std::find_if(kTypeWords.begin(), kTypeWords.end(),
                   [&](const TypeWord& candidate) { return tokens.at_word(candidate.word); });
  if (found == kTypeWords.end()) return reader.fail("a data type");
  const bool is_single = found->word == "REAL" && (reader.sql_mode() & kSqlModeRealAsFloat) != 0;
  type.name = is_single ? "float" : found->name;
  tail = found->tail;
  tokens.take();
  return true;
}

// (10) or (10, 2)
bool read_dimensions(SchemaReader& reader, ColumnTypeClause& type, unsigned tail) {
  TokenStream& tokens = reader.tokens();
  if ((tail & kLength) == 0 || !tokens.accept_symbol('(')) return true;
  std::uint32_t number = 0;
  if (!reader.read_number(number)) return false;
  type.length = number;
  if ((tail & kDecimals) != 0 && tokens.accept_symbol(',')) {
    if (!reader.read_number(number)) return false;
    type.decimals = number;
  }
  return reader.expect_symbol(')');
}

bool read_labels(SchemaReader& reader, std::vector<std::string>& labels) {
  if (!reader.expect_symbol('(')) return false;
  do {
    std::string label;
    if (!reader.read_text(label) || !reader.append(labels, std::move(label))) return false;
  } while (reader.tokens().accept_symbol(','));
  return reader.expect_symbol(')');
}

void read_sign(TokenStream& tokens, ColumnTypeClause& type) {
  while (true) {
    if (tokens.accept("UNSIGNED")) {
      type.is_unsigned = true;
    } else if (tokens.accept("ZEROFILL")) {
      type.zerofill = true;
      type.is_unsigned = true;
    } else if (!tokens.accept("SIGNED")) {
      return;
    }
  }
}

// FLOAT(p) chooses between the two types and has no width.
void resolve_float_precision(ColumnTypeClause& type) {
  constexpr std::uint32_t kMaxSinglePrecision = 24;
  if (type.name != "float" || !type.length || type.decimals) return;
  if (*type.length > kMaxSinglePrecision) type.name = "double";
  type.length.reset();
}

}  // namespace

bool parse_charset_clause(SchemaReader& reader, CharsetClause& charset) {
  TokenStream& tokens = reader.tokens();
  while (true) {
    if (tokens.accept("BINARY")) {
      charset.binary = true;
    } else if (tokens.accept("ASCII")) {
      charset.charset = "latin1";
    } else if (tokens.accept("UNICODE")) {
      charset.charset = "ucs2";
    } else if (tokens.accept("BYTE")) {
      charset.charset = "binary";
    } else if (reader.accept_character_set()) {
      if (!reader.read_charset_name(charset.charset)) return false;
    } else {
      return true;
    }
  }
}

bool parse_column_type(SchemaReader& reader, ColumnDefinition& column) {
  ColumnTypeClause& type = column.type;
  unsigned tail = kNothing;
  const Step composed = read_composed_type(reader, column, tail);
  if (composed == Step::kFailed) return false;
  if (composed == Step::kNotMine && !read_simple_type(reader, type, tail)) return false;
  if (!read_dimensions(reader, type, tail)) return false;
  if ((tail & kLabels) != 0 && !read_labels(reader, type.labels)) return false;
  if ((tail & kSign) != 0) read_sign(reader.tokens(), type);
  if ((tail & kIgnoredSign) != 0) {
    ColumnTypeClause ignored;
    read_sign(reader.tokens(), ignored);
  }
  if ((tail & kCharset) != 0 && !parse_charset_clause(reader, type.charset)) return false;
  resolve_float_precision(type);
  return true;
}

}  // namespace millrace::ddl

#include "integration/follow/random_ddl.h"

#include <algorithm>

namespace millrace::testing {
namespace {

using schema::TableName;
using schema::TableSchema;

const std::vector<std::string> kDatabases = {"mb4", "latin", "third"};
const std::vector<std::string> kColumnNames = {
    "a",      "b",   "c",      "d",     "e",   "f",      "g",    "url",  "comment",
    "vector", "Ünï", "sp ace", "order", "key", "q`uote", "ДАТА", "value"};
const std::vector<std::string> kCharsets = {"utf8mb4", "latin1", "utf8mb3", "gbk",
                                            "ascii",   "binary", "gb18030", "cp1251"};
const std::vector<std::string> kCollations = {
    "utf8mb4_bin", "utf8mb4_general_ci", "utf8mb4_0900_as_cs", "latin1_german1_ci",
    "latin1_bin",  "gbk_chinese_ci",     "utf8mb3_unicode_ci", "cp1251_bin"};

std::string number(int value) { return std::to_string(value); }

}  // namespace

std::vector<std::string> RandomDdl::session() {
  if (!chance(10)) return {};
  ansi_quotes_ = chance(30);
  backslash_escapes_ = !chance(30);
  std::string modes;
  if (ansi_quotes_) modes += "ANSI_QUOTES,";
  if (!backslash_escapes_) modes += "NO_BACKSLASH_ESCAPES,";
  if (chance(20)) modes += "REAL_AS_FLOAT,";
  if (chance(50)) modes += "STRICT_TRANS_TABLES,";
  if (!modes.empty()) modes.pop_back();
  // The server writes a CREATE TABLE again into which it puts a primary key, and doubles the backslashes of its literals
  // then, even under NO_BACKSLASH_ESCAPES.
  const bool generates_key = backslash_escapes_ && chance(50);
  return {"SET SESSION sql_mode = '" + modes + "'",
          "USE " + pick(kDatabases),
          "SET SESSION collation_server = '" + pick(kCollations) + "'",
          "SET SESSION default_collation_for_utf8mb4 = " +
              std::string(chance(50) ? "utf8mb4_general_ci" : "utf8mb4_0900_ai_ci"),
          "SET SESSION explicit_defaults_for_timestamp = " + number(roll(2)),
          "SET SESSION sql_generate_invisible_primary_key = " + number(generates_key ? 1 : 0)};
}

std::string RandomDdl::statement(const schema::Catalog& catalog) {
  const int dice = roll(100);
  if (dice < 12) return create_table();
  if (dice < 15) {
    return "CREATE TABLE " + std::string(chance(30) ? "IF NOT EXISTS " : "") +
           table_name(some_name()) + " LIKE " + table_name(some_table(catalog));
  }
  if (dice < 18) {
    return "DROP TABLE " + std::string(chance(50) ? "IF EXISTS " : "") +
           table_name(some_table(catalog)) +
           (chance(20) ? ", " + table_name(some_table(catalog)) : "");
  }
  if (dice < 23) return rename(catalog);
  if (dice == 23) {
    return "ALTER DATABASE " + pick(kDatabases) + " CHARACTER SET " + pick(kCharsets);
  }
  if (dice == 24) return "DROP DATABASE third";
  if (dice == 25) {
    return "CREATE DATABASE IF NOT EXISTS third" +
           (chance(50) ? " COLLATE " + pick(kCollations) : std::string());
  }
  const TableName name = some_table(catalog);
  const auto table = catalog.find(name);
  if (table == nullptr || table->columns.empty()) return create_table();
  if (dice < 33) return index_statement(name, *table);
  return alter_table(name, *table);
}

// ---------------------------------------------------------------------------------------------------------------------
// Names.

std::string RandomDdl::quoted(const std::string& name) const {
  const char quote = ansi_quotes_ ? '"' : '`';
  std::string text(1, quote);
  for (const char c : name) {
    if (c == quote) text += quote;
    text += c;
  }
  return text + quote;
}

std::string RandomDdl::literal(const std::string& text) const {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += '\'';
    if (c == '\\' && backslash_escapes_) out += '\\';
    out += c;
  }
  return out + "'";
}

std::string RandomDdl::new_column_name() {
  std::string name = pick(kColumnNames);
  if (chance(40)) name += number(roll(4));
  return name;
}

std::string RandomDdl::table_name(const TableName& name) const {
  return quoted(name.database) + "." + quoted(name.table);
}

TableName RandomDdl::some_name() { return {pick(kDatabases), "t" + number(roll(5))}; }

TableName RandomDdl::some_table(const schema::Catalog& catalog) {
  std::vector<TableName> names;
  catalog.for_each([&](const TableName& name, const schema::TableSchemaPtr&) {
    if (std::find(kDatabases.begin(), kDatabases.end(), name.database) != kDatabases.end()) {
      names.push_back(name);
    }
  });
  return names.empty() ? some_name() : pick(names);
}

std::string RandomDdl::some_column(const TableSchema& table) {
  std::string name = pick(table.columns).name;
  // The server finds names without regard to case.
  if (chance(10) && !name.empty() && name[0] >= 'a' && name[0] <= 'z') {
    name[0] = static_cast<char>(name[0] - 'a' + 'A');
  }
  return quoted(name);
}

// ---------------------------------------------------------------------------------------------------------------------
// Columns.

std::string RandomDdl::charset_clause() {
  switch (roll(6)) {
    case 0:
      return " CHARACTER SET " + pick(kCharsets);
    case 1:
      return " COLLATE " + pick(kCollations);
    case 2:
      return chance(50) ? " CHARACTER SET latin1 COLLATE latin1_spanish_ci" : " BINARY";
    default:
      return "";
  }
}

std::string RandomDdl::labels() {
  static const std::vector<std::string> kLabels = {"a",  "b",     "it's", "x,y", "back\\slash",
                                                   "e1", "tail ", "1",    "",    "long label"};
  std::vector<std::string> chosen = kLabels;
  std::shuffle(chosen.begin(), chosen.end(), random_);
  std::string text = "(";
  const int count = 1 + roll(4);
  for (int i = 0; i < count; ++i) {
    std::string label = chosen[static_cast<std::size_t>(i)];
    if (label == "x,y") label = "xy";
    text += (i == 0 ? "" : ", ") + literal(label);
  }
  return text + ")";
}

std::string RandomDdl::text_type() {
  static const std::vector<std::string> kTypes = {
      "CHAR(%)",     "VARCHAR(%)", "TEXT",
      "TINYTEXT",    "MEDIUMTEXT", "LONGTEXT",
      "TEXT(%)",     "NCHAR(5)",   "NATIONAL VARCHAR(7)",
      "LONG VARCHAR"};
  std::string text = pick(kTypes);
  const auto percent = text.find('%');
  if (percent != std::string::npos) {
    const int most = text.starts_with("CHAR") ? 255 : 300;
    text.replace(percent, 1, number(1 + roll(most)));
  }
  const bool has_charset = text.starts_with("N");
  return text + (has_charset ? "" : charset_clause());
}

std::string RandomDdl::type() {
  static const std::vector<std::string> kTypes = {"TINYINT",
                                                  "TINYINT(1)",
                                                  "BOOL",
                                                  "SMALLINT UNSIGNED",
                                                  "MEDIUMINT(5)",
                                                  "INT",
                                                  "INTEGER(11)",
                                                  "INT UNSIGNED",
                                                  "INT(7) ZEROFILL",
                                                  "BIGINT",
                                                  "INT4",
                                                  "INT8 UNSIGNED",
                                                  "FLOAT",
                                                  "FLOAT(10)",
                                                  "FLOAT(30)",
                                                  "FLOAT(7,3)",
                                                  "DOUBLE",
                                                  "DOUBLE PRECISION",
                                                  "REAL",
                                                  "DOUBLE(12,4) UNSIGNED",
                                                  "DECIMAL",
                                                  "DEC(10,2)",
                                                  "NUMERIC(5)",
                                                  "FIXED(65,30)",
                                                  "BIT",
                                                  "BIT(17)",
                                                  "YEAR",
                                                  "DATE",
                                                  "TIME",
                                                  "TIME(3)",
                                                  "DATETIME",
                                                  "DATETIME(6)",
                                                  "TIMESTAMP NULL",
                                                  "TIMESTAMP(2) NULL",
                                                  "BINARY",
                                                  "BINARY(9)",
                                                  "VARBINARY(33)",
                                                  "BLOB",
                                                  "TINYBLOB",
                                                  "BLOB(70000)",
                                                  "LONG VARBINARY",
                                                  "JSON",
                                                  "GEOMETRY",
                                                  "POINT",
                                                  "GEOMETRYCOLLECTION",
                                                  "LINESTRING",
                                                  "VECTOR(3)",
                                                  "CHAR(4) BYTE"};
  const int dice = roll(100);
  if (dice < 30) return text_type();
  if (dice < 40) return (chance(50) ? "ENUM" : "SET") + labels() + charset_clause();
  return pick(kTypes);
}

std::string RandomDdl::definition() {
  if (chance(5)) return "INT AS (1 + 1)" + std::string(chance(50) ? " STORED" : "");
  if (chance(2)) return "SERIAL";
  std::string text = type();
  if (chance(30)) text += text.find("NULL") == std::string::npos ? " NOT NULL" : "";
  if (chance(8)) text += " INVISIBLE";
  if (chance(10)) text += " COMMENT " + literal("a 'comment', and ;");
  if (chance(4)) text += " UNIQUE";
  if (chance(2)) text += " PRIMARY KEY";
  return text;
}

std::string RandomDdl::placement(const TableSchema& table) {
  switch (roll(5)) {
    case 0:
      return " FIRST";
    case 1:
      return " AFTER " + some_column(table);
    default:
      return "";
  }
}

std::string RandomDdl::key_parts(const TableSchema& table) {
  std::string text = "(" + some_column(table);
  if (chance(15)) text += "(3)";
  if (chance(30)) text += ", " + some_column(table) + (chance(30) ? " DESC" : "");
  return text + ")";
}

// ---------------------------------------------------------------------------------------------------------------------
// Statements.

std::string RandomDdl::create_table() {
  std::string text = "CREATE TABLE " + std::string(chance(20) ? "IF NOT EXISTS " : "") +
                     table_name(some_name()) + " (";
  std::vector<std::string> names = kColumnNames;
  std::shuffle(names.begin(), names.end(), random_);
  const auto count = static_cast<std::size_t>(2 + roll(6));
  TableSchema made;
  for (std::size_t i = 0; i < count; ++i) {
    made.columns.emplace_back().name = names[i];
    text += (i == 0 ? "" : ", ") + quoted(names[i]) + " " + definition();
  }
  if (chance(50)) text += ", PRIMARY KEY " + key_parts(made);
  if (chance(30)) text += ", UNIQUE " + std::string(chance(50) ? "uk " : "") + key_parts(made);
  if (chance(20)) text += ", KEY " + key_parts(made);
  if (chance(10)) text += ", CONSTRAINT con UNIQUE KEY " + key_parts(made);
  if (chance(10)) text += ", CHECK (1 + 1 = 2)";
  text += ")";
  if (chance(20)) text += " ENGINE=InnoDB";
  if (chance(20)) text += " DEFAULT" + std::string(" CHARSET=") + pick(kCharsets);
  if (chance(15)) text += " COLLATE=" + pick(kCollations);
  if (chance(10)) text += " COMMENT=" + literal("x");
  return text;
}

std::string RandomDdl::column_specification(const TableSchema& table) {
  const std::string column = chance(50) ? "COLUMN " : "";
  switch (roll(12)) {
    case 0:
    case 1:
    case 2:
      return "ADD " + column + quoted(new_column_name()) + " " + definition() + placement(table);
    case 3:
      return "ADD (" + quoted(new_column_name()) + " " + definition() + ", " +
             quoted(new_column_name()) + " " + definition() + ")";
    case 4:
    case 5:
      return "DROP " + column + some_column(table);
    case 6:
      return "MODIFY " + column + some_column(table) + " " + definition() + placement(table);
    case 7:
      return "CHANGE " + column + some_column(table) + " " + quoted(new_column_name()) + " " +
             definition() + placement(table);
    case 8:
    case 9:
      return "RENAME COLUMN " + some_column(table) + " TO " +
             (chance(50) ? some_column(table) : quoted(new_column_name()));
    case 10:
      return "ALTER " + column + some_column(table) +
             (chance(50) ? " DROP DEFAULT" : " SET DEFAULT 1");
    default:
      return "ALTER " + column + some_column(table) +
             (chance(50) ? " SET VISIBLE" : " SET INVISIBLE");
  }
}

std::string RandomDdl::key_specification(const TableSchema& table) {
  switch (roll(9)) {
    case 0:
    case 1:
      return "ADD PRIMARY KEY " + key_parts(table);
    case 2:
      return "DROP PRIMARY KEY";
    case 3:
      return "ADD UNIQUE " + std::string(chance(50) ? "INDEX " : "") +
             (chance(50) ? "u" + number(roll(4)) + " " : "") + key_parts(table);
    case 4:
      return "ADD INDEX " + key_parts(table);
    case 5:
      return "ADD UNIQUE ((CONCAT('a', 'b')))";
    case 6:
      if (table.indexes.empty()) return "FORCE";
      return "RENAME INDEX " + quoted(pick(table.indexes).name) + " TO " +
             quoted("r" + number(roll(5)));
    default:
      if (table.indexes.empty()) return "ENGINE = InnoDB";
      return "DROP " + std::string(chance(50) ? "INDEX " : "KEY ") +
             quoted(pick(table.indexes).name);
  }
}

std::string RandomDdl::table_specification() {
  switch (roll(8)) {
    case 0:
    case 1:
    case 2:
      return "DEFAULT CHARACTER SET = " + pick(kCharsets);
    case 3:
      return "COLLATE " + pick(kCollations);
    case 4:
      return "RENAME TO " + table_name(some_name());
    case 5:
      return "COMMENT = " + literal("CHANGE a b INT, DROP c");
    case 6:
      return "ALGORITHM = COPY";
    default:
      return "ROW_FORMAT = DYNAMIC";
  }
}

std::string RandomDdl::alter_table(const TableName& name, const TableSchema& table) {
  std::string text = "ALTER TABLE " + table_name(name) + " ";
  // Alone: together with a MODIFY the server makes BLOB a MEDIUMBLOB.
  if (chance(3)) return text + "CONVERT TO CHARACTER SET " + pick(kCharsets);
  const int count = 1 + (chance(40) ? roll(4) : 0);
  for (int i = 0; i < count; ++i) {
    if (i > 0) text += ", ";
    const int dice = roll(10);
    text += dice < 6   ? column_specification(table)
            : dice < 9 ? key_specification(table)
                       : table_specification();
  }
  return text;
}

std::string RandomDdl::rename(const schema::Catalog& catalog) {
  const TableName one = some_table(catalog);
  const TableName other = some_table(catalog);
  if (chance(40) && one != other) {
    const std::string between = table_name({one.database, "between"});
    return "RENAME TABLE " + table_name(one) + " TO " + between + ", " + table_name(other) +
           " TO " + table_name(one) + ", " + between + " TO " + table_name(other);
  }
  return "RENAME TABLE " + table_name(one) + " TO " + table_name(some_name());
}

std::string RandomDdl::index_statement(const TableName& name, const TableSchema& table) {
  if (chance(60) || table.indexes.empty()) {
    return "CREATE " + std::string(chance(60) ? "UNIQUE " : "") + "INDEX i" + number(roll(6)) +
           " ON " + table_name(name) + " " + key_parts(table);
  }
  return "DROP INDEX " + quoted(pick(table.indexes).name) + " ON " + table_name(name);
}

}  // namespace millrace::testing

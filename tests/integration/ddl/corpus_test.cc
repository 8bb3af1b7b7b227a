#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "millrace/ddl/schema_change.h"
#include "support/ddl_corpus/corpus.h"
#include "support/mini_mysql.h"

// The corpus against a server: its statements are legal there, and what the parser says of a column
// is what the server made of it.

namespace millrace::testing {
namespace {

struct ServerColumn {
  std::string type;
  std::string column_type;
  std::string extra;
  std::string comment;
};

std::string quote(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "'";
}

using ServerTable = std::vector<std::pair<std::string, ServerColumn>>;

ServerTable read_columns(SqlClient& root, const ddl::TableReference& table) {
  root.execute("SET SESSION sql_mode = ''");
  ServerTable columns;
  for (const SqlRow& row :
       root.rows("SELECT COLUMN_NAME, DATA_TYPE, COLUMN_TYPE, EXTRA, COLUMN_COMMENT FROM "
                 "information_schema.COLUMNS WHERE TABLE_SCHEMA = BINARY " +
                 quote(table.database) + " AND TABLE_NAME = BINARY " + quote(table.table) +
                 " ORDER BY ORDINAL_POSITION")) {
    columns.emplace_back(*row[0], ServerColumn{*row[1], *row[2], *row[3], *row[4]});
  }
  return columns;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

// The names that a type has by what the statement alone doesn't say: a size, the table's charset.
bool is_type_open(const ddl::ColumnDefinition& column, bool is_binary_table) {
  const std::string& name = column.type.name;
  if (name == "blob" || name == "text") return column.type.length.has_value() || is_binary_table;
  return is_binary_table && (name == "char" || name == "varchar");
}

void expect_same_column(const ddl::ColumnDefinition& parsed, const ServerColumn& server,
                        bool is_binary_table) {
  SCOPED_TRACE("column " + parsed.name);
  if (!is_type_open(parsed, is_binary_table)) {
    EXPECT_EQ(parsed.type.name, server.type);
  }
  EXPECT_EQ(parsed.type.is_unsigned, contains(server.column_type, "unsigned"));
  EXPECT_EQ(parsed.type.zerofill, contains(server.column_type, "zerofill"));
  EXPECT_EQ(parsed.is_auto_increment, contains(server.extra, "auto_increment"));
  EXPECT_EQ(parsed.is_generated && parsed.is_stored, contains(server.extra, "STORED GENERATED"));
  EXPECT_EQ(parsed.is_generated && !parsed.is_stored, contains(server.extra, "VIRTUAL GENERATED"));
  EXPECT_EQ(parsed.visible == false, contains(server.extra, "INVISIBLE"));
  EXPECT_EQ(parsed.comment, server.comment);
}

class CorpusOnServerTest : public ::testing::Test {
 protected:
  // The databases s and d as the case's file wants them.
  static void prepare(SqlClient& root, const DdlCase& row) {
    root.execute("SET SESSION sql_mode = '', foreign_key_checks = 0");
    for (const SqlRow& database :
         root.rows("SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME NOT IN "
                   "('mysql', 'sys', 'information_schema', 'performance_schema')")) {
      root.execute("DROP DATABASE `" + *database[0] + "`");
    }
    for (const char* statement : {"CREATE DATABASE s", "CREATE DATABASE d", "USE s"}) {
      root.execute(statement);
    }
    for (const std::string& statement : row.setup) root.execute(statement);
    root.execute("SET SESSION sql_mode = '" + row.mode + "', foreign_key_checks = 1");
  }

  static void check_created(SqlClient& root, const ddl::CreateTable& create) {
    if (create.like || create.has_select || create.if_not_exists) return;
    const ServerTable columns = read_columns(root, create.table);
    ASSERT_EQ(columns.size(), create.columns.size());
    for (std::size_t i = 0; i < columns.size(); ++i) {
      EXPECT_EQ(columns[i].first, create.columns[i].name);
      expect_same_column(create.columns[i], columns[i].second, create.charset.charset == "binary");
    }
    EXPECT_EQ(create.comment,
              root.value("SELECT TABLE_COMMENT FROM information_schema.TABLES WHERE TABLE_SCHEMA = "
                         "BINARY " +
                         quote(create.table.database) + " AND TABLE_NAME = BINARY " +
                         quote(create.table.table)));
  }

  // Columns that a statement adds or redefines, unless the same statement goes on with them.
  static void check_altered(SqlClient& root, const ddl::AlterTable& alter) {
    ddl::TableReference table = alter.table;
    std::map<std::string, const ddl::ColumnDefinition*> defined;
    for (const ddl::AlterSpecification& specification : alter.specifications) {
      if (const auto* add = std::get_if<ddl::AddColumn>(&specification)) {
        defined[add->column.name] = &add->column;
      } else if (const auto* change = std::get_if<ddl::ChangeColumn>(&specification)) {
        defined[change->column.name] = &change->column;
      } else if (const auto* rename = std::get_if<ddl::RenameTo>(&specification)) {
        table = rename->to;
      }
    }
    const ServerTable columns = read_columns(root, table);
    std::size_t found = 0;
    for (const auto& [name, column] : columns) {
      const auto definition = defined.find(name);
      if (definition == defined.end()) continue;
      ++found;
      expect_same_column(*definition->second, column, false);
    }
    EXPECT_EQ(found, defined.size());
  }
};

TEST_F(CorpusOnServerTest, EveryStatementIsLegal) {
  const MiniMysql server({{"--innodb-flush-method=nosync", "--innodb-doublewrite=OFF"}});
  SqlClient root = server.root();
  root.execute("SET NAMES utf8mb4");
  std::size_t executed = 0;
  for (const DdlCase& row : read_ddl_corpus()) {
    if (!row.is_executable) continue;
    SCOPED_TRACE(row.place + ": " + row.sql);
    prepare(root, row);
    const std::string error = root.try_execute(row.sql);
    EXPECT_EQ(error, "");
    root.execute("COMMIT");  // CREATE TABLE ... START TRANSACTION waits for it
    ++executed;
    const auto change = ddl::parse_schema_change(row.sql, "s", row.sql_mode);
    if (!change) ADD_FAILURE() << change.error().message();
    if (!error.empty() || !change || !*change) continue;
    if (const auto* create = std::get_if<ddl::CreateTable>(&**change)) check_created(root, *create);
    if (const auto* alter = std::get_if<ddl::AlterTable>(&**change)) check_altered(root, *alter);
  }
  EXPECT_GE(executed, 500U);
}

}  // namespace
}  // namespace millrace::testing

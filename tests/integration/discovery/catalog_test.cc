#include "millrace/discovery/catalog.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "millrace/binlog/events.h"
#include "millrace/mysql/binlog_stream.h"
#include "millrace/mysql/identity.h"
#include "millrace/schema/table_resolver.h"
#include "support/mini_mysql.h"

namespace millrace::discovery {
namespace {

using schema::Column;
using schema::TableName;
using schema::TableSchema;

// Tables of the database "kinds" with every kind of column, each a CREATE TABLE's body. Rows are
// inserted with defaults only.
const std::map<std::string, std::string> kTables = {
    {"integers",
     "(id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, a TINYINT, b TINYINT(1), c SMALLINT "
     "UNSIGNED, d MEDIUMINT, e "
     "INT UNSIGNED ZEROFILL, f BIGINT, g YEAR, h BIT(1), i BIT(33), j BOOL NOT NULL DEFAULT TRUE)"},
    {"numbers",
     "(id INT PRIMARY KEY, a DECIMAL(10,2), b DECIMAL(65,30) UNSIGNED, c DECIMAL, d FLOAT, e "
     "FLOAT(7,3), f DOUBLE, g "
     "DOUBLE(20,5) UNSIGNED, h NUMERIC(5,5) NOT NULL)"},
    {"times",
     "(id INT PRIMARY KEY, a DATE, b TIME, c TIME(6), d DATETIME, e DATETIME(3) DEFAULT "
     "CURRENT_TIMESTAMP(3), f "
     "TIMESTAMP NULL, g TIMESTAMP(1) NULL DEFAULT NULL, h TIMESTAMP DEFAULT CURRENT_TIMESTAMP ON "
     "UPDATE "
     "CURRENT_TIMESTAMP)"},
    {"texts",
     "(id INT PRIMARY KEY, a CHAR(1), b CHAR(255), c VARCHAR(0), d VARCHAR(255), e VARCHAR(10000) "
     "CHARACTER SET "
     "latin1, f TINYTEXT, g TEXT CHARACTER SET gbk, h MEDIUMTEXT, i LONGTEXT, j CHAR(200) "
     "CHARACTER SET utf16, k "
     "VARCHAR(20) COLLATE utf8mb4_bin, l NCHAR(5), m VARCHAR(10) CHARACTER SET ascii) COLLATE "
     "utf8mb4_0900_as_cs"},
    {"bytes",
     "(id INT PRIMARY KEY, a BINARY(1), b BINARY(255), c VARBINARY(300), d TINYBLOB, e BLOB, f "
     "MEDIUMBLOB, g "
     "LONGBLOB, h CHAR(10) CHARACTER SET binary)"},
    {"labels",
     "(id INT PRIMARY KEY, a ENUM('x','it''s','a,b','c\\\\d',''), b "
     "SET('1','2','3','4','5','6','7','8','9'), c "
     "ENUM('ä','€') CHARACTER SET utf8mb4, d SET('ö') CHARACTER SET latin1, e ENUM('a')) CHARACTER "
     "SET latin1"},
    {"others",
     "(id INT PRIMARY KEY, a JSON, b GEOMETRY, c POINT SRID 4326, d LINESTRING, e POLYGON, f "
     "MULTIPOINT, g "
     "MULTILINESTRING, h MULTIPOLYGON, i GEOMETRYCOLLECTION, j VECTOR(7))"},
    {"generated",
     "(id INT PRIMARY KEY, a INT DEFAULT 5, b INT AS (a + 1) VIRTUAL, c INT AS (a * 2) STORED, d "
     "INT INVISIBLE DEFAULT "
     "3, e VARCHAR(20) DEFAULT (CONCAT('x', 'y')) COMMENT 'an expression', INDEX f ((a + 7)))"},
    {"key_of_two", "(a INT, b VARCHAR(10) NOT NULL, c INT NOT NULL, PRIMARY KEY (c, b))"},
    {"key_of_a_prefix", "(a INT, b VARCHAR(100) NOT NULL, PRIMARY KEY (b(10)))"},
    {"partitioned",
     "(id INT NOT NULL, d DATE NOT NULL, PRIMARY KEY (id, d)) PARTITION BY HASH (id) PARTITIONS 3"},
    {"odd`name", "(`odd``column` INT PRIMARY KEY, `ünïcode` INT, `with space` INT, `sel'ect` INT)"},
    {"Ünïcödé", "(id INT PRIMARY KEY)"},
};

class CatalogTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    server_ = std::make_unique<testing::MiniMysql>();
    server_->execute({"CREATE DATABASE kinds"});
    testing::SqlClient root = server_->root();
    root.execute("SET NAMES utf8mb4, SESSION sql_mode = ''");
    for (const auto& [name, body] : kTables) {
      root.execute("CREATE TABLE kinds." + mysql::quote_identifier(name) + " " + body);
    }
  }
  static void TearDownTestSuite() { server_.reset(); }
  static testing::MiniMysql& server() { return *server_; }

  static mysql::ConnectionOptions options() {
    mysql::ConnectionOptions options;
    options.unix_socket = server().socket();
    options.user = testing::kCdcUser;
    options.password = Secret(testing::kCdcPassword);
    return options;
  }
  static mysql::Connection connect() {
    auto connection = mysql::Connection::connect(options());
    if (!connection) throw std::runtime_error(connection.error().message());
    return std::move(*connection);
  }
  static LoadedTables load(const std::string& database) {
    mysql::Connection connection = connect();
    auto catalog =
        load_tables(connection, [&](const TableName& name) { return name.database == database; });
    if (!catalog) throw std::runtime_error(catalog.error().message());
    return std::move(*catalog);
  }
  // Creates a table in the database "shapes" and reads it back.
  static TableSchema create_and_load(const std::string& body, const std::string& before = "DO 0") {
    testing::SqlClient root = server().root();
    root.execute("CREATE DATABASE IF NOT EXISTS shapes");
    root.execute("DROP TABLE IF EXISTS shapes.t");
    root.execute(before);
    root.execute("CREATE TABLE shapes.t " + body);
    mysql::Connection connection = connect();
    auto table = load_table(connection, {"shapes", "t"});
    if (!table || !*table) throw std::runtime_error("the table is not there");
    return ***table;
  }
  static std::vector<std::string> key_names(const TableSchema& table) {
    std::vector<std::string> names;
    for (const std::size_t index : table.key_columns) names.push_back(table.columns.at(index).name);
    return names;
  }

 private:
  static inline std::unique_ptr<testing::MiniMysql> server_;
};

TEST_F(CatalogTest, ReadsEveryWantedTable) {
  const LoadedTables catalog = load("kinds");
  EXPECT_EQ(catalog.tables.size(), kTables.size());
  for (const auto& [name, body] : kTables) {
    const auto table = catalog.tables.find({"kinds", name});
    ASSERT_NE(table, catalog.tables.end()) << name;
    EXPECT_EQ(table->second->name, table->first);
    EXPECT_TRUE(table->second->has_names);
    EXPECT_FALSE(table->second->key_columns.empty()) << name;
  }
  EXPECT_FALSE(catalog.executed_before.empty());
  EXPECT_EQ(catalog.executed_before, catalog.executed_after);
}

// The structure of each table as the binlog itself describes it, with the metadata level given.
std::map<TableName, schema::TableMapColumns> read_table_maps(
    testing::MiniMysql& server, const mysql::ConnectionOptions& connection_options,
    const std::string& level) {
  testing::SqlClient root = server.root();
  root.execute("SET GLOBAL binlog_row_metadata = " + level);
  mysql::BinlogStreamOptions options;
  const mysql::Identity identity = mysql::derive_identity("read_table_maps");
  options.server_id = identity.server_id;
  options.replica_uuid = identity.replica_uuid;
  options.start = gtid::GtidSet::parse(root.value("SELECT @@GLOBAL.gtid_executed")).value();
  options.stop_at_end = true;
  root.execute("SET NAMES utf8mb4, SESSION sql_mode = ''");
  for (const auto& [name, body] : kTables) {
    root.execute("INSERT INTO kinds." + mysql::quote_identifier(name) + " () VALUES ()");
    root.execute("DELETE FROM kinds." + mysql::quote_identifier(name));
  }
  std::map<TableName, schema::TableMapColumns> maps;
  auto stream = mysql::BinlogStream::open(connection_options, options);
  if (!stream) throw std::runtime_error(stream.error().message());
  binlog::FormatDescription format;
  for (;;) {
    auto event = stream->fetch();
    if (!event) throw std::runtime_error(event.error().message());
    if (!*event) return maps;
    const binlog::EventHeader header = binlog::decode_header(**event).value();
    if (header.type == binlog::EventType::kFormatDescription) {
      format = binlog::decode_format_description(**event).value();
    } else if (header.type == binlog::EventType::kTableMap) {
      const std::string_view body = (*event)->substr(19, (*event)->size() - 19 - 4);
      const binlog::TableMap map = binlog::decode_table_map(body, format).value();
      maps[{std::string(map.database), std::string(map.table)}] =
          schema::decode_table_map_columns(map).value();
    }
  }
}

void expect_same_column(const Column& catalog, const Column& map) {
  EXPECT_EQ(catalog.name, map.name);
  EXPECT_EQ(catalog.type, map.type);
  EXPECT_EQ(catalog.is_unsigned, map.is_unsigned);
  EXPECT_EQ(catalog.is_nullable, map.is_nullable);
  EXPECT_EQ(catalog.is_visible, map.is_visible);
  EXPECT_EQ(catalog.length, map.length);
  EXPECT_EQ(catalog.scale, map.scale);
  EXPECT_EQ(catalog.collation, map.collation);
  EXPECT_EQ(catalog.charset, map.charset);
  EXPECT_EQ(catalog.labels, map.labels);
  EXPECT_EQ(catalog.geometry_type, map.geometry_type);
  EXPECT_EQ(catalog.vector_dimensions, map.vector_dimensions);
}

TEST_F(CatalogTest, SaysTheSameAsFullMetadataInTheBinlog) {
  const auto maps = read_table_maps(server(), options(), "FULL");
  const LoadedTables catalog = load("kinds");
  ASSERT_EQ(maps.size(), kTables.size());
  for (const auto& [name, map] : maps) {
    ASSERT_TRUE(catalog.tables.contains(name)) << name.to_text();
    const TableSchema& table = *catalog.tables.at(name);
    ASSERT_TRUE(map.full_metadata);
    ASSERT_EQ(table.columns.size(), map.schema.columns.size()) << name.to_text();
    EXPECT_EQ(table.key_columns, map.schema.key_columns) << name.to_text();
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      SCOPED_TRACE(name.to_text() + "." + table.columns[i].name);
      expect_same_column(table.columns[i], map.schema.columns[i]);
    }
  }
}

TEST_F(CatalogTest, FitsMinimalMetadataInTheBinlog) {
  const auto maps = read_table_maps(server(), options(), "MINIMAL");
  const LoadedTables catalog = load("kinds");
  ASSERT_EQ(maps.size(), kTables.size());
  for (const auto& [name, map] : maps) {
    EXPECT_FALSE(map.full_metadata);
    const auto merged = schema::merge_with_catalog(map, *catalog.tables.at(name));
    EXPECT_TRUE(merged) << merged.error().message();
  }
}

TEST_F(CatalogTest, WhatOnlyTheCatalogKnows) {
  const LoadedTables catalog = load("kinds");
  const TableSchema& generated = *catalog.tables.at({"kinds", "generated"});
  EXPECT_EQ(generated.columns.at(1).default_value, "5");
  EXPECT_TRUE(generated.columns.at(2).is_generated);
  EXPECT_TRUE(generated.columns.at(3).is_generated);
  EXPECT_FALSE(generated.columns.at(4).is_visible);
  EXPECT_FALSE(generated.columns.at(4).is_generated);
  EXPECT_EQ(generated.columns.at(5).default_value, std::nullopt);
  EXPECT_EQ(generated.columns.at(5).comment, "an expression");
  EXPECT_FALSE(generated.columns.at(5).is_generated);
  EXPECT_EQ(generated.columns.size(), 6U);
  const TableSchema& integers = *catalog.tables.at({"kinds", "integers"});
  EXPECT_TRUE(integers.columns.at(0).is_auto_increment);
  EXPECT_EQ(integers.columns.at(2).column_type, "tinyint(1)");
  EXPECT_EQ(integers.columns.at(5).column_type, "int(10) unsigned zerofill");
}

struct KeyCase {
  const char* name;
  const char* body;
  std::vector<std::string> key;
};
void PrintTo(const KeyCase& c, std::ostream* out) { *out << c.name; }
class KeyTest : public CatalogTest, public ::testing::WithParamInterface<KeyCase> {};

TEST_P(KeyTest, IsTheOneThatIdentifiesRows) {
  EXPECT_EQ(key_names(create_and_load(GetParam().body)), GetParam().key);
}
INSTANTIATE_TEST_SUITE_P(
    , KeyTest,
    ::testing::Values(
        KeyCase{"primary", "(a INT NOT NULL UNIQUE, b INT PRIMARY KEY)", {"b"}},
        KeyCase{
            "primary_in_its_own_order", "(a INT, b INT, c INT, PRIMARY KEY (c, a))", {"c", "a"}},
        KeyCase{"none", "(a INT, b INT, INDEX (a))", {}},
        KeyCase{"unique_not_null", "(a INT, b INT NOT NULL, UNIQUE (b))", {"b"}},
        KeyCase{"unique_nullable", "(a INT, b INT NOT NULL, UNIQUE (a))", {}},
        KeyCase{"unique_partly_nullable", "(a INT, b INT NOT NULL, UNIQUE (b, a))", {}},
        KeyCase{"first_of_two_by_definition",
                "(a INT NOT NULL, b INT NOT NULL, UNIQUE z_first (b), UNIQUE a_second (a))",
                {"b"}},
        KeyCase{
            "first_after_a_nullable_one",
            "(a INT, b INT NOT NULL, c INT NOT NULL, UNIQUE (a), UNIQUE x (c, b), UNIQUE m (b))",
            {"c", "b"}},
        KeyCase{"functional_part_is_none", "(a INT NOT NULL, UNIQUE ((a + 1)))", {}},
        KeyCase{"after_a_functional_one",
                "(a INT NOT NULL, b INT NOT NULL, UNIQUE f ((a + 1)), UNIQUE g (b))",
                {"b"}},
        KeyCase{"beside_an_invisible_one",
                "(a INT NOT NULL, b INT NOT NULL, UNIQUE x (b), UNIQUE y (a) INVISIBLE)",
                {"b"}},
        KeyCase{
            "descending", "(a INT NOT NULL, b INT NOT NULL, PRIMARY KEY (b DESC, a))", {"b", "a"}}),
    [](const auto& row) { return row.param.name; });

TEST_F(CatalogTest, AGeneratedInvisiblePrimaryKeyIsAColumnOfTheRows) {
  testing::SqlClient root = server().root();
  root.execute("CREATE DATABASE IF NOT EXISTS shapes");
  root.execute("DROP TABLE IF EXISTS shapes.gipk");
  root.execute("SET SESSION sql_generate_invisible_primary_key = ON");
  root.execute("CREATE TABLE shapes.gipk (a INT)");
  root.execute("SET GLOBAL show_gipk_in_create_table_and_information_schema = OFF");
  mysql::Connection connection = connect();
  root.execute("SET GLOBAL show_gipk_in_create_table_and_information_schema = ON");
  auto table = load_table(connection, {"shapes", "gipk"});
  ASSERT_TRUE(table) << table.error().message();
  ASSERT_TRUE(*table);
  ASSERT_EQ((**table)->columns.size(), 2U);
  EXPECT_EQ((**table)->columns[0].name, "my_row_id");
  EXPECT_FALSE((**table)->columns[0].is_visible);
  EXPECT_EQ(key_names(***table), std::vector<std::string>{"my_row_id"});
}

TEST_F(CatalogTest, ViewsAndMissingTablesAreNone) {
  server().execute(
      {"CREATE DATABASE IF NOT EXISTS views", "CREATE OR REPLACE VIEW views.v AS SELECT 1 AS one"});
  mysql::Connection connection = connect();
  for (const TableName& name :
       {TableName{"views", "v"}, TableName{"views", "nothing"}, TableName{"no", "where"}}) {
    auto table = load_table(connection, name);
    ASSERT_TRUE(table) << table.error().message();
    EXPECT_FALSE(*table) << name.to_text();
  }
  EXPECT_TRUE(load("views").tables.empty());
}

TEST_F(CatalogTest, LetterCaseTellsTablesApart) {
  server().execute({"CREATE DATABASE cases", "CREATE TABLE cases.t (lower INT PRIMARY KEY)",
                    "CREATE TABLE cases.T (upper INT PRIMARY KEY, more INT)"});
  const LoadedTables catalog = load("cases");
  ASSERT_EQ(catalog.tables.size(), 2U);
  EXPECT_EQ(catalog.tables.at({"cases", "t"})->columns.size(), 1U);
  EXPECT_EQ(catalog.tables.at({"cases", "T"})->columns.size(), 2U);
  EXPECT_EQ(key_names(*catalog.tables.at({"cases", "T"})), std::vector<std::string>{"upper"});
}

TEST_F(CatalogTest, MoreTablesThanAreReadAtATime) {
  server().execute({"CREATE DATABASE many"});
  testing::SqlClient root = server().root();
  constexpr int kCount = 1203;
  for (int i = 0; i < kCount; ++i) {
    root.execute("CREATE TABLE many.t" + std::to_string(i) + " (id INT PRIMARY KEY, c" +
                 std::to_string(i) + " INT)");
  }
  const LoadedTables catalog = load("many");
  ASSERT_EQ(catalog.tables.size(), static_cast<std::size_t>(kCount));
  for (const auto& [name, table] : catalog.tables) {
    ASSERT_EQ(table->columns.size(), 2U) << name.to_text();
    EXPECT_EQ(table->columns[1].name, "c" + name.table.substr(1));
    EXPECT_EQ(table->key_columns, std::vector<std::size_t>{0});
  }
}

TEST_F(CatalogTest, AChangeMeanwhileShowsInTheSets) {
  mysql::Connection connection = connect();
  bool changed = false;
  auto catalog = load_tables(connection, [&](const TableName& name) {
    if (!changed) {
      changed = true;
      server().execute(
          {"CREATE DATABASE meanwhile", "CREATE TABLE meanwhile.t (id INT PRIMARY KEY)"});
    }
    return name.database == "kinds";
  });
  ASSERT_TRUE(catalog) << catalog.error().message();
  EXPECT_NE(catalog->executed_before, catalog->executed_after);
  EXPECT_TRUE(catalog->executed_before.is_subset_of(catalog->executed_after));
}

TEST_F(CatalogTest, ATableDroppedMeanwhileIsLeftOut) {
  server().execute({"CREATE DATABASE going", "CREATE TABLE going.stays (id INT PRIMARY KEY)",
                    "CREATE TABLE going.goes (id INT PRIMARY KEY)"});
  mysql::Connection connection = connect();
  bool dropped = false;
  auto catalog = load_tables(connection, [&](const TableName& name) {
    if (name.database != "going") return false;
    if (!dropped) server().execute({"DROP TABLE going.goes"});
    dropped = true;
    return true;
  });
  ASSERT_TRUE(catalog) << catalog.error().message();
  EXPECT_TRUE(catalog->tables.contains({"going", "stays"}));
  EXPECT_FALSE(catalog->tables.contains({"going", "goes"}));
}

TEST_F(CatalogTest, TheCallbacksErrorIsReturned) {
  mysql::Connection connection = connect();
  int seen = 0;
  const Status status = read_tables(
      connection, [](const TableName& name) { return name.database == "kinds"; },
      [&](schema::TableSchemaPtr) -> Status {
        return ++seen < 3 ? Status() : definite_error("two are enough");
      });
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message(), "two are enough");
  EXPECT_EQ(seen, 3);
}

}  // namespace
}  // namespace millrace::discovery

// A row that is read by a SELECT and the same row from the binlog have the same bytes in `after`: for every type, under
// several settings of how values are handled. After each statement all rows of the tables are read, and held against
// what the binlog's changes add up to; so there is no model of what a value looks like, only the two ways to it.
//
// SNAPSHOT_VALUES_SEED=7 SNAPSHOT_VALUES_TABLES=500 runs other random tables, or more; a failure prints the seed.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "integration/snapshot_values/binlog_rows.h"
#include "integration/snapshot_values/must.h"
#include "integration/snapshot_values/random_tables.h"
#include "integration/snapshot_values/select_rows.h"
#include "integration/types/type_file.h"
#include "support/mini_mysql.h"

namespace millrace::testing {
namespace {

// The rows of `these` that `those` lack.
std::vector<std::string> only_in(const std::vector<std::string>& these,
                                 const std::vector<std::string>& those) {
  std::vector<std::string> rest;
  std::set_difference(these.begin(), these.end(), those.begin(), those.end(),
                      std::back_inserter(rest));
  return rest;
}

// Where two rows part, with what stands around it.
std::string difference(const std::string& selected, const std::string& streamed) {
  constexpr std::size_t kAround = 200;
  const auto at = static_cast<std::size_t>(
      std::mismatch(selected.begin(), selected.end(), streamed.begin(), streamed.end()).first -
      selected.begin());
  const std::size_t begin = at < kAround ? 0 : at - kAround;
  return "\n  by SELECT:     ..." + selected.substr(begin, 2 * kAround) +
         "...\n  by the binlog: ..." + streamed.substr(begin, 2 * kAround) + "...\n";
}

std::string describe_difference(const std::vector<std::string>& selected,
                                const std::vector<std::string>& streamed) {
  const auto one = only_in(selected, streamed), other = only_in(streamed, selected);
  return std::to_string(selected.size()) + " rows by SELECT, " + std::to_string(streamed.size()) +
         " by the binlog, " + std::to_string(one.size()) + " and " + std::to_string(other.size()) +
         " of them are different" +
         difference(one.empty() ? "" : one.front(), other.empty() ? "" : other.front());
}

class SnapshotValues : public ::testing::Test {
 protected:
  SnapshotValues()
      : server_({.arguments = {"--binlog-row-metadata=FULL"}}),
        session_(server_.root()),
        binlog_(options(), printer_),
        select_(options(), printer_) {
    session_.execute("SET SESSION sql_mode = '', time_zone = '+00:00'");
  }

  mysql::ConnectionOptions options() const {
    mysql::ConnectionOptions options;
    options.unix_socket = server_.socket();
    options.user = kCdcUser;
    options.password = Secret(kCdcPassword);
    return options;
  }

  void create_database(const std::string& name) {
    session_.execute("CREATE DATABASE " + name + " CHARACTER SET utf8mb4");
    session_.execute("USE " + name);
  }

  // `by_binlog`: the structure comes from the binlog, for a table of which information_schema can't say all.
  ::testing::AssertionResult same_rows(const schema::TableName& name, bool by_binlog = false) {
    binlog_.follow();
    const auto selected =
        select_.read(by_binlog ? binlog_.structure_in_binlog(name) : binlog_.structure(name));
    const auto streamed = binlog_.rows(name);
    if (selected == streamed) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure()
           << name.to_text() << ": " << describe_difference(selected, streamed);
  }

  std::vector<schema::TableName> tables_of(const std::string& database) {
    std::vector<schema::TableName> names;
    for (const SqlRow& row :
         session_.rows("SELECT table_name FROM information_schema.tables WHERE table_schema = '" +
                       database + "' AND table_type = 'BASE TABLE' ORDER BY 1")) {
      names.push_back({database, row[0].value_or("")});
    }
    return names;
  }

  MiniMysql server_;
  SqlClient session_;
  RowPrinter printer_;
  BinlogRows binlog_;
  SelectRows select_;
};

TEST_F(SnapshotValues, every_statement_of_the_golden_types) {
  std::size_t rows = 0;
  for (const TypeFile& file : read_type_files()) {
    create_database(file.database());
    for (const std::string& statement : file.tables) session_.execute(statement);
    for (const std::string& statement : file.rows) {
      session_.execute(statement);
      for (const schema::TableName& name : tables_of(file.database())) {
        ASSERT_TRUE(same_rows(name, file.needs_full_metadata))
            << "after " << statement.substr(0, 1000);
        rows += binlog_.rows(name).size();
      }
    }
  }
  EXPECT_GT(rows, 500U);
  EXPECT_GT(select_.settled(), 0U);
}

// How bytes come into a column whose charset doesn't have them: the files of a table of binary columns become those of a
// table of text.
TEST_F(SnapshotValues, bytes_that_the_character_set_does_not_have) {
  create_database("invalid");
  session_.execute(
      "CREATE TABLE bytes (id INT NOT NULL PRIMARY KEY, a VARBINARY(40), b VARBINARY(40), c "
      "VARBINARY(40), "
      "d VARBINARY(40), e BLOB, f VARBINARY(40)) ENGINE = MyISAM");
  session_.execute(
      "CREATE TABLE text (id INT NOT NULL PRIMARY KEY, a VARCHAR(10) CHARACTER SET utf8mb4, b "
      "VARCHAR(20) CHARACTER SET "
      "gbk, c VARCHAR(10) CHARACTER SET utf16, d VARCHAR(40) CHARACTER SET ascii, e TEXT CHARACTER "
      "SET sjis, "
      "f VARCHAR(40) CHARACTER SET latin1) ENGINE = MyISAM");
  session_.execute(
      "INSERT INTO bytes VALUES (1, X'61FF62', X'61FF', X'D800', X'61FF', X'81', X'818D8F909DFF'), "
      "(2, X'C3', X'8130', X'00', X'80', X'FFFE', X'00'), "
      "(3, X'F09F9880F0', X'8080', X'D83DDE00DC00', X'7F', X'8261FD', X'E4B8AD'), "
      "(4, X'EDA080', X'FEFEFF', X'004100', X'', X'', NULL)");
  session_.execute("FLUSH TABLES");
  const auto folder = server_.data_folder() / "invalid";
  for (const char* extension : {".MYD", ".MYI"}) {
    std::filesystem::copy_file(folder / (std::string("bytes") + extension),
                               folder / (std::string("text") + extension),
                               std::filesystem::copy_options::overwrite_existing);
  }
  session_.execute("FLUSH TABLES");
  const schema::TableName name{"invalid", "text"};
  binlog_.follow();
  binlog_.begin_with(name, select_.read(binlog_.structure(name)));
  session_.execute("UPDATE text SET id = id + 10");
  EXPECT_TRUE(same_rows(name));
  const auto rows = binlog_.rows(name);
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_NE(rows[0].find("\"a\":\"a\uFFFDb\""), std::string::npos) << rows[0];
}

// Longer than what RowStream keeps, and than what fits a packet.
TEST_F(SnapshotValues, long_values) {
  create_database("longs");
  session_.execute(
      "CREATE TABLE t (id INT PRIMARY KEY, a LONGTEXT, b LONGBLOB, c JSON, d VARCHAR(9000))");
  binlog_.follow();
  session_.execute("SET GLOBAL max_allowed_packet = 1073741824");
  SqlClient session = server_.root();
  session.execute("USE longs");
  for (const char* statement :
       {"INSERT INTO t VALUES (1, REPEAT('é', 200), REPEAT('b', 255), '[]', '')",
        "INSERT INTO t VALUES (2, REPEAT('é', 524289), REPEAT('b', 257), JSON_ARRAY(REPEAT('x', "
        "70000)), REPEAT('d', 8999))",
        "INSERT INTO t VALUES (3, NULL, REPEAT('b', 17000000), JSON_OBJECT('k', REPEAT('y', "
        "3000000)), 'd')",
        "INSERT INTO t VALUES (4, REPEAT('z', 1048576), REPEAT('b', 1048577), NULL, NULL)",
        "INSERT INTO t VALUES (5, 'a', 'b', 'true', 'd')"}) {
    session.execute(statement);
  }
  EXPECT_TRUE(same_rows({"longs", "t"}));
  EXPECT_EQ(binlog_.rows({"longs", "t"}).size(), 5U);
}

TEST_F(SnapshotValues, random_rows_of_random_tables) {
  const std::uint64_t seed = number_of("SNAPSHOT_VALUES_SEED", std::random_device()());
  const std::uint64_t tables = number_of("SNAPSHOT_VALUES_TABLES", 40);
  SCOPED_TRACE("SNAPSHOT_VALUES_SEED=" + std::to_string(seed));
  const bool has_vectors = mysql::parse_version_number(session_.value("SELECT VERSION()")) >= 90000;
  RandomTables random(seed, has_vectors);
  create_database("random");
  for (std::uint64_t table = 0; table < tables; ++table) {
    const std::string name = "t" + std::to_string(table);
    const std::string create = random.create(name, 16);
    session_.execute(create);
    std::string failures;
    for (std::uint64_t id = 0; id < 40; ++id) {
      // A value that the server refuses whatever the mode leaves the row out.
      const std::string failure = session_.try_execute(random.insert(name, id));
      if (!failure.empty()) failures = failure;
    }
    ASSERT_TRUE(same_rows({"random", name})) << create;
    EXPECT_GT(binlog_.rows({"random", name}).size(), 10U) << create << "\n" << failures;
    session_.execute("DROP TABLE " + name);
  }
  EXPECT_GT(select_.settled(), 0U);
}

}  // namespace
}  // namespace millrace::testing

// Rows in the binary protocol: every kind of cell as it is stored, values longer than any buffer, and what is left of a
// connection when a stream ends early.

#include "millrace/mysql/row_stream.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>

#include "integration/mysql/server_fixture.h"

namespace millrace::mysql {
namespace {

template <typename T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message());
  return std::move(*result);
}

using Kind = Cell::Kind;

// A result that would take hours to read.
constexpr const char* kEndless =
    "SELECT REPEAT('x', 1000) FROM mysql.help_topic a, mysql.help_topic b, mysql.help_topic c";

std::string to_text(const Cell& cell) {
  const TemporalFields& t = cell.time;
  switch (cell.kind) {
    case Kind::kNull:
      return "null";
    case Kind::kSigned:
      return "signed " + std::to_string(cell.i64);
    case Kind::kUnsigned:
      return "unsigned " + std::to_string(cell.u64);
    case Kind::kFloat:
      return "float " + std::to_string(cell.f64);
    case Kind::kDouble:
      return "double " + std::to_string(cell.f64);
    case Kind::kTemporal: {
      char text[80];
      std::snprintf(text, sizeof(text), "time %s%u-%u-%u %u:%u:%u.%u", t.is_negative ? "-" : "",
                    t.year, t.month, t.day, t.hour, t.minute, t.second, t.microsecond);
      return text;
    }
    case Kind::kBytes:
      return "bytes " + std::string(cell.bytes);
  }
  return "";
}

class RowStreamTest : public ServerTest {
 protected:
  RowStreamTest() : connection_(must(Connection::connect(by_socket(server())))) {
    must(connection_.execute("SET SESSION time_zone = '+00:00', character_set_results = NULL"));
  }

  // The only column of the only row.
  std::string one(const std::string& expression) {
    RowStream stream = must(RowStream::open(connection_, "SELECT " + expression));
    EXPECT_TRUE(must(stream.next()));
    std::string text = to_text(stream.cells()[0]);
    EXPECT_FALSE(must(stream.next()));
    EXPECT_FALSE(must(stream.next())) << "the end stays the end";
    return text;
  }

  // As an account that may write.
  void execute(const std::string& sql) {
    testing::SqlClient client = server().root();
    client.execute("SET SESSION sql_mode = '', time_zone = '+00:00'");
    client.execute(sql);
  }

  Connection connection_;
};

TEST_F(RowStreamTest, each_kind_of_value_is_what_is_stored) {
  const struct {
    const char* type;
    const char* value;
    std::string expected;
  } kCases[] = {
      {"TINYINT", "-128", "signed -128"},
      {"TINYINT UNSIGNED", "255", "unsigned 255"},
      {"SMALLINT", "-32768", "signed -32768"},
      {"SMALLINT UNSIGNED", "65535", "unsigned 65535"},
      {"MEDIUMINT", "-8388608", "signed -8388608"},
      {"MEDIUMINT UNSIGNED", "16777215", "unsigned 16777215"},
      {"INT", "-2147483648", "signed -2147483648"},
      {"INT(8) ZEROFILL", "7", "unsigned 7"},
      {"BIGINT", "-9223372036854775808", "signed -9223372036854775808"},
      {"BIGINT UNSIGNED", "18446744073709551615", "unsigned 18446744073709551615"},
      {"YEAR", "2155", "signed 2155"},
      {"YEAR", "0", "signed 0"},
      {"FLOAT", "16777216", "float 16777216.000000"},
      {"FLOAT(7,3)", "-1.5", "float -1.500000"},
      {"DOUBLE", "1e15", "double 1000000000000000.000000"},
      {"DECIMAL(20,4)", "-12.5", "bytes -12.5000"},
      {"BIT(10)", "b'1000000001'", "bytes \x02\x01"},
      {"DATE", "'2024-02-29'", "time 2024-2-29 0:0:0.0"},
      {"DATE", "'0000-00-00'", "time 0-0-0 0:0:0.0"},
      {"DATETIME(6)", "'9999-12-31 23:59:59.999999'", "time 9999-12-31 23:59:59.999999"},
      {"DATETIME", "'2024-00-10 00:00:01'", "time 2024-0-10 0:0:1.0"},
      {"TIMESTAMP(3)", "'2038-01-19 03:14:07.5'", "time 2038-1-19 3:14:7.500000"},
      {"TIMESTAMP", "0", "time 0-0-0 0:0:0.0"},
      {"TIME(2)", "'-838:59:58.25'", "time -0-0-0 838:59:58.250000"},
      {"TIME", "'00:00:00'", "time 0-0-0 0:0:0.0"},
      {"CHAR(5) CHARACTER SET latin1", "'é '", "bytes \xe9"},
      {"VARCHAR(5) CHARACTER SET utf8mb4", "'é '", "bytes é "},
      {"VARCHAR(5) CHARACTER SET cp1251", "'Я'", "bytes \xdf"},
      {"BINARY(3)", "'a'", std::string("bytes a\0\0", 9)},
      {"TEXT", "''", "bytes "},
      {"JSON", "'{\"a\":1.0}'", "bytes {\"a\": 1.0}"},
      {"ENUM('x','é') CHARACTER SET latin1", "2", "bytes \xe9"},
      {"INT", "NULL", "null"},
      {"TEXT", "NULL", "null"},
  };
  execute("CREATE DATABASE IF NOT EXISTS kinds");
  for (const auto& test : kCases) {
    SCOPED_TRACE(std::string(test.type) + " " + test.value);
    execute("DROP TABLE IF EXISTS kinds.t");
    execute(std::string("CREATE TABLE kinds.t (c ") + test.type + " NULL)");
    execute(std::string("INSERT INTO kinds.t VALUES (") + test.value + ")");
    EXPECT_EQ(one("c FROM kinds.t"), test.expected);
  }
}

TEST_F(RowStreamTest, columns_are_described) {
  execute("CREATE DATABASE IF NOT EXISTS kinds");
  execute(
      "CREATE TABLE kinds.described (id BIGINT UNSIGNED NOT NULL, v VARCHAR(10) CHARACTER SET "
      "latin1 COLLATE "
      "latin1_bin, d DECIMAL(10,2), t TIME(3))");
  const RowStream stream = must(RowStream::open(connection_, "SELECT * FROM kinds.described"));
  const auto columns = stream.columns();
  ASSERT_EQ(columns.size(), 4U);
  EXPECT_EQ(columns[0].name, "id");
  EXPECT_EQ(columns[0].type, 8);
  EXPECT_TRUE(columns[0].is_unsigned);
  EXPECT_FALSE(columns[0].is_nullable);
  EXPECT_EQ(columns[1].collation, 47);
  EXPECT_EQ(columns[1].length, 10U);
  EXPECT_TRUE(columns[1].is_nullable);
  EXPECT_EQ(columns[2].decimals, 2);
  EXPECT_EQ(columns[2].length, 12U);
  EXPECT_EQ(columns[3].decimals, 3);
}

// Around the sizes at which a buffer grows, is too short, or isn't kept.
TEST_F(RowStreamTest, values_of_any_length_in_any_order) {
  const std::size_t kLengths[] = {0,   255,       256,       257, 1,        300,
                                  512, 513,       70'000,    0,   1U << 20, (1U << 20) + 1,
                                  3,   3'000'000, 2'000'000, 256};
  std::string sql;
  for (const std::size_t length : kLengths) {
    const std::string number = std::to_string(length);
    sql += (sql.empty() ? "SELECT " : " UNION ALL SELECT ") +
           ("REPEAT('a', " + number + "), 7, REPEAT('b', " + number + " DIV 2)");
  }
  RowStream stream = must(RowStream::open(connection_, sql));
  for (const std::size_t length : kLengths) {
    SCOPED_TRACE(length);
    ASSERT_TRUE(must(stream.next()));
    const auto cells = stream.cells();
    EXPECT_EQ(cells[0].bytes, std::string(length, 'a'));
    EXPECT_EQ(cells[1].i64, 7);
    EXPECT_EQ(cells[2].bytes, std::string(length / 2, 'b'));
  }
  EXPECT_FALSE(must(stream.next()));
}

TEST_F(RowStreamTest, the_connection_is_free_after_the_last_row) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(one("1"), "signed 1");
    EXPECT_EQ(must(connection_.query_value("SELECT 2")), "2");
  }
}

TEST_F(RowStreamTest, a_stream_that_ends_early_ends_the_connection_at_once) {
  const auto begin = std::chrono::steady_clock::now();
  {
    RowStream stream = must(RowStream::open(connection_, kEndless));
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(must(stream.next()));
    RowStream moved = std::move(stream);
    ASSERT_TRUE(must(moved.next()));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
  EXPECT_FALSE(connection_.query_value("SELECT 1"));
}

TEST_F(RowStreamTest, what_the_server_refuses_is_an_error_and_the_connection_stays) {
  const auto refused = RowStream::open(connection_, "SELECT a FROM kinds.is_not_there");
  ASSERT_FALSE(refused);
  EXPECT_FALSE(refused.error().is_transient());
  EXPECT_EQ(connection_.last_cause(), ErrorCause::kUnknownObject);
  EXPECT_FALSE(RowStream::open(connection_, "SET @a = 1")) << "it has no rows";
  EXPECT_EQ(one("'still there'"), "bytes still there");
}

TEST_F(RowStreamTest, a_killed_query_is_an_error_in_the_middle) {
  RowStream stream = must(RowStream::open(connection_, kEndless));
  ASSERT_TRUE(must(stream.next()));
  server().execute({"KILL " + std::to_string(connection_.thread_id())});
  Result<bool> more = true;
  while (more && *more) more = stream.next();
  ASSERT_FALSE(more);
  EXPECT_TRUE(more.error().is_transient()) << more.error().message();
}

TEST_F(RowStreamTest, interrupt_ends_a_read_that_goes_on) {
  RowStream stream = must(RowStream::open(connection_, kEndless));
  ASSERT_TRUE(must(stream.next()));
  std::thread other([this] { connection_.interrupt(); });
  Result<bool> more = true;
  while (more && *more) more = stream.next();
  other.join();
  ASSERT_FALSE(more);
  EXPECT_EQ(connection_.last_cause(), ErrorCause::kInterrupted);
}

}  // namespace
}  // namespace millrace::mysql

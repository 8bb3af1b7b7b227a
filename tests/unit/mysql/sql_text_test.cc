#include <gtest/gtest.h>

#include <string>

#include "millrace/mysql/connection.h"

namespace millrace::mysql {
namespace {

TEST(QuoteIdentifier, DoublesBackticks) {
  EXPECT_EQ(quote_identifier("plain"), "`plain`");
  EXPECT_EQ(quote_identifier("a`b"), "`a``b`");
  EXPECT_EQ(quote_identifier(""), "``");
}

TEST(QuoteString, EscapesWhatEndsOrChangesALiteral) {
  EXPECT_EQ(quote_string("it's"), "'it\\'s'");
  EXPECT_EQ(quote_string("a\\b\"c"), "'a\\\\b\\\"c'");
  EXPECT_EQ(quote_string(std::string_view("\0\n\r\x1a", 4)), "'\\0\\n\\r\\Z'");
  EXPECT_EQ(quote_string("ü"), "'ü'");
}

struct VersionCase {
  const char* name;
  const char* text;
  std::uint32_t number;
};
class ParseVersion : public testing::TestWithParam<VersionCase> {};

TEST_P(ParseVersion, ReadsTheLeadingNumbers) {
  EXPECT_EQ(parse_version_number(GetParam().text), GetParam().number);
}
INSTANTIATE_TEST_SUITE_P(
    , ParseVersion,
    testing::Values(VersionCase{"plain", "8.0.36", 80036},
                    VersionCase{"percona", "5.7.25-28-log", 50725},
                    VersionCase{"debian", "9.7.4-2", 90704},
                    VersionCase{"cloud_sql", "8.0.32-google", 80032},
                    VersionCase{"mariadb", "10.11.6-MariaDB-log", 101106},
                    VersionCase{"mariadb_in_disguise", "5.5.5-10.11.18-MariaDB-log", 101118},
                    VersionCase{"two_parts", "26.7", 260700},
                    VersionCase{"two_parts_and_suffix", "26.7-lts", 260700},
                    VersionCase{"one_part", "8", 0}, VersionCase{"empty", "", 0},
                    VersionCase{"letters", "mysql", 0}, VersionCase{"huge", "99999999999.1.1", 0}),
    [](const auto& row) { return row.param.name; });

TEST(EndpointText, IsHostAndPortOrTheSocket) {
  ConnectionOptions options;
  options.host = "db1";
  options.port = 3307;
  EXPECT_EQ(endpoint_text(options), "db1:3307");
  options.unix_socket = "/run/mysqld.sock";
  EXPECT_EQ(endpoint_text(options), "/run/mysqld.sock");
}

TEST(ResultSet, FindsColumnsWithoutRegardToCase) {
  ResultSet result;
  result.columns = {"File", "Position"};
  EXPECT_EQ(result.find_column("position"), 1U);
  EXPECT_EQ(result.find_column("Pos"), std::nullopt);
}

}  // namespace
}  // namespace millrace::mysql

#include "config/values.h"

#include <gtest/gtest.h>

namespace millrace::config {
namespace {

using std::chrono::milliseconds;

struct Row {
  const char* name;
  const char* text;
  const char* expected;  // "!" and the message where it is an error
};

std::string shown(const Result<std::uint64_t>& result) {
  return result ? std::to_string(*result) : "!" + result.error().message();
}

TEST(ParseSize, Table) {
  const Row rows[] = {
      {"plain", "512", "512"},
      {"bytes", "512B", "512"},
      {"binary", "512MiB", "536870912"},
      {"blank before the unit", " 1 KiB ", "1024"},
      {"decimal", "3GB", "3000000000"},
      {"tera", "1TiB", "1099511627776"},
      {"zero", "0", "0"},
      {"empty", "", "!is not a size: a number of bytes, or one with KiB, MiB or GiB"},
      {"negative", "-1", "!is not a size: a number of bytes, or one with KiB, MiB or GiB"},
      {"unknown unit", "5Mb", "!is not a size: a number of bytes, or one with KiB, MiB or GiB"},
      {"too large", "99999999TiB",
       "!is not a size: a number of bytes, or one with KiB, MiB or GiB"},
  };
  for (const Row& row : rows) EXPECT_EQ(shown(parse_size(row.text, 0)), row.expected) << row.name;
  EXPECT_EQ(shown(parse_size("1023", 1024)), "!is below 1024 bytes");
}

TEST(ParseDuration, Table) {
  const Row rows[] = {
      {"plain", "50", "50"},
      {"milliseconds", "50ms", "50"},
      {"seconds", "10s", "10000"},
      {"minutes", "2min", "120000"},
      {"hours", "1h", "3600000"},
      {"words", "soon", "!is not a time: a number of milliseconds, or one with s, min or h"},
      {"negative", "-1", "!is not a time: a number of milliseconds, or one with s, min or h"},
      {"a thousand years", "365000d",
       "!is not a time: a number of milliseconds, or one with s, min or h"},
  };
  for (const Row& row : rows) {
    const auto parsed = parse_duration(row.text, milliseconds(0));
    EXPECT_EQ(parsed ? std::to_string(parsed->count()) : "!" + parsed.error().message(),
              row.expected)
        << row.name;
  }
  EXPECT_EQ(parse_duration("5", milliseconds(100)).error().message(), "is below 100 ms");
}

TEST(ParseInteger, Table) {
  const Row rows[] = {
      {"plain", "3306", "3306"},
      {"blanks", " 3306 ", "3306"},
      {"least", "1", "1"},
      {"most", "65535", "65535"},
      {"below", "0", "!is not a whole number from 1 to 65535"},
      {"above", "65536", "!is not a whole number from 1 to 65535"},
      {"more than 64 bits", "99999999999999999999", "!is not a whole number from 1 to 65535"},
      {"fraction", "1.5", "!is not a whole number from 1 to 65535"},
      {"empty", "", "!is not a whole number from 1 to 65535"},
  };
  for (const Row& row : rows) {
    const auto parsed = parse_integer(row.text, 1, 65535);
    EXPECT_EQ(parsed ? std::to_string(*parsed) : "!" + parsed.error().message(), row.expected)
        << row.name;
  }
}

TEST(ParseBoolean, Table) {
  EXPECT_TRUE(*parse_boolean("true"));
  EXPECT_TRUE(*parse_boolean(" TRUE "));
  EXPECT_FALSE(*parse_boolean("False"));
  EXPECT_EQ(parse_boolean("yes").error().message(), "is neither true nor false");
}

TEST(ParseEndpoint, Table) {
  const Row rows[] = {
      {"address", "127.0.0.1:8083", "127.0.0.1 8083"},
      {"name", "localhost:0", "localhost 0"},
      {"every address", ":8083", "0.0.0.0 8083"},
      {"IPv6", "[::1]:8083", "::1 8083"},
      {"IPv6 without brackets", "::1:8083",
       "!is not an address: an IPv6 address stands in brackets, [::1]:8083"},
      {"no port", "localhost", "!is not an address: expected HOST:PORT"},
      {"port too large", "localhost:70000", "!is not an address: expected HOST:PORT"},
      {"empty", "", "!is not an address: expected HOST:PORT"},
  };
  for (const Row& row : rows) {
    const auto parsed = parse_endpoint(row.text);
    EXPECT_EQ(
        parsed ? parsed->host + " " + std::to_string(parsed->port) : "!" + parsed.error().message(),
        row.expected)
        << row.name;
  }
}

TEST(ParsePatterns, SplitsAsDebeziumDoes) {
  const struct {
    const char* name;
    const char* text;
    std::vector<std::string> expected;
  } rows[] = {
      {"one", "shop", {"shop"}},
      {"several", "shop\\.orders,shop\\.items", {"shop\\.orders", "shop\\.items"}},
      {"blanks", " a , b ", {"a", "b"}},
      {"comma inside a pattern", "a\\,b,c", {"a,b", "c"}},
      {"escaped backslash before a comma", "a\\\\,b", {"a\\\\", "b"}},
      {"repetition needs the escape", "a{1\\,3}", {"a{1,3}"}},
      {"empty parts", ",a,,b,", {"a", "b"}},
      {"nothing", "", {}},
  };
  for (const auto& row : rows) {
    const auto parsed = parse_patterns(row.text);
    ASSERT_TRUE(parsed) << row.name;
    EXPECT_EQ(*parsed, row.expected) << row.name;
  }
  EXPECT_EQ(parse_patterns("a,b\\").error().message(),
            "ends with a backslash that escapes nothing");
}

TEST(NearestName, Table) {
  const std::vector<std::string_view> names = {"database.hostname", "database.port",
                                               "topic.prefix"};
  const Row rows[] = {
      {"letter missing", "database.hostnme", "database.hostname"},
      {"letters swapped", "databsae.port", "database.port"},
      {"case", "Topic.Prefix", "topic.prefix"},
      {"other separator", "topic_prefix", "topic.prefix"},
      {"another word", "poll.interval", ""},
  };
  for (const Row& row : rows) EXPECT_EQ(nearest_name(row.text, names), row.expected) << row.name;
}

}  // namespace
}  // namespace millrace::config

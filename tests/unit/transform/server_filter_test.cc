#include "millrace/transform/server_filter.h"

#include <gtest/gtest.h>

namespace millrace::transform {
namespace {

using List = std::vector<std::string>;

gtid::Uuid uuid(const char* text) { return gtid::Uuid::parse(text).value(); }

constexpr const char* kA = "3457d932-e55a-11f1-a4af-02fc00000001";
constexpr const char* kB = "a8c0d2b9-e55b-11f1-885b-02fc00000001";

TEST(ServerFilter, Takes) {
  const struct {
    const char* name;
    List includes, excludes;
    bool a, b;
  } rows[] = {
      {"no list", {}, {}, true, true},
      {"one included", {kA}, {}, true, false},
      {"included by a pattern, whatever the case", {"A8C0.*"}, {}, false, true},
      {"one excluded", {}, {kA}, false, true},
      {"only whole UUIDs", {"3457d932"}, {}, false, false},
  };
  for (const auto& row : rows) {
    const auto filter = ServerFilter::compile(row.includes, row.excludes);
    ASSERT_TRUE(filter) << row.name;
    EXPECT_EQ(filter->takes(uuid(kA)), row.a) << row.name;
    EXPECT_EQ(filter->takes(uuid(kB)), row.b) << row.name;
    EXPECT_EQ(filter->takes(uuid(kB)), row.b) << row.name << ", asked again";
  }
}

TEST(ServerFilter, APatternThatDoesNotCompileIsShownWithItsProperty) {
  const auto filter = ServerFilter::compile({}, {"[a"});
  ASSERT_FALSE(filter);
  EXPECT_EQ(filter.error().message().rfind("gtid.source.excludes: regular expression \"[a\"", 0),
            0U)
      << filter.error().message();
}

}  // namespace
}  // namespace millrace::transform

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "millrace/base/mark.h"
#include "millrace/transform/table_filter.h"

namespace millrace::transform {
namespace {

using Patterns = std::vector<std::string>;

struct FilterCase {
  const char* name;
  TableFilterOptions options;
  Patterns captured;  // "db.table"
  Patterns uncaptured;
};

class TableFilterTest : public testing::TestWithParam<FilterCase> {};

schema::TableName table_name(const std::string& text) {
  const std::size_t dot = text.find('.');
  return {text.substr(0, dot), text.substr(dot + 1)};
}

TEST_P(TableFilterTest, captures) {
  const auto filter = TableFilter::compile(GetParam().options);
  ASSERT_TRUE(filter) << filter.error().message();
  for (const std::string& table : GetParam().captured) {
    EXPECT_TRUE(filter->captures(table_name(table))) << table;
    // What captures a table could capture a table of its database.
    EXPECT_TRUE(filter->captures_database(table_name(table).database)) << table;
  }
  for (const std::string& table : GetParam().uncaptured) {
    EXPECT_FALSE(filter->captures(table_name(table))) << table;
  }
}

TableFilterOptions databases(Patterns include, Patterns exclude = {}) {
  TableFilterOptions options;
  options.database_include = std::move(include);
  options.database_exclude = std::move(exclude);
  return options;
}
TableFilterOptions tables(Patterns include, Patterns exclude = {}) {
  TableFilterOptions options;
  options.table_include = std::move(include);
  options.table_exclude = std::move(exclude);
  return options;
}
TableFilterOptions both(Patterns database_include, Patterns table_include) {
  TableFilterOptions options = databases(std::move(database_include));
  options.table_include = std::move(table_include);
  return options;
}
TableFilterOptions with_builtin(Patterns database_include) {
  TableFilterOptions options = databases(std::move(database_include));
  options.ignore_builtin = false;
  return options;
}

INSTANTIATE_TEST_SUITE_P(
    Cases, TableFilterTest,
    testing::Values(
        FilterCase{
            "everything",
            {},
            {"shop.orders", "x.y"},
            {"mysql.user", "SYS.x", "performance_schema.threads", "information_schema.tables"}},
        FilterCase{"database_include",
                   databases({"shop"}),
                   {"shop.orders"},
                   {"shop2.orders", "ashop.orders", "x.shop"}},
        FilterCase{"database_include_any_case", databases({"Shop"}), {"sHOP.orders"}, {}},
        FilterCase{"database_include_regex",
                   databases({"tenant_[0-9]+", "shop"}),
                   {"tenant_1.a", "tenant_42.a", "shop.a"},
                   {"tenant_.a", "tenant_1x.a"}},
        FilterCase{"database_exclude", databases({}, {"tmp_.*"}), {"shop.a"}, {"tmp_1.a"}},
        FilterCase{"table_include",
                   tables({"shop\\.orders", "x[.]y.*"}),
                   {"shop.orders", "x.y", "x.yz"},
                   {"shop.orders2", "shop.order", "y.x"}},
        FilterCase{
            "table_include_dot_is_any", tables({"shop.orders"}), {"shop.orders"}, {"shop.xorders"}},
        FilterCase{"table_exclude",
                   tables({}, {"shop\\.(tmp|log)_.*"}),
                   {"shop.a", "x.tmp_1"},
                   {"shop.tmp_1", "shop.log_a"}},
        FilterCase{"both_lists",
                   both({"shop"}, {".*\\.orders"}),
                   {"shop.orders"},
                   {"x.orders", "shop.users"}},
        FilterCase{"alternatives_are_anchored",
                   tables({"shop\\.a|shop\\.b"}),
                   {"shop.a", "shop.b"},
                   {"shop.ab", "shop.a2", "xshop.b"}},
        FilterCase{"lazy_still_whole", tables({"shop\\.a.*?"}), {"shop.a", "shop.abc"}, {}},
        FilterCase{"look_ahead", tables({"shop\\.(?!tmp_).*"}), {"shop.a"}, {"shop.tmp_a"}},
        FilterCase{"possessive", tables({"shop\\.[a-z]++[0-9]"}), {"shop.ab1"}, {"shop.ab"}},
        FilterCase{"quoted", tables({"\\Qshop.a+\\E"}), {"shop.a+"}, {"shop.aa"}},
        FilterCase{"quoted_open", tables({"\\Qshop.a[b"}), {"shop.a[b"}, {"shop.a"}},
        FilterCase{"posix_like", tables({"shop\\.\\p{Alpha}\\w*"}), {"shop.a1"}, {"shop.1a"}},
        FilterCase{"unicode", tables({"shop\\.caf."}), {"shop.caf\xc3\xa9"}, {"shop.cafes"}},
        FilterCase{"escaped_bracket_in_class", tables({"shop\\.[\\[a]"}), {"shop.[", "shop.a"}, {}},
        FilterCase{"builtin_on_request", with_builtin({"mysql"}), {"mysql.user"}, {"shop.a"}},
        FilterCase{"builtin_even_if_listed", databases({"mysql"}), {}, {"mysql.user"}}),
    [](const testing::TestParamInfo<FilterCase>& row) { return std::string(row.param.name); });

TEST(TableFilterDatabase, could_hold_a_captured_table) {
  const auto filter = TableFilter::compile(tables({"shop\\.orders", "x_.*\\.y"}));
  ASSERT_TRUE(filter);
  EXPECT_TRUE(filter->captures_database("shop"));
  EXPECT_TRUE(filter->captures_database("x_1"));
  EXPECT_FALSE(filter->captures_database("shop2"));
  EXPECT_FALSE(filter->captures_database("mysql"));
  EXPECT_FALSE(filter->captures_database("y"));
}

struct BadPattern {
  const char* name;
  const char* pattern;
  const char* message;
};
class BadPatternTest : public testing::TestWithParam<BadPattern> {};

TEST_P(BadPatternTest, is_refused_with_its_place) {
  const auto filter = TableFilter::compile(tables({"ok", GetParam().pattern}));
  ASSERT_FALSE(filter);
  EXPECT_FALSE(filter.error().is_transient());
  EXPECT_EQ(filter.error().message(), GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, BadPatternTest,
    testing::Values(
        BadPattern{"open_group", "shop.(a",
                   "table.include.list: regular expression \"shop.(a\": at character 8: missing "
                   "closing parenthesis"},
        BadPattern{"intersection", "[a-z&&[^b]]",
                   "table.include.list: regular expression \"[a-z&&[^b]]\": at character 5: sets "
                   "within a character class ([a[b]], [a&&b]) are not supported; write the "
                   "characters out, or a look-ahead"},
        BadPattern{"union", "x[^a[bc]]",
                   "table.include.list: regular expression \"x[^a[bc]]\": at character 5: sets "
                   "within a character class ([a[b]], [a&&b]) are not supported; write the "
                   "characters out, or a look-ahead"}),
    [](const testing::TestParamInfo<BadPattern>& row) { return std::string(row.param.name); });

// Too much is captured rather than too little when a pattern runs away.
TEST(TableFilterAlso, a_table_that_is_captured_whatever_the_lists_say) {
  TableFilterOptions options = tables({"shop\\.items"});
  options.also = "ops.signals";
  const auto filter = TableFilter::compile(options);
  ASSERT_TRUE(filter);
  EXPECT_TRUE(filter->captures({"ops", "signals"}));
  EXPECT_FALSE(filter->captures({"ops", "signals2"}));
  EXPECT_TRUE(filter->captures_database("ops"));
  EXPECT_FALSE(filter->captures_database("op"));
}

TEST(TableFilterLimit, undecided_names_are_captured) {
  const std::string runaway = "shop\\.(a|aa)+b";
  const schema::TableName table{"shop", std::string(60, 'a') + "cb"};
  const auto before = marks::count("pattern_undecided");
  const auto include = TableFilter::compile(tables({runaway}));
  ASSERT_TRUE(include);
  EXPECT_TRUE(include->captures(table));
  EXPECT_GT(marks::count("pattern_undecided"), before);
  const auto exclude = TableFilter::compile(tables({}, {runaway}));
  ASSERT_TRUE(exclude);
  EXPECT_TRUE(exclude->captures(table));
}

}  // namespace
}  // namespace millrace::transform

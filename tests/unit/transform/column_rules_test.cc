#include "millrace/transform/column_rules.h"

#include <gtest/gtest.h>

namespace millrace::transform {
namespace {

schema::TableSchema orders() {
  schema::TableSchema table;
  table.name = {"shop", "orders"};
  for (const char* name : {"id", "note", "note_raw", "Body"}) {
    schema::Column& column = table.columns.emplace_back();
    column.name = name;
    column.type = schema::ColumnType::kVarchar;
    column.column_type = "varchar(20)";
  }
  table.key_columns = {0};
  return table;
}

change::TableTreatment treat(const ColumnRulesOptions& options,
                             const schema::TableSchema& table = orders()) {
  const auto rules = ColumnRules::compile(options);
  EXPECT_TRUE(rules) << (rules ? "" : rules.error().message());
  return rules ? rules->treat(table) : change::TableTreatment();
}

// One letter a column: x where it holds.
std::string where(const change::TableTreatment& treatment, bool change::ColumnTreatment::*member) {
  std::string text;
  for (const change::ColumnTreatment& column : treatment.columns)
    text += column.*member ? 'x' : '.';
  return text;
}

TEST(ColumnRules, none) {
  const auto treatment = treat({});
  EXPECT_EQ(where(treatment, &change::ColumnTreatment::is_left_out), "....");
  EXPECT_EQ(where(treatment, &change::ColumnTreatment::as_bytes), "....");
  EXPECT_EQ(where(treatment, &change::ColumnTreatment::shows_source_type), "....");
  EXPECT_FALSE(treatment.key_columns);
  for (const change::ColumnTreatment& column : treatment.columns)
    EXPECT_EQ(column.mask.kind, change::ColumnMask::Kind::kNone);
}

TEST(ColumnRules, lists_name_whole_columns_without_case) {
  const struct {
    const char* name;
    ColumnRulesOptions options;
    const char* left_out;
  } rows[] = {
      {"include", {.include = {"shop\\.orders\\.note", ".*\\.body"}}, "x.x."},
      {"exclude", {.exclude = {"SHOP\\.orders\\.note.*"}}, ".xx."},
      {"exclude of another table", {.exclude = {"shop\\.items\\..*"}}, "...."},
      {"part of a name", {.exclude = {"orders.note"}}, "...."},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(where(treat(row.options), &change::ColumnTreatment::is_left_out), row.left_out)
        << row.name;
  }
}

TEST(ColumnRules, bytes) {
  const auto treatment = treat({.bytes = {"shop\\.orders\\.note.*", ".*\\.body"}});
  EXPECT_EQ(where(treatment, &change::ColumnTreatment::as_bytes), ".xxx");
}

TEST(ColumnRules, the_first_mask_counts) {
  const change::ColumnMask cut = {.kind = change::ColumnMask::Kind::kTruncate, .length = 5};
  const change::ColumnMask hide = {.kind = change::ColumnMask::Kind::kAsterisks, .length = 3};
  const auto treatment = treat({.masks = {{{".*note"}, cut}, {{".*note_?.*", "a"}, hide}}});
  EXPECT_EQ(treatment.columns[0].mask.kind, change::ColumnMask::Kind::kNone);
  EXPECT_EQ(treatment.columns[1].mask.kind, change::ColumnMask::Kind::kTruncate);
  EXPECT_EQ(treatment.columns[1].mask.length, 5U);
  EXPECT_EQ(treatment.columns[2].mask.kind, change::ColumnMask::Kind::kAsterisks);
}

TEST(ColumnRules, what_a_pattern_cannot_decide_is_hidden) {
  const change::ColumnMask hide = {.kind = change::ColumnMask::Kind::kAsterisks};
  schema::TableSchema table = orders();
  table.columns[1].name = std::string(60, 'a') + "cb";
  const auto treatment = treat({.masks = {{{"shop\\.orders\\.(a|aa)+b"}, hide}}}, table);
  EXPECT_EQ(treatment.columns[0].mask.kind, change::ColumnMask::Kind::kNone);
  EXPECT_EQ(treatment.columns[1].mask.kind, change::ColumnMask::Kind::kAsterisks);
}

TEST(ColumnRules, keys_in_the_order_of_the_patterns) {
  using Key = std::vector<std::size_t>;
  EXPECT_EQ(treat({.key_columns = {"shop.orders.body", "(.*).orders.note"}}).key_columns,
            (Key{3, 1}));
  EXPECT_EQ(treat({.key_columns = {"shop.orders.note.*"}}).key_columns, (Key{1, 2}));
  EXPECT_FALSE(treat({.key_columns = {"shop.items.id"}}).key_columns);
}

TEST(ColumnRules, source_types_by_name_and_by_type) {
  schema::TableSchema table = orders();
  table.columns[0].column_type = "int unsigned";
  const auto shows = [&](const ColumnRulesOptions& options) {
    return where(treat(options, table), &change::ColumnTreatment::shows_source_type);
  };
  EXPECT_EQ(shows({.source_types = {".*\\.note"}}), ".x..");
  EXPECT_EQ(shows({.source_datatypes = {".+\\.VARCHAR"}}), ".xxx");
  EXPECT_EQ(shows({.source_datatypes = {".+\\.INT UNSIGNED"}}), "x...");
  EXPECT_EQ(shows({.source_datatypes = {".+\\.INT"}}), "....");
}

TEST(ColumnRules, booleans) {
  schema::TableSchema table = orders();
  for (schema::Column& column : table.columns) column.type = schema::ColumnType::kTiny;
  table.columns[0].column_type = "tinyint(1)";
  table.columns[1].column_type = "tinyint";
  table.columns[2].column_type = "tinyint unsigned";
  table.columns[3].column_type = "tinyint(1) unsigned zerofill";
  const auto booleans = [&](BooleanRule rule) {
    return where(treat({.booleans = {std::move(rule)}}, table),
                 &change::ColumnTreatment::as_boolean);
  };
  EXPECT_EQ(booleans({}), "x...");
  EXPECT_EQ(booleans({.checks_length = false}), "xxx.");
  EXPECT_EQ(booleans({.columns = {".*note.*"}, .checks_length = false}), ".xx.");
  table.columns[0].type = schema::ColumnType::kShort;
  EXPECT_EQ(booleans({.checks_length = false}), ".xx.");
}

TEST(ColumnRules, bad_patterns_are_errors_with_their_property) {
  const struct {
    ColumnRulesOptions options;
    const char* property;
  } rows[] = {
      {{.include = {"(a"}}, "column.include.list: "},
      {{.exclude = {"(a"}}, "column.exclude.list: "},
      {{.bytes = {"(a"}}, "column.bytes.include.list: "},
      {{.source_types = {"(a"}}, "column.propagate.source.type: "},
      {{.source_datatypes = {"(a"}}, "datatype.propagate.source.type: "},
      {{.masks = {{{"(a"}, {}}}}, "column mask: "},
      {{.key_columns = {"(a"}}, "message.key.columns: "},
      {{.booleans = {{.columns = {"(a"}}}}, "TinyIntOneToBooleanConverter: "},
  };
  for (const auto& row : rows) {
    const auto rules = ColumnRules::compile(row.options);
    ASSERT_FALSE(rules) << row.property;
    EXPECT_TRUE(rules.error().message().starts_with(row.property)) << rules.error().message();
  }
}

}  // namespace
}  // namespace millrace::transform

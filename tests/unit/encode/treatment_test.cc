// What a table's treatment makes of its records: columns left out, keys of other columns, updates that change nothing.

#include <gtest/gtest.h>

#include "unit/encode/value_builders.h"

namespace millrace::encode::testing {
namespace {

schema::TableSchemaPtr orders() {
  Column id = of(T::kLong);
  id.name = "id";
  Column note = text_of("utf8mb4");
  note.name = "note";
  Column state = of(T::kTiny);
  state.name = "state";
  return table_of({id, note, state}, {0});
}

change::TableTreatment treatment_of_orders() {
  change::TableTreatment treatment;
  treatment.columns.resize(3);
  return treatment;
}

Row order(std::int64_t id, std::string_view note, std::int64_t state) {
  return row_of({integer(id), text(note), integer(state)});
}

TEST(Treatment, leaves_columns_out_of_rows_but_not_of_keys) {
  change::TableTreatment treatment = treatment_of_orders();
  treatment.columns[0].is_left_out = true;
  treatment.columns[1].is_left_out = true;
  Encoding encoding(orders(), Encoding::default_options(), treatment);
  const Row row = order(1, "a", 2);
  ASSERT_TRUE(encoding.encode(change::Operation::kCreate, nullptr, &row));
  EXPECT_EQ(encoding.key(0), "{\"id\":1}");
  EXPECT_EQ(encoding.rows(0), "{\"before\":null,\"after\":{\"state\":2}");
}

TEST(Treatment, leaves_all_columns_out) {
  change::TableTreatment treatment = treatment_of_orders();
  for (change::ColumnTreatment& column : treatment.columns) column.is_left_out = true;
  Encoding encoding(orders(), Encoding::default_options(), treatment);
  const Row row = order(1, "a", 2);
  ASSERT_TRUE(encoding.encode(change::Operation::kDelete, &row, nullptr));
  EXPECT_EQ(encoding.rows(0), "{\"before\":{},\"after\":null");
}

TEST(Treatment, keys_of_other_columns) {
  change::TableTreatment treatment = treatment_of_orders();
  treatment.key_columns = std::vector<std::size_t>{2, 1};
  Encoding encoding(orders(), Encoding::default_options(), treatment);
  const Row before = order(1, "a", 2);
  const Row after = order(9, "a", 2);
  ASSERT_TRUE(encoding.encode(change::Operation::kUpdate, &before, &after));
  ASSERT_EQ(encoding.batch.records.size(), 1U) << "the key of the table doesn't count";
  EXPECT_EQ(encoding.key(0), "{\"state\":2,\"note\":\"a\"}");
  const Row moved = order(9, "b", 2);
  ASSERT_TRUE(encoding.encode(change::Operation::kUpdate, &after, &moved));
  EXPECT_EQ(encoding.batch.records.size(), 4U);
  EXPECT_EQ(encoding.key(3), "{\"state\":2,\"note\":\"b\"}");
}

TEST(Treatment, keys_are_not_masked) {
  change::TableTreatment treatment = treatment_of_orders();
  treatment.key_columns = std::vector<std::size_t>{1};
  treatment.columns[1].mask = {.kind = change::ColumnMask::Kind::kAsterisks, .length = 3};
  Encoding encoding(orders(), Encoding::default_options(), treatment);
  const Row row = order(1, "a", 2);
  ASSERT_TRUE(encoding.encode(change::Operation::kCreate, nullptr, &row));
  EXPECT_EQ(encoding.key(0), "{\"note\":\"a\"}");
  EXPECT_EQ(encoding.rows(0), "{\"before\":null,\"after\":{\"id\":1,\"note\":\"***\",\"state\":2}");
}

TEST(Treatment, booleans_in_rows_and_keys) {
  change::TableTreatment treatment = treatment_of_orders();
  treatment.columns[2].as_boolean = true;
  treatment.key_columns = std::vector<std::size_t>{2};
  Encoding encoding(orders(), Encoding::default_options(), treatment);
  const struct {
    std::int64_t state;
    const char* json;
  } rows[] = {{0, "false"}, {1, "true"}, {2, "true"}, {-1, "false"}};
  for (std::size_t i = 0; i < std::size(rows); ++i) {
    const Row row = order(1, "a", rows[i].state);
    ASSERT_TRUE(encoding.encode(change::Operation::kCreate, nullptr, &row));
    EXPECT_EQ(encoding.key(i), std::string("{\"state\":") + rows[i].json + "}");
    EXPECT_EQ(encoding.rows(i), std::string("{\"before\":null,\"after\":{\"id\":1,\"note\":\"a\","
                                            "\"state\":") +
                                    rows[i].json + "}");
  }
}

class SkipUnchanged : public ::testing::Test {
 protected:
  static EncoderOptions options() {
    EncoderOptions options = Encoding::default_options();
    options.skip_unchanged = true;
    return options;
  }
  static change::TableTreatment without_note() {
    change::TableTreatment treatment = treatment_of_orders();
    treatment.columns[1].is_left_out = true;
    return treatment;
  }
};

TEST_F(SkipUnchanged, leaves_out_updates_of_other_columns) {
  Encoding encoding(orders(), options(), without_note());
  const Row before = order(1, "a", 2);
  const Row after = order(1, "b", 2);
  ASSERT_TRUE(encoding.encode(change::Operation::kUpdate, &before, &after));
  EXPECT_TRUE(encoding.batch.records.empty());
  EXPECT_TRUE(encoding.batch.bytes.empty());
  const Row changed = order(1, "b", 3);
  ASSERT_TRUE(encoding.encode(change::Operation::kUpdate, &after, &changed));
  ASSERT_EQ(encoding.batch.records.size(), 1U);
  EXPECT_EQ(encoding.rows(0),
            "{\"before\":{\"id\":1,\"state\":2},\"after\":{\"id\":1,\"state\":3}");
}

TEST_F(SkipUnchanged, is_off_by_default) {
  Encoding encoding(orders(), Encoding::default_options(), without_note());
  const Row row = order(1, "a", 2);
  ASSERT_TRUE(encoding.encode(change::Operation::kUpdate, &row, &row));
  EXPECT_EQ(encoding.batch.records.size(), 1U);
}

TEST_F(SkipUnchanged, compares_what_is_published) {
  change::TableTreatment treatment = treatment_of_orders();
  treatment.columns[1].mask = {.kind = change::ColumnMask::Kind::kTruncate, .length = 1};
  Encoding encoding(orders(), options(), treatment);
  const Row before = order(1, "ab", 2);
  const Row after = order(1, "ac", 2);
  ASSERT_TRUE(encoding.encode(change::Operation::kUpdate, &before, &after));
  EXPECT_TRUE(encoding.batch.records.empty());
}

TEST_F(SkipUnchanged, still_says_what_there_is_to_say) {
  Encoding encoding(orders(), options(), treatment_of_orders());
  const Row row = order(1, "\xff", 2);
  ASSERT_TRUE(encoding.encode(change::Operation::kUpdate, &row, &row));
  EXPECT_TRUE(encoding.batch.records.empty());
  EXPECT_EQ(encoding.batch.notices.size(), 1U);
  EXPECT_TRUE(encoding.batch.invalid_texts.empty()) << "nothing was published";
}

TEST_F(SkipUnchanged, keeps_deletes_and_creates) {
  Encoding encoding(orders(), options(), without_note());
  const Row row = order(1, "a", 2);
  ASSERT_TRUE(encoding.encode(change::Operation::kCreate, nullptr, &row));
  ASSERT_TRUE(encoding.encode(change::Operation::kDelete, &row, nullptr));
  EXPECT_EQ(encoding.batch.records.size(), 3U);
}

}  // namespace
}  // namespace millrace::encode::testing

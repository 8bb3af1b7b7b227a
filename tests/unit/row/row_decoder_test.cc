// Row images: which columns are present, which are NULL, what each kind of event fills, and what
// can't be an image.

#include "millrace/row/row_decoder.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "bytes.h"
#include "value_text.h"

namespace millrace::row {
namespace {

using binlog::RowsKind;
using schema::ColumnType;
using test::column;
using test::from_hex;

// A table, an event on it, and the rows that come out: "before -> after", values by commas.
class RowDecoderTest : public ::testing::Test {
 protected:
  RowDecoderTest() {
    schema_.name = {"shop", "orders"};
    schema_.columns = {column("id", ColumnType::kLong),
                       test::text_column("name", ColumnType::kVarchar, 20),
                       column("count", ColumnType::kTiny)};
  }

  void use_columns(std::size_t count) {
    schema_.columns.clear();
    for (std::size_t i = 0; i < count; ++i) {
      schema_.columns.push_back(column("c" + std::to_string(i), ColumnType::kTiny));
    }
  }

  binlog::RowsEvent event(RowsKind kind, std::string_view before, std::string_view after,
                          std::string_view rows) {
    bytes_ = {from_hex(before), from_hex(after), from_hex(rows)};
    binlog::RowsEvent made;
    made.kind = kind;
    made.column_count = schema_.columns.size();
    made.columns_before = bytes_[0];
    made.columns_after = bytes_[1];
    made.rows = bytes_[2];
    return made;
  }

  std::vector<std::string> decode(const binlog::RowsEvent& event) {
    const RowPlan plan(schema_);
    RowDecoder decoder(plan, event);
    Row before, after;
    std::vector<std::string> lines;
    for (int i = 0; i < 100; ++i) {
      const Result<bool> more = decoder.next(before, after);
      if (!more) {
        EXPECT_FALSE(more.error().is_transient());
        lines.push_back("error: " + more.error().message());
        return lines;
      }
      if (!*more) return lines;
      lines.push_back(row_text(before) + " -> " + row_text(after));
    }
    ADD_FAILURE() << "the event has no end";
    return lines;
  }

  schema::TableSchema schema_;

 private:
  static std::string row_text(const Row& row) {
    std::string text = "(";
    for (const Value& value : row.values) {
      if (text.size() > 1) text += ", ";
      text += test::value_text(value);
    }
    return text + ")";
  }

  std::vector<std::string> bytes_;
};

using Lines = std::vector<std::string>;

TEST_F(RowDecoderTest, WriteFillsAfter) {
  EXPECT_EQ(decode(event(RowsKind::kWrite, "07", "",
                         "00 01000000 0161 ff"
                         "06 02000000")),
            (Lines{"() -> (int 1, text 61, int -1)", "() -> (int 2, null, null)"}));
}

TEST_F(RowDecoderTest, DeleteFillsBefore) {
  EXPECT_EQ(decode(event(RowsKind::kDelete, "07", "", "00 01000000 00 07")),
            (Lines{"(int 1, text , int 7) -> ()"}));
}

TEST_F(RowDecoderTest, UpdateFillsBoth) {
  EXPECT_EQ(decode(event(RowsKind::kUpdate, "07", "07",
                         "00 01000000 0161 01"
                         "00 01000000 0162 02"
                         "01 00 03"
                         "07")),
            (Lines{"(int 1, text 61, int 1) -> (int 1, text 62, int 2)",
                   "(null, text , int 3) -> (null, null, null)"}));
}

// binlog_row_image=MINIMAL: the key before, what changed after. Bitmaps of NULLs count only the
// columns that are there.
TEST_F(RowDecoderTest, MinimalImages) {
  EXPECT_EQ(decode(event(RowsKind::kUpdate, "01", "06",
                         "00 01000000"
                         "02 0162"
                         "00 02000000"
                         "01 05")),
            (Lines{"(int 1, absent, absent) -> (absent, text 62, null)",
                   "(int 2, absent, absent) -> (absent, null, int 5)"}));
}

TEST_F(RowDecoderTest, ARowReusedForAnotherTableHasItsColumnsOnly) {
  const RowPlan plan(schema_);
  const auto rows = event(RowsKind::kWrite, "04", "", "00 05");
  RowDecoder decoder(plan, rows);
  Row before, after;
  after.values.resize(9, Value{});
  for (Value& value : after.values) value.kind = ValueKind::kText;
  after.owned.emplace_back("left over");
  ASSERT_TRUE(*decoder.next(before, after));
  ASSERT_EQ(after.values.size(), 3U);
  EXPECT_TRUE(after.values[0].is_absent());
  EXPECT_TRUE(after.values[1].is_absent());
  EXPECT_EQ(after.values[2].i64, 5);
  EXPECT_TRUE(after.owned.empty());
  EXPECT_FALSE(*decoder.next(before, after));
  EXPECT_FALSE(*decoder.next(before, after)) << "the end stays the end";
}

// The bitmap of NULLs has one bit a present column, whole bytes an image.
TEST_F(RowDecoderTest, NinthPresentColumnTakesASecondByteOfNulls) {
  use_columns(10);
  EXPECT_EQ(decode(event(RowsKind::kWrite, "ff03", "", "00 02 01 02 03 04 05 06 07 08 09")),
            (Lines{"() -> (int 1, int 2, int 3, int 4, int 5, int 6, int 7, int 8, int 9, null)"}));
  EXPECT_EQ(
      decode(event(RowsKind::kWrite, "fe01", "", "81 02 03 04 05 06 07")),
      (Lines{"() -> (absent, null, int 2, int 3, int 4, int 5, int 6, int 7, null, absent)"}));
}

// Bits behind the last column mean nothing: MySQL sets them, or not.
TEST_F(RowDecoderTest, BitsBehindTheLastColumnDontCount) {
  EXPECT_EQ(decode(event(RowsKind::kWrite, "ff", "", "f8 01000000 0161 ff")),
            (Lines{"() -> (int 1, text 61, int -1)"}));
}

// INSERT INTO t VALUES () under MINIMAL, as MySQL 9.7 logs it: no columns and no bytes.
TEST_F(RowDecoderTest, AnEmptyInsertIsARow) {
  EXPECT_EQ(decode(event(RowsKind::kWrite, "00", "", "")),
            (Lines{"() -> (absent, absent, absent)"}));
}

TEST_F(RowDecoderTest, NoRowsAreNoRows) {
  EXPECT_EQ(decode(event(RowsKind::kWrite, "07", "", "")), Lines{});
  EXPECT_EQ(decode(event(RowsKind::kDelete, "00", "", "")), Lines{});
  EXPECT_EQ(decode(event(RowsKind::kUpdate, "00", "00", "")), Lines{});
}

struct Malformed {
  const char* name;
  RowsKind kind;
  const char* columns_before;
  const char* columns_after;
  const char* rows;
  const char* message;
};

TEST_F(RowDecoderTest, MalformedIsAnError) {
  const Malformed kMalformed[] = {
      {"no_bitmap_of_columns", RowsKind::kWrite, "", "", "00",
       "the row event doesn't say which columns it has, at byte 0 of its 1 bytes of row images"},
      {"update_without_second_bitmap", RowsKind::kUpdate, "07", "", "00",
       "the row event doesn't say which columns it has, at byte 0 of its 1 bytes of row images"},
      {"bytes_of_no_columns", RowsKind::kWrite, "00", "", "00",
       "the row event has bytes but no columns, at byte 0 of its 1 bytes of row images"},
      {"update_ends_after_its_before_image", RowsKind::kUpdate, "01", "01", "00 01000000",
       "the row event ends inside the bitmap of NULLs, at byte 5 of its 5 bytes of row images"},
      {"second_row_ends", RowsKind::kWrite, "03", "", "02 01000000 00 02000000 05 6161",
       "column name ends early or can't be what it says, at byte 11 of the event's 13 bytes of row "
       "images"},
      {"last_column_missing", RowsKind::kDelete, "07", "", "00 01000000 0161",
       "column count ends early or can't be what it says, at byte 7 of the event's 7 bytes of row "
       "images"},
  };
  for (const Malformed& c : kMalformed) {
    SCOPED_TRACE(c.name);
    const Lines lines = decode(event(c.kind, c.columns_before, c.columns_after, c.rows));
    ASSERT_FALSE(lines.empty());
    EXPECT_EQ(lines.back(), std::string("error: ") + c.message);
  }
}

TEST_F(RowDecoderTest, AnEventOfAnotherTableIsAnError) {
  auto rows = event(RowsKind::kWrite, "07", "", "00 01000000 0161 ff");
  rows.column_count = 4;
  EXPECT_EQ(decode(rows), (Lines{"error: the row event has 4 columns, its table map 3"}));
}

TEST_F(RowDecoderTest, ATableWithoutColumnsIsAnErrorNotALoop) {
  use_columns(0);
  const Lines lines = decode(event(RowsKind::kDelete, "", "", "00"));
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_TRUE(lines[0].starts_with("error: the row event has bytes but no columns")) << lines[0];
}

// Partial updates (PARTIAL_UPDATE_ROWS) on: id int, j json, k json.
class PartialRowTest : public RowDecoderTest {
 protected:
  PartialRowTest() {
    schema_.columns = {column("id", ColumnType::kTiny), column("j", ColumnType::kJson, 4),
                       column("n", ColumnType::kTiny), column("k", ColumnType::kJson, 4)};
  }
  binlog::RowsEvent partial(std::string_view before, std::string_view after,
                            std::string_view rows) {
    auto made = event(RowsKind::kUpdate, before, after, rows);
    made.partial_json = true;
    return made;
  }
};

const std::string kA1 = "0d000000 00 0100 0c00 0b00 0100 05 0100 61";  // {"a":1}
const std::string kSetA2 = "09000000 00 03242e61 03050200";            // REPLACE $.a by 2
const std::string kA2 = "00 0100 0c00 0b00 0100 05 0200 61";
const std::string kEmptyArray = "05000000 02 0000 0400";

std::string hex(const std::string& spaced) { return test::to_hex(from_hex(spaced)); }

TEST_F(PartialRowTest, OneOfTwoColumnsChanges) {
  const auto lines = decode(partial("0f", "0f",
                                    "00 01" + kA1 + "05" + kEmptyArray +  //
                                        "01 03 00 01" + kSetA2 + "06 00000000"));
  const std::string before = "json " + hex(kA1).substr(8);
  EXPECT_EQ(lines, (Lines{"(int 1, " + before + ", int 5, json 0200000400) -> (int 1, json " +
                          hex(kA2) + ", int 6, json 0200000400)"}));
}

// A column that the bitmap doesn't name brings its whole document, as do all without the option.
TEST_F(PartialRowTest, WholeDocumentsStandBesideDifferences) {
  const auto mixed = decode(partial("0f", "0f",
                                    "00 01" + kA1 + "05" + kEmptyArray +  //
                                        "01 02 00 01" + kEmptyArray + "06 00000000"));
  ASSERT_EQ(mixed.size(), 1U);
  EXPECT_TRUE(mixed[0].ends_with("-> (int 1, json 0200000400, int 6, json 0200000400)"))
      << mixed[0];
  const auto whole = decode(partial("0f", "0f",
                                    "00 01" + kA1 + "05" + kEmptyArray +  //
                                        "00 08 01" + kEmptyArray + "06"));
  ASSERT_EQ(whole.size(), 1U);
  EXPECT_TRUE(whole[0].ends_with("-> (int 1, json 0200000400, int 6, null)")) << whole[0];
}

// The bitmap of differences counts the table's JSON columns, also those that are not in the image.
TEST_F(PartialRowTest, AbsentColumnsCountInTheBitmapOfDifferences) {
  const std::string set_last = "0a000000 01 04245b395d 03050700";  // INSERT $[9] 7
  const auto lines = decode(partial("09", "08",
                                    "00 01" + kEmptyArray +  //
                                        "01 02 00" + set_last));
  EXPECT_EQ(lines, (Lines{"(int 1, absent, absent, json 0200000400) -> (absent, absent, absent, "
                          "json 02010007000507"
                          "00)"}));
}

// Without the document in the before image there is nothing to apply it to: absent, and counted.
TEST_F(PartialRowTest, WithoutABaseTheColumnIsAbsentAndCounted) {
  const RowPlan plan(schema_);
  const auto rows = partial("01", "02",
                            "00 01" + ("01 01 00" + kSetA2) +  //
                                "00 02" + ("01 01 00 00000000"));
  RowDecoder decoder(plan, rows);
  Row before, after;
  ASSERT_TRUE(*decoder.next(before, after));
  EXPECT_TRUE(after.values[1].is_absent());
  ASSERT_TRUE(*decoder.next(before, after));
  EXPECT_TRUE(after.values[1].is_absent());
  EXPECT_EQ(decoder.stats().json_bases_missing, 2U);
  EXPECT_FALSE(*decoder.next(before, after));
}

TEST_F(PartialRowTest, DocumentsOfOneRowStandSideBySide) {
  const auto lines = decode(partial("0a", "0a",
                                    "00" + kA1 + kA1 +  //
                                        "01 03 00" + kSetA2 + kSetA2));
  EXPECT_EQ(lines,
            (Lines{"(absent, json " + hex(kA1).substr(8) + ", absent, json " + hex(kA1).substr(8) +
                   ") -> (absent, json " + hex(kA2) + ", absent, json " + hex(kA2) + ")"}));
}

TEST_F(PartialRowTest, MalformedIsAnError) {
  const std::string before = "00 01" + kA1 + "05" + kEmptyArray;
  const Malformed kMalformed[] = {
      {"unknown_option", RowsKind::kUpdate, "0f", "0f", "02 00 00 01",
       "error: the row event has unknown value options"},
      {"no_option", RowsKind::kUpdate, "0f", "0f", "",
       "error: the row event ends inside the bitmap of NULLs"},
      {"no_bitmap_of_differences", RowsKind::kUpdate, "0f", "0f", "01",
       "error: the row event ends inside the bitmap of NULLs"},
      {"difference_longer_than_the_event", RowsKind::kUpdate, "0f", "0f", "01 01 00 01 ff000000 00",
       "error: column j ends early"},
      {"difference_that_doesnt_fit", RowsKind::kUpdate, "0f", "0f",
       "01 01 00 01 09000000 00 03242e7a 03050200",
       "error: column j: partial JSON update of $.z: there is nothing to replace"},
      {"difference_without_value", RowsKind::kUpdate, "0f", "0f",
       "01 01 00 01 05000000 00 03242e61",
       "error: column j: a partial JSON update is malformed at byte 5"},
  };
  for (const Malformed& c : kMalformed) {
    SCOPED_TRACE(c.name);
    const auto lines = decode(partial(c.columns_before, c.columns_after, before + c.rows));
    ASSERT_FALSE(lines.empty());
    EXPECT_TRUE(lines.back().starts_with(c.message)) << lines.back();
  }
}

TEST_F(PartialRowTest, ADifferenceToNullIsAnError) {
  const auto lines = decode(partial("02", "02", "01" + ("01 01 00" + kSetA2)));
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_TRUE(lines[0].starts_with("error: column j")) << lines[0];
  EXPECT_EQ(decode(partial("02", "02", "01 01 01 00 00000000")),
            (Lines{"(absent, null, absent, absent) -> (absent, null, absent, absent)"}));
}

}  // namespace
}  // namespace millrace::row

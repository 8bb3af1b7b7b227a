// Masked and truncated columns. The hashes were worked out with Python's hashlib over what Java serializes.

#include <gtest/gtest.h>

#include <ostream>

#include "unit/encode/value_builders.h"

namespace millrace::encode::testing {
namespace {

using Kind = change::ColumnMask::Kind;

change::ColumnMask asterisks(std::size_t count) {
  return {.kind = Kind::kAsterisks, .length = count};
}
change::ColumnMask cut_to(std::size_t length) {
  return {.kind = Kind::kTruncate, .length = length};
}
change::ColumnMask hash(std::string algorithm, std::string salt, bool is_serialized) {
  return {.kind = Kind::kHash,
          .algorithm = std::move(algorithm),
          .salt = std::move(salt),
          .is_serialized = is_serialized};
}

// A TEXT column: it has no length.
Column long_text(std::string_view charset = "utf8mb4") {
  Column column = text_of(charset);
  column.type = T::kBlob;
  column.length = 2;
  return column;
}
Column varchar(std::uint32_t characters) {
  Column column = text_of("utf8mb4");
  column.length = characters * 4;
  return column;
}

struct MaskCase {
  std::string name;
  change::ColumnMask mask;
  Column column;
  Value value;
  std::string json;
};
void PrintTo(const MaskCase& row, std::ostream* out) { *out << row.name; }

std::string print_masked(const MaskCase& row, EncoderOptions options) {
  change::TableTreatment treatment;
  treatment.columns.resize(1);
  treatment.columns[0].mask = row.mask;
  Column named = row.column;
  named.name = "c";
  Encoding encoding(table_of({named}), std::move(options), treatment);
  const Row after = row_of({row.value});
  const Status status = encoding.encode(change::Operation::kCreate, nullptr, &after);
  if (!status) return "error: " + status.error().message();
  const std::string rows = encoding.rows(0);
  constexpr std::string_view kStart = "{\"before\":null,\"after\":{\"c\":";
  return rows.substr(kStart.size(), rows.size() - kStart.size() - 1);
}

class MaskTest : public ::testing::TestWithParam<MaskCase> {};
TEST_P(MaskTest, prints) {
  EXPECT_EQ(print_masked(GetParam(), Encoding::default_options()), GetParam().json);
}

const std::string kOdd("a\"\xc3\xa9\n\xf0\x9f\x98\x80\0", 10);
const std::string kLong(70'000, 'x');

std::vector<MaskCase> mask_cases() {
  const Column label = labelled(T::kEnum, {"small", "large"});
  const Column json = of(T::kJson, 4);
  const std::string_view json_text(
      "\x0c\x03"
      "abc",
      5);
  return {
      {"asterisks", asterisks(5), varchar(100), text("secret"), "\"*****\""},
      {"asterisks_none", asterisks(0), varchar(100), text("secret"), "\"\""},
      {"asterisks_for_null", asterisks(3), nullable(varchar(100)), null(), "\"***\""},
      {"asterisks_for_an_enum", asterisks(3), label, number(1, K::kEnum), "\"***\""},
      {"asterisks_not_for_numbers", asterisks(3), of(T::kLong), integer(7), "7"},
      {"asterisks_not_for_bytes", asterisks(3), bytes_of(T::kBlob, 2), binary("\x01"), "\"AQ==\""},
      {"asterisks_not_for_json", asterisks(3), json, of_kind(K::kJson, json_text),
       "\"\\\"abc\\\"\""},
      {"cut", cut_to(3), varchar(100), text("secret"), "\"sec\""},
      {"cut_fits", cut_to(6), varchar(100), text("secret"), "\"secret\""},
      {"cut_to_nothing", cut_to(0), varchar(100), text("secret"), "\"\""},
      {"cut_null", cut_to(3), nullable(varchar(100)), null(), "null"},
      {"cut_column_is_short_enough", cut_to(6), varchar(6), text("secret!"), "\"secret!\""},
      {"cut_counts_escapes_once", cut_to(3), long_text(), text("a\"\xc3\xa9z"),
       "\"a\\\"\xc3\xa9\""},
      {"cut_counts_control_characters_once", cut_to(2), long_text(), text("\x01\ny"),
       "\"\\u0001\\n\""},
      {"cut_between_surrogates", cut_to(2), long_text(), text("a\xf0\x9f\x98\x80z"),
       "\"a\\uD83D\""},
      {"cut_converted", cut_to(2), long_text("latin1"), text("\xe9\xe9\xe9"),
       "\"\xc3\xa9\xc3\xa9\""},
      {"cut_enum", cut_to(0), label, number(1, K::kEnum), "\"\""},
      {"cut_enum_has_one_character", cut_to(2), label, number(1, K::kEnum), "\"small\""},
      {"cut_bytes", cut_to(2), bytes_of(T::kBlob, 2), binary("\x01\x02\x03"), "\"AQI=\""},
      {"cut_padded_bytes", cut_to(3), bytes_of(T::kString, 6), binary("\x01"), "\"AQAA\""},
      {"cut_json", cut_to(2), json, of_kind(K::kJson, json_text), "\"\\\"a\""},
      {"cut_timestamp", cut_to(10), fraction(T::kTimestamp2, 0),
       integer(1504893064000000, K::kTimestamp), "\"2017-09-08\""},
      {"cut_not_numbers", cut_to(1), of(T::kLong), integer(77), "77"},
      {"hash", hash("SHA-256", "salt", false), varchar(100), text("secret"),
       "\"bede90386d450cea8b77b822f8887065e4e5abf132c2f9dccfcc7fbd4cba5e35\""},
      {"hash_serialized", hash("SHA-256", "salt", true), varchar(100), text("secret"),
       "\"415495384c888900929e5499d91b87e3051f44ece0f24218307c4f89e6dd7ccb\""},
      {"hash_of_odd_text", hash("SHA-512", "s", false), long_text(), text(kOdd),
       "\"7085166365fb090aa86cef4afdb8c549900a4303c236a6fe3216463c17a056d060f8bce7fe004e45da6cd3df7"
       "7c6ad8cac2cd9cee0bb635de3162acf03b1ab26\""},
      {"hash_of_odd_text_serialized", hash("SHA-1", "s", true), long_text(), text(kOdd),
       "\"e3ea62619df54f238da89f240621c8290ec23eab\""},
      {"hash_of_long_text_serialized", hash("MD5", "s", true), long_text(), text(kLong),
       "\"f8551e707da84572eed91b623d5c4c5f\""},
      {"hash_of_nothing", hash("MD5", "s", false), long_text(), text(""),
       "\"03c7c0ace395d80182db07ae2c30f034\""},
      {"hash_cut_to_the_column", hash("SHA-256", "salt", false), varchar(20), text("secret"),
       "\"bede90386d450cea8b77\""},
      {"hash_null", hash("SHA-256", "salt", false), nullable(varchar(20)), null(), "null"},
      {"hash_not_numbers", hash("SHA-256", "salt", false), of(T::kLong), integer(7), "7"},
  };
}
INSTANTIATE_TEST_SUITE_P(Masks, MaskTest, ::testing::ValuesIn(mask_cases()),
                         [](const auto& row) { return row.param.name; });

TEST(Masks, cut_what_a_mode_made_of_it) {
  EncoderOptions options = Encoding::default_options();
  options.values.binary = BinaryMode::kHex;
  EXPECT_EQ(print_masked({"", cut_to(3), bytes_of(T::kBlob, 2), binary("\xca\xfe"), ""}, options),
            "\"caf\"");
  options.values.binary = BinaryMode::kBase64;
  EXPECT_EQ(print_masked({"", cut_to(3), bytes_of(T::kBlob, 2), binary("\xca\xfe"), ""}, options),
            "\"yv4\"");
  options.values.decimal = DecimalMode::kString;
  EXPECT_EQ(print_masked(
                {"", cut_to(4), decimal(10, 2), of_kind(K::kDecimal, "\x7f\xff\xcf\xc6\xbc"), ""},
                options),
            "\"-123\"");
  options.values.time = TimePrecision::kIsoString;
  EXPECT_EQ(print_masked({"", cut_to(7), fraction(T::kDatetime2, 0),
                          datetime(at(2017, 9, 8, 17, 51, 4)), ""},
                         options),
            "\"2017-09\"");
}

TEST(Masks, invalid_text_is_an_error_behind_a_mask_too) {
  EncoderOptions options = Encoding::default_options();
  options.invalid_text = InvalidText::kFail;
  const std::string printed = print_masked({"", cut_to(3), long_text(), text("\xff"), ""}, options);
  EXPECT_EQ(printed.substr(0, 42), "error: shop.orders.c: a value isn't valid ");
}

}  // namespace
}  // namespace millrace::encode::testing

// The properties that decide what a value looks like: each mode's result, type by type.

#include <gtest/gtest.h>

#include <functional>
#include <ostream>

#include "unit/encode/value_builders.h"

namespace millrace::encode::testing {
namespace {

using namespace std::string_view_literals;

using Set = std::function<void(EncoderOptions&)>;

struct ModeCase {
  std::string name;
  Set set;
  Column column;
  Value value;
  std::string json;
};
void PrintTo(const ModeCase& row, std::ostream* out) { *out << row.name; }

class ValueModeTest : public ::testing::TestWithParam<ModeCase> {};
TEST_P(ValueModeTest, prints) {
  EncoderOptions options = Encoding::default_options();
  GetParam().set(options);
  EXPECT_EQ(print(GetParam().column, GetParam().value, options), GetParam().json);
}

std::string name_of(const ::testing::TestParamInfo<ModeCase>& row) { return row.param.name; }

Set decimals(DecimalMode mode) {
  return [mode](EncoderOptions& options) { options.values.decimal = mode; };
}
Set numeric() {
  return [](EncoderOptions& options) { options.value_converter.decimal_as_number = true; };
}
Set precise_bigint(bool as_number = false) {
  return [as_number](EncoderOptions& options) {
    options.values.precise_unsigned_bigint = true;
    options.value_converter.decimal_as_number = as_number;
  };
}
Set binary_as(BinaryMode mode) {
  return [mode](EncoderOptions& options) { options.values.binary = mode; };
}
Set times(TimePrecision precision) {
  return [precision](EncoderOptions& options) { options.values.time = precision; };
}

const std::string_view kMinus12345 = "\x7f\xff\xcf\xc6\xbc"sv;  // DECIMAL(10,2) -12345.67
const std::string_view kAlmost1e8 = "\x85\xf5\xe0\xff\x63"sv;   // 99999999.99
const std::string_view kZero = "\x80\0\0\0\0"sv;                // 0.00
const std::string_view kZeroOfScale8 = "\x80\0\0\0"sv;          // DECIMAL(8,8)
const std::string_view kTwelveOfScale8 = "\x80\0\0\x0c"sv;      // 0.00000012

std::vector<ModeCase> decimal_cases() {
  const Set text = decimals(DecimalMode::kString);
  const Set real = decimals(DecimalMode::kDouble);
  const auto packed = [](std::string_view bytes) { return of_kind(K::kDecimal, bytes); };
  const Column bigint = unsigned_of(T::kLongLong);
  return {
      {"string", text, decimal(10, 2), packed(kMinus12345), "\"-12345.67\""},
      {"string_zero", text, decimal(10, 2), packed(kZero), "\"0.00\""},
      {"string_broken", text, decimal(10, 2), packed("abc"),
       "error: shop.orders.c: a DECIMAL(10,2) of 3 bytes"},
      {"double", real, decimal(10, 2), packed(kMinus12345), "-12345.67"},
      {"double_large", real, decimal(10, 2), packed(kAlmost1e8), "9.999999999E7"},
      {"double_small", real, decimal(8, 8), packed(kTwelveOfScale8), "1.2E-7"},
      {"double_zero", real, decimal(10, 2), packed(kZero), "0.0"},
      {"numeric", numeric(), decimal(10, 2), packed(kMinus12345), "-12345.67"},
      {"numeric_zero", numeric(), decimal(10, 2), packed(kZero), "0.00"},
      {"numeric_zero_with_exponent", numeric(), decimal(8, 8), packed(kZeroOfScale8), "0E-8"},
      {"numeric_with_exponent", numeric(), decimal(8, 8), packed(kTwelveOfScale8), "1.2E-7"},
      {"null", text, nullable(decimal(10, 2)), null(), "null"},
      {"bigint_precise_largest", precise_bigint(), bigint, number(UINT64_MAX), "\"AP//////////\""},
      {"bigint_precise_largest_signed", precise_bigint(), bigint, number(INT64_MAX),
       "\"f/////////8=\""},
      {"bigint_precise_128", precise_bigint(), bigint, number(128), "\"AIA=\""},
      {"bigint_precise_zero", precise_bigint(), bigint, number(0), "\"AA==\""},
      {"bigint_precise_as_number", precise_bigint(true), bigint, number(UINT64_MAX),
       "18446744073709551615"},
      {"bigint_signed", precise_bigint(), of(T::kLongLong), integer(-1), "-1"},
      {"int_unsigned", precise_bigint(), unsigned_of(T::kLong), number(4294967295U), "4294967295"},
  };
}
INSTANTIATE_TEST_SUITE_P(Decimals, ValueModeTest, ::testing::ValuesIn(decimal_cases()), name_of);

std::vector<ModeCase> binary_cases() {
  const Set base64 = binary_as(BinaryMode::kBase64);
  const Set url_safe = binary_as(BinaryMode::kBase64UrlSafe);
  const Set hex = binary_as(BinaryMode::kHex);
  const Value bytes = binary("\xfb\xff\xfe");
  return {
      {"base64", base64, bytes_of(T::kVarchar, 10), bytes, "\"+//+\""},
      {"url_safe", url_safe, bytes_of(T::kVarchar, 10), bytes, "\"-__-\""},
      {"url_safe_padded", url_safe, bytes_of(T::kString, 4), binary("\xff"), "\"_wAAAA==\""},
      {"hex", hex, bytes_of(T::kBlob, 2), binary("\xca\xfe\xba\xbe"), "\"cafebabe\""},
      {"hex_padded", hex, bytes_of(T::kString, 6), binary("\x01\x02"), "\"010200000000\""},
      {"hex_empty", hex, bytes_of(T::kBlob, 2), binary(""), "\"\""},
      {"bits_stay_base64", hex, of(T::kBit, 10), number(513, K::kBit), "\"AQI=\""},
      {"text_stays_text", hex, text_of("utf8mb4"), text("a"), "\"a\""},
      {"null", hex, nullable(bytes_of(T::kBlob, 2)), null(), "null"},
  };
}
INSTANTIATE_TEST_SUITE_P(Binary, ValueModeTest, ::testing::ValuesIn(binary_cases()), name_of);

constexpr std::int64_t kDay = 86'400'000'000;
constexpr std::int64_t kTime = 64'264'777'777;  // 17:51:04.777777

Value time_of(std::int64_t microseconds) { return integer(microseconds, K::kTime); }

std::vector<ModeCase> time_cases() {
  const Set connect = times(TimePrecision::kConnect);
  const Set micro = times(TimePrecision::kMicroseconds);
  const Set nano = times(TimePrecision::kNanoseconds);
  const Set iso = times(TimePrecision::kIsoString);
  const Column required = fraction(T::kTime2, 6);
  const Column optional = nullable(required);
  return {
      {"connect", connect, required, time_of(kTime), "64264777"},
      {"connect_whole_day", connect, required, time_of(kDay), "86400000"},
      {"connect_beyond_a_day", connect, optional, time_of(kDay + 1), "null"},
      {"connect_negative", connect, optional, time_of(-1), "null"},
      {"connect_negative_not_null", connect, required, time_of(-1),
       "error: shop.orders.c: a TIME outside a day can't be said with connect "
       "(time.precision.mode), and the column is NOT NULL without a DEFAULT"},
      {"connect_negative_not_null_with_default", connect, with_default(required, "01:00:00.5"),
       time_of(-1), "3600500"},
      {"microseconds", micro, required, time_of(-kTime), "-64264777777"},
      {"nanoseconds", nano, required, time_of(kTime), "64264777777000"},
      {"nanoseconds_least", nano, required, time_of(-3'020'399'000'000), "-3020399000000000"},
      {"iso", iso, required, time_of(kTime), "\"17:51:04.777777Z\""},
      {"iso_without_fraction", iso, required, time_of(64'264'000'000), "\"17:51:04Z\""},
      {"iso_short_fraction", iso, required, time_of(64'264'120'000), "\"17:51:04.12Z\""},
      {"iso_midnight", iso, required, time_of(0), "\"00:00:00Z\""},
      {"iso_whole_day", iso, required, time_of(kDay), "\"00:00:00Z\""},
      {"iso_beyond_a_day", iso, optional, time_of(kDay + 1), "null"},
      {"iso_old", iso, of(T::kTimeOld), time_of(0), "\"00:00:00Z\""},
  };
}
INSTANTIATE_TEST_SUITE_P(Time, ValueModeTest, ::testing::ValuesIn(time_cases()), name_of);

std::vector<ModeCase> datetime_cases() {
  const Set connect = times(TimePrecision::kConnect);
  const Set micro = times(TimePrecision::kMicroseconds);
  const Set nano = times(TimePrecision::kNanoseconds);
  const Set iso = times(TimePrecision::kIsoString);
  const auto column = [](std::uint32_t digits) { return fraction(T::kDatetime2, digits); };
  const Value usual = datetime(at(2017, 9, 8, 17, 51, 4, 777777));
  const Value whole = datetime(at(2017, 9, 8, 17, 51, 4));
  const Value zero = datetime(at(0, 0, 0));
  return {
      {"connect", connect, column(6), usual, "1504893064777"},
      {"connect_before_1970", connect, column(6), datetime(at(1969, 12, 31, 23, 59, 59, 999999)),
       "-1"},
      {"microseconds", micro, column(0), whole, "1504893064000000"},
      {"microseconds_first", micro, column(0), datetime(at(1000, 1, 1)), "-30610224000000000"},
      {"nanoseconds", nano, column(6), usual, "1504893064777777000"},
      {"nanoseconds_too_early", nano, nullable(column(0)), datetime(at(1000, 1, 1)), "null"},
      {"nanoseconds_too_late", nano, nullable(column(6)), datetime(at(2262, 4, 12)), "null"},
      {"nanoseconds_last", nano, column(6), datetime(at(2262, 4, 11, 23, 47, 16, 854775)),
       "9223372036854775000"},
      {"nanoseconds_too_early_not_null", nano, column(0), datetime(at(1000, 1, 1)),
       "error: shop.orders.c: a DATETIME outside 1677-09-22 to 2262-04-11 can't be said with "
       "nanoseconds (time.precision.mode), and the column is NOT NULL without a DEFAULT"},
      {"iso", iso, column(6), usual, "\"2017-09-08T17:51:04.777777Z\""},
      {"iso_whole", iso, column(3), whole, "\"2017-09-08T17:51:04Z\""},
      {"iso_first", iso, column(0), datetime(at(1000, 1, 1)), "\"1000-01-01T00:00:00Z\""},
      {"iso_before_1970", iso, column(3), datetime(at(1969, 12, 31, 23, 59, 59, 999000)),
       "\"1969-12-31T23:59:59.999Z\""},
      {"iso_zero", iso, column(0), zero, "\"1970-01-01T00:00:00Z\""},
      {"iso_zero_nullable", iso, nullable(column(0)), zero, "null"},
      {"nanoseconds_zero", nano, column(0), zero, "0"},
      {"date_connect", connect, of(T::kDate), date(2017, 9, 8), "17417"},
      {"date_nanoseconds", nano, of(T::kDate), date(1000, 1, 1), "-354285"},
      {"date_iso", iso, of(T::kDate), date(2017, 9, 8), "\"2017-09-08Z\""},
      {"date_iso_first", iso, of(T::kDate), date(1000, 1, 1), "\"1000-01-01Z\""},
      {"date_iso_zero", iso, of(T::kDate), date(0, 0, 0), "\"1970-01-01Z\""},
      {"date_iso_zero_nullable", iso, nullable(of(T::kDate)), date(0, 0, 0), "null"},
      {"year_stays_a_number", iso, of(T::kYear), number(2018, K::kYear), "2018"},
      {"timestamp_stays", connect, fraction(T::kTimestamp2, 3),
       integer(1504893064120000, K::kTimestamp), "\"2017-09-08T17:51:04.120Z\""},
  };
}
INSTANTIATE_TEST_SUITE_P(Datetime, ValueModeTest, ::testing::ValuesIn(datetime_cases()), name_of);

TEST(ValueModes, out_of_range_is_noticed_once_a_column) {
  EncoderOptions options = Encoding::default_options();
  options.values.time = TimePrecision::kConnect;
  Encoding encoding(table_of({nullable(fraction(T::kTime2, 0))}), options);
  const Row row = row_of({time_of(-1)});
  ASSERT_TRUE(encoding.encode(change::Operation::kCreate, nullptr, &row));
  ASSERT_TRUE(encoding.encode(change::Operation::kCreate, nullptr, &row));
  EXPECT_EQ(encoding.batch.notices,
            std::vector<std::string>{"shop.orders.c: a TIME outside a day can't be said with "
                                     "connect (time.precision.mode): such values are published as "
                                     "null"});
}

// Each converter has its own decimal.format; the modes are the same for key and value.
TEST(ValueModes, of_keys) {
  Column id = decimal(10, 2);
  id.name = "id";
  Encoding plain(table_of({id}, {0}));
  const Row row = row_of({of_kind(K::kDecimal, kMinus12345)});
  ASSERT_TRUE(plain.encode(change::Operation::kCreate, nullptr, &row));
  EXPECT_EQ(plain.key(0), "{\"id\":\"7Sl5\"}");

  EncoderOptions options = Encoding::default_options();
  options.key_converter.decimal_as_number = true;
  Encoding numeric_key(table_of({id}, {0}), options);
  ASSERT_TRUE(numeric_key.encode(change::Operation::kCreate, nullptr, &row));
  EXPECT_EQ(numeric_key.key(0), "{\"id\":-12345.67}");
  EXPECT_EQ(numeric_key.rows(0), "{\"before\":null,\"after\":{\"id\":\"7Sl5\"}");

  options.values.decimal = DecimalMode::kString;
  Encoding text_key(table_of({id}, {0}), options);
  ASSERT_TRUE(text_key.encode(change::Operation::kCreate, nullptr, &row));
  EXPECT_EQ(text_key.key(0), "{\"id\":\"-12345.67\"}");
}

TEST(ValueModes, of_placeholders) {
  EncoderOptions options = Encoding::default_options();
  options.unavailable_placeholder = "gone";
  options.values.binary = BinaryMode::kHex;
  Encoding encoding(table_of({bytes_of(T::kBlob, 2)}), options);
  const Row row = row_of({absent()});
  ASSERT_TRUE(encoding.encode(change::Operation::kCreate, nullptr, &row));
  EXPECT_EQ(encoding.rows(0), "{\"before\":null,\"after\":{\"c\":\"676f6e65\"}");
}

}  // namespace
}  // namespace millrace::encode::testing

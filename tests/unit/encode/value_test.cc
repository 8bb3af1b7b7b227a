#include <gtest/gtest.h>

#include <cstring>
#include <ostream>
#include <string>
#include <vector>

#include "unit/encode/value_builders.h"

// Every type's values as Debezium 3.6 prints them with its default properties.

namespace millrace::encode::testing {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

struct ValueCase {
  std::string name;
  Column column;
  Value value;
  std::string json;
};
void PrintTo(const ValueCase& row, std::ostream* out) { *out << row.name; }

class ValueTest : public ::testing::TestWithParam<ValueCase> {};
TEST_P(ValueTest, prints) {
  EXPECT_EQ(print(GetParam().column, GetParam().value), GetParam().json);
}

std::string name_of(const ::testing::TestParamInfo<ValueCase>& row) { return row.param.name; }

std::vector<ValueCase> number_cases() {
  return {
      {"tinyint", of(T::kTiny), integer(-128), "-128"},
      {"tinyint_unsigned", unsigned_of(T::kTiny), number(255), "255"},
      {"int", of(T::kLong), integer(-2147483648LL), "-2147483648"},
      {"int_unsigned", unsigned_of(T::kLong), number(4294967295U), "4294967295"},
      {"bigint", of(T::kLongLong), integer(INT64_MIN), "-9223372036854775808"},
      {"bigint_unsigned", unsigned_of(T::kLongLong), number(INT64_MAX), "9223372036854775807"},
      {"bigint_unsigned_wraps", unsigned_of(T::kLongLong), number(UINT64_MAX), "-1"},
      {"null", nullable(of(T::kLong)), null(), "null"},
      {"float", float_of(""), real(double{1.1F}, K::kFloat), "1.1"},
      {"float_large", float_of("float"), real(double{3.4E38F}, K::kFloat), "3.4E38"},
      {"float_7_3", float_of("float(7,3)"), real(double{1234.568F}, K::kFloat),
       "1234.5679931640625"},
      {"float_7_3_unknown_to_the_catalog", float_of(""), real(double{1234.568F}, K::kFloat),
       "1234.568"},
      {"double", of(T::kDouble, 8), real(1.7976931348623157e308), "1.7976931348623157E308"},
      {"double_small", of(T::kDouble, 8), real(0.0001), "1.0E-4"},
      {"double_zero", of(T::kDouble, 8), real(0), "0.0"},
      {"double_large", of(T::kDouble, 8), real(1e20), "1.0E20"},
      {"double_ten_million", of(T::kDouble, 8), real(99999999.99), "9.999999999E7"},
      {"decimal_negative", decimal(10, 2), of_kind(K::kDecimal, "\x7f\xff\xcf\xc6\xbc"),
       "\"7Sl5\""},
      {"decimal_large", decimal(10, 2), of_kind(K::kDecimal, "\x85\xf5\xe0\xff\x63"),
       "\"AlQL4/8=\""},
      {"decimal_zero", decimal(10, 2), of_kind(K::kDecimal, std::string_view("\x80\0\0\0\0", 5)),
       "\"AA==\""},
      {"decimal_minus_one_unscaled", decimal(4, 2), of_kind(K::kDecimal, "\x7f\xfe"), "\"/w==\""},
      {"decimal_small", decimal(4, 2), of_kind(K::kDecimal, "\x81\x19"), "\"fQ==\""},
      {"bit_1", of(T::kBit, 1), number(1, K::kBit), "true"},
      {"bit_1_off", of(T::kBit, 1), number(0, K::kBit), "false"},
      {"bit_8", of(T::kBit, 8), number(64, K::kBit), "\"QA==\""},
      {"bit_10", of(T::kBit, 10), number(513, K::kBit), "\"AQI=\""},
      {"bit_64", of(T::kBit, 64), number(23989979, K::kBit), "\"2w5uAQAAAAA=\""},
      {"year", of(T::kYear), number(2018, K::kYear), "2018"},
      {"year_zero", of(T::kYear), number(0, K::kYear), "0"},
  };
}
INSTANTIATE_TEST_SUITE_P(Numbers, ValueTest, ::testing::ValuesIn(number_cases()), name_of);

std::vector<ValueCase> string_cases() {
  return {
      {"utf8mb4", text_of("utf8mb4"), text("tx\"\\\n\xf0\x9f\x98\x80/"),
       "\"tx\\\"\\\\\\n\\uD83D\\uDE00/\""},
      {"utf8mb3", text_of("utf8mb3"), text("\xc3\xa9"), "\"\xc3\xa9\""},
      {"empty", text_of("utf8mb4"), text(""), "\"\""},
      {"latin1", text_of("latin1"), text("caf\xe9"), "\"caf\xc3\xa9\""},
      {"latin1_ascii", text_of("latin1"), text("a\"b"), "\"a\\\"b\""},
      // Debezium's Java charset makes '?' of these five.
      {"latin1_undefined_bytes", text_of("latin1"), text("\x81\x8d\x8f\x90\x9d"),
       "\"\xc2\x81\xc2\x8d\xc2\x8f\xc2\x90\xc2\x9d\""},
      {"gbk", text_of("gbk"), text("\xd6\xd0\xce\xc4"), "\"\xe4\xb8\xad\xe6\x96\x87\""},
      // The second byte of the character is a backslash.
      {"gbk_backslash_inside", text_of("gbk"), text("\x95\x5c"), "\"\xe6\x98\x9e\""},
      {"ucs2", text_of("ucs2"), text("\0a\0\""sv), "\"a\\\"\""},
      {"utf16_astral", text_of("utf16"), text("\xd8\x3d\xde\0"sv), "\"\\uD83D\\uDE00\""},
      {"unknown_charset", of(T::kVarchar, 10), text("\xc3\xa9"), "\"\xc3\xa9\""},
      {"varchar_binary", bytes_of(T::kVarchar, 10), text("\xca\xfe\xba\xbe"), "\"yv66vg==\""},
      {"varbinary", bytes_of(T::kVarchar, 10), binary("\xca\xfe\xba\xbe"), "\"yv66vg==\""},
      {"varbinary_is_not_padded", bytes_of(T::kVarchar, 6), binary("\x01\x02"), "\"AQI=\""},
      {"binary_padded", bytes_of(T::kString, 6), binary("\x01\x02"), "\"AQIAAAAA\""},
      {"binary_empty", bytes_of(T::kString, 3), binary(""), "\"AAAA\""},
      {"char_binary_padded", bytes_of(T::kString, 6), text("\x01\x02"), "\"AQIAAAAA\""},
      {"blob", bytes_of(T::kBlob, 2), binary("\xca\xfe\xba\xbe"), "\"yv66vg==\""},
      {"blob_empty", bytes_of(T::kBlob, 2), binary(""), "\"\""},
      {"enum", labelled(T::kEnum, {"a", "b,c", "q\\z", "\xc3\xa9\""}), number(1, K::kEnum),
       "\"a\""},
      {"enum_comma", labelled(T::kEnum, {"a", "b,c"}), number(2, K::kEnum), "\"b,c\""},
      {"enum_backslash", labelled(T::kEnum, {"a", "q\\z"}), number(2, K::kEnum), "\"q\\\\z\""},
      {"enum_escaped", labelled(T::kEnum, {"\xc3\xa9\""}), number(1, K::kEnum), "\"\xc3\xa9\\\"\""},
      {"enum_invalid", labelled(T::kEnum, {"a"}), number(0, K::kEnum), "\"\""},
      {"enum_without_labels", of(T::kEnum, 1), number(3, K::kEnum), "3"},
      {"enum_beyond_labels", labelled(T::kEnum, {"a"}), number(2, K::kEnum),
       "error: shop.orders.c: ENUM value 2 of a column with 1 labels"},
      {"set", labelled(T::kSet, {"a", "b", "c"}), number(5, K::kSet), "\"a,c\""},
      {"set_all", labelled(T::kSet, {"a", "b"}), number(3, K::kSet), "\"a,b\""},
      {"set_empty", labelled(T::kSet, {"a"}), number(0, K::kSet), "\"\""},
      {"set_escaped", labelled(T::kSet, {"a\"", "b\\"}), number(3, K::kSet), "\"a\\\",b\\\\\""},
      {"set_64", labelled(T::kSet, std::vector<std::string>(64, "x")),
       number(0x8000000000000001ULL, K::kSet), "\"x,x\""},
      {"set_without_labels", of(T::kSet, 1), number(5, K::kSet), "5"},
      {"set_beyond_labels", labelled(T::kSet, {"a"}), number(2, K::kSet),
       "error: shop.orders.c: SET value 2 of a column with 1 labels"},
  };
}
INSTANTIATE_TEST_SUITE_P(Strings, ValueTest, ::testing::ValuesIn(string_cases()), name_of);

std::vector<ValueCase> temporal_cases() {
  return {
      {"date", of(T::kDate), date(2017, 9, 8), "17417"},
      {"date_first", of(T::kDate), date(1000, 1, 1), "-354285"},
      {"date_last", of(T::kDate), date(9999, 12, 31), "2932896"},
      {"date_two_digit_year", of(T::kDate), date(18, 4, 1), "17622"},
      {"date_zero", of(T::kDate), date(0, 0, 0), "0"},
      {"date_zero_nullable", nullable(of(T::kDate)), date(0, 0, 0), "null"},
      {"date_zero_month", nullable(of(T::kDate)), date(2020, 0, 10), "null"},
      {"date_zero_day", of(T::kDate), date(2020, 1, 0), "0"},
      {"date_impossible", nullable(of(T::kDate)), date(2024, 2, 31), "null"},
      {"time", fraction(T::kTime2, 0), integer(64264000000, K::kTime), "64264000000"},
      {"time_negative", fraction(T::kTime2, 3), integer(-3020399000000, K::kTime),
       "-3020399000000"},
      {"datetime", fraction(T::kDatetime2, 0), datetime(at(2017, 9, 8, 17, 51, 4)),
       "1504893064000"},
      {"datetime_3", fraction(T::kDatetime2, 3), datetime(at(2017, 9, 8, 17, 51, 4, 777000)),
       "1504893064777"},
      {"datetime_4_in_microseconds", fraction(T::kDatetime2, 4),
       datetime(at(2017, 9, 8, 17, 51, 4, 777700)), "1504893064777700"},
      {"datetime_6", fraction(T::kDatetime2, 6), datetime(at(2017, 9, 8, 17, 51, 4, 777777)),
       "1504893064777777"},
      {"datetime_first", fraction(T::kDatetime2, 0), datetime(at(1000, 1, 1)), "-30610224000000"},
      {"datetime_last", fraction(T::kDatetime2, 6), datetime(at(9999, 12, 31, 23, 59, 59, 999999)),
       "253402300799999999"},
      {"datetime_before_1970", fraction(T::kDatetime2, 0), datetime(at(1969, 12, 31, 23, 59, 59)),
       "-1000"},
      {"datetime_3_before_1970", fraction(T::kDatetime2, 3),
       datetime(at(1969, 12, 31, 23, 59, 59, 999000)), "-1"},
      {"datetime_zero", fraction(T::kDatetime2, 0), datetime(at(0, 0, 0)), "0"},
      {"datetime_zero_nullable", nullable(fraction(T::kDatetime2, 0)), datetime(at(0, 0, 0)),
       "null"},
      {"datetime_two_digit_year", fraction(T::kDatetime2, 0), datetime(at(70, 1, 1)), "0"},
      {"datetime_old", of(T::kDatetimeOld), datetime(at(2017, 9, 8, 17, 51, 4)), "1504893064000"},
      {"timestamp", fraction(T::kTimestamp2, 0), integer(1504893064000000, K::kTimestamp),
       "\"2017-09-08T17:51:04Z\""},
      {"timestamp_3", fraction(T::kTimestamp2, 3), integer(1504893064120000, K::kTimestamp),
       "\"2017-09-08T17:51:04.120Z\""},
      {"timestamp_6", fraction(T::kTimestamp2, 6), integer(1504893064100000, K::kTimestamp),
       "\"2017-09-08T17:51:04.100000Z\""},
      {"timestamp_zero", fraction(T::kTimestamp2, 3), of_kind(K::kZeroTimestamp),
       "\"1970-01-01T00:00:00Z\""},
      {"timestamp_zero_nullable", nullable(fraction(T::kTimestamp2, 0)), of_kind(K::kZeroTimestamp),
       "null"},
  };
}
INSTANTIATE_TEST_SUITE_P(Temporal, ValueTest, ::testing::ValuesIn(temporal_cases()), name_of);

// POINT(1 1) as the server stores it.
const std::string kPoint = "\0\0\0\0\x01\x01\0\0\0\0\0\0\0\0\0\xf0\x3f\0\0\0\0\0\0\xf0\x3f"s;
const std::string kPointWithSrid = "\xe6\x10\0\0"s + kPoint.substr(4);
const std::string kVector = [] {
  const float elements[] = {1.1F, 2.2F, 3.0F};
  return std::string(reinterpret_cast<const char*>(elements), sizeof elements);
}();

std::vector<ValueCase> other_cases() {
  const std::string wkb = "AQEAAAAAAAAAAADwPwAAAAAAAPA/";
  return {
      {"point", geometry(1), of_kind(K::kGeometry, kPoint),
       "{\"x\":1.0,\"y\":1.0,\"wkb\":\"" + wkb + "\",\"srid\":null}"},
      {"point_with_srid", geometry(1), of_kind(K::kGeometry, kPointWithSrid),
       "{\"x\":1.0,\"y\":1.0,\"wkb\":\"" + wkb + "\",\"srid\":4326}"},
      {"point_in_a_geometry_column", geometry(0), of_kind(K::kGeometry, kPointWithSrid),
       "{\"wkb\":\"" + wkb + "\",\"srid\":4326}"},
      {"point_that_is_none", geometry(1),
       of_kind(K::kGeometry, std::string_view(kPoint).substr(0, 24)),
       "error: shop.orders.c: a POINT whose bytes are no point"},
      {"geometry_too_short", geometry(0), of_kind(K::kGeometry, "abc"),
       "error: shop.orders.c: a geometry without its SRID"},
      {"vector", of(T::kVector, 4), of_kind(K::kVector, kVector), "[1.1,2.2,3.0]"},
      {"vector_empty", of(T::kVector, 4), of_kind(K::kVector, ""), "[]"},
      {"vector_cut", of(T::kVector, 4), of_kind(K::kVector, "abcde"),
       "error: shop.orders.c: a VECTOR with a cut-off element"},
      // Opaque type 4 is the literal null, 1 is true, 2 is false.
      {"json_null", of(T::kJson, 4), of_kind(K::kJson, std::string_view("\x04\x00", 2)),
       "\"null\""},
      {"json_string", of(T::kJson, 4),
       of_kind(K::kJson,
               "\x0c\x03"
               "a\"b"),
       "\"\\\"a\\\\\\\"b\\\"\""},
      {"json_empty_document", of(T::kJson, 4), of_kind(K::kJson, ""), "\"null\""},
  };
}
INSTANTIATE_TEST_SUITE_P(Other, ValueTest, ::testing::ValuesIn(other_cases()), name_of);

TEST(ValueJson, broken_document_is_an_error_with_the_column) {
  const std::string printed = print(of(T::kJson, 4), of_kind(K::kJson,
                                                             "\x0c\x7f"
                                                             "a"));
  EXPECT_EQ(printed.substr(0, 22), "error: shop.orders.c: ") << printed;
}

TEST(ValueTimeAdjuster, off) {
  EncoderOptions options = Encoding::default_options();
  options.enable_time_adjuster = false;
  EXPECT_EQ(print(of(T::kDate), date(18, 4, 1), options), "-712863");
}

TEST(ValueBytesColumns, text_as_base64) {
  change::TableTreatment treatment;
  treatment.columns.resize(2);
  treatment.columns[1].as_bytes = true;
  Encoding encoding(table_of({text_of("utf8mb4"), text_of("latin1")}), Encoding::default_options(),
                    treatment);
  const Row row = row_of({text("a"), text("\xca\xfe\xba\xbe")});
  ASSERT_TRUE(encoding.encode(change::Operation::kCreate, nullptr, &row));
  EXPECT_EQ(encoding.rows(0), "{\"before\":null,\"after\":{\"c\":\"a\",\"c\":\"yv66vg==\"}");
}

class InvalidTextTest : public ::testing::Test {
 protected:
  static EncoderOptions policy(InvalidText invalid_text) {
    EncoderOptions options = Encoding::default_options();
    options.invalid_text = invalid_text;
    return options;
  }
};

TEST_F(InvalidTextTest, is_replaced) {
  EXPECT_EQ(print(text_of("utf8mb4"), text("a\xff\"z")), "\"a\xef\xbf\xbd\\\"z\"");
  EXPECT_EQ(print(text_of("gbk"), text("a\xff")), "\"a\xef\xbf\xbd\"");
}

TEST_F(InvalidTextTest, becomes_base64) {
  EXPECT_EQ(print(text_of("utf8mb4"), text("\xca\xfe\xba\xbe"), policy(InvalidText::kBase64)),
            "\"yv66vg==\"");
  EXPECT_EQ(print(text_of("utf8mb4"), text("fine"), policy(InvalidText::kBase64)), "\"fine\"");
}

TEST_F(InvalidTextTest, stops_the_source) {
  EXPECT_EQ(
      print(text_of("utf8mb4"), text("ab\xff"), policy(InvalidText::kFail)),
      "error: shop.orders.c: a value isn't valid utf8mb4 at its byte 3 (charset.invalid=fail; "
      "replace or base64 publish it)");
}

TEST_F(InvalidTextTest, is_counted_and_noticed_once) {
  Encoding encoding(table_of({text_of("utf8mb4")}));
  const Row row = row_of({text("secret \xff")});
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(encoding.encode(change::Operation::kCreate, nullptr, &row));
  }
  EXPECT_EQ(encoding.batch.invalid_texts,
            (std::map<std::string, std::uint64_t>{{"shop.orders", 3}}));
  ASSERT_EQ(encoding.batch.notices.size(), 1U);
  const std::string& notice = encoding.batch.notices[0];
  EXPECT_EQ(notice.substr(0, 47), "shop.orders.c: a value isn't valid utf8mb4; its") << notice;
  EXPECT_NE(notice.find("charset.invalid"), std::string::npos);
  EXPECT_EQ(notice.find("secret"), std::string::npos);
}

TEST(UnsignedWraps, is_noticed_once_a_column) {
  Column a = unsigned_of(T::kLongLong);
  a.name = "a";
  Column b = a;
  b.name = "b";
  Encoding encoding(table_of({a, b}));
  const Row fits = row_of({number(INT64_MAX), number(1)});
  ASSERT_TRUE(encoding.encode(change::Operation::kCreate, nullptr, &fits));
  EXPECT_TRUE(encoding.batch.notices.empty());
  const Row wraps = row_of({number(UINT64_MAX), number(UINT64_MAX)});
  ASSERT_TRUE(encoding.encode(change::Operation::kCreate, nullptr, &wraps));
  ASSERT_TRUE(encoding.encode(change::Operation::kCreate, nullptr, &wraps));
  ASSERT_EQ(encoding.batch.notices.size(), 2U);
  EXPECT_EQ(encoding.batch.notices[0].substr(0, 33), "shop.orders.a: a BIGINT UNSIGNED ");
  EXPECT_EQ(encoding.batch.notices[1].substr(0, 14), "shop.orders.b:");
}

}  // namespace
}  // namespace millrace::encode::testing

// schemas.enable=true: the schemas around keys and values, as Debezium 3.6 gives them to JsonConverter. The conformance
// test holds the same to the real one, type by type.

#include <gtest/gtest.h>

#include <functional>
#include <ostream>

#include "unit/encode/value_builders.h"

namespace millrace::encode::testing {
namespace {

EncoderOptions with_schemas() {
  EncoderOptions options = Encoding::default_options();
  options.key_converter.schemas_enable = true;
  options.value_converter.schemas_enable = true;
  return options;
}

Column named(std::string name, Column column) {
  column.name = std::move(name);
  return column;
}

const std::string kEnvelopeEnd =
    R"({"type":"struct","fields":[{"type":"string","optional":false,"field":"version"},)"
    R"({"type":"string","optional":false,"field":"connector"},)"
    R"({"type":"string","optional":false,"field":"name"},)"
    R"({"type":"int64","optional":false,"field":"ts_ms"},)"
    R"({"type":"string","optional":true,"name":"io.debezium.data.Enum","version":1,"parameters":)"
    R"({"allowed":"true,first,first_in_data_collection,last_in_data_collection,last,false,)"
    R"(incremental"},"default":"false","field":"snapshot"},)"
    R"({"type":"string","optional":false,"field":"db"},)"
    R"({"type":"string","optional":true,"field":"sequence"},)"
    R"({"type":"int64","optional":true,"field":"ts_us"},)"
    R"({"type":"int64","optional":true,"field":"ts_ns"},)"
    R"({"type":"string","optional":true,"field":"table"},)"
    R"({"type":"int64","optional":false,"field":"server_id"},)"
    R"({"type":"string","optional":true,"field":"gtid"},)"
    R"({"type":"string","optional":false,"field":"file"},)"
    R"({"type":"int64","optional":false,"field":"pos"},)"
    R"({"type":"int32","optional":false,"field":"row"},)"
    R"({"type":"int64","optional":true,"field":"thread"},)"
    R"({"type":"string","optional":true,"field":"query"}],"optional":false,)"
    R"("name":"io.debezium.connector.mysql.Source","version":1,"field":"source"},)"
    R"({"type":"struct","fields":[{"type":"string","optional":false,"field":"id"},)"
    R"({"type":"int64","optional":false,"field":"total_order"},)"
    R"({"type":"int64","optional":false,"field":"data_collection_order"}],"optional":true,)"
    R"("name":"event.block","version":1,"field":"transaction"},)"
    R"({"type":"string","optional":false,"field":"op"},)"
    R"({"type":"int64","optional":true,"field":"ts_ms"},)"
    R"({"type":"int64","optional":true,"field":"ts_us"},)"
    R"({"type":"int64","optional":true,"field":"ts_ns"}],"optional":false,)"
    R"("name":"shop.orders.Envelope","version":2})";

TEST(Schemas, stand_around_keys_and_values) {
  Encoding encoding(
      table_of({named("id", of(T::kLong)), named("n", nullable(of(T::kDouble, 8)))}, {0}),
      with_schemas());
  const Row row = row_of({integer(7), null()});
  ASSERT_TRUE(encoding.encode(change::Operation::kDelete, &row, nullptr));
  EXPECT_EQ(
      encoding.key(0),
      R"({"schema":{"type":"struct","fields":[{"type":"int32","optional":false,"field":"id"}],)"
      R"("optional":false,"name":"shop.orders.Key"},"payload":{"id":7}})");
  const std::string fields =
      R"("fields":[{"type":"int32","optional":false,"field":"id"},)"
      R"({"type":"double","optional":true,"field":"n"}],"optional":true,"name":"shop.orders.Value")";
  const std::string schema = R"({"type":"struct","fields":[{"type":"struct",)" + fields +
                             R"(,"field":"before"},{"type":"struct",)" + fields +
                             R"(,"field":"after"},)" + kEnvelopeEnd;
  const std::string value = encoding.value(0);
  EXPECT_EQ(value.substr(0, value.find(",\"payload\":")), "{\"schema\":" + schema);
  const std::string payload = R"(,"payload":{"before":{"id":7,"n":null},"after":null,"source":{)";
  EXPECT_EQ(value.substr(value.find(",\"payload\":"), payload.size()), payload);
  EXPECT_TRUE(value.ends_with("}}"));
  EXPECT_EQ(encoding.key(1), encoding.key(0));
  EXPECT_EQ(encoding.value(1), "(null)") << "a tombstone has no schema";
}

TEST(Schemas, of_key_and_value_alone) {
  EncoderOptions options = with_schemas();
  options.value_converter.schemas_enable = false;
  Encoding key_only(table_of({named("id", of(T::kLong))}, {0}), options);
  const Row row = row_of({integer(7)});
  ASSERT_TRUE(key_only.encode(change::Operation::kCreate, nullptr, &row));
  EXPECT_TRUE(key_only.key(0).starts_with("{\"schema\":"));
  EXPECT_TRUE(key_only.value(0).starts_with("{\"before\":"));

  Encoding no_key(table_of({named("id", of(T::kLong))}), with_schemas());
  ASSERT_TRUE(no_key.encode(change::Operation::kCreate, nullptr, &row));
  EXPECT_EQ(no_key.key(0), "(null)");
}

TEST(Schemas, are_not_in_headers) {
  Encoding encoding(table_of({named("id", of(T::kLong))}, {0}), with_schemas());
  const Row before = row_of({integer(1)});
  const Row after = row_of({integer(2)});
  ASSERT_TRUE(encoding.encode(change::Operation::kUpdate, &before, &after));
  ASSERT_EQ(encoding.batch.records.size(), 3U);
  EXPECT_EQ(encoding.headers(0), "__debezium.newkey={\"id\":2}");
  EXPECT_EQ(encoding.headers(2), "__debezium.oldkey={\"id\":1}");
}

TEST(Schemas, names_for_avro) {
  EncoderOptions options = with_schemas();
  options.schema_names = NameAdjustment::kAvro;
  options.field_names = NameAdjustment::kAvroUnicode;
  schema::TableSchemaPtr table = table_of({named("1 a\xc3\xa9_", of(T::kLong))}, {0});
  const TablePlan plan(table, Topic{"my-shop.or ders"}, options);
  Encoding encoding(table, options);
  const Row row = row_of({integer(7)});
  ASSERT_TRUE(encoding.encode(change::Operation::kCreate, nullptr, &row));
  EXPECT_EQ(encoding.key(0),
            R"({"schema":{"type":"struct","fields":[{"type":"int32","optional":false,)"
            R"("field":"_u0031_u0020a_u00e9_u005f"}],"optional":false,"name":"shop.orders.Key"},)"
            R"("payload":{"_u0031_u0020a_u00e9_u005f":7}})");
  EXPECT_EQ(encoding.rows(0).substr(encoding.rows(0).find("\"after\":")),
            R"("after":{"_u0031_u0020a_u00e9_u005f":7})");
}

struct SchemaCase {
  std::string name;
  Column column;
  std::string schema;  // of the field c, behind its type and before "field"
  std::function<void(EncoderOptions&)> set = {};
};
void PrintTo(const SchemaCase& row, std::ostream* out) { *out << row.name; }

// The schema of the only column of a key.
std::string schema_of(const Column& column, const EncoderOptions& options,
                      const change::TableTreatment& treatment = {}) {
  const auto table = table_of({named("c", column)});
  Encoding encoding(table, options, treatment);
  const Row row = row_of({null()});
  EXPECT_TRUE(encoding.encode(change::Operation::kCreate, nullptr, &row));
  const std::string value = encoding.value(0);
  const std::string begin = R"({"schema":{"type":"struct","fields":[{"type":"struct","fields":[)";
  const std::size_t end = value.find(",\"field\":\"c\"}]");
  return value.substr(begin.size(), end - begin.size());
}

class SchemaTest : public ::testing::TestWithParam<SchemaCase> {};
TEST_P(SchemaTest, prints) {
  EncoderOptions options = with_schemas();
  if (GetParam().set) GetParam().set(options);
  EXPECT_EQ(schema_of(GetParam().column, options), GetParam().schema);
}

std::function<void(EncoderOptions&)> times(TimePrecision precision) {
  return [precision](EncoderOptions& options) { options.values.time = precision; };
}
std::function<void(EncoderOptions&)> decimals(DecimalMode mode) {
  return [mode](EncoderOptions& options) { options.values.decimal = mode; };
}
std::string plain(const std::string& type, const std::string& more = "") {
  return "{\"type\":\"" + type + "\",\"optional\":false" + more;
}
std::string logical(const std::string& type, const std::string& name,
                    const std::string& parameters = "") {
  return plain(type, ",\"name\":\"" + name + "\",\"version\":1" +
                         (parameters.empty() ? "" : ",\"parameters\":{" + parameters + "}"));
}

std::vector<SchemaCase> type_cases() {
  const std::string decimal_name = "org.apache.kafka.connect.data.Decimal";
  return {
      {"tinyint", of(T::kTiny), plain("int16")},
      {"smallint", of(T::kShort), plain("int16")},
      {"smallint_unsigned", unsigned_of(T::kShort), plain("int32")},
      {"mediumint_unsigned", unsigned_of(T::kInt24), plain("int32")},
      {"int_unsigned", unsigned_of(T::kLong), plain("int64")},
      {"bigint", of(T::kLongLong), plain("int64")},
      {"bigint_unsigned", unsigned_of(T::kLongLong), plain("int64")},
      {"bigint_unsigned_precise", unsigned_of(T::kLongLong),
       logical("bytes", decimal_name, R"("scale":"0","connect.decimal.precision":"20")"),
       [](EncoderOptions& options) { options.values.precise_unsigned_bigint = true; }},
      {"float", float_of("float"), plain("float")},
      {"float_7_3", float_of("float(7,3)"), plain("double")},
      {"decimal", decimal(10, 2),
       logical("bytes", decimal_name, R"("scale":"2","connect.decimal.precision":"10")")},
      {"decimal_string", decimal(10, 2), plain("string"), decimals(DecimalMode::kString)},
      {"decimal_double", decimal(10, 2), plain("double"), decimals(DecimalMode::kDouble)},
      {"bit", of(T::kBit, 1), plain("boolean")},
      {"bits", of(T::kBit, 9), logical("bytes", "io.debezium.data.Bits", R"("length":"9")")},
      {"text", text_of("utf8mb4"), plain("string")},
      {"blob", bytes_of(T::kBlob, 2), plain("bytes")},
      {"blob_hex", bytes_of(T::kBlob, 2), plain("string"),
       [](EncoderOptions& options) { options.values.binary = BinaryMode::kHex; }},
      {"blob_base64", bytes_of(T::kBlob, 2), plain("string"),
       [](EncoderOptions& options) { options.values.binary = BinaryMode::kBase64; }},
      {"enum", labelled(T::kEnum, {"a", "b,c"}),
       logical("string", "io.debezium.data.Enum", R"("allowed":"a,b\\,c")")},
      {"set", labelled(T::kSet, {"a", "b"}),
       logical("string", "io.debezium.data.EnumSet", R"("allowed":"a,b")")},
      {"json", of(T::kJson, 4), logical("string", "io.debezium.data.Json")},
      {"year", of(T::kYear), logical("int32", "io.debezium.time.Year")},
      {"date", of(T::kDate), logical("int32", "io.debezium.time.Date")},
      {"date_connect", of(T::kDate), logical("int32", "org.apache.kafka.connect.data.Date"),
       times(TimePrecision::kConnect)},
      {"date_iso", of(T::kDate), logical("string", "io.debezium.time.IsoDate"),
       times(TimePrecision::kIsoString)},
      {"time", of(T::kTime2), logical("int64", "io.debezium.time.MicroTime")},
      {"time_connect", of(T::kTime2), logical("int32", "org.apache.kafka.connect.data.Time"),
       times(TimePrecision::kConnect)},
      {"time_nanoseconds", of(T::kTime2), logical("int64", "io.debezium.time.NanoTime"),
       times(TimePrecision::kNanoseconds)},
      {"time_iso", of(T::kTime2), logical("string", "io.debezium.time.IsoTime"),
       times(TimePrecision::kIsoString)},
      {"datetime", of(T::kDatetime2, 3), logical("int64", "io.debezium.time.Timestamp")},
      {"datetime_6", of(T::kDatetime2, 6), logical("int64", "io.debezium.time.MicroTimestamp")},
      {"datetime_connect", of(T::kDatetime2, 6),
       logical("int64", "org.apache.kafka.connect.data.Timestamp"), times(TimePrecision::kConnect)},
      {"datetime_nanoseconds", of(T::kDatetime2, 6),
       logical("int64", "io.debezium.time.NanoTimestamp"), times(TimePrecision::kNanoseconds)},
      {"datetime_iso", of(T::kDatetime2, 6), logical("string", "io.debezium.time.IsoTimestamp"),
       times(TimePrecision::kIsoString)},
      {"timestamp", of(T::kTimestamp2, 3), logical("string", "io.debezium.time.ZonedTimestamp")},
  };
}
INSTANTIATE_TEST_SUITE_P(Types, SchemaTest, ::testing::ValuesIn(type_cases()),
                         [](const auto& row) { return row.param.name; });

std::string with(const std::string& schema, const std::string& json) {
  return schema + ",\"default\":" + json;
}

std::vector<SchemaCase> default_cases() {
  const std::string decimal_10_2 = logical("bytes", "org.apache.kafka.connect.data.Decimal",
                                           R"("scale":"2","connect.decimal.precision":"10")");
  const std::string timestamp = logical("int64", "io.debezium.time.Timestamp");
  return {
      {"int", with_default(of(T::kLong), "-5"), with(plain("int32"), "-5")},
      {"int_that_is_none", with_default(of(T::kLong), "x"), plain("int32")},
      {"bigint_unsigned", with_default(unsigned_of(T::kLongLong), "18446744073709551615"),
       with(plain("int64"), "-1")},
      {"double", with_default(of(T::kDouble, 8), "1e20"), with(plain("double"), "1.0E20")},
      {"text", with_default(text_of("latin1"), "d'\"f"), with(plain("string"), R"("d'\"f")")},
      {"decimal", with_default(decimal(10, 2), "-12345.67"), with(decimal_10_2, "\"7Sl5\"")},
      {"decimal_zero", with_default(decimal(10, 2), "0.00"), with(decimal_10_2, "\"AA==\"")},
      {"decimal_128", with_default(decimal(10, 2), "1.28"), with(decimal_10_2, "\"AIA=\"")},
      {"decimal_as_a_statement_says_it", with_default(decimal(10, 2), "+1.5"),
       with(decimal_10_2, "\"AJY=\"")},
      {"decimal_rounded", with_default(decimal(10, 2), "-0.995"), with(decimal_10_2, "\"nA==\"")},
      {"decimal_grows", with_default(decimal(10, 2), "9.999"), with(decimal_10_2, "\"A+g=\"")},
      {"decimal_of_another_form", with_default(decimal(10, 2), "1e3"), decimal_10_2},
      {"decimal_text_at_scale", with_default(decimal(10, 2), "7"),
       with(plain("string"), "\"7.00\""), decimals(DecimalMode::kString)},
      {"decimal_string", with_default(decimal(10, 2), "1.28"), with(plain("string"), "\"1.28\""),
       decimals(DecimalMode::kString)},
      {"bit", with_default(of(T::kBit, 1), "b'1'"), with(plain("boolean"), "true")},
      {"bits", with_default(of(T::kBit, 9), "b'100000001'"),
       with(logical("bytes", "io.debezium.data.Bits", R"("length":"9")"), "\"AQE=\"")},
      {"enum", with_default(labelled(T::kEnum, {"a", "b"}), "b"),
       with(logical("string", "io.debezium.data.Enum", R"("allowed":"a,b")"), "\"b\"")},
      {"date", with_default(of(T::kDate), "2017-09-08"),
       with(logical("int32", "io.debezium.time.Date"), "17417")},
      {"datetime", with_default(of(T::kDatetime2), "2017-09-08 17:51:04"),
       with(timestamp, "1504893064000")},
      {"datetime_3", with_default(of(T::kDatetime2, 3), "2017-09-08 17:51:04.120"),
       with(timestamp, "1504893064120")},
      {"datetime_zero", with_default(of(T::kDatetime2), "0000-00-00 00:00:00"),
       with(timestamp, "0")},
      {"time", with_default(of(T::kTime2, 1), "-01:00:00.5"),
       with(logical("int64", "io.debezium.time.MicroTime"), "-3600500000")},
      {"timestamp", with_default(of(T::kTimestamp2), "2017-09-08 17:51:04"),
       with(logical("string", "io.debezium.time.ZonedTimestamp"), "\"2017-09-08T17:51:04Z\"")},
      {"year", with_default(of(T::kYear), "2018"),
       with(logical("int32", "io.debezium.time.Year"), "2018")},
  };
}
INSTANTIATE_TEST_SUITE_P(Defaults, SchemaTest, ::testing::ValuesIn(default_cases()),
                         [](const auto& row) { return row.param.name; });

TEST(Schemas, comments_and_source_types) {
  EncoderOptions options = with_schemas();
  Column price = decimal(10, 2);
  price.column_type = "decimal(10,2) unsigned";
  price.comment = "in \"cents\"";
  change::TableTreatment treatment;
  treatment.columns.resize(1);
  treatment.columns[0].shows_source_type = true;
  const std::string head =
      R"({"type":"bytes","optional":false,"name":"org.apache.kafka.connect.data.Decimal","version":1,)";
  const std::string own = R"("parameters":{"scale":"2","connect.decimal.precision":"10",)"
                          R"("__debezium.source.column.type":"DECIMAL UNSIGNED",)"
                          R"("__debezium.source.column.length":"10",)"
                          R"("__debezium.source.column.scale":"2",)";
  const std::string name = R"("__debezium.source.column.name":"c"})";
  EXPECT_EQ(schema_of(price, options, treatment), head + own + name);
  options.schema_comments = true;
  EXPECT_EQ(schema_of(price, options, treatment),
            head + R"("doc":"in \"cents\"",)" + own +
                R"("__debezium.source.column.comment":"in \"cents\"",)" + name);
}

TEST(Schemas, masks) {
  using Kind = change::ColumnMask::Kind;
  const auto masked = [](const Column& column, change::ColumnMask mask) {
    change::TableTreatment treatment;
    treatment.columns.resize(1);
    treatment.columns[0].mask = std::move(mask);
    return schema_of(column, with_schemas(), treatment);
  };
  EXPECT_EQ(masked(text_of("utf8mb4"), {.kind = Kind::kAsterisks, .length = 3}),
            plain("string", R"(,"parameters":{"masked":"true"})"));
  EXPECT_EQ(masked(text_of("utf8mb4"), {.kind = Kind::kTruncate, .length = 3}),
            plain("string", R"(,"parameters":{"truncateLength":"3"})"));
  EXPECT_EQ(masked(text_of("utf8mb4"), {.kind = Kind::kTruncate, .length = 25}), plain("string"));
  EXPECT_EQ(masked(of(T::kLong), {.kind = Kind::kHash, .algorithm = "MD5"}),
            plain("int32", R"(,"parameters":{"masked":"true"})"));
}

}  // namespace
}  // namespace millrace::encode::testing

// What the cases can't show: chains that don't compile, rows that transforms can't be applied to, and topics that rows
// name.

#include <gtest/gtest.h>

#include <ostream>

#include "millrace/base/limits.h"
#include "unit/encode/value_builders.h"

namespace millrace::encode::testing {
namespace {

const std::string kKafka = "org.apache.kafka.connect.transforms.";
const std::string kUnwrap = "io.debezium.transforms.ExtractNewRecordState";
const std::string kOutbox = "io.debezium.transforms.outbox.EventRouter";

TransformSpecs one(std::string type, std::map<std::string, std::string> options) {
  TransformSpecs specs;
  specs.transforms.push_back({"a", std::move(type), std::move(options), "", false});
  return specs;
}

struct Refusal {
  std::string name, type;
  std::map<std::string, std::string> options;
  std::string message;
  friend std::ostream& operator<<(std::ostream& out, const Refusal& r) { return out << r.name; }
};

class RefusedChains : public ::testing::TestWithParam<Refusal> {};

TEST_P(RefusedChains, NameTheOption) {
  const auto chain = TransformChain::compile(one(GetParam().type, GetParam().options));
  ASSERT_FALSE(chain);
  EXPECT_NE(chain.error().message().find("transforms.a: " + GetParam().message), std::string::npos)
      << chain.error().message();
}

INSTANTIATE_TEST_SUITE_P(
    All, RefusedChains,
    ::testing::Values(
        Refusal{"pattern",
                kKafka + "RegexRouter",
                {{"regex", "(a"}, {"replacement", "b"}},
                "regex: regular expression \"(a\""},
        Refusal{"group",
                kKafka + "RegexRouter",
                {{"regex", "a"}, {"replacement", "$1"}},
                "regex: the replacement $1 names group 1"},
        Refusal{"rename",
                kKafka + "ReplaceField$Value",
                {{"renames", "a:b:c"}},
                "renames: 'a:b:c' is not of the form old:new"},
        Refusal{"static_value",
                kKafka + "InsertField$Value",
                {{"static.field", "a"}},
                "static.value: is needed"},
        Refusal{"format",
                kKafka + "TimestampConverter$Value",
                {{"target.type", "string"}, {"format", "G"}},
                "format: the letter G"},
        Refusal{"no_format",
                kKafka + "TimestampConverter$Value",
                {{"target.type", "string"}},
                "format: is needed"},
        Refusal{"literal",
                kKafka + "InsertHeader",
                {{"header", "a"}, {"value.literal", "[1,2]"}},
                "value.literal: '[1,2]' can't be used"},
        Refusal{"reference",
                kUnwrap,
                {{"add.fields", "op:a:b"}},
                "add.fields: 'op:a:b' has more than one colon"},
        Refusal{"placement",
                kOutbox,
                {{"table.fields.additional.placement", "type:body"}},
                "table.fields.additional.placement: 'type:body' is not of the form"},
        Refusal{"zone",
                "io.debezium.transforms.TimezoneConverter",
                {{"converted.timezone", "Nowhere/Town"}},
                "converted.timezone: 'Nowhere/Town' is no time zone"},
        Refusal{"zone_rule",
                "io.debezium.transforms.TimezoneConverter",
                {{"converted.timezone", "+01:00"}, {"exclude.list", "orders"}},
                "exclude.list: 'orders' is no rule"},
        Refusal{"cast", kKafka + "Cast$Value", {{"spec", "id:long"}}, "spec: 'id:long' is not of"},
        Refusal{"backtick",
                kKafka + "ExtractField$Value",
                {{"field", "`a"}, {"field.syntax.version", "V2"}},
                "the path `a has a backtick"}),
    [](const auto& test) { return test.param.name; });

TEST(TransformChain, RefusesAPredicateThatIsNotThere) {
  TransformSpecs specs = one(kKafka + "Filter", {});
  specs.transforms[0].predicate = "p";
  const auto chain = TransformChain::compile(specs);
  ASSERT_FALSE(chain);
  EXPECT_EQ(chain.error().message(), "transforms.a.predicate: there is no predicate p");
}

Encoding with_chain(const schema::TableSchemaPtr& table, const TransformSpecs& specs,
                    bool tombstones = true) {
  EncoderOptions options = Encoding::default_options();
  auto chain = TransformChain::compile(specs);
  EXPECT_TRUE(chain) << chain.error().message();
  options.transforms = *chain;
  options.tombstones_on_delete = tombstones;
  return Encoding(table, options);
}

schema::TableSchemaPtr two_columns() {
  return table_of({column("id", T::kLong), nullable(text_column("name", "utf8mb4"))}, {0});
}

TEST(TransformedRecords, LeaveOutColumnsThatTheImageLacks) {
  Encoding encoding = with_chain(two_columns(), one(kUnwrap, {{"add.fields", "op"}}));
  const Row row = row_of({integer(1), absent()});
  ASSERT_TRUE(encoding.encode(change::Operation::kCreate, nullptr, &row));
  EXPECT_EQ(encoding.value(0), R"({"id":1,"__op":"c"})");
}

TEST(TransformedRecords, NeedColumnsThatDecideWhereTheyGo) {
  Encoding encoding = with_chain(two_columns(), one(kUnwrap, {{"route.by.field", "name"}}));
  const Row row = row_of({integer(1), absent()});
  const Status status = encoding.encode(change::Operation::kCreate, nullptr, &row);
  ASSERT_FALSE(status);
  EXPECT_NE(status.error().message().find("shop.orders.name"), std::string::npos);
  EXPECT_TRUE(encoding.batch.records.empty());
}

TEST(TransformedRecords, NeedTheColumnsOfTheirKey) {
  Encoding encoding = with_chain(
      two_columns(), {.transforms = {{"a", kUnwrap, {}, "", false},
                                     {"b", kKafka + "ValueToKey", {{"fields", "name"}}, "", false}},
                      .predicates = {}});
  const Row row = row_of({integer(1), absent()});
  const Status status = encoding.encode(change::Operation::kCreate, nullptr, &row);
  ASSERT_FALSE(status);
  EXPECT_NE(status.error().message().find("shop.orders.name"), std::string::npos);
}

TEST(TransformedRecords, HaveNoTombstonesWhereThereAreNone) {
  Encoding encoding = with_chain(
      two_columns(), one(kUnwrap, {{"delete.tombstone.handling.mode", "rewrite-with-tombstone"}}),
      false);
  const Row row = row_of({integer(1), null()});
  ASSERT_TRUE(encoding.encode(change::Operation::kDelete, &row, nullptr));
  ASSERT_EQ(encoding.batch.records.size(), 1U);
  EXPECT_EQ(encoding.value(0), R"({"id":1,"name":null,"__deleted":"true"})");
}

TEST(TransformedRecords, HaveNullForValuesThatCannotBeConverted) {
  EncoderOptions options = Encoding::default_options();
  options.invalid_text = InvalidText::kFail;
  options.null_for_failures = true;
  options.transforms = *TransformChain::compile(one(kUnwrap, {{"route.by.field", "route"}}));
  Encoding encoding(table_of({column("id", T::kLong), nullable(text_column("name", "utf8mb4")),
                              text_column("route", "utf8mb4")},
                             {0}),
                    options);
  const Row row = row_of({integer(1), text("\xff"), text("r")});
  ASSERT_TRUE(encoding.encode(change::Operation::kCreate, nullptr, &row));
  EXPECT_EQ(encoding.value(0), R"({"id":1,"name":null,"route":"r"})");
  EXPECT_EQ(encoding.batch.unconverted["shop.orders"].count, 1U);
  // No row goes to a topic that isn't its own.
  const Row nowhere = row_of({integer(2), text("a"), text("\xff")});
  EXPECT_FALSE(encoding.encode(change::Operation::kCreate, nullptr, &nowhere));
}

TEST(TransformedRecords, KeepTheTopicsThatRowsNameApart) {
  Encoding encoding = with_chain(two_columns(), one(kUnwrap, {{"route.by.field", "name"}}));
  for (const char* name : {"a", "b", "a", ""}) {
    const Row row = row_of({integer(1), text(name)});
    ASSERT_TRUE(encoding.encode(change::Operation::kCreate, nullptr, &row));
  }
  std::vector<std::string> topics;
  for (const Record& record : encoding.batch.records) topics.push_back(record.topic->name);
  EXPECT_EQ(topics, (std::vector<std::string>{"a", "b", "a", "shop.orders"}));
  EXPECT_EQ(encoding.batch.records[0].topic, encoding.batch.records[2].topic) << "compiled once";
}

TEST(TransformedRecords, EndWhereTopicsHaveNoEnd) {
  Encoding encoding = with_chain(two_columns(), one(kUnwrap, {{"route.by.field", "name"}}));
  Status status;
  std::size_t topics = 0;
  for (; status && topics <= limits::kMaxRoutesOfTable; ++topics) {
    const std::string name = "t" + std::to_string(topics);
    const Row row = row_of({integer(1), text(name)});
    encoding.batch.clear();
    status = encoding.encode(change::Operation::kCreate, nullptr, &row);
  }
  ASSERT_FALSE(status);
  EXPECT_EQ(topics, limits::kMaxRoutesOfTable + 1);
  EXPECT_NE(status.error().message().find("shop.orders to more than 20000 topics"),
            std::string::npos)
      << status.error().message();
}

TEST(TransformedRecords, SayOnceThatUpdatesOfAnOutboxAreLeftOut) {
  Encoding encoding = with_chain(two_columns(), one(kOutbox, {{"table.field.event.payload", "name"},
                                                              {"table.field.event.key", "id"},
                                                              {"route.by.field", "name"}}));
  const Row row = row_of({integer(1), text("a")});
  const Row other = row_of({integer(1), text("b")});
  for (int i = 0; i < 3; ++i)
    ASSERT_TRUE(encoding.encode(change::Operation::kUpdate, &row, &other));
  EXPECT_TRUE(encoding.batch.records.empty());
  EXPECT_EQ(encoding.batch.notices.size(), 1U);
}

TransformSpecs expanding(std::map<std::string, std::string> options) {
  options.merge(std::map<std::string, std::string>{{"table.expand.json.payload", "true"},
                                                   {"table.field.event.payload", "name"},
                                                   {"table.field.event.key", "id"},
                                                   {"route.by.field", "route"}});
  return one(kOutbox, std::move(options));
}

struct Payload {
  const char* name;
  const char* text;
  const char* expected;
  const char* with_nulls = nullptr;  // where that is another
};
void PrintTo(const Payload& payload, std::ostream* out) { *out << payload.name; }
class ExpandedPayloads : public ::testing::TestWithParam<Payload> {};

TEST_P(ExpandedPayloads, AreDocuments) {
  const schema::TableSchemaPtr table =
      table_of({column("id", T::kLong), nullable(text_column("name", "utf8mb4")),
                text_column("route", "utf8mb4")},
               {0});
  for (const bool keeps_null : {false, true}) {
    TransformSpecs specs =
        expanding({{"table.json.payload.null.behavior", keeps_null ? "optional_bytes" : "ignore"}});
    Encoding encoding = with_chain(table, specs);
    const Row row = row_of({integer(1), text(GetParam().text), text("r")});
    ASSERT_TRUE(encoding.encode(change::Operation::kCreate, nullptr, &row));
    const bool differs = keeps_null && GetParam().with_nulls != nullptr;
    EXPECT_EQ(encoding.value(0), differs ? GetParam().with_nulls : GetParam().expected);
  }
}

// Those that Debezium's own class leaves whole have its form: recorded from 3.6.1.
INSTANTIATE_TEST_SUITE_P(
    , ExpandedPayloads,
    ::testing::Values(
        Payload{"object", R"( {"a" : [1, null], "b":{"c":"x"}} )",
                R"({"a":[1,null],"b":{"c":"x"}})"},
        Payload{"nulls", R"({"a":null,"b":{"c":null},"d":[{"e":null}]})", R"({"b":{},"d":[{}]})",
                R"({"a":null,"b":{"c":null},"d":[{"e":null}]})"},
        Payload{"numbers",
                R"({"a":1.10,"b":1E2,"c":-0.0,"d":0.1e-10,"e":123456789.123456789,"f":1e308})",
                R"({"a":1.1,"b":100.0,"c":-0.0,"d":1.0E-11,"e":1.2345678912345679E8,"f":1.0E308})"},
        Payload{"number_beyond_64_bits", R"({"a":18446744073709551616})",
                R"({"a":18446744073709551616})"},
        Payload{"number_beyond_double", R"({"a":1e400})", R"("{\"a\":1e400}")"},
        Payload{"text", R"({"\u043a":"\ud83d\ude00\u0000\/"})",
                "{\"\xd0\xba\":\"\\uD83D\\uDE00\\u0000/\"}"},
        Payload{"array", "[1, [], {}]", "[1,[],{}]"},
        Payload{"array_of_many_kinds", R"({"a":[1,"x",1.5,{"b":[]}]})",
                R"({"a":[1,"x",1.5,{"b":[]}]})"},
        Payload{"number", "123", "\"123\""}, Payload{"null", "null", "\"null\""},
        Payload{"string", "\"x\"", R"("\"x\"")"}, Payload{"empty", "", "\"\""},
        Payload{"no_json", R"({"a":1,})", R"("{\"a\":1,}")"},
        Payload{"more_than_json", R"({"a":1}x)", R"("{\"a\":1}x")"},
        Payload{"half", R"({"a":[{"b":1)", R"("{\"a\":[{\"b\":1")"}),
    [](const auto& row) { return row.param.name; });

TEST(ExpandedPayload, OfAnyDepth) {
  Encoding encoding = with_chain(two_columns(), one(kOutbox, {{"table.expand.json.payload", "true"},
                                                              {"table.field.event.payload", "name"},
                                                              {"table.field.event.key", "id"},
                                                              {"route.by.field", "name"}}));
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  const Row row = row_of({integer(1), text(deep)});
  ASSERT_TRUE(encoding.encode(change::Operation::kCreate, nullptr, &row));
  EXPECT_EQ(encoding.value(0), deep);
}

TEST(ExpandedPayload, HaveNoSchema) {
  TransformSpecs specs = expanding({});
  specs.value_schemas = true;
  const auto chain = TransformChain::compile(specs);
  ASSERT_FALSE(chain);
  EXPECT_NE(chain.error().message().find("value.converter.schemas.enable=false"),
            std::string::npos);
}

// Debezium counts before transforms: what is left out takes its number with it.
TEST(TransformedRecords, HaveTheirPlaceInTheTransaction) {
  EncoderOptions options = Encoding::default_options();
  options.transaction_topic = "srv1.transaction";
  options.transforms = *TransformChain::compile(
      one(kUnwrap, {{"add.fields", "transaction.id,transaction.total_order,data_collection_order"},
                    {"delete.tombstone.handling.mode", "drop"}}));
  Encoding encoding(two_columns(), options);
  encoding.transaction.id = "tx";
  change::TransactionOrder order{4, 1};
  encoding.order = &order;
  const Row row = row_of({integer(1), text("a")});
  const Row other = row_of({integer(2), text("a")});
  ASSERT_TRUE(encoding.encode(change::Operation::kUpdate, &row, &other));
  ASSERT_EQ(encoding.batch.records.size(), 1U) << "the delete is left out, and its tombstone";
  EXPECT_EQ(encoding.value(0),
            R"({"id":2,"name":"a","__transaction_id":"tx","__transaction_total_order":6,)"
            R"("__data_collection_order":3})");
  EXPECT_EQ(order.total, 6U);
  EXPECT_EQ(order.of_table, 3U);
  encoding.order = nullptr;
  ASSERT_TRUE(encoding.encode(change::Operation::kRead, nullptr, &row));
  EXPECT_EQ(encoding.value(1),
            R"({"id":1,"name":"a","__transaction_id":null,"__transaction_total_order":null,)"
            R"("__data_collection_order":null})");
}

// A header of text is no JSON, but in a line it must be.
TEST(TransformedRecords, AreLinesOfJson) {
  Encoding encoding =
      with_chain(two_columns(), one(kUnwrap, {{"add.headers", "op,source.file,pos"}}));
  const Row row = row_of({integer(1), null()});
  ASSERT_TRUE(encoding.encode(change::Operation::kCreate, nullptr, &row));
  EXPECT_EQ(encoding.headers(0), "__op=c __source_file=mysql-bin.000001 __pos=3157");
  std::string line;
  append_record_line(encoding.batch, encoding.batch.records[0], line);
  EXPECT_EQ(line,
            "{\"topic\":\"shop.orders\",\"partition\":null,\"key\":{\"id\":1},\"value\":{\"id\":1,"
            "\"name\":null},\"headers\":{\"__op\":\"c\",\"__source_file\":\"mysql-bin.000001\","
            "\"__pos\":3157}}\n");
}

}  // namespace
}  // namespace millrace::encode::testing

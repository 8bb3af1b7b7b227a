// Chains of transforms at the encoder, against what the classes of Kafka Connect 4.3 and Debezium 3.6 made of the same
// records. orders_cases.txt and outbox_cases.txt hold the chains and what came out, orders_input.txt and outbox_input.txt
// the records without transforms that went in; RecordExpected.java runs the real classes. A line is topic, key, value,
// headers and, where there are some, timestamp and partition; "-" is nothing at all.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <ostream>
#include <sstream>

#include "unit/encode/value_builders.h"

namespace millrace::encode::testing {
namespace {

constexpr const char* kFolder = "tests/unit/encode_transforms/";

struct Case {
  std::string table;  // "orders" or "outbox"
  std::string name;
  std::map<std::string, std::string> properties;
  std::vector<std::string> plain, schemas;
  friend std::ostream& operator<<(std::ostream& out, const Case& c) {
    return out << c.table << "_" << c.name;
  }
};

std::vector<std::string> lines_of(const std::string& file) {
  std::ifstream stream(kFolder + file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::vector<Case> read_cases(const std::string& table) {
  std::vector<Case> cases;
  std::vector<std::string>* expected = nullptr;
  for (const std::string& line : lines_of(table + "_cases.txt")) {
    if (line.empty() || line.starts_with("#")) continue;
    if (line.starts_with("== ")) {
      cases.push_back({table, line.substr(3), {}, {}, {}});
      expected = nullptr;
    } else if (line.starts_with("-- ")) {
      expected = line == "-- plain" ? &cases.back().plain : &cases.back().schemas;
    } else if (expected != nullptr) {
      expected->push_back(line);
    } else {
      const std::size_t equals = line.find('=');
      cases.back().properties[line.substr(0, equals)] = line.substr(equals + 1);
    }
  }
  return cases;
}

std::vector<std::string> words_of(const std::string& list) {
  std::vector<std::string> words;
  std::istringstream stream(list);
  for (std::string word; std::getline(stream, word, ',');) words.push_back(word);
  return words;
}

std::map<std::string, std::string> options_below(const Case& test, const std::string& prefix) {
  std::map<std::string, std::string> options;
  for (const auto& [name, value] : test.properties)
    if (name.starts_with(prefix)) options[name.substr(prefix.size())] = value;
  return options;
}

std::string take(std::map<std::string, std::string>& options, const std::string& name) {
  const auto found = options.extract(name);
  return found.empty() ? "" : found.mapped();
}

TransformSpecs specs_of(const Case& test) {
  TransformSpecs specs;
  const auto list = [&test](const std::string& name) {
    const auto found = test.properties.find(name);
    return words_of(found == test.properties.end() ? "" : found->second);
  };
  for (const std::string& name : list("transforms")) {
    TransformSpec spec;
    spec.name = name;
    spec.options = options_below(test, "transforms." + name + ".");
    spec.type = take(spec.options, "type");
    spec.predicate = take(spec.options, "predicate");
    spec.negate = take(spec.options, "negate") == "true";
    specs.transforms.push_back(std::move(spec));
  }
  for (const std::string& name : list("predicates")) {
    PredicateSpec spec;
    spec.name = name;
    spec.options = options_below(test, "predicates." + name + ".");
    spec.type = take(spec.options, "type");
    specs.predicates.push_back(std::move(spec));
  }
  return specs;
}

Column named(std::string name, Column column) {
  column.name = std::move(name);
  return column;
}

schema::TableSchemaPtr orders() {
  schema::TableSchema table;
  table.name = {"shop", "orders"};
  table.columns = {named("id", of(T::kLong)),
                   named("name", nullable(text_of("utf8mb4"))),
                   named("price", nullable(decimal(10, 2))),
                   named("day", nullable(of(T::kDate))),
                   named("at", of(T::kDatetime2, 3)),
                   named("ts", nullable(of(T::kTimestamp2, 0))),
                   named("big", nullable(of(T::kLongLong))),
                   named("ok", nullable(of(T::kTiny))),
                   named("rate", nullable(of(T::kDouble, 8))),
                   named("blob", nullable(bytes_of(T::kBlob, 2)))};
  table.key_columns = {0};
  return std::make_shared<const schema::TableSchema>(std::move(table));
}

std::string show(const RecordBatch& batch, const ByteRange& range) {
  return range.absent() ? "-" : std::string(batch.view(range));
}

std::string show(const RecordBatch& batch, const Record& record) {
  std::string line =
      record.topic->name + "\t" + show(batch, record.key) + "\t" + show(batch, record.value) + "\t";
  for (std::uint32_t i = 0; i < record.header_count; ++i) {
    const Header& header = batch.headers[record.first_header + i];
    if (i > 0) line += ' ';
    line += std::string(header.name) + "=" + show(batch, header.value);
  }
  if (record.timestamp_ms != 0) line += "\t" + std::to_string(record.timestamp_ms);
  if (record.partition >= 0) line += "\tpartition " + std::to_string(record.partition);
  return line;
}

struct Step {
  change::Operation operation;
  std::optional<Row> before, after;
  std::ptrdiff_t records;  // without transforms
};

std::vector<Step> orders_steps() {
  using change::Operation;
  static const std::string price("\x80\x00\x00\x0c\x22", 5);  // 12.34
  const Row one = row_of({integer(1), text("Ann \"A\""), of_kind(K::kDecimal, price),
                          date(2024, 2, 29), datetime(at(2024, 2, 29, 13, 14, 15, 678000)),
                          integer(1'709'212'455'000'000, K::kTimestamp), integer(1'709'212'455'678),
                          integer(1), real(1.5), binary("abc")});
  const Row two = row_of({integer(1), text("b.topic"), null(), null(),
                          datetime(at(1969, 12, 31, 23, 59, 59, 999000)), null(), integer(-1),
                          integer(0), null(), null()});
  const Row moved = row_of({integer(2), null(), null(), null(), datetime(at(2024, 1, 1)), null(),
                            null(), null(), null(), null()});
  return {{Operation::kCreate, {}, one, 1},
          {Operation::kUpdate, one, two, 1},
          {Operation::kUpdate, two, moved, 3},
          {Operation::kDelete, moved, {}, 2},
          {Operation::kTruncate, {}, {}, 1}};
}

schema::TableSchemaPtr outbox() {
  schema::TableSchema table;
  table.name = {"shop", "outbox"};
  table.columns = {named("id", text_of("utf8mb4")),
                   named("aggregatetype", text_of("utf8mb4")),
                   named("aggregateid", text_of("utf8mb4")),
                   named("type", nullable(text_of("utf8mb4"))),
                   named("payload", nullable(text_of("utf8mb4"))),
                   named("at", nullable(of(T::kDatetime2, 3))),
                   named("micros", nullable(of(T::kDatetime2, 6))),
                   named("size", nullable(of(T::kLong)))};
  table.key_columns = {0};
  return std::make_shared<const schema::TableSchema>(std::move(table));
}

std::vector<Step> outbox_steps() {
  using change::Operation;
  const Value time = datetime(at(2024, 2, 29, 13, 14, 15, 678901));
  const Row full = row_of({text("e1"), text("Order"), text("o-1"), text("Created"),
                           text("{\"a\": [1, null]}"), time, time, integer(3)});
  const Row bare =
      row_of({text("e2"), text("Customer"), text("c-1"), null(), null(), null(), null(), null()});
  const Row blank = row_of({text("e3"), text("Order"), text("o-2"), text("Paid"), text(" \t"), time,
                            null(), integer(0)});
  return {{Operation::kCreate, {}, full, 1},
          {Operation::kCreate, {}, bare, 1},
          {Operation::kRead, {}, blank, 1},
          {Operation::kUpdate, full,
           [&] {
             Row changed = full;
             changed.values[3] = text("Moved");
             return changed;
           }(),
           1},
          {Operation::kDelete, full, {}, 2}};
}

std::vector<Step> steps_of(const std::string& table) {
  return table == "orders" ? orders_steps() : outbox_steps();
}

// The records of a fixed run of events; where one fails, "error".
std::vector<std::string> run(const std::string& table, const EncoderOptions& options) {
  Encoding encoding(table == "orders" ? orders() : outbox(), options);
  std::vector<std::string> lines;
  for (const Step& step : steps_of(table)) {
    encoding.batch.clear();
    const Status status = encoding.encode(step.operation, step.before ? &*step.before : nullptr,
                                          step.after ? &*step.after : nullptr, 3);
    if (!status) {
      lines.push_back("error " + status.error().message());
      continue;
    }
    for (const Record& record : encoding.batch.records)
      lines.push_back(show(encoding.batch, record));
  }
  return lines;
}

EncoderOptions with_schemas(bool schemas) {
  EncoderOptions options = Encoding::default_options();
  options.key_converter.schemas_enable = schemas;
  options.value_converter.schemas_enable = schemas;
  return options;
}

TEST(TransformCases, StartFromTheseRecords) {
  for (const std::string table : {"orders", "outbox"}) {
    const std::vector<std::string> lines = run(table, with_schemas(true));
    if (std::getenv("MILLRACE_RECORD") != nullptr) {
      std::ofstream file(kFolder + table + "_input.txt");
      for (const std::string& line : lines) file << line << '\n';
    }
    EXPECT_EQ(lines, lines_of(table + "_input.txt"));
  }
}

class Transforms : public ::testing::TestWithParam<Case> {};

// Records that are dropped leave no line behind. An event of which one record fails is an error as a whole.
std::vector<std::string> comparable(const std::string& table,
                                    const std::vector<std::string>& expected) {
  std::vector<std::string> lines;
  auto next = expected.begin();
  for (const Step& step : steps_of(table)) {
    if (expected.end() - next < step.records) return {"too few lines"};
    const auto end = next + step.records;
    if (std::find(next, end, "error") != end) {
      lines.push_back("error");
    } else {
      std::copy_if(next, end, std::back_inserter(lines),
                   [](const std::string& line) { return line != "dropped"; });
    }
    next = end;
  }
  return lines;
}

void compare(const Case& test, bool schemas) {
  EncoderOptions options = with_schemas(schemas);
  auto chain = TransformChain::compile(specs_of(test));
  ASSERT_TRUE(chain) << chain.error().message();
  options.transforms = *chain;
  const std::vector<std::string> expected =
      comparable(test.table, schemas ? test.schemas : test.plain);
  const std::vector<std::string> lines = run(test.table, options);
  ASSERT_EQ(lines.size(), expected.size()) << ::testing::PrintToString(lines);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (expected[i] == "error") {
      EXPECT_TRUE(lines[i].starts_with("error ")) << lines[i];
    } else {
      EXPECT_EQ(lines[i], expected[i]);
    }
  }
}

TEST_P(Transforms, AreThoseOfConnect) {
  if (!GetParam().plain.empty()) compare(GetParam(), false);
  if (!GetParam().schemas.empty()) compare(GetParam(), true);
  EXPECT_FALSE(GetParam().plain.empty() && GetParam().schemas.empty());
}

INSTANTIATE_TEST_SUITE_P(Orders, Transforms, ::testing::ValuesIn(read_cases("orders")),
                         [](const auto& test) { return test.param.name; });
INSTANTIATE_TEST_SUITE_P(Outbox, Transforms, ::testing::ValuesIn(read_cases("outbox")),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace millrace::encode::testing

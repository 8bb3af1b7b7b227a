#pragma once

// What the encoder's tests share: a clock that stands still, and short ways to columns, values and events.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "millrace/base/clock.h"
#include "millrace/change/change_event.h"
#include "millrace/charset/charset.h"
#include "millrace/encode/debezium_encoder.h"

namespace millrace::encode::testing {

using row::Row;
using row::Value;
using row::ValueKind;
using schema::Column;
using schema::ColumnType;

class StandingClock : public Clock {
 public:
  std::int64_t wall_ns() const override { return 1'795'231'795'063'875'624; }
  std::chrono::steady_clock::time_point now() const override { return {}; }
};

inline Column column(std::string name, ColumnType type, std::uint32_t length = 0) {
  Column result;
  result.name = std::move(name);
  result.type = type;
  result.length = length;
  return result;
}
inline Column nullable(Column result) {
  result.is_nullable = true;
  return result;
}
inline Column text_column(std::string name, std::string_view charset,
                          std::uint32_t collation = 255) {
  Column result = column(std::move(name), ColumnType::kVarchar, 100);
  result.charset = charset::find_charset(charset);
  result.collation = collation;
  return result;
}

inline Value of_kind(ValueKind kind, std::string_view bytes = {}) {
  Value value{};  // an aggregate: its union has no default constructor
  value.kind = kind;
  value.bytes = bytes;
  return value;
}
inline Value absent() { return Value{}; }
inline Value null() { return of_kind(ValueKind::kNull); }
inline Value integer(std::int64_t number, ValueKind kind = ValueKind::kInt) {
  Value value = of_kind(kind);
  value.i64 = number;
  return value;
}
inline Value number(std::uint64_t count, ValueKind kind = ValueKind::kUint) {
  Value value = of_kind(kind);
  value.u64 = count;
  return value;
}
inline Value real(double number, ValueKind kind = ValueKind::kDouble) {
  Value value = of_kind(kind);
  value.f64 = number;
  return value;
}
inline Value text(std::string_view bytes) { return of_kind(ValueKind::kText, bytes); }
inline Value binary(std::string_view bytes) { return of_kind(ValueKind::kBinary, bytes); }
inline Value calendar(ValueKind kind, row::CalendarTime date) {
  Value value = of_kind(kind);
  value.date = date;
  return value;
}

inline schema::TableSchemaPtr table_of(std::vector<Column> columns,
                                       std::vector<std::size_t> key_columns = {}) {
  schema::TableSchema table;
  table.name = {"shop", "orders"};
  table.columns = std::move(columns);
  table.key_columns = std::move(key_columns);
  return std::make_shared<const schema::TableSchema>(std::move(table));
}

inline Row row_of(std::vector<Value> values) {
  Row result;
  result.values = std::move(values);
  return result;
}

// A table, its plan and an encoder; encode() appends to `batch`.
class Encoding {
 public:
  explicit Encoding(schema::TableSchemaPtr table, EncoderOptions with = default_options(),
                    const change::TableTreatment& treatment = {})
      : options(std::move(with)),
        plan(std::move(table), Topic{"shop.orders"}, options, treatment),
        encoder(options, clock) {
    transaction.gtid = "a8c0d2b9-e55b-11f1-885b-02fc00000001:11";
    transaction.commit_us = 1'795'231'795'025'925;
    transaction.thread_id = 16;
    transaction.file = "mysql-bin.000001";
  }

  static EncoderOptions default_options() {
    EncoderOptions options;
    options.logical_name = "srv1";
    options.version = "0.1.0";
    return options;
  }

  Status encode(change::Operation operation, const Row* before, const Row* after,
                std::uint32_t row_index = 0) {
    change::ChangeEvent event;
    event.operation = operation;
    event.table = &plan.table();
    event.before = before;
    event.after = after;
    event.source.transaction = &transaction;
    event.source.server_id = ServerId{43991};
    event.source.timestamp = 1'795'231'795;
    event.source.position = 3157;
    event.source.row = row_index;
    event.source.has_thread = operation != change::Operation::kTruncate;
    event.source.query = query;
    event.order = order;
    return encoder.encode(event, plan, batch);
  }

  std::string key(std::size_t record) const { return show(batch.records.at(record).key); }
  std::string value(std::size_t record) const { return show(batch.records.at(record).value); }
  // The value up to the source block: {"before":..,"after":..
  std::string rows(std::size_t record) const {
    const std::string whole = value(record);
    return whole.substr(0, whole.find(",\"source\":"));
  }
  // name=value, as many as there are
  std::string headers(std::size_t record) const {
    std::string result;
    const Record& found = batch.records.at(record);
    for (std::uint32_t i = 0; i < found.header_count; ++i) {
      const Header& header = batch.headers.at(found.first_header + i);
      if (i > 0) result += ' ';
      result.append(header.name).append("=").append(show(header.value));
    }
    return result;
  }

  EncoderOptions options;
  StandingClock clock;
  TablePlan plan;
  DebeziumEncoder encoder;
  change::TransactionInfo transaction;
  std::string query;
  change::TransactionOrder* order = nullptr;
  RecordBatch batch;

 private:
  std::string show(const ByteRange& range) const {
    return range.absent() ? "(null)" : std::string(batch.view(range));
  }
};

}  // namespace millrace::encode::testing

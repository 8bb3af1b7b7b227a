#pragma once

// The inside of TablePlan: what debezium_encoder.cc and its helpers read of it.

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "encode/column_plan.h"
#include "millrace/encode/debezium_encoder.h"

namespace millrace::encode {

// Things worth one sentence in the log, once a column.
enum class Notice : std::uint8_t { kInvalidText = 1, kUnsignedWraps = 2, kOutOfRange = 4 };

class TableShapes;

class TablePlan::Impl {
 public:
  Impl(schema::TableSchemaPtr table, Topic topic, const EncoderOptions& options,
       const change::TableTreatment& treatment);
  ~Impl();

  // True for the first caller, whatever its thread. `column` is an index in the table.
  bool first_notice(std::size_t column, Notice notice) const {
    const auto bit = static_cast<std::uint8_t>(notice);
    std::atomic<std::uint8_t>& given = notices_[column];
    if ((given.load(std::memory_order_relaxed) & bit) != 0) return false;
    return (given.fetch_or(bit, std::memory_order_relaxed) & bit) == 0;
  }

  const schema::TableSchemaPtr table;
  const Topic topic;
  std::vector<ColumnPlan> columns;  // of rows, in the table's order
  std::vector<ColumnPlan> key;      // in the key's order
  // What stands before and after the payload: `{"schema":...,"payload":` and `}`, or nothing.
  std::string key_head, value_head;
  std::string_view key_tail, value_tail;
  // The source block's text before and after what an event decides: see source_block.h.
  std::string source_start;                   // `,"source":{"version":...,"ts_ms":`
  std::string source_db;                      // `,"db":"shop","sequence":null,"ts_us":`
  std::string source_table;                   // `,"table":"orders","server_id":`
  std::unique_ptr<const TableShapes> shapes;  // of a source with transforms

 private:
  void add_schemas(const EncoderOptions& options,
                   const std::vector<change::ColumnTreatment>& treatments);

  std::unique_ptr<std::atomic<std::uint8_t>[]> notices_;
};

}  // namespace millrace::encode

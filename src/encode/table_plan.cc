#include "encode/table_plan.h"

#include <algorithm>
#include <utility>

#include "encode/json_writer.h"

namespace millrace::encode {

TablePlan::Impl::Impl(schema::TableSchemaPtr table_schema, Topic table_topic,
                      const EncoderOptions& options, const std::vector<std::size_t>& bytes_columns)
    : table(std::move(table_schema)), topic(std::move(table_topic)) {
  const auto plan_of = [&](std::size_t i, const ConverterOptions& converter) {
    const bool as_bytes =
        std::find(bytes_columns.begin(), bytes_columns.end(), i) != bytes_columns.end();
    return make_column_plan(table->columns[i], i, as_bytes, options, converter);
  };
  for (std::size_t i = 0; i < table->columns.size(); ++i)
    columns.push_back(plan_of(i, options.value_converter));
  for (const std::size_t i : table->key_columns) key.push_back(plan_of(i, options.key_converter));
  notices_ = std::make_unique<std::atomic<std::uint8_t>[]>(columns.size());

  const auto quoted = [](std::string_view text) {
    JsonWriter writer;
    writer.quoted(text);
    return std::string(writer.written_since(0));
  };
  source_start = ",\"source\":{\"version\":" + quoted(options.version) +
                 ",\"connector\":\"mysql\",\"name\":" + quoted(options.logical_name) +
                 ",\"ts_ms\":";
  source_db = ",\"db\":" + quoted(table->name.database) + ",\"sequence\":null,\"ts_us\":";
  source_table = ",\"table\":" + quoted(table->name.table) + ",\"server_id\":";
}

TablePlan::TablePlan(schema::TableSchemaPtr table, Topic topic, const EncoderOptions& options,
                     std::vector<std::size_t> bytes_columns)
    : impl_(std::make_unique<Impl>(std::move(table), std::move(topic), options, bytes_columns)) {}
TablePlan::~TablePlan() = default;

const schema::TableSchema& TablePlan::table() const { return *impl_->table; }
const Topic& TablePlan::topic() const { return impl_->topic; }

}  // namespace millrace::encode

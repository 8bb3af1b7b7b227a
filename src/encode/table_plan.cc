#include "encode/table_plan.h"

#include <utility>

#include "encode/json_writer.h"

namespace millrace::encode {

TablePlan::Impl::Impl(schema::TableSchemaPtr table_schema, Topic table_topic,
                      const EncoderOptions& options, const change::TableTreatment& treatment)
    : table(std::move(table_schema)), topic(std::move(table_topic)) {
  const std::vector<schema::Column>& all = table->columns;
  std::vector<change::ColumnTreatment> treatments = treatment.columns;
  treatments.resize(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (treatments[i].is_left_out) continue;
    columns.push_back(make_column_plan(all[i], i, treatments[i], options, options.value_converter));
    mask_column(treatments[i].mask, options.values, columns.back());
  }
  for (const std::size_t i : treatment.key_columns.value_or(table->key_columns))
    key.push_back(make_column_plan(all[i], i, treatments[i], options, options.key_converter));
  notices_ = std::make_unique<std::atomic<std::uint8_t>[]>(all.size());

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
                     const change::TableTreatment& treatment)
    : impl_(std::make_unique<Impl>(std::move(table), std::move(topic), options, treatment)) {}
TablePlan::~TablePlan() = default;

const schema::TableSchema& TablePlan::table() const { return *impl_->table; }
const Topic& TablePlan::topic() const { return impl_->topic; }

}  // namespace millrace::encode

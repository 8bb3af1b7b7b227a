#include "encode/table_plan.h"

#include <utility>

#include "encode/column_default.h"
#include "encode/connect_schema.h"
#include "encode/json_writer.h"
#include "encode/shape/table_shapes.h"

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
  for (std::vector<ColumnPlan>* plans : {&columns, &key}) {
    for (ColumnPlan& plan : *plans) plan.no_time = default_json(*this, plan, options);
  }
  add_schemas(options, treatments);
  if (options.transforms != nullptr)
    shapes = std::make_unique<const TableShapes>(*this, options, std::move(treatments));
}

TablePlan::Impl::~Impl() = default;

void TablePlan::Impl::add_schemas(const EncoderOptions& options,
                                  const std::vector<change::ColumnTreatment>& treatments) {
  const auto fields_of = [&](const std::vector<ColumnPlan>& plans, bool are_treated) {
    std::string fields;
    for (const ColumnPlan& plan : plans) {
      if (!fields.empty()) fields += ',';
      const auto* treatment = are_treated ? &treatments[plan.index] : nullptr;
      fields +=
          print_schema(column_schema(plan, options, treatment, default_json(*this, plan, options)),
                       plan.field_name);
    }
    return fields;
  };
  const auto head = [](const std::string& schema) {
    return "{\"schema\":" + schema + ",\"payload\":";
  };
  if (options.key_converter.schemas_enable && !key.empty()) {
    key_head = head(key_schema(fields_of(key, false), topic.name, options));
    key_tail = "}";
  }
  if (options.value_converter.schemas_enable) {
    value_head = head(value_schema(fields_of(columns, true), topic.name, options));
    value_tail = "}";
  }
}

TablePlan::TablePlan(schema::TableSchemaPtr table, Topic topic, const EncoderOptions& options,
                     const change::TableTreatment& treatment)
    : impl_(std::make_unique<Impl>(std::move(table), std::move(topic), options, treatment)) {}
TablePlan::~TablePlan() = default;

const schema::TableSchema& TablePlan::table() const { return *impl_->table; }
const Topic& TablePlan::topic() const { return impl_->topic; }

}  // namespace millrace::encode

#include "encode/shape/initial_shape.h"

#include <utility>

#include "encode/avro_name.h"
#include "encode/column_default.h"

namespace millrace::encode {
namespace {

using Kind = ShapeValue::Kind;

bool has_before(RecordKind kind) {
  return kind == RecordKind::kUpdate || kind == RecordKind::kDelete ||
         kind == RecordKind::kMoveDelete;
}

bool has_after(RecordKind kind) {
  return kind == RecordKind::kCreate || kind == RecordKind::kRead || kind == RecordKind::kUpdate ||
         kind == RecordKind::kMoveCreate;
}

std::string_view operation_of(RecordKind kind) {
  switch (kind) {
    case RecordKind::kCreate:
    case RecordKind::kMoveCreate:
      return "c";
    case RecordKind::kRead:
      return "r";
    case RecordKind::kUpdate:
      return "u";
    case RecordKind::kTruncate:
      return "t";
    case RecordKind::kDelete:
    case RecordKind::kTombstone:
    case RecordKind::kMoveDelete:
    case RecordKind::kMoveTombstone:
      break;
  }
  return "d";
}

ShapeValue struct_of(std::string name, bool is_null, std::vector<ShapeField> fields) {
  ShapeValue value;
  value.schema = primitive_schema("struct", false);
  value.schema.name = std::move(name);
  value.kind = is_null ? Kind::kNull : Kind::kStruct;
  value.fields = std::move(fields);
  return value;
}

ShapeValue column_value(const ShapeContext& context, const ColumnPlan& plan, std::size_t place,
                        bool is_of_key, RowImage image) {
  ShapeValue value;
  const auto* treatment = is_of_key ? nullptr : &context.treatments[plan.index];
  value.schema = column_schema(plan, context.options, treatment,
                               default_json(context.plan, plan, context.options));
  value.kind = Kind::kColumn;
  value.column = place;
  value.is_of_key = is_of_key;
  value.image = image;
  return value;
}

ShapeValue row_of(const ShapeContext& context, bool is_there, RowImage image) {
  std::vector<ShapeField> fields;
  for (std::size_t i = 0; i < context.plan.columns.size(); ++i) {
    const ColumnPlan& column = context.plan.columns[i];
    fields.push_back({column.field_name, column_value(context, column, i, false, image)});
  }
  ShapeValue row = struct_of(
      adjust_schema_name(context.plan.topic.name + ".Value", context.options.schema_names),
      !is_there, std::move(fields));
  row.schema.is_optional = true;
  return row;
}

ShapeValue key_of(const ShapeContext& context, RowImage image) {
  std::vector<ShapeField> fields;
  for (std::size_t i = 0; i < context.plan.key.size(); ++i) {
    const ColumnPlan& column = context.plan.key[i];
    fields.push_back({column.field_name, column_value(context, column, i, true, image)});
  }
  return struct_of(
      adjust_schema_name(context.plan.topic.name + ".Key", context.options.schema_names), false,
      std::move(fields));
}

ShapeValue source_of() {
  std::vector<ShapeField> fields;
  for (SchemaField& field : source_fields()) {
    ShapeValue value;
    value.schema = std::move(field.schema);
    value.kind = field.name == "row" ? Kind::kSourceRow : Kind::kSource;
    value.member = fields.size();
    fields.push_back({std::move(field.name), std::move(value)});
  }
  ShapeValue source = struct_of(std::string(kSourceSchemaName), false, std::move(fields));
  source.schema.version = 1;
  return source;
}

ShapeValue transaction_of(bool is_there) {
  std::vector<ShapeField> fields;
  for (SchemaField& field : transaction_fields()) {
    ShapeValue value;
    value.schema = std::move(field.schema);
    value.kind = is_there ? Kind::kOrder : Kind::kNull;
    value.member = fields.size();
    fields.push_back({std::move(field.name), std::move(value)});
  }
  ShapeValue transaction =
      struct_of(std::string(kTransactionSchemaName), !is_there, std::move(fields));
  transaction.schema.version = 1;
  transaction.schema.is_optional = true;
  return transaction;
}

ShapeValue instant_of(InstantUnit unit) {
  ShapeValue value;
  value.schema = primitive_schema("int64", true);
  value.kind = Kind::kInstant;
  value.unit = unit;
  return value;
}

ShapeValue envelope_of(const ShapeContext& context, RecordKind kind) {
  std::vector<ShapeField> fields;
  fields.push_back({"before", row_of(context, has_before(kind), RowImage::kBefore)});
  fields.push_back({"after", row_of(context, has_after(kind), RowImage::kAfter)});
  fields.push_back({"source", source_of()});
  const bool has_order = !context.options.transaction_topic.empty() && kind != RecordKind::kRead;
  fields.push_back({"transaction", transaction_of(has_order)});
  fields.push_back({"op", constant_text(operation_of(kind), false)});
  fields.push_back({"ts_ms", instant_of(InstantUnit::kMilliseconds)});
  fields.push_back({"ts_us", instant_of(InstantUnit::kMicroseconds)});
  fields.push_back({"ts_ns", instant_of(InstantUnit::kNanoseconds)});
  ShapeValue envelope = struct_of(
      adjust_schema_name(context.plan.topic.name + ".Envelope", context.options.schema_names),
      false, std::move(fields));
  envelope.schema.version = kEnvelopeVersion;
  return envelope;
}

void add_headers(const ShapeContext& context, RecordKind kind, RecordShape& record) {
  if (kind == RecordKind::kMoveDelete || kind == RecordKind::kMoveTombstone)
    record.headers.push_back({std::string(kNewKeyHeader), key_of(context, RowImage::kAfter)});
  if (kind == RecordKind::kMoveCreate)
    record.headers.push_back({std::string(kOldKeyHeader), key_of(context, RowImage::kBefore)});
  if (!context.options.extended_headers) return;
  const auto add = [&record](std::string_view name, std::string_view value) {
    record.headers.push_back({std::string(name), constant_text(value, false)});
  };
  add("__debezium.context.connectorLogicalName", context.options.logical_name);
  add("__debezium.context.taskId", context.options.task_id);
  add("__debezium.context.connectorName", context.options.connector_name);
  add("__debezium.context.runId", context.options.run_id);
}

}  // namespace

RecordShape initial_shape(const ShapeContext& context, RecordKind kind) {
  RecordShape record;
  record.topic = context.plan.topic.name;
  record.table = context.plan.table->name.table;
  if (kind != RecordKind::kTruncate && !context.plan.key.empty()) {
    const bool is_old = operation_of(kind) == "d";
    record.key = key_of(context, is_old ? RowImage::kBefore : RowImage::kAfter);
  }
  if (!is_tombstone(kind)) record.value = envelope_of(context, kind);
  add_headers(context, kind, record);
  return record;
}

}  // namespace millrace::encode

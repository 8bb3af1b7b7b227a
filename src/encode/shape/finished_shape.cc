#include "encode/shape/finished_shape.h"

#include <algorithm>
#include <utility>

#include "encode/column_default.h"

namespace millrace::encode {
namespace {

using Kind = ShapeValue::Kind;

enum class Position : std::uint8_t { kKey, kValue };

class Finisher {
 public:
  Finisher(const ShapeContext& context, Position position, std::deque<ColumnPlan>& own_columns)
      : context_(context), position_(position), own_columns_(own_columns) {}

  // `name` is empty at the root.
  Result<PrintField> finish(const ShapeValue& value, std::string_view name) {
    PrintField field;
    if (!name.empty()) field.name = ',' + quoted_json(name) + ':';
    field.changes = value.changes;
    switch (value.kind) {
      case Kind::kNull:
        if (!value.schema.is_optional)
          return definite_error("the field " + std::string(name) + " is null and is not optional");
        field.text = field.name + "null";
        field.changes.clear();
        break;
      case Kind::kText:
        field.text = field.changes.empty() ? field.name + value.json : value.json;
        break;
      case Kind::kColumn:
        field.kind = PrintField::Kind::kColumn;
        field.image = value.image;
        field.column = plan_of(value);
        field.is_needed = position_ == Position::kKey;
        if (field.changes.empty() && !field.column->absent.empty() && !name.empty())
          field.text = field.name + field.column->absent.substr(field.column->name.size());
        break;
      case Kind::kSource:
        field.kind = PrintField::Kind::kSource;
        field.member = value.member;
        break;
      case Kind::kSourceRow:
        field.kind = PrintField::Kind::kSourceRow;
        break;
      case Kind::kOrder:
        field.kind = PrintField::Kind::kOrder;
        field.member = value.member;
        break;
      case Kind::kInstant:
        field.kind = PrintField::Kind::kInstant;
        field.dropped_digits = dropped_digits(value.unit);
        break;
      case Kind::kStruct:
        MILLRACE_RETURN_IF_ERROR(finish_struct(value, field));
        break;
    }
    return field;
  }

  // The same with the schema that the converter writes around it. A column may have another form here than where it
  // comes from, and so another default.
  Result<PrintPart> finish_part(const std::optional<ShapeValue>& value,
                                const ConverterOptions& converter) {
    PrintPart part;
    if (!value) return part;
    part.is_absent = false;
    MILLRACE_ASSIGN_OR_RETURN(part.root, finish(*value, {}));
    if (converter.schemas_enable) {
      ShapeValue described = *value;
      adjust_defaults(described);
      part.head = "{\"schema\":" + print_shape_schema(described) + ",\"payload\":";
      part.tail = "}";
    }
    return part;
  }

 private:
  static std::size_t dropped_digits(InstantUnit unit) {
    if (unit == InstantUnit::kMilliseconds) return 6;
    return unit == InstantUnit::kMicroseconds ? 3 : 0;
  }

  Status finish_struct(const ShapeValue& value, PrintField& field) {
    if (is_source_block(value)) {
      field.kind = PrintField::Kind::kSourceBlock;
      return {};
    }
    field.kind = PrintField::Kind::kStruct;
    for (const ShapeField& each : value.fields) {
      MILLRACE_ASSIGN_OR_RETURN(PrintField next, finish(each.value, each.name));
      const auto is_plain = [](const PrintField& one) {
        return one.kind == PrintField::Kind::kText && one.changes.empty();
      };
      if (is_plain(next) && !field.fields.empty() && is_plain(field.fields.back())) {
        field.fields.back().text += next.text;
      } else {
        field.fields.push_back(std::move(next));
      }
    }
    return {};
  }

  static bool is_source_block(const ShapeValue& value) {
    static const std::size_t kMembers = source_fields().size();
    if (value.fields.size() != kMembers) return false;
    for (std::size_t i = 0; i < kMembers; ++i) {
      const ShapeValue& field = value.fields[i].value;
      const bool is_source = field.kind == Kind::kSource || field.kind == Kind::kSourceRow;
      if (!is_source || field.member != i || !field.changes.empty()) return false;
    }
    return true;
  }

  bool is_at_home(const ShapeValue& value) const {
    const ConverterOptions& key = context_.options.key_converter;
    return value.is_of_key == (position_ == Position::kKey) ||
           key.decimal_as_number == context_.options.value_converter.decimal_as_number;
  }

  const ColumnPlan& home_plan(const ShapeValue& value) const {
    return value.is_of_key ? context_.plan.key[value.column] : context_.plan.columns[value.column];
  }

  const ColumnPlan* plan_of(const ShapeValue& value) {
    const ColumnPlan& home = home_plan(value);
    if (is_at_home(value)) return &home;
    const change::ColumnTreatment& treatment = context_.treatments[home.index];
    const EncoderOptions& options = context_.options;
    ColumnPlan plan = make_column_plan(
        *home.column, home.index, treatment, options,
        position_ == Position::kKey ? options.key_converter : options.value_converter);
    if (!value.is_of_key) mask_column(treatment.mask, options.values, plan);
    plan.no_time = default_json(context_.plan, plan, options);
    own_columns_.push_back(std::move(plan));
    return &own_columns_.back();
  }

  void adjust_defaults(ShapeValue& value) {
    for (ShapeField& field : value.fields) adjust_defaults(field.value);
    if (value.kind != Kind::kColumn || value.schema.default_json.empty() || is_at_home(value))
      return;
    value.schema.default_json = default_json(context_.plan, *plan_of(value), context_.options);
  }

  const ShapeContext& context_;
  Position position_;
  std::deque<ColumnPlan>& own_columns_;
};

}  // namespace

Result<std::unique_ptr<FinishedShape>> finish_shape(const ShapeContext& context,
                                                    const RecordShape& record) {
  auto shape = std::make_unique<FinishedShape>();
  shape->topic.name = record.topic;
  Finisher key(context, Position::kKey, shape->own_columns);
  Finisher value(context, Position::kValue, shape->own_columns);
  MILLRACE_ASSIGN_OR_RETURN(shape->key, key.finish_part(record.key, context.options.key_converter));
  MILLRACE_ASSIGN_OR_RETURN(shape->value,
                            value.finish_part(record.value, context.options.value_converter));
  for (const ShapeHeader& header : record.headers) {
    PrintHeader printed;
    printed.name = header.name;
    printed.is_text = header.is_text;
    MILLRACE_ASSIGN_OR_RETURN(printed.root, key.finish(header.value, {}));
    shape->headers.push_back(std::move(printed));
  }
  if (record.timestamp) {
    MILLRACE_ASSIGN_OR_RETURN(shape->timestamp, value.finish(*record.timestamp, {}));
  }
  if (record.partition) {
    MILLRACE_ASSIGN_OR_RETURN(shape->partition, value.finish(*record.partition, {}));
  }
  return shape;
}

Result<PrintField> finish_value(const ShapeContext& context, const ShapeValue& value,
                                std::deque<ColumnPlan>& own_columns) {
  return Finisher(context, Position::kValue, own_columns).finish(value, {});
}

}  // namespace millrace::encode

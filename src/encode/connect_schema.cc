#include "encode/connect_schema.h"

#include "encode/avro_name.h"
#include "encode/json_writer.h"
#include "millrace/base/assert.h"
#include "millrace/schema/source_type.h"

namespace millrace::encode {
namespace {

using schema::Column;
using schema::ColumnType;

constexpr std::string_view kDecimal = "org.apache.kafka.connect.data.Decimal";

std::string quoted(std::string_view text) {
  JsonWriter writer;
  writer.quoted(text);
  return std::string(writer.written_since(0));
}

ConnectSchema plain(std::string type) {
  ConnectSchema schema;
  schema.type = std::move(type);
  return schema;
}

ConnectSchema named(std::string type, std::string_view name,
                    std::vector<std::pair<std::string, std::string>> parameters = {}) {
  ConnectSchema schema = plain(std::move(type));
  schema.name = name;
  schema.version = 1;
  schema.parameters = std::move(parameters);
  return schema;
}

ConnectSchema decimal_schema(std::uint32_t precision, std::uint32_t scale) {
  return named(
      "bytes", kDecimal,
      {{"scale", std::to_string(scale)}, {"connect.decimal.precision", std::to_string(precision)}});
}

// Labels with commas between them, those in labels behind a backslash.
std::string allowed_labels(const Column& column) {
  std::string all;
  for (const std::string& label : column.labels) {
    if (&label != &column.labels.front()) all += ',';
    for (const char c : label) {
      if (c == ',') all += '\\';
      all += c;
    }
  }
  return all;
}

ConnectSchema integer_schema(const Column& column) {
  switch (column.type) {
    case ColumnType::kTiny:
      return plain("int16");
    case ColumnType::kShort:
      return plain(column.is_unsigned ? "int32" : "int16");
    case ColumnType::kLong:
      return plain(column.is_unsigned ? "int64" : "int32");
    case ColumnType::kLongLong:
      return plain("int64");
    case ColumnType::kYear:
      return named("int32", "io.debezium.time.Year");
    case ColumnType::kTime2:
    case ColumnType::kTimeOld:
      return named("int64", "io.debezium.time.MicroTime");
    default:
      return plain("int32");
  }
}

ConnectSchema geometry_schema(bool is_point) {
  std::string fields;
  if (is_point) {
    fields = schema_field("x", "double", false) + "," + schema_field("y", "double", false) + "," +
             schema_field("wkb", "bytes", true) + ",";
  } else {
    fields = schema_field("wkb", "bytes", false) + ",";
  }
  fields += schema_field("srid", "int32", true);
  ConnectSchema schema = named_struct(
      fields, is_point ? "io.debezium.data.geometry.Point" : "io.debezium.data.geometry.Geometry");
  schema.doc = is_point ? "Geometry (POINT)" : "Geometry";
  return schema;
}

ConnectSchema vector_schema() {
  ConnectSchema schema = named("array", "io.debezium.data.FloatVector");
  schema.parts = "\"items\":" + print_schema(plain("float"));
  return schema;
}

ConnectSchema datetime_schema(Form form, TimePrecision precision) {
  if (precision == TimePrecision::kConnect)
    return named("int64", "org.apache.kafka.connect.data.Timestamp");
  switch (form) {
    case Form::kDatetimeMicroseconds:
      return named("int64", "io.debezium.time.MicroTimestamp");
    case Form::kDatetimeNanoseconds:
      return named("int64", "io.debezium.time.NanoTimestamp");
    case Form::kIsoDatetime:
      return named("string", "io.debezium.time.IsoTimestamp");
    default:
      return named("int64", "io.debezium.time.Timestamp");
  }
}

ConnectSchema form_schema(const ColumnPlan& plan, const EncoderOptions& options) {
  const Column& column = *plan.column;
  switch (plan.unmasked) {
    case Form::kInteger:
      return integer_schema(column);
    case Form::kUnsignedLong:
      return plain("int64");
    case Form::kUnsignedBytes:
    case Form::kUnsignedNumber:
      return decimal_schema(20, 0);
    case Form::kFloat:
      return plain("float");
    case Form::kWidenedFloat:
    case Form::kDouble:
    case Form::kDecimalDouble:
      return plain("double");
    case Form::kDecimalBytes:
    case Form::kDecimalNumber:
      return decimal_schema(column.length, column.scale);
    case Form::kBit:
    case Form::kBoolean:
      return plain("boolean");
    case Form::kBits:
      return named("bytes", "io.debezium.data.Bits", {{"length", std::to_string(column.length)}});
    case Form::kBytes:
      return plain(options.values.binary == BinaryMode::kBytes ? "bytes" : "string");
    case Form::kDecimalText:
    case Form::kText:
    case Form::kBase64UrlSafe:
    case Form::kHex:
      return plain("string");
    case Form::kEnum:
      return named("string", "io.debezium.data.Enum", {{"allowed", allowed_labels(column)}});
    case Form::kSet:
      return named("string", "io.debezium.data.EnumSet", {{"allowed", allowed_labels(column)}});
    case Form::kJson:
      return named("string", "io.debezium.data.Json");
    case Form::kDate:
      return named("int32", options.values.time == TimePrecision::kConnect
                                ? "org.apache.kafka.connect.data.Date"
                                : "io.debezium.time.Date");
    case Form::kIsoDate:
      return named("string", "io.debezium.time.IsoDate");
    case Form::kTimeMilliseconds:
      return named("int32", "org.apache.kafka.connect.data.Time");
    case Form::kTimeNanoseconds:
      return named("int64", "io.debezium.time.NanoTime");
    case Form::kIsoTime:
      return named("string", "io.debezium.time.IsoTime");
    case Form::kDatetimeMilliseconds:
    case Form::kDatetimeMicroseconds:
    case Form::kDatetimeNanoseconds:
    case Form::kIsoDatetime:
      return datetime_schema(plan.unmasked, options.values.time);
    case Form::kTimestamp:
      return named("string", "io.debezium.time.ZonedTimestamp");
    case Form::kGeometry:
    case Form::kPoint:
      return geometry_schema(plan.unmasked == Form::kPoint);
    case Form::kVector:
      return vector_schema();
    case Form::kAsterisks:
    case Form::kTruncated:
    case Form::kHashed:
      break;
  }
  MILLRACE_ASSERT(false, "a mask under a mask");
}

// What Debezium's column mappers say of themselves. It takes one a column: a truncation or asterisks leave no room for
// the source type.
void add_mapper_parameters(const Column& column, const change::ColumnTreatment& treatment,
                           bool shows_comment, ConnectSchema& schema) {
  using Kind = change::ColumnMask::Kind;
  const auto length = schema::source_type_length(column);
  const auto add = [&schema](std::string_view name, std::string value) {
    schema.parameters.emplace_back(name, std::move(value));
  };
  switch (treatment.mask.kind) {
    case Kind::kTruncate:
      if (!length || *length > treatment.mask.length)
        add("truncateLength", std::to_string(treatment.mask.length));
      return;
    case Kind::kAsterisks:
      add("masked", "true");
      return;
    case Kind::kHash:
      if (!treatment.shows_source_type) add("masked", "true");
      break;
    case Kind::kNone:
      break;
  }
  if (!treatment.shows_source_type) return;
  const auto scale = schema::source_type_scale(column);
  add("__debezium.source.column.type", schema::source_type_name(column));
  if (length) add("__debezium.source.column.length", std::to_string(*length));
  if (scale) add("__debezium.source.column.scale", std::to_string(*scale));
  if (shows_comment) add("__debezium.source.column.comment", column.comment);
  add("__debezium.source.column.name", column.name);
}

ConnectSchema optional_of(std::string type) {
  ConnectSchema schema = plain(std::move(type));
  schema.is_optional = true;
  return schema;
}

ConnectSchema snapshot_schema() {
  ConnectSchema schema =
      named("string", "io.debezium.data.Enum",
            {{"allowed",
              "true,first,first_in_data_collection,last_in_data_collection,last,false,"
              "incremental"}});
  schema.is_optional = true;
  schema.default_json = "\"false\"";
  return schema;
}

std::string print_fields(const std::vector<SchemaField>& fields) {
  std::string text;
  for (const SchemaField& field : fields) {
    if (!text.empty()) text += ',';
    text += print_schema(field.schema, field.name);
  }
  return text;
}

std::string transaction_schema() {
  ConnectSchema schema =
      named_struct(print_fields(transaction_fields()), std::string(kTransactionSchemaName));
  schema.is_optional = true;
  return print_schema(schema, "transaction");
}

}  // namespace

std::vector<SchemaField> source_fields() {
  return {{"version", plain("string")},
          {"connector", plain("string")},
          {"name", plain("string")},
          {"ts_ms", plain("int64")},
          {"snapshot", snapshot_schema()},
          {"db", plain("string")},
          {"sequence", optional_of("string")},
          {"ts_us", optional_of("int64")},
          {"ts_ns", optional_of("int64")},
          {"table", optional_of("string")},
          {"server_id", plain("int64")},
          {"gtid", optional_of("string")},
          {"file", plain("string")},
          {"pos", plain("int64")},
          {"row", plain("int32")},
          {"thread", optional_of("int64")},
          {"query", optional_of("string")}};
}

std::vector<SchemaField> transaction_fields() {
  return {{"id", plain("string")},
          {"total_order", plain("int64")},
          {"data_collection_order", plain("int64")}};
}

ConnectSchema struct_of(std::string_view fields) {
  ConnectSchema schema = plain("struct");
  schema.parts = "\"fields\":[" + std::string(fields) + "]";
  return schema;
}

ConnectSchema named_struct(std::string_view fields, std::string_view name) {
  ConnectSchema schema = struct_of(fields);
  schema.name = name;
  schema.version = 1;
  return schema;
}

ConnectSchema array_of(const ConnectSchema& items) {
  ConnectSchema schema = plain("array");
  schema.parts = "\"items\":" + print_schema(items);
  return schema;
}

std::string schema_field(std::string_view name, std::string type, bool is_optional) {
  ConnectSchema schema = plain(std::move(type));
  schema.is_optional = is_optional;
  return print_schema(schema, name);
}

std::string source_schema() {
  return print_schema(named_struct(print_fields(source_fields()), std::string(kSourceSchemaName)),
                      "source");
}

std::string print_schema(const ConnectSchema& schema, std::string_view field) {
  std::string text = "{\"type\":" + quoted(schema.type);
  if (!schema.parts.empty()) text += "," + schema.parts;
  text += schema.is_optional ? ",\"optional\":true" : ",\"optional\":false";
  if (!schema.name.empty()) text += ",\"name\":" + quoted(schema.name);
  if (schema.version != 0) text += ",\"version\":" + std::to_string(schema.version);
  if (!schema.doc.empty()) text += ",\"doc\":" + quoted(schema.doc);
  if (!schema.parameters.empty()) {
    text += ",\"parameters\":{";
    for (const auto& [name, value] : schema.parameters) {
      if (text.back() != '{') text += ',';
      text += quoted(name) + ":" + quoted(value);
    }
    text += '}';
  }
  if (!schema.default_json.empty()) text += ",\"default\":" + schema.default_json;
  if (!field.empty()) text += ",\"field\":" + quoted(field);
  return text + "}";
}

ConnectSchema column_schema(const ColumnPlan& plan, const EncoderOptions& options,
                            const change::ColumnTreatment* treatment, std::string default_json) {
  ConnectSchema schema = form_schema(plan, options);
  const Column& column = *plan.column;
  schema.is_optional = column.is_nullable;
  const bool shows_comment = options.schema_comments && !column.comment.empty();
  if (shows_comment) schema.doc = column.comment;
  schema.default_json = std::move(default_json);
  if (treatment != nullptr) add_mapper_parameters(column, *treatment, shows_comment, schema);
  return schema;
}

std::string key_schema(std::string_view fields, const std::string& topic,
                       const EncoderOptions& options) {
  ConnectSchema schema = struct_of(fields);
  schema.name = adjust_schema_name(topic + ".Key", options.schema_names);
  return print_schema(schema);
}

std::string value_schema(std::string_view fields, const std::string& topic,
                         const EncoderOptions& options) {
  ConnectSchema row = struct_of(fields);
  row.is_optional = true;
  row.name = adjust_schema_name(topic + ".Value", options.schema_names);
  const std::string members =
      print_schema(row, "before") + "," + print_schema(row, "after") + "," + source_schema() + "," +
      transaction_schema() + "," + schema_field("op", "string", false) + "," +
      schema_field("ts_ms", "int64", true) + "," + schema_field("ts_us", "int64", true) + "," +
      schema_field("ts_ns", "int64", true);
  ConnectSchema envelope = struct_of(members);
  envelope.name = adjust_schema_name(topic + ".Envelope", options.schema_names);
  envelope.version = kEnvelopeVersion;
  return print_schema(envelope);
}

}  // namespace millrace::encode

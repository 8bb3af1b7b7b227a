#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <charconv>
#include <string>
#include <utility>

#include "millrace/base/encoding.h"
#include "millrace/base/limits.h"
#include "millrace/charset/charset.h"
#include "millrace/charset/collation.h"
#include "millrace/schema/table_schema.h"

// The stored form of a structure. A member stands only where it differs from its default, in a
// fixed order, so that equal structures give equal bytes.

namespace millrace::schema {
namespace {

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

void write_string(Writer& writer, const std::string& text) {
  writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void write_text(Writer& writer, const char* name, const std::string& text) {
  if (text.empty()) return;
  writer.Key(name);
  write_string(writer, text);
}

void write_number(Writer& writer, const char* name, std::uint64_t value,
                  std::uint64_t fallback = 0) {
  if (value == fallback) return;
  writer.Key(name);
  writer.Uint64(value);
}

void write_flag(Writer& writer, const char* name, bool value, bool fallback = false) {
  if (value == fallback) return;
  writer.Key(name);
  writer.Bool(value);
}

void write_column(Writer& writer, const Column& column) {
  writer.StartObject();
  write_text(writer, "name", column.name);
  write_number(writer, "type", static_cast<std::uint64_t>(column.type), ~0ULL);
  write_flag(writer, "unsigned", column.is_unsigned);
  write_flag(writer, "nullable", column.is_nullable);
  write_flag(writer, "visible", column.is_visible, true);
  write_number(writer, "length", column.length);
  write_number(writer, "scale", column.scale);
  write_number(writer, "collation", column.collation);
  if (!column.labels.empty()) {
    writer.Key("labels");
    writer.StartArray();
    for (const std::string& label : column.labels) write_string(writer, label);
    writer.EndArray();
  }
  write_number(writer, "geometry", column.geometry_type);
  write_number(writer, "dimensions", column.vector_dimensions);
  write_text(writer, "column_type", column.column_type);
  if (column.default_value) {
    writer.Key("default");
    write_string(writer, *column.default_value);
  }
  write_text(writer, "comment", column.comment);
  write_flag(writer, "generated", column.is_generated);
  write_flag(writer, "auto_increment", column.is_auto_increment);
  writer.EndObject();
}

void write_index(Writer& writer, const Index& index) {
  writer.StartObject();
  write_number(writer, "kind", static_cast<std::uint64_t>(index.kind));
  write_text(writer, "name", index.name);
  writer.Key("columns");
  writer.StartArray();
  for (const std::size_t column : index.columns) {
    // -1: an expression.
    writer.Int64(column == Index::kExpression ? -1 : static_cast<std::int64_t>(column));
  }
  writer.EndArray();
  if (!index.prefixes.empty()) {
    writer.Key("prefixes");
    writer.StartArray();
    for (const std::uint32_t prefix : index.prefixes) writer.Uint(prefix);
    writer.EndArray();
  }
  writer.EndObject();
}

// Reads members of an object; the first one of a wrong type makes it fail.
class ObjectReader {
 public:
  explicit ObjectReader(const rapidjson::Value& object)
      : object_(object), failed_(!object.IsObject()) {}

  bool failed() const { return failed_; }

  std::string text(const char* name) {
    const rapidjson::Value* value = find(name);
    if (value == nullptr) return {};
    if (!value->IsString()) return fail(std::string());
    return {value->GetString(), value->GetStringLength()};
  }
  std::optional<std::string> optional_text(const char* name) {
    if (find(name) == nullptr) return std::nullopt;
    return text(name);
  }
  std::uint32_t number(const char* name) {
    const rapidjson::Value* value = find(name);
    if (value == nullptr) return 0;
    return value->IsUint() ? value->GetUint() : fail(0U);
  }
  std::uint8_t byte(const char* name) {
    const std::uint32_t value = number(name);
    return value <= UINT8_MAX ? static_cast<std::uint8_t>(value) : fail(std::uint8_t{0});
  }
  bool flag(const char* name, bool fallback) {
    const rapidjson::Value* value = find(name);
    if (value == nullptr) return fallback;
    return value->IsBool() ? value->GetBool() : fail(false);
  }
  const rapidjson::Value* array(const char* name) {
    const rapidjson::Value* value = find(name);
    if (value != nullptr && !value->IsArray()) return fail(nullptr);
    return value;
  }
  template <typename T>
  T fail(T value) {
    failed_ = true;
    return value;
  }

 private:
  const rapidjson::Value* find(const char* name) {
    if (failed_) return nullptr;
    const auto it = object_.FindMember(name);
    return it == object_.MemberEnd() ? nullptr : &it->value;
  }

  const rapidjson::Value& object_;
  bool failed_;
};

bool read_column(const rapidjson::Value& json, Column& column) {
  ObjectReader reader(json);
  column.name = reader.text("name");
  column.type = static_cast<ColumnType>(reader.byte("type"));
  column.is_unsigned = reader.flag("unsigned", false);
  column.is_nullable = reader.flag("nullable", false);
  column.is_visible = reader.flag("visible", true);
  column.length = reader.number("length");
  column.scale = reader.byte("scale");
  column.collation = reader.number("collation");
  if (column.collation != 0) column.charset = charset::find_charset_by_collation(column.collation);
  if (const rapidjson::Value* labels = reader.array("labels")) {
    for (const auto& label : labels->GetArray()) {
      if (!label.IsString()) return false;
      column.labels.emplace_back(label.GetString(), label.GetStringLength());
    }
  }
  column.geometry_type = reader.byte("geometry");
  column.vector_dimensions = reader.number("dimensions");
  column.column_type = reader.text("column_type");
  column.default_value = reader.optional_text("default");
  column.comment = reader.text("comment");
  column.is_generated = reader.flag("generated", false);
  column.is_auto_increment = reader.flag("auto_increment", false);
  return !reader.failed();
}

bool read_index(const rapidjson::Value& json, std::size_t column_count, Index& index) {
  ObjectReader reader(json);
  const std::uint8_t kind = reader.byte("kind");
  index.kind = static_cast<Index::Kind>(kind);
  index.name = reader.text("name");
  if (const rapidjson::Value* prefixes = reader.array("prefixes")) {
    for (const auto& prefix : prefixes->GetArray()) {
      if (!prefix.IsUint()) return false;
      index.prefixes.push_back(prefix.GetUint());
    }
  }
  const rapidjson::Value* columns = reader.array("columns");
  if (reader.failed() || columns == nullptr ||
      kind > static_cast<std::uint8_t>(Index::Kind::kPlain)) {
    return false;
  }
  for (const auto& column : columns->GetArray()) {
    if (!column.IsInt64() || column.GetInt64() < -1 ||
        column.GetInt64() >= static_cast<std::int64_t>(column_count)) {
      return false;
    }
    index.columns.push_back(column.GetInt64() < 0 ? Index::kExpression
                                                  : static_cast<std::size_t>(column.GetInt64()));
  }
  return true;
}

}  // namespace

std::string serialize_structure(const TableSchema& schema) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartObject();
  writer.Key("columns");
  writer.StartArray();
  for (const Column& column : schema.columns) write_column(writer, column);
  writer.EndArray();
  writer.Key("key");
  writer.StartArray();
  for (const std::size_t index : schema.key_columns) writer.Uint64(index);
  writer.EndArray();
  if (!schema.indexes.empty()) {
    writer.Key("indexes");
    writer.StartArray();
    for (const Index& index : schema.indexes) write_index(writer, index);
    writer.EndArray();
  }
  write_number(writer, "collation", schema.default_collation);
  writer.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

Result<TableSchema> parse_structure(TableName name, std::string_view json) {
  const Error malformed =
      definite_error("the stored structure of " + name.to_text() + " is malformed");
  rapidjson::Document document;
  document.Parse(json.data(), json.size());
  if (document.HasParseError()) return malformed;
  ObjectReader reader(document);
  const rapidjson::Value* columns = reader.array("columns");
  const rapidjson::Value* key = reader.array("key");
  if (reader.failed() || columns == nullptr || key == nullptr ||
      columns->Size() > limits::kMaxColumns) {
    return malformed;
  }
  TableSchema schema;
  schema.name = std::move(name);
  schema.columns.reserve(columns->Size());
  for (const auto& json_column : columns->GetArray()) {
    if (!read_column(json_column, schema.columns.emplace_back())) return malformed;
  }
  for (const auto& index : key->GetArray()) {
    if (!index.IsUint() || index.GetUint() >= schema.columns.size()) return malformed;
    schema.key_columns.push_back(index.GetUint());
  }
  if (const rapidjson::Value* indexes = reader.array("indexes")) {
    for (const auto& index : indexes->GetArray()) {
      if (!read_index(index, schema.columns.size(), schema.indexes.emplace_back())) {
        return malformed;
      }
    }
  }
  schema.default_collation = reader.number("collation");
  if (reader.failed()) return malformed;
  return schema;
}

std::uint64_t structure_number(std::string_view serialized) { return fnv1a_64(serialized); }

std::string structure_number_to_text(std::uint64_t number) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(number >> shift));
  std::string hex;
  append_hex(bytes, hex);
  return hex;
}

std::optional<std::uint64_t> parse_structure_number(std::string_view text) {
  constexpr std::size_t kDigits = 16;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, 16);
  if (text.size() != kDigits || error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return number;
}

std::string structure_hash(std::string_view serialized) {
  return structure_number_to_text(structure_number(serialized));
}

}  // namespace millrace::schema

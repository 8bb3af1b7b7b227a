#include "encode/table_change_json.h"

#include <optional>
#include <string_view>

#include "millrace/charset/charset.h"
#include "millrace/charset/collation.h"
#include "millrace/schema/column_types.h"
#include "millrace/schema/source_type.h"

namespace millrace::encode {
namespace {

using change::TableChange;
using schema::Column;
using schema::ColumnType;

// java.sql.Types
enum JdbcType : int {
  kBit = -7,
  kBigint = -5,
  kVarbinary = -3,
  kBinary = -2,
  kChar = 1,
  kDecimal = 3,
  kInteger = 4,
  kSmallint = 5,
  kFloat = 6,
  kDouble = 8,
  kVarchar = 12,
  kDate = 91,
  kTime = 92,
  kTimestamp = 93,
  kOther = 1111,
  kBlob = 2004,
  kTimestampWithTimezone = 2014,
};

int jdbc_type(const Column& column) {
  switch (column.type) {
    case ColumnType::kTiny:
    case ColumnType::kShort:
      return kSmallint;
    case ColumnType::kInt24:
    case ColumnType::kLong:
    case ColumnType::kYear:
      return kInteger;
    case ColumnType::kLongLong:
      return kBigint;
    case ColumnType::kFloat:
      return kFloat;
    case ColumnType::kDouble:
      return kDouble;
    case ColumnType::kDecimalOld:
    case ColumnType::kNewDecimal:
      return kDecimal;
    case ColumnType::kBit:
      return kBit;
    case ColumnType::kDate:
      return kDate;
    case ColumnType::kTimeOld:
    case ColumnType::kTime2:
      return kTime;
    case ColumnType::kDatetimeOld:
    case ColumnType::kDatetime2:
      return kTimestamp;
    case ColumnType::kTimestampOld:
    case ColumnType::kTimestamp2:
      return kTimestampWithTimezone;
    case ColumnType::kString:
      return schema::is_binary_column(column) ? kBinary : kChar;
    case ColumnType::kVarchar:
    case ColumnType::kVarString:
      return schema::is_binary_column(column) ? kVarbinary : kVarchar;
    case ColumnType::kBlob:
      return schema::is_binary_column(column) ? kBlob : kVarchar;
    case ColumnType::kEnum:
    case ColumnType::kSet:
      return kChar;
    case ColumnType::kJson:
    case ColumnType::kVector:
    case ColumnType::kGeometry:
    case ColumnType::kNull:
      return kOther;
  }
  return kOther;
}

std::string_view type_name(TableChange::Type type) {
  switch (type) {
    case TableChange::Type::kCreate:
      return "CREATE";
    case TableChange::Type::kAlter:
      return "ALTER";
    case TableChange::Type::kDrop:
      return "DROP";
  }
  return "";
}

// "shop"."orders", with quotes inside names doubled.
std::string quoted_id(const schema::TableName& name) {
  std::string id;
  const auto append = [&id](std::string_view part) {
    id += '"';
    for (const char c : part) id += c == '"' ? std::string("\"\"") : std::string(1, c);
    id += '"';
  };
  append(name.database);
  id += '.';
  append(name.table);
  return id;
}

std::string sql_literal(std::string_view label) {
  std::string text = "'";
  for (const char c : label) text += c == '\'' ? std::string("''") : std::string(1, c);
  return text + "'";
}

// "INT" and null are printed alike: `"name":"text"` or `"name":null`.
class Members {
 public:
  explicit Members(JsonWriter& out) : out_(out) { out_.raw('{'); }
  void end() { out_.raw('}'); }

  JsonWriter& member(std::string_view name) {
    if (!first_) out_.raw(',');
    first_ = false;
    out_.quoted(name);
    out_.raw(':');
    return out_;
  }
  void text(std::string_view name, std::optional<std::string_view> value) {
    JsonWriter& out = member(name);
    if (value) {
      out.quoted(*value);
    } else {
      out.raw("null");
    }
  }
  void number(std::string_view name, std::optional<std::int64_t> value) {
    JsonWriter& out = member(name);
    if (value) {
      out.integer(*value);
    } else {
      out.raw("null");
    }
  }
  void flag(std::string_view name, bool value) { member(name).raw(value ? "true" : "false"); }
  template <typename Items, typename Text>
  void texts(std::string_view name, const Items& items, Text&& text) {
    JsonWriter& out = member(name);
    out.raw('[');
    bool first = true;
    for (const auto& item : items) {
      if (!first) out.raw(',');
      first = false;
      out.quoted(text(item));
    }
    out.raw(']');
  }

 private:
  JsonWriter& out_;
  bool first_ = true;
};

std::optional<std::string_view> charset_name(const Column& column) {
  const bool has_text = schema::is_enum_or_set(column) ||
                        (schema::is_character_column(column) && !schema::is_binary_column(column));
  if (!has_text || column.charset == nullptr || column.type == ColumnType::kVector) return {};
  return column.charset->name();
}

void write_column(const Column& column, std::size_t position, bool with_comments, JsonWriter& out) {
  const std::string type = schema::source_type_name(column);
  Members members(out);
  members.text("name", column.name);
  members.number("jdbcType", jdbc_type(column));
  members.number("nativeType", std::nullopt);
  members.text("typeName", type);
  members.text("typeExpression", type);
  members.text("charsetName", charset_name(column));
  members.number("length", schema::source_type_length(column));
  members.number("scale", schema::source_type_scale(column));
  members.number("position", static_cast<std::int64_t>(position));
  members.flag("optional", column.is_nullable);
  members.flag("autoIncremented", column.is_auto_increment);
  // Debezium's parser takes AUTO_INCREMENT for it, and generated columns not.
  members.flag("generated", column.is_auto_increment);
  const bool has_comment = with_comments && !column.comment.empty();
  members.text("comment",
               has_comment ? std::optional<std::string_view>(column.comment) : std::nullopt);
  members.text(
      "defaultValueExpression",
      column.default_value ? std::optional<std::string_view>(*column.default_value) : std::nullopt);
  if (column.labels.empty()) {
    members.text("enumValues", std::nullopt);
  } else {
    members.texts("enumValues", column.labels, sql_literal);
  }
  members.end();
}

void write_table(const schema::TableSchema& table, bool with_comments, JsonWriter& out) {
  const charset::Charset* charset = charset::find_charset_by_collation(table.default_collation);
  Members members(out);
  members.text("defaultCharsetName", charset == nullptr
                                         ? std::nullopt
                                         : std::optional<std::string_view>(charset->name()));
  members.texts("primaryKeyColumnNames", table.key_columns,
                [&](std::size_t column) { return std::string_view(table.columns[column].name); });
  JsonWriter& columns = members.member("columns");
  columns.raw('[');
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (i > 0) columns.raw(',');
    write_column(table.columns[i], i + 1, with_comments, columns);
  }
  columns.raw(']');
  members.text("comment", std::nullopt);
  members.end();
}

std::string optional_field(ConnectSchema schema, std::string_view name) {
  schema.is_optional = true;
  return print_schema(schema, name);
}

ConnectSchema strings() {
  ConnectSchema text;
  text.type = "string";
  return array_of(text);
}

ConnectSchema column_description() {
  return named_struct(
      schema_field("name", "string", false) + "," + schema_field("jdbcType", "int32", false) + "," +
          schema_field("nativeType", "int32", true) + "," +
          schema_field("typeName", "string", false) + "," +
          schema_field("typeExpression", "string", true) + "," +
          schema_field("charsetName", "string", true) + "," +
          schema_field("length", "int32", true) + "," + schema_field("scale", "int32", true) + "," +
          schema_field("position", "int32", false) + "," +
          schema_field("optional", "boolean", true) + "," +
          schema_field("autoIncremented", "boolean", true) + "," +
          schema_field("generated", "boolean", true) + "," +
          schema_field("comment", "string", true) + "," +
          schema_field("defaultValueExpression", "string", true) + "," +
          optional_field(strings(), "enumValues"),
      "io.debezium.connector.schema.Column");
}

}  // namespace

void write_table_change(const TableChange& change, bool with_comments, JsonWriter& out) {
  Members members(out);
  members.text("type", type_name(change.type));
  members.text("id", quoted_id(change.name));
  JsonWriter& table = members.member("table");
  if (change.table == nullptr) {
    table.raw("null");
  } else {
    write_table(*change.table, with_comments, table);
  }
  members.end();
}

ConnectSchema table_change_schema() {
  const ConnectSchema table =
      named_struct(schema_field("defaultCharsetName", "string", true) + "," +
                       optional_field(strings(), "primaryKeyColumnNames") + "," +
                       print_schema(array_of(column_description()), "columns") + "," +
                       schema_field("comment", "string", true),
                   "io.debezium.connector.schema.Table");
  return named_struct(schema_field("type", "string", false) + "," +
                          schema_field("id", "string", false) + "," +
                          optional_field(table, "table"),
                      "io.debezium.connector.schema.Change");
}

}  // namespace millrace::encode

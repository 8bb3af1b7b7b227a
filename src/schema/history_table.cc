#include "millrace/schema/history_table.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "millrace/base/limits.h"
#include "millrace/charset/charset.h"
#include "millrace/charset/collation.h"
#include "millrace/schema/information_schema.h"

namespace millrace::schema {
namespace {

// Names of one type, as statements may write it.
struct TypeNames {
  std::string_view written;
  std::string_view data_type;  // as information_schema calls it
};

constexpr std::array kTypeNames = std::to_array<TypeNames>({
    {"BOOL", "tinyint"},
    {"BOOLEAN", "tinyint"},
    {"INT1", "tinyint"},
    {"INT2", "smallint"},
    {"INT3", "mediumint"},
    {"MIDDLEINT", "mediumint"},
    {"INT4", "int"},
    {"INTEGER", "int"},
    {"INT8", "bigint"},
    {"SERIAL", "bigint"},
    {"FLOAT4", "float"},
    {"FLOAT8", "double"},
    {"REAL", "double"},
    {"DOUBLE PRECISION", "double"},
    {"DEC", "decimal"},
    {"FIXED", "decimal"},
    {"NUMERIC", "decimal"},
    {"CHARACTER", "char"},
    {"NCHAR", "char"},
    {"NATIONAL CHAR", "char"},
    {"NATIONAL CHARACTER", "char"},
    {"CHAR BYTE", "binary"},
    {"CHAR VARYING", "varchar"},
    {"CHARACTER VARYING", "varchar"},
    {"NVARCHAR", "varchar"},
    {"NCHAR VARCHAR", "varchar"},
    {"NCHAR VARYING", "varchar"},
    {"NATIONAL VARCHAR", "varchar"},
    {"NATIONAL CHAR VARYING", "varchar"},
    {"NATIONAL CHARACTER VARYING", "varchar"},
    {"LONG", "mediumtext"},
    {"LONG VARCHAR", "mediumtext"},
    {"LONG CHAR VARYING", "mediumtext"},
    {"LONG VARBINARY", "mediumblob"},
    {"GEOMETRYCOLLECTION", "geomcollection"},
});

// What a type's words say.
struct WrittenType {
  std::string data_type;
  bool is_unsigned = false;
  bool is_zerofill = false;
  bool is_national = false;
  bool is_boolean = false;
};

char upper(char c) { return static_cast<char>(std::toupper(static_cast<unsigned char>(c))); }
char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

std::vector<std::string> upper_words(std::string_view text) {
  std::vector<std::string> words;
  bool in_word = false;
  // Brackets hold lengths, which the history has as numbers.
  for (const char c : text.substr(0, text.find('('))) {
    const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (!blank && !in_word) words.emplace_back();
    in_word = !blank;
    if (in_word) words.back() += upper(c);
  }
  return words;
}

WrittenType parse_type_name(std::string_view type_name) {
  WrittenType type;
  std::string name;
  for (const std::string& word : upper_words(type_name)) {
    if (word == "UNSIGNED" || word == "ZEROFILL") {
      type.is_unsigned = true;  // ZEROFILL is never without
      type.is_zerofill = type.is_zerofill || word == "ZEROFILL";
    } else if (word == "BINARY" && !name.empty()) {
      // An attribute behind a character type: its collation, not its type.
    } else if (word != "SIGNED") {
      name += (name.empty() ? "" : " ") + word;
    }
  }
  type.is_national = name.starts_with("N") && name != "NUMERIC";
  type.is_boolean = name == "BOOL" || name == "BOOLEAN";
  type.is_unsigned = type.is_unsigned || name == "SERIAL";
  const auto* known = std::find_if(kTypeNames.begin(), kTypeNames.end(),
                                   [&](const TypeNames& names) { return names.written == name; });
  if (known != kTypeNames.end()) {
    type.data_type = known->data_type;
  } else {
    std::transform(name.begin(), name.end(), std::back_inserter(type.data_type), lower);
  }
  return type;
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool has_charset(std::string_view data_type) {
  return data_type.ends_with("text") || is_one_of(data_type, {"char", "varchar", "enum", "set"});
}

// TEXT(n) and BLOB(n) are the smallest type that holds n.
std::string sized_lob(const std::string& data_type, std::uint64_t bytes) {
  if (bytes < 1U << 8) return "tiny" + data_type;
  if (bytes < 1U << 16) return data_type;
  return (bytes < 1U << 24 ? "medium" : "long") + data_type;
}

class ColumnConverter {
 public:
  ColumnConverter(const HistoryTable& table, const HistoryColumn& from)
      : table_(table), from_(from), type_(parse_type_name(from.type_name)) {}

  Result<Column> run() {
    MILLRACE_RETURN_IF_ERROR(find_charset());
    settle_type();
    InformationSchemaColumn column;
    column.column_name = from_.name;
    column.data_type = type_.data_type;
    column.is_nullable = from_.is_optional;
    column.column_comment = from_.comment;
    if (from_.is_auto_incremented) column.extra = "auto_increment";
    // Debezium calls auto-increment columns generated too.
    if (from_.is_generated && !from_.is_auto_incremented) column.extra = "STORED GENERATED";
    if (charset_ != nullptr) column.collation = charset::default_collation(*charset_).id;
    set_lengths(column);
    column.column_type = column_type();
    if (!is_moment_of_change()) column.column_default = from_.default_value;
    return column_from_information_schema(column);
  }

 private:
  Status find_charset() {
    if (!has_charset(type_.data_type)) return {};
    std::string name = from_.charset_name;
    if (name.empty() && type_.is_national) name = "utf8mb3";
    if (name.empty()) name = table_.default_charset_name;
    if (name.empty()) {
      return definite_error("column " + from_.name + " of type " + from_.type_name +
                            " has no character set");
    }
    charset_ = charset::find_charset(name);
    if (charset_ != nullptr) return {};
    return definite_error("column " + from_.name + " has the character set " + name +
                          ", which is not known");
  }

  void settle_type() {
    std::string& data_type = type_.data_type;
    if (charset_ != nullptr && charset_->is_binary() && !is_one_of(data_type, {"enum", "set"})) {
      const auto text = data_type.find("text");
      if (text != std::string::npos) data_type.replace(text, 4, "blob");
      if (data_type == "char") data_type = "binary";
      if (data_type == "varchar") data_type = "varbinary";
      charset_ = nullptr;
    }
    if (is_one_of(data_type, {"text", "blob"}) && from_.length) {
      data_type = sized_lob(data_type, octets());
    }
    constexpr std::uint32_t kFloatDigits = 24;
    if (data_type == "float" && !from_.scale && from_.length.value_or(0) > kFloatDigits) {
      data_type = "double";
    }
  }

  std::uint64_t octets() const {
    const std::uint64_t width =
        charset_ == nullptr ? 1 : static_cast<std::uint64_t>(charset_->mbmaxlen());
    return std::uint64_t{from_.length.value_or(1)} * width;
  }

  void set_lengths(InformationSchemaColumn& column) const {
    const std::string& data_type = type_.data_type;
    if (data_type == "decimal") {
      column.numeric_precision = from_.length.value_or(10);
      column.numeric_scale = from_.scale.value_or(0);
    } else if (data_type == "bit") {
      column.numeric_precision = from_.length.value_or(1);
    } else if (is_one_of(data_type, {"time", "datetime", "timestamp"})) {
      column.datetime_precision = from_.length.value_or(0);
    } else if (is_one_of(data_type, {"char", "varchar", "binary", "varbinary"})) {
      column.character_octet_length = octets();
    }
  }

  // As information_schema prints it.
  std::string column_type() const {
    const std::string& data_type = type_.data_type;
    std::string text = data_type;
    if (is_one_of(data_type, {"enum", "set"})) {
      text += '(';
      for (const std::string& value : from_.enum_values) {
        text += (text.ends_with('(') ? "" : ",") + value;
      }
      return text + ')';
    }
    if (type_.is_boolean) {
      text += "(1)";
    } else if (data_type == "vector") {
      constexpr std::uint32_t kDefaultDimensions = 2048;
      text += '(' + std::to_string(from_.length.value_or(kDefaultDimensions)) + ')';
    } else if (shows_length()) {
      text += '(' + std::to_string(*from_.length);
      if (from_.scale && is_one_of(data_type, {"decimal", "float", "double"})) {
        text += ',' + std::to_string(*from_.scale);
      }
      text += ')';
    }
    if (type_.is_unsigned) text += " unsigned";
    if (type_.is_zerofill) text += " zerofill";
    return text;
  }

  // Integers lost their display width in 8.0.19, but for TINYINT(1) and ZEROFILL.
  bool shows_length() const {
    if (!from_.length || *from_.length == 0) return false;
    const std::string& data_type = type_.data_type;
    if (data_type == "tinyint" && *from_.length == 1) return true;
    if (is_one_of(data_type, {"float", "double"})) return from_.scale.has_value();
    if (is_one_of(data_type, {"tinyint", "smallint", "mediumint", "int", "bigint"})) {
      return type_.is_zerofill;
    }
    return data_type != "year" && !data_type.ends_with("text") && !data_type.ends_with("blob");
  }

  // Debezium's stand-in for DEFAULT CURRENT_TIMESTAMP.
  bool is_moment_of_change() const {
    return is_one_of(type_.data_type, {"timestamp", "datetime"}) && from_.default_value &&
           from_.default_value->starts_with("1970-01-01 00:00:00");
  }

  const HistoryTable& table_;
  const HistoryColumn& from_;
  WrittenType type_;
  const charset::Charset* charset_ = nullptr;
};

}  // namespace

Result<TableSchema> table_from_history(const HistoryTable& table) {
  const std::string name = table.name.to_text();
  if (table.columns.size() > limits::kMaxColumns) {
    return definite_error(name + " has " + std::to_string(table.columns.size()) + " columns");
  }
  TableSchema schema;
  schema.name = table.name;
  if (const charset::Charset* charset = charset::find_charset(table.default_charset_name)) {
    schema.default_collation = charset::default_collation(*charset).id;
  }
  for (const HistoryColumn& from : table.columns) {
    auto column = ColumnConverter(table, from).run();
    if (!column) return column.error().with_context(name);
    schema.columns.push_back(std::move(*column));
  }
  for (const std::string& key_name : table.key_column_names) {
    const auto column =
        std::find_if(schema.columns.begin(), schema.columns.end(),
                     [&](const Column& candidate) { return candidate.name == key_name; });
    if (column == schema.columns.end()) {
      return definite_error(name + " has the key column " + key_name + ", which it doesn't have");
    }
    schema.key_columns.push_back(static_cast<std::size_t>(column - schema.columns.begin()));
  }
  // It may have been a unique key; statements that follow are told apart by the name only where they drop it.
  if (!schema.key_columns.empty()) {
    schema.indexes.push_back({Index::Kind::kPrimary, "PRIMARY", schema.key_columns, {}});
  }
  return schema;
}

}  // namespace millrace::schema

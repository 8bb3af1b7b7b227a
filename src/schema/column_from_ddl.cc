#include "schema/column_from_ddl.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "millrace/charset/charset.h"
#include "millrace/charset/collation.h"
#include "millrace/schema/column_types.h"
#include "millrace/schema/information_schema.h"

namespace millrace::schema {
namespace {

// From here on integer types are shown without their display width.
constexpr std::uint32_t kNoDisplayWidthSince = 80019;
constexpr std::uint32_t kDataDictionarySince = 80000;
// What utf8mb4 alone means: utf8mb4_general_ci before 8.0.1, utf8mb4_0900_ai_ci since.
constexpr std::uint32_t kUtf8mb4GeneralCi = 45;
constexpr std::uint32_t kUtf8mb4Since0900 = 80001;
constexpr std::uint64_t kMaxVarcharBytes = 65535;

struct IntegerType {
  std::string_view name;
  unsigned signed_width;
  unsigned unsigned_width;
};
constexpr std::array kIntegers = std::to_array<IntegerType>({{"tinyint", 4, 3},
                                                             {"smallint", 6, 5},
                                                             {"mediumint", 9, 8},
                                                             {"int", 11, 10},
                                                             {"bigint", 20, 20}});

struct TextType {
  std::string_view text;
  std::string_view blob;
  std::uint64_t most_bytes;
};
constexpr std::array kTexts = std::to_array<TextType>({{"tinytext", "tinyblob", 255},
                                                       {"text", "blob", 65535},
                                                       {"mediumtext", "mediumblob", 16777215},
                                                       {"longtext", "longblob", 4294967295}});

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

const TextType* find_text(std::string_view name) {
  const auto it = std::find_if(kTexts.begin(), kTexts.end(), [name](const TextType& type) {
    return type.text == name || type.blob == name;
  });
  return it == kTexts.end() ? nullptr : &*it;
}

// The smallest type that holds so many bytes.
const TextType& text_for(std::uint64_t bytes) {
  const auto it = std::find_if(kTexts.begin(), kTexts.end(),
                               [bytes](const TextType& type) { return bytes <= type.most_bytes; });
  return it == kTexts.end() ? kTexts.back() : *it;
}

bool holds_text(std::string_view type) {
  if (is_one_of(type, {"char", "varchar", "enum", "set"})) return true;
  const TextType* text = find_text(type);
  return text != nullptr && text->text == type;
}

const charset::Charset* charset_of(std::uint32_t collation) {
  return charset::find_charset_by_collation(collation);
}

std::uint64_t most_bytes_a_character(std::uint32_t collation) {
  const charset::Charset* set = charset_of(collation);
  return set == nullptr ? 1 : static_cast<std::uint64_t>(set->mbmaxlen());
}

std::uint32_t default_collation_of(const charset::Charset& set, const StatementContext& context) {
  if (set.name() == "utf8mb4") {
    if (context.utf8mb4_collation != 0) return context.utf8mb4_collation;
    if (context.server_version != 0 && context.server_version < kUtf8mb4Since0900) {
      return kUtf8mb4GeneralCi;
    }
  }
  return charset::default_collation(set).id;
}

std::string in_brackets(std::uint64_t number) { return "(" + std::to_string(number) + ")"; }

// "'it''s'", as information_schema prints a label.
std::string quoted_label(std::string_view label) {
  std::string text = "'";
  for (const char c : label) {
    switch (c) {
      case '\'':
        text += "''";
        break;
      case '\\':
        text += "\\\\";
        break;
      case '\0':
        text += "\\0";
        break;
      case '\n':
        text += "\\n";
        break;
      case '\r':
        text += "\\r";
        break;
      default:
        text += c;
    }
  }
  return text + "'";
}

std::string sign_and_fill(const ddl::ColumnTypeClause& type) {
  std::string text;
  if (type.is_unsigned || type.zerofill) text += " unsigned";
  if (type.zerofill) text += " zerofill";
  return text;
}

// Works out one definition. The type changes on the way: CHAR CHARACTER SET binary is BINARY, TEXT(300) is TEXT.
class Describer {
 public:
  Describer(const ddl::ColumnDefinition& definition, const StatementContext& context)
      : definition_(definition), type_(definition.type), context_(context) {}

  Result<InformationSchemaColumn> describe(std::uint32_t table_collation) {
    resolve_float();
    MILLRACE_RETURN_IF_ERROR(resolve_charset(table_collation));
    resolve_text_size();
    InformationSchemaColumn out;
    out.column_name = definition_.name;
    out.data_type = type_.name;
    out.column_type = column_type();
    out.is_nullable = is_nullable();
    set_sizes(out);
    // information_schema names no charset for labels of bytes.
    if (holds_text(type_.name) && collation_ != kBinaryCollation) out.collation = collation_;
    out.column_comment = definition_.comment;
    if (definition_.default_value.kind == ddl::DefaultClause::Kind::kLiteral) {
      out.column_default = definition_.default_value.value;
    }
    out.extra = extra();
    return out;
  }

 private:
  // FLOAT(p): a precision, not a width.
  void resolve_float() {
    if (type_.name != "float" || !type_.length || type_.decimals) return;
    if (*type_.length > 24) type_.name = "double";
    type_.length.reset();
  }

  Status resolve_charset(std::uint32_t table_collation) {
    if (!holds_text(type_.name)) return {};
    MILLRACE_ASSIGN_OR_RETURN(collation_,
                              resolve_collation(type_.charset, table_collation, context_));
    if (collation_ == kBinaryCollation) become_binary();
    return {};
  }

  void become_binary() {
    if (type_.name == "char") type_.name = "binary";
    if (type_.name == "varchar") type_.name = "varbinary";
    if (const TextType* text = find_text(type_.name)) type_.name = text->blob;
  }

  bool is_text_type() const { return holds_text(type_.name); }

  // TEXT(n) is the smallest type for n characters; a VARCHAR that is too long (outside strict mode) becomes one.
  void resolve_text_size() {
    const std::uint64_t width = is_text_type() ? most_bytes_a_character(collation_) : 1;
    const bool is_var = is_one_of(type_.name, {"varchar", "varbinary"});
    if (is_var && type_.length.value_or(0) * width > kMaxVarcharBytes) {
      type_.name = is_text_type() ? "text" : "blob";
    } else if (!is_one_of(type_.name, {"text", "blob"})) {
      return;
    }
    if (!type_.length) return;
    const TextType& fitting = text_for(*type_.length * width);
    type_.name = type_.name == "text" ? fitting.text : fitting.blob;
    type_.length.reset();
  }

  std::string column_type() const {
    const std::string& name = type_.name;
    const auto integer = std::find_if(kIntegers.begin(), kIntegers.end(),
                                      [&](const IntegerType& type) { return type.name == name; });
    if (integer != kIntegers.end()) return integer_type(*integer);
    if (name == "float" || name == "double") {
      std::string text = name;
      if (type_.length && type_.decimals) {
        text += "(" + std::to_string(*type_.length) + "," + std::to_string(*type_.decimals) + ")";
      }
      return text + sign_and_fill(type_);
    }
    if (name == "decimal") {
      return "decimal(" + std::to_string(precision()) + "," +
             std::to_string(type_.decimals.value_or(0)) + ")" + sign_and_fill(type_);
    }
    if (name == "year") return shows_width() ? "year(4)" : "year";
    if (name == "bit" || is_one_of(name, {"char", "binary"})) {
      return name + in_brackets(type_.length.value_or(1));
    }
    if (is_one_of(name, {"varchar", "varbinary"}))
      return name + in_brackets(type_.length.value_or(0));
    if (is_one_of(name, {"time", "datetime", "timestamp"})) {
      const std::uint32_t digits = type_.length.value_or(0);
      return digits == 0 ? name : name + in_brackets(digits);
    }
    if (name == "vector") return name + in_brackets(type_.length.value_or(2048));
    if (name == "enum" || name == "set") return name + labels();
    if (name == "geomcollection" && context_.server_version < kDataDictionarySince) {
      return "geometrycollection";
    }
    return name;
  }

  bool shows_width() const { return context_.server_version < kNoDisplayWidthSince; }

  std::string integer_type(const IntegerType& type) const {
    const bool is_unsigned = type_.is_unsigned || type_.zerofill;
    const unsigned width =
        type_.length.value_or(is_unsigned ? type.unsigned_width : type.signed_width);
    // The width of a boolean, and the number of zeros, mean something and are always shown.
    const bool is_boolean = type.name == "tinyint" && type_.length == 1 && !is_unsigned;
    std::string text(type.name);
    if (shows_width() || is_boolean || type_.zerofill) text += in_brackets(width);
    return text + sign_and_fill(type_);
  }

  // SET removes blanks at the end of its labels, and so does ENUM, but for binary ones.
  std::string labels() const {
    std::string text = "(";
    for (std::size_t i = 0; i < type_.labels.size(); ++i) {
      std::string_view label = type_.labels[i];
      if (collation_ != kBinaryCollation) label = label.substr(0, label.find_last_not_of(' ') + 1);
      if (i > 0) text += ',';
      text += quoted_label(label);
    }
    return text + ")";
  }

  std::uint32_t precision() const {
    // DECIMAL(0) is DECIMAL.
    const std::uint32_t said = type_.length.value_or(0);
    return said == 0 ? 10 : said;
  }

  void set_sizes(InformationSchemaColumn& out) const {
    if (type_.name == "decimal") {
      out.numeric_precision = precision();
      out.numeric_scale = type_.decimals.value_or(0);
    } else if (type_.name == "bit") {
      out.numeric_precision = type_.length.value_or(1);
    } else if (is_one_of(type_.name, {"time", "datetime", "timestamp"})) {
      out.datetime_precision = type_.length.value_or(0);
    } else if (is_one_of(type_.name, {"char", "binary"})) {
      out.character_octet_length = type_.length.value_or(1) * character_bytes();
    } else if (is_one_of(type_.name, {"varchar", "varbinary"})) {
      out.character_octet_length = type_.length.value_or(0) * character_bytes();
    }
  }

  std::uint64_t character_bytes() const {
    return is_text_type() ? most_bytes_a_character(collation_) : 1;
  }

  bool is_nullable() const {
    if (definition_.is_primary_key) return false;
    if (definition_.nullable) return *definition_.nullable;
    return type_.name != "timestamp" || context_.explicit_timestamp_defaults ||
           definition_.is_generated;
  }

  std::string extra() const {
    std::string text;
    if (definition_.is_auto_increment) text += " auto_increment";
    if (definition_.is_generated) {
      text += definition_.is_stored ? " STORED GENERATED" : " VIRTUAL GENERATED";
    }
    if (definition_.visible == false) text += " INVISIBLE";
    return text;
  }

  const ddl::ColumnDefinition& definition_;
  ddl::ColumnTypeClause type_;
  const StatementContext& context_;
  std::uint32_t collation_ = 0;
};

}  // namespace

Result<std::uint32_t> resolve_collation(const ddl::CharsetClause& clause, std::uint32_t inherited,
                                        const StatementContext& context) {
  const charset::Charset* set = nullptr;
  if (!clause.charset.empty() && clause.charset != "default") {
    set = charset::find_charset(clause.charset);
    if (set == nullptr)
      return definite_error("the character set " + clause.charset + " is not known");
  }
  std::uint32_t collation = inherited;
  if (set != nullptr) collation = default_collation_of(*set, context);
  if (!clause.collation.empty() && clause.collation != "default") {
    const charset::CollationInfo* info = charset::find_collation(clause.collation);
    if (info == nullptr)
      return definite_error("the collation " + clause.collation + " is not known");
    collation = info->id;
  } else if (clause.binary) {
    if (set == nullptr) set = charset_of(inherited);
    if (set == nullptr) return definite_error("BINARY of a character set that is not known");
    const auto* info = charset::find_collation(std::string(set->name()) + "_bin");
    if (info != nullptr) collation = info->id;
  }
  return collation;
}

Result<Column> column_from_definition(const ddl::ColumnDefinition& definition,
                                      std::uint32_t table_collation,
                                      const StatementContext& context) {
  MILLRACE_ASSIGN_OR_RETURN(const InformationSchemaColumn described,
                            Describer(definition, context).describe(table_collation));
  return column_from_information_schema(described);
}

Column converted_column(const Column& column, std::uint32_t collation,
                        const StatementContext& context) {
  if (column.collation == 0 || column.collation == kBinaryCollation) return column;
  const std::uint64_t before = most_bytes_a_character(column.collation);
  const std::uint64_t after = most_bytes_a_character(collation);
  ddl::ColumnDefinition definition;
  definition.name = column.name;
  definition.nullable = column.is_nullable;
  definition.is_generated = column.is_generated;
  definition.visible = column.is_visible;
  definition.comment = column.comment;
  definition.type.labels = column.labels;
  definition.type.name = column.column_type.substr(0, column.column_type.find('('));
  if (const TextType* text = find_text(definition.type.name)) {
    definition.type.name = text_for(text->most_bytes / before * after).text;
  } else if (!is_enum_or_set(column)) {
    definition.type.length = static_cast<std::uint32_t>(column.length / before);
  }
  auto converted = column_from_definition(definition, collation, context);
  if (!converted) return column;  // its type was understood once
  converted->default_value = column.default_value;
  converted->is_generated = column.is_generated;
  return *std::move(converted);
}

}  // namespace millrace::schema

#include "encode/column_plan.h"

#include "encode/json_writer.h"

namespace millrace::encode {
namespace {

using schema::Column;
using schema::ColumnType;

constexpr std::uint32_t kBinaryCollation = 63;

std::string quoted(std::string_view utf8) {
  JsonWriter writer;
  writer.quoted(utf8);
  return std::string(writer.written_since(0));
}

std::string without_quotes(const std::string& text) { return text.substr(1, text.size() - 2); }

TextForm text_form_of(const Column& column, bool as_bytes) {
  if (as_bytes || column.collation == kBinaryCollation) return TextForm::kBytes;
  if (column.charset == nullptr || column.charset->is_utf8()) return TextForm::kUtf8;
  if (column.charset->is_binary()) return TextForm::kBytes;
  return column.charset->ascii_compatible() ? TextForm::kAsciiFirst : TextForm::kConverted;
}

bool holds_bytes(const Column& column, TextForm form) {
  switch (column.type) {
    case ColumnType::kVarchar:
    case ColumnType::kVarString:
    case ColumnType::kString:
    case ColumnType::kBlob:
      return form == TextForm::kBytes;
    default:
      return false;
  }
}

// Only where consumers expect a string anyway does a placeholder do no harm; a number, a date or an object that isn't
// there is left out.
bool is_string(const Column& column) {
  switch (column.type) {
    case ColumnType::kVarchar:
    case ColumnType::kVarString:
    case ColumnType::kString:
    case ColumnType::kBlob:
    case ColumnType::kEnum:
    case ColumnType::kSet:
    case ColumnType::kJson:
      return true;
    default:
      return false;
  }
}

std::string placeholder_of(const Column& column, TextForm form, const std::string& placeholder) {
  if (!holds_bytes(column, form)) return quoted(placeholder);
  JsonWriter writer;
  writer.quoted_base64(placeholder);
  return std::string(writer.written_since(0));
}

std::vector<std::string> labels_of(const Column& column) {
  std::vector<std::string> labels;
  if (column.labels.empty()) return labels;
  if (column.type == ColumnType::kEnum) labels.push_back("\"\"");
  for (const std::string& label : column.labels) {
    const std::string text = quoted(label);
    labels.push_back(column.type == ColumnType::kEnum ? text : without_quotes(text));
  }
  return labels;
}

}  // namespace

ColumnPlan make_column_plan(const Column& column, bool as_bytes, const EncoderOptions& options) {
  ColumnPlan plan;
  plan.column = &column;
  plan.name = ',' + quoted(column.name) + ':';
  plan.charset = column.charset != nullptr ? column.charset : charset::find_charset("utf8mb4");
  plan.text_form = text_form_of(column, as_bytes);
  if (!options.unavailable_placeholder.empty() && is_string(column)) {
    plan.absent =
        plan.name + placeholder_of(column, plan.text_form, options.unavailable_placeholder);
  }
  plan.is_nullable = column.is_nullable;
  plan.is_point = column.type == ColumnType::kGeometry && column.geometry_type == 1;
  plan.widens_float = column.type == ColumnType::kFloat &&
                      column.column_type.starts_with("float(") &&
                      column.column_type.find(',') != std::string::npos;
  plan.adjusts_years = options.enable_time_adjuster;
  if (column.type == ColumnType::kTime2 || column.type == ColumnType::kDatetime2 ||
      column.type == ColumnType::kTimestamp2) {
    plan.fraction_digits = column.length > 6 ? 6 : column.length;
  }
  if (column.type == ColumnType::kString && plan.text_form == TextForm::kBytes && !as_bytes) {
    plan.padded_size = column.length;
  }
  plan.labels = labels_of(column);
  return plan;
}

}  // namespace millrace::encode

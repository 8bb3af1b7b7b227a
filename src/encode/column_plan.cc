#include "encode/column_plan.h"

#include "encode/avro_name.h"
#include "encode/json_writer.h"
#include "millrace/base/assert.h"
#include "millrace/schema/source_type.h"

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

std::string placeholder_of(Form form, const std::string& placeholder) {
  JsonWriter writer;
  switch (form) {
    case Form::kBytes:
      writer.quoted_base64(placeholder);
      break;
    case Form::kBase64UrlSafe:
      writer.quoted_base64_url_safe(placeholder);
      break;
    case Form::kHex:
      writer.quoted_hex(placeholder);
      break;
    default:
      writer.quoted(placeholder);
  }
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

Form decimal_form(DecimalMode mode, const ConverterOptions& converter) {
  switch (mode) {
    case DecimalMode::kPrecise:
      return converter.decimal_as_number ? Form::kDecimalNumber : Form::kDecimalBytes;
    case DecimalMode::kString:
      return Form::kDecimalText;
    case DecimalMode::kDouble:
      return Form::kDecimalDouble;
  }
  MILLRACE_ASSERT(false, "decimal mode of no kind");
}

Form bigint_form(const Column& column, const ValueModes& modes, const ConverterOptions& converter) {
  if (!column.is_unsigned) return Form::kInteger;
  if (!modes.precise_unsigned_bigint) return Form::kUnsignedLong;
  return converter.decimal_as_number ? Form::kUnsignedNumber : Form::kUnsignedBytes;
}

Form float_form(const Column& column) {
  const bool has_decimals =
      column.column_type.starts_with("float(") && column.column_type.find(',') != std::string::npos;
  return has_decimals ? Form::kWidenedFloat : Form::kFloat;
}

Form bytes_form(BinaryMode mode) {
  switch (mode) {
    case BinaryMode::kBytes:
    case BinaryMode::kBase64:
      return Form::kBytes;
    case BinaryMode::kBase64UrlSafe:
      return Form::kBase64UrlSafe;
    case BinaryMode::kHex:
      return Form::kHex;
  }
  MILLRACE_ASSERT(false, "binary mode of no kind");
}

Form time_form(TimePrecision precision) {
  switch (precision) {
    case TimePrecision::kAdaptive:
    case TimePrecision::kMicroseconds:
      return Form::kInteger;
    case TimePrecision::kConnect:
      return Form::kTimeMilliseconds;
    case TimePrecision::kNanoseconds:
      return Form::kTimeNanoseconds;
    case TimePrecision::kIsoString:
      return Form::kIsoTime;
  }
  MILLRACE_ASSERT(false, "time precision of no kind");
}

Form datetime_form(TimePrecision precision, unsigned fraction_digits) {
  constexpr unsigned kMillisecondDigits = 3;
  switch (precision) {
    case TimePrecision::kAdaptive:
      return fraction_digits > kMillisecondDigits ? Form::kDatetimeMicroseconds
                                                  : Form::kDatetimeMilliseconds;
    case TimePrecision::kConnect:
      return Form::kDatetimeMilliseconds;
    case TimePrecision::kMicroseconds:
      return Form::kDatetimeMicroseconds;
    case TimePrecision::kNanoseconds:
      return Form::kDatetimeNanoseconds;
    case TimePrecision::kIsoString:
      return Form::kIsoDatetime;
  }
  MILLRACE_ASSERT(false, "time precision of no kind");
}

Form form_of(const ColumnPlan& plan, const ValueModes& modes, const ConverterOptions& converter) {
  const Column& column = *plan.column;
  switch (column.type) {
    case ColumnType::kLongLong:
      return bigint_form(column, modes, converter);
    case ColumnType::kFloat:
      return float_form(column);
    case ColumnType::kDouble:
      return Form::kDouble;
    case ColumnType::kNewDecimal:
      return decimal_form(modes.decimal, converter);
    case ColumnType::kBit:
      return column.length == 1 ? Form::kBit : Form::kBits;
    case ColumnType::kVarchar:
    case ColumnType::kVarString:
    case ColumnType::kString:
    case ColumnType::kBlob:
      return plan.text_form == TextForm::kBytes ? bytes_form(modes.binary) : Form::kText;
    case ColumnType::kEnum:
      return Form::kEnum;
    case ColumnType::kSet:
      return Form::kSet;
    case ColumnType::kJson:
      return Form::kJson;
    case ColumnType::kDate:
      return modes.time == TimePrecision::kIsoString ? Form::kIsoDate : Form::kDate;
    case ColumnType::kTimeOld:
    case ColumnType::kTime2:
      return time_form(modes.time);
    case ColumnType::kDatetimeOld:
    case ColumnType::kDatetime2:
      return datetime_form(modes.time, plan.fraction_digits);
    case ColumnType::kTimestampOld:
    case ColumnType::kTimestamp2:
      return Form::kTimestamp;
    case ColumnType::kGeometry:
      return column.geometry_type == 1 ? Form::kPoint : Form::kGeometry;
    case ColumnType::kVector:
      return Form::kVector;
    case ColumnType::kTiny:
    case ColumnType::kShort:
    case ColumnType::kInt24:
    case ColumnType::kLong:
    case ColumnType::kYear:
    case ColumnType::kDecimalOld:  // these two no row image holds
    case ColumnType::kNull:
      return Form::kInteger;
  }
  MILLRACE_ASSERT(false, "column of no type");
}

// Debezium masks what JDBC calls characters: text, ENUM and SET, not JSON.
bool is_character_form(Form form) {
  return form == Form::kText || form == Form::kEnum || form == Form::kSet;
}

// It cuts whatever ends as a string or as bytes, BIT and precise decimals aside.
bool is_string_form(Form form) {
  switch (form) {
    case Form::kText:
    case Form::kBytes:
    case Form::kBase64UrlSafe:
    case Form::kHex:
    case Form::kEnum:
    case Form::kSet:
    case Form::kJson:
    case Form::kDecimalText:
    case Form::kIsoDate:
    case Form::kIsoTime:
    case Form::kIsoDatetime:
    case Form::kTimestamp:
      return true;
    default:
      return false;
  }
}

std::string_view no_date_of(Form form, bool is_nullable) {
  if (is_nullable) return "null";
  switch (form) {
    case Form::kIsoDate:
      return "\"1970-01-01Z\"";
    case Form::kIsoDatetime:
    case Form::kTimestamp:
      return "\"1970-01-01T00:00:00Z\"";
    default:
      return "0";
  }
}

}  // namespace

ColumnPlan make_column_plan(const Column& column, std::size_t index,
                            const change::ColumnTreatment& treatment, const EncoderOptions& options,
                            const ConverterOptions& converter) {
  const bool as_bytes = treatment.as_bytes;
  ColumnPlan plan;
  plan.column = &column;
  plan.index = index;
  plan.field_name = adjust_field_name(column.name, options.field_names);
  plan.name = ',' + quoted(plan.field_name) + ':';
  plan.charset = column.charset != nullptr ? column.charset : charset::find_charset("utf8mb4");
  plan.text_form = text_form_of(column, as_bytes);
  plan.is_nullable = column.is_nullable;
  plan.adjusts_years = options.enable_time_adjuster;
  if (column.type == ColumnType::kTime2 || column.type == ColumnType::kDatetime2 ||
      column.type == ColumnType::kTimestamp2) {
    plan.fraction_digits = column.length > 6 ? 6 : column.length;
  }
  if (column.type == ColumnType::kString && plan.text_form == TextForm::kBytes && !as_bytes) {
    plan.padded_size = column.length;
  }
  plan.labels = labels_of(column);
  plan.form = treatment.as_boolean ? Form::kBoolean : form_of(plan, options.values, converter);
  plan.unmasked = plan.form;
  plan.no_date = no_date_of(plan.form, plan.is_nullable);
  if (!options.unavailable_placeholder.empty() && is_string(column)) {
    plan.absent = plan.name + placeholder_of(plan.form, options.unavailable_placeholder);
  }
  return plan;
}

void mask_column(const change::ColumnMask& mask, const ValueModes& modes, ColumnPlan& plan) {
  using Kind = change::ColumnMask::Kind;
  const auto length = schema::source_type_length(*plan.column);
  switch (mask.kind) {
    case Kind::kNone:
      return;
    case Kind::kAsterisks:
      if (!is_character_form(plan.form)) return;
      plan.form = Form::kAsterisks;
      plan.asterisks = '"' + std::string(mask.length, '*') + '"';
      plan.is_null_hidden = true;
      return;
    case Kind::kTruncate:
      if (length && *length <= mask.length) return;
      if (!is_string_form(plan.form)) return;
      plan.form = Form::kTruncated;
      plan.truncate_to = mask.length;
      plan.cuts_bytes = plan.unmasked == Form::kBytes && modes.binary == BinaryMode::kBytes;
      return;
    case Kind::kHash:
      if (!is_character_form(plan.form)) return;
      plan.form = Form::kHashed;
      // Of a CHAR(0) nothing would be left.
      plan.hash = std::make_shared<const TextHash>(mask, length == 0U ? std::nullopt : length);
      return;
  }
}

}  // namespace millrace::encode

// The properties of a source that decide what keys, columns and values look like.

#include "config/property_table.h"

namespace millrace::config {
namespace {

constexpr Support kYes = Support::kImplemented;

const Choices<DecimalMode>& decimal_modes() {
  static const Choices<DecimalMode> choices = {{"precise", DecimalMode::kPrecise},
                                               {"string", DecimalMode::kString},
                                               {"double", DecimalMode::kDouble}};
  return choices;
}

const Choices<BinaryMode>& binary_modes() {
  static const Choices<BinaryMode> choices = {{"bytes", BinaryMode::kBytes},
                                              {"base64", BinaryMode::kBase64},
                                              {"base64-url-safe", BinaryMode::kBase64UrlSafe},
                                              {"hex", BinaryMode::kHex}};
  return choices;
}

const Choices<TimePrecision>& time_precisions() {
  static const Choices<TimePrecision> choices = {
      {"adaptive_time_microseconds", TimePrecision::kAdaptiveTimeMicroseconds},
      {"connect", TimePrecision::kConnect},
      {"microseconds", TimePrecision::kMicroseconds},
      {"nanoseconds", TimePrecision::kNanoseconds},
      {"isostring", TimePrecision::kIsoString}};
  return choices;
}

PropertyTable<SourceConfig> mode_properties() {
  using S = SourceConfig;
  const Choices<bool> bigint_modes = {{"long", false}, {"precise", true}};
  const Choices<bool> decimal_formats = {{"BASE64", false}, {"NUMERIC", true}};
  return {
      {"decimal.handling.mode", kYes, "precise",
       "DECIMAL: precise (base64 of the unscaled value), string, or double (loses digits)",
       choice(&S::values, &ValueConfig::decimal, decimal_modes())},
      {"bigint.unsigned.handling.mode", kYes, "long",
       "BIGINT UNSIGNED: long (negative above 9223372036854775807), or precise (as a "
       "DECIMAL(20,0))",
       choice(&S::values, &ValueConfig::precise_unsigned_bigint, bigint_modes)},
      {"binary.handling.mode", kYes, "bytes",
       "BINARY, VARBINARY and BLOB: bytes, base64 (the same text without a schema), "
       "base64-url-safe or hex",
       choice(&S::values, &ValueConfig::binary, binary_modes())},
      {"time.precision.mode", kYes, "adaptive_time_microseconds",
       "DATE, TIME and DATETIME: adaptive_time_microseconds, connect (milliseconds), microseconds, "
       "nanoseconds or isostring; Debezium has no `adaptive` for MySQL",
       choice(&S::values, &ValueConfig::time, time_precisions())},
      {"key.converter.decimal.format", kYes, "BASE64",
       "precise decimals in keys: BASE64, or NUMERIC (a number with all digits)",
       choice(&S::key_converter, &ConverterConfig::decimal_as_number, decimal_formats)},
      {"value.converter.decimal.format", kYes, "BASE64",
       "precise decimals in values: BASE64, or NUMERIC (a number with all digits)",
       choice(&S::value_converter, &ConverterConfig::decimal_as_number, decimal_formats)},
  };
}

const Choices<NameAdjustment>& name_adjustments() {
  static const Choices<NameAdjustment> choices = {{"none", NameAdjustment::kNone},
                                                  {"avro", NameAdjustment::kAvro},
                                                  {"avro_unicode", NameAdjustment::kAvroUnicode}};
  return choices;
}

PropertyTable<SourceConfig> schema_properties() {
  using S = SourceConfig;
  return {
      {"key.converter.schemas.enable", kYes, "false",
       "keys as `{\"schema\":...,\"payload\":...}`; true where `key.converter` is named and this "
       "is "
       "not, as is the converter's default",
       boolean(&S::key_converter, &ConverterConfig::schemas_enable)},
      {"value.converter.schemas.enable", kYes, "false",
       "values as `{\"schema\":...,\"payload\":...}`; true where `value.converter` is named and "
       "this "
       "is not, as is the converter's default",
       boolean(&S::value_converter, &ConverterConfig::schemas_enable)},
      {"include.schema.comments", kYes, "false", "the columns' comments in schemas",
       boolean(&S::schema_comments)},
      {"column.propagate.source.type", kYes, "",
       "regular expressions of `database.table.column`: columns whose schema shows their type",
       patterns(&S::columns, &ColumnConfig::source_types)},
      {"datatype.propagate.source.type", kYes, "",
       "regular expressions of `database.table.TYPE`: the same by type",
       patterns(&S::columns, &ColumnConfig::source_datatypes)},
      {"schema.name.adjustment.mode", kYes, "none",
       "names of schemas: none, avro (`_` for what Avro doesn't allow) or avro_unicode",
       choice(&S::schema_names, name_adjustments())},
      {"field.name.adjustment.mode", kYes, "none",
       "names of fields, with and without schemas: none, avro or avro_unicode",
       choice(&S::field_names, name_adjustments())},
  };
}

}  // namespace

PropertyTable<SourceConfig> value_properties() {
  PropertyTable<SourceConfig> all = mode_properties();
  for (Property<SourceConfig>& p : schema_properties()) all.push_back(std::move(p));
  return all;
}

}  // namespace millrace::config

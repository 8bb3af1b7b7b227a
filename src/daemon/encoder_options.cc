#include "daemon/encoder_options.h"

#include <algorithm>

#include "millrace/base/assert.h"
#include "millrace/base/clock.h"
#include "millrace/daemon/version.h"
#include "millrace/gtid/gtid_set.h"

namespace millrace::daemon {
namespace {

encode::InvalidText invalid_text_of(config::InvalidText from) {
  switch (from) {
    case config::InvalidText::kReplace:
      return encode::InvalidText::kReplace;
    case config::InvalidText::kBase64:
      return encode::InvalidText::kBase64;
    case config::InvalidText::kFail:
      return encode::InvalidText::kFail;
  }
  MILLRACE_ASSERT(false, "charset.invalid of no kind");
}

encode::DecimalMode decimal_mode_of(config::DecimalMode from) {
  switch (from) {
    case config::DecimalMode::kPrecise:
      return encode::DecimalMode::kPrecise;
    case config::DecimalMode::kString:
      return encode::DecimalMode::kString;
    case config::DecimalMode::kDouble:
      return encode::DecimalMode::kDouble;
  }
  MILLRACE_ASSERT(false, "decimal.handling.mode of no kind");
}

encode::BinaryMode binary_mode_of(config::BinaryMode from) {
  switch (from) {
    case config::BinaryMode::kBytes:
      return encode::BinaryMode::kBytes;
    case config::BinaryMode::kBase64:
      return encode::BinaryMode::kBase64;
    case config::BinaryMode::kBase64UrlSafe:
      return encode::BinaryMode::kBase64UrlSafe;
    case config::BinaryMode::kHex:
      return encode::BinaryMode::kHex;
  }
  MILLRACE_ASSERT(false, "binary.handling.mode of no kind");
}

encode::TimePrecision time_precision_of(config::TimePrecision from) {
  switch (from) {
    case config::TimePrecision::kAdaptiveTimeMicroseconds:
      return encode::TimePrecision::kAdaptive;
    case config::TimePrecision::kConnect:
      return encode::TimePrecision::kConnect;
    case config::TimePrecision::kMicroseconds:
      return encode::TimePrecision::kMicroseconds;
    case config::TimePrecision::kNanoseconds:
      return encode::TimePrecision::kNanoseconds;
    case config::TimePrecision::kIsoString:
      return encode::TimePrecision::kIsoString;
  }
  MILLRACE_ASSERT(false, "time.precision.mode of no kind");
}

encode::ConverterOptions converter_of(const config::ConverterConfig& from) {
  return {.schemas_enable = from.schemas_enable, .decimal_as_number = from.decimal_as_number};
}

encode::NameAdjustment adjustment_of(config::NameAdjustment from) {
  switch (from) {
    case config::NameAdjustment::kNone:
      return encode::NameAdjustment::kNone;
    case config::NameAdjustment::kAvro:
      return encode::NameAdjustment::kAvro;
    case config::NameAdjustment::kAvroUnicode:
      return encode::NameAdjustment::kAvroUnicode;
  }
  MILLRACE_ASSERT(false, "name adjustment of no kind");
}

change::ColumnMask::Kind mask_kind_of(config::MaskKind from) {
  switch (from) {
    case config::MaskKind::kTruncate:
      return change::ColumnMask::Kind::kTruncate;
    case config::MaskKind::kAsterisks:
      return change::ColumnMask::Kind::kAsterisks;
    case config::MaskKind::kHash:
      return change::ColumnMask::Kind::kHash;
  }
  MILLRACE_ASSERT(false, "column mask of no kind");
}

// Where several name a column Debezium takes the first in this order: truncate, mask, hash, the newer hash.
bool comes_first(const config::ColumnMaskConfig& a, const config::ColumnMaskConfig& b) {
  if (a.kind != b.kind) return a.kind < b.kind;
  return a.is_serialized && !b.is_serialized;
}

}  // namespace

encode::EncoderOptions encoder_options(const config::SourceConfig& source) {
  encode::EncoderOptions options;
  options.logical_name = source.topic_prefix;
  options.version = kVersion;
  options.tombstones_on_delete = source.tombstones_on_delete;
  options.extended_headers = source.extended_headers;
  options.connector_name = "mysql";
  options.run_id =
      gtid::Uuid::derive(source.name + std::to_string(system_clock().wall_ns())).to_text();
  options.enable_time_adjuster = source.enable_time_adjuster;
  options.unavailable_placeholder = source.unavailable_placeholder;
  options.skip_unchanged = source.skip_unchanged;
  options.json_mysql_form = source.json_mysql_form;
  options.invalid_text = invalid_text_of(source.invalid_text);
  options.null_for_failures = source.unconvertible != config::FailureMode::kFail;
  options.values.decimal = decimal_mode_of(source.values.decimal);
  options.values.precise_unsigned_bigint = source.values.precise_unsigned_bigint;
  options.values.binary = binary_mode_of(source.values.binary);
  options.values.time = time_precision_of(source.values.time);
  options.key_converter = converter_of(source.key_converter);
  options.value_converter = converter_of(source.value_converter);
  options.schema_names = adjustment_of(source.schema_names);
  options.field_names = adjustment_of(source.field_names);
  options.schema_comments = source.schema_comments;
  const config::MetadataConfig& metadata = source.metadata;
  const std::string& delimiter = metadata.topic_delimiter;
  options.heartbeat_topic = metadata.heartbeat_topic.empty()
                                ? metadata.heartbeat_prefix + delimiter + source.topic_prefix
                                : metadata.heartbeat_topic;
  if (metadata.schema_changes) options.schema_change_topic = source.topic_prefix;
  if (metadata.transactions) {
    options.transaction_topic = source.topic_prefix + delimiter + metadata.transaction_topic;
  }
  return options;
}

Result<std::shared_ptr<const encode::TransformChain>> transform_chain(
    const config::SourceConfig& source) {
  if (source.transforms.empty()) return std::shared_ptr<const encode::TransformChain>();
  encode::TransformSpecs specs;
  specs.json_headers = source.json_headers;
  specs.value_schemas = source.value_converter.schemas_enable;
  for (const config::TransformConfig& transform : source.transforms) {
    specs.transforms.push_back(
        {transform.name, transform.type, transform.options, transform.predicate, transform.negate});
  }
  for (const config::PredicateConfig& predicate : source.predicates)
    specs.predicates.push_back({predicate.name, predicate.type, predicate.options});
  return encode::TransformChain::compile(specs);
}

transform::ColumnRulesOptions column_rules(const config::SourceConfig& source) {
  const config::ColumnConfig& columns = source.columns;
  transform::ColumnRulesOptions options;
  options.include = columns.include;
  options.exclude = columns.exclude;
  options.bytes = source.bytes_columns;
  options.source_types = columns.source_types;
  options.source_datatypes = columns.source_datatypes;
  options.key_columns = columns.key_columns;
  std::vector<config::ColumnMaskConfig> masks = columns.masks;
  std::stable_sort(masks.begin(), masks.end(), comes_first);
  for (const config::ColumnMaskConfig& mask : masks) {
    options.masks.push_back({mask.columns,
                             {.kind = mask_kind_of(mask.kind),
                              .length = mask.length,
                              .algorithm = mask.algorithm,
                              .salt = mask.salt,
                              .is_serialized = mask.is_serialized}});
  }
  for (const config::BooleanConverterConfig& boolean : columns.booleans)
    options.booleans.push_back({boolean.columns, boolean.checks_length});
  return options;
}

}  // namespace millrace::daemon

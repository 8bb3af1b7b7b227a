#pragma once

// What a source's configuration says about its events, in the words of those who make them.

#include "millrace/config/config.h"
#include "millrace/encode/debezium_encoder.h"
#include "millrace/transform/column_rules.h"

namespace millrace::daemon {

// With a new run id.
encode::EncoderOptions encoder_options(const config::SourceConfig& source);

// The source's transforms, compiled; null: none. An error names the property.
Result<std::shared_ptr<const encode::TransformChain>> transform_chain(
    const config::SourceConfig& source);
transform::ColumnRulesOptions column_rules(const config::SourceConfig& source);

}  // namespace millrace::daemon

#pragma once

// What a source's configuration says about its events, in the encoder's words.

#include "millrace/config/config.h"
#include "millrace/encode/debezium_encoder.h"

namespace millrace::daemon {

// With a new run id.
encode::EncoderOptions encoder_options(const config::SourceConfig& source);

}  // namespace millrace::daemon

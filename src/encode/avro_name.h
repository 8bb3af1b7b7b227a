#pragma once

// Names as Avro allows them, for schema.name.adjustment.mode and field.name.adjustment.mode. Pure.

#include <string>
#include <string_view>

#include "millrace/encode/debezium_encoder.h"

namespace millrace::encode {

// A schema's name: letters, digits, dots, and underscores that stand for the rest.
std::string adjust_schema_name(std::string_view utf8, NameAdjustment mode);
// A field's name: the same without dots.
std::string adjust_field_name(std::string_view utf8, NameAdjustment mode);
// _u and the number of the first character, in UTF-16.
std::string unicode_replacement(std::string_view utf8);

}  // namespace millrace::encode

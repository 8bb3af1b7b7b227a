#pragma once

// The name of a field, or the way to one inside of others. Pure.

#include <string>
#include <string_view>
#include <vector>

#include "millrace/base/result.h"

namespace millrace::encode {

// A name each step.
using FieldPath = std::vector<std::string>;

// Kafka Connect's field.syntax.version: V1 is a name as it stands. In V2 dots lead inside, backticks around a step
// keep its dots, and a backtick of the name itself has a backslash before it.
Result<FieldPath> parse_field_path(std::string_view text, bool is_v2);

}  // namespace millrace::encode

#pragma once

// A column's type as its definition names it: what Debezium's DDL parser keeps of "decimal(10,2) unsigned" is the name
// DECIMAL UNSIGNED, the length 10 and the scale 2. Column rules match the name, masks are cut to the length, and schemas
// can show all three. Taken from the catalog's text where that is known, else worked out from what a TABLE_MAP says.
// Pure.

#include <cstdint>
#include <optional>
#include <string>

#include "millrace/schema/table_schema.h"

namespace millrace::schema {

// In upper case, without what stands in brackets: "INT UNSIGNED", "VARCHAR".
std::string source_type_name(const Column& column);

// The first number in brackets: characters of a CHAR, digits of a DECIMAL or of a fraction. An ENUM has 1, a SET what
// all its labels would need at one character each: so Debezium counts.
std::optional<std::uint32_t> source_type_length(const Column& column);

// The second.
std::optional<std::uint32_t> source_type_scale(const Column& column);

}  // namespace millrace::schema

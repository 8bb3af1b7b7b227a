#pragma once

// A SchemaChange as one line, for tables of expectations: "alter s.t: add c int unsigned notnull
// after b; drop d". Everything that is said is printed and nothing that isn't, so two changes
// differ when their lines do. A name is quoted by backticks unless it is a plain word; a text by
// apostrophes, with control bytes as \x00.

#include <optional>
#include <string>

#include "millrace/ddl/schema_change.h"

namespace millrace::testing {

// "nothing" for a statement that changes no shape.
std::string to_text(const std::optional<ddl::SchemaChange>& change);

}  // namespace millrace::testing

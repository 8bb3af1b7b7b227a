#pragma once

// Binary JSON to text, in one of two forms. kDebezium is what Debezium's streaming prints: no
// spaces, doubles that Java would print with an exponent as their exact decimal expansion,
// fractions of seconds without trailing zeros, other types' bytes in base64 (and, unlike it, the
// sign of a negative TIME). kMysql is what the server prints for CAST(... AS CHAR). Pure; an error
// is definite.

#include <string>
#include <string_view>

#include "millrace/base/result.h"

namespace millrace::row {

enum class JsonTextForm : std::uint8_t { kDebezium, kMysql };

Status append_json_text(std::string_view document, JsonTextForm form, std::string& out);

}  // namespace millrace::row

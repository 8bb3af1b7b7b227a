#pragma once

// What an event must say about a value: the server's own answer to a SELECT, turned into Debezium's JSON by a mapping
// that shares nothing with the product. docs/event-format.md is the text of the same mapping.

#include <optional>
#include <string>

namespace millrace::testing {

// A column as information_schema describes it.
struct Column {
  std::string name;
  std::string data_type;    // "varchar", "bigint"
  std::string column_type;  // "bigint(20) unsigned zerofill", "enum('a','b')"
  std::string charset;      // of text; empty otherwise
  int fraction_digits = 0;  // of time, datetime and timestamp
  bool nullable = true;
};

// The expression to SELECT so that expected_value() can read the answer: binary and text as hexadecimal digits.
std::string select_expression(const Column& column);

// The value as raw JSON; `answer` is what the server said to select_expression(), in a session whose time zone is
// UTC. Throws on a type it doesn't know.
std::string expected_value(const Column& column, const std::optional<std::string>& answer);

// A JSON document's text as the server prints it, in the form that Debezium gives streamed documents: no spaces,
// doubles with all their digits, temporal values without idle zeros, binary as plain base64.
std::string expected_json_text(const std::string& server_text);

std::string quote_identifier(const std::string& name);
std::string base64(const std::string& bytes);
// A number as text ("-12.50") as Connect's Decimal in JSON: its unscaled value's bytes in base64, without quotes.
std::string decimal_base64(const std::string& number);

}  // namespace millrace::testing

#pragma once

// JSON as text, for tests that hold the product to its very bytes: a message is validated by RapidJSON and then cut
// into raw slices, so that 1.0E20 stays 1.0E20 and an escape stays the escape it is.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::testing {

using JsonMember =
    std::pair<std::string, std::string>;  // name as in the text, without quotes; raw value

// Members of an object, in order. Throws std::runtime_error on text that isn't one valid object.
std::vector<JsonMember> json_members(std::string_view object);
// Elements of an array, raw.
std::vector<std::string> json_elements(std::string_view array);
// The raw value of a member; nothing when it isn't there.
std::optional<std::string> json_member(const std::vector<JsonMember>& members,
                                       std::string_view name);
// What a raw string literal says. Throws on anything else.
std::string json_unquote(std::string_view raw);
// A literal as Kafka Connect's JsonConverter writes it: controls and quotes escaped, what lies above U+FFFF as a pair
// of \u escapes, everything else as UTF-8.
std::string json_quote(std::string_view utf8);

}  // namespace millrace::testing

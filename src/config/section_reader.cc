#include "config/section_reader.h"

#include <algorithm>

namespace millrace::config {
namespace {

constexpr std::string_view kDriverParameter = "database.<driverParameter>";

// Debezium hands database.<x> to the JDBC driver. The driver's names are in camel case and Debezium's own are not; so a
// misspelt database.hostnme is not taken for a driver's parameter.
bool is_driver_parameter(std::string_view key) {
  constexpr std::string_view kPrefix = "database.";
  return key.starts_with(kPrefix) && key.find('.', kPrefix.size()) == std::string_view::npos &&
         std::ranges::any_of(key, [](char c) { return c >= 'A' && c <= 'Z'; });
}

}  // namespace

bool name_matches(std::string_view name, std::string_view key) {
  if (name == key) return true;
  if (name == kDriverParameter) return is_driver_parameter(key);
  return name.ends_with('*') && key.size() >= name.size() &&
         key.starts_with(name.substr(0, name.size() - 1));
}

bool is_accepted(std::string_view accepted, std::string_view value) {
  while (true) {
    const std::size_t bar = std::min(accepted.find('|'), accepted.size());
    if (equals_ignoring_case(accepted.substr(0, bar), trim(value))) return true;
    if (bar == accepted.size()) return false;
    accepted.remove_prefix(bar + 1);
  }
}

std::string or_list(std::string_view accepted) {
  std::string text;
  for (const char c : accepted) text += c == '|' ? std::string(" or ") : std::string(1, c);
  return text;
}

std::vector<WrittenValue> written_values(const YamlNode& mapping, const std::string& file,
                                         Problems& problems) {
  std::vector<WrittenValue> values;
  for (const YamlEntry& entry : mapping.entries) {
    const Place place{file, entry.line};
    switch (entry.value.kind) {
      case YamlNode::Kind::kScalar:
        values.push_back({entry.key, entry.value.text, place});
        break;
      case YamlNode::Kind::kNull:
        problems.error(place, entry.key, "has no value; an empty one is written \"\"");
        break;
      case YamlNode::Kind::kSequence:
        problems.error(place, entry.key,
                       "is a list; write one value, its parts separated by commas");
        break;
      case YamlNode::Kind::kMapping: {
        const std::string inner = entry.value.entries.empty() ? "x" : entry.value.entries[0].key;
        problems.error(place, entry.key,
                       "is a mapping; write its keys with dots: " + entry.key + "." + inner);
        break;
      }
    }
  }
  return values;
}

}  // namespace millrace::config

#pragma once

// Walks a mapping of the configuration by a property table: unknown keys, refused properties, references and values
// that don't fit become problems, each with its line; what fits goes into the target.

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/problems.h"
#include "config/property_table.h"
#include "config/references.h"
#include "config/yaml_tree.h"

namespace millrace::config {

// A scalar of a mapping, as written.
struct WrittenValue {
  std::string_view key;
  std::string_view text;
  Place place;
};

// The scalars of a mapping; anything else in it is a problem.
std::vector<WrittenValue> written_values(const YamlNode& mapping, const std::string& file,
                                         Problems& problems);

// Does `key` match a property's name, which may end with "*"?
bool name_matches(std::string_view name, std::string_view key);

template <typename Target>
const Property<Target>* find_property(const PropertyTable<Target>& table, std::string_view key) {
  const Property<Target>* best = nullptr;
  for (const Property<Target>& property : table) {
    if (property.name == key) return &property;
    if (name_matches(property.name, key) &&
        (best == nullptr || property.name.size() > best->name.size())) {
      best = &property;
    }
  }
  return best;
}

// "is not known", with the nearest name of the table where there is one.
template <typename Target>
std::string unknown_key(const PropertyTable<Target>& table, std::string_view key) {
  std::vector<std::string_view> names;
  for (const Property<Target>& property : table) {
    if (property.name.find_first_of("*<") == std::string_view::npos) names.push_back(property.name);
  }
  const std::string nearest = nearest_name(key, names);
  return nearest.empty() ? "is not known" : "is not known; did you mean " + nearest + "?";
}

// Is `value` one of the values that a kOneValue property accepts?
bool is_accepted(std::string_view accepted, std::string_view value);

// "a|b" as "a or b".
std::string or_list(std::string_view accepted);

// `resolved` is the written value with its references replaced; messages quote only what was written.
template <typename Target>
void take_value(const Property<Target>& property, const WrittenValue& written,
                const std::string& resolved, Target& target, Problems& problems) {
  const std::string quoted = "'" + std::string(written.text) + "' ";
  switch (property.support) {
    case Support::kRefused:
      problems.error(written.place, written.key, property.note);
      return;
    case Support::kOneValue:
      if (is_accepted(property.value, resolved)) return;
      problems.error(written.place, written.key,
                     quoted + "can't be used, only " + or_list(property.value) + ": " +
                         std::string(property.note));
      return;
    case Support::kNoEffect:
      problems.warn(written.place, written.key, "has no effect: " + std::string(property.note));
      break;
    case Support::kImplemented:
      break;
  }
  if (!property.set) return;
  if (const Status taken = property.set(written.key, resolved, target); !taken) {
    problems.error(written.place, written.key, quoted + taken.error().message());
  }
}

// Reads a whole mapping. `resolved_values`, where given, gets every key with its resolved value.
template <typename Target>
void read_section(const YamlNode& mapping, const std::string& file,
                  const PropertyTable<Target>& table, Target& target, Problems& problems,
                  std::map<std::string, std::string>* resolved_values = nullptr) {
  for (const WrittenValue& written : written_values(mapping, file, problems)) {
    const Property<Target>* property = find_property(table, written.key);
    if (property == nullptr) {
      problems.error(written.place, written.key, unknown_key(table, written.key));
      continue;
    }
    // A refused property is refused whatever its reference says.
    const auto resolved = property->support == Support::kRefused
                              ? Result<std::string>(std::string(written.text))
                              : resolve_references(written.text);
    if (!resolved) {
      problems.error(written.place, written.key, resolved.error().message());
      continue;
    }
    if (resolved_values != nullptr) resolved_values->emplace(written.key, *resolved);
    take_value(*property, written, *resolved, target, problems);
  }
}

}  // namespace millrace::config

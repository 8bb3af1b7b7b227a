#include "config/topic_groups_reader.h"

#include <algorithm>

#include "config/references.h"
#include "config/values.h"

namespace millrace::config {
namespace {

constexpr std::string_view kGroups = "topic.creation.groups";

// Without "default", which is always there and always last.
std::vector<std::string> group_names(const YamlNode& source) {
  const YamlEntry* entry = source.find(kGroups);
  if (entry == nullptr) return {};
  std::vector<std::string> names = split_words(entry->value.text);
  std::erase(names, "default");
  return names;
}

std::string prefix_of(const std::string& group) { return "topic.creation." + group + "."; }

Status take_option(std::string_view option, const std::string& value, TopicGroupConfig& group) {
  if (option == "include") {
    MILLRACE_ASSIGN_OR_RETURN(group.include, parse_patterns(value));
  } else if (option == "exclude") {
    MILLRACE_ASSIGN_OR_RETURN(group.exclude, parse_patterns(value));
  } else if (option == "partitions") {
    MILLRACE_ASSIGN_OR_RETURN(const std::int64_t count, parse_integer(value, -1, 1'000'000));
    if (count == 0) return definite_error("is neither -1 (the broker's default) nor 1 or more");
    group.creation.partitions = static_cast<int>(count);
  } else if (option == "replication.factor") {
    MILLRACE_ASSIGN_OR_RETURN(const std::int64_t count, parse_integer(value, -1, 1000));
    if (count == 0) return definite_error("is neither -1 (the broker's default) nor 1 or more");
    group.creation.replication_factor = static_cast<int>(count);
  } else {
    group.creation.settings[std::string(option)] = std::string(trim(value));
  }
  return {};
}

}  // namespace

std::vector<std::string> topic_group_prefixes(const YamlNode& source) {
  std::vector<std::string> prefixes;
  for (const std::string& name : group_names(source)) prefixes.push_back(prefix_of(name));
  return prefixes;
}

void read_topic_groups(const YamlNode& mapping, SourceConfig& source, Problems& problems,
                       std::map<std::string, std::string>& resolved) {
  for (const std::string& name : group_names(mapping)) {
    const Place place{source.file, mapping.find(kGroups)->line};
    const bool is_twice = std::ranges::any_of(
        source.topic_groups, [&](const TopicGroupConfig& known) { return known.name == name; });
    if (is_twice) {
      problems.error(place, kGroups, "names " + name + " twice");
      continue;
    }
    TopicGroupConfig group;
    group.name = name;
    group.creation.partitions = source.topic_creation.partitions;
    group.creation.replication_factor = source.topic_creation.replication_factor;
    const std::string prefix = prefix_of(name);
    for (const YamlEntry& entry : mapping.entries) {
      if (!entry.key.starts_with(prefix)) continue;
      const Place at{source.file, entry.line};
      const auto value = resolve_references(entry.value.text);
      if (!value) {
        problems.error(at, entry.key, value.error().message());
        continue;
      }
      resolved[entry.key] = *value;
      const Status taken =
          take_option(std::string_view(entry.key).substr(prefix.size()), *value, group);
      if (!taken) {
        problems.error(at, entry.key, "'" + entry.value.text + "' " + taken.error().message());
      }
    }
    if (group.include.empty()) {
      problems.error(place, kGroups,
                     "needs " + prefix + "include, regular expressions of the group's topics");
    }
    source.topic_groups.push_back(std::move(group));
  }
}

}  // namespace millrace::config

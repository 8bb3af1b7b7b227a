#pragma once

// topic.creation.groups and topic.creation.<group>.*: how topics are created that don't exist yet, as Kafka Connect has
// it. A topic follows the first group whose include takes it and whose exclude doesn't; else the group default.

#include <map>
#include <string>
#include <vector>

#include "config/problems.h"
#include "config/yaml_tree.h"
#include "millrace/config/config.h"

namespace millrace::config {

// The prefixes of the keys that belong to the groups that a source names: "topic.creation.<group>.".
std::vector<std::string> topic_group_prefixes(const YamlNode& source);

// After topic.creation.default.*, whose partitions and replication factor a group has where it names none.
void read_topic_groups(const YamlNode& mapping, SourceConfig& source, Problems& problems,
                       std::map<std::string, std::string>& resolved);

}  // namespace millrace::config

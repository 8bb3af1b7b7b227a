#pragma once

// What the properties of a snapshot say together (each alone is judged by snapshot_properties.cc): overrides and their
// list, a clone and what belongs to it, properties of a mode that another mode doesn't read.

#include <map>
#include <string>

#include "config/problems.h"
#include "config/yaml_tree.h"
#include "millrace/config/config.h"

namespace millrace::config {

// After the section was read: `resolved` has every property with its references replaced.
void check_snapshot(const YamlNode& mapping, const SourceConfig& source,
                    const std::map<std::string, std::string>& resolved, Problems& problems);

}  // namespace millrace::config

#pragma once

// One source: a mapping of connector properties to a SourceConfig.

#include <string>

#include "config/problems.h"
#include "config/yaml_tree.h"
#include "millrace/config/config.h"

namespace millrace::config {

// `name` is the key or file under which the source stands; empty: its property `name` must say it. Accepts the
// properties themselves, or Kafka Connect's form {"name": ..., "config": {...}}.
SourceConfig read_source(const std::string& name, const YamlNode& node, const Place& place,
                         Problems& problems);

}  // namespace millrace::config

#pragma once

// What a source says about its transforms and predicates: each of the names in `transforms` and `predicates` owns the
// properties that begin with "transforms.<name>." and "predicates.<name>.".

#include <map>
#include <string>

#include "config/problems.h"
#include "config/yaml_tree.h"
#include "millrace/config/config.h"

namespace millrace::config {

// `resolved` gets the values with references replaced.
void read_transforms(const YamlNode& mapping, SourceConfig& source, Problems& problems,
                     std::map<std::string, std::string>& resolved);

}  // namespace millrace::config

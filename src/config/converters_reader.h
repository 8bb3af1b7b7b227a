#pragma once

// `converters: a,b` and what belongs to each: a.type, a.selector, ... Debezium loads Java classes by them; the one that
// turns TINYINT(1) into booleans is built in, any other is refused by its name.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/problems.h"
#include "config/yaml_tree.h"
#include "millrace/config/config.h"

namespace millrace::config {

// The prefixes of keys that belong to names: "a." and "b." of `converters: a,b`.
std::vector<std::string> owned_prefixes(const YamlNode& source, std::string_view owner);

// Adds the converters of a source to it, and what their options resolve to to `resolved`.
void read_converters(const YamlNode& mapping, SourceConfig& source, Problems& problems,
                     std::map<std::string, std::string>& resolved);

}  // namespace millrace::config

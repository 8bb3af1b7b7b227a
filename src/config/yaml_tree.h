#pragma once

// YAML (and so JSON) text as a small tree with lines: what the configuration needs of it and nothing else. Keys that
// stand twice in one mapping are reported; which of two values was meant can't be known. The only file that knows
// yaml-cpp is yaml_tree.cc.

#include <string>
#include <string_view>
#include <vector>

#include "config/problems.h"

namespace millrace::config {

struct YamlEntry;

struct YamlNode {
  enum class Kind { kNull, kScalar, kSequence, kMapping };

  Kind kind = Kind::kNull;
  int line = 0;
  std::string text;                // kScalar
  std::vector<YamlEntry> entries;  // kMapping, in the order of the file

  bool is_mapping() const { return kind == Kind::kMapping; }
  const YamlEntry* find(std::string_view key) const;
};

struct YamlEntry {
  std::string key;
  int line = 0;
  YamlNode value;
};

// Reads one document; what can't be read is a problem and gives a null node. Mappings nest no deeper than a
// configuration does (sources, a source, its "config"): entries below that are left out.
YamlNode parse_yaml(std::string_view text, const std::string& file, Problems& problems);

}  // namespace millrace::config

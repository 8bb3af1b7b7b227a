#pragma once

#include <algorithm>
#include <string>

#include "millrace/config/config.h"

namespace millrace::config {

// A source with these lines beside the required ones; they begin in line 7.
inline Result<Config> parse(const std::string& lines) {
  std::string text =
      "sources:\n  shop:\n    database.hostname: db\n    database.user: cdc\n    topic.prefix: "
      "shop\n"
      "    snapshot.mode: no_data\n";
  std::size_t begin = 0;
  while (begin < lines.size()) {
    const std::size_t end = std::min(lines.find('\n', begin), lines.size());
    text += "    " + lines.substr(begin, end - begin) + "\n";
    begin = end + 1;
  }
  return parse_config(text, "m.yaml");
}

}  // namespace millrace::config

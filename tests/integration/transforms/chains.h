#pragma once

// The chains of transforms that are compared, a connector and a source each.

#include <map>
#include <string>
#include <vector>

namespace millrace::testing {

struct Chain {
  std::string name;
  std::map<std::string, std::string> properties;  // PREFIX stands for the connector's topic.prefix
  std::size_t records = 0;                        // that come out of it
  bool adds_headers = false;

  std::string debezium() const { return "dz_" + name; }
  std::string millrace() const { return "mr_" + name; }
};

const std::vector<Chain>& chains();

}  // namespace millrace::testing

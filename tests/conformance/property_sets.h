#pragma once

// The configurations that the conformance test compares: properties that Debezium and Millrace both get. All run at
// once, a connector and a source each, on one server and one run of the statements.

#include <map>
#include <string>
#include <vector>

namespace millrace::testing {

struct PropertySet {
  std::string name;
  std::map<std::string, std::string> properties;
  bool only_in_long_form = false;

  // Connectors, sources and topics carry these.
  std::string debezium() const { return "dz_" + name; }
  std::string millrace() const { return "mr_" + name; }
};

const std::vector<PropertySet>& property_sets();

}  // namespace millrace::testing

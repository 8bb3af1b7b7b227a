#include "millrace/config/properties.h"

#include "config/property_table.h"

namespace millrace::config {
namespace {

template <typename Target>
void add(std::string_view section, const PropertyTable<Target>& table,
         std::vector<PropertyInfo>& all) {
  for (const Property<Target>& p : table)
    all.push_back({section, p.name, p.support, p.value, p.note});
}

}  // namespace

std::vector<PropertyInfo> known_properties() {
  std::vector<PropertyInfo> all;
  add("daemon", daemon_properties(), all);
  all.push_back({"kafka", "bootstrap.servers", Support::kImplemented, "required",
                 "host:port, separated by commas"});
  all.push_back({"kafka", "*", Support::kImplemented, "",
                 "any property of librdkafka; the sink refuses those that a guarantee stands on, "
                 "such as `acks: 1`"});
  add("sink", sink_properties(), all);
  add("source", source_properties(), all);
  return all;
}

bool is_secret(std::string_view name) {
  for (const std::string_view part :
       {"password", "secret", "jaas.config", "ssl.key.pem", "token"}) {
    if (name.find(part) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace millrace::config

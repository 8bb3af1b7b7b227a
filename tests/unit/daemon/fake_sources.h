#pragma once

// Sources that are only said to exist, for the tests of what is shown about them.

#include <map>
#include <string>

#include "millrace/daemon/status.h"

namespace millrace::daemon {

class FakeSources final : public StatusProvider {
 public:
  struct Source {
    SourceStatus status;
    std::map<std::string, std::string> properties;
  };
  std::map<std::string, Source> sources;

  void add(const std::string& name, SourceState state, std::string trace = "") {
    sources[name].status = {name, state, std::move(trace), "binlog.000001:4", "", {}};
    sources[name].properties = {{"topic.prefix", name},
                                {"database.password", "${env:MYSQL_PASSWORD}"}};
  }

  std::vector<std::string> source_names() const override {
    std::vector<std::string> names;
    for (const auto& [name, source] : sources) names.push_back(name);
    return names;
  }
  std::optional<SourceStatus> status(const std::string& name) const override {
    const auto it = sources.find(name);
    if (it == sources.end()) return std::nullopt;
    return it->second.status;
  }
  std::optional<std::map<std::string, std::string>> properties(
      const std::string& name) const override {
    const auto it = sources.find(name);
    if (it == sources.end()) return std::nullopt;
    return it->second.properties;
  }
  std::string kafka_cluster_id() const override { return "cluster-1"; }
};

}  // namespace millrace::daemon

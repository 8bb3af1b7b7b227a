#include "config/snapshot_checks.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "config/values.h"

namespace millrace::config {
namespace {

constexpr std::string_view kOverrides = "snapshot.select.statement.overrides";
constexpr std::string_view kFlags = "snapshot.mode.configuration.based.";
constexpr std::string_view kProvider = "snapshot.clone.provider";

class SnapshotChecks {
 public:
  SnapshotChecks(const YamlNode& mapping, const SourceConfig& source,
                 const std::map<std::string, std::string>& resolved, Problems& problems)
      : mapping_(mapping), source_(source), resolved_(resolved), problems_(problems) {}

  void check() {
    check_flags();
    check_overrides();
    check_clone();
    if (source_.snapshot.clone.is_given()) check_clone_tls();
  }

 private:
  Place place_of(std::string_view key) const {
    const YamlEntry* entry = mapping_.find(key);
    return {source_.file, entry == nullptr ? source_.line : entry->line};
  }
  void error_at(std::string_view key, std::string_view sentence) {
    problems_.error(place_of(key), key, sentence);
  }

  // Whether a property is there with a value; one whose reference can't be resolved is a problem already.
  bool names(std::string_view key) const {
    const auto it = resolved_.find(std::string(key));
    return mapping_.find(key) != nullptr && (it == resolved_.end() || !trim(it->second).empty());
  }

  // What was written below a prefix, empty values apart: those stand for nothing.
  std::vector<std::string> keys_below(std::string_view prefix) const {
    std::vector<std::string> keys;
    for (const auto& [key, value] : resolved_) {
      if (key.starts_with(prefix) && !trim(value).empty()) keys.push_back(key);
    }
    return keys;
  }

  void check_flags() {
    const SnapshotConfig& snapshot = source_.snapshot;
    if (snapshot.mode != SnapshotMode::kConfigurationBased) {
      for (const std::string& key : keys_below(kFlags)) {
        problems_.warn(place_of(key), key,
                       "has no effect: snapshot.mode is not configuration_based");
      }
      return;
    }
    if (!snapshot.reads_schema && !snapshot.reads_data && !snapshot.streams &&
        !snapshot.on_schema_error && !snapshot.on_data_error) {
      problems_.warn(
          place_of("snapshot.mode"), "snapshot.mode",
          "configuration_based does nothing: none of " + std::string(kFlags) + "* is true");
    }
  }

  void check_overrides() {
    const auto written = resolved_.find(std::string(kOverrides));
    std::vector<std::string> tables;
    if (written != resolved_.end()) tables = split_words(written->second);
    const std::string prefix = std::string(kOverrides) + ".";
    for (const std::string& table : tables) {
      if (mapping_.find(prefix + table) == nullptr)
        error_at(kOverrides, "needs " + prefix + table + ", the SELECT of that table");
    }
    for (const auto& [key, value] : resolved_) {
      if (!key.starts_with(prefix)) continue;
      if (std::ranges::find(tables, key.substr(prefix.size())) == tables.end())
        error_at(key, "names a table that " + std::string(kOverrides) + " doesn't list");
    }
  }

  void check_clone() {
    const bool has_provider = names(kProvider);
    bool has_clone = has_provider;
    for (const std::string_view other : {"snapshot.clone.hostname", "snapshot.clone.unix.socket"}) {
      if (!names(other)) continue;
      has_clone = true;
      if (has_provider) error_at(kProvider, "can't be used together with " + std::string(other));
    }
    for (const std::string& key : keys_below("snapshot.clone.")) {
      const bool is_provider_s =
          key.starts_with(std::string(kProvider) + ".") || key == "snapshot.clone.keep";
      if (is_provider_s && !has_provider) {
        error_at(key, "needs " + std::string(kProvider));
      } else if (!has_clone) {
        error_at(key,
                 "needs a clone: snapshot.clone.hostname, snapshot.clone.unix.socket or "
                 "snapshot.clone.provider");
      }
    }
    if (has_clone && names("snapshot.clone.password") && !names("snapshot.clone.user")) {
      error_at("snapshot.clone.password",
               "needs snapshot.clone.user: without it the source's user and password are taken");
    }
  }

  // What the clone has no word on is as for the source.
  void check_clone_tls() {
    const CloneConfig& clone = source_.snapshot.clone;
    const TlsMode mode = clone.tls_mode.value_or(source_.tls_mode);
    const bool verifies = mode == TlsMode::kVerifyCa || mode == TlsMode::kVerifyIdentity;
    if (clone.tls_mode && verifies && clone.tls_ca.empty() && source_.tls_ca.empty() &&
        source_.trust_store.empty()) {
      error_at("snapshot.clone.ssl.mode",
               "needs snapshot.clone.ssl.ca, a PEM file with the certificates to trust");
    }
    if (clone.tls_cert.empty() != clone.tls_key.empty()) {
      error_at(clone.tls_cert.empty() ? "snapshot.clone.ssl.key" : "snapshot.clone.ssl.cert",
               "needs the other: snapshot.clone.ssl.cert and snapshot.clone.ssl.key go together");
    }
  }

  const YamlNode& mapping_;
  const SourceConfig& source_;
  const std::map<std::string, std::string>& resolved_;
  Problems& problems_;
};

}  // namespace

void check_snapshot(const YamlNode& mapping, const SourceConfig& source,
                    const std::map<std::string, std::string>& resolved, Problems& problems) {
  SnapshotChecks(mapping, source, resolved, problems).check();
}

}  // namespace millrace::config

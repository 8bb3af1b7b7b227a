#include "config/source_reader.h"

#include <algorithm>

#include "config/converters_reader.h"
#include "config/producer_override.h"
#include "config/section_reader.h"
#include "config/snapshot_checks.h"
#include "config/topic_groups_reader.h"
#include "config/transforms_reader.h"
#include "millrace/base/encoding.h"

namespace millrace::config {
namespace {

// Reads the properties of a source; `name` is left to the caller, who knows where else a name can stand.
class SourceReader {
 public:
  SourceReader(const YamlNode& mapping, SourceConfig& source, Problems& problems)
      : mapping_(mapping), source_(source), problems_(problems) {}

  void read() {
    YamlNode known;
    // Of `post.processors: a` only the name is refused, not all that belongs to it.
    std::vector<std::string> owned = owned_prefixes(mapping_, "converters");
    for (std::string& prefix : owned_prefixes(mapping_, "post.processors"))
      owned.push_back(std::move(prefix));
    for (const std::string_view owner : {"transforms", "predicates"}) {
      for (const std::string& prefix : owned_prefixes(mapping_, owner))
        owned.push_back(std::string(owner) + "." + prefix);
    }
    for (std::string& prefix : topic_group_prefixes(mapping_)) owned.push_back(std::move(prefix));
    for (const YamlEntry& entry : mapping_.entries) {
      if (entry.value.kind == YamlNode::Kind::kScalar) {
        source_.properties[entry.key] = entry.value.text;
        source_.lines[entry.key] = entry.line;
      }
      const bool covered = std::ranges::any_of(
          owned, [&](const std::string& prefix) { return entry.key.starts_with(prefix); });
      if (entry.key != "name" && !covered) known.entries.push_back(entry);
    }
    read_section(known, source_.file, source_properties(), source_, problems_, &resolved_);
    read_converters(mapping_, source_, problems_, resolved_);
    read_transforms(mapping_, source_, problems_, resolved_);
    read_topic_groups(mapping_, source_, problems_, resolved_);
    translate_producer();
    check_required();
    check_lists();
    complete_converters();
    check_tls();
    check_oversized();
    check_notifications();
    check_snapshot(mapping_, source_, resolved_, problems_);
    source_.fingerprint = fingerprint();
  }

 private:
  bool has(std::string_view key) const { return mapping_.find(key) != nullptr; }

  // A problem at a key that is there, or else at the source.
  void error_at(std::string_view key, std::string_view sentence) {
    const YamlEntry* entry = mapping_.find(key);
    const int line = entry == nullptr ? source_.line : entry->line;
    problems_.error({source_.file, line}, key, sentence);
  }

  void check_required() {
    const std::string missing = "is missing in source " + source_.name;
    if (!has("topic.prefix")) {
      // The old name is refused with a hint of its own.
      if (!has("database.server.name")) error_at("topic.prefix", missing);
    }
    if (!has("database.hostname") && !has("database.unix.socket"))
      error_at("database.hostname", missing);
    if (!has("database.user")) error_at("database.user", missing);
    for (const std::string_view key : {"database.hostname", "database.user"}) {
      const auto it = resolved_.find(std::string(key));
      if (it != resolved_.end() && trim(it->second).empty()) error_at(key, "is empty");
    }
  }

  void check_lists() {
    if (has("gtid.source.includes") && has("gtid.source.excludes")) {
      error_at("gtid.source.excludes", "can't be used together with gtid.source.includes");
    }
    for (const std::string_view what : {"database", "table", "column"}) {
      const std::string include = std::string(what) + ".include.list";
      const std::string exclude = std::string(what) + ".exclude.list";
      if (has(include) && has(exclude)) error_at(exclude, "can't be used together with " + include);
    }
  }

  void translate_producer() {
    source_.producer_properties = translate_producer_override(
        source_.producer_override, [this](std::string_view name, std::string_view problem) {
          error_at("producer.override." + std::string(name), problem);
        });
    source_.signals.consumer_properties = translate_producer_override(
        source_.signals.consumer_override, [this](std::string_view name, std::string_view problem) {
          error_at("signal.consumer." + std::string(name), problem);
        });
  }

  // The JSON converter's own default: a connector that names it without more has schemas.
  void complete_converters() {
    const auto complete = [this](const std::string& name, ConverterConfig& converter) {
      const auto it = resolved_.find(name);
      const bool is_json = it != resolved_.end() && trim(it->second).ends_with(".JsonConverter");
      if (is_json && !has(name + ".schemas.enable")) converter.schemas_enable = true;
    };
    complete("key.converter", source_.key_converter);
    complete("value.converter", source_.value_converter);
    const auto headers = resolved_.find("header.converter");
    source_.json_headers =
        headers != resolved_.end() && trim(headers->second).ends_with(".JsonConverter");
  }

  void check_tls() {
    const bool verifies =
        source_.tls_mode == TlsMode::kVerifyCa || source_.tls_mode == TlsMode::kVerifyIdentity;
    if (verifies && source_.tls_ca.empty() && source_.trust_store.empty()) {
      error_at("database.ssl.mode",
               "needs database.ssl.ca, a PEM file with the certificates to trust, or "
               "database.ssl.truststore");
    }
    if (!source_.trust_store.empty() && !source_.tls_ca.empty())
      error_at("database.ssl.truststore", "can't be used together with database.ssl.ca");
    if (!source_.key_store.empty() && !source_.tls_cert.empty())
      error_at("database.ssl.keystore", "can't be used together with database.ssl.cert");
    if (source_.tls_cert.empty() != source_.tls_key.empty()) {
      error_at(source_.tls_cert.empty() ? "database.ssl.key" : "database.ssl.cert",
               "needs the other: database.ssl.cert and database.ssl.key go together");
    }
  }

  void check_oversized() {
    if (source_.tolerates_errors && !has("errors.oversized")) {
      source_.oversized =
          source_.dead_letter_topic.empty() ? Oversized::kSkip : Oversized::kDeadLetter;
    }
    if (source_.oversized == Oversized::kDeadLetter && source_.dead_letter_topic.empty()) {
      error_at("errors.oversized", "dead_letter needs errors.deadletterqueue.topic.name");
    }
  }

  void check_notifications() {
    if (source_.metadata.notifies_sink && source_.metadata.notification_topic.empty()) {
      error_at("notification.enabled.channels", "sink needs notification.sink.topic.name");
    }
  }

  std::uint64_t fingerprint() const {
    std::uint64_t hash = fnv1a_64(source_.name);
    for (const auto& [key, value] : resolved_) {  // sorted: the order in the file doesn't count
      hash = fnv1a_64(key, hash);
      hash = fnv1a_64(std::string_view("\0", 1), hash);
      hash = fnv1a_64(value, hash);
      hash = fnv1a_64(std::string_view("\0", 1), hash);
    }
    return hash;
  }

  const YamlNode& mapping_;
  SourceConfig& source_;
  Problems& problems_;
  std::map<std::string, std::string> resolved_;
};

// A name becomes part of URLs, transactional ids and metric labels.
bool is_name(std::string_view name) {
  return !name.empty() && trim(name) == name && std::ranges::none_of(name, [](char c) {
    return c == '/' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
}

// The name that a mapping gives to its source must be the one that the source has, where it has one.
void take_name(const YamlNode& mapping, SourceConfig& source, Problems& problems) {
  const YamlEntry* entry = mapping.find("name");
  if (entry == nullptr) return;
  const std::string& name = entry->value.text;
  if (source.name.empty()) source.name = name;
  if (name == source.name) return;
  problems.error(
      {source.file, entry->line}, "name",
      "'" + name + "' differs from the name " + source.name + " under which the source stands");
}

// Kafka Connect's form to the mapping of properties inside it.
const YamlNode& unwrap(const YamlNode& node, const Place& place, Problems& problems) {
  const YamlEntry* config = node.find("config");
  if (config == nullptr || !config->value.is_mapping()) return node;
  for (const YamlEntry& entry : node.entries) {
    if (entry.key == "name" || entry.key == "config") continue;
    if (entry.key == "initial_state" && equals_ignoring_case(entry.value.text, "RUNNING")) continue;
    problems.error({place.file, entry.line}, entry.key,
                   "can't stand beside name and config; properties go into config");
  }
  return config->value;
}

}  // namespace

SourceConfig read_source(const std::string& name, const YamlNode& node, const Place& place,
                         Problems& problems) {
  SourceConfig source;
  source.name = name;
  source.file = place.file;
  source.line = place.line;
  if (!node.is_mapping()) {
    problems.error(place, name, "is not a mapping of properties");
    return source;
  }
  const YamlNode& mapping = unwrap(node, place, problems);
  take_name(node, source, problems);
  if (&mapping != &node) take_name(mapping, source, problems);
  if (!is_name(source.name)) {
    problems.error(place, source.name, "can't be a source's name: no blanks around it, no slash");
  }
  SourceReader(mapping, source, problems).read();
  return source;
}

}  // namespace millrace::config

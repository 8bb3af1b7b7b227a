#include "millrace/config/config.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "config/problems.h"
#include "config/references.h"
#include "config/section_reader.h"
#include "config/source_reader.h"
#include "config/yaml_tree.h"
#include "millrace/base/encoding.h"

namespace millrace::config {
namespace {

namespace fs = std::filesystem;

class ConfigReader {
 public:
  explicit ConfigReader(std::string file) : file_(std::move(file)) {}

  Result<Config> read(std::string_view text) {
    const YamlNode root = parse_yaml(text, file_, problems_);
    if (!problems_.has_errors()) read_root(root);
    if (problems_.has_errors()) return definite_error(problems_.error_text());
    mix_common_values();
    config_.warnings = problems_.take_warnings();
    return std::move(config_);
  }

 private:
  void read_root(const YamlNode& root) {
    if (!root.is_mapping()) {
      problems_.error({file_, 0}, "",
                      "is not a configuration: expected daemon, kafka, sink and sources");
      return;
    }
    static const std::vector<std::string_view> kSections = {"daemon", "kafka", "sink", "sources"};
    for (const YamlEntry& entry : root.entries) {
      const Place place{file_, entry.line};
      if (std::ranges::find(kSections, entry.key) == kSections.end()) {
        const std::string nearest = nearest_name(entry.key, kSections);
        problems_.error(
            place, entry.key,
            "is not known; " + (nearest.empty() ? "expected daemon, kafka, sink or sources"
                                                : "did you mean " + nearest + "?"));
      } else if (!entry.value.is_mapping()) {
        problems_.error(place, entry.key, "is not a mapping");
      }
    }
    read_daemon(root.find("daemon"));
    read_kafka(root.find("kafka"));
    read_sink(root.find("sink"));
    read_sources(root.find("sources"));
  }

  void read_daemon(const YamlEntry* entry) {
    if (entry == nullptr) return;
    read_section(entry->value, file_, daemon_properties(), config_.daemon, problems_);
    const DaemonConfig& daemon = config_.daemon;
    if (daemon.offset_storage_topic == daemon.state_storage_topic) {
      problems_.error({file_, entry->line}, "state.storage.topic",
                      "offsets and state can't share the topic " + daemon.state_storage_topic);
    }
  }

  void read_kafka(const YamlEntry* entry) {
    if (entry == nullptr) return;
    config_.has_kafka = true;
    bool has_servers = false;
    for (const WrittenValue& written : written_values(entry->value, file_, problems_)) {
      const auto resolved = resolve_references(written.text);
      if (!resolved) problems_.error(written.place, written.key, resolved.error().message());
      has_servers |= written.key == "bootstrap.servers";
      config_.kafka.emplace(written.key, resolved.value_or(""));
    }
    if (!has_servers)
      problems_.error({file_, entry->line}, "bootstrap.servers", "is missing below kafka");
  }

  void read_sink(const YamlEntry* entry) {
    config_.sink.type = config_.has_kafka ? SinkType::kKafka : SinkType::kStdout;
    if (entry == nullptr) return;
    read_section(entry->value, file_, sink_properties(), config_.sink, problems_);
    const Place place{file_, entry->line};
    if (config_.sink.type == SinkType::kKafka && !config_.has_kafka) {
      problems_.error(place, "type", "kafka needs a section kafka with bootstrap.servers");
    }
    if (config_.sink.type == SinkType::kFile && config_.sink.path.empty()) {
      problems_.error(place, "path", "is missing: type file needs it");
    }
  }

  void read_sources(const YamlEntry* entry) {
    if (entry != nullptr) {
      for (const YamlEntry& source : entry->value.entries) {
        add_source(read_source(source.key, source.value, {file_, source.line}, problems_));
      }
    }
    if (!config_.daemon.sources_dir.empty()) {
      read_sources_dir();
    } else if (config_.sources.empty()) {
      problems_.error({file_, entry == nullptr ? 0 : entry->line}, "sources", "there is no source");
    }
    warn_of_shared_prefixes();
  }

  void read_sources_dir() {
    const fs::path folder(config_.daemon.sources_dir);
    std::vector<fs::path> files;
    std::error_code code;
    for (fs::directory_iterator it(folder, code), end; !code && it != end; it.increment(code)) {
      const std::string extension = it->path().extension();
      const bool hidden = it->path().filename().string().starts_with('.');
      if (!hidden && (extension == ".yaml" || extension == ".yml" || extension == ".json")) {
        files.push_back(it->path());
      }
    }
    if (code) {
      problems_.error({file_, 0}, "sources.dir",
                      "can't read " + folder.string() + ": " + code.message());
      return;
    }
    std::ranges::sort(files);
    for (const fs::path& path : files) read_source_file(path);
    if (config_.sources.empty())
      problems_.warn({file_, 0}, "sources.dir", "there is no source in it yet");
  }

  void read_source_file(const fs::path& path) {
    const auto text = read_small_file(path.string());
    if (!text) {
      problems_.error({path.string(), 0}, "", text.error().message());
      return;
    }
    const YamlNode root = parse_yaml(*text, path.string(), problems_);
    if (root.kind == YamlNode::Kind::kNull) {
      if (trim(*text).empty()) problems_.error({path.string(), 0}, "", "is empty");
      return;  // otherwise parse_yaml has said why
    }
    const bool named = root.find("name") != nullptr;
    add_source(read_source(named ? "" : path.stem().string(), root, {path.string(), root.line},
                           problems_));
  }

  void add_source(SourceConfig source) {
    for (const SourceConfig& other : config_.sources) {
      if (other.name != source.name) continue;
      problems_.error({source.file, source.line}, source.name,
                      "a source of this name stands in " + Place{other.file, other.line}.to_text());
      return;
    }
    config_.sources.push_back(std::move(source));
  }

  void warn_of_shared_prefixes() {
    std::map<std::string, std::string> owners;
    for (const SourceConfig& source : config_.sources) {
      if (source.topic_prefix.empty()) continue;
      const auto [it, inserted] = owners.emplace(source.topic_prefix, source.name);
      if (inserted) continue;
      problems_.warn({source.file, source.line}, "topic.prefix",
                     "is the same as that of source " + it->second +
                         ": tables of the same name go to the same topic");
    }
  }

  // What all sources depend on becomes part of each one's fingerprint.
  void mix_common_values() {
    std::string common;
    const auto add = [&common](std::string_view value) { common.append(value).push_back('\0'); };
    for (const auto& [key, value] : config_.kafka) {
      add(key);
      add(value);
    }
    add(std::to_string(static_cast<int>(config_.sink.type)));
    add(config_.sink.path);
    add(std::to_string(config_.sink.rotate_bytes));
    add(config_.daemon.group_id);
    add(config_.daemon.offset_storage_topic);
    add(config_.daemon.state_storage_topic);
    add(config_.daemon.state_dir);
    for (SourceConfig& source : config_.sources) {
      source.fingerprint = fnv1a_64(common, source.fingerprint);
    }
  }

  const std::string file_;
  Problems problems_;
  Config config_;
};

}  // namespace

Result<Config> parse_config(std::string_view text, const std::string& name) {
  return ConfigReader(name).read(text);
}

Result<Config> load_config(const std::string& path) {
  MILLRACE_ASSIGN_OR_RETURN(const std::string text, read_small_file(path));
  return parse_config(text, path);
}

}  // namespace millrace::config

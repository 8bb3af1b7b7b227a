// The keys of the sections daemon and sink.

#include "config/property_table.h"

namespace millrace::config {
namespace {

constexpr Support kYes = Support::kImplemented;
constexpr Support kNone = Support::kNoEffect;

Status set_listen(std::string_view, const std::string& value, DaemonConfig& daemon) {
  MILLRACE_ASSIGN_OR_RETURN(Endpoint endpoint, parse_endpoint(value));
  daemon.listen_host = std::move(endpoint.host);
  daemon.listen_port = endpoint.port;
  return {};
}

Status set_log_level(std::string_view, const std::string& value, DaemonConfig& daemon) {
  const Choices<std::string> levels = {{"trace", "trace"}, {"debug", "debug"}, {"info", "info"},
                                       {"warn", "warn"},   {"error", "error"}, {"off", "off"}};
  MILLRACE_ASSIGN_OR_RETURN(daemon.log_level, parse_choice<std::string>(value, levels));
  return {};
}

Status check_topic_name(std::string_view name) {
  constexpr std::string_view kAllowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
  constexpr std::size_t kMaxBytes = 249;  // Kafka's
  if (name.empty() || name.size() > kMaxBytes || name == "." || name == ".." ||
      name.find_first_not_of(kAllowed) != std::string_view::npos) {
    return definite_error("is not a topic's name");
  }
  return {};
}

Setter<DaemonConfig> topic(std::string DaemonConfig::*member) {
  return [member](std::string_view, const std::string& value, DaemonConfig& daemon) -> Status {
    MILLRACE_RETURN_IF_ERROR(check_topic_name(trim(value)));
    daemon.*member = std::string(trim(value));
    return {};
  };
}

// Transactional ids begin with it.
Status set_group_id(std::string_view, const std::string& value, DaemonConfig& daemon) {
  if (trim(value).empty()) return definite_error("is empty");
  daemon.group_id = std::string(trim(value));
  return {};
}

}  // namespace

const PropertyTable<DaemonConfig>& daemon_properties() {
  using D = DaemonConfig;
  static const Choices<LogFormat> log_formats = {{"text", LogFormat::kText},
                                                 {"json", LogFormat::kJson}};
  static const PropertyTable<DaemonConfig> table = {
      {"listen", kYes, "127.0.0.1:8083",
       "address of REST, /metrics and /health; there is no authentication", set_listen},
      {"log.level", kYes, "info", "trace, debug, info, warn, error or off; follows a reload",
       set_log_level},
      {"log.format", kYes, "text", "text, or json: an object a line",
       choice(&D::log_format, log_formats)},
      {"decode.threads", kYes, "as many as cores",
       "threads that turn rows into JSON, shared by all sources",
       integer(&D::decode_threads, 1, 1024)},
      {"memory.limit.bytes", kYes, "512MiB",
       "what the rows in flight of all sources may take together, from the binlog to the commit; "
       "the structures of "
       "tables come beside it; set at the start",
       size(&D::memory_limit_bytes, 16U << 20)},
      {"state.dir", kYes, "./millrace-state",
       "where the sinks file and stdout keep offsets and structures", text(&D::state_dir)},
      {"sources.dir", kYes, "",
       "a folder with more sources: each `*.yaml`, `*.yml` or `*.json` in it is one, named by its "
       "`name` or else by the file; also as Kafka Connect's `{\"name\": ..., \"config\": {...}}`",
       text(&D::sources_dir)},
      {"group.id", kYes, "millrace",
       "first part of every transactional.id, `<group.id>-<source>-0`", set_group_id},
      {"offset.storage.topic", kYes, "millrace-offsets", "compacted topic of the offsets",
       topic(&D::offset_storage_topic)},
      {"state.storage.topic", kYes, "millrace-state",
       "compacted topic of the table structures and prepared XA transactions",
       topic(&D::state_storage_topic)},
      {"config.storage.topic", kNone, "millrace-configs", "not used yet: sources stand in files",
       topic(&D::config_storage_topic)},
  };
  return table;
}

const PropertyTable<SinkConfig>& sink_properties() {
  static const Choices<SinkType> types = {
      {"kafka", SinkType::kKafka}, {"file", SinkType::kFile}, {"stdout", SinkType::kStdout}};
  static const PropertyTable<SinkConfig> table = {
      {"type", kYes, "kafka with a kafka section, else stdout", "kafka, file or stdout",
       choice(&SinkConfig::type, types)},
      {"path", kYes, "", "of type file: the file of JSON lines", text(&SinkConfig::path)},
      {"rotate.bytes", kYes, "0", "of type file: a new file begins at this size; 0: never",
       size(&SinkConfig::rotate_bytes, 0)},
  };
  return table;
}

}  // namespace millrace::config

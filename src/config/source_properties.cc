// The properties of a source that have a place in SourceConfig.

#include <limits>

#include "config/property_table.h"

namespace millrace::config {
namespace {

using std::chrono::milliseconds;

constexpr Support kYes = Support::kImplemented;

Status set_password(std::string_view, const std::string& value, SourceConfig& source) {
  source.password = Secret(value);
  return {};
}

Status set_server_id(std::string_view, const std::string& value, SourceConfig& source) {
  MILLRACE_ASSIGN_OR_RETURN(const std::int64_t id,
                            parse_integer(value, 1, std::numeric_limits<std::uint32_t>::max()));
  source.server_id = static_cast<std::uint32_t>(id);
  return {};
}

Status set_compression(std::string_view, const std::string& value, SourceConfig& source) {
  const Choices<std::string> choices = {{"none", ""}, {"zlib", "zlib"}, {"zstd", "zstd"}};
  MILLRACE_ASSIGN_OR_RETURN(source.compression, parse_choice<std::string>(value, choices));
  return {};
}

// Kafka topic names are made of it, so only what a topic name may hold.
Status set_topic_prefix(std::string_view, const std::string& value, SourceConfig& source) {
  const std::string_view prefix = trim(value);
  constexpr std::string_view kAllowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
  if (prefix.empty() || prefix.find_first_not_of(kAllowed) != std::string_view::npos) {
    return definite_error("is not made of letters, digits, dot, hyphen and underscore");
  }
  source.topic_prefix = std::string(prefix);
  return {};
}

Status set_skipped_operations(std::string_view, const std::string& value, SourceConfig& source) {
  source.skip_creates = source.skip_updates = source.skip_deletes = source.skip_truncates = false;
  for (const std::string& word : split_words(value)) {
    if (equals_ignoring_case(word, "c")) {
      source.skip_creates = true;
    } else if (equals_ignoring_case(word, "u")) {
      source.skip_updates = true;
    } else if (equals_ignoring_case(word, "d")) {
      source.skip_deletes = true;
    } else if (equals_ignoring_case(word, "t")) {
      source.skip_truncates = true;
    } else if (!equals_ignoring_case(word, "none")) {
      return definite_error("is no list of c, u, d and t, nor none");
    }
  }
  return {};
}

Status set_topic_partitions(std::string_view, const std::string& value, SourceConfig& source) {
  MILLRACE_ASSIGN_OR_RETURN(const std::int64_t count, parse_integer(value, -1, 1'000'000));
  if (count == 0) return definite_error("is neither -1 (the broker's default) nor 1 or more");
  source.topic_creation.partitions = static_cast<int>(count);
  return {};
}

Status set_replication_factor(std::string_view, const std::string& value, SourceConfig& source) {
  MILLRACE_ASSIGN_OR_RETURN(const std::int64_t count, parse_integer(value, -1, 1000));
  if (count == 0) return definite_error("is neither -1 (the broker's default) nor 1 or more");
  source.topic_creation.replication_factor = static_cast<int>(count);
  return {};
}

Status set_topic_setting(std::string_view key, const std::string& value, SourceConfig& source) {
  constexpr std::string_view kPrefix = "topic.creation.default.";
  source.topic_creation.settings[std::string(key.substr(kPrefix.size()))] =
      std::string(trim(value));
  return {};
}

PropertyTable<SourceConfig> implemented_properties() {
  using S = SourceConfig;
  const Choices<InvalidText> invalid_text = {{"replace", InvalidText::kReplace},
                                             {"base64", InvalidText::kBase64},
                                             {"fail", InvalidText::kFail}};
  const Choices<bool> json_forms = {{"debezium", false}, {"mysql", true}};
  const Choices<ExactlyOnce> exactly_once = {{"required", ExactlyOnce::kRequired},
                                             {"requested", ExactlyOnce::kRequired},
                                             {"disabled", ExactlyOnce::kDisabled}};
  const Choices<Oversized> oversized = {{"fail", Oversized::kFail},
                                        {"skip", Oversized::kSkip},
                                        {"dead_letter", Oversized::kDeadLetter}};
  return {
      // Connection
      {"database.hostname", kYes, "required", "the server", text(&S::hostname)},
      {"database.port", kYes, "3306", "", integer(&S::port, 1, 65535)},
      {"database.unix.socket", kYes, "",
       "a socket's path, instead of host and port; Millrace's own", text(&S::unix_socket)},
      {"database.user", kYes, "required",
       "see [mysql-setup.md](mysql-setup.md) for what it must be allowed", text(&S::user)},
      {"database.password", kYes, "", "best as a reference", set_password},
      {"database.server.id", kYes, "from the name",
       "the replica's number, unique among the server's replicas", set_server_id},
      {"database.ssl.mode", kYes, "preferred",
       "disabled, preferred, required, verify_ca or verify_identity",
       choice(&S::tls_mode, tls_modes())},
      {"database.ssl.ca", kYes, "",
       "PEM file with the certificates that are trusted; Millrace's own", text(&S::tls_ca)},
      {"database.ssl.cert", kYes, "", "PEM file with the client's certificate; Millrace's own",
       text(&S::tls_cert)},
      {"database.ssl.key", kYes, "", "PEM file with the client's key; Millrace's own",
       text(&S::tls_key)},
      {"database.compression", kYes, "none",
       "of the connection: none, zlib or zstd; Millrace's own", set_compression},
      {"connect.timeout.ms", kYes, "30000", "for a connection to be made",
       duration(&S::connect_timeout, milliseconds(1))},
      {"binlog.heartbeat.interval.ms", kYes, "10000",
       "how often an idle server must give a sign; after twice that the connection counts as dead; "
       "Millrace's own",
       duration(&S::server_heartbeat, milliseconds(100))},

      // What is captured
      {"database.include.list", kYes, "",
       "regular expressions of databases, separated by commas, each for the whole name",
       patterns(&S::database_include)},
      {"database.exclude.list", kYes, "", "the opposite; not together with the include list",
       patterns(&S::database_exclude)},
      {"table.include.list", kYes, "", "regular expressions of `database.table`",
       patterns(&S::table_include)},
      {"table.exclude.list", kYes, "", "the opposite; not together with the include list",
       patterns(&S::table_exclude)},
      {"table.ignore.builtin", kYes, "true",
       "leave out mysql, sys, information_schema, performance_schema",
       boolean(&S::ignore_builtin_tables)},
      {"skipped.operations", kYes, "t", "of c, u, d, t; or none", set_skipped_operations},

      // Events
      {"topic.prefix", kYes, "required", "first part of every topic's name, and `source.name`",
       set_topic_prefix},
      {"tombstones.on.delete", kYes, "true",
       "a record without a value after each delete, for compacted topics",
       boolean(&S::tombstones_on_delete)},
      {"include.query", kYes, "false",
       "the statement in `source.query` (the server needs binlog_rows_query_log_events)",
       boolean(&S::include_query)},
      {"extended.headers.enabled", kYes, "false",
       "Debezium's four context headers on every record (Debezium's default: true)",
       boolean(&S::extended_headers)},
      {"enable.time.adjuster", kYes, "true", "years below 100 become 1970 to 2069",
       boolean(&S::enable_time_adjuster)},
      {"unavailable.value.placeholder", kYes, "",
       "stands for columns that an image lacks; without it they are left out",
       text(&S::unavailable_placeholder)},
      {"json.format", kYes, "debezium",
       "text of JSON columns: as Debezium streams it, or `mysql` as CAST(... AS CHAR) writes it; "
       "Millrace's own",
       choice(&S::json_mysql_form, json_forms)},
      {"charset.invalid", kYes, "replace",
       "text with bytes that its charset doesn't have: replace (U+FFFD), base64 or fail; counted; "
       "Millrace's own",
       choice(&S::invalid_text, invalid_text)},
      {"column.bytes.include.list", kYes, "",
       "regular expressions of `database.table.column`: text columns that hold binary data, "
       "written as base64; Millrace's own",
       patterns(&S::bytes_columns)},

      // Topics
      {"topic.creation.default.partitions", kYes, "1", "of topics that don't exist yet",
       set_topic_partitions},
      {"topic.creation.default.replication.factor", kYes, "-1", "-1: the broker's default",
       set_replication_factor},
      {"topic.creation.default.*", kYes, "",
       "any other setting of a topic, such as `cleanup.policy`", set_topic_setting},

      // Commits and errors
      {"exactly.once.support", kYes, "required",
       "required (and requested): events and offset in one Kafka transaction; disabled: at least "
       "once",
       choice(&S::exactly_once, exactly_once)},
      {"commit.interval.ms", kYes, "50",
       "the longest time between commits under load, unless a commit takes longer than half of it; "
       "Millrace's "
       "own",
       duration(&S::commit_interval, milliseconds(0))},
      {"commit.max.bytes", kYes, "8MiB", "a commit is made at this size; Millrace's own",
       size(&S::commit_max_bytes, 64U << 10)},
      {"transaction.split.bytes", kYes, "8MiB",
       "a larger transaction is committed in parts; Millrace's own",
       size(&S::transaction_split_bytes, 64U << 10)},
      {"errors.oversized", kYes, "fail",
       "a record that no broker takes: fail, skip or dead_letter; Millrace's own",
       choice(&S::oversized, oversized)},
      {"errors.deadletterqueue.topic.name", kYes, "", "where notes on such records go",
       text(&S::dead_letter_topic)},
      {"errors.max.retries", kYes, "-1",
       "transient errors in a row before the source gives up; -1: never",
       integer(&S::errors_max_retries, -1, 1'000'000'000)},
      {"errors.retry.delay.max.ms", kYes, "60000", "the back-off between retries grows up to this",
       duration(&S::retry_delay_max, milliseconds(1))},
  };
}

}  // namespace

const Choices<TlsMode>& tls_modes() {
  static const Choices<TlsMode> modes = {{"disabled", TlsMode::kDisabled},
                                         {"preferred", TlsMode::kPreferred},
                                         {"required", TlsMode::kRequired},
                                         {"verify_ca", TlsMode::kVerifyCa},
                                         {"verify_identity", TlsMode::kVerifyIdentity}};
  return modes;
}

const PropertyTable<SourceConfig>& source_properties() {
  static const PropertyTable<SourceConfig> table = [] {
    PropertyTable<SourceConfig> all = implemented_properties();
    for (auto part :
         {snapshot_properties(), column_properties(), value_properties(), metadata_properties(),
          history_properties(), transform_properties(), policy_properties(), signal_properties()}) {
      for (Property<SourceConfig>& p : part) all.push_back(std::move(p));
    }
    for (const auto& others : {other_connect_properties(), other_debezium_properties()}) {
      for (const UnreadProperty& p : others)
        all.push_back({p.name, p.support, p.value, p.note, {}});
    }
    return all;
  }();
  return table;
}

}  // namespace millrace::config

// The properties of the records around the rows: transactions, schema changes, heartbeats, notifications, and the names
// of topics.

#include "config/property_table.h"

namespace millrace::config {
namespace {

constexpr Support kYes = Support::kImplemented;

// Part of a topic's name.
Status set_topic_part(std::string MetadataConfig::*member, const std::string& value,
                      SourceConfig& source) {
  const std::string_view name = trim(value);
  constexpr std::string_view kAllowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
  if (name.empty() || name.find_first_not_of(kAllowed) != std::string_view::npos) {
    return definite_error("is not made of letters, digits, dot, hyphen and underscore");
  }
  source.metadata.*member = std::string(name);
  return {};
}

// The same, or nothing.
Setter<SourceConfig> topic_or_none(std::string MetadataConfig::*member) {
  return [member](std::string_view, const std::string& value, SourceConfig& source) {
    if (!trim(value).empty()) return set_topic_part(member, value, source);
    (source.metadata.*member).clear();
    return Status();
  };
}

Setter<SourceConfig> topic_part(std::string MetadataConfig::*member) {
  return [member](std::string_view, const std::string& value, SourceConfig& source) {
    return set_topic_part(member, value, source);
  };
}

Status set_heartbeat_query(std::string_view, const std::string& value, SourceConfig& source) {
  source.metadata.heartbeat_query = std::string(trim(value));
  return {};
}

Status set_heartbeat_interval(std::string_view, const std::string& value, SourceConfig& source) {
  MILLRACE_ASSIGN_OR_RETURN(source.metadata.heartbeat_interval,
                            parse_duration(value, std::chrono::milliseconds(0)));
  return {};
}

Status set_channels(std::string_view, const std::string& value, SourceConfig& source) {
  MetadataConfig& metadata = source.metadata;
  metadata.notifies_log = metadata.notifies_sink = false;
  for (const std::string& word : split_words(value)) {
    if (word == "log") {
      metadata.notifies_log = true;
    } else if (word == "sink") {
      metadata.notifies_sink = true;
    } else if (word != "jmx") {
      return definite_error("is no list of log, sink and jmx (which has no effect)");
    }
  }
  return {};
}

Status set_naming_strategy(std::string_view, const std::string& value, SourceConfig& source) {
  const std::string_view name = trim(value);
  constexpr std::string_view kPackage = "io.debezium.schema.";
  constexpr std::string_view kStrategy = "TopicNamingStrategy";
  MetadataConfig& metadata = source.metadata;
  for (const bool unicode : {false, true}) {
    for (const bool database : {true, false}) {
      std::string known(kPackage);
      known.append(database ? "Default" : "Schema").append(unicode ? "Unicode" : "");
      if (name != known.append(kStrategy)) continue;
      metadata.topics_have_database = database;
      metadata.topics_write_unicode = unicode;
      return {};
    }
  }
  return definite_error(
      "can't be used: of io.debezium.schema there are DefaultTopicNamingStrategy, "
      "SchemaTopicNamingStrategy, DefaultUnicodeTopicNamingStrategy and "
      "SchemaUnicodeTopicNamingStrategy; Java classes can't run here");
}

}  // namespace

PropertyTable<SourceConfig> metadata_properties() {
  using S = SourceConfig;
  using M = MetadataConfig;
  return {
      {"provide.transaction.metadata", kYes, "false",
       "a record where each transaction begins and ends, and the `transaction` block in rows",
       boolean(&S::metadata, &M::transactions)},
      {"topic.transaction", kYes, "transaction",
       "the topic of transactions is `<topic.prefix>.<this>`", topic_part(&M::transaction_topic)},
      {"include.schema.changes", kYes, "true",
       "a record for each statement that changes tables of captured databases, in the topic "
       "`<topic.prefix>`",
       boolean(&S::metadata, &M::schema_changes)},
      {"schema.history.internal.store.only.captured.tables.ddl", kYes, "false",
       "schema changes of captured tables only, not of all in captured databases",
       boolean(&S::metadata, &M::captured_schema_changes_only)},
      {"heartbeat.interval.ms", kYes, "0",
       "a record so often in the topic of heartbeats, also while nothing happens; 0: none",
       set_heartbeat_interval},
      {"heartbeat.action.query", kYes, "",
       "a statement that is executed on the source at every heartbeat; a failure is logged and "
       "counted",
       set_heartbeat_query},
      {"topic.heartbeat.prefix", kYes, "__debezium-heartbeat",
       "the topic of heartbeats is `<this>.<topic.prefix>`", topic_part(&M::heartbeat_prefix)},
      {"topic.heartbeat.name", kYes, "", "the whole name of the topic of heartbeats, instead",
       topic_or_none(&M::heartbeat_topic)},
      {"notification.enabled.channels", kYes, "",
       "of log and sink: where notifications of the source's life go; jmx has no effect",
       set_channels},
      {"notification.sink.topic.name", kYes, "", "the topic of notifications, for the channel sink",
       topic_or_none(&M::notification_topic)},
      {"topic.naming.strategy", kYes, "io.debezium.schema.DefaultTopicNamingStrategy",
       "this, or SchemaTopicNamingStrategy (topics without the database), "
       "DefaultUnicodeTopicNamingStrategy or SchemaUnicodeTopicNamingStrategy (`_u` and a number "
       "for "
       "what a topic can't be called, and for `_`)",
       set_naming_strategy},
      {"topic.delimiter", kYes, ".", "between the parts of topics' names",
       topic_part(&M::topic_delimiter)},
  };
}

}  // namespace millrace::config

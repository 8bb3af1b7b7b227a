// The properties of a source about what it does in its surroundings: which servers' transactions count, which limits
// hold, what it says first on a connection, how its topics and its producer are made.

#include "config/property_table.h"

namespace millrace::config {
namespace {

constexpr Support kYes = Support::kImplemented;

Status set_producer_override(std::string_view key, const std::string& value, SourceConfig& source) {
  constexpr std::string_view kPrefix = "producer.override.";
  source.producer_override[std::string(key.substr(kPrefix.size()))] = value;
  return {};
}

// Statements are separated by ';', and ";;" is a semicolon within one.
Status set_initial_statements(std::string_view, const std::string& value, SourceConfig& source) {
  std::string statement;
  const auto finish = [&] {
    if (const std::string_view trimmed = trim(statement); !trimmed.empty())
      source.initial_statements.emplace_back(trimmed);
    statement.clear();
  };
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] != ';') {
      statement += value[i];
    } else if (i + 1 < value.size() && value[i + 1] == ';') {
      statement += ';';
      ++i;
    } else {
      finish();
    }
  }
  finish();
  return {};
}

Status set_offset_topic(std::string_view, const std::string& value, SourceConfig& source) {
  const std::string_view topic = trim(value);
  constexpr std::string_view kAllowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
  if (topic.empty() || topic.find_first_not_of(kAllowed) != std::string_view::npos) {
    return definite_error("is not a topic's name");
  }
  source.offset_storage_topic = std::string(topic);
  return {};
}

// What errors.oversized becomes where it isn't given: Kafka Connect leaves out what it can't write.
Status set_tolerance(std::string_view, const std::string& value, SourceConfig& source) {
  const Choices<bool> choices = {{"none", false}, {"all", true}};
  MILLRACE_ASSIGN_OR_RETURN(source.tolerates_errors, parse_choice<bool>(value, choices));
  return {};
}

Status set_most_tables(std::string_view, const std::string& value, SourceConfig& source) {
  MILLRACE_ASSIGN_OR_RETURN(const std::int64_t count, parse_integer(value, 0, 1'000'000'000));
  source.guardrail.most_tables = static_cast<std::uint64_t>(count);
  return {};
}

Setter<SourceConfig> secret(Secret SourceConfig::*member) {
  return [member](std::string_view, const std::string& value, SourceConfig& source) -> Status {
    source.*member = Secret(value);
    return {};
  };
}

}  // namespace

PropertyTable<SourceConfig> policy_properties() {
  using S = SourceConfig;
  const Choices<FailureMode> failure_modes = {{"fail", FailureMode::kFail},
                                              {"warn", FailureMode::kWarn},
                                              {"skip", FailureMode::kSkip},
                                              {"ignore", FailureMode::kSkip}};
  const Choices<bool> guardrail_actions = {{"warn", false}, {"fail", true}};
  return {
      {"gtid.source.includes", kYes, "",
       "regular expressions of server UUIDs: whose transactions count. The others' are neither "
       "missed in the server's history nor published",
       patterns(&S::gtid_includes)},
      {"gtid.source.excludes", kYes, "", "the opposite; not together with the includes",
       patterns(&S::gtid_excludes)},
      {"gtid.source.filter.dml.events", kYes, "true",
       "false: rows of all servers are published, and only histories are compared by these lists",
       boolean(&S::gtid_filters_rows)},
      {"guardrail.collections.max", kYes, "0",
       "how many tables may be captured when the source starts; 0: any number", set_most_tables},
      {"guardrail.collections.limit.action", kYes, "warn", "above that: warn, or fail",
       choice(&S::guardrail, &GuardrailConfig::fails, guardrail_actions)},
      {"inconsistent.schema.handling.mode", kYes, "fail",
       "rows whose table's structure can't be known (binlog_row_metadata=MINIMAL): fail; warn, "
       "skip and ignore leave the row event out, counted and logged with its place",
       choice(&S::inconsistent_schema, failure_modes)},
      {"event.converting.failure.handling.mode", kYes, "fail",
       "a value that can't be converted: fail (Debezium's default: warn); warn and skip put null "
       "in its place, counted and logged with its place. Text follows charset.invalid first",
       choice(&S::unconvertible, failure_modes)},
      {"event.processing.failure.handling.mode", kYes, "fail",
       "a row that can't be published: fail; warn, skip and ignore leave it out, counted and "
       "logged with its place",
       choice(&S::unprocessable, failure_modes)},
      {"event.deserialization.failure.handling.mode", kYes, "fail",
       "a row whose bytes can't be understood: fail; warn, skip and ignore leave out the rest of "
       "its row event, counted and logged with its place. A damaged stream always stops the source",
       choice(&S::undecodable, failure_modes)},
      {"database.ssl.keystore", kYes, "",
       "PKCS12 store with the client's key and certificate, instead of database.ssl.cert and "
       ".key; a JKS store is converted by keytool -importkeystore -deststoretype pkcs12",
       text(&S::key_store)},
      {"database.ssl.keystore.password", kYes, "", "best as a reference",
       secret(&S::key_store_password)},
      {"database.ssl.truststore", kYes, "",
       "PKCS12 store with the certificates that are trusted, instead of database.ssl.ca",
       text(&S::trust_store)},
      {"database.ssl.truststore.password", kYes, "", "best as a reference",
       secret(&S::trust_store_password)},
      {"database.initial.statements", kYes, "",
       "statements separated by `;` (`;;` is a semicolon), run first on each connection but the "
       "binlog's; charset and sql_mode are Millrace's own after them",
       set_initial_statements},
      {"topic.creation.groups",
       kYes,
       "",
       "names of groups, each with `topic.creation.<group>.include` (regular expressions of "
       "topics), `.exclude`, `.partitions`, `.replication.factor` and any setting of a topic; the "
       "first group that takes a topic creates it, else `default`",
       {}},
      {"offsets.storage.topic", kYes, "",
       "compacted topic of this source's offset, instead of daemon.offset.storage.topic",
       set_offset_topic},
      {"producer.override.*", kYes, "",
       "properties of Kafka's Java producer for this source, as far as librdkafka has the same; "
       "others are refused by name",
       set_producer_override},
      {"errors.tolerance", kYes, "none",
       "all: records that are too large are left out, logged and counted, as errors.oversized=skip "
       "does (dead_letter where a topic is named)",
       set_tolerance},
  };
}

}  // namespace millrace::config

// The properties of a source about its snapshot: what is published of the rows that are there already, how tables are
// read, and from which copy of the server. What they say together is judged in snapshot_checks.cc.

#include <limits>

#include "config/property_table.h"

namespace millrace::config {
namespace {

using std::chrono::milliseconds;

constexpr Support kYes = Support::kImplemented;
constexpr Support kOne = Support::kOneValue;
constexpr Support kNone = Support::kNoEffect;
constexpr Support kNo = Support::kRefused;

constexpr std::string_view kNoJava = "Java classes can't run here";
constexpr std::string_view kNoLocks = "nothing is ever locked";
constexpr std::string_view kNoFetches = "rows are read as they come, however many";
constexpr std::string_view kByFreeReaders =
    "ranges of tables are handed to readers as they get free";

// A setter of SourceConfig::snapshot, and of the clone in it.
Setter<SourceConfig> in_snapshot(Setter<SnapshotConfig> set) {
  return [set = std::move(set)](std::string_view key, const std::string& value,
                                SourceConfig& source) { return set(key, value, source.snapshot); };
}

Setter<SourceConfig> in_clone(Setter<CloneConfig> set) {
  return
      [set = std::move(set)](std::string_view key, const std::string& value, SourceConfig& source) {
        return set(key, value, source.snapshot.clone);
      };
}

// Of properties without effect: a wrong value is still a mistake.
template <typename Parse>
Setter<SourceConfig> checked(Parse parse) {
  return [parse](std::string_view, const std::string& value, SourceConfig&) -> Status {
    const auto parsed = parse(value);
    return parsed ? Status() : parsed.error();
  };
}

Setter<SourceConfig> checked_boolean() { return checked(parse_boolean); }

Setter<SourceConfig> checked_integer(std::int64_t min, std::int64_t max) {
  return checked([=](const std::string& value) { return parse_integer(value, min, max); });
}

Setter<SourceConfig> checked_time() {
  return checked([](const std::string& value) { return parse_duration(value, milliseconds(0)); });
}

Setter<SourceConfig> checked_word(std::vector<std::string_view> words) {
  Choices<bool> choices;
  for (const std::string_view word : words) choices.emplace_back(word, true);
  return checked(
      [choices](const std::string& value) { return parse_choice<bool>(value, choices); });
}

Status set_mode(std::string_view, const std::string& value, SourceConfig& source) {
  const std::string_view mode = trim(value);
  if (equals_ignoring_case(mode, "never"))
    return definite_error("was removed in Debezium 3.6: use no_data");
  if (equals_ignoring_case(mode, "custom"))
    return definite_error("can't be used: " + std::string(kNoJava));
  // What no_data and recovery were called before Debezium 2.6.
  const Choices<SnapshotMode> old_names = {{"schema_only", SnapshotMode::kNoData},
                                           {"schema_only_recovery", SnapshotMode::kRecovery}};
  if (const auto old = parse_choice<SnapshotMode>(mode, old_names)) {
    source.snapshot.mode = *old;
    return {};
  }
  const Choices<SnapshotMode> modes = {{"initial", SnapshotMode::kInitial},
                                       {"initial_only", SnapshotMode::kInitialOnly},
                                       {"no_data", SnapshotMode::kNoData},
                                       {"always", SnapshotMode::kAlways},
                                       {"when_needed", SnapshotMode::kWhenNeeded},
                                       {"recovery", SnapshotMode::kRecovery},
                                       {"configuration_based", SnapshotMode::kConfigurationBased}};
  MILLRACE_ASSIGN_OR_RETURN(source.snapshot.mode, parse_choice<SnapshotMode>(mode, modes));
  return {};
}

Status set_locking_mode(std::string_view, const std::string& value, SourceConfig&) {
  if (equals_ignoring_case(trim(value), "custom"))
    return definite_error("can't be used: " + std::string(kNoJava));
  const Choices<bool> modes = {{"minimal", true},         {"minimal_at_least_once", true},
                               {"minimal_percona", true}, {"minimal_percona_no_table_locks", true},
                               {"extended", true},        {"none", true}};
  const auto mode = parse_choice<bool>(value, modes);
  return mode ? Status() : mode.error();
}

bool is_table_name(std::string_view name) {
  const std::size_t dot = name.find('.');
  return dot != 0 && dot != std::string_view::npos && dot + 1 != name.size() &&
         name.find('.', dot + 1) == std::string_view::npos;
}

Status set_override_tables(std::string_view, const std::string& value, SourceConfig&) {
  for (const std::string& table : split_words(value)) {
    if (!is_table_name(table)) return definite_error("is no list of tables like db.table,db.other");
  }
  return {};
}

// The text without blanks and comments at its beginning.
std::string_view skip_comments(std::string_view sql) {
  while (true) {
    sql = trim(sql);
    if (!sql.starts_with("/*")) return sql;
    const std::size_t end = sql.find("*/", 2);
    if (end == std::string_view::npos) return {};
    sql.remove_prefix(end + 2);
  }
}

// It is run on the source's server, and there nothing is ever written.
bool is_query(std::string_view sql) {
  sql = skip_comments(sql);
  while (sql.starts_with('(')) sql = skip_comments(sql.substr(1));
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
  const std::string_view word = sql.substr(0, sql.find_first_not_of(kLetters));
  return equals_ignoring_case(word, "select") || equals_ignoring_case(word, "with");
}

Status set_override(std::string_view key, const std::string& value, SourceConfig& source) {
  constexpr std::string_view kPrefix = "snapshot.select.statement.overrides.";
  const std::string_view table = key.substr(kPrefix.size());
  if (!is_table_name(table)) return definite_error("stands under a name that is not db.table");
  std::string_view statement = trim(value);
  while (statement.ends_with(';')) statement = trim(statement.substr(0, statement.size() - 1));
  if (!is_query(statement)) return definite_error("is no SELECT statement");
  source.snapshot.select_overrides[std::string(table)] = std::string(statement);
  return {};
}

Status set_clone_password(std::string_view, const std::string& value, SourceConfig& source) {
  source.snapshot.clone.password = Secret(value);
  return {};
}

Status set_clone_tls_mode(std::string_view, const std::string& value, SourceConfig& source) {
  MILLRACE_ASSIGN_OR_RETURN(source.snapshot.clone.tls_mode,
                            parse_choice<TlsMode>(value, tls_modes()));
  return {};
}

Status set_provider_option(std::string_view key, const std::string& value, SourceConfig& source) {
  constexpr std::string_view kPrefix = "snapshot.clone.provider.";
  source.snapshot.clone.provider_options[std::string(key.substr(kPrefix.size()))] = value;
  return {};
}

// An event can't begin before the four bytes that say what the file is.
Status set_clone_position(std::string_view, const std::string& value, SourceConfig& source) {
  const std::string_view position = trim(value);
  const std::size_t colon = position.rfind(':');
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  if (!position.empty() && (colon == 0 || colon == std::string_view::npos ||
                            !parse_integer(position.substr(colon + 1), 4, kMax))) {
    return definite_error("is no position like mysql-bin.000003:4711");
  }
  source.snapshot.clone.position = std::string(position);
  return {};
}

PropertyTable<SourceConfig> mode_properties() {
  using S = SnapshotConfig;
  return {
      {"snapshot.mode", kYes, "initial",
       "what is published besides what changes from now on. initial: all rows once, where there is "
       "no offset; initial_only: the same, then the source stops; no_data: nothing; always: all "
       "rows at every start; when_needed: as initial, and when the server can't go on from the "
       "offset; recovery: the tables' structures are read anew, the offset stays; "
       "configuration_based. Also by their old names schema_only and schema_only_recovery",
       set_mode},
      {"snapshot.mode.configuration.based.snapshot.schema", kYes, "false",
       "of mode configuration_based: the tables' structures are read at every start",
       in_snapshot(boolean(&S::reads_schema))},
      {"snapshot.mode.configuration.based.snapshot.data", kYes, "false",
       "of mode configuration_based: all rows are read at every start",
       in_snapshot(boolean(&S::reads_data))},
      {"snapshot.mode.configuration.based.start.stream", kYes, "false",
       "of mode configuration_based: what changes is streamed then",
       in_snapshot(boolean(&S::streams))},
      {"snapshot.mode.configuration.based.snapshot.on.schema.error", kYes, "false",
       "of mode configuration_based: structures are read anew where the stored ones can't be used",
       in_snapshot(boolean(&S::on_schema_error))},
      {"snapshot.mode.configuration.based.snapshot.on.data.error", kYes, "false",
       "of mode configuration_based: rows are read again where the server can't go on from the "
       "offset",
       in_snapshot(boolean(&S::on_data_error))},
      {"snapshot.mode.custom.name", kNo, "", kNoJava, {}},
  };
}

PropertyTable<SourceConfig> reading_properties() {
  using S = SnapshotConfig;
  const Choices<TableOrder> orders = {{"disabled", TableOrder::kAsListed},
                                      {"ascending", TableOrder::kSmallestFirst},
                                      {"descending", TableOrder::kLargestFirst}};
  constexpr std::int64_t kMostRows = 1'000'000'000'000;
  constexpr std::int64_t kMaxInt = std::numeric_limits<std::int32_t>::max();
  return {
      {"snapshot.include.collection.list", kYes, "",
       "regular expressions of `database.table`: which of the captured tables are read; without "
       "it all",
       in_snapshot(patterns(&S::include))},
      {"snapshot.select.statement.overrides", kYes, "",
       "tables, `database.table`, that are not read whole: each needs "
       "`snapshot.select.statement.overrides.<database>.<table>`",
       set_override_tables},
      {"snapshot.select.statement.overrides.*", kYes, "",
       "`snapshot.select.statement.overrides.<database>.<table>`: the SELECT whose rows are "
       "published of that table",
       set_override},
      {"snapshot.max.threads", kYes, "1", "how many readers work at a time, 1 to 64",
       in_snapshot(integer(&S::threads, 1, 64))},
      {"snapshot.max.rows.per.second", kYes, "0",
       "of all readers together; 0: no limit; Millrace's own",
       in_snapshot(integer(&S::rows_per_second, 0, kMostRows))},
      {"snapshot.delay.ms", kYes, "0", "before the snapshot begins",
       in_snapshot(duration(&S::delay, milliseconds(0)))},
      {"streaming.delay.ms", kYes, "0", "between the snapshot and the stream",
       in_snapshot(duration(&S::streaming_delay, milliseconds(0)))},
      {"snapshot.tables.order.by.row.count", kYes, "disabled",
       "disabled; ascending: the smallest tables first; descending: the largest",
       in_snapshot(choice(&S::order, orders))},
      {"incremental.snapshot.chunk.size", kYes, "by their size",
       "rows of a table that are read at a time, 1 to 10000000; without it as many as a size in "
       "bytes holds (Debezium's default: 1024)",
       in_snapshot(integer(&S::chunk_rows, 1, 10'000'000))},
      {"snapshot.max.threads.multiplier", kNone, "", kByFreeReaders, checked_integer(1, kMaxInt)},
      {"legacy.snapshot.max.threads", kNone, "", kByFreeReaders, checked_boolean()},
      {"snapshot.fetch.size", kNone, "", kNoFetches, checked_integer(-kMaxInt - 1, kMaxInt)},
      {"min.row.count.to.stream.results", kNone, "", kNoFetches, checked_integer(0, kMaxInt)},
      {"snapshot.scan.all.columns.force", kNone, "", "all columns are always read",
       checked_boolean()},
      {"snapshot.query.mode", kOne, "select_all", kNoJava, {}},
      {"snapshot.query.mode.custom.name", kNo, "", kNoJava, {}},
      {"snapshot.locking.mode", kNone, "", kNoLocks, set_locking_mode},
      {"snapshot.locking.mode.custom.name", kNo, "", kNoJava, {}},
      {"snapshot.lock.timeout.ms", kNone, "", kNoLocks, checked_time()},
      {"incremental.snapshot.allow.schema.changes", kNone, "",
       "a table may always change while it is read", checked_boolean()},
      {"incremental.snapshot.watermarking.strategy", kNone, "",
       "nothing is ever written to the source", checked_word({"insert_insert", "insert_delete"})},
      {"read.only", kNone, "", "nothing is ever written to the source", checked_boolean()},
  };
}

PropertyTable<SourceConfig> clone_properties() {
  using C = CloneConfig;
  return {
      {"snapshot.clone.hostname", kYes, "",
       "a frozen copy of the server, such as a clone or a restored backup: the rows are read "
       "there, "
       "and the stream goes on from where the copy was made; Millrace's own, as all of "
       "snapshot.clone",
       in_clone(text(&C::hostname))},
      {"snapshot.clone.port", kYes, "3306", "", in_clone(integer(&C::port, 1, 65535))},
      {"snapshot.clone.unix.socket", kYes, "", "a socket's path, instead of host and port",
       in_clone(text(&C::unix_socket))},
      {"snapshot.clone.user", kYes, "", "without it database.user and database.password",
       in_clone(text(&C::user))},
      {"snapshot.clone.password", kYes, "", "of snapshot.clone.user; best as a reference",
       set_clone_password},
      {"snapshot.clone.ssl.mode", kYes, "database.ssl.mode",
       "disabled, preferred, required, verify_ca or verify_identity", set_clone_tls_mode},
      {"snapshot.clone.ssl.ca", kYes, "database.ssl.ca",
       "PEM file with the certificates that are trusted", in_clone(text(&C::tls_ca))},
      {"snapshot.clone.ssl.cert", kYes, "database.ssl.cert",
       "PEM file with the client's certificate", in_clone(text(&C::tls_cert))},
      {"snapshot.clone.ssl.key", kYes, "database.ssl.key", "PEM file with the client's key",
       in_clone(text(&C::tls_key))},
      {"snapshot.clone.provider", kYes, "",
       "what makes the copy and deletes it when it was read: `aurora`, `mysql-clone`, or an "
       "executable's path; not together with snapshot.clone.hostname",
       in_clone(text(&C::provider))},
      {"snapshot.clone.provider.timeout.ms", kYes, "4h", "for the copy to be made",
       in_clone(duration(&C::provider_timeout, milliseconds(1)))},
      {"snapshot.clone.provider.*", kYes, "", "the provider's own options", set_provider_option},
      {"snapshot.clone.keep", kYes, "false", "true: the provider isn't asked to delete the copy",
       in_clone(boolean(&C::is_kept))},
      {"snapshot.clone.gtid.executed", kYes, "asked of the copy",
       "the GTID set that the copy holds: the stream goes on behind it", in_clone(text(&C::gtids))},
      {"snapshot.clone.position", kYes, "asked of the copy",
       "the same as `file:position` in the server's binlog, where there are no GTIDs",
       set_clone_position},
  };
}

}  // namespace

PropertyTable<SourceConfig> snapshot_properties() {
  PropertyTable<SourceConfig> all = mode_properties();
  for (auto part : {reading_properties(), clone_properties()}) {
    for (Property<SourceConfig>& p : part) all.push_back(std::move(p));
  }
  return all;
}

}  // namespace millrace::config

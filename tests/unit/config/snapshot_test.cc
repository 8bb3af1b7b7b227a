// A source's snapshot: what each property does, what they say together, and what is said about those without effect.

#include <gtest/gtest.h>

#include <cstdlib>

#include "millrace/config/config.h"
#include "unit/config/source_lines.h"

namespace millrace::config {
namespace {

using std::chrono::milliseconds;
using List = std::vector<std::string>;
using Map = std::map<std::string, std::string>;

SnapshotConfig snapshot_of(const std::string& lines) {
  auto config = parse(lines);
  EXPECT_TRUE(config) << (config ? "" : config.error().message());
  return config ? config->sources.at(0).snapshot : SnapshotConfig();
}

// A source with this line as its sixth and last.
Result<Config> parse_last(const std::string& line) {
  return parse_config(
      "sources:\n  shop:\n    database.hostname: db\n    database.user: cdc\n    topic.prefix: "
      "shop\n" +
          (line.empty() ? "" : "    " + line + "\n"),
      "m.yaml");
}

TEST(Snapshot, Modes) {
  const struct {
    const char* word;
    SnapshotMode mode;
  } rows[] = {
      {"initial", SnapshotMode::kInitial},
      {"Initial_Only", SnapshotMode::kInitialOnly},
      {"no_data", SnapshotMode::kNoData},
      {"schema_only", SnapshotMode::kNoData},
      {"always", SnapshotMode::kAlways},
      {"when_needed", SnapshotMode::kWhenNeeded},
      {"recovery", SnapshotMode::kRecovery},
      {"SCHEMA_ONLY_RECOVERY", SnapshotMode::kRecovery},
      {"configuration_based", SnapshotMode::kConfigurationBased},
  };
  for (const auto& row : rows) {
    const auto config = parse_last("snapshot.mode: " + std::string(row.word));
    ASSERT_TRUE(config) << config.error().message();
    EXPECT_EQ(config->sources[0].snapshot.mode, row.mode) << row.word;
  }
  const auto usual = parse_last("");
  ASSERT_TRUE(usual) << usual.error().message();
  EXPECT_EQ(usual->sources[0].snapshot.mode, SnapshotMode::kInitial);
}

TEST(Snapshot, ModesThatAreRefused) {
  const struct {
    const char* word;
    const char* expected;
  } rows[] = {
      {"never", "'never' was removed in Debezium 3.6: use no_data"},
      {"custom", "'custom' can't be used: Java classes can't run here"},
      {"sometimes",
       "'sometimes' is none of initial, initial_only, no_data, always, when_needed, recovery, "
       "configuration_based"},
  };
  for (const auto& row : rows) {
    const auto config = parse_last("snapshot.mode: " + std::string(row.word));
    ASSERT_FALSE(config) << row.word;
    EXPECT_EQ(config.error().message(), std::string("m.yaml:6: snapshot.mode: ") + row.expected);
  }
}

TEST(Snapshot, ConfigurationBased) {
  const std::string flags = "snapshot.mode.configuration.based.";
  const struct {
    const char* name;
    bool SnapshotConfig::*flag;
  } rows[] = {
      {"snapshot.schema", &SnapshotConfig::reads_schema},
      {"snapshot.data", &SnapshotConfig::reads_data},
      {"start.stream", &SnapshotConfig::streams},
      {"snapshot.on.schema.error", &SnapshotConfig::on_schema_error},
      {"snapshot.on.data.error", &SnapshotConfig::on_data_error},
  };
  for (const auto& row : rows) {
    const auto config =
        parse_last("snapshot.mode: configuration_based\n    " + flags + row.name + ": true");
    ASSERT_TRUE(config) << config.error().message();
    EXPECT_TRUE(config->warnings.empty()) << config->warnings[0];
    for (const auto& other : rows)
      EXPECT_EQ(config->sources[0].snapshot.*other.flag, other.name == row.name) << row.name;
  }
}

TEST(Snapshot, Reading) {
  const SnapshotConfig usual = snapshot_of("");
  EXPECT_TRUE(usual.include.empty());
  EXPECT_EQ(usual.threads, 1U);
  EXPECT_EQ(usual.chunk_rows, 0U) << "by their size, whatever Debezium's default";
  EXPECT_EQ(usual.rows_per_second, 0U);
  EXPECT_EQ(usual.order, TableOrder::kAsListed);
  const SnapshotConfig snapshot = snapshot_of(
      "snapshot.include.collection.list: shop\\.o.*, shop\\.items\nsnapshot.max.threads: 64\n"
      "incremental.snapshot.chunk.size: 10000000\nsnapshot.max.rows.per.second: 5000000000\n"
      "snapshot.delay.ms: 5s\nstreaming.delay.ms: 100\n"
      "snapshot.tables.order.by.row.count: Descending\n");
  EXPECT_EQ(snapshot.include, (List{"shop\\.o.*", "shop\\.items"}));
  EXPECT_EQ(snapshot.threads, 64U);
  EXPECT_EQ(snapshot.chunk_rows, 10'000'000U);
  EXPECT_EQ(snapshot.rows_per_second, 5'000'000'000U);
  EXPECT_EQ(snapshot.delay, milliseconds(5000));
  EXPECT_EQ(snapshot.streaming_delay, milliseconds(100));
  EXPECT_EQ(snapshot.order, TableOrder::kLargestFirst);
  EXPECT_EQ(snapshot_of("snapshot.tables.order.by.row.count: ascending").order,
            TableOrder::kSmallestFirst);
  EXPECT_EQ(snapshot_of("snapshot.tables.order.by.row.count: disabled").order,
            TableOrder::kAsListed);
}

TEST(Snapshot, SelectOverrides) {
  setenv("MILLRACE_TEST_YEAR", "2025", 1);
  const std::string key = "snapshot.select.statement.overrides";
  const SnapshotConfig snapshot = snapshot_of(
      key + ": shop.orders, Shop.Ärger\n" + key +
      ".shop.orders: 'SELECT * FROM shop.orders WHERE y > ${env:MILLRACE_TEST_YEAR}; ; '\n" + key +
      ".Shop.Ärger: '/* a; */ ( with w AS (SELECT 1) SELECT * FROM w)'\n");
  EXPECT_EQ(snapshot.select_overrides,
            (Map{{"shop.orders", "SELECT * FROM shop.orders WHERE y > 2025"},
                 {"Shop.Ärger", "/* a; */ ( with w AS (SELECT 1) SELECT * FROM w)"}}));
}

TEST(Snapshot, Clone) {
  setenv("MILLRACE_TEST_PASSWORD", "s3 cret ", 1);
  const CloneConfig usual = snapshot_of("").clone;
  EXPECT_FALSE(usual.is_given());
  EXPECT_FALSE(usual.tls_mode.has_value());
  EXPECT_EQ(usual.provider_timeout, std::chrono::hours(4));
  const CloneConfig clone =
      snapshot_of(
          "snapshot.clone.hostname: copy\nsnapshot.clone.port: 3307\n"
          "snapshot.clone.unix.socket: /run/copy.sock\nsnapshot.clone.user: reader\n"
          "snapshot.clone.password: ${env:MILLRACE_TEST_PASSWORD}\n"
          "snapshot.clone.ssl.mode: verify_ca\nsnapshot.clone.ssl.ca: /ca\n"
          "snapshot.clone.ssl.cert: /cert\nsnapshot.clone.ssl.key: /key\n"
          "snapshot.clone.gtid.executed: ' 3457d932-e55a-11f1-a4af-02fc00000001:1-5 '\n"
          "snapshot.clone.position: mysql-bin.000003:4711\n")
          .clone;
  EXPECT_TRUE(clone.is_given());
  EXPECT_EQ(clone.hostname, "copy");
  EXPECT_EQ(clone.port, 3307);
  EXPECT_EQ(clone.unix_socket, "/run/copy.sock");
  EXPECT_EQ(clone.user, "reader");
  EXPECT_EQ(clone.password.reveal(), "s3 cret ");
  EXPECT_EQ(clone.tls_mode, TlsMode::kVerifyCa);
  EXPECT_EQ(clone.tls_ca, "/ca");
  EXPECT_EQ(clone.tls_cert, "/cert");
  EXPECT_EQ(clone.tls_key, "/key");
  EXPECT_EQ(clone.gtids, "3457d932-e55a-11f1-a4af-02fc00000001:1-5");
  EXPECT_EQ(clone.position, "mysql-bin.000003:4711");
}

TEST(Snapshot, CloneProvider) {
  setenv("MILLRACE_TEST_WORD", "secret", 1);
  const CloneConfig clone =
      snapshot_of(
          "snapshot.clone.provider: aurora\nsnapshot.clone.provider.timeout.ms: 30min\n"
          "snapshot.clone.provider.region: eu-west-1\n"
          "snapshot.clone.provider.db.instance.class: db.r7g.large\n"
          "snapshot.clone.provider.token: ${env:MILLRACE_TEST_WORD}\nsnapshot.clone.keep: true\n"
          "snapshot.clone.user: reader\n")
          .clone;
  EXPECT_TRUE(clone.is_given());
  EXPECT_EQ(clone.provider, "aurora");
  EXPECT_EQ(clone.provider_timeout, std::chrono::minutes(30));
  EXPECT_EQ(
      clone.provider_options,
      (Map{{"region", "eu-west-1"}, {"db.instance.class", "db.r7g.large"}, {"token", "secret"}}));
  EXPECT_TRUE(clone.is_kept);
}

// Empty values stand for nothing: a template may have every key.
TEST(Snapshot, EmptyCloneIsNone) {
  const SnapshotConfig snapshot = snapshot_of(
      "snapshot.clone.hostname: ''\nsnapshot.clone.user: ''\nsnapshot.clone.password: ''\n"
      "snapshot.clone.provider: ''\nsnapshot.clone.position: ''\nsnapshot.clone.gtid.executed: ''\n"
      "snapshot.select.statement.overrides: ''\nsnapshot.include.collection.list: ''\n");
  EXPECT_FALSE(snapshot.clone.is_given());
  EXPECT_TRUE(snapshot.include.empty());
}

TEST(Snapshot, Errors) {
  const std::string needs_clone =
      "needs a clone: snapshot.clone.hostname, snapshot.clone.unix.socket or "
      "snapshot.clone.provider";
  const struct {
    const char* name;
    const char* lines;
    std::string expected;  // after "m.yaml:"
  } rows[] = {
      {"flag", "snapshot.mode.configuration.based.start.stream: yes",
       "7: snapshot.mode.configuration.based.start.stream: 'yes' is neither true nor false"},
      {"unknown flag", "snapshot.mode.configuration.based.start.streams: true",
       "7: snapshot.mode.configuration.based.start.streams: is not known; did you mean "
       "snapshot.mode.configuration.based.start.stream?"},
      {"a class", "snapshot.mode.custom.name: x",
       "7: snapshot.mode.custom.name: Java classes can't run here"},
      {"no thread", "snapshot.max.threads: 0",
       "7: snapshot.max.threads: '0' is not a whole number from 1 to 64"},
      {"threads", "snapshot.max.threads: 65",
       "7: snapshot.max.threads: '65' is not a whole number from 1 to 64"},
      {"chunk", "incremental.snapshot.chunk.size: 0",
       "7: incremental.snapshot.chunk.size: '0' is not a whole number from 1 to 10000000"},
      {"order", "snapshot.tables.order.by.row.count: up",
       "7: snapshot.tables.order.by.row.count: 'up' is none of disabled, ascending, descending"},
      {"list ends in an escape", "snapshot.include.collection.list: 'a\\'",
       "7: snapshot.include.collection.list: 'a\\' ends with a backslash that escapes nothing"},
      {"query mode", "snapshot.query.mode: custom",
       "7: snapshot.query.mode: 'custom' can't be used, only select_all: Java classes can't run "
       "here"},
      {"locking mode", "snapshot.locking.mode: some",
       "7: snapshot.locking.mode: 'some' is none of minimal, minimal_at_least_once, "
       "minimal_percona, minimal_percona_no_table_locks, extended, none"},
      {"locking by a class", "snapshot.locking.mode: custom",
       "7: snapshot.locking.mode: 'custom' can't be used: Java classes can't run here"},
      {"fetch size", "snapshot.fetch.size: many",
       "7: snapshot.fetch.size: 'many' is not a whole number from -2147483648 to 2147483647"},
      {"read only", "read.only: 1", "7: read.only: '1' is neither true nor false"},
      {"watermarks", "incremental.snapshot.watermarking.strategy: update",
       "7: incremental.snapshot.watermarking.strategy: 'update' is none of insert_insert, "
       "insert_delete"},
      {"no table", "snapshot.select.statement.overrides: orders",
       "7: snapshot.select.statement.overrides: 'orders' is no list of tables like "
       "db.table,db.other\n"
       "m.yaml:7: snapshot.select.statement.overrides: needs "
       "snapshot.select.statement.overrides.orders, the SELECT of that table"},
      {"listed without a statement",
       "snapshot.select.statement.overrides: a.b,a.c\n"
       "snapshot.select.statement.overrides.a.c: SELECT 1",
       "7: snapshot.select.statement.overrides: needs snapshot.select.statement.overrides.a.b, the "
       "SELECT of that table"},
      {"a statement that isn't listed",
       "snapshot.select.statement.overrides: a.b\n"
       "snapshot.select.statement.overrides.a.b: SELECT 1\n"
       "snapshot.select.statement.overrides.a.B: SELECT 1",
       "9: snapshot.select.statement.overrides.a.B: names a table that "
       "snapshot.select.statement.overrides doesn't list"},
      {"a statement without a list", "snapshot.select.statement.overrides.a.b: SELECT 1",
       "7: snapshot.select.statement.overrides.a.b: names a table that "
       "snapshot.select.statement.overrides doesn't list"},
      {"a statement that writes",
       "snapshot.select.statement.overrides: a.b\n"
       "snapshot.select.statement.overrides.a.b: '/* SELECT */ DELETE FROM a.b'",
       "8: snapshot.select.statement.overrides.a.b: '/* SELECT */ DELETE FROM a.b' is no SELECT "
       "statement"},
      {"an empty statement",
       "snapshot.select.statement.overrides: a.b\n"
       "snapshot.select.statement.overrides.a.b: ' ; '",
       "8: snapshot.select.statement.overrides.a.b: ' ; ' is no SELECT statement"},
      {"a statement in a comment",
       "snapshot.select.statement.overrides: a.b\n"
       "snapshot.select.statement.overrides.a.b: '/* SELECT 1'",
       "8: snapshot.select.statement.overrides.a.b: '/* SELECT 1' is no SELECT statement"},
      {"two clones", "snapshot.clone.hostname: copy\nsnapshot.clone.provider: aurora",
       "8: snapshot.clone.provider: can't be used together with snapshot.clone.hostname"},
      {"a socket and a provider",
       "snapshot.clone.provider: aurora\nsnapshot.clone.unix.socket: /run/x.sock",
       "7: snapshot.clone.provider: can't be used together with snapshot.clone.unix.socket"},
      {"GTIDs of no clone", "snapshot.clone.gtid.executed: a:1",
       "7: snapshot.clone.gtid.executed: " + needs_clone},
      {"position of no clone", "snapshot.clone.position: a:4",
       "7: snapshot.clone.position: " + needs_clone},
      {"port of no clone", "snapshot.clone.port: 3307", "7: snapshot.clone.port: " + needs_clone},
      {"option of no provider",
       "snapshot.clone.hostname: copy\nsnapshot.clone.provider.region: eu-west-1",
       "8: snapshot.clone.provider.region: needs snapshot.clone.provider"},
      {"time of no provider", "snapshot.clone.provider.timeout.ms: 1h",
       "7: snapshot.clone.provider.timeout.ms: needs snapshot.clone.provider"},
      {"keeping without a provider", "snapshot.clone.hostname: copy\nsnapshot.clone.keep: true",
       "8: snapshot.clone.keep: needs snapshot.clone.provider"},
      {"a name that can't be resolved is one problem",
       "snapshot.clone.hostname: ${env:MILLRACE_TEST_NONE}\nsnapshot.clone.port: 3307",
       "7: snapshot.clone.hostname: ${env:MILLRACE_TEST_NONE}: the environment variable "
       "MILLRACE_TEST_NONE is not set"},
      {"password without a user", "snapshot.clone.hostname: copy\nsnapshot.clone.password: x",
       "8: snapshot.clone.password: needs snapshot.clone.user: without it the source's user and "
       "password are taken"},
      {"TLS", "snapshot.clone.hostname: copy\nsnapshot.clone.ssl.mode: on",
       "8: snapshot.clone.ssl.mode: 'on' is none of disabled, preferred, required, verify_ca, "
       "verify_identity"},
      {"verify without authorities",
       "snapshot.clone.hostname: copy\nsnapshot.clone.ssl.mode: verify_identity",
       "8: snapshot.clone.ssl.mode: needs snapshot.clone.ssl.ca, a PEM file with the certificates "
       "to trust"},
      {"certificate without key", "snapshot.clone.hostname: copy\nsnapshot.clone.ssl.cert: /c",
       "8: snapshot.clone.ssl.cert: needs the other: snapshot.clone.ssl.cert and "
       "snapshot.clone.ssl.key go together"},
      {"position without a number", "snapshot.clone.hostname: a\nsnapshot.clone.position: binlog.1",
       "8: snapshot.clone.position: 'binlog.1' is no position like mysql-bin.000003:4711"},
      {"position without a file", "snapshot.clone.hostname: a\nsnapshot.clone.position: ':4'",
       "8: snapshot.clone.position: ':4' is no position like mysql-bin.000003:4711"},
      {"position before the first event",
       "snapshot.clone.hostname: a\nsnapshot.clone.position: binlog.1:3",
       "8: snapshot.clone.position: 'binlog.1:3' is no position like mysql-bin.000003:4711"},
  };
  for (const auto& row : rows) {
    const auto config = parse(row.lines);
    ASSERT_FALSE(config) << row.name;
    EXPECT_EQ(config.error().message(), "m.yaml:" + row.expected) << row.name;
  }
}

TEST(Snapshot, TheClonesAuthoritiesMayBeTheSources) {
  for (const char* line : {"database.ssl.ca: /ca", "database.ssl.truststore: /t.p12"}) {
    const auto config = parse(
        "snapshot.clone.hostname: copy\nsnapshot.clone.ssl.mode: verify_ca\n" + std::string(line));
    EXPECT_TRUE(config) << config.error().message();
  }
}

TEST(Snapshot, Warnings) {
  const struct {
    const char* name;
    const char* line;
    const char* expected;
  } rows[] = {
      {"flag of another mode", "snapshot.mode.configuration.based.snapshot.data: true",
       "snapshot.mode.configuration.based.snapshot.data: has no effect: snapshot.mode is not "
       "configuration_based"},
      {"locks", "snapshot.locking.mode: minimal_percona_no_table_locks",
       "snapshot.locking.mode: has no effect: nothing is ever locked"},
      {"lock's time", "snapshot.lock.timeout.ms: 10000",
       "snapshot.lock.timeout.ms: has no effect: nothing is ever locked"},
      {"fetches", "snapshot.fetch.size: -2147483648",
       "snapshot.fetch.size: has no effect: rows are read as they come, however many"},
      {"small tables", "min.row.count.to.stream.results: 1000",
       "min.row.count.to.stream.results: has no effect: rows are read as they come, however many"},
      {"multiplier", "snapshot.max.threads.multiplier: 2",
       "snapshot.max.threads.multiplier: has no effect: ranges of tables are handed to readers as "
       "they get free"},
      {"a table a thread", "legacy.snapshot.max.threads: true",
       "legacy.snapshot.max.threads: has no effect: ranges of tables are handed to readers as they "
       "get free"},
      {"columns", "snapshot.scan.all.columns.force: false",
       "snapshot.scan.all.columns.force: has no effect: all columns are always read"},
      {"changes of tables", "incremental.snapshot.allow.schema.changes: true",
       "incremental.snapshot.allow.schema.changes: has no effect: a table may always change while "
       "it is read"},
      {"watermarks", "incremental.snapshot.watermarking.strategy: insert_delete",
       "incremental.snapshot.watermarking.strategy: has no effect: nothing is ever written to the "
       "source"},
      {"read only", "read.only: true",
       "read.only: has no effect: nothing is ever written to the source"},
  };
  for (const auto& row : rows) {
    const auto config = parse(row.line);
    ASSERT_TRUE(config) << row.name << ": " << config.error().message();
    EXPECT_EQ(config->warnings, List{std::string("m.yaml:7: ") + row.expected}) << row.name;
  }
  const auto idle = parse_last("snapshot.mode: configuration_based");
  ASSERT_TRUE(idle) << idle.error().message();
  EXPECT_EQ(idle->warnings,
            List{"m.yaml:6: snapshot.mode: configuration_based does nothing: none of "
                 "snapshot.mode.configuration.based.* is true"});
}

// Debezium's defaults, as many a configuration writes them out.
TEST(Snapshot, DefaultsWrittenExplicitlyAreFine) {
  const auto config = parse_last(
      "snapshot.mode: initial\n    snapshot.query.mode: select_all\n    snapshot.delay.ms: 0\n"
      "    streaming.delay.ms: 0\n    snapshot.max.threads: 1\n"
      "    snapshot.tables.order.by.row.count: disabled\n"
      "    incremental.snapshot.chunk.size: 1024");
  ASSERT_TRUE(config) << config.error().message();
  EXPECT_TRUE(config->warnings.empty()) << config->warnings[0];
  EXPECT_EQ(config->sources[0].snapshot.chunk_rows, 1024U);
}

// A reload starts the source anew when anything of its snapshot has changed.
TEST(Snapshot, FingerprintFollowsTheProperties) {
  const auto fingerprint = [](const std::string& lines) {
    const auto config = parse(lines);
    EXPECT_TRUE(config) << (config ? "" : config.error().message());
    return config ? config->sources[0].fingerprint : 0;
  };
  setenv("MILLRACE_TEST_WORD", "one", 1);
  const std::string lines =
      "snapshot.clone.provider: aurora\nsnapshot.clone.provider.token: ${env:MILLRACE_TEST_WORD}\n";
  const std::uint64_t first = fingerprint(lines);
  EXPECT_EQ(fingerprint(lines), first);
  for (const char* line : {"snapshot.max.threads: 2", "snapshot.include.collection.list: a",
                           "snapshot.clone.keep: true", "snapshot.clone.provider.region: x"}) {
    EXPECT_NE(fingerprint(lines + line), first) << line;
  }
  setenv("MILLRACE_TEST_WORD", "two", 1);
  EXPECT_NE(fingerprint(lines), first) << "a provider's option is what it stands for";
}

}  // namespace
}  // namespace millrace::config

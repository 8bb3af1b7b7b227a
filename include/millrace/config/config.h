#pragma once

// The configuration: one YAML (or JSON) file to one immutable Config. Below a source stand the property names of
// Debezium's MySQL connector; daemon, kafka and sink have keys of their own. A key that nobody knows is an error with
// its line and the nearest name; a property of Debezium that is not supported is refused with the reason, or accepted
// with a warning where it has no meaning here. Secrets come from outside: ${env:NAME}, ${file:PATH}, ${file:PATH:KEY}
// (a properties file), ${dir:PATH:FILE}.
//
// Files that a reference or state.dir names are looked up from the process's working directory.
//
// Reading is the only I/O; the result is a value, safe to share. Any thread may read; nothing is kept between calls.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/base/secret.h"

namespace millrace::config {

enum class SinkType : std::uint8_t { kKafka, kFile, kStdout };
enum class ExactlyOnce : std::uint8_t { kRequired, kDisabled };
enum class Oversized : std::uint8_t { kFail, kSkip, kDeadLetter };
enum class InvalidText : std::uint8_t { kReplace, kBase64, kFail };
enum class DecimalMode : std::uint8_t { kPrecise, kString, kDouble };
enum class BinaryMode : std::uint8_t { kBytes, kBase64, kBase64UrlSafe, kHex };
enum class TimePrecision : std::uint8_t {
  kAdaptiveTimeMicroseconds,
  kConnect,
  kMicroseconds,
  kNanoseconds,
  kIsoString,
};
// *.handling.mode: warn and skip leave out, and count and log what they leave out.
enum class FailureMode : std::uint8_t { kFail, kWarn, kSkip };
enum class TlsMode : std::uint8_t { kDisabled, kPreferred, kRequired, kVerifyCa, kVerifyIdentity };
enum class LogFormat : std::uint8_t { kText, kJson };

struct DaemonConfig {
  std::string listen_host = "127.0.0.1";
  std::uint16_t listen_port = 8083;
  std::string log_level = "info";
  LogFormat log_format = LogFormat::kText;
  std::uint64_t memory_limit_bytes = 512ULL << 20;
  unsigned decode_threads = 0;  // 0: as many as cores
  std::string state_dir = "./millrace-state";
  std::string sources_dir;  // more sources, a file each
  std::string group_id = "millrace";
  std::string offset_storage_topic = "millrace-offsets";
  std::string state_storage_topic = "millrace-state";
  std::string config_storage_topic = "millrace-configs";
};

struct SinkConfig {
  SinkType type = SinkType::kStdout;
  std::string path;  // file
  std::uint64_t rotate_bytes = 0;
};

struct TopicCreation {
  int partitions = 1;
  int replication_factor = -1;                  // the broker's default
  std::map<std::string, std::string> settings;  // topic.creation.default.<setting>
};

// A group of topic.creation.groups: the first whose regular expressions take a topic decides how it is created.
struct TopicGroupConfig {
  std::string name;
  std::vector<std::string> include, exclude;
  TopicCreation creation;
};

// signal.*: the channels by which an operator asks something of a running source.
struct SignalConfig {
  bool source_enabled = true, kafka_enabled = false, file_enabled = false;
  std::string table;        // signal.data.collection, "db.table"; empty: none
  std::string kafka_topic;  // empty: <topic.prefix>-signal
  std::string kafka_group = "kafka-signal";
  std::string kafka_servers;  // empty: those of the section kafka
  std::map<std::string, std::string> consumer_override, consumer_properties;  // signal.consumer.*
  std::string file = "file-signals.txt";
  std::chrono::milliseconds poll_interval{5000};
};

// guardrail.collections.max and .limit.action
struct GuardrailConfig {
  std::uint64_t most_tables = 0;  // 0: no limit
  bool fails = false;             // else it warns
};

// schema.name.adjustment.mode, field.name.adjustment.mode
enum class NameAdjustment : std::uint8_t { kNone, kAvro, kAvroUnicode };

// What values look like: decimal.handling.mode and its like.
struct ValueConfig {
  DecimalMode decimal = DecimalMode::kPrecise;
  bool precise_unsigned_bigint = false;  // bigint.unsigned.handling.mode=precise
  BinaryMode binary = BinaryMode::kBytes;
  TimePrecision time = TimePrecision::kAdaptiveTimeMicroseconds;
};

// key.converter.* and value.converter.*
struct ConverterConfig {
  bool schemas_enable = false;
  bool decimal_as_number = false;  // decimal.format=NUMERIC
};

enum class MaskKind : std::uint8_t { kTruncate, kAsterisks, kHash };

// column.truncate.to.<length>.chars, column.mask.with.<length>.chars,
// column.mask.hash[.v2].<algorithm>.with.salt.<salt>
struct ColumnMaskConfig {
  std::vector<std::string> columns;
  MaskKind kind = MaskKind::kTruncate;
  std::size_t length = 0;
  std::string algorithm, salt;
  bool is_serialized = false;  // without .v2
};

// A converter of the class TinyIntOneToBooleanConverter.
struct BooleanConverterConfig {
  std::vector<std::string> columns;  // selector; empty: all
  bool checks_length = true;         // length.checker
};

// Java regular expressions, matched against "db.table.column".
struct ColumnConfig {
  std::vector<std::string> include, exclude;
  std::vector<std::string> source_types;      // column.propagate.source.type
  std::vector<std::string> source_datatypes;  // datatype.propagate.source.type
  std::vector<ColumnMaskConfig> masks;        // as they stand in the file
  std::vector<std::string> key_columns;       // message.key.columns, one a column
  std::vector<BooleanConverterConfig> booleans;
};

// transforms.<name>.*: checked by name and value, choices in the spelling of the documentation.
struct TransformConfig {
  std::string name;
  std::string type;
  std::map<std::string, std::string> options;
  std::string predicate;  // empty: for every record
  bool negate = false;
};

// predicates.<name>.*
struct PredicateConfig {
  std::string name;
  std::string type;
  std::map<std::string, std::string> options;
};

// The records around the rows.
struct MetadataConfig {
  bool transactions = false;                      // provide.transaction.metadata
  std::string transaction_topic = "transaction";  // topic.transaction: behind topic.prefix
  bool schema_changes = true;                     // include.schema.changes
  // schema.history.internal.store.only.captured.tables.ddl
  bool captured_schema_changes_only = false;
  std::chrono::milliseconds heartbeat_interval{0};        // heartbeat.interval.ms; 0: none
  std::string heartbeat_query;                            // heartbeat.action.query
  std::string heartbeat_prefix = "__debezium-heartbeat";  // topic.heartbeat.prefix
  std::string heartbeat_topic;  // topic.heartbeat.name: the whole name, instead
  // notification.enabled.channels
  bool notifies_log = false;
  bool notifies_sink = false;
  std::string notification_topic;  // notification.sink.topic.name
  std::string topic_delimiter = ".";
  // topic.naming.strategy
  bool topics_have_database = true;
  bool topics_write_unicode = false;
};

// Where a connector kept its schema history: read once, when a source goes on from that connector's offset.
struct SchemaHistoryConfig {
  std::string implementation;  // class; empty: Kafka's
  std::string topic, bootstrap_servers;
  std::map<std::string, std::string>
      consumer;  // schema.history.internal.consumer.*, a Java consumer's
  std::string file;
};

// snapshot.mode: what a source publishes besides what changes from now on.
enum class SnapshotMode : std::uint8_t {
  kInitial,      // all rows once, when there is no offset
  kInitialOnly,  // the same, then stop
  kNoData,
  kAlways,             // at every start
  kWhenNeeded,         // as kInitial, and when the server can't go on from the offset
  kRecovery,           // the structures are read anew, the offset stays
  kConfigurationBased  // as the flags say
};

// snapshot.tables.order.by.row.count
enum class TableOrder : std::uint8_t { kAsListed, kSmallestFirst, kLargestFirst };

// snapshot.clone.*: a frozen copy of the server, which is read in its place.
struct CloneConfig {
  std::string hostname;  // snapshot.clone.hostname; empty: none given
  std::uint16_t port = 3306;
  std::string unix_socket;
  std::string user;  // empty: the source's, with its password
  Secret password;
  std::optional<TlsMode> tls_mode;        // none: as the source's
  std::string tls_ca, tls_cert, tls_key;  // empty: the source's
  // snapshot.clone.provider: an executable that makes the copy and deletes it; "aurora" and "mysql-clone" are the
  // shipped ones. Not together with hostname.
  std::string provider;
  std::map<std::string, std::string> provider_options;  // snapshot.clone.provider.<name>, resolved
  std::chrono::milliseconds provider_timeout{std::chrono::hours{4}};
  bool is_kept = false;  // snapshot.clone.keep: the provider isn't asked to delete it
  // Where the stream goes on: asked of the copy when neither is given.
  std::string gtids;     // snapshot.clone.gtid.executed
  std::string position;  // snapshot.clone.position: "mysql-bin.000003:4711"

  bool is_given() const { return !hostname.empty() || !unix_socket.empty() || !provider.empty(); }
};

struct SnapshotConfig {
  SnapshotMode mode = SnapshotMode::kInitial;
  // snapshot.mode.configuration.based.*
  bool reads_schema = false, reads_data = false, streams = false, on_schema_error = false,
       on_data_error = false;
  // snapshot.include.collection.list: Java regular expressions of "db.table" among the captured ones; empty: all.
  std::vector<std::string> include;
  // snapshot.select.statement.overrides.<db>.<table>: the SELECT of a table, by "db.table".
  std::map<std::string, std::string> select_overrides;
  unsigned threads = 1;                // snapshot.max.threads: readers at a time
  std::uint64_t chunk_rows = 0;        // incremental.snapshot.chunk.size; 0: by their size
  std::uint64_t rows_per_second = 0;   // snapshot.max.rows.per.second; 0: no limit
  std::chrono::milliseconds delay{0};  // snapshot.delay.ms
  std::chrono::milliseconds streaming_delay{0};  // streaming.delay.ms
  TableOrder order = TableOrder::kAsListed;
  CloneConfig clone;
};

struct SourceConfig {
  std::string name;
  std::string file;  // with line: where the source stands, for messages
  int line = 0;

  std::string hostname;
  std::uint16_t port = 3306;
  std::string unix_socket;  // database.unix.socket: instead of host and port
  std::string user;
  Secret password;
  std::optional<std::uint32_t> server_id;
  TlsMode tls_mode = TlsMode::kPreferred;
  std::string tls_ca, tls_cert, tls_key;  // PEM: database.ssl.ca, .cert, .key
  // PKCS12: database.ssl.keystore, .truststore, and their passwords.
  std::string key_store, trust_store;
  Secret key_store_password, trust_store_password;
  std::string compression;  // database.compression: zlib, zstd; empty: none
  std::chrono::milliseconds connect_timeout{30000};
  // binlog.heartbeat.interval.ms: how often an idle server must say so; the read time-out is twice that.
  std::chrono::milliseconds server_heartbeat{10000};

  std::string topic_prefix;
  TopicCreation topic_creation;
  std::vector<TopicGroupConfig> topic_groups;
  // producer.override.*: as written, and in librdkafka's words.
  std::map<std::string, std::string> producer_override, producer_properties;
  std::string offset_storage_topic;             // offsets.storage.topic; empty: the daemon's
  std::vector<std::string> initial_statements;  // database.initial.statements
  GuardrailConfig guardrail;
  SignalConfig signals;
  FailureMode unconvertible = FailureMode::kFail;        // event.converting.failure.handling.mode
  FailureMode inconsistent_schema = FailureMode::kFail;  // inconsistent.schema.handling.mode
  FailureMode undecodable = FailureMode::kFail;    // event.deserialization.failure.handling.mode
  FailureMode unprocessable = FailureMode::kFail;  // event.processing.failure.handling.mode
  // Java regular expressions of server UUIDs: gtid.source.includes, .excludes.
  std::vector<std::string> gtid_includes, gtid_excludes;
  bool gtid_filters_rows = true;  // gtid.source.filter.dml.events
  SnapshotConfig snapshot;
  SchemaHistoryConfig schema_history;

  // Java regular expressions, anchored, matched without case against "db" or "db.table" or "db.table.column".
  std::vector<std::string> database_include, database_exclude, table_include, table_exclude;
  std::vector<std::string> bytes_columns;  // column.bytes.include.list
  ColumnConfig columns;
  bool ignore_builtin_tables = true;

  bool tombstones_on_delete = true;
  bool skip_creates = false, skip_updates = false, skip_deletes = false, skip_truncates = true;
  bool skip_unchanged = false;  // skip.messages.without.change
  bool include_query = false;
  bool extended_headers = false;
  bool enable_time_adjuster = true;
  bool json_mysql_form = false;
  std::string unavailable_placeholder;  // empty unless configured: absent columns are left out
  InvalidText invalid_text = InvalidText::kReplace;
  ValueConfig values;
  ConverterConfig key_converter, value_converter;
  NameAdjustment schema_names = NameAdjustment::kNone;
  NameAdjustment field_names = NameAdjustment::kNone;
  bool schema_comments = false;             // include.schema.comments
  std::vector<TransformConfig> transforms;  // in the order in which they run
  std::vector<PredicateConfig> predicates;
  bool json_headers = false;  // header.converter is a JsonConverter
  MetadataConfig metadata;

  ExactlyOnce exactly_once = ExactlyOnce::kRequired;
  std::chrono::milliseconds commit_interval{50};
  std::uint64_t commit_max_bytes = 8ULL << 20;
  std::uint64_t transaction_split_bytes = 8ULL << 20;
  Oversized oversized = Oversized::kFail;
  bool tolerates_errors = false;  // errors.tolerance=all
  std::string dead_letter_topic;
  int errors_max_retries = -1;                       // without end
  std::chrono::milliseconds retry_delay_max{60000};  // errors.retry.delay.max.ms

  // Everything as written, after substitution of nothing: to see what changed on reload, and for REST. Secrets stay
  // references.
  std::map<std::string, std::string> properties;
  std::map<std::string, int> lines;  // where each stands in the file
  // Changes when any resolved value that the source's run depends on changes (its own, secrets included, kafka, sink,
  // group.id and the storage topics): a reload restarts the source then.
  std::uint64_t fingerprint = 0;
};

struct Config {
  DaemonConfig daemon;
  std::map<std::string, std::string> kafka;  // librdkafka properties, resolved
  bool has_kafka = false;
  SinkConfig sink;
  std::vector<SourceConfig> sources;
  std::vector<std::string> warnings;  // properties accepted without effect, each with why
};

// Reads and checks a file. All errors are definite; the message lists every problem found, one a line, each
// "file:line: key: what is wrong and what to do".
Result<Config> load_config(const std::string& path);
// The same from text; `name` stands for the file in messages.
Result<Config> parse_config(std::string_view text, const std::string& name);

}  // namespace millrace::config

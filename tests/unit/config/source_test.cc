// One source: what each property does, and what is said about those that can't be used.

#include <gtest/gtest.h>

#include <cstdlib>

#include "millrace/config/config.h"
#include "unit/config/source_lines.h"

namespace millrace::config {
namespace {

using std::chrono::milliseconds;

SourceConfig source_of(const std::string& lines) {
  auto config = parse(lines);
  EXPECT_TRUE(config) << (config ? "" : config.error().message());
  return config ? config->sources.at(0) : SourceConfig();
}

TEST(Source, Connection) {
  setenv("MILLRACE_TEST_PASSWORD", "s3 cret ", 1);
  const SourceConfig source = source_of(
      "database.port: 3307\ndatabase.unix.socket: /run/mysqld.sock\n"
      "database.password: ${env:MILLRACE_TEST_PASSWORD}\ndatabase.server.id: 4294967295\n"
      "database.ssl.mode: verify_identity\ndatabase.ssl.ca: /ca\ndatabase.ssl.cert: /cert\n"
      "database.ssl.key: /key\ndatabase.compression: zstd\nconnect.timeout.ms: 5s\n"
      "binlog.heartbeat.interval.ms: 2000\n");
  EXPECT_EQ(source.port, 3307);
  EXPECT_EQ(source.unix_socket, "/run/mysqld.sock");
  EXPECT_EQ(source.password.reveal(), "s3 cret ");
  EXPECT_EQ(source.server_id, 4294967295U);
  EXPECT_EQ(source.tls_mode, TlsMode::kVerifyIdentity);
  EXPECT_EQ(source.tls_ca, "/ca");
  EXPECT_EQ(source.tls_cert, "/cert");
  EXPECT_EQ(source.tls_key, "/key");
  EXPECT_EQ(source.compression, "zstd");
  EXPECT_EQ(source.connect_timeout, milliseconds(5000));
  EXPECT_EQ(source.server_heartbeat, milliseconds(2000));
}

TEST(Source, WhatIsCaptured) {
  using List = std::vector<std::string>;
  const SourceConfig source = source_of(
      "database.include.list: shop,tenant_.*\ntable.exclude.list: shop\\.log\n"
      "table.ignore.builtin: false\nskipped.operations: c,t\ncolumn.bytes.include.list: "
      "a\\.b\\.c\n");
  EXPECT_EQ(source.database_include, (List{"shop", "tenant_.*"}));
  EXPECT_EQ(source.table_exclude, (List{"shop\\.log"}));
  EXPECT_EQ(source.bytes_columns, (List{"a\\.b\\.c"}));
  EXPECT_FALSE(source.ignore_builtin_tables);
  EXPECT_TRUE(source.skip_creates);
  EXPECT_FALSE(source.skip_updates);
  EXPECT_FALSE(source.skip_deletes);
  EXPECT_TRUE(source.skip_truncates);
  EXPECT_FALSE(source_of("skipped.operations: none").skip_truncates);
  EXPECT_EQ(source_of("database.exclude.list: a\ntable.include.list: b").table_include, List{"b"});
}

TEST(Source, EventsAndTopics) {
  const SourceConfig source = source_of(
      "tombstones.on.delete: false\ninclude.query: true\nextended.headers.enabled: true\n"
      "enable.time.adjuster: false\nunavailable.value.placeholder: gone\njson.format: mysql\n"
      "charset.invalid: base64\ntopic.creation.default.partitions: 6\n"
      "topic.creation.default.replication.factor: 3\ntopic.creation.default.cleanup.policy: "
      "compact\n");
  EXPECT_FALSE(source.tombstones_on_delete);
  EXPECT_TRUE(source.include_query);
  EXPECT_TRUE(source.extended_headers);
  EXPECT_FALSE(source.enable_time_adjuster);
  EXPECT_EQ(source.unavailable_placeholder, "gone");
  EXPECT_TRUE(source.json_mysql_form);
  EXPECT_EQ(source.invalid_text, InvalidText::kBase64);
  EXPECT_EQ(source.topic_creation.partitions, 6);
  EXPECT_EQ(source.topic_creation.replication_factor, 3);
  EXPECT_EQ(source.topic_creation.settings,
            (std::map<std::string, std::string>{{"cleanup.policy", "compact"}}));
}

TEST(Source, Signals) {
  const SourceConfig usual = source_of("");
  EXPECT_TRUE(usual.signals.source_enabled);
  EXPECT_FALSE(usual.signals.kafka_enabled || usual.signals.file_enabled);
  const SourceConfig source = source_of(
      "signal.enabled.channels: kafka, FILE\nsignal.data.collection: ops.signals\n"
      "signal.poll.interval.ms: 100\nsignal.kafka.topic: ops\nsignal.kafka.groupId: g\n"
      "signal.kafka.bootstrap.servers: b:9092\nsignal.consumer.security.protocol: SSL\n"
      "signal.file: /run/signals\n");
  const SignalConfig& signals = source.signals;
  EXPECT_FALSE(signals.source_enabled);
  EXPECT_TRUE(signals.kafka_enabled && signals.file_enabled);
  EXPECT_EQ(signals.table, "ops.signals");
  EXPECT_EQ(signals.poll_interval, milliseconds(100));
  EXPECT_EQ(signals.kafka_topic, "ops");
  EXPECT_EQ(signals.kafka_group, "g");
  EXPECT_EQ(signals.kafka_servers, "b:9092");
  EXPECT_EQ(signals.consumer_properties,
            (std::map<std::string, std::string>{{"security.protocol", "SSL"}}));
  EXPECT_EQ(signals.file, "/run/signals");
}

TEST(Source, KeyStores) {
  const SourceConfig source = source_of(
      "database.ssl.mode: verify_ca\ndatabase.ssl.truststore: /t.p12\n"
      "database.ssl.truststore.password: t\ndatabase.ssl.keystore: /k.p12\n"
      "database.ssl.keystore.password: k\n");
  EXPECT_EQ(source.trust_store, "/t.p12");
  EXPECT_EQ(source.trust_store_password.reveal(), "t");
  EXPECT_EQ(source.key_store, "/k.p12");
  EXPECT_EQ(source.key_store_password.reveal(), "k");
}

TEST(Source, TopicGroups) {
  const SourceConfig source = source_of(
      "topic.creation.groups: big, default, log\ntopic.creation.default.partitions: 3\n"
      "topic.creation.big.include: shop\\..*,x\ntopic.creation.big.exclude: shop\\.tmp\n"
      "topic.creation.big.partitions: 12\ntopic.creation.log.include: .*log\n"
      "topic.creation.log.retention.ms: 1000\ntopic.creation.log.replication.factor: 2\n");
  using List = std::vector<std::string>;
  ASSERT_EQ(source.topic_groups.size(), 2U);
  const TopicGroupConfig& big = source.topic_groups[0];
  EXPECT_EQ(big.name, "big");
  EXPECT_EQ(big.include, (List{"shop\\..*", "x"}));
  EXPECT_EQ(big.exclude, List{"shop\\.tmp"});
  EXPECT_EQ(big.creation.partitions, 12);
  EXPECT_EQ(big.creation.replication_factor, -1);
  const TopicGroupConfig& log = source.topic_groups[1];
  EXPECT_EQ(log.creation.partitions, 3) << "the default group's";
  EXPECT_EQ(log.creation.replication_factor, 2);
  EXPECT_EQ(log.creation.settings, (std::map<std::string, std::string>{{"retention.ms", "1000"}}));
}

TEST(Source, ProducerOverride) {
  const SourceConfig source = source_of(
      "producer.override.compression.type: zstd\nproducer.override.compression.zstd.level: 5\n"
      "producer.override.buffer.memory: 33554432\nproducer.override.max.request.size: 2000000\n"
      "producer.override.send.buffer.bytes: -1\nproducer.override.max.block.ms: 1\n"
      "producer.override.ssl.endpoint.identification.algorithm: \"\"\n"
      "producer.override.ssl.keystore.type: PKCS12\nproducer.override.ssl.keystore.location: /k\n"
      "producer.override.ssl.keystore.password: p\nproducer.override.ssl.truststore.type: pem\n"
      "producer.override.ssl.truststore.location: /ca\n"
      "producer.override.sasl.jaas.config: 'org.apache.kafka.common.security.scram.ScramLoginModule"
      " required username=\"u\" password=\"a\\\"b;\";'\n");
  const std::map<std::string, std::string> expected = {
      {"compression.type", "zstd"},
      {"compression.level", "5"},
      {"queue.buffering.max.kbytes", "32768"},
      {"message.max.bytes", "2000000"},
      {"socket.send.buffer.bytes", "0"},
      {"ssl.endpoint.identification.algorithm", "none"},
      {"ssl.keystore.location", "/k"},
      {"ssl.keystore.password", "p"},
      {"ssl.ca.location", "/ca"},
      {"sasl.username", "u"},
      {"sasl.password", "a\"b;"},
  };
  EXPECT_EQ(source.producer_properties, expected);
}

TEST(Source, PoliciesAndLimits) {
  using List = std::vector<std::string>;
  const SourceConfig source = source_of(
      "gtid.source.includes: a-.*,b\ngtid.source.filter.dml.events: false\n"
      "guardrail.collections.max: 5\nguardrail.collections.limit.action: FAIL\n"
      "database.initial.statements: \"SET a = 1; SET b = 'x;;y';\"\noffsets.storage.topic: own\n"
      "errors.tolerance: all\ninconsistent.schema.handling.mode: warn\n"
      "event.processing.failure.handling.mode: ignore\n"
      "event.deserialization.failure.handling.mode: skip\n"
      "event.converting.failure.handling.mode: warn\n");
  EXPECT_EQ(source.inconsistent_schema, FailureMode::kWarn);
  EXPECT_EQ(source.unprocessable, FailureMode::kSkip);
  EXPECT_EQ(source.undecodable, FailureMode::kSkip);
  EXPECT_EQ(source.unconvertible, FailureMode::kWarn);
  EXPECT_EQ(source.gtid_includes, (List{"a-.*", "b"}));
  EXPECT_FALSE(source.gtid_filters_rows);
  EXPECT_EQ(source.guardrail.most_tables, 5U);
  EXPECT_TRUE(source.guardrail.fails);
  EXPECT_EQ(source.initial_statements, (List{"SET a = 1", "SET b = 'x;y'"}));
  EXPECT_EQ(source.offset_storage_topic, "own");
  EXPECT_EQ(source.oversized, Oversized::kSkip);
  EXPECT_EQ(source_of("errors.tolerance: all\nerrors.deadletterqueue.topic.name: dead").oversized,
            Oversized::kDeadLetter);
  EXPECT_EQ(source_of("errors.tolerance: all\nerrors.oversized: fail").oversized, Oversized::kFail);
}

TEST(Source, ValueModes) {
  const SourceConfig usual = source_of("");
  EXPECT_EQ(usual.values.decimal, DecimalMode::kPrecise);
  EXPECT_EQ(usual.values.time, TimePrecision::kAdaptiveTimeMicroseconds);
  EXPECT_FALSE(usual.key_converter.decimal_as_number);
  const SourceConfig source = source_of(
      "decimal.handling.mode: String\nbigint.unsigned.handling.mode: precise\n"
      "binary.handling.mode: base64-url-safe\ntime.precision.mode: isostring\n"
      "key.converter.decimal.format: numeric\nvalue.converter.decimal.format: BASE64\n");
  EXPECT_EQ(source.values.decimal, DecimalMode::kString);
  EXPECT_TRUE(source.values.precise_unsigned_bigint);
  EXPECT_EQ(source.values.binary, BinaryMode::kBase64UrlSafe);
  EXPECT_EQ(source.values.time, TimePrecision::kIsoString);
  EXPECT_TRUE(source.key_converter.decimal_as_number);
  EXPECT_FALSE(source.value_converter.decimal_as_number);
  EXPECT_TRUE(
      source_of("value.converter.decimal.format: NUMERIC").value_converter.decimal_as_number);
  EXPECT_EQ(source_of("decimal.handling.mode: double").values.decimal, DecimalMode::kDouble);
  EXPECT_EQ(source_of("binary.handling.mode: hex").values.binary, BinaryMode::kHex);
  EXPECT_EQ(source_of("time.precision.mode: connect").values.time, TimePrecision::kConnect);
}

TEST(Source, Schemas) {
  const std::string json = "org.apache.kafka.connect.json.JsonConverter\n";
  const SourceConfig source = source_of(
      "value.converter.schemas.enable: true\ninclude.schema.comments: true\n"
      "column.propagate.source.type: a\ndatatype.propagate.source.type: b\n"
      "schema.name.adjustment.mode: avro\nfield.name.adjustment.mode: avro_unicode\n");
  EXPECT_FALSE(source.key_converter.schemas_enable);
  EXPECT_TRUE(source.value_converter.schemas_enable);
  EXPECT_TRUE(source.schema_comments);
  EXPECT_EQ(source.columns.source_types, std::vector<std::string>{"a"});
  EXPECT_EQ(source.columns.source_datatypes, std::vector<std::string>{"b"});
  EXPECT_EQ(source.schema_names, NameAdjustment::kAvro);
  EXPECT_EQ(source.field_names, NameAdjustment::kAvroUnicode);
  EXPECT_FALSE(source_of("").value_converter.schemas_enable);
  EXPECT_TRUE(source_of("key.converter: " + json).key_converter.schemas_enable)
      << "the converter's own default";
  EXPECT_FALSE(source_of("value.converter: " + json + "value.converter.schemas.enable: false\n")
                   .value_converter.schemas_enable);
}

TEST(Source, Columns) {
  using List = std::vector<std::string>;
  const SourceConfig source = source_of(
      "column.exclude.list: a\\.b\\.c,d\ncolumn.truncate.to.20.chars: a\n"
      "column.mask.with.0.chars: b\ncolumn.mask.hash.SHA-256.with.salt.Czq.1: c,d\n"
      "column.mask.hash.v2.sha3-512.with.salt.x: e\n"
      "message.key.columns: 'a.b:c,d; (.*).e:f'\nskip.messages.without.change: true\n");
  EXPECT_EQ(source.columns.exclude, (List{"a\\.b\\.c", "d"}));
  EXPECT_EQ(source_of("column.include.list: a").columns.include, List{"a"});
  EXPECT_EQ(source.columns.key_columns, (List{"a.b.c", "a.b.d", "(.*).e.f"}));
  EXPECT_TRUE(source.skip_unchanged);
  ASSERT_EQ(source.columns.masks.size(), 4U);
  const std::vector<ColumnMaskConfig>& masks = source.columns.masks;
  EXPECT_EQ(masks[0].kind, MaskKind::kTruncate);
  EXPECT_EQ(masks[0].length, 20U);
  EXPECT_EQ(masks[0].columns, List{"a"});
  EXPECT_EQ(masks[1].kind, MaskKind::kAsterisks);
  EXPECT_EQ(masks[1].length, 0U);
  EXPECT_EQ(masks[2].kind, MaskKind::kHash);
  EXPECT_EQ(masks[2].algorithm, "SHA-256");
  EXPECT_EQ(masks[2].salt, "Czq.1");
  EXPECT_TRUE(masks[2].is_serialized);
  EXPECT_EQ(masks[2].columns, (List{"c", "d"}));
  EXPECT_EQ(masks[3].algorithm, "sha3-512");
  EXPECT_FALSE(masks[3].is_serialized);
}

TEST(Source, Converters) {
  const std::string lines =
      "converters: b, c\n"
      "b.type: io.debezium.connector.binlog.converters.TinyIntOneToBooleanConverter\n"
      "b.selector: shop.*\\.flag,x\nb.length.checker: false\n"
      "c.type: io.debezium.connector.mysql.converters.TinyIntOneToBooleanConverter\n";
  const SourceConfig source = source_of(lines);
  ASSERT_EQ(source.columns.booleans.size(), 2U);
  EXPECT_EQ(source.columns.booleans[0].columns, (std::vector<std::string>{"shop.*\\.flag", "x"}));
  EXPECT_FALSE(source.columns.booleans[0].checks_length);
  EXPECT_TRUE(source.columns.booleans[1].columns.empty());
  EXPECT_TRUE(source.columns.booleans[1].checks_length);
  EXPECT_NE(source_of(lines + "c.selector: y\n").fingerprint, source.fingerprint);
}

TEST(Source, CommitsAndErrors) {
  const SourceConfig source = source_of(
      "exactly.once.support: disabled\ncommit.interval.ms: 100\ncommit.max.bytes: 1MiB\n"
      "transaction.split.bytes: 2MiB\nerrors.oversized: dead_letter\n"
      "errors.deadletterqueue.topic.name: dlq\nerrors.max.retries: 5\nerrors.retry.delay.max.ms: "
      "1000\n");
  EXPECT_EQ(source.exactly_once, ExactlyOnce::kDisabled);
  EXPECT_EQ(source.commit_interval, milliseconds(100));
  EXPECT_EQ(source.commit_max_bytes, 1U << 20);
  EXPECT_EQ(source.transaction_split_bytes, 2U << 20);
  EXPECT_EQ(source.oversized, Oversized::kDeadLetter);
  EXPECT_EQ(source.dead_letter_topic, "dlq");
  EXPECT_EQ(source.errors_max_retries, 5);
  EXPECT_EQ(source.retry_delay_max, milliseconds(1000));
  EXPECT_EQ(source_of("exactly.once.support: requested").exactly_once, ExactlyOnce::kRequired);
}

TEST(Source, PropertiesStayAsWritten) {
  setenv("MILLRACE_TEST_PASSWORD", "x", 1);
  const SourceConfig source =
      source_of("database.password: ${env:MILLRACE_TEST_PASSWORD}\ntable.include.list: 'a , b'\n");
  EXPECT_EQ(source.properties.at("database.password"), "${env:MILLRACE_TEST_PASSWORD}");
  EXPECT_EQ(source.properties.at("table.include.list"), "a , b");
  EXPECT_EQ(source.properties.at("topic.prefix"), "shop");
}

// A connector's configuration as Debezium's tutorial gives it, with what this version needs changed.
TEST(Source, DefaultsWrittenExplicitlyAreFine) {
  const auto config = parse(
      "connector.class: io.debezium.connector.mysql.MySqlConnector\ntasks.max: 1\nname: shop\n"
      "key.converter: org.apache.kafka.connect.json.JsonConverter\nkey.converter.schemas.enable: "
      "false\n"
      "value.converter: "
      "org.apache.kafka.connect.json.JsonConverter\nvalue.converter.schemas.enable: False\n"
      "decimal.handling.mode: precise\ntime.precision.mode: adaptive_time_microseconds\n"
      "bigint.unsigned.handling.mode: long\nbinary.handling.mode: bytes\nheartbeat.interval.ms: 0\n"
      "provide.transaction.metadata: false\ninclude.schema.changes: false\ntopic.delimiter: .\n"
      "topic.naming.strategy: io.debezium.schema.DefaultTopicNamingStrategy\n");
  ASSERT_TRUE(config) << config.error().message();
  EXPECT_TRUE(config->warnings.empty()) << config->warnings[0];
}

TEST(Source, Errors) {
  const struct {
    const char* name;
    const char* lines;
    const char* expected;  // of the first problem, after "m.yaml:"
  } rows[] = {
      {"misspelt", "database.hostnme: x",
       "7: database.hostnme: is not known; did you mean database.hostname?"},
      {"unknown", "my.own.idea.of.a.key: x", "7: my.own.idea.of.a.key: is not known"},
      {"port", "database.port: 70000",
       "7: database.port: '70000' is not a whole number from 1 to 65535"},
      {"port from a reference shows the reference", "database.port: ${env:MILLRACE_TEST_WORD}",
       "7: database.port: '${env:MILLRACE_TEST_WORD}' is not a whole number from 1 to 65535"},
      {"server id", "database.server.id: 0",
       "7: database.server.id: '0' is not a whole number from 1 to 4294967295"},
      {"ssl mode", "database.ssl.mode: on",
       "7: database.ssl.mode: 'on' is none of disabled, preferred, required, verify_ca, "
       "verify_identity"},
      {"verify without authorities", "database.ssl.mode: verify_ca",
       "7: database.ssl.mode: needs database.ssl.ca, a PEM file with the certificates to trust, or "
       "database.ssl.truststore"},
      {"certificate without key", "database.ssl.cert: /c",
       "7: database.ssl.cert: needs the other: database.ssl.cert and database.ssl.key go together"},
      {"trust store and authorities", "database.ssl.truststore: /x.p12\ndatabase.ssl.ca: /ca",
       "7: database.ssl.truststore: can't be used together with database.ssl.ca"},
      {"key store and certificate",
       "database.ssl.keystore: /x.p12\ndatabase.ssl.cert: /c\ndatabase.ssl.key: /k",
       "7: database.ssl.keystore: can't be used together with database.ssl.cert"},
      {"compression", "database.compression: lz4",
       "7: database.compression: 'lz4' is none of none, zlib, zstd"},
      {"both lists", "table.include.list: a\ntable.exclude.list: b",
       "8: table.exclude.list: can't be used together with table.include.list"},
      {"list ends in an escape", "table.include.list: 'a\\'",
       "7: table.include.list: 'a\\' ends with a backslash that escapes nothing"},
      {"operations", "skipped.operations: x",
       "7: skipped.operations: 'x' is no list of c, u, d and t, nor none"},
      {"other connector", "connector.class: io.debezium.connector.postgresql.PostgresConnector",
       "7: connector.class: 'io.debezium.connector.postgresql.PostgresConnector' can't be used, "
       "only "
       "io.debezium.connector.mysql.MySqlConnector or MySqlConnector or MySql: a source of "
       "Millrace is this connector"},
      {"tasks", "tasks.max: 2", "7: tasks.max: '2' can't be used, only 1: a binlog is one stream"},
      {"Avro", "value.converter: io.confluent.connect.avro.AvroConverter",
       "7: value.converter: 'io.confluent.connect.avro.AvroConverter' can't be used, only "
       "org.apache.kafka.connect.json.JsonConverter: values are JSON"},
      {"JSON with schemas", "key.converter.schemas.enable: maybe",
       "7: key.converter.schemas.enable: 'maybe' is neither true nor false"},
      {"names of fields", "field.name.adjustment.mode: latin",
       "7: field.name.adjustment.mode: 'latin' is none of none, avro, avro_unicode"},
      {"decimals", "decimal.handling.mode: exact",
       "7: decimal.handling.mode: 'exact' is none of precise, string, double"},
      {"times", "time.precision.mode: adaptive",
       "7: time.precision.mode: 'adaptive' is none of adaptive_time_microseconds, connect, "
       "microseconds, nanoseconds, isostring"},
      {"heartbeats", "topic.heartbeat.prefix: a/b",
       "7: topic.heartbeat.prefix: 'a/b' is not made of letters, digits, dot, hyphen and "
       "underscore"},
      {"transaction topic", "topic.transaction: a b",
       "7: topic.transaction: 'a b' is not made of letters, digits, dot, hyphen and underscore"},
      {"key columns", "message.key.columns: a.b:c;d",
       "7: message.key.columns: 'a.b:c;d' is not a list like "
       "db.table:column,column;db.other:column"},
      {"both column lists", "column.include.list: a\ncolumn.exclude.list: b",
       "8: column.exclude.list: can't be used together with column.include.list"},
      {"mask", "column.mask.with.many.chars: a",
       "7: column.mask.with.many.chars: 'a' stands under a name that is not "
       "column.mask.with.<number>.chars"},
      {"truncate", "column.truncate.to.5: a",
       "7: column.truncate.to.5: 'a' stands under a name that is not "
       "column.truncate.to.<number>.chars"},
      {"hash without salt", "column.mask.hash.SHA-256.with.salt.: a",
       "7: column.mask.hash.SHA-256.with.salt.: 'a' stands under a name that is not "
       "column.mask.hash.<algorithm>.with.salt.<salt>"},
      {"unknown hash", "column.mask.hash.v2.CRC.with.salt.x: a",
       "7: column.mask.hash.v2.CRC.with.salt.x: 'a' needs a hash that is not known: CRC; use "
       "SHA-256, SHA-512, SHA3-256 or the like"},
      {"converter of another class", "converters: isbn\nisbn.type: io.example.IsbnConverter",
       "8: isbn.type: 'io.example.IsbnConverter' can't be used: Java classes can't run here; built "
       "in is io.debezium.connector.binlog.converters.TinyIntOneToBooleanConverter"},
      {"converter without a class", "converters: isbn", "7: converters: needs isbn.type"},
      {"converter's unknown option",
       "converters: b\nb.type: "
       "io.debezium.connector.mysql.converters.TinyIntOneToBooleanConverter\nb.select: x",
       "9: b.select: 'x' is no option of a converter: type, selector or length.checker"},
      {"topic groups", "topic.creation.big.partitions: 1",
       "7: topic.creation.big.partitions: names a group that topic.creation.groups doesn't list"},
      {"topic group without topics", "topic.creation.groups: big",
       "7: topic.creation.groups: needs topic.creation.big.include, regular expressions of the "
       "group's topics"},
      {"topic group named twice", "topic.creation.groups: big, big\ntopic.creation.big.include: a",
       "7: topic.creation.groups: names big twice"},
      {"topic group's partitions",
       "topic.creation.groups: big\ntopic.creation.big.include: a\n"
       "topic.creation.big.partitions: 0",
       "9: topic.creation.big.partitions: '0' is neither -1 (the broker's default) nor 1 or more"},
      {"old name", "table.whitelist: a",
       "7: table.whitelist: is called table.include.list since Debezium 1.3"},
      {"producer", "producer.override.partitioner.class: x.Y",
       "7: producer.override.partitioner.class: has no counterpart in librdkafka: take it out, or "
       "set what is meant below kafka:"},
      {"producer's trust store", "producer.override.ssl.truststore.location: /a.jks",
       "7: producer.override.ssl.truststore.location: is a Java key store: only "
       "ssl.truststore.type=PEM can be read here; convert it with keytool -exportcert -rfc"},
      {"producer's login", "producer.override.sasl.jaas.config: com.example.Login required;",
       "7: producer.override.sasl.jaas.config: is not PlainLoginModule or ScramLoginModule with "
       "username=\"...\" and password=\"...\": set librdkafka's sasl properties below kafka:"},
      {"servers in and out", "gtid.source.includes: a\ngtid.source.excludes: b",
       "8: gtid.source.excludes: can't be used together with gtid.source.includes"},
      {"signal channel", "signal.enabled.channels: source, jmx",
       "7: signal.enabled.channels: 'source, jmx' names a channel that is not there: source, kafka "
       "and file are"},
      {"signal table", "signal.data.collection: signals",
       "7: signal.data.collection: 'signals' is not a table's name like db.signals"},
      {"tolerance", "errors.tolerance: some", "7: errors.tolerance: 'some' is none of none, all"},
      {"offsets", "offsets.storage.topic: a b",
       "7: offsets.storage.topic: 'a b' is not a topic's name"},
      {"partitions", "topic.creation.default.partitions: 0",
       "7: topic.creation.default.partitions: '0' is neither -1 (the broker's default) nor 1 or "
       "more"},
      {"replication factor", "topic.creation.default.replication.factor: 0",
       "7: topic.creation.default.replication.factor: '0' is neither -1 (the broker's default) nor "
       "1 or more"},
      {"commit size", "commit.max.bytes: 1", "7: commit.max.bytes: '1' is below 65536 bytes"},
      {"time", "commit.interval.ms: soon",
       "7: commit.interval.ms: 'soon' is not a time: a number of milliseconds, or one with s, min "
       "or h"},
      {"dead letters without a topic", "errors.oversized: dead_letter",
       "7: errors.oversized: dead_letter needs errors.deadletterqueue.topic.name"},
      {"another name", "name: market",
       "7: name: 'market' differs from the name shop under which the source stands"},
      {"password's variable", "database.password: ${env:MILLRACE_TEST_NONE}",
       "7: database.password: ${env:MILLRACE_TEST_NONE}: the environment variable "
       "MILLRACE_TEST_NONE is not set"},
  };
  setenv("MILLRACE_TEST_WORD", "secret", 1);
  for (const auto& row : rows) {
    const auto config = parse(row.lines);
    ASSERT_FALSE(config) << row.name;
    EXPECT_EQ(config.error().message(), std::string("m.yaml:") + row.expected) << row.name;
  }
}

TEST(Source, Warnings) {
  const struct {
    const char* name;
    const char* line;
    const char* expected;
  } rows[] = {
      {"history", "schema.history.internal.store.only.captured.databases.ddl: true",
       "schema.history.internal.store.only.captured.databases.ddl: has no effect: a connector's "
       "history is only read; structures are stored with the offset"},
      {"queue", "max.queue.size: 8192",
       "max.queue.size: has no effect: memory is bounded in bytes"},
      {"JDBC driver's own", "database.allowPublicKeyRetrieval: true",
       "database.allowPublicKeyRetrieval: has no effect: there is no JDBC driver here"},
      {"JDBC driver's prefix", "driver.connectionTimeZone: UTC",
       "driver.connectionTimeZone: has no effect: there is no JDBC driver here"},
  };
  for (const auto& row : rows) {
    const auto config = parse(row.line);
    ASSERT_TRUE(config) << row.name << ": " << config.error().message();
    EXPECT_EQ(config->warnings,
              (std::vector<std::string>{std::string("m.yaml:7: ") + row.expected}))
        << row.name;
  }
}

TEST(Source, SchemaHistory) {
  const auto config = parse(
      "schema.history.internal.kafka.topic: history\n"
      "schema.history.internal.kafka.bootstrap.servers: broker:9092\n"
      "schema.history.internal.consumer.security.protocol: SSL\n"
      "schema.history.internal.file.filename: /h\n"
      "schema.history.internal: io.debezium.storage.file.history.FileSchemaHistory");
  ASSERT_TRUE(config) << config.error().message();
  EXPECT_TRUE(config->warnings.empty());
  const SchemaHistoryConfig& history = config->sources[0].schema_history;
  EXPECT_EQ(history.topic, "history");
  EXPECT_EQ(history.bootstrap_servers, "broker:9092");
  EXPECT_EQ(history.consumer, (std::map<std::string, std::string>{{"security.protocol", "SSL"}}));
  EXPECT_EQ(history.file, "/h");
  EXPECT_EQ(history.implementation, "io.debezium.storage.file.history.FileSchemaHistory");
}

TEST(Source, MissingOnes) {
  const auto config = parse_config("sources:\n  shop: {}\n", "m.yaml");
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().message(),
            "m.yaml:2: topic.prefix: is missing in source shop\n"
            "m.yaml:2: database.hostname: is missing in source shop\n"
            "m.yaml:2: database.user: is missing in source shop");
}

TEST(Source, EmptyHostIsAnError) {
  const auto config = parse("database.server.id: 1");
  ASSERT_TRUE(config);
  const auto empty = parse_config(
      "sources:\n  shop:\n    database.hostname: ''\n    database.user: cdc\n    topic.prefix: "
      "shop\n"
      "    snapshot.mode: no_data\n",
      "m.yaml");
  ASSERT_FALSE(empty);
  EXPECT_EQ(empty.error().message(), "m.yaml:3: database.hostname: is empty");
}

TEST(Source, FingerprintFollowsResolvedValues) {
  setenv("MILLRACE_TEST_PASSWORD", "one", 1);
  const std::string lines =
      "database.password: ${env:MILLRACE_TEST_PASSWORD}\ntombstones.on.delete: true\n";
  const std::uint64_t first = source_of(lines).fingerprint;
  EXPECT_EQ(source_of(lines).fingerprint, first);
  EXPECT_EQ(source_of("tombstones.on.delete: true\ndatabase.password: one\n").fingerprint, first)
      << "order and reference don't count, values do";
  EXPECT_NE(source_of(lines + "include.query: true\n").fingerprint, first);
  setenv("MILLRACE_TEST_PASSWORD", "two", 1);
  EXPECT_NE(source_of(lines).fingerprint, first);
}

TEST(Source, FingerprintFollowsTheSink) {
  const std::string source =
      "sources:\n  shop:\n    database.hostname: db\n    database.user: cdc\n    topic.prefix: "
      "shop\n"
      "    snapshot.mode: no_data\n";
  const auto fingerprint = [&](const std::string& head) {
    const auto config = parse_config(head + source, "m.yaml");
    EXPECT_TRUE(config) << (config ? "" : config.error().message());
    return config ? config->sources[0].fingerprint : 0;
  };
  const std::uint64_t first = fingerprint("kafka: {bootstrap.servers: 'a:1'}\n");
  EXPECT_EQ(fingerprint("daemon: {log.level: debug}\nkafka: {bootstrap.servers: 'a:1'}\n"), first);
  EXPECT_NE(fingerprint("kafka: {bootstrap.servers: 'b:1'}\n"), first);
  EXPECT_NE(fingerprint("daemon: {group.id: g}\nkafka: {bootstrap.servers: 'a:1'}\n"), first);
}

}  // namespace
}  // namespace millrace::config

// The properties of Debezium's MySQL connector (3.6) that have no place in SourceConfig: accepted with one value,
// without effect, or refused, each with the reason. A user's existing configuration meets a sentence here, never
// "unknown".

#include <iterator>

#include "config/property_table.h"

namespace millrace::config {
namespace {

constexpr Support kOne = Support::kOneValue;
constexpr Support kNone = Support::kNoEffect;
constexpr Support kNo = Support::kRefused;

constexpr std::string_view kLater = "not supported yet";
constexpr std::string_view kNoJdbc = "there is no JDBC driver here";
constexpr std::string_view kNoQueue = "memory is bounded in bytes";
constexpr std::string_view kNotJmx = "metrics are Prometheus text at /metrics";

constexpr UnreadProperty kConnection[] = {
    {"database.server.id.offset", kNone, "", "parallel readers have numbers of their own"},
    {"database.jdbc.driver", kOne, "com.mysql.cj.jdbc.Driver", kNoJdbc},
    {"database.protocol", kOne, "jdbc:mysql", kNoJdbc},
    {"database.query.timeout.ms", kNone, "",
     "queries are small: of the catalog, or of a range of a table"},
    {"database.<driverParameter>", kNone, "", kNoJdbc},
    {"driver.*", kNone, "", kNoJdbc},
    {"connect.keep.alive", kNone, "",
     "a dead connection is always noticed, see binlog.heartbeat.interval.ms"},
    {"connect.keep.alive.interval.ms", kNone, "",
     "a dead connection is noticed after twice binlog.heartbeat.interval.ms"},
    {"use.nongraceful.disconnect", kNone, "", "a connection that is given up is closed at once"},
    {"binlog.net.write.timeout", kNone, "",
     "the server waits an hour for a slow reader, so that a slow sink breaks no connection"},
    {"binlog.net.read.timeout", kNone, "",
     "a dead connection is noticed after twice binlog.heartbeat.interval.ms"},
    {"connection.validation.timeout.ms", kNone, "", "connect.timeout.ms bounds it"},
};

constexpr UnreadProperty kValues[] = {
    {"post.processors", kNo, "", "Java classes can't run here"},
    {"sourceinfo.struct.maker", kOne, "io.debezium.connector.mysql.MySqlSourceInfoStructMaker",
     "Java classes can't run here"},
};

constexpr UnreadProperty kStreaming[] = {
    {"gtid.ignore.on.recovery", kOne, "false", "a server's files say nothing about another server"},
    {"log.position.check.enable", kNone, "",
     "the server is always asked whether it still has the position"},
    {"binlog.buffer.size", kNone, "",
     "MySQL writes no transaction to the binlog that it rolls back"},
    {"max.queue.size", kNone, "", kNoQueue},
    {"max.batch.size", kNone, "", kNoQueue},
    {"max.queue.size.in.bytes", kNone, "", kNoQueue},
    {"queue.provider.type", kNone, "", kNoQueue},
    {"poll.interval.ms", kNone, "", "nothing is polled: an event is taken when it comes"},
    {"poll.dispatch.interval.ms", kNone, "", "nothing is polled: an event is taken when it comes"},
    {"query.fetch.size", kNone, "", kNoJdbc},
    {"retriable.restart.connector.wait.ms", kNone, "",
     "the back-off grows from half a second to errors.retry.delay.max.ms"},
    {"custom.retriable.exception", kNone, "", "what may heal is retried without being named"},
    {"executor.shutdown.timeout.ms", kNone, "", "a stop takes at most 10 seconds"},
    {"transaction.metadata.factory", kOne,
     "io.debezium.pipeline.txmetadata.DefaultTransactionMetadataFactory",
     "Java classes can't run here"},
    {"ddl.parser.type", kNone, "", "there is one parser"},
    {"offset.activity.monitor.interval.ms", kNone, "",
     "the offset moves on by itself when captured tables are idle"},
    {"resolve.create.table.like.schema", kNone, "", "there is no schema history"},
};

constexpr UnreadProperty kSchemaHistory[] = {
    {"schema.history.internal.*", kNone, "",
     "a connector's history is only read; structures are stored with the offset"},
    {"memory.management.schemas.class", kNone, "", "equal structures are stored once"},
    {"memory.management.tables.class", kNone, "", "equal structures are stored once"},
};

constexpr UnreadProperty kTopicsAndSignals[] = {
    {"topic.cache.size", kNone, "", "a topic's name is kept with its table"},
    {"custom.metric.tags", kNone, "", kNotJmx},
    {"statistics.metrics.enabled", kNone, "", kNotJmx},
    {"advanced.metrics.enable", kNone, "", kNotJmx},
    {"custom.sanitize.pattern", kNone, "",
     "it hides values in Debezium's log; here secrets are never logged"},
    {"openlineage.integration.enabled", kOne, "false", kLater},
    {"openlineage.integration.*", kNone, "", "it needs openlineage.integration.enabled"},
};

// What older versions called them: still found in configurations, and no longer read by Debezium itself.
constexpr UnreadProperty kOldNames[] = {
    {"database.server.name", kNo, "", "is called topic.prefix since Debezium 2"},
    {"database.history", kNone, "", "not needed: structures are stored with the offset"},
    {"database.history.*", kNone, "", "not needed: structures are stored with the offset"},
    {"database.whitelist", kNo, "", "is called database.include.list since Debezium 1.3"},
    {"database.blacklist", kNo, "", "is called database.exclude.list since Debezium 1.3"},
    {"table.whitelist", kNo, "", "is called table.include.list since Debezium 1.3"},
    {"table.blacklist", kNo, "", "is called table.exclude.list since Debezium 1.3"},
    {"column.whitelist", kNo, "", "is called column.include.list since Debezium 1.3"},
    {"column.blacklist", kNo, "", "is called column.exclude.list since Debezium 1.3"},
};

}  // namespace

std::vector<UnreadProperty> other_debezium_properties() {
  std::vector<UnreadProperty> all;
  const auto add = [&all](const auto& part) {
    all.insert(all.end(), std::begin(part), std::end(part));
  };
  add(kConnection);
  add(kValues);
  add(kStreaming);
  add(kSchemaHistory);
  add(kTopicsAndSignals);
  add(kOldNames);
  return all;
}

}  // namespace millrace::config

#include "millrace/encode/schema_change_records.h"

#include <string>
#include <string_view>

#include "encode/java_hash_order.h"
#include "encode/json_writer.h"
#include "encode/metadata_form.h"
#include "encode/table_change_json.h"

namespace millrace::encode {
namespace {

using change::SchemaChangeEvent;

ConnectSchema key_of_change() {
  return named_struct(schema_field("databaseName", "string", false),
                      "io.debezium.connector.mysql.SchemaChangeKey");
}

ConnectSchema value_of_change() {
  return named_struct(source_schema() + "," + schema_field("ts_ms", "int64", false) + "," +
                          schema_field("databaseName", "string", true) + "," +
                          schema_field("schemaName", "string", true) + "," +
                          schema_field("ddl", "string", true) + "," +
                          print_schema(array_of(table_change_schema()), "tableChanges"),
                      "io.debezium.connector.mysql.SchemaChangeValue");
}

// The names that Debezium keeps in a set of "database.table", with commas between them.
std::string joined(const std::vector<schema::TableName>& tables) {
  std::vector<std::string> names;
  names.reserve(tables.size());
  for (const schema::TableName& table : tables) names.push_back(table.to_text());
  std::string text;
  for (const std::size_t i : java_hash_order(names)) {
    text += (text.empty() ? "" : ",") + tables[i].table;
  }
  return text;
}

}  // namespace

class SchemaChangeRecords::Impl {
 public:
  Impl(const EncoderOptions& options, const Clock& clock)
      : options_(options),
        clock_(clock),
        // The order of statements counts, whatever their database: one partition.
        form_(options.schema_change_topic, key_of_change(), value_of_change(), options, 0) {}

  void append(const SchemaChangeEvent& event, RecordBatch& out) const {
    JsonWriter key, value;
    key.raw("{\"databaseName\":");
    key.quoted(event.database);
    key.raw('}');
    value.raw('{');
    write_source(event, value);
    value.raw(",\"ts_ms\":");
    value.integer(clock_.wall_ns() / 1'000'000);
    value.raw(",\"databaseName\":");
    value.quoted(event.database);
    value.raw(",\"schemaName\":null,\"ddl\":");
    value.quoted(event.ddl);
    value.raw(",\"tableChanges\":[");
    if (event.change) write_table_change(*event.change, options_.schema_comments, value);
    value.raw("]}");
    form_.append_with_context(key.written_since(0), value.written_since(0), options_, out);
  }

 private:
  void write_source(const SchemaChangeEvent& event, JsonWriter& out) const {
    const change::TransactionInfo& transaction = *event.transaction;
    // To the millisecond, as Debezium takes it for statements.
    const std::uint64_t instant_ms = transaction.commit_us == 0
                                         ? std::uint64_t{event.timestamp} * 1000
                                         : transaction.commit_us / 1000;
    const auto text_or_null = [&out](std::string_view name, bool is_null, std::string_view text) {
      out.raw(name);
      if (is_null) {
        out.raw("null");
      } else {
        out.quoted(text);
      }
    };
    out.raw("\"source\":{\"version\":");
    out.quoted(options_.version);
    out.raw(",\"connector\":\"mysql\",\"name\":");
    out.quoted(options_.logical_name);
    out.raw(",\"ts_ms\":");
    out.integer(instant_ms);
    out.raw(",\"snapshot\":\"false\",\"db\":");
    out.quoted(event.database);
    out.raw(",\"sequence\":null,\"ts_us\":");
    out.integer(instant_ms * 1000);
    out.raw(",\"ts_ns\":");
    out.integer(instant_ms * 1'000'000);
    text_or_null(",\"table\":", !event.tables.has_value(),
                 event.tables ? joined(*event.tables) : std::string());
    out.raw(",\"server_id\":");
    out.integer(std::uint64_t{event.server_id.value()});
    text_or_null(",\"gtid\":", transaction.gtid.empty(), transaction.gtid);
    out.raw(",\"file\":");
    out.quoted(transaction.file);
    out.raw(",\"pos\":");
    out.integer(event.position);
    out.raw(",\"row\":0,\"thread\":");
    if (event.has_thread) {
      out.integer(std::uint64_t{transaction.thread_id});
    } else {
      out.raw("null");
    }
    out.raw(",\"query\":null}");
  }

  const EncoderOptions& options_;
  const Clock& clock_;
  MetadataForm form_;
};

SchemaChangeRecords::SchemaChangeRecords(const EncoderOptions& options, const Clock& clock)
    : impl_(std::make_unique<const Impl>(options, clock)) {}
SchemaChangeRecords::~SchemaChangeRecords() = default;

void SchemaChangeRecords::append(const SchemaChangeEvent& event, RecordBatch& out) const {
  impl_->append(event, out);
}

}  // namespace millrace::encode

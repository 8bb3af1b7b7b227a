#include "millrace/encode/transaction_records.h"

#include <string>
#include <vector>

#include "encode/java_hash_order.h"
#include "encode/json_writer.h"
#include "encode/metadata_form.h"

namespace millrace::encode {
namespace {

ConnectSchema key_of_transaction() {
  return named_struct(schema_field("id", "string", false),
                      "io.debezium.connector.common.TransactionMetadataKey");
}

ConnectSchema value_of_transaction() {
  ConnectSchema of_table = named_struct(schema_field("data_collection", "string", false) + "," +
                                            schema_field("event_count", "int64", false),
                                        "event.collection");
  of_table.is_optional = true;
  ConnectSchema tables = array_of(of_table);
  tables.is_optional = true;
  return named_struct(
      schema_field("status", "string", false) + "," + schema_field("id", "string", false) + "," +
          schema_field("event_count", "int64", true) + "," +
          print_schema(tables, "data_collections") + "," + schema_field("ts_ms", "int64", false),
      "io.debezium.connector.common.TransactionMetadataValue");
}

std::uint64_t instant_ms(const change::TransactionInfo& transaction, std::uint32_t timestamp) {
  return transaction.commit_us == 0 ? std::uint64_t{timestamp} * 1000
                                    : transaction.commit_us / 1000;
}

}  // namespace

class TransactionRecords::Impl {
 public:
  explicit Impl(const EncoderOptions& options)
      : form_(options.transaction_topic, key_of_transaction(), value_of_transaction(), options) {}

  // `counts` is null at the beginning.
  void append(const change::TransactionInfo& transaction, std::uint32_t timestamp,
              const change::TransactionCounts* counts, RecordBatch& out) const {
    JsonWriter key, value;
    key.raw("{\"id\":");
    key.quoted(transaction.id);
    key.raw('}');
    value.raw(counts == nullptr ? "{\"status\":\"BEGIN\",\"id\":" : "{\"status\":\"END\",\"id\":");
    value.quoted(transaction.id);
    if (counts == nullptr) {
      value.raw(",\"event_count\":null,\"data_collections\":null");
    } else {
      write_counts(*counts, value);
    }
    value.raw(",\"ts_ms\":");
    value.integer(instant_ms(transaction, timestamp));
    value.raw('}');
    form_.append(key.written_since(0), value.written_since(0), out);
  }

 private:
  static void write_counts(const change::TransactionCounts& counts, JsonWriter& out) {
    out.raw(",\"event_count\":");
    out.integer(counts.total());
    out.raw(",\"data_collections\":[");
    std::vector<std::string> names;
    for (const auto& table : counts.tables()) names.push_back(table.name);
    bool first = true;
    for (const std::size_t i : java_hash_order(names)) {
      out.raw(first ? "{\"data_collection\":" : ",{\"data_collection\":");
      first = false;
      out.quoted(names[i]);
      out.raw(",\"event_count\":");
      out.integer(counts.tables()[i].events);
      out.raw('}');
    }
    out.raw(']');
  }

  MetadataForm form_;
};

TransactionRecords::TransactionRecords(const EncoderOptions& options)
    : impl_(std::make_unique<const Impl>(options)) {}
TransactionRecords::~TransactionRecords() = default;

void TransactionRecords::append_begin(const change::TransactionInfo& transaction,
                                      std::uint32_t timestamp, RecordBatch& out) const {
  impl_->append(transaction, timestamp, nullptr, out);
}

void TransactionRecords::append_end(const change::TransactionInfo& transaction,
                                    std::uint32_t timestamp,
                                    const change::TransactionCounts& counts,
                                    RecordBatch& out) const {
  impl_->append(transaction, timestamp, &counts, out);
}

}  // namespace millrace::encode

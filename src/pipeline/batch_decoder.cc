#include "pipeline/batch_decoder.h"

#include <algorithm>
#include <string>
#include <utility>

#include "millrace/base/mark.h"
#include "millrace/row/row_decoder.h"

namespace millrace::pipeline {
namespace {

using change::Operation;

Operation operation_of(const RowsItem& item) {
  if (!item.snapshot.empty()) return Operation::kRead;
  switch (item.event.kind) {
    case binlog::RowsKind::kWrite:
      return Operation::kCreate;
    case binlog::RowsKind::kUpdate:
      return Operation::kUpdate;
    case binlog::RowsKind::kDelete:
      return Operation::kDelete;
  }
  MILLRACE_ASSERT(false, "row event of no kind");
}

bool is_skipped(Operation operation, const DecodeOptions& options) {
  return (operation == Operation::kCreate && options.skip_creates) ||
         (operation == Operation::kUpdate && options.skip_updates) ||
         (operation == Operation::kDelete && options.skip_deletes);
}

Error at_item(const Error& error, const RowsItem& item) {
  return error.with_context(item.table->schema->name.to_text() + " at " +
                            place_text(*item.transaction, item.position));
}

class BatchDecoder {
 public:
  BatchDecoder(Batch& batch, const encode::EncoderOptions& encoder, const DecodeOptions& options,
               const Clock& clock)
      : batch_(batch), options_(options), encoder_(encoder, clock) {}

  Status run() {
    batch_.records = encode::new_record_batch();
    batch_.records->bytes.reserve(batch_.expected_record_bytes());
    batch_.rows_of_item.reserve(batch_.items.size());
    for (std::size_t i = 0; i < batch_.items.size(); ++i) {
      const RowsItem& item = batch_.items[i];
      pass_markers(i);
      keep_alive(item.table);
      if (Status status = item.truncate ? truncate(item) : rows(item); !status) {
        return at_item(status.error(), item);
      }
      if (!batch_.records->unconverted.empty()) [[unlikely]]
        count_unconverted(item);
    }
    pass_markers(batch_.items.size());
    return {};
  }

 private:
  // The markers before item `index`.
  void pass_markers(std::size_t index) {
    for (; marker_ < batch_.markers.size() && batch_.markers[marker_].before <= index; ++marker_) {
      pass(batch_.markers[marker_]);
    }
  }

  void pass(const Marker& marker) {
    encode::RecordBatch& records = *batch_.records;
    switch (marker.kind) {
      case Marker::Kind::kBegin:
        batch_.counts.clear();
        if (marker.resumed != nullptr) {
          batch_.counts = *marker.resumed;
        } else {
          options_.transactions->append_begin(*marker.transaction, marker.timestamp, records);
        }
        return;
      case Marker::Kind::kEnd:
        options_.transactions->append_end(*marker.transaction, marker.timestamp, batch_.counts,
                                          records);
        batch_.counts.clear();
        return;
      case Marker::Kind::kStatement:
        options_.statements->append(*marker.statement, records);
        return;
      case Marker::Kind::kNotification:
        options_.notifications->append(*marker.notification, records);
        return;
    }
  }

  void keep_alive(const CapturedTablePtr& table) {
    auto& owners = batch_.records->owners;
    if (owners.empty() || owners.back() != table) owners.push_back(table);
  }

  change::ChangeEvent event_of(const RowsItem& item, Operation operation) const {
    change::ChangeEvent event;
    event.operation = operation;
    event.table = item.table->schema.get();
    event.source.transaction = item.transaction.get();
    event.source.server_id = item.server_id;
    event.source.timestamp = item.timestamp;
    event.source.position = item.position;
    event.source.query = item.query;
    if (!item.snapshot.empty()) {
      event.source.snapshot = item.snapshot;
      event.source.has_thread = item.snapshot == "incremental";
    }
    return event;
  }

  Status truncate(const RowsItem& item) {
    change::ChangeEvent event = event_of(item, Operation::kTruncate);
    event.source.has_thread = false;
    ++batch_.truncates;
    batch_.rows_of_item.push_back(1);
    return encoder_.encode(event, item.table->json, *batch_.records);
  }

  Status rows(const RowsItem& item) {
    const Operation operation = operation_of(item);
    const bool skipped = is_skipped(operation, options_);
    change::ChangeEvent event = event_of(item, operation);
    const bool is_read = operation == Operation::kRead;
    event.before = operation == Operation::kCreate || is_read ? nullptr : &before_;
    event.after = operation == Operation::kDelete ? nullptr : &after_;
    row::RowDecoder decoder(item.table->rows, item.event);
    change::TransactionOrder order;
    std::string table;
    if (options_.transactions != nullptr && !is_read) {
      table = item.table->schema->name.to_text();
      order = batch_.counts.at(table);
      event.order = &order;
    }
    std::uint64_t count = 0;
    while (true) {
      const Result<bool> more = decoder.next(before_, after_);
      if (!more) {
        if (options_.undecodable == OnFailure::kStop) return more.error();
        leave_out(item, LeftOut::Reason::kUndecodable, count, more.error());
        break;
      }
      if (!*more) break;
      event.source.row = is_read ? 0 : static_cast<std::uint32_t>(count);
      ++count;
      if (count <= item.skip_rows) [[unlikely]] {
        if (item.doubtful_tail && count == item.skip_rows && !skipped) {
          MILLRACE_RETURN_IF_ERROR(all_but_the_first_record(event, item));
        }
        continue;
      }
      if (item.table->is_signal_table && operation == Operation::kCreate) take_signal(item);
      if (skipped) continue;
      MILLRACE_ASSIGN_OR_RETURN(const bool published, publish(item, event));
      if (published) count_row(operation);
    }
    if (event.order != nullptr) batch_.counts.put(table, order);
    batch_.json_bases_missing += decoder.stats().json_bases_missing;
    batch_.rows_of_item.push_back(count);
    return {};
  }

  // False when the row was left out.
  Result<bool> publish(const RowsItem& item, const change::ChangeEvent& event) {
    encode::RecordBatch& records = *batch_.records;
    const std::size_t bytes = records.bytes.size();
    const std::size_t count = records.records.size();
    const std::size_t headers = records.headers.size();
    const Status encoded = encoder_.encode(event, item.table->json, records);
    if (encoded) return true;
    if (options_.unprocessable == OnFailure::kStop) return encoded.error();
    // A row has all of its records or none.
    records.bytes.resize(bytes);
    records.records.resize(count);
    records.headers.resize(headers);
    leave_out(item, LeftOut::Reason::kUnprocessable, event.source.row, encoded.error());
    return false;
  }

  void leave_out(const RowsItem& item, LeftOut::Reason reason, std::uint64_t row,
                 const Error& error) {
    MILLRACE_MARK("row_left_out");
    batch_.left_out.add({item.table->schema->name.to_text(), reason},
                        place_text(*item.transaction, item.position) + " row " +
                            std::to_string(row) + ": " + error.message());
  }

  void count_unconverted(const RowsItem& item) {
    MILLRACE_MARK("value_left_out");
    for (const auto& [table, values] : std::exchange(batch_.records->unconverted, {})) {
      batch_.left_out.add({table, LeftOut::Reason::kUnconvertible},
                          place_text(*item.transaction, item.position) + ": " + values.first,
                          values.count);
    }
  }

  void take_signal(const RowsItem& item) {
    batch_.signals.push_back(
        signal_of(*item.table->schema, after_, place_text(*item.transaction, item.position)));
  }

  // A tombstone, or the tombstone and create of a key change. Again is better than never.
  Status all_but_the_first_record(const change::ChangeEvent& event, const RowsItem& item) {
    if (event.order != nullptr && event.order->of_table > 0) {
      // The first record is counted already.
      --event.order->total;
      --event.order->of_table;
    }
    std::vector<encode::Record>& records = batch_.records->records;
    const auto first = static_cast<std::ptrdiff_t>(records.size());
    MILLRACE_RETURN_IF_ERROR(encoder_.encode(event, item.table->json, *batch_.records));
    records.erase(records.begin() + first);
    return {};
  }

  void count_row(Operation operation) {
    batch_.creates += operation == Operation::kCreate;
    batch_.updates += operation == Operation::kUpdate;
    batch_.deletes += operation == Operation::kDelete;
    batch_.reads += operation == Operation::kRead;
  }

  Batch& batch_;
  const DecodeOptions& options_;
  encode::DebeziumEncoder encoder_;
  row::Row before_;
  row::Row after_;
  std::size_t marker_ = 0;  // the next
};

}  // namespace

void decode_batch(Batch& batch, const encode::EncoderOptions& encoder, const DecodeOptions& options,
                  const Clock& clock) {
  batch.status = BatchDecoder(batch, encoder, options, clock).run();
}

}  // namespace millrace::pipeline

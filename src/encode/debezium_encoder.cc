#include "millrace/encode/debezium_encoder.h"

#include <algorithm>
#include <utility>

#include "encode/context_headers.h"
#include "encode/image.h"
#include "encode/json_writer.h"
#include "encode/shape/shape_encoder.h"
#include "encode/source_block.h"
#include "encode/table_plan.h"
#include "encode/value_writer.h"
#include "millrace/base/digits.h"

namespace millrace::encode {
namespace {

using change::Operation;
using row::Value;
using row::ValueKind;

// Same bytes or number; decides only whether keys must be compared as they are printed.
bool is_same(const Value& a, const Value& b) {
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case ValueKind::kAbsent:
    case ValueKind::kNull:
    case ValueKind::kZeroTimestamp:
      return true;
    case ValueKind::kDate:
    case ValueKind::kDatetime:
      return a.date == b.date;
    case ValueKind::kDecimal:
    case ValueKind::kText:
    case ValueKind::kBinary:
    case ValueKind::kJson:
    case ValueKind::kGeometry:
    case ValueKind::kVector:
      return a.bytes == b.bytes;
    default:
      return a.u64 == b.u64;
  }
}

}  // namespace

// Prints an event's keys and values into one buffer, which becomes part of the batch when all went well.
class DebeziumEncoder::Impl {
 public:
  Impl(const EncoderOptions& options, const Clock& clock)
      : options_(options),
        clock_(clock),
        values_(options, writer_),
        shaped_(clock, writer_, values_, source_, records_, headers_, remarks_) {}

  Status encode(const change::ChangeEvent& event, const TablePlan::Impl& plan, RecordBatch& out);

 private:
  // Where records say their bytes are: in the buffer as long as it is filled, moved into the batch at the end.
  using Range = ByteRange;

  Status encode_one(const change::ChangeEvent& event, const Image& before, const Image& after);
  Status encode_key_change(const change::ChangeEvent& event, const Image& before,
                           const Image& after, Range old_key, Range new_key);
  Status encode_shaped(const change::ChangeEvent& event, bool key_changed);
  Result<bool> is_new_key(const Image& before, const Image& after);
  Result<Range> write_key(const Image& image);
  Result<Range> write_value(const change::ChangeEvent& event, Operation operation,
                            const Image& before, const Image& after);
  bool write_row(const Image& image);
  // Headers have the key without its schema: the header converter is another.
  Range payload_of(const Range& key) const {
    const std::size_t around = plan_->key_head.size() + plan_->key_tail.size();
    return {key.offset + plan_->key_head.size(), key.size - around};
  }
  void write_order(change::TransactionOrder& order);
  void write_instants();
  Result<bool> is_unchanged(const Image& before, const Image& after);
  bool key_changes(const Image& before, const Image& after) const;

  void add_record(Range key, Range value, std::string_view key_header = {}, Range other_key = {});
  void add_tombstone();
  void add_context_headers();
  void publish(RecordBatch& out);
  Range since(std::size_t offset) const { return {offset, writer_.size() - offset}; }
  std::string_view text(Range range) const { return writer_.view(range.offset, range.size); }

  const EncoderOptions& options_;
  const Clock& clock_;
  JsonWriter writer_;
  ValueWriter values_;
  SourceBlock source_;
  // Of the event at hand.
  const TablePlan::Impl* plan_ = nullptr;
  std::vector<Record> records_;
  std::vector<Header> headers_;
  Remarks remarks_;
  ShapeEncoder shaped_;
};

Status DebeziumEncoder::Impl::encode(const change::ChangeEvent& event, const TablePlan::Impl& plan,
                                     RecordBatch& out) {
  const std::size_t columns = plan.table->columns.size();
  const bool fits = (event.before == nullptr || event.before->values.size() == columns) &&
                    (event.after == nullptr || event.after->values.size() == columns);
  MILLRACE_ASSERT(fits && event.source.transaction != nullptr, "event of another table");
  plan_ = &plan;
  writer_.truncate(0);
  records_.clear();
  headers_.clear();
  remarks_.notices.clear();
  remarks_.invalid_texts = 0;
  remarks_.unconverted = {};
  source_.prepare(event, plan);

  const Image before{event.before};
  const Image after{event.after, event.before};
  if (options_.skip_unchanged && event.operation == Operation::kUpdate) {
    MILLRACE_ASSIGN_OR_RETURN(const bool unchanged, is_unchanged(before, after));
    if (unchanged) {
      publish(out);  // what there is to say about the values
      return {};
    }
  }
  if (plan.shapes != nullptr) [[unlikely]] {
    bool key_changed = event.operation == Operation::kUpdate && key_changes(before, after);
    if (key_changed) {
      MILLRACE_ASSIGN_OR_RETURN(key_changed, is_new_key(before, after));
    }
    shaped_.begin(event, plan, before, after);
    MILLRACE_RETURN_IF_ERROR(encode_shaped(event, key_changed));
    publish(out);
    return {};
  }
  if (event.operation == Operation::kUpdate && key_changes(before, after)) {
    MILLRACE_ASSIGN_OR_RETURN(const Range old_key, write_key(before));
    MILLRACE_ASSIGN_OR_RETURN(const Range new_key, write_key(after));
    if (text(old_key) != text(new_key)) {
      MILLRACE_RETURN_IF_ERROR(encode_key_change(event, before, after, old_key, new_key));
      publish(out);
      return {};
    }
    // Different bytes of the same key, as far as anybody can see: -0.0 and 0.0.
    writer_.truncate(0);
  }
  MILLRACE_RETURN_IF_ERROR(encode_one(event, before, after));
  publish(out);
  return {};
}

Result<bool> DebeziumEncoder::Impl::is_new_key(const Image& before, const Image& after) {
  MILLRACE_ASSIGN_OR_RETURN(const Range old_key, write_key(before));
  MILLRACE_ASSIGN_OR_RETURN(const Range new_key, write_key(after));
  const bool differs = text(old_key) != text(new_key);
  writer_.truncate(0);
  remarks_.invalid_texts = 0;
  return differs;
}

// The same records, each by way of the source's transforms.
Status DebeziumEncoder::Impl::encode_shaped(const change::ChangeEvent& event, bool key_changed) {
  if (key_changed) {
    MILLRACE_RETURN_IF_ERROR(shaped_.write(RecordKind::kMoveDelete));
    if (options_.tombstones_on_delete)
      MILLRACE_RETURN_IF_ERROR(shaped_.write(RecordKind::kMoveTombstone));
    return shaped_.write(RecordKind::kMoveCreate);
  }
  switch (event.operation) {
    case Operation::kCreate:
      return shaped_.write(RecordKind::kCreate);
    case Operation::kRead:
      return shaped_.write(RecordKind::kRead);
    case Operation::kUpdate:
      return shaped_.write(RecordKind::kUpdate);
    case Operation::kTruncate:
      return shaped_.write(RecordKind::kTruncate);
    case Operation::kDelete:
      break;
  }
  MILLRACE_RETURN_IF_ERROR(shaped_.write(RecordKind::kDelete));
  if (options_.tombstones_on_delete) return shaped_.write(RecordKind::kTombstone);
  return {};
}

Status DebeziumEncoder::Impl::encode_one(const change::ChangeEvent& event, const Image& before,
                                         const Image& after) {
  Range key;
  if (event.operation != Operation::kTruncate) {
    MILLRACE_ASSIGN_OR_RETURN(key, write_key(after.row != nullptr ? after : before));
  }
  MILLRACE_ASSIGN_OR_RETURN(const Range value, write_value(event, event.operation, before, after));
  add_record(key, value);
  if (event.operation == Operation::kDelete && options_.tombstones_on_delete) add_tombstone();
  return {};
}

Status DebeziumEncoder::Impl::encode_key_change(const change::ChangeEvent& event,
                                                const Image& before, const Image& after,
                                                Range old_key, Range new_key) {
  MILLRACE_ASSIGN_OR_RETURN(const Range deletion,
                            write_value(event, Operation::kDelete, before, Image{}));
  MILLRACE_ASSIGN_OR_RETURN(const Range creation,
                            write_value(event, Operation::kCreate, Image{}, after));
  add_record(old_key, deletion, kNewKeyHeader, payload_of(new_key));
  if (options_.tombstones_on_delete) add_tombstone();
  add_record(new_key, creation, kOldKeyHeader, payload_of(old_key));
  return {};
}

// As far as the published columns show. What was printed to find out is thrown away: a key change needs it in another
// form.
Result<bool> DebeziumEncoder::Impl::is_unchanged(const Image& before, const Image& after) {
  const std::size_t start = writer_.size();
  if (!write_row(before)) return values_.take_error();
  const Range old_row = since(start);
  if (!write_row(after)) return values_.take_error();
  const Range new_row = since(old_row.offset + old_row.size);
  const bool unchanged = text(old_row) == text(new_row);
  writer_.truncate(start);
  remarks_.invalid_texts = 0;
  remarks_.unconverted = {};
  return unchanged;
}

bool DebeziumEncoder::Impl::key_changes(const Image& before, const Image& after) const {
  for (const ColumnPlan& column : plan_->key) {
    if (!is_same(before.at(column.index), after.at(column.index))) return true;
  }
  return false;
}

// {"id":1}, with its schema around it where the converter says so; absent for a table without a key.
Result<ByteRange> DebeziumEncoder::Impl::write_key(const Image& image) {
  if (plan_->key.empty()) return Range{};
  const std::size_t start = writer_.size();
  writer_.raw(plan_->key_head);
  writer_.raw('{');
  std::size_t skipped = 1;  // the first name's comma
  for (const ColumnPlan& column : plan_->key) {
    const Value& value = image.at(column.index);
    if (value.is_absent()) [[unlikely]] {
      return definite_error(
          plan_->table->name.to_text() + "." + column.column->name +
          ": a key column is not in the row image (binlog_row_image=MINIMAL and a "
          "statement that leaves the key to its default); set binlog_row_image=FULL");
    }
    writer_.raw(std::string_view(column.name).substr(skipped));
    skipped = 0;
    if (!values_.write(*plan_, column, value, remarks_)) return values_.take_error();
  }
  writer_.raw('}');
  writer_.raw(plan_->key_tail);
  return since(start);
}

Result<ByteRange> DebeziumEncoder::Impl::write_value(const change::ChangeEvent& event,
                                                     Operation operation, const Image& before,
                                                     const Image& after) {
  const std::size_t start = writer_.size();
  writer_.raw(plan_->value_head);
  writer_.raw("{\"before\":");
  if (!write_row(before)) return values_.take_error();
  writer_.raw(",\"after\":");
  if (!write_row(after)) return values_.take_error();
  writer_.raw(source_.head());
  writer_.integer(std::uint64_t{event.source.row});
  writer_.raw(source_.tail());
  if (event.order != nullptr) write_order(*event.order);
  writer_.raw(static_cast<char>(operation));
  write_instants();
  writer_.raw(plan_->value_tail);
  return since(start);
}

bool DebeziumEncoder::Impl::write_row(const Image& image) {
  if (image.row == nullptr) {
    writer_.raw("null");
    return true;
  }
  writer_.raw('{');
  std::size_t skipped = 1;  // the first name's comma
  for (const ColumnPlan& column : plan_->columns) {
    const Value& value = image.at(column.index);
    if (value.is_absent()) [[unlikely]] {
      if (column.absent.empty()) continue;
      writer_.raw(std::string_view(column.absent).substr(skipped));
    } else {
      writer_.raw(std::string_view(column.name).substr(skipped));
      if (!values_.write_or_null(*plan_, column, value, remarks_)) return false;
    }
    skipped = 0;
  }
  writer_.raw('}');
  return true;
}

// ...,"data_collection_order":3},"op":"
void DebeziumEncoder::Impl::write_order(change::TransactionOrder& order) {
  writer_.integer(++order.total);
  writer_.raw(",\"data_collection_order\":");
  writer_.integer(++order.of_table);
  writer_.raw("},\"op\":\"");
}

// ","ts_ms":...,"ts_us":...,"ts_ns":...} : when this event was made. The digits are worked out once: milliseconds and
// microseconds are the nanoseconds' first ones.
void DebeziumEncoder::Impl::write_instants() {
  char text[digits::kRoom];
  // A clock before 1970 or in its first millisecond is a broken one; it still gets numbers of the right form.
  const std::int64_t now_ns = std::max<std::int64_t>(clock_.wall_ns(), 1'000'000);
  const char* const end = digits::write(now_ns, text);
  const std::string_view nanoseconds(text, static_cast<std::size_t>(end - text));
  writer_.raw("\",\"ts_ms\":");
  writer_.raw(nanoseconds.substr(0, nanoseconds.size() - 6));
  writer_.raw(",\"ts_us\":");
  writer_.raw(nanoseconds.substr(0, nanoseconds.size() - 3));
  writer_.raw(",\"ts_ns\":");
  writer_.raw(nanoseconds);
  writer_.raw('}');
}

void DebeziumEncoder::Impl::add_record(Range key, Range value, std::string_view key_header,
                                       Range other_key) {
  Record record;
  record.topic = &plan_->topic;
  record.key = key;
  record.value = value;
  record.first_header = static_cast<std::uint32_t>(headers_.size());
  if (!key_header.empty()) headers_.push_back({key_header, other_key});
  if (options_.extended_headers) add_context_headers();
  record.header_count = static_cast<std::uint32_t>(headers_.size()) - record.first_header;
  records_.push_back(record);
}

// The last record's key and headers without its value.
void DebeziumEncoder::Impl::add_tombstone() {
  Record tombstone = records_.back();
  tombstone.value = {};
  records_.push_back(tombstone);
}

void DebeziumEncoder::Impl::add_context_headers() {
  for (const auto& [name, value] : context_headers(options_)) {
    const std::size_t start = writer_.size();
    writer_.quoted(value);
    headers_.push_back({name, since(start)});
  }
}

void DebeziumEncoder::Impl::publish(RecordBatch& out) {
  const std::size_t base = out.bytes.size();
  const auto first_header = static_cast<std::uint32_t>(out.headers.size());
  const auto moved = [base](Range range) {
    if (!range.absent()) range.offset += base;
    return range;
  };
  out.bytes.append(writer_.written_since(0));
  for (Header header : headers_) {
    header.value = moved(header.value);
    out.headers.push_back(header);
  }
  for (Record record : records_) {
    record.key = moved(record.key);
    record.value = moved(record.value);
    record.first_header += first_header;
    out.records.push_back(record);
  }
  for (std::string& notice : remarks_.notices) out.notices.push_back(std::move(notice));
  if (remarks_.invalid_texts != 0) [[unlikely]] {
    out.invalid_texts[plan_->table->name.to_text()] += remarks_.invalid_texts;
  }
  if (const RecordBatch::Unconverted& found = remarks_.unconverted; found.count != 0) [[unlikely]] {
    RecordBatch::Unconverted& known = out.unconverted[plan_->table->name.to_text()];
    if (known.count == 0) known.first = found.first;
    known.count += found.count;
  }
}

DebeziumEncoder::DebeziumEncoder(const EncoderOptions& options, const Clock& clock)
    : impl_(std::make_unique<Impl>(options, clock)) {}
DebeziumEncoder::DebeziumEncoder(DebeziumEncoder&&) noexcept = default;
DebeziumEncoder& DebeziumEncoder::operator=(DebeziumEncoder&&) noexcept = default;
DebeziumEncoder::~DebeziumEncoder() = default;

Status DebeziumEncoder::encode(const change::ChangeEvent& event, const TablePlan& plan,
                               RecordBatch& out) {
  return impl_->encode(event, plan.impl(), out);
}

}  // namespace millrace::encode

#include "encode/shape/shape_encoder.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "millrace/base/assert.h"

namespace millrace::encode {
namespace {

// What Java's trim() leaves nothing of.
bool is_blank(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) <= 0x20; });
}

}  // namespace

void ShapeEncoder::begin(const change::ChangeEvent& event, const TablePlan::Impl& plan,
                         const Image& before, const Image& after) {
  event_ = &event;
  plan_ = &plan;
  before_ = before;
  after_ = after;
}

Status ShapeEncoder::write(RecordKind kind) {
  // Events are counted before any transform: one that is left out leaves its number out.
  if (event_->order != nullptr && !is_tombstone(kind)) {
    ++event_->order->total;
    ++event_->order->of_table;
  }
  MILLRACE_ASSIGN_OR_RETURN(const ShapeStep* step, plan_->shapes->first(kind));
  while (step->shape == nullptr) {
    if (step->is_dropped) {
      if (!step->notice.empty() && !step->is_noticed.exchange(true, std::memory_order_relaxed))
        remarks_.notices.push_back(plan_->table->name.to_text() + ": " + step->notice);
      return {};
    }
    MILLRACE_ASSIGN_OR_RETURN(const Answer given, answer(*step));
    MILLRACE_ASSIGN_OR_RETURN(step, plan_->shapes->next(*step, given));
  }
  const FinishedShape& shape = *step->shape;
  // A clock before 1970 or in its first millisecond is a broken one; it still gets numbers of the right form.
  now_ns_ = std::max<std::int64_t>(clock_.wall_ns(), 1'000'000);
  Record record;
  record.topic = &shape.topic;
  MILLRACE_ASSIGN_OR_RETURN(record.key, write_part(shape.key));
  MILLRACE_ASSIGN_OR_RETURN(record.value, write_part(shape.value));
  record.first_header = static_cast<std::uint32_t>(headers_.size());
  for (const PrintHeader& header : shape.headers) MILLRACE_RETURN_IF_ERROR(write_header(header));
  record.header_count = static_cast<std::uint32_t>(headers_.size()) - record.first_header;
  if (shape.timestamp) {
    MILLRACE_ASSIGN_OR_RETURN(record.timestamp_ms, number(*shape.timestamp, 0));
  }
  if (shape.partition) {
    MILLRACE_ASSIGN_OR_RETURN(const std::int64_t partition,
                              number(*shape.partition, Record::kAnyPartition));
    record.partition = static_cast<std::int32_t>(partition);
  }
  records_.push_back(record);
  return {};
}

Result<Answer> ShapeEncoder::answer(const ShapeStep& step) {
  const std::size_t start = writer_.size();
  if (!write_root(step.question)) return take_error();
  const std::string_view json = writer_.written_since(start);
  Answer given;
  given.is_null = json == "null";
  if (!given.is_null && step.asked == Answers::Asked::kText) given.text = text_of_json(json);
  if (step.asked == Answers::Asked::kIsBlank && json.starts_with('"'))
    given.is_null = is_blank(text_of_json(json));
  writer_.truncate(start);
  return given;
}

Result<ByteRange> ShapeEncoder::write_part(const PrintPart& part) {
  if (part.is_absent) return ByteRange{};
  const std::size_t start = writer_.size();
  writer_.raw(part.head);
  if (!write_root(part.root)) return take_error();
  writer_.raw(part.tail);
  return since(start);
}

Status ShapeEncoder::write_header(const PrintHeader& header) {
  const std::size_t start = writer_.size();
  if (!write_root(header.root)) return take_error();
  const std::string_view json = writer_.written_since(start);
  Header written{header.name, {}, header.is_text};
  if (json == "null") {
    writer_.truncate(start);
  } else {
    if (header.is_text) {
      scratch_ = text_of_json(json);
      writer_.truncate(start);
      writer_.raw(scratch_);
    }
    written.value = since(start);
  }
  headers_.push_back(written);
  return {};
}

Result<std::int64_t> ShapeEncoder::number(const PrintField& field, std::int64_t if_null) {
  const std::size_t start = writer_.size();
  if (!write_root(field)) return take_error();
  const std::string_view text = writer_.written_since(start);
  std::int64_t value = if_null;
  std::from_chars(text.data(), text.data() + text.size(), value);
  writer_.truncate(start);
  return value;
}

bool ShapeEncoder::write_root(const PrintField& field) {
  const std::size_t start = writer_.size();
  if (field.kind == PrintField::Kind::kColumn && image(field).at(field.column->index).is_absent())
    return fail_absent(field);
  return write_plain(field) && (field.changes.empty() || change(field, start));
}

bool ShapeEncoder::fail_absent(const PrintField& field) {
  error_ = definite_error(plan_->table->name.to_text() + "." + field.column->column->name +
                          ": a column that the key or a transform needs is not in the row image; "
                          "set binlog_row_image=FULL");
  return false;
}

bool ShapeEncoder::write_fields(const std::vector<PrintField>& fields) {
  writer_.raw('{');
  std::size_t skipped = 1;  // the first name's comma
  for (const PrintField& field : fields) {
    if (field.kind == PrintField::Kind::kColumn) {
      const row::Value& value = image(field).at(field.column->index);
      if (value.is_absent()) [[unlikely]] {
        if (field.is_needed) return fail_absent(field);
        if (field.text.empty()) continue;
        writer_.raw(std::string_view(field.text).substr(skipped));
        skipped = 0;
        continue;
      }
      writer_.raw(std::string_view(field.name).substr(skipped));
      skipped = 0;
      const std::size_t start = writer_.size();
      // A key's column is needed: another key would be another row.
      if (field.is_needed ? !values_.write(*plan_, *field.column, value, remarks_)
                          : !values_.write_or_null(*plan_, *field.column, value, remarks_)) {
        return false;
      }
      if (!field.changes.empty() && !change(field, start)) return false;
      continue;
    }
    if (field.kind == PrintField::Kind::kText && field.changes.empty()) {
      writer_.raw(std::string_view(field.text).substr(skipped));  // has its name
      skipped = 0;
      continue;
    }
    writer_.raw(std::string_view(field.name).substr(skipped));
    skipped = 0;
    const std::size_t start = writer_.size();
    if (!write_plain(field)) return false;
    if (!field.changes.empty() && !change(field, start)) return false;
  }
  writer_.raw('}');
  return true;
}

// Without its name, and before its changes.
bool ShapeEncoder::write_plain(const PrintField& field) {
  switch (field.kind) {
    case PrintField::Kind::kText:
      writer_.raw(field.text);
      return true;
    case PrintField::Kind::kColumn:
      return values_.write(*plan_, *field.column, image(field).at(field.column->index), remarks_);
    case PrintField::Kind::kSource:
      writer_.raw(source_.member(field.member));
      return true;
    case PrintField::Kind::kSourceBlock:
      writer_.raw(source_.object_head());
      writer_.integer(std::uint64_t{event_->source.row});
      writer_.raw(source_.object_tail());
      return true;
    case PrintField::Kind::kSourceRow:
      writer_.integer(std::uint64_t{event_->source.row});
      return true;
    case PrintField::Kind::kOrder:
      write_order(field.member);
      return true;
    case PrintField::Kind::kInstant:
      write_instant(field.dropped_digits);
      return true;
    case PrintField::Kind::kStruct:
      return write_fields(field.fields);
  }
  return false;
}

bool ShapeEncoder::change(const PrintField& field, std::size_t start) {
  for (const auto& each : field.changes) {
    if (writer_.written_since(start) == "null") return true;
    scratch_ = writer_.written_since(start);
    writer_.truncate(start);
    if (const Status status = each->apply(scratch_, writer_); !status) {
      error_ = status.error().with_context(plan_->table->name.to_text());
      return false;
    }
  }
  return true;
}

void ShapeEncoder::write_order(std::size_t member) {
  MILLRACE_ASSERT(event_->order != nullptr, "no transaction is counted");
  if (member == 0) {
    writer_.quoted(event_->source.transaction->id);
  } else {
    writer_.integer(member == 1 ? event_->order->total : event_->order->of_table);
  }
}

void ShapeEncoder::write_instant(std::size_t dropped_digits) {
  const std::size_t start = writer_.size();
  writer_.integer(now_ns_);
  writer_.truncate(start + (writer_.size() - start) - dropped_digits);
}

Error ShapeEncoder::take_error() {
  if (!error_) return values_.take_error();
  return *std::exchange(error_, std::nullopt);
}

}  // namespace millrace::encode

#include "encode/source_block.h"

#include "millrace/charset/charset.h"

namespace millrace::encode {
namespace {

// The instant of a row is its transaction's original commit, of a statement the same to the millisecond, and without a
// commit time (servers before 8.0.1) the second of the event's header.
std::int64_t instant_us(const change::ChangeEvent& event) {
  const change::SourceInfo& source = event.source;
  if (source.transaction->commit_us == 0) return std::int64_t{source.timestamp} * 1'000'000;
  const auto commit_us = static_cast<std::int64_t>(source.transaction->commit_us);
  return event.operation == change::Operation::kTruncate ? commit_us / 1000 * 1000 : commit_us;
}

// The values in a piece of an object's text, which holds no object within.
void append_members(std::string_view piece, std::vector<std::string_view>& values) {
  bool in_string = false;
  std::size_t begin = piece.npos;  // of the value at hand
  for (std::size_t i = 0; i < piece.size(); ++i) {
    const char c = piece[i];
    if (in_string && c == '\\') {
      ++i;
    } else if (c == '"') {
      in_string = !in_string;
    } else if (!in_string && c == ':') {
      begin = i + 1;
    } else if (!in_string && (c == ',' || c == '}') && begin != piece.npos) {
      values.push_back(piece.substr(begin, i - begin));
      begin = piece.npos;
    }
  }
  if (begin != piece.npos) values.push_back(piece.substr(begin));
}

}  // namespace

void SourceBlock::prepare(const change::ChangeEvent& event, const TablePlan::Impl& plan) {
  const change::SourceInfo& source = event.source;
  const change::TransactionInfo& transaction = *source.transaction;
  const Origin origin{&plan,
                      source.position,
                      instant_us(event),
                      source.server_id.value(),
                      transaction.thread_id,
                      source.has_thread,
                      event.order != nullptr};
  if (origin == origin_ && transaction.gtid == gtid_ && transaction.file == file_ &&
      transaction.id == id_ && source.query == query_ && source.snapshot == snapshot_) {
    return;
  }
  origin_ = origin;
  gtid_ = transaction.gtid;
  file_ = transaction.file;
  id_ = transaction.id;
  query_ = source.query;
  snapshot_ = source.snapshot;
  print(event);
}

void SourceBlock::print(const change::ChangeEvent& event) {
  is_split_ = false;
  writer_.truncate(0);
  writer_.raw(origin_.plan->source_start);
  writer_.integer(origin_.instant_us / 1000);
  writer_.raw(",\"snapshot\":");
  writer_.quoted(snapshot_);
  writer_.raw(origin_.plan->source_db);
  writer_.integer(origin_.instant_us);
  writer_.raw(",\"ts_ns\":");
  // Modulo 2^64: the instant is whatever the event says.
  writer_.integer(static_cast<std::int64_t>(static_cast<std::uint64_t>(origin_.instant_us) * 1000));
  writer_.raw(origin_.plan->source_table);
  writer_.integer(std::uint64_t{origin_.server_id});
  writer_.raw(",\"gtid\":");
  if (gtid_.empty()) {
    writer_.raw("null");
  } else {
    writer_.quoted(gtid_);
  }
  writer_.raw(",\"file\":");
  writer_.quoted(file_);
  writer_.raw(",\"pos\":");
  writer_.integer(origin_.position);
  writer_.raw(",\"row\":");
  head_ = writer_.written_since(0);

  writer_.truncate(0);
  writer_.raw(",\"thread\":");
  if (origin_.has_thread) {
    writer_.integer(std::uint64_t{origin_.thread_id});
  } else {
    writer_.raw("null");
  }
  writer_.raw(",\"query\":");
  if (event.source.query.empty()) {
    writer_.raw("null");
  } else {
    write_query();
  }
  if (origin_.has_order) {
    writer_.raw("},\"transaction\":{\"id\":");
    writer_.quoted(event.source.transaction->id);
    writer_.raw(",\"total_order\":");
  } else {
    writer_.raw("},\"transaction\":null,\"op\":\"");
  }
  tail_ = writer_.written_since(0);
}

std::string_view SourceBlock::object_head() {
  if (!is_split_) split();
  return object_head_;
}

std::string_view SourceBlock::object_tail() {
  if (!is_split_) split();
  return object_tail_;
}

std::string_view SourceBlock::member(std::size_t index) {
  if (!is_split_) split();
  return index < members_.size() ? members_[index] : "null";
}

void SourceBlock::split() {
  constexpr std::string_view kName = ",\"source\":";
  constexpr std::string_view kNext = "},\"transaction\":";
  object_head_ = std::string_view(head_).substr(kName.size());
  // The last one: inside of a string, quotes have a backslash before them.
  object_tail_ = std::string_view(tail_).substr(0, tail_.rfind(kNext) + 1);
  members_.clear();
  append_members(object_head_, members_);
  append_members(object_tail_, members_);
  is_split_ = true;
}

// A statement is in its client's charset, of which the binlog gives only a hint: what isn't UTF-8 is replaced.
void SourceBlock::write_query() {
  const std::size_t start = writer_.size();
  writer_.raw('"');
  if (writer_.escaped_utf8(query_) < query_.size()) {
    std::string replaced;
    charset::find_charset("utf8mb4")->append_utf8_replacing(query_, replaced);
    writer_.truncate(start);
    writer_.quoted(replaced);
    return;
  }
  writer_.raw('"');
}

}  // namespace millrace::encode

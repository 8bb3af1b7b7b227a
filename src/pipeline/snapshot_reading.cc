// The threads that read tables, and what they share with the reader of the stream.

#include <algorithm>
#include <utility>

#include "millrace/base/limits.h"
#include "millrace/base/mark.h"
#include "pipeline/snapshot_run.h"

namespace millrace::pipeline {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::uint64_t kMostChunkRows = 100'000;
constexpr milliseconds kFirstRetry{500};
constexpr milliseconds kLongestRetry{30000};

}  // namespace

Status SnapshotRun::start_readers() {
  if (!threads_.empty()) return {};
  const snapshot::MakeTableReader& make =
      snapshot_->is_frozen ? options_.snapshot.frozen_reader : options_.snapshot.live_reader;
  if (make == nullptr) return definite_error(options_.snapshot.why_not_live);
  readers_stop_ = false;
  for (unsigned i = 0; i < std::max(1U, options_.snapshot.threads); ++i) {
    readers_.push_back(make());
  }
  for (std::size_t i = 0; i < readers_.size(); ++i) {
    threads_.emplace_back([this, i] { read_tables(i); });
  }
  return {};
}

void SnapshotRun::stop_readers() {
  {
    const std::lock_guard lock(mutex_);
    readers_stop_ = true;
    for (const auto& reader : readers_) reader->interrupt();
    work_.notify_all();
  }
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  readers_.clear();
}

void SnapshotRun::read_tables(std::size_t number) {
  milliseconds retry = kFirstRetry;
  std::unique_lock lock(mutex_);
  while (true) {
    Active* active = nullptr;
    while (!is_over()) {
      if (may_read()) active = next_to_read(number);
      if (active != nullptr) break;
      work_.wait_until(lock, next_look());
    }
    if (is_over()) return;
    active->is_reading = true;
    active->reading_from = active->keys_published;
    snapshot::ChunkRequest request;
    request.table = active->captured->schema;
    request.condition = active->table.condition;
    request.select = active->table.select;
    request.surrogate_key = active->table.surrogate_key;
    request.after = active->cursor;
    request.most_rows = active->chunk_rows;
    request.most_bytes = limits::kSnapshotChunkBytes * 2;
    request.wants_maximum =
        active->table.kind == state::SnapshotTable::Kind::kIncremental && !active->has_maximum;
    if (place_) request.visible = *place_;
    const schema::TableName name = active->table.name;
    const std::uint64_t epoch = active->epoch;
    lock.unlock();
    Result<snapshot::Chunk> chunk = readers_[number]->read(request);
    lock.lock();
    if (is_over()) return;
    if (chunk) {
      retry = kFirstRetry;
    } else {
      observer_.on_notice(chunk.error().message() + "; trying again in " +
                          std::to_string(retry.count()) + " ms");
      work_.wait_for(lock, retry, [this] { return is_over(); });
      retry = std::min(retry * 2, kLongestRetry);
    }
    take_chunk(name, epoch, number, std::move(chunk));
  }
}

bool SnapshotRun::may_read() const {
  return !is_paused_ && ready_bytes_ < limits::kSnapshotBytes && !memory_.is_scarce() &&
         steady_clock::now() >= next_read_;
}

// Soon, or when rows_per_second lets the next chunk go.
steady_clock::time_point SnapshotRun::next_look() const {
  const auto now = steady_clock::now();
  const auto soon = now + milliseconds(100);
  return next_read_ > now ? std::min(next_read_, soon) : soon;
}

SnapshotRun::Active* SnapshotRun::next_to_read(std::size_t number) {
  const auto can_be_read = [&](const Active& active) {
    return active.is_published && !active.is_reading && !active.is_read &&
           (!active.not_before || is_at_or_behind(place_position_, *active.not_before));
  };
  // A table without a key goes on where its SELECT is.
  for (Active& active : active_) {
    if (active.reader == number && !active.is_read) return can_be_read(active) ? &active : nullptr;
  }
  for (Active& active : active_) {
    if (!active.reader && can_be_read(active)) return &active;
  }
  return nullptr;
}

void SnapshotRun::take_chunk(const schema::TableName& name, std::uint64_t epoch, std::size_t reader,
                             Result<snapshot::Chunk> chunk) {
  Active* const active = find(name);
  if (active == nullptr || active->epoch != epoch) return;  // what was read is worthless by now
  active->is_reading = false;
  if (!chunk) {
    // The SELECT of a table without a key is gone, and its view with it.
    if (active->reader && place_) {
      discard(*active);
    }
    return;
  }
  if (!chunk->has_key) active->reader = reader;
  if (options_.snapshot.rows_per_second != 0) {
    const std::chrono::duration<double> time(
        static_cast<double>(chunk->rows.count()) /
        static_cast<double>(options_.snapshot.rows_per_second));
    next_read_ = std::max(next_read_, steady_clock::now()) +
                 std::chrono::duration_cast<steady_clock::duration>(time);
  }
  adapt_chunk(*active, *chunk);
  active->has_maximum |= !chunk->maximum.empty();
  active->cursor = chunk->last;
  active->is_read = chunk->is_end || chunk->failure.has_value();
  Ready ready{std::move(*chunk), active->reading_from, 0};
  ready.bytes =
      ready.chunk.rows.bytes.size() + ready.chunk.rows.begins.size() * sizeof(std::size_t);
  ready_bytes_ += ready.bytes;
  memory_.add(ready.bytes);
  active->ready.push_back(std::move(ready));
  has_news_ = true;
  news_.notify_all();
}

void SnapshotRun::adapt_chunk(Active& active, const snapshot::Chunk& chunk) const {
  if (options_.snapshot.chunk_rows != 0 || chunk.rows.count() == 0) return;
  const std::uint64_t row_bytes =
      std::max<std::uint64_t>(1, chunk.rows.bytes.size() / chunk.rows.count());
  active.chunk_rows =
      std::clamp<std::uint64_t>(limits::kSnapshotChunkBytes / row_bytes, 1, kMostChunkRows);
}

void SnapshotRun::forget_bytes(const Ready& ready) {
  ready_bytes_ -= ready.bytes;
  memory_.give(ready.bytes);
}

// What was read of the table and isn't published is worthless.
void SnapshotRun::discard(Active& active) {
  MILLRACE_MARK("chunks_discarded");
  ++active.epoch;
  active.is_reading = false;
  active.is_read = false;
  active.reader.reset();
  active.has_maximum = false;
  for (const Ready& ready : active.ready) {
    forget_bytes(ready);
    if (ready.chunk.high) active.not_before = ready.chunk.high;
  }
  active.ready.clear();
  active.cursor = active.table.after;
  active.is_published = false;
}

}  // namespace millrace::pipeline

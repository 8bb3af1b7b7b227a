#pragma once

// The snapshot of a pipeline (millrace/pipeline/snapshot.h): its tables, the threads that read them, and the reconciling
// with the stream. The reader of the stream calls it between transactions and tells it what the stream brings; threads
// of its own read chunks. What they share is behind one mutex, taken once a chunk and once a step, never once a row.
//
// A table's life: pending -> active (a few at a time: its structure is known, its keys are watched, readers
// work on it) -> read to its end -> all its chunks are out: its record is deleted.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_set>
#include <variant>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/gtid/gtid_set.h"
#include "millrace/pipeline/captured_table.h"
#include "millrace/pipeline/pipeline.h"
#include "millrace/pipeline/snapshot.h"
#include "millrace/snapshot/table_key.h"
#include "millrace/state/source_state.h"
#include "pipeline/batch.h"
#include "pipeline/touched_keys.h"

namespace millrace::pipeline {

// Where the stream stands, between two transactions.
struct StreamPlace {
  BinlogPosition position;
  std::function<gtid::GtidSet()> executed;  // all that it has brought
  // The last transaction that it brought; null before the first.
  std::shared_ptr<const change::TransactionInfo> transaction;
  ServerId server_id;
  std::uint32_t timestamp = 0;
};

// Takes what a snapshot publishes, in order; the assembler, in the end.
class SnapshotOutput {
 public:
  virtual ~SnapshotOutput() = default;
  virtual void add_rows(RowsItem item, std::size_t bytes) = 0;
  virtual void add_state(state::StateRecord record) = 0;
  virtual void add_notification(encode::Notification notification) = 0;
  // Once what was added so far is committed.
  virtual void on_committed(std::function<void()> call) = 0;
  // What was added so far is one batch, if it is large enough to be one.
  virtual Status cut() = 0;
  // The offset belongs to a first snapshot that is not at its end.
  virtual void set_in_snapshot(bool in_snapshot) = 0;
};

class SnapshotRun {
 public:
  // All outlive the run but `state`: what is left of a snapshot.
  // `wake`: an order has come, and the reader of the stream may be waiting for an event.
  SnapshotRun(const PipelineOptions& options, const state::SourceState& state,
              TableRegistry& tables, Observer& observer, std::function<void()> wake);
  ~SnapshotRun();

  // --- The reader of the stream. ---
  // A frozen copy is to be read before the stream begins.
  bool reads_copy() const;
  // Something is to be done between transactions.
  bool needs_steps() const { return needs_steps_.load(std::memory_order_acquire); }
  // Tables are left.
  bool is_active() const { return is_active_.load(std::memory_order_acquire); }
  // Hands out what may go at this place. A definite error names the table.
  Status step(const StreamPlace& place, SnapshotOutput& out);
  // Tells the observer how it gets on; as often as that is worth it.
  void report();
  // Waits until a chunk or an order has come, at most so long; false when none has.
  bool wait(std::chrono::milliseconds timeout);

  // Rows that the stream brings. False: they will be read, and are not published.
  Result<bool> watch_rows(const CapturedTable& table, const binlog::RowsEvent& event);
  // A statement has changed these tables, or emptied them, or put others in their place.
  void note_changes(const ChangedTables& changed);
  // Whether the stream's events of the table wait for its turn.
  bool keeps_back(const schema::TableName& name) const { return kept_back_.contains(name); }
  // An order that came with the stream, in place of one by order().
  void accept(const SnapshotOrder& order, SnapshotOutput& out);

  // --- Any thread. ---
  // Returns when the order is committed; false when the pipeline ended before.
  bool order(SnapshotOrder order);
  // The same for a record of state that is nobody else's.
  bool note(state::StateRecord record);
  void stop();

 private:
  struct Ready {
    snapshot::Chunk chunk;
    std::uint64_t keys_from = 0;  // of TouchedKeys
    std::size_t bytes = 0;
  };
  // A table's next chunk, as it was looked at; of no use any more when the epoch is another one.
  struct Front {
    std::uint64_t epoch = 0;
    std::uint64_t keys_from = 0;
    bool is_end = false, has_rows = false;
    bool needs_view = false;  // without a key: the place of its rows in the stream isn't known
  };
  struct Active {
    // The stream's reader's alone.
    state::SnapshotTable table;
    snapshot::TableKey key;             // in whose order it is read
    std::vector<std::size_t> identity;  // columns that tell rows apart; empty: none do
    TouchedKeys keys;
    bool needs_structure = false;
    bool is_kept_back = false;  // its events are not published until its view is known
    // Of a first snapshot: keys that the stream has created since the table's reading began, as far as they are few.
    std::unordered_set<KeyHash, KeyHashHasher> created;
    bool knows_created = false;
    // Without a key: the epoch whose rows have a place in the stream that is known; and attempts at one.
    std::optional<std::uint64_t> view;
    std::uint64_t attempts = 0;
    bool is_told = false;              // that it is in progress
    std::vector<std::string> maximum;  // its last key when its reading began, for people
    // Behind the mutex; what readers see is changed behind it too.
    CapturedTablePtr captured;
    std::uint64_t epoch = 0;  // grows when what was read is worthless
    bool is_published = false;
    std::uint64_t keys_published = 0;  // what a read that begins now must be held against
    bool is_reading = false;
    std::uint64_t reading_from = 0;
    bool is_read = false;               // to the end
    std::optional<std::size_t> reader;  // which goes on with a SELECT of the whole table
    std::vector<std::string> cursor;
    std::deque<Ready> ready;
    std::uint64_t chunk_rows = 0;
    bool has_maximum = false;  // a chunk has brought it
    std::optional<BinlogPosition>
        not_before;  // the stream must have passed it before the next read
  };
  using ActiveList = std::list<Active>;
  struct Ordered {
    std::variant<SnapshotOrder, state::StateRecord> what;
    std::shared_ptr<bool> done;  // behind the mutex
  };
  struct HeldRows;
  enum class End : std::uint8_t { kSucceeded, kGone, kFailed, kStopped };

  // Readers' threads (snapshot_reading.cc).
  Status start_readers();
  void stop_readers();
  void read_tables(std::size_t number);
  bool is_over() const { return is_stopping_ || readers_stop_; }
  bool may_read() const;
  std::chrono::steady_clock::time_point next_look() const;
  Active* next_to_read(std::size_t number);
  void take_chunk(const schema::TableName& name, std::uint64_t epoch, std::size_t reader,
                  Result<snapshot::Chunk> chunk);
  void adapt_chunk(Active& active, const snapshot::Chunk& chunk) const;
  void discard(Active& active);
  void forget_bytes(const Ready& ready);

  // Orders (snapshot_orders.cc).
  bool put(std::variant<SnapshotOrder, state::StateRecord> what);
  void take_orders(SnapshotOutput& out);
  void execute(const SnapshotOrder& order, SnapshotOutput& out);
  std::vector<state::SnapshotTable> tables_of(const SnapshotOrder& order,
                                              std::vector<state::SnapshotTable>& unknown);
  void stop_tables(const SnapshotOrder& order, SnapshotOutput& out);
  void set_paused(bool is_paused, const SnapshotOrder& order, SnapshotOutput& out);

  // Tables come and go (snapshot_run.cc).
  void take_new_tables(SnapshotOutput& out);
  void activate();
  Status renew_structures(SnapshotOutput& out);
  Status take_structure(Active& active, CapturedTablePtr captured);
  void begin_table(Active& active, SnapshotOutput& out);
  void publish_place(const StreamPlace& place);
  void finish(ActiveList::iterator active, End end, const std::string& why, SnapshotOutput& out);
  void end_snapshot(SnapshotOutput& out);
  Active* find(const schema::TableName& name);
  bool is_of_first_snapshot(const state::SnapshotTable& table) const;
  void note_keys(Active& active, binlog::RowsKind kind, const row::Row& before,
                 const row::Row& after);
  Result<bool> has_record(const CapturedTable& table, const binlog::RowsEvent& event,
                          const row::Row& before, const row::Row& after);

  // Notifications (snapshot_notes.cc).
  void name(const state::SnapshotTable& table);
  std::string collections(const state::SnapshotTable& table) const;
  encode::Notification notification(const state::SnapshotTable& table, std::string type) const;
  void notify(encode::Notification notification, SnapshotOutput& out);
  void tell_started(const std::vector<state::SnapshotTable>& tables, SnapshotOutput& out);
  void tell_progress(const Active& active, const std::vector<std::string>* last,
                     SnapshotOutput& out);
  void tell_scanned(const state::SnapshotTable& table, const std::string& status,
                    const std::string& collections, SnapshotOutput& out);
  void tell_stopped(const state::SnapshotTable& of, std::vector<schema::TableName> stopped,
                    SnapshotOutput& out);
  void tell_paused(bool is_paused, SnapshotOutput& out);
  void tell_end_behind(const state::SnapshotTable& last, SnapshotOutput& out);

  // Chunks go out (snapshot_publish.cc).
  Status hand_out(const StreamPlace& place, SnapshotOutput& out);
  Result<bool> hand_out_next(ActiveList::iterator active, const StreamPlace& place,
                             SnapshotOutput& out);
  Status release_held(const StreamPlace& place, SnapshotOutput& out);
  bool is_due(const Ready& ready, const StreamPlace& place) const;
  std::optional<Front> look_at_front(const Active& active, const StreamPlace& place) const;
  std::optional<Ready> take_ready(Active& active, const Front& front);
  Status publish(ActiveList::iterator active, Ready ready, bool is_last_of_all,
                 const StreamPlace& place, SnapshotOutput& out);
  bool settle_view(Active& active, const Front& front, SnapshotOutput& out);
  bool has_exact_view(Active& active, const Front& front);
  Result<std::vector<bool>> rows_to_leave_out(const Active& active, const Ready& ready) const;
  Status publish_rows(Active& active, Ready ready, bool is_last_of_all, const StreamPlace& place,
                      SnapshotOutput& out);
  Status note_progress(Active& active, const HeldRows& held, std::size_t next, bool has_key,
                       SnapshotOutput& out);
  std::shared_ptr<const change::TransactionInfo> transaction_of(const state::SnapshotTable& table,
                                                                const StreamPlace& place) const;

  const PipelineOptions& options_;
  TableRegistry& tables_;
  Observer& observer_;
  const std::function<void()> wake_;

  // The stream's reader's alone.
  std::optional<state::Snapshot> snapshot_;
  std::deque<state::SnapshotTable> pending_;
  std::vector<state::SnapshotTable> new_tables_;  // pending, as soon as something can be written
  std::set<schema::TableName> kept_back_;  // of a first snapshot: their events wait for their turn
  std::optional<encode::DebeziumEncoder> encoder_;  // to see whether an update has records
  std::uint64_t next_order_ = 0;
  std::uint64_t rows_ = 0;
  std::map<state::SnapshotTable::Kind, std::vector<schema::TableName>> named_;  // as far as few
  std::set<std::string> failed_signals_;  // a table of theirs wasn't read
  bool has_told_end_ = false;
  const std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point last_report_;
  std::chrono::steady_clock::time_point last_place_;
  ActiveList::iterator held_;  // its last chunk waits to know whether it is the last of all
  bool holds_ = false;

  std::atomic<bool> needs_steps_{false};
  std::atomic<bool> is_active_{false};

  mutable std::mutex mutex_;
  std::condition_variable work_, news_, orders_done_;
  ActiveList active_;  // nodes stay; the list is changed by the stream's reader alone
  std::optional<gtid::GtidSet> place_;  // none: a frozen copy is read
  BinlogPosition place_position_;
  std::size_t ready_bytes_ = 0;
  MemoryBudget::Share memory_;  // as many
  bool has_news_ = false;
  bool is_paused_ = false;
  bool is_stopping_ = false;
  bool readers_stop_ = false;
  std::vector<Ordered> orders_;
  std::chrono::steady_clock::time_point next_read_;  // rows_per_second
  std::vector<std::unique_ptr<snapshot::TableReader>> readers_;
  std::vector<std::thread> threads_;
};

inline bool is_incremental(const state::SnapshotTable& table) {
  return table.kind == state::SnapshotTable::Kind::kIncremental;
}
// "db.a,db.b"
std::string joined(const std::vector<schema::TableName>& names, std::size_t at_most);

// Whether `a` stands at or behind `b` in the binlog of one server.
bool is_at_or_behind(const BinlogPosition& a, const BinlogPosition& b);

}  // namespace millrace::pipeline

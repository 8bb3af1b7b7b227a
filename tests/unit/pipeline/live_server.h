#pragma once

// A server that goes on while a snapshot reads it. Its binlog grows under open streams, and each of its tables is read by
// readers that a script may look in on: what happens before a read, and between a read and its `high`, is said by the
// test, so that every race has one outcome.

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "millrace/pipeline/event_stream.h"
#include "millrace/snapshot/table_key.h"
#include "millrace/snapshot/table_reader.h"
#include "scripted_source.h"

namespace millrace::pipeline {

class LiveServer final : public EventStreamFactory {
 public:
  LiveServer() {
    builder_.start_stream();
    head_ = builder_.events().size();
    builder_.heartbeat();
    idle_event_ = builder_.events().back();
  }

  // From any thread, as everything here: a transaction, and where the binlog ends behind it. Streams bring it at once, or
  // after they have shown `idle_signs` times that nothing new is there.
  BinlogPosition group(int number, const std::function<void(test::BinlogBuilder&)>& fill,
                       int idle_signs = 0) {
    const std::lock_guard lock(mutex_);
    Group added{*gtid::Gtid::parse(gtid(number)), builder_.events().size(), 0, idle_signs, {}};
    builder_.gtid(gtid(number));
    fill(builder_);
    added.end = builder_.events().size();
    builder_.heartbeat();
    added.idle_event = builder_.events().back();
    groups_.push_back(std::move(added));
    news_.notify_all();
    return {builder_.file(), builder_.position()};
  }
  BinlogPosition end() const {
    const std::lock_guard lock(mutex_);
    return {builder_.file(), builder_.position()};
  }
  int opened() const {
    const std::lock_guard lock(mutex_);
    return opened_;
  }
  // Until streams have shown so often that nothing new is there: whoever is between transactions has looked around.
  void wait_for_idle_signs(int count) {
    std::unique_lock lock(mutex_);
    const int until = idle_signs_ + count;
    EXPECT_TRUE(
        news_.wait_for(lock, std::chrono::seconds(20), [&] { return idle_signs_ >= until; }));
  }
  // The server refuses streams.
  void refuse() { refuses_ = true; }

  Result<std::unique_ptr<EventStream>> open(const StreamStart& start) override {
    if (refuses_) return transient_error("no connection");
    const std::lock_guard lock(mutex_);
    ++opened_;
    return std::unique_ptr<EventStream>(std::make_unique<Stream>(*this, start));
  }

 private:
  struct Group {
    gtid::Gtid gtid;
    std::size_t begin;
    std::size_t end;
    int idle_signs;  // still to be shown before it
    std::string idle_event;
  };

  class Stream final : public EventStream {
   public:
    Stream(LiveServer& server, const StreamStart& start) : server_(server), start_(start) {}

    Result<std::optional<std::string_view>> fetch() override {
      std::unique_lock lock(server_.mutex_);
      while (true) {
        if (stop_) return transient_error("interrupted");
        if (const auto event = next_event()) return hand_out(server_.builder_.events()[*event]);
        if (start_.stop_at_end) return std::optional<std::string_view>();
        if (!start_.heartbeat) {
          server_.news_.wait(lock);
          continue;
        }
        server_.news_.wait_for(lock, std::chrono::milliseconds(1));
        if (stop_ || has_next()) continue;
        ++server_.idle_signs_;
        if (group_ < server_.groups_.size()) --server_.groups_[group_].idle_signs;
        server_.news_.notify_all();
        return hand_out(group_ == 0 ? server_.idle_event_ : server_.groups_[group_ - 1].idle_event);
      }
    }
    bool likely_idle() override {
      const std::lock_guard lock(server_.mutex_);
      return !has_next();
    }
    void interrupt() override {
      const std::lock_guard lock(server_.mutex_);
      stop_ = true;
      server_.news_.notify_all();
    }

   private:
    void pass_executed() {
      while (event_ == 0 && group_ < server_.groups_.size() && start_.executed &&
             start_.executed->contains(server_.groups_[group_].gtid)) {
        ++group_;
      }
    }
    bool has_next() {
      pass_executed();
      return head_ < server_.head_ ||
             (group_ < server_.groups_.size() && server_.groups_[group_].idle_signs <= 0);
    }
    std::optional<std::size_t> next_event() {
      if (!has_next()) return std::nullopt;
      if (head_ < server_.head_) return head_++;
      const Group& group = server_.groups_[group_];
      const std::size_t event = group.begin + event_++;
      if (event + 1 == group.end) {
        ++group_;
        event_ = 0;
      }
      return event;
    }
    std::optional<std::string_view> hand_out(const std::string& event) {
      current_ = event;
      return std::optional<std::string_view>(current_);
    }

    LiveServer& server_;
    const StreamStart start_;
    std::size_t head_ = 0, group_ = 0, event_ = 0;
    bool stop_ = false;
    std::string current_;
  };

  mutable std::mutex mutex_;
  std::condition_variable news_;
  test::BinlogBuilder builder_;
  std::size_t head_ = 0;
  std::string idle_event_;
  std::vector<Group> groups_;
  int opened_ = 0;
  int idle_signs_ = 0;
  std::atomic<bool> refuses_{false};
};

// Tables shop.<name> (id INT, name VARCHAR(200)); with or without the primary key.
class LiveTables {
 public:
  explicit LiveTables(LiveServer& server) : server_(server) {}

  using Rows = std::map<int, std::string>;
  static test::Table table(const std::string& name, bool has_key = true) {
    test::Table table = items_table();
    table.name = name;
    table.id = 100;
    for (const char c : name) table.id = table.id * 31 + static_cast<unsigned char>(c);
    table.id &= 0xffffff;
    if (!has_key) {
      table.columns[0].primary_key = false;
      table.columns[0].nullable = true;
    }
    return table;
  }
  static schema::TableSchema structure_of(const test::Table& table) {
    const std::string body = table.encode(test::Metadata::kFull);
    auto columns = schema::decode_table_map_columns(*binlog::decode_table_map(body, {}));
    columns->schema.name = {};
    return columns->schema;
  }

  void set(const std::string& name, Rows rows) {
    const std::lock_guard lock(mutex_);
    rows_[name] = std::move(rows);
  }
  void put(const std::string& name, int id, const std::string& text) {
    const std::lock_guard lock(mutex_);
    rows_[name][id] = text;
  }
  void remove(const std::string& name, int id) {
    const std::lock_guard lock(mutex_);
    rows_[name].erase(id);
  }

  snapshot::MakeTableReader readers() {
    return [this] { return std::make_unique<Reader>(*this); };
  }

  // Called by readers, from their threads, in this order: an error of `before` is the read's; then rows are taken; then
  // `after`, behind which `high` is asked for. The number is that of the read, from 1.
  struct Read {
    int number = 0;
    std::string table;
    std::vector<std::string> after;
    const snapshot::ChunkRequest* request = nullptr;
  };
  std::function<Status(const Read&)> before;
  std::function<void(const Read&, snapshot::Chunk&)> after;

  // Of all readers, "name after key": "items", "items 3".
  std::vector<std::string> reads() const {
    const std::lock_guard lock(mutex_);
    return reads_;
  }

 private:
  class Reader final : public snapshot::TableReader {
   public:
    explicit Reader(LiveTables& tables) : tables_(tables) {}
    Result<snapshot::Chunk> read(const snapshot::ChunkRequest& request) override {
      const Read read = tables_.begin(request);
      if (tables_.before) MILLRACE_RETURN_IF_ERROR(tables_.before(read));
      snapshot::Chunk chunk;
      chunk.has_key =
          !snapshot::reading_order(*request.table, request.surrogate_key)->columns.empty();
      Rows rows = tables_.rows_of(request);
      if (!chunk.has_key) {
        // One SELECT: its view is that of the first piece.
        if (request.after.empty() || !view_) view_.emplace(View{rows, server_end(request)});
        rows = view_->rows;
      }
      append(rows, request, chunk);
      if (tables_.after) tables_.after(read, chunk);
      chunk.high = chunk.has_key ? server_end(request) : view_->high;
      return chunk;
    }
    void interrupt() override {}

   private:
    struct View {
      Rows rows;
      std::optional<BinlogPosition> high;
    };
    std::optional<BinlogPosition> server_end(const snapshot::ChunkRequest& request) const {
      if (!request.visible) return std::nullopt;
      return tables_.server_.end();
    }
    static void append(const Rows& rows, const snapshot::ChunkRequest& request,
                       snapshot::Chunk& chunk) {
      std::uint64_t passed = chunk.has_key ? 0 : snapshot::key_as_count(request.after);
      auto row = rows.begin();
      if (chunk.has_key && !request.after.empty())
        row = rows.upper_bound(std::stoi(request.after[0]));
      if (!chunk.has_key) std::advance(row, static_cast<std::ptrdiff_t>(passed));
      chunk.last = request.after;
      for (; row != rows.end() && chunk.rows.count() < request.most_rows; ++row) {
        test::Row cells = item(row->first, row->second);
        cells.resize(request.table->columns.size());
        chunk.rows.begins.push_back(chunk.rows.bytes.size());
        chunk.rows.bytes += test::row_image(cells);
        ++passed;
        chunk.last = chunk.has_key ? std::vector<std::string>{std::to_string(row->first)}
                                   : snapshot::count_as_key(passed);
      }
      chunk.is_end = row == rows.end();
    }

    LiveTables& tables_;
    std::optional<View> view_;
  };

  Read begin(const snapshot::ChunkRequest& request) {
    const std::lock_guard lock(mutex_);
    Read read{static_cast<int>(reads_.size()) + 1, request.table->name.table, request.after,
              &request};
    reads_.push_back(read.table + (read.after.empty() ? "" : " " + read.after[0]));
    return read;
  }
  Rows rows_of(const snapshot::ChunkRequest& request) const {
    const std::lock_guard lock(mutex_);
    const auto rows = rows_.find(request.table->name.table);
    return rows == rows_.end() ? Rows() : rows->second;
  }

  LiveServer& server_;
  mutable std::mutex mutex_;
  std::map<std::string, Rows> rows_;
  std::vector<std::string> reads_;
};

// A record for people: "items r 1=a first", "items u 1=b", "items d 1", "items tombstone 1". A stream's row has no mark.
inline std::string brief(const std::string& record) {
  const auto between = [&](const std::string& begin, const char* end, std::size_t from = 0) {
    const std::size_t at = record.find(begin, from);
    if (at == record.npos) return std::string();
    const std::size_t first = at + begin.size();
    return record.substr(first, record.find_first_of(end, first) - first);
  };
  const std::string topic = record.substr(0, record.find(' '));
  std::string text = topic.substr(topic.rfind('.') + 1) + " ";
  const std::string value = record.substr(record.find(" -> ") + 4);
  if (value == "tombstone") return text + "tombstone " + between("{\"id\":", ",}");
  const std::string op = record.substr(record.size() - 2, 1);
  const std::size_t image = record.find(op == "d" ? "\"before\":{" : "\"after\":{");
  text += op;
  if (image == record.npos) return text;  // TRUNCATE
  text += " " + between("\"id\":", ",}", image) + "=" + between("\"name\":\"", "\"", image);
  const std::string mark = between("\"snapshot\":\"", "\"");
  return mark == "false" ? text : text + " " + mark;
}

}  // namespace millrace::pipeline

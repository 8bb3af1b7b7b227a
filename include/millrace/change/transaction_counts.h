#pragma once

// How many events of the open transaction were published so far, in all and by table: what provide.transaction.metadata
// says in each row's `transaction` block and at the transaction's end. A transaction that is published in parts takes its
// counts along from batch to batch, and over a restart in the offset record.
//
// A value; one owner at a time.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace millrace::change {

// The counts at one row; an encoder adds one for each record with a value.
struct TransactionOrder {
  std::uint64_t total = 0;
  std::uint64_t of_table = 0;
};

class TransactionCounts {
 public:
  struct Table {
    std::string name;  // "shop.orders"
    std::uint64_t events = 0;
    friend bool operator==(const Table&, const Table&) = default;
  };

  std::uint64_t total() const { return total_; }
  // In the order in which they came.
  const std::vector<Table>& tables() const { return tables_; }

  TransactionOrder at(std::string_view table) const {
    const auto known = index_.find(std::string(table));
    return {total_, known == index_.end() ? 0 : tables_[known->second].events};
  }
  // What at() gave, counted on. A table without events is not taken in.
  void put(std::string_view table, const TransactionOrder& order) {
    if (order.of_table == 0) return;
    const auto [known, is_new] = index_.try_emplace(std::string(table), tables_.size());
    if (is_new) tables_.push_back({std::string(table), 0});
    tables_[known->second].events = order.of_table;
    total_ = order.total;
  }
  void restore(std::string_view table, std::uint64_t events) {
    put(table, {total_ + events, events});
  }
  void clear() {
    total_ = 0;
    tables_.clear();
    index_.clear();
  }
  bool empty() const { return tables_.empty(); }
  friend bool operator==(const TransactionCounts& a, const TransactionCounts& b) {
    return a.tables_ == b.tables_;
  }

 private:
  std::uint64_t total_ = 0;
  std::vector<Table> tables_;
  std::unordered_map<std::string, std::size_t> index_;
};

}  // namespace millrace::change

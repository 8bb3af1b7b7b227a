#pragma once

// What databases are put through in tests, the demo and the bench.
//
// The standard workload is one table of orders and two procedures in the server, so that no client's speed enters a
// figure. The mixed workload is seeded threads that do what applications do, with a ledger: every transaction that
// commits also writes one row that says how many rows it changed, so that the number of changes in the topics can be
// held against an account that the binlog's reader had no part in.

#include <atomic>
#include <cstdint>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "support/sql_client.h"

namespace millrace::testing {

// Database `shop`, table `orders`, procedures bulk(transactions, rows of each) and oltp(transactions): an insert, two
// updates and a delete in each.
void create_orders(SqlClient& client);

struct MixedOptions {
  std::string database = "mixed";
  int tables = 4;
  int threads = 3;
  std::uint64_t seed = 1;
  bool xa = true;
  int big_transaction_rows = 3000;
};

class MixedWorkload {
 public:
  // Connects as root to the socket; creates the database, tables t0..tn and `ledger`.
  MixedWorkload(std::string socket, MixedOptions options);
  ~MixedWorkload();

  void start();
  // Ends the threads and every transaction that is still prepared.
  void stop();

  // Tables whose rows a reader must end up with; the ledger among them.
  std::vector<std::string> tables() const;
  std::uint64_t transactions() const { return transactions_; }
  std::uint64_t xa_commits() const { return xa_commits_; }
  std::uint64_t xa_rollbacks() const { return xa_rollbacks_; }
  // A thread's failure, if one had any.
  std::string error() const;

  // Row changes by the ledger's account, its own rows included.
  static std::uint64_t changes_by_ledger(SqlClient& client, const std::string& database);

 private:
  class Session;
  struct Prepared {
    std::string xid;
    bool commit = true;
  };
  void run(int thread);
  void end_prepared(SqlClient& client, const Prepared& prepared);

  std::string socket_;
  MixedOptions options_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::uint64_t> transactions_{0}, xa_commits_{0}, xa_rollbacks_{0};
  mutable std::mutex mutex_;  // guards error_ and prepared_
  std::string error_;
  std::vector<Prepared> prepared_;
  std::vector<std::thread> threads_;
};

}  // namespace millrace::testing

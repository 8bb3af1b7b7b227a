#include "support/workload.h"

#include <chrono>
#include <stdexcept>

namespace millrace::testing {

void create_orders(SqlClient& client) {
  for (const char* statement : {
           "CREATE DATABASE IF NOT EXISTS shop",
           "DROP TABLE IF EXISTS shop.orders",
           R"(CREATE TABLE shop.orders (
                id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
                customer_id INT NOT NULL,
                status ENUM('new', 'paid', 'shipped', 'cancelled') NOT NULL,
                total DECIMAL(12, 2) NOT NULL,
                currency CHAR(3) NOT NULL,
                note VARCHAR(200),
                email VARCHAR(120) CHARACTER SET utf8mb4,
                created_at DATETIME(6) NOT NULL,
                updated_at TIMESTAMP NULL,
                flags INT UNSIGNED NOT NULL,
                ratio DOUBLE,
                qty SMALLINT,
                big BIGINT,
                KEY (customer_id)))",
           "DROP PROCEDURE IF EXISTS shop.bulk",
           R"(CREATE PROCEDURE shop.bulk(transactions INT, rows_of_each INT)
              BEGIN
                DECLARE i INT DEFAULT 0;
                SET SESSION cte_max_recursion_depth = 4294967295;
                WHILE i < transactions DO
                  INSERT INTO shop.orders (customer_id, status, total, currency, note, email, created_at, updated_at,
                                           flags, ratio, qty, big)
                  WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < rows_of_each)
                  SELECT FLOOR(RAND() * 1e6), ELT(1 + n % 4, 'new', 'paid', 'shipped', 'cancelled'),
                         ROUND(RAND() * 10000, 2), 'EUR', CONCAT('note for order ', n, ' ', REPEAT('x', n % 60)),
                         CONCAT('user', n, '@example.com'), NOW(6), NOW(), (n * 7) & 0xffffffff, RAND(), n % 100,
                         n * 1000003
                  FROM numbers;
                  SET i = i + 1;
                END WHILE;
              END)",
           "DROP PROCEDURE IF EXISTS shop.oltp",
           R"(CREATE PROCEDURE shop.oltp(transactions INT)
              BEGIN
                DECLARE i INT DEFAULT 0;
                DECLARE last BIGINT;
                SELECT MAX(id) INTO last FROM shop.orders;
                WHILE i < transactions DO
                  START TRANSACTION;
                  INSERT INTO shop.orders (customer_id, status, total, currency, note, email, created_at, updated_at,
                                           flags, ratio, qty, big)
                  VALUES (i, 'new', i * 1.25, 'USD', 'single', CONCAT('u', i, '@example.com'), NOW(6), NOW(), i, i / 3,
                          i % 100, i);
                  UPDATE shop.orders SET status = 'paid', total = total + 1, updated_at = NOW()
                  WHERE id = 1 + (i * 7919) % last;
                  UPDATE shop.orders SET note = CONCAT('upd ', i) WHERE id = 1 + (i * 104729) % last;
                  DELETE FROM shop.orders WHERE id = 1 + (i * 15485863) % last;
                  COMMIT;
                  SET i = i + 1;
                END WHILE;
              END)",
       }) {
    client.execute(statement);
  }
}

// One thread's connection and dice.
class MixedWorkload::Session {
 public:
  Session(MixedWorkload& workload, int thread)
      : workload_(workload),
        options_(workload.options_),
        thread_(thread),
        client_(SqlClient::connect_socket(workload.socket_, "root", "")),
        random_(options_.seed * 1000003 + static_cast<std::uint64_t>(thread)) {
    client_.execute("SET SESSION xa_detach_on_prepare = ON");
    client_.execute("SET SESSION innodb_lock_wait_timeout = 1");
    // Fewer locks between rows: sessions would mostly wait for transactions that are left prepared.
    client_.execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");
    client_.execute("USE " + options_.database);
  }

  void step() {
    const int dice = roll(100);
    if (dice < 80 || (!options_.xa && dice < 97)) {
      transaction();
    } else if (dice < 97) {
      xa_transaction();
    } else if (dice < 98) {
      big_transaction();
    } else {
      end_one_prepared();
    }
    if (roll(8) == 0) std::this_thread::sleep_for(std::chrono::milliseconds(roll(20)));
  }

 private:
  int roll(int sides) { return static_cast<int>(random_() % static_cast<std::uint64_t>(sides)); }
  std::string table() { return "t" + std::to_string(roll(options_.tables)); }
  std::string id() { return std::to_string(roll(2000)); }
  std::string text() {
    return "'" +
           std::string(static_cast<std::size_t>(roll(60)), static_cast<char>('a' + roll(26))) + "'";
  }

  // False when the server gave the transaction up (deadlock, lock wait): nothing of it stays.
  bool change(const std::string& statement) {
    const std::string error = client_.try_execute(statement);
    if (error.empty()) {
      changes_ += client_.affected_rows();
      return true;
    }
    if (error.find("Duplicate entry") != std::string::npos) return true;
    if (error.find("Deadlock") != std::string::npos || error.find("Lock wait") != std::string::npos)
      return false;
    throw std::runtime_error(error + "\n  in: " + statement);
  }

  bool random_change() {
    const std::string name = table();
    const int dice = roll(10);
    if (dice < 4) {
      return change("INSERT INTO " + name + " (id, a, b, c) VALUES (" + id() + ", " +
                    std::to_string(roll(1000000)) + ", " + text() + ", NOW(6))");
    }
    if (dice < 7) {
      return change("UPDATE " + name + " SET a = a + 1, b = " + text() + " WHERE id IN (" + id() +
                    ", " + id() + ", " + id() + ")");
    }
    if (dice < 9) return change("DELETE FROM " + name + " WHERE id = " + id());
    return change("UPDATE IGNORE " + name + " SET id = " + id() + " WHERE id = " + id());
  }

  bool some_changes() {
    changes_ = 0;
    for (int left = 1 + roll(6); left > 0; --left) {
      if (!random_change()) return false;
    }
    return true;
  }

  bool write_ledger(const std::string& what) {
    const std::uint64_t count = changes_;
    return change("INSERT INTO ledger (thread, what, changes) VALUES (" + std::to_string(thread_) +
                  ", '" + what + "', " + std::to_string(count) + ")");
  }

  void transaction() {
    client_.execute("BEGIN");
    if (!some_changes() || !write_ledger("transaction") || roll(10) == 0) {
      client_.execute("ROLLBACK");
      return;
    }
    client_.execute("COMMIT");
    ++workload_.transactions_;
  }

  void big_transaction() {
    const std::string name = table();
    const std::string begin = std::to_string(100000 + roll(1000) * 100000);
    client_.execute("BEGIN");
    changes_ = 0;
    const bool done =
        change("INSERT IGNORE INTO " + name + " (id, a, b, c) SELECT " + begin +
               " + n, n, REPEAT('b', 200), NOW(6) "
               "FROM numbers WHERE n < " +
               std::to_string(options_.big_transaction_rows)) &&
        change("UPDATE " + name + " SET a = a + 1 WHERE id >= " + begin + " LIMIT 1000") &&
        change("DELETE FROM " + name + " WHERE id >= 100000 LIMIT 2000") && write_ledger("big");
    client_.execute(done ? "COMMIT" : "ROLLBACK");
    if (done) ++workload_.transactions_;
  }

  void xa_transaction() {
    const std::string xid = "'x" + std::to_string(thread_) + "-" + std::to_string(++xids_) + "'";
    client_.execute("XA START " + xid);
    if (!some_changes() || !write_ledger("xa")) {
      client_.try_execute("XA END " + xid);
      client_.execute("XA ROLLBACK " + xid);
      return;
    }
    client_.execute("XA END " + xid);
    if (roll(5) == 0) {
      client_.execute("XA COMMIT " + xid + " ONE PHASE");
      ++workload_.transactions_;
      return;
    }
    client_.execute("XA PREPARE " + xid);
    const Prepared prepared{xid, roll(4) != 0};
    if (roll(3) == 0) {
      const std::lock_guard lock(workload_.mutex_);
      workload_.prepared_.push_back(prepared);  // left for a while, ended by whoever comes
    } else {
      workload_.end_prepared(client_, prepared);
    }
  }

  void end_one_prepared() {
    Prepared prepared;
    {
      const std::lock_guard lock(workload_.mutex_);
      if (workload_.prepared_.empty()) return;
      prepared = workload_.prepared_.front();
      workload_.prepared_.erase(workload_.prepared_.begin());
    }
    workload_.end_prepared(client_, prepared);
  }

  MixedWorkload& workload_;
  const MixedOptions& options_;
  int thread_;
  SqlClient client_;
  std::mt19937_64 random_;
  std::uint64_t changes_ = 0;
  std::uint64_t xids_ = 0;
};

MixedWorkload::MixedWorkload(std::string socket, MixedOptions options)
    : socket_(std::move(socket)), options_(std::move(options)) {
  SqlClient client = SqlClient::connect_socket(socket_, "root", "");
  client.execute("CREATE DATABASE " + options_.database);
  client.execute("USE " + options_.database);
  client.execute(
      "CREATE TABLE ledger (id INT AUTO_INCREMENT PRIMARY KEY, thread INT, what VARCHAR(20), "
      "changes INT)");
  for (int i = 0; i < options_.tables; ++i) {
    client.execute("CREATE TABLE t" + std::to_string(i) +
                   " (id INT PRIMARY KEY, a INT, b VARCHAR(300), c DATETIME(6))");
  }
  client.execute("SET SESSION cte_max_recursion_depth = 1000000");
  client.execute("CREATE TABLE numbers (n INT PRIMARY KEY)");
  client.execute(
      "INSERT INTO numbers WITH RECURSIVE s (k) AS (SELECT 0 UNION ALL SELECT k + 1 FROM s WHERE k "
      "< " +
      std::to_string(options_.big_transaction_rows) + ") SELECT k FROM s");
}

MixedWorkload::~MixedWorkload() { stop(); }

void MixedWorkload::start() {
  stopping_ = false;
  for (int i = 0; i < options_.threads; ++i) {
    threads_.emplace_back([this, i] { run(i); });
  }
}

void MixedWorkload::run(int thread) {
  try {
    Session session(*this, thread);
    while (!stopping_) session.step();
  } catch (const std::exception& failure) {
    const std::lock_guard lock(mutex_);
    error_ = failure.what();
  }
}

void MixedWorkload::stop() {
  stopping_ = true;
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  if (prepared_.empty()) return;
  SqlClient client = SqlClient::connect_socket(socket_, "root", "");
  for (const Prepared& prepared : prepared_) end_prepared(client, prepared);
  prepared_.clear();
}

void MixedWorkload::end_prepared(SqlClient& client, const Prepared& prepared) {
  client.execute(std::string(prepared.commit ? "XA COMMIT " : "XA ROLLBACK ") + prepared.xid);
  ++(prepared.commit ? xa_commits_ : xa_rollbacks_);
}

std::vector<std::string> MixedWorkload::tables() const {
  std::vector<std::string> names = {"ledger"};
  for (int i = 0; i < options_.tables; ++i) names.push_back("t" + std::to_string(i));
  return names;
}

std::string MixedWorkload::error() const {
  const std::lock_guard lock(mutex_);
  return error_;
}

std::uint64_t MixedWorkload::changes_by_ledger(SqlClient& client, const std::string& database) {
  return std::stoull(
      client.value("SELECT COALESCE(SUM(changes), 0) + COUNT(*) FROM " + database + ".ledger"));
}

}  // namespace millrace::testing

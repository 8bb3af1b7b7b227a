#include "conformance/seeded_statements.h"

#include <random>

namespace millrace::testing {
namespace {

constexpr int kTables = 16;
constexpr unsigned kKeys = 30;

class Mix {
 public:
  explicit Mix(int count) : count_(static_cast<std::size_t>(count)) {
    statements_.push_back("USE seeded");
    while (statements_.size() < count_) next();
  }

  std::vector<std::string> take() { return std::move(statements_); }

 private:
  unsigned below(unsigned sides) { return static_cast<unsigned>(random_() % sides); }
  std::string number(unsigned sides) { return std::to_string(below(sides)); }
  std::string table() { return "t" + number(kTables); }
  std::string row() {
    return "(" + number(kKeys) + ", " + number(1000) + ", REPEAT('x', " + number(50) + "), " +
           number(100000) + " / 7, '2020-01-" + std::to_string(1 + below(28)) +
           " 10:11:12.345678')";
  }

  void next() {
    switch (below(12)) {
      case 0:
        transaction();
        break;
      case 1:
        shape();
        break;
      default:
        statements_.push_back(change());
    }
  }

  void transaction() {
    statements_.push_back("BEGIN");
    for (unsigned i = 0; i < 2 + below(4); ++i) statements_.push_back(change());
    statements_.push_back(below(4) == 0 ? "ROLLBACK" : "COMMIT");
  }

  // A column comes, and goes the next time.
  void shape() {
    const unsigned table = below(kTables);
    const std::string alter = "ALTER TABLE t" + std::to_string(table);
    wide_[table] = !wide_[table];
    statements_.push_back(wide_[table] ? alter + " ADD COLUMN extra VARCHAR(20) AFTER a"
                                       : alter + " DROP COLUMN extra");
  }

  std::string change() {
    const std::string name = table();
    const std::string columns = " (id, a, b, c, d) ";
    switch (below(9)) {
      case 0:
        return "REPLACE INTO " + name + columns + "VALUES " + row() + ", " + row();
      case 1:
        return "INSERT INTO " + name + columns + "VALUES " + row() + ", " + row() +
               " ON DUPLICATE KEY UPDATE a = VALUES(a) + 1, c = 0";
      case 2:
        return "INSERT IGNORE INTO " + name + columns + "SELECT id + " + number(9) +
               ", a, b, c, d FROM " + table();
      case 3:
        return "UPDATE " + name + " SET a = a + 1, c = -c WHERE id < " + number(kKeys);
      case 4:
        return "UPDATE IGNORE " + name + " SET id = id + " + number(9) +
               " WHERE id = " + number(kKeys);
      case 5:
        return "UPDATE " + name + " SET b = NULL, d = NULL WHERE id % 7 = " + number(7);
      case 6:
        return "DELETE FROM " + name + " WHERE id = " + number(kKeys);
      case 7:
        return "DELETE FROM " + name + " WHERE a > " + number(1000) + " LIMIT 3";
      default:
        return "REPLACE INTO " + name + columns + "VALUES (" + number(kKeys) +
               ", NULL, NULL, NULL, NULL)";
    }
  }

  std::mt19937 random_{20261121};
  std::size_t count_;
  std::vector<std::string> statements_;
  bool wide_[kTables] = {};
};

}  // namespace

std::vector<std::string> seeded_tables() {
  std::vector<std::string> statements = {"CREATE DATABASE seeded", "USE seeded",
                                         "CREATE TABLE last (id INT PRIMARY KEY)"};
  for (int i = 0; i < kTables; ++i) {
    const std::string digits = std::to_string(i % 7);
    statements.push_back("CREATE TABLE t" + std::to_string(i) +
                         " (id INT PRIMARY KEY, a INT, b VARCHAR(50), c DECIMAL(12, " + digits +
                         "), d DATETIME(" + digits + "))");
  }
  return statements;
}

std::vector<std::string> seeded_statements(int count) { return Mix(count).take(); }

}  // namespace millrace::testing

#include "support/keyed_tables.h"

#include <map>
#include <random>
#include <set>

#include "support/table_reader.h"

namespace millrace::testing {
namespace {

// A key column and what it holds in row number {n}.
struct KeyColumn {
  const char* name;
  const char* type;
  const char* value;
};

struct Kind {
  const char* name;
  std::vector<KeyColumn> key;
  bool is_unique_only = false;  // no primary key
  bool is_keyless = false;
};

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all = {
      {"ints", {{"k", "BIGINT", "{n} * 3"}}},
      {"negatives", {{"k", "INT", "5 - {n} * 7"}}},
      {"unsigneds", {{"k", "BIGINT UNSIGNED", "18446744073709551615 - {n}"}}},
      {"texts",
       {{"k", "VARCHAR(60) COLLATE utf8mb4_0900_ai_ci",
         "CONCAT(ELT(1 + {n} MOD 5, 'a', 'Ä', 'z', 'ß', '\\U'), LEFT(SHA2({n}, 256), 32), {n})"}}},
      {"binaries_of_text",
       {{"k", "VARCHAR(60) COLLATE utf8mb4_bin", "CONCAT(CHAR(97 + {n} MOD 26), {n}, '\\'')"}}},
      {"latin", {{"k", "CHAR(40) CHARACTER SET latin1", "CONCAT('é', {n} MOD 10, '-', {n})"}}},
      {"uuids", {{"k", "BINARY(16)", "UNHEX(LEFT(SHA2({n}, 256), 32))"}}},
      {"short_binaries", {{"k", "BINARY(6)", "CONCAT(UNHEX(HEX({n})), '')"}}},
      {"uuid_texts",
       {{"k", "CHAR(36) CHARACTER SET ascii", "CONCAT(LEFT(SHA2({n}, 256), 32), '-abc')"}}},
      {"decimals", {{"k", "DECIMAL(20,6)", "({n} - 2500) * 1.000001"}}},
      {"doubles", {{"k", "DOUBLE", "({n} - 2500) / 7"}}},
      {"bits", {{"k", "BIT(30)", "{n} * 1021"}}},
      {"datetimes",
       {{"k", "DATETIME(6)", "'1999-12-31 23:59:00' + INTERVAL {n} * 1000003 MICROSECOND"}}},
      {"timestamps", {{"k", "TIMESTAMP(3)", "'2020-01-01 00:00:00' + INTERVAL {n} HOUR"}}},
      {"times",
       {{"d", "DATE", "'2024-02-28' + INTERVAL ({n} MOD 7) DAY"},
        {"t", "TIME(3)", "SEC_TO_TIME({n} * 11 - 27500)"}}},
      {"composites",
       {{"a", "INT", "{n} MOD 17"},
        {"b", "VARCHAR(20)", "CONCAT('b', {n} MOD 13)"},
        {"c", "DECIMAL(10,2)", "{n} / 4"}}},
      {"labels",
       {{"e", "ENUM('zulu','alpha','mike')", "1 + {n} MOD 3"},
        {"y", "YEAR", "1990 + {n} MOD 40"},
        {"n", "INT", "{n}"}}},
      {"unique_only", {{"a", "INT", "{n} DIV 10"}, {"b", "INT", "{n} MOD 10"}}, true},
      {"keyless", {{"a", "INT", "{n}"}, {"b", "VARCHAR(10)", "'x'"}}, false, true},
      {"keyless_quiet", {{"a", "INT", "{n} DIV 2"}}, false, true},
      {"blank", {{"k", "INT", "{n}"}}},
  };
  return all;
}

constexpr const char* kQuiet = "keyless_quiet";
constexpr const char* kEmpty = "blank";

std::string with_number(const char* expression, const std::string& number) {
  std::string text = expression;
  for (std::size_t at = text.find("{n}"); at != text.npos; at = text.find("{n}")) {
    text.replace(at, 3, number);
  }
  return text;
}

std::string create_statement(const Kind& kind) {
  std::string sql = std::string("CREATE TABLE ") + kind.name + " (";
  std::string key;
  for (const KeyColumn& column : kind.key) {
    sql += std::string(column.name) + " " + column.type + " NOT NULL, ";
    key += (key.empty() ? "" : ", ") + std::string(column.name);
  }
  sql += "seq INT NOT NULL, v INT, w VARCHAR(200), j JSON, KEY (seq)";
  if (!kind.is_keyless)
    sql += (kind.is_unique_only ? ", UNIQUE KEY u (" : ", PRIMARY KEY (") + key + ")";
  return sql + ")";
}

std::string insert_statement(const Kind& kind, const std::string& number, const std::string& from) {
  std::string sql = std::string("INSERT IGNORE INTO ") + kind.name + " SELECT ";
  for (const KeyColumn& column : kind.key) sql += with_number(column.value, number) + ", ";
  sql += number + ", 0, REPEAT('w', " + number + " MOD 60), JSON_OBJECT('n', " + number;
  // Types that the text of a document doesn't tell are asked for by key.
  if (!kind.is_keyless) {
    sql += ", 'd', CAST(" + number + " / 8 AS DECIMAL(20,3)), 't', CAST('10:11:12' AS TIME)";
  }
  return sql + ")" + from;
}

std::string move_statement(const Kind& kind, const std::string& from, const std::string& to) {
  std::string sql = std::string("UPDATE IGNORE ") + kind.name + " SET ";
  for (const KeyColumn& column : kind.key) {
    sql += std::string(column.name) + " = " + with_number(column.value, to) + ", ";
  }
  return sql + "seq = " + to + " WHERE seq = " + from;
}

// Rows of a table without a key, with how often each is there.
using Bag = std::map<std::string, std::int64_t>;

Bag bag_of(const std::vector<Event>& events) {
  Bag bag;
  for (const Event& event : events) {
    if (event.before) --bag[*event.before];
    if (event.after) ++bag[*event.after];
  }
  std::erase_if(bag, [](const auto& entry) { return entry.second == 0; });
  return bag;
}

Faults compare_bags(const Bag& topic, const Bag& table, const std::string& name) {
  Faults faults;
  for (const auto& [row, count] : table) {
    const auto found = topic.find(row);
    const std::int64_t has = found == topic.end() ? 0 : found->second;
    if (has != count) {
      faults.push_back(name + ": " + row + " is there " + std::to_string(count) +
                       " times, in the topic " + std::to_string(has));
    }
  }
  for (const auto& [row, count] : topic) {
    if (!table.contains(row)) {
      faults.push_back(name + ": " + row + " isn't there, in the topic " + std::to_string(count));
    }
  }
  return faults;
}

Faults check_reads(const std::vector<Event>& events, Reads reads) {
  Faults faults;
  std::set<std::string> read, alive;
  for (const Event& event : events) {
    if (event.tombstone) continue;
    if (event.op == 'r' && !read.insert(event.key).second) {
      faults.push_back(event.describe() + " was read out before");
    }
    if (reads == Reads::kOnce && event.op == 'r' && alive.contains(event.key)) {
      faults.push_back(event.describe() + " was created by the stream before");
    }
    if (event.op == 'c') alive.insert(event.key);
    if (event.op == 'd') alive.erase(event.key);
  }
  return faults;
}

}  // namespace

KeyedTables::KeyedTables(std::string socket, KeyedOptions options)
    : socket_(std::move(socket)), options_(std::move(options)) {
  SqlClient client = SqlClient::connect_socket(socket_, "root", "");
  client.execute("CREATE DATABASE " + options_.database);
  client.execute("USE " + options_.database);
  client.execute("SET SESSION time_zone = '+00:00', cte_max_recursion_depth = 10000000");
  for (const Kind& kind : kinds()) {
    if (kind.is_keyless && !options_.with_keyless) continue;
    client.execute(create_statement(kind));
    if (kind.name == std::string(kEmpty)) continue;
    client.execute(insert_statement(
        kind, "s.n",
        " FROM (WITH RECURSIVE s (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n < " +
            std::to_string(options_.rows - 1) + ") SELECT n FROM s) AS s"));
  }
}

std::vector<std::string> KeyedTables::tables() const {
  std::vector<std::string> names;
  for (const Kind& kind : kinds()) {
    if (!kind.is_keyless || options_.with_keyless) names.emplace_back(kind.name);
  }
  return names;
}

void KeyedTables::start() {
  stopping_ = false;
  for (int i = 0; i < options_.threads; ++i) threads_.emplace_back([this, i] { run(i); });
}

void KeyedTables::stop() {
  stopping_ = true;
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

std::string KeyedTables::error() const {
  const std::lock_guard lock(mutex_);
  return error_;
}

void KeyedTables::run(int thread) {
  try {
    SqlClient client = SqlClient::connect_socket(socket_, "root", "");
    client.execute("USE " + options_.database);
    client.execute("SET SESSION time_zone = '+00:00'");
    std::mt19937_64 random(options_.seed * 1000 + static_cast<std::uint64_t>(thread));
    const auto roll = [&](std::size_t sides) { return random() % sides; };
    const auto number = [&] {
      return std::to_string(roll(static_cast<std::size_t>(options_.rows) * 6 / 5));
    };
    while (!stopping_) {
      const Kind& kind = kinds()[roll(kinds().size())];
      if (kind.name == std::string(kQuiet) || kind.name == std::string(kEmpty)) continue;
      if (kind.is_keyless && (!options_.with_keyless || !options_.changes_keyless || roll(10) != 0))
        continue;
      const std::string name = kind.name;
      const std::size_t dice = roll(10);
      std::string sql = "UPDATE " + name + " SET v = v + 1 WHERE seq = " + number();
      if (dice < 3) sql = insert_statement(kind, number(), "");
      if (dice == 3) sql = "DELETE FROM " + name + " WHERE seq = " + number();
      if (dice == 4) sql = move_statement(kind, number(), number());
      // Deadlocks and double keys are part of life.
      client.try_execute(sql);
      ++statements_;
    }
  } catch (const std::exception& failure) {
    const std::lock_guard lock(mutex_);
    error_ = failure.what();
  }
}

Faults KeyedTables::check(const std::vector<Event>& events, SqlClient& client,
                          const std::string& database, const std::string& table, Reads reads) {
  TableShape shape = read_shape(client, database, table);
  if (table == "unique_only") shape.key = {0, 1};
  client.execute("SET SESSION time_zone = '+00:00'");
  if (shape.key.empty()) {
    Bag rows;
    for (const SqlRow& row : client.rows(select_statement(shape))) ++rows[row_json(shape, row)];
    return compare_bags(bag_of(events), rows, table);
  }
  Faults faults = compare_rows(fold(events), read_rows(client, shape), table);
  for (std::string& fault : check_reads(events, reads)) faults.push_back(std::move(fault));
  return faults;
}

}  // namespace millrace::testing

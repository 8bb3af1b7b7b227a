#include "bench/tenants.h"

namespace millrace::bench {
namespace {

std::string four_digits(int number) {
  const std::string digits = std::to_string(number);
  return std::string(digits.size() < 4 ? 4 - digits.size() : 0, '0') + digits;
}

}  // namespace

std::string tenant_name(int number) { return "tenant_" + four_digits(number); }
std::string module_name(int number) { return "module_" + four_digits(number); }

std::string module_columns() {
  std::string columns = "id CHAR(36) NOT NULL PRIMARY KEY";
  for (int i = 0; i < 8; ++i) columns += ", c" + std::to_string(i) + " VARCHAR(100)";
  for (int i = 0; i < 6; ++i) columns += ", n" + std::to_string(i) + " INT";
  return columns + ", d1 DECIMAL(26,6), t1 DATETIME, t2 DATETIME, b1 TINYINT(1), x1 TEXT";
}

void make_tenants(const testing::MiniMysql& mysql, int databases, int tables_of_each) {
  testing::SqlClient client = mysql.root();
  client.execute("CREATE DATABASE bench");
  client.execute(kCreateTicks);
  client.execute("SET SESSION sql_log_bin = 0");
  for (int database = 0; database < databases; ++database) {
    client.execute("CREATE DATABASE " + tenant_name(database));
    for (int table = 0; table < tables_of_each; ++table) {
      client.execute("CREATE TABLE " + tenant_name(database) + "." + module_name(table) + " (" +
                     module_columns() + ")");
    }
  }
}

void write_tick(const testing::MiniMysql& mysql) {
  mysql.execute({"INSERT INTO bench.ticks (at) VALUES (NOW(6))"});
}

}  // namespace millrace::bench

#pragma once

// A server of many tenants: databases tenant_0000 ... with tables module_0000 ... of twenty columns each, and a table
// bench.ticks to write to.

#include <string>

#include "support/mini_mysql.h"

namespace millrace::bench {

inline constexpr const char* kTenantDatabases = "tenant_.*,bench";

inline constexpr const char* kCreateTicks =
    "CREATE TABLE bench.ticks (id BIGINT AUTO_INCREMENT PRIMARY KEY, at TIMESTAMP(6) NULL)";

std::string tenant_name(int number);
std::string module_name(int number);
// "id char(36) NOT NULL PRIMARY KEY, ...": the columns of each table.
std::string module_columns();

void make_tenants(const testing::MiniMysql& mysql, int databases, int tables_of_each);
void write_tick(const testing::MiniMysql& mysql);

}  // namespace millrace::bench

#pragma once

// A mix of statements made up from a fixed seed: keys that collide, rows that come and go, transactions with several
// tables, and now and then a table that changes its shape between them.

#include <string>
#include <vector>

namespace millrace::testing {

std::vector<std::string> seeded_tables();
// About so many: a transaction is begun and ended by statements of its own.
std::vector<std::string> seeded_statements(int count);

}  // namespace millrace::testing

#pragma once

// The order in which Java's HashMap gives its keys, for lists that Debezium prints from one. Pure.

#include <cstddef>
#include <string>
#include <vector>

namespace millrace::encode {

// Indexes into `keys` (UTF-8, all different, in the order in which they were put in).
std::vector<std::size_t> java_hash_order(const std::vector<std::string>& keys);

}  // namespace millrace::encode

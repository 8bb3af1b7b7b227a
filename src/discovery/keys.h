#pragma once

// Which columns identify a row: the primary key, or else the first unique key whose columns are all
// NOT NULL. "First" is the order in which SHOW CREATE TABLE lists them. Pure.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/schema/table_schema.h"

namespace millrace::discovery {

struct UniqueKey {
  std::string name;
  // In the key's order; without a value where the key has an expression instead of a column.
  std::vector<std::optional<std::string>> columns;
};

// A part of a key, as information_schema.STATISTICS and SHOW INDEX give it: one row a part, in any
// order.
struct KeyPart {
  std::string key;
  std::size_t sequence = 0;  // from 1
  std::optional<std::string> column;
};
// The keys that the parts make up, in the order in which their names first appear.
std::vector<UniqueKey> assemble_keys(const std::vector<KeyPart>& parts);

// Indexes of the columns of `key`; nothing when it can't identify rows: a part that is an
// expression, or a column that may be NULL.
std::optional<std::vector<std::size_t>> key_columns(const UniqueKey& key,
                                                    const std::vector<schema::Column>& columns);

// The primary key among `keys`; null when there is none.
const UniqueKey* find_primary_key(const std::vector<UniqueKey>& keys);

}  // namespace millrace::discovery

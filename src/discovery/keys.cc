#include "discovery/keys.h"

#include <algorithm>

namespace millrace::discovery {

std::vector<UniqueKey> assemble_keys(const std::vector<KeyPart>& parts) {
  std::vector<UniqueKey> keys;
  for (const KeyPart& part : parts) {
    auto key = std::find_if(keys.begin(), keys.end(),
                            [&](const UniqueKey& known) { return known.name == part.key; });
    if (key == keys.end()) key = keys.insert(keys.end(), UniqueKey{part.key, {}});
    // MySQL's own limit is 16 parts; a number beyond it is no part of a key.
    if (part.sequence == 0 || part.sequence > 64) continue;
    if (key->columns.size() < part.sequence) key->columns.resize(part.sequence);
    key->columns[part.sequence - 1] = part.column;
  }
  return keys;
}

std::optional<std::vector<std::size_t>> key_columns(const UniqueKey& key,
                                                    const std::vector<schema::Column>& columns) {
  std::vector<std::size_t> indexes;
  for (const std::optional<std::string>& name : key.columns) {
    if (!name) return std::nullopt;
    const auto column = std::find_if(columns.begin(), columns.end(),
                                     [&](const schema::Column& c) { return c.name == *name; });
    if (column == columns.end() || column->is_nullable) return std::nullopt;
    indexes.push_back(static_cast<std::size_t>(column - columns.begin()));
  }
  if (indexes.empty()) return std::nullopt;
  return indexes;
}

const UniqueKey* find_primary_key(const std::vector<UniqueKey>& keys) {
  const auto primary = std::find_if(keys.begin(), keys.end(),
                                    [](const UniqueKey& key) { return key.name == "PRIMARY"; });
  return primary == keys.end() ? nullptr : &*primary;
}

}  // namespace millrace::discovery

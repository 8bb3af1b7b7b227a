#include "discovery/index_parts.h"

#include <algorithm>

namespace millrace::discovery {
namespace {

using schema::Index;

constexpr const char* kPrimary = "PRIMARY";
// MySQL's own limit is 16 parts; a number beyond it is no part of an index.
constexpr std::size_t kMostParts = 64;

std::size_t place_of(const IndexPart& part, const std::vector<schema::Column>& columns) {
  if (!part.column) return Index::kExpression;
  const auto it = std::find_if(columns.begin(), columns.end(), [&](const schema::Column& column) {
    return column.name == *part.column;
  });
  return it == columns.end() ? Index::kExpression : static_cast<std::size_t>(it - columns.begin());
}

}  // namespace

std::vector<Index> assemble_indexes(const std::vector<IndexPart>& parts,
                                    const std::vector<schema::Column>& columns) {
  std::vector<Index> indexes;
  for (const IndexPart& part : parts) {
    auto index = std::find_if(indexes.begin(), indexes.end(),
                              [&](const Index& known) { return known.name == part.index; });
    if (index == indexes.end()) {
      index = indexes.insert(indexes.end(), Index{});
      index->name = part.index;
      index->kind = part.index == kPrimary ? Index::Kind::kPrimary
                    : part.is_unique       ? Index::Kind::kUnique
                                           : Index::Kind::kPlain;
    }
    if (part.sequence == 0 || part.sequence > kMostParts) continue;
    if (index->columns.size() < part.sequence) {
      index->columns.resize(part.sequence, Index::kExpression);
      index->prefixes.resize(part.sequence, 0);
    }
    index->columns[part.sequence - 1] = place_of(part, columns);
    index->prefixes[part.sequence - 1] = part.prefix;
  }
  std::erase_if(indexes, [](const Index& index) { return index.columns.empty(); });
  return indexes;
}

bool needs_order(const std::vector<Index>& indexes) {
  return std::count_if(indexes.begin(), indexes.end(),
                       [](const Index& index) { return index.kind == Index::Kind::kUnique; }) > 1;
}

}  // namespace millrace::discovery

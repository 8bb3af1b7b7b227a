#pragma once

// The rows of information_schema.STATISTICS as a table's indexes. Pure.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "millrace/schema/table_schema.h"

namespace millrace::discovery {

// A part of an index: one row of STATISTICS, in any order.
struct IndexPart {
  std::string index;
  std::size_t sequence = 0;           // from 1
  std::optional<std::string> column;  // none: an expression
  bool is_unique = false;
  std::uint32_t prefix = 0;  // SUB_PART; 0: the whole column
};

// The indexes that the parts make up, in the order in which their names first appear. Parts of columns that aren't there
// are taken for expressions: they identify nothing.
std::vector<schema::Index> assemble_indexes(const std::vector<IndexPart>& parts,
                                            const std::vector<schema::Column>& columns);

// Whether the order of the indexes decides which one identifies rows, now or after a change: there are several unique
// ones, and STATISTICS has no order.
bool needs_order(const std::vector<schema::Index>& indexes);

}  // namespace millrace::discovery

#include "schema/indexes.h"

#include <algorithm>

#include "millrace/charset/charset.h"
#include "millrace/schema/column_types.h"

namespace millrace::schema {
namespace {

constexpr const char* kPrimaryName = "PRIMARY";
constexpr const char* kExpressionName = "functional_index";

bool has_index(const TableSchema& table, std::string_view name) {
  return std::any_of(table.indexes.begin(), table.indexes.end(),
                     [name](const Index& index) { return is_same_column_name(index.name, name); });
}

// The first column's name, with _2, _3 ... where that is taken.
std::string unused_name(const TableSchema& table, const std::string& base) {
  if (!has_index(table, base) && !is_same_column_name(base, kPrimaryName)) return base;
  for (int number = 2;; ++number) {
    std::string name = base + "_" + std::to_string(number);
    if (!has_index(table, name)) return name;
  }
}

// Whether so many characters (bytes, of a binary column) are less than the whole column. Of a number they say nothing.
bool is_cut(const Column& column, std::uint32_t prefix) {
  if (prefix == 0) return false;
  if (column.type == ColumnType::kBlob) return true;
  if (!is_character_column(column) || column.type == ColumnType::kVector) return false;
  const int width = column.charset == nullptr ? 1 : column.charset->mbmaxlen();
  return prefix < column.length / static_cast<std::uint32_t>(width);
}

// A prefix that is the whole column is none, and of a plain index none matters.
void forget_idle_prefixes(const TableSchema& table, Index& index) {
  bool is_any_left = false;
  for (std::size_t i = 0; i < index.prefixes.size() && i < index.columns.size(); ++i) {
    std::uint32_t& prefix = index.prefixes[i];
    const std::size_t column = index.columns[i];
    if (index.kind == Index::Kind::kPlain || column == Index::kExpression ||
        !is_cut(table.columns[column], prefix)) {
      prefix = 0;
    }
    is_any_left |= prefix != 0;
  }
  if (!is_any_left) index.prefixes.clear();
}

bool is_covered(const TableSchema& table, const std::vector<std::size_t>& columns) {
  return std::any_of(table.indexes.begin(), table.indexes.end(), [&](const Index& index) {
    return index.columns.size() >= columns.size() &&
           std::equal(columns.begin(), columns.end(), index.columns.begin());
  });
}

// Before all others: lower.
int rank(const TableSchema& table, const Index& index) {
  if (index.kind == Index::Kind::kPrimary) return 0;
  if (index.kind == Index::Kind::kPlain) return 4;
  if (index.was_nullable || is_nullable(table, index)) return 3;
  return index.prefixes.empty() ? 1 : 2;
}

}  // namespace

bool is_nullable(const TableSchema& table, const Index& index) {
  return std::any_of(index.columns.begin(), index.columns.end(), [&](std::size_t column) {
    return column == Index::kExpression || table.columns[column].is_nullable;
  });
}

Result<std::size_t> find_column(const TableSchema& table, std::string_view name) {
  const auto it =
      std::find_if(table.columns.begin(), table.columns.end(),
                   [name](const Column& column) { return is_same_column_name(column.name, name); });
  if (it == table.columns.end()) return definite_error("there is no column " + std::string(name));
  return static_cast<std::size_t>(it - table.columns.begin());
}

Status add_index(TableSchema& table, const ddl::KeyDefinition& definition) {
  using Kind = ddl::KeyDefinition::Kind;
  Index index;
  index.kind = definition.kind == Kind::kPrimary  ? Index::Kind::kPrimary
               : definition.kind == Kind::kUnique ? Index::Kind::kUnique
                                                  : Index::Kind::kPlain;
  for (const ddl::KeyPart& part : definition.parts) {
    if (part.column.empty()) {
      index.columns.push_back(Index::kExpression);
      continue;
    }
    MILLRACE_ASSIGN_OR_RETURN(const std::size_t column, find_column(table, part.column));
    index.columns.push_back(column);
    index.prefixes.resize(index.columns.size());
    index.prefixes.back() = part.prefix_length.value_or(0);
    if (index.kind == Index::Kind::kPrimary) table.columns[column].is_nullable = false;
  }
  if (definition.kind == Kind::kForeign && is_covered(table, index.columns)) return {};
  if (index.kind == Index::Kind::kPrimary) {
    index.name = kPrimaryName;
  } else if (!definition.name.empty()) {
    index.name = definition.name;
  } else if (definition.parts.empty() || definition.parts.front().column.empty()) {
    index.name = unused_name(table, kExpressionName);
  } else {
    index.name = unused_name(table, table.columns[index.columns.front()].name);
  }
  index.was_nullable = is_nullable(table, index);
  table.indexes.push_back(std::move(index));
  return {};
}

Status add_inline_indexes(TableSchema& table, const ddl::ColumnDefinition& definition) {
  ddl::KeyDefinition key;
  key.parts.push_back({definition.name, std::nullopt});
  if (definition.is_primary_key) {
    key.kind = ddl::KeyDefinition::Kind::kPrimary;
    MILLRACE_RETURN_IF_ERROR(add_index(table, key));
  }
  if (definition.is_unique_key) {
    key.kind = ddl::KeyDefinition::Kind::kUnique;
    MILLRACE_RETURN_IF_ERROR(add_index(table, key));
  }
  return {};
}

void settle_indexes(TableSchema& table) {
  for (Index& index : table.indexes) forget_idle_prefixes(table, index);
  std::stable_sort(table.indexes.begin(), table.indexes.end(),
                   [&](const Index& a, const Index& b) { return rank(table, a) < rank(table, b); });
  for (Index& index : table.indexes) index.was_nullable = false;
  table.key_columns.clear();
  if (table.indexes.empty()) return;
  const Index& first = table.indexes.front();
  constexpr int kIdentifiesRows = 1;
  if (rank(table, first) <= kIdentifiesRows) table.key_columns = first.columns;
}

}  // namespace millrace::schema

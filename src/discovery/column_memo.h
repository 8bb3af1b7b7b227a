#pragma once

// Rows of information_schema.COLUMNS that say the same make the same column, and where tenants have the same tables nearly
// all do. So a row is understood once, and found again by its bytes.

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "discovery/collations.h"
#include "millrace/base/result.h"
#include "millrace/mysql/connection.h"
#include "millrace/schema/table_schema.h"

namespace millrace::discovery {

// The columns that a query asks for, in this order, behind what says whose column it is.
inline constexpr std::string_view kDescribedFields =
    "COLUMN_NAME, DATA_TYPE, COLUMN_TYPE, IS_NULLABLE, CHARACTER_OCTET_LENGTH, NUMERIC_PRECISION, "
    "NUMERIC_SCALE, DATETIME_PRECISION, COLLATION_NAME, COLUMN_DEFAULT, EXTRA, COLUMN_COMMENT";
inline constexpr std::size_t kDescribedFieldCount = 12;

class ColumnMemo {
 public:
  using Values = std::span<const std::optional<std::string_view>>;

  explicit ColumnMemo(const Collations& collations) : collations_(&collations) {}
  // Good until the next call. A column that can't be understood is a definite error.
  Result<const schema::Column*> describe(Values values);

 private:
  const Collations* collations_;
  std::unordered_map<std::string, schema::Column> known_;
  std::string key_;
};

}  // namespace millrace::discovery

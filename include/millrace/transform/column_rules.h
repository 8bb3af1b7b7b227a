#pragma once

// What becomes of a table's columns: Debezium's properties that name columns by Java regular expressions of
// "db.table.column", anchored and without regard to case, compiled once a source. Belongs to a source's reader; const
// calls are thread-safe.

#include <memory>
#include <string>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/change/table_treatment.h"
#include "millrace/schema/table_schema.h"

namespace millrace::transform {

struct MaskRule {
  std::vector<std::string> columns;
  change::ColumnMask mask;
};

// A TinyIntOneToBooleanConverter.
struct BooleanRule {
  std::vector<std::string> columns = {};  // selector; empty: all
  bool checks_length = true;              // TINYINT(1) only
};

struct ColumnRulesOptions {
  std::vector<std::string> include = {}, exclude = {};  // column.include.list, column.exclude.list
  std::vector<std::string> bytes = {};                  // column.bytes.include.list
  std::vector<std::string> source_types = {};           // column.propagate.source.type
  std::vector<std::string> source_datatypes =
      {};                            // datatype.propagate.source.type: of db.table.TYPE
  std::vector<MaskRule> masks = {};  // of those that match a column the first counts
  std::vector<std::string> key_columns =
      {};  // message.key.columns: a pattern a column, in the key's order
  std::vector<BooleanRule> booleans = {};
};

class ColumnRules {
 public:
  // A pattern that doesn't compile is a definite error that shows it and the place.
  static Result<ColumnRules> compile(const ColumnRulesOptions& options);
  ColumnRules(ColumnRules&&) noexcept;
  ColumnRules& operator=(ColumnRules&&) noexcept;
  ~ColumnRules();

  change::TableTreatment treat(const schema::TableSchema& table) const;

 private:
  class Impl;
  explicit ColumnRules(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace millrace::transform

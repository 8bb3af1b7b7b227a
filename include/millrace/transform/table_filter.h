#pragma once

// Which tables a source captures: Debezium's include and exclude lists of Java regular expressions, anchored and
// without regard to case, compiled once. Belongs to a source's reader; const calls are thread-safe.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/schema/table_schema.h"

namespace millrace::transform {

struct TableFilterOptions {
  std::vector<std::string> database_include, database_exclude, table_include, table_exclude;
  bool ignore_builtin = true;  // mysql, sys, performance_schema, information_schema
  std::string also;            // "db.table": captured whatever the lists say
  // What table_include is called, for messages: a snapshot's tables have a list of their own.
  std::string table_include_property = "table.include.list";
};

class TableFilter {
 public:
  // A pattern that doesn't compile is a definite error that shows it and the place.
  static Result<TableFilter> compile(const TableFilterOptions& options);
  TableFilter(TableFilter&&) noexcept;
  TableFilter& operator=(TableFilter&&) noexcept;
  ~TableFilter();

  bool captures(const schema::TableName& table) const;
  // Whether some table of the database could be captured.
  bool captures_database(std::string_view database) const;

 private:
  class Impl;
  explicit TableFilter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace millrace::transform

#pragma once

// A row as text: what `after` says of it under each of several settings of how values are handled, one below the other.
// Two rows are the same where their texts are.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "millrace/base/clock.h"
#include "millrace/encode/debezium_encoder.h"
#include "millrace/row/value.h"
#include "millrace/schema/table_schema.h"

namespace millrace::testing {

class RowPrinter {
 public:
  RowPrinter();

  std::string print(const schema::TableSchemaPtr& table, const row::Row& row);

 private:
  struct Setting {
    std::string name;
    encode::EncoderOptions options;
  };
  struct Plans {
    schema::TableSchemaPtr table;  // keeps the address that the plans are known by
    std::vector<std::unique_ptr<encode::TablePlan>> of_setting;
  };
  const Plans& plans_of(const schema::TableSchemaPtr& table);

  const Clock& clock_ = system_clock();
  std::vector<Setting> settings_;
  std::vector<encode::DebeziumEncoder> encoders_;
  std::map<const schema::TableSchema*, Plans> plans_;
};

}  // namespace millrace::testing

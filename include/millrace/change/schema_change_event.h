#pragma once

// What a statement of the stream did to tables, as the topic of schema changes tells it: the statement, and the tables
// as they are after it. Made by the reader, printed by a decode worker. Immutable.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "millrace/change/change_event.h"
#include "millrace/schema/table_schema.h"

namespace millrace::change {

struct TableChange {
  enum class Type : std::uint8_t { kCreate, kAlter, kDrop };
  Type type = Type::kCreate;
  schema::TableName name;
  // Without a name of its own. Null of kDrop, and where the shape isn't known.
  schema::TableSchemaPtr table;
};

struct SchemaChangeEvent {
  std::shared_ptr<const TransactionInfo> transaction;
  ServerId server_id;
  std::uint32_t timestamp = 0;  // of the event header
  std::uint64_t position = 0;   // start of the QUERY event
  bool has_thread = false;      // inside a transaction: CREATE TABLE ... SELECT
  std::string database;
  // For `source.table`; nothing where the statement is about the database.
  std::optional<std::vector<schema::TableName>> tables;
  std::string ddl;
  std::optional<TableChange> change;  // nothing where no table has another shape now
};

}  // namespace millrace::change

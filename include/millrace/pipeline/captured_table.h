#pragma once

// The tables of a source: TABLE_MAP to everything that a row needs on its way, resolved once and shared. The registry
// decides what is captured, checks each map against the stored structure, notices when DDL changed a table, and hands
// out what the state store must learn.
//
// Belongs to the reader; a CapturedTable is immutable and shared with the decode workers.

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/binlog/events.h"
#include "millrace/ddl/statement.h"
#include "millrace/encode/debezium_encoder.h"
#include "millrace/row/row_decoder.h"
#include "millrace/schema/table_schema.h"
#include "millrace/state/source_state.h"
#include "millrace/transform/column_rules.h"
#include "millrace/transform/table_filter.h"

namespace millrace::pipeline {

struct CapturedTable {
  CapturedTable(schema::TableSchemaPtr table_schema, encode::Topic topic,
                const encode::EncoderOptions& options, change::TableTreatment treatment)
      : schema(std::move(table_schema)),
        rows(*schema),
        json(schema, std::move(topic), options, std::move(treatment)) {}

  schema::TableSchemaPtr schema;
  row::RowPlan rows;
  encode::TablePlan json;
};
using CapturedTablePtr = std::shared_ptr<const CapturedTable>;

struct TableRegistryOptions {
  std::string source_name;
  std::string topic_prefix;
  // The server's binlog_row_metadata: with full metadata DDL needs no following, each TABLE_MAP says all.
  bool full_metadata = false;
  // Name tables and columns from the TABLE_MAP alone, @1 ... where it has no names (decode of files).
  bool allow_unnamed = false;
};

class TableRegistry {
 public:
  // `encoder`, `filter` and `columns` outlive the registry.
  TableRegistry(TableRegistryOptions options, const encode::EncoderOptions& encoder,
                const transform::TableFilter& filter, const transform::ColumnRules& columns);

  // The structures that the source remembers (or that were just read from the server).
  void load(const std::map<schema::TableName, schema::TableSchemaPtr>& structures);

  // The table of a TABLE_MAP; null when it isn't captured. `body` are the map's bytes: equal bytes under the same id
  // are answered from a cache. A structure that can't be known for sure is a definite error.
  Result<CapturedTablePtr> resolve(const binlog::TableMap& map, std::string_view body);
  // The table with this id in the current file; an error when no map announced it.
  Result<const CapturedTablePtr*> find(TableId id) const;
  // Table ids start anew (format description event).
  void forget_ids();

  // A statement of the stream. Definite error when it changes rows (statement format) or, without full metadata, the
  // shape of a captured table. Returns the captured tables that a TRUNCATE empties.
  Result<std::vector<CapturedTablePtr>> apply_statement(const binlog::Query& query);

  const encode::EncoderOptions& encoder_options() const { return encoder_; }

  // State records that came up since the last call, to be committed with the batch at hand.
  std::vector<state::StateRecord> take_state_changes();
  // State records of every structure that load() brought: a first commit.
  std::vector<state::StateRecord> initial_state() const;

 private:
  struct CachedMap {
    std::string body;
    CapturedTablePtr table;
  };

  Result<CapturedTablePtr> build(const binlog::TableMap& map);
  Result<schema::TableSchema> resolve_schema(const binlog::TableMap& map,
                                             const schema::TableName& name);
  Result<CapturedTablePtr> capture(schema::TableSchema schema);
  void remember_structure(const schema::TableSchema& schema);
  bool concerns_captured(const ddl::Statement& statement, std::string_view session_database) const;

  TableRegistryOptions options_;
  const encode::EncoderOptions& encoder_;
  const transform::TableFilter& filter_;
  const transform::ColumnRules& columns_;
  std::unordered_map<TableId, CachedMap> by_id_;
  std::map<schema::TableName, CapturedTablePtr> by_name_;
  std::map<schema::TableName, schema::TableSchemaPtr> structures_;
  // Tables whose stored structure a DDL made obsolete; valid again at the next TABLE_MAP with full metadata.
  std::set<schema::TableName> stale_;
  std::map<std::string, schema::TableName>
      topics_;  // who writes to a topic: a collision is refused
  std::set<std::string> stored_hashes_;
  std::vector<state::StateRecord> changes_;
};

}  // namespace millrace::pipeline

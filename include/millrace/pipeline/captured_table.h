#pragma once

// The tables of a source: TABLE_MAP to everything that a row needs on its way, resolved once and shared. The registry
// decides what is captured, keeps the catalog (schema::Catalog) in step with the statements of the stream, checks each
// map against it, and hands out what the state store must learn.
//
// The catalog holds every table of the databases that can be captured, captured or not: a table may be renamed into
// capture, as online schema changes do.
//
// Belongs to the reader; a CapturedTable is immutable and shared with the decode workers.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/binlog/events.h"
#include "millrace/change/schema_change_event.h"
#include "millrace/ddl/statement.h"
#include "millrace/encode/debezium_encoder.h"
#include "millrace/pipeline/catalog_statement.h"
#include "millrace/row/row_decoder.h"
#include "millrace/schema/catalog.h"
#include "millrace/schema/table_resolver.h"
#include "millrace/schema/table_schema.h"
#include "millrace/state/source_state.h"
#include "millrace/transform/column_rules.h"
#include "millrace/transform/table_filter.h"

namespace millrace::pipeline {

struct CapturedTable {
  CapturedTable(schema::TableSchemaPtr table_schema, encode::Topic topic,
                const encode::EncoderOptions& options, const change::TableTreatment& treatment)
      : schema(std::move(table_schema)),
        rows(*schema),
        json(schema, std::move(topic), options, treatment) {}

  bool is_signal_table = false;  // its new rows are signals too (signal_row.h)

  schema::TableSchemaPtr schema;
  row::RowPlan rows;
  encode::TablePlan json;
};
using CapturedTablePtr = std::shared_ptr<const CapturedTable>;

// inconsistent.schema.handling.mode: what becomes of rows whose table's structure can't be known.
enum class InconsistentSchema : std::uint8_t { kFail, kLeaveOut };

// Tables whose rows, or what they mean, statements have changed.
struct ChangedTables {
  std::vector<schema::TableName> names;
  bool all = false;                             // a statement that could be about any
  std::vector<schema::TableName> renamed_into;  // names that hold another table's rows now
};

struct TableRegistryOptions {
  std::string source_name;
  std::string topic_prefix;
  encode::TopicNaming topics = {};
  // Schema changes of captured tables only, not of all in captured databases.
  bool tells_captured_statements_only = false;
  // The server's binlog_row_metadata is FULL: each TABLE_MAP says all, and a statement that can't be followed is no
  // error.
  bool full_metadata = false;
  CatalogServer server;
  std::string signal_table;  // "db.table"; empty: none
  InconsistentSchema inconsistent_schema = InconsistentSchema::kFail;
  // Name tables and columns from the TABLE_MAP alone, @1 ... where it has no names (decode of files).
  bool allow_unnamed = false;
};

class TableRegistry {
 public:
  // `encoder`, `filter` and `columns` outlive the registry.
  TableRegistry(TableRegistryOptions options, const encode::EncoderOptions& encoder,
                const transform::TableFilter& filter, const transform::ColumnRules& columns);

  // The tables as of the source's offset: remembered, or just read from the server.
  void load(schema::Catalog catalog);

  // How a mismatch between a TABLE_MAP and the catalog is mended: `read` gives the structure that a table had where the
  // stream stands, `notice` takes a sentence for the log. Without it a mismatch stays one.
  using ReadStructure = std::function<Result<schema::TableSchemaPtr>(const schema::TableName&)>;
  void set_cure(ReadStructure read, std::function<void(const std::string&)> notice);

  // The table of a TABLE_MAP; null when it isn't captured, or left out. `body` are the map's bytes: equal bytes under
  // the same id are answered from a cache. A structure that can't be known for sure is a definite error, or the table
  // is left out, as the options say.
  Result<CapturedTablePtr> resolve(const binlog::TableMap& map, std::string_view body);
  // The table with this id in the current file; an error when no map announced it.
  Result<const CapturedTablePtr*> find(TableId id) const;
  // A captured table whose rows are left out because its structure can't be known: the sentence that says why; null
  // for any other. Only where the options allow it.
  struct LeftOutTable {
    schema::TableName name;
    std::string why;
  };
  const LeftOutTable* find_left_out(TableId id) const;
  // Table ids start anew (format description event).
  void forget_ids();
  // What was resolved for earlier statements may be let go of: a source has more tables than fit into memory with all
  // that their rows need.
  void end_statement();

  // A statement of the stream. Definite error when it changes rows (statement format) or, without full metadata, the
  // shape of a captured table in a way that isn't understood. Returns the captured tables that a TRUNCATE empties.
  Result<std::vector<CapturedTablePtr>> apply_statement(const binlog::Query& query);

  // The tables as of the last statement.
  const schema::Catalog& catalog() const { return catalog_; }
  const encode::EncoderOptions& encoder_options() const { return encoder_; }

  bool captures(const schema::TableName& name) const { return filter_.captures(name); }
  // By the catalog, in the order of their names; of those that `picks` takes, where it is given.
  std::vector<schema::TableName> captured_tables(
      const std::function<bool(const schema::TableName&)>& picks) const;
  // A captured table as the catalog has it now, whatever maps have said before; null when there is none, or it isn't
  // captured. A structure that isn't known is a definite error.
  Result<CapturedTablePtr> table_now(const schema::TableName& name);
  // Since the last call.
  ChangedTables take_changed_tables() { return std::exchange(changed_, {}); }

  // What the statements since the last call did to tables of captured databases, for the topic of schema changes;
  // always empty where the encoder's options name none. Transaction, server and place are the caller's to fill in.
  std::vector<change::SchemaChangeEvent> take_schema_changes();
  // State records that came up since the last call, to be committed with the batch at hand.
  std::vector<state::StateRecord> take_state_changes();

 private:
  struct CachedMap {
    std::string body;
    CapturedTablePtr table;
    std::shared_ptr<const LeftOutTable> left_out;
  };

  Status build(const binlog::TableMap& map, CachedMap& entry);
  Result<schema::TableSchema> resolve_schema(const binlog::TableMap& map,
                                             const schema::TableName& name);
  Result<schema::TableSchema> cure(const schema::TableMapColumns& from_map, const std::string& why);
  Result<CapturedTablePtr> capture(schema::TableSchema schema);
  // By what is known of it without a map; null when that is nothing, or it isn't captured.
  Result<CapturedTablePtr> find_captured(const schema::TableName& name);
  bool needs_names() const { return !options_.full_metadata && !options_.allow_unnamed; }

  // Whether a table or database that the statement names (or may mean) is captured, or in a database that is followed.
  bool concerns_captured(const ddl::Statement& statement, std::string_view session_database) const;
  bool concerns_followed(const ddl::Statement& statement, std::string_view session_database) const;
  Status follow(const binlog::Query& query, const ddl::Statement& statement);
  Status learn_structure(const schema::TableName& name);
  void take_change(const schema::CatalogChange& change);
  void note_renames(const ddl::SchemaChange& change);
  void note_schema_change(const AppliedStatement& applied, std::string_view first_words,
                          std::string_view database);
  void remember_structure(const schema::TableName& name, const schema::TableSchema& structure);
  void forget_captured(const schema::TableName& name);
  void drop_unused_structures();
  void drop_outdated_plans();

  TableRegistryOptions options_;
  const encode::EncoderOptions& encoder_;
  const transform::TableFilter& filter_;
  const transform::ColumnRules& columns_;
  schema::Catalog catalog_;
  ReadStructure read_structure_;
  std::function<void(const std::string&)> notice_;
  std::unordered_map<TableId, CachedMap> by_id_;
  std::map<schema::TableName, CapturedTablePtr> by_name_;
  std::size_t outdated_plans_ = 0;  // that by_id_ may still hold
  std::map<std::string, schema::TableName>
      topics_;  // who writes to a topic: a collision is refused
  std::unordered_set<std::uint64_t> stored_structures_;  // by their numbers
  std::vector<state::StateRecord> changes_;
  std::vector<change::SchemaChangeEvent> schema_changes_;
  ChangedTables changed_;
};

}  // namespace millrace::pipeline

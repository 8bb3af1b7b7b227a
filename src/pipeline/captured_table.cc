#include "millrace/pipeline/captured_table.h"

#include <utility>

#include "millrace/schema/table_resolver.h"

namespace millrace::pipeline {
namespace {

constexpr std::size_t kStatementExcerptBytes = 200;

std::string excerpt(std::string_view sql) {
  if (sql.size() <= kStatementExcerptBytes) return std::string(sql);
  return std::string(sql.substr(0, kStatementExcerptBytes)) + " ...";
}

bool changes_shape(ddl::StatementKind kind) {
  switch (kind) {
    case ddl::StatementKind::kCreateTable:
    case ddl::StatementKind::kAlterTable:
    case ddl::StatementKind::kRenameTable:
    case ddl::StatementKind::kDropTable:
    case ddl::StatementKind::kDatabase:
      return true;
    default:
      return false;
  }
}

}  // namespace

TableRegistry::TableRegistry(TableRegistryOptions options, const encode::EncoderOptions& encoder,
                             const transform::TableFilter& filter,
                             const transform::ColumnRules& columns)
    : options_(std::move(options)), encoder_(encoder), filter_(filter), columns_(columns) {}

void TableRegistry::load(const std::map<schema::TableName, schema::TableSchemaPtr>& structures) {
  structures_ = structures;
  for (const auto& [name, table] : structures_) {
    stored_hashes_.insert(schema::structure_hash(schema::serialize_structure(*table)));
  }
}

std::vector<state::StateRecord> TableRegistry::initial_state() const {
  std::vector<state::StateRecord> records;
  std::set<std::string> written;
  for (const auto& [name, table] : structures_) {
    const std::string serialized = schema::serialize_structure(*table);
    const std::string hash = schema::structure_hash(serialized);
    if (written.insert(hash).second) {
      records.push_back(state::structure_record(options_.source_name, serialized));
    }
    records.push_back(state::table_record(options_.source_name, name, hash));
  }
  return records;
}

void TableRegistry::forget_ids() { by_id_.clear(); }

Result<CapturedTablePtr> TableRegistry::resolve(const binlog::TableMap& map,
                                                std::string_view body) {
  CachedMap& cached = by_id_[map.id];
  if (!cached.body.empty() && cached.body == body) return cached.table;
  cached.body.clear();
  MILLRACE_ASSIGN_OR_RETURN(cached.table, build(map));
  cached.body = body;
  return cached.table;
}

Result<const CapturedTablePtr*> TableRegistry::find(TableId id) const {
  const auto it = by_id_.find(id);
  if (it == by_id_.end()) {
    return definite_error("a row event names table id " + std::to_string(id.value()) +
                          ", which no TABLE_MAP announced");
  }
  return &it->second.table;
}

Result<CapturedTablePtr> TableRegistry::build(const binlog::TableMap& map) {
  const schema::TableName name{std::string(map.database), std::string(map.table)};
  if (!filter_.captures(name)) return CapturedTablePtr();
  MILLRACE_ASSIGN_OR_RETURN(schema::TableSchema schema, resolve_schema(map, name));
  const auto known = by_name_.find(name);
  if (known != by_name_.end() &&
      schema::serialize_structure(*known->second->schema) == schema::serialize_structure(schema)) {
    return known->second;
  }
  return capture(std::move(schema));
}

Result<schema::TableSchema> TableRegistry::resolve_schema(const binlog::TableMap& map,
                                                          const schema::TableName& name) {
  MILLRACE_ASSIGN_OR_RETURN(schema::TableMapColumns from_map,
                            schema::decode_table_map_columns(map));
  const auto known = structures_.find(name);
  if (from_map.full_metadata) {
    stale_.erase(name);
    if (known != structures_.end()) schema::enrich_from_catalog(from_map.schema, *known->second);
    return std::move(from_map.schema);
  }
  if (options_.allow_unnamed) return std::move(from_map.schema);
  if (known == structures_.end() || stale_.contains(name)) {
    return definite_error(
        "the structure of " + name.to_text() +
        " is not known: its TABLE_MAP has no column names (binlog_row_metadata=MINIMAL) and the "
        "table "
        "was created or changed after the source's structures were read. SET PERSIST "
        "binlog_row_metadata=FULL on the server, and start the source from a new offset");
  }
  return schema::merge_with_catalog(from_map, *known->second);
}

Result<CapturedTablePtr> TableRegistry::capture(schema::TableSchema schema) {
  const schema::TableName name = schema.name;
  std::string topic = encode::topic_name(options_.topic_prefix, name);
  const auto [owner, is_new] = topics_.try_emplace(topic, name);
  if (!is_new && owner->second != name) {
    return definite_error("the tables " + owner->second.to_text() + " and " + name.to_text() +
                          " would share the topic " + topic +
                          ": exclude one of them (table.exclude.list)");
  }
  auto shared = std::make_shared<const schema::TableSchema>(std::move(schema));
  if (shared->has_names) remember_structure(*shared);
  structures_[name] = shared;
  auto table = std::make_shared<const CapturedTable>(shared, encode::Topic{std::move(topic)},
                                                     encoder_, columns_.treat(*shared));
  by_name_[name] = table;
  return CapturedTablePtr(std::move(table));
}

void TableRegistry::remember_structure(const schema::TableSchema& schema) {
  const std::string serialized = schema::serialize_structure(schema);
  const std::string hash = schema::structure_hash(serialized);
  const auto known = structures_.find(schema.name);
  const bool same_as_stored =
      known != structures_.end() && schema::serialize_structure(*known->second) == serialized;
  if (stored_hashes_.insert(hash).second) {
    changes_.push_back(state::structure_record(options_.source_name, serialized));
  }
  if (!same_as_stored)
    changes_.push_back(state::table_record(options_.source_name, schema.name, hash));
}

std::vector<state::StateRecord> TableRegistry::take_state_changes() {
  return std::exchange(changes_, {});
}

bool TableRegistry::concerns_captured(const ddl::Statement& statement,
                                      std::string_view session_database) const {
  if (statement.kind == ddl::StatementKind::kUnknown || statement.tables.empty()) {
    return session_database.empty() || filter_.captures_database(session_database);
  }
  for (const ddl::TableReference& reference : statement.tables) {
    const bool captured = reference.table.empty()
                              ? filter_.captures_database(reference.database)
                              : filter_.captures({reference.database, reference.table});
    if (captured) return true;
  }
  return false;
}

Result<std::vector<CapturedTablePtr>> TableRegistry::apply_statement(const binlog::Query& query) {
  std::vector<CapturedTablePtr> emptied;
  const ddl::Statement statement =
      ddl::classify_statement(query.sql, query.database, query.sql_mode);
  if (statement.kind == ddl::StatementKind::kHarmless || statement.temporary) return emptied;
  if (!concerns_captured(statement, query.database)) return emptied;

  if (statement.kind == ddl::StatementKind::kDml) {
    return definite_error(
        "a statement changed rows in statement format, so its rows are not in the "
        "binlog: " +
        excerpt(query.sql) + " (set binlog_format=ROW in every session that writes)");
  }
  if (statement.kind == ddl::StatementKind::kTruncate) {
    for (const ddl::TableReference& reference : statement.tables) {
      const auto table = by_name_.find({reference.database, reference.table});
      if (table != by_name_.end()) emptied.push_back(table->second);
    }
    return emptied;
  }
  const bool only_drops = statement.kind == ddl::StatementKind::kDropTable;
  if (options_.full_metadata || options_.allow_unnamed || only_drops) {
    if (changes_shape(statement.kind)) {
      for (const ddl::TableReference& reference : statement.tables) {
        stale_.insert({reference.database, reference.table});
      }
    }
    return emptied;
  }
  if (statement.kind == ddl::StatementKind::kDatabase) return emptied;  // no table's shape yet
  return definite_error(
      "a statement changes a captured table, and the server's "
      "binlog_row_metadata=MINIMAL doesn't say how: " +
      excerpt(query.sql) +
      " (SET PERSIST binlog_row_metadata=FULL, then start the source from a new "
      "offset)");
}

}  // namespace millrace::pipeline

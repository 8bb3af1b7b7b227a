#include "millrace/pipeline/captured_table.h"

#include <algorithm>
#include <utility>

#include "millrace/charset/charset.h"
#include "millrace/charset/collation.h"
#include "millrace/ddl/schema_change.h"
#include "millrace/schema/table_resolver.h"
#include "pipeline/schema_events.h"

namespace millrace::pipeline {
namespace {

constexpr std::size_t kStatementExcerptBytes = 200;

std::string excerpt(std::string_view sql) {
  if (sql.size() <= kStatementExcerptBytes) return std::string(sql);
  return std::string(sql.substr(0, kStatementExcerptBytes)) + " ...";
}

// The statement in UTF-8: it is in its client's charset.
std::string to_utf8(const binlog::Query& query) {
  const charset::Charset* set = charset::find_charset_by_collation(query.client_collation);
  if (set == nullptr || set->is_binary() || set->is_utf8()) return std::string(query.sql);
  std::string text;
  set->append_utf8_replacing(query.sql, text);
  return text;
}

}  // namespace

TableRegistry::TableRegistry(TableRegistryOptions options, const encode::EncoderOptions& encoder,
                             const transform::TableFilter& filter,
                             const transform::ColumnRules& columns)
    : options_(std::move(options)), encoder_(encoder), filter_(filter), columns_(columns) {}

void TableRegistry::load(schema::Catalog catalog) {
  catalog_ = std::move(catalog);
  std::set<const schema::TableSchema*> seen;
  catalog_.for_each([&](const schema::TableName&, const schema::TableSchemaPtr& structure) {
    if (structure == nullptr || !seen.insert(structure.get()).second) return;
    stored_hashes_.insert(schema::structure_hash(schema::serialize_structure(*structure)));
  });
}

std::vector<state::StateRecord> TableRegistry::initial_state() const {
  std::vector<state::StateRecord> records;
  catalog_.for_each_database([&](const std::string& name, std::uint32_t collation) {
    records.push_back(state::database_record(options_.source_name, name, collation));
  });
  std::map<const schema::TableSchema*, std::string> hashes;
  catalog_.for_each([&](const schema::TableName& name, const schema::TableSchemaPtr& structure) {
    if (structure == nullptr) return;
    std::string& hash = hashes[structure.get()];
    if (hash.empty()) {
      const std::string serialized = schema::serialize_structure(*structure);
      hash = schema::structure_hash(serialized);
      records.push_back(state::structure_record(options_.source_name, serialized));
    }
    records.push_back(state::table_record(options_.source_name, name, hash));
  });
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
  if (known != by_name_.end() && *known->second->schema == schema) return known->second;
  return capture(std::move(schema));
}

Result<schema::TableSchema> TableRegistry::resolve_schema(const binlog::TableMap& map,
                                                          const schema::TableName& name) {
  MILLRACE_ASSIGN_OR_RETURN(schema::TableMapColumns from_map,
                            schema::decode_table_map_columns(map));
  const schema::TableSchemaPtr known = catalog_.find(name);
  if (from_map.full_metadata) {
    if (known != nullptr) schema::enrich_from_catalog(from_map.schema, *known);
    schema::TableSchema structure = from_map.schema;
    structure.name = {};
    if (known == nullptr || *known != structure) {
      catalog_.put(name, structure);
      remember_structure(name, structure);
    }
    return std::move(from_map.schema);
  }
  if (known != nullptr) return schema::merge_with_catalog(from_map, *known);
  if (options_.allow_unnamed) return std::move(from_map.schema);
  return definite_error(
      "the structure of " + name.to_text() + " is not known: " + catalog_.why_unknown(name) +
      ", and its TABLE_MAP has no column names (binlog_row_metadata=MINIMAL). SET PERSIST "
      "binlog_row_metadata=FULL on the server, and start the source from a new offset");
}

Result<CapturedTablePtr> TableRegistry::capture(schema::TableSchema schema) {
  const schema::TableName name = schema.name;
  std::string topic = encode::topic_name(options_.topic_prefix, name, options_.topics);
  for (const std::string* other :
       {&encoder_.transaction_topic, &encoder_.schema_change_topic, &encoder_.heartbeat_topic}) {
    if (topic != *other) continue;
    return definite_error("the table " + name.to_text() + " would share the topic " + topic +
                          " with records of another kind: exclude it (table.exclude.list), or "
                          "change topic.transaction or topic.heartbeat.name");
  }
  const auto [owner, is_new] = topics_.try_emplace(topic, name);
  if (!is_new && owner->second != name) {
    return definite_error("the tables " + owner->second.to_text() + " and " + name.to_text() +
                          " would share the topic " + topic +
                          ": exclude one of them (table.exclude.list)");
  }
  auto shared = std::make_shared<const schema::TableSchema>(std::move(schema));
  auto table = std::make_shared<const CapturedTable>(shared, encode::Topic{std::move(topic)},
                                                     encoder_, columns_.treat(*shared));
  by_name_[name] = table;
  return CapturedTablePtr(std::move(table));
}

void TableRegistry::forget_captured(const schema::TableName& name) {
  by_name_.erase(name);
  std::erase_if(topics_, [&](const auto& topic) { return topic.second == name; });
}

void TableRegistry::remember_structure(const schema::TableName& name,
                                       const schema::TableSchema& structure) {
  const std::string serialized = schema::serialize_structure(structure);
  const std::string hash = schema::structure_hash(serialized);
  if (stored_hashes_.insert(hash).second) {
    changes_.push_back(state::structure_record(options_.source_name, serialized));
  }
  changes_.push_back(state::table_record(options_.source_name, name, hash));
}

void TableRegistry::take_change(const schema::CatalogChange& change) {
  using Kind = schema::CatalogChange::Kind;
  const std::string& source = options_.source_name;
  switch (change.kind) {
    case Kind::kTable:
      if (change.structure != nullptr) {
        remember_structure(change.name, *change.structure);
      } else {
        changes_.push_back(state::table_deletion(source, change.name));
      }
      return;
    case Kind::kTableGone:
      forget_captured(change.name);
      changes_.push_back(state::table_deletion(source, change.name));
      return;
    case Kind::kDatabase:
      changes_.push_back(state::database_record(source, change.name.database, change.collation));
      return;
    case Kind::kDatabaseGone:
      changes_.push_back(state::database_deletion(source, change.name.database));
      return;
  }
}

std::vector<state::StateRecord> TableRegistry::take_state_changes() {
  return std::exchange(changes_, {});
}

bool TableRegistry::concerns_captured(const ddl::Statement& statement,
                                      std::string_view session_database) const {
  if (statement.kind == ddl::StatementKind::kUnknown || statement.tables.empty()) {
    return session_database.empty() || filter_.captures_database(session_database);
  }
  return std::any_of(statement.tables.begin(), statement.tables.end(), [this](const auto& table) {
    return table.table.empty() ? filter_.captures_database(table.database)
                               : filter_.captures({table.database, table.table});
  });
}

bool TableRegistry::concerns_followed(const ddl::Statement& statement,
                                      std::string_view session_database) const {
  if (statement.kind == ddl::StatementKind::kUnknown || statement.tables.empty()) {
    return session_database.empty() || filter_.captures_database(session_database);
  }
  return std::any_of(statement.tables.begin(), statement.tables.end(), [this](const auto& table) {
    return filter_.captures_database(table.database);
  });
}

schema::StatementContext TableRegistry::context_of(const binlog::Query& query) const {
  constexpr std::uint32_t kExplicitByDefaultSince = 80002;
  schema::StatementContext context;
  context.server_version = options_.server_version;
  context.server_collation = query.server_collation;
  context.utf8mb4_collation = query.utf8mb4_collation;
  context.explicit_timestamp_defaults = query.explicit_timestamp_defaults.value_or(
      options_.server_version == 0 || options_.server_version >= kExplicitByDefaultSince);
  context.lower_case_names = options_.lower_case_names;
  return context;
}

Status TableRegistry::follow(const binlog::Query& query, const ddl::Statement& statement) {
  const std::string sql = to_utf8(query);
  const auto change = ddl::parse_schema_change(sql, query.database, query.sql_mode);
  if (!change) {
    if (needs_names() && concerns_captured(statement, query.database)) {
      return change.error().with_context("a statement may change a captured table: " + sql);
    }
    for (const ddl::TableReference& table : statement.tables) {
      if (table.table.empty()) continue;
      const schema::TableName name{table.database, table.table};
      catalog_.put_unknown(name, "a statement on it was not understood: " + excerpt(sql));
      changes_.push_back(state::table_deletion(options_.source_name, name));
    }
    return {};
  }
  if (!*change) return {};
  const std::vector<schema::CatalogChange> changes = catalog_.apply(**change, context_of(query));
  for (const schema::CatalogChange& each : changes) take_change(each);
  if (!encoder_.schema_change_topic.empty()) {
    note_schema_change(**change, changes, sql, statement.first_words, query.database);
  }
  by_id_.clear();  // maps are sent again with the next row events
  return {};
}

void TableRegistry::note_schema_change(const ddl::SchemaChange& change,
                                       const std::vector<schema::CatalogChange>& changes,
                                       std::string_view sql, std::string_view first_words,
                                       std::string_view database) {
  for (change::SchemaChangeEvent& event :
       schema_events(change, changes, {sql, first_words, database})) {
    // A statement on tables elsewhere is nobody's business here.
    if (!filter_.captures_database(event.database)) continue;
    if (options_.tells_captured_statements_only && event.tables &&
        (!event.change || !filter_.captures(event.change->name))) {
      continue;
    }
    schema_changes_.push_back(std::move(event));
  }
}

std::vector<change::SchemaChangeEvent> TableRegistry::take_schema_changes() {
  return std::exchange(schema_changes_, {});
}

Result<std::vector<CapturedTablePtr>> TableRegistry::apply_statement(const binlog::Query& query) {
  std::vector<CapturedTablePtr> emptied;
  const ddl::Statement statement =
      ddl::classify_statement(query.sql, query.database, query.sql_mode);
  if (statement.kind == ddl::StatementKind::kHarmless || statement.temporary) return emptied;
  if (statement.kind == ddl::StatementKind::kTruncate) {
    for (const ddl::TableReference& reference : statement.tables) {
      const auto table = by_name_.find({reference.database, reference.table});
      if (table != by_name_.end()) emptied.push_back(table->second);
    }
    return emptied;
  }
  if (statement.kind == ddl::StatementKind::kDml) {
    if (!concerns_captured(statement, query.database)) return emptied;
    return definite_error(
        "a statement changed rows in statement format, so its rows are not in the "
        "binlog: " +
        excerpt(query.sql) + " (set binlog_format=ROW in every session that writes)");
  }
  if (concerns_followed(statement, query.database)) {
    MILLRACE_RETURN_IF_ERROR(follow(query, statement));
  }
  return emptied;
}

}  // namespace millrace::pipeline

#include "millrace/pipeline/captured_table.h"

#include <algorithm>
#include <utility>

#include "millrace/base/mark.h"
#include "millrace/ddl/schema_change.h"
#include "millrace/schema/table_resolver.h"
#include "pipeline/schema_events.h"

namespace millrace::pipeline {
namespace {

constexpr std::size_t kStatementExcerptBytes = 200;
// As many structures that no table has any more aren't worth a look, nor are as many plans of tables that have changed
// since. What an ALTER leaves behind takes some 30 KiB.
constexpr std::size_t kFewStructures = 64;
constexpr std::size_t kFewOutdatedPlans = 64;
// A server gives a table a new id each time it opens it, and where tables are many it does so all the time. The plans of
// a table of twenty columns take some 20 KiB.
constexpr std::size_t kMostMaps = 4096;
constexpr std::size_t kMostPlans = 2048;

std::string excerpt(std::string_view sql) {
  if (sql.size() <= kStatementExcerptBytes) return std::string(sql);
  return std::string(sql.substr(0, kStatementExcerptBytes)) + " ...";
}

}  // namespace

TableRegistry::TableRegistry(TableRegistryOptions options, const encode::EncoderOptions& encoder,
                             const transform::TableFilter& filter,
                             const transform::ColumnRules& columns)
    : options_(std::move(options)), encoder_(encoder), filter_(filter), columns_(columns) {}

void TableRegistry::load(schema::Catalog catalog) {
  catalog_ = std::move(catalog);
  drop_unused_structures();
  catalog_.for_each_structure(
      [&](std::uint64_t number, const schema::TableSchema&) { stored_structures_.insert(number); });
}

// Each ALTER of a table may leave a structure behind, in memory and in the store.
void TableRegistry::drop_unused_structures() {
  for (const std::uint64_t number : catalog_.drop_unused()) {
    stored_structures_.erase(number);
    changes_.push_back(state::structure_deletion(options_.source_name, number));
  }
}

void TableRegistry::forget_ids() {
  by_id_.clear();
  outdated_plans_ = 0;
}

void TableRegistry::end_statement() {
  if (by_id_.size() > kMostMaps) forget_ids();
  if (by_name_.size() > kMostPlans) by_name_.clear();
  if (outdated_plans_ > kFewOutdatedPlans) drop_outdated_plans();
}

// A changed table gets a new id; the maps of the old one keep the plans that it had.
void TableRegistry::drop_outdated_plans() {
  std::erase_if(by_id_, [this](const auto& entry) {
    const CapturedTablePtr& table = entry.second.table;
    if (table == nullptr) return false;
    const auto now = by_name_.find(table->schema->name);
    return now == by_name_.end() || now->second != table;
  });
  outdated_plans_ = 0;
}

Result<CapturedTablePtr> TableRegistry::resolve(const binlog::TableMap& map,
                                                std::string_view body) {
  CachedMap& cached = by_id_[map.id];
  if (!cached.body.empty() && cached.body == body) return cached.table;
  cached.body.clear();
  MILLRACE_RETURN_IF_ERROR(build(map, cached));
  cached.body = body;
  return cached.table;
}

const TableRegistry::LeftOutTable* TableRegistry::find_left_out(TableId id) const {
  const auto it = by_id_.find(id);
  return it == by_id_.end() ? nullptr : it->second.left_out.get();
}

void TableRegistry::set_cure(ReadStructure read, std::function<void(const std::string&)> notice) {
  read_structure_ = std::move(read);
  notice_ = std::move(notice);
}

Result<const CapturedTablePtr*> TableRegistry::find(TableId id) const {
  const auto it = by_id_.find(id);
  if (it == by_id_.end()) {
    return definite_error("a row event names table id " + std::to_string(id.value()) +
                          ", which no TABLE_MAP announced");
  }
  return &it->second.table;
}

Status TableRegistry::build(const binlog::TableMap& map, CachedMap& entry) {
  entry.table.reset();
  entry.left_out.reset();
  schema::TableName name{std::string(map.database), std::string(map.table)};
  if (!filter_.captures(name)) return {};
  Result<schema::TableSchema> schema = resolve_schema(map, name);
  if (!schema) {
    if (options_.inconsistent_schema == InconsistentSchema::kFail || schema.error().is_transient())
      return schema.error();
    MILLRACE_MARK("table_left_out");
    entry.left_out = std::make_shared<const LeftOutTable>(
        LeftOutTable{std::move(name), schema.error().message()});
    return {};
  }
  if (const auto known = by_name_.find(name);
      known != by_name_.end() && *known->second->schema == *schema) {
    entry.table = known->second;
    return {};
  }
  MILLRACE_ASSIGN_OR_RETURN(entry.table, capture(std::move(*schema)));
  return {};
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
      take_change({schema::CatalogChange::Kind::kTable, name, catalog_.find(name), 0});
    }
    return std::move(from_map.schema);
  }
  if (known != nullptr) {
    auto merged = schema::merge_with_catalog(from_map, *known);
    return merged ? merged : cure(from_map, merged.error().message());
  }
  if (options_.allow_unnamed) return std::move(from_map.schema);
  return cure(from_map,
              "the structure of " + name.to_text() +
                  " is not known: " + catalog_.why_unknown(name) +
                  ", and its TABLE_MAP has no column names (binlog_row_metadata=MINIMAL)");
}

// What the catalog has doesn't fit, or is missing. The server's structure takes its place where it is certain that the
// table had it here: nothing in the binlog has changed the table since, and it fits the TABLE_MAP column by column.
Result<schema::TableSchema> TableRegistry::cure(const schema::TableMapColumns& from_map,
                                                const std::string& why) {
  constexpr const char* kRemedy =
      ". SET PERSIST binlog_row_metadata=FULL on the server, and start the source from a new "
      "offset";
  const schema::TableName& name = from_map.schema.name;
  if (!read_structure_) return definite_error(why + kRemedy);
  const Result<schema::TableSchemaPtr> read = read_structure_(name);
  if (!read) {
    if (read.error().is_transient()) return read.error().with_context(why);
    return definite_error(
        why + "; and it can't be read from the server: " + read.error().message() + kRemedy);
  }
  auto merged = schema::merge_with_catalog(from_map, **read);
  if (!merged) {
    return definite_error(why + "; and the server's structure now doesn't fit either: " +
                          schema::describe_differences(from_map, **read, "the server's") + kRemedy);
  }
  MILLRACE_MARK("structure_cured");
  catalog_.put(name, **read);
  remember_structure(name, *catalog_.find(name));
  if (notice_) notice_("read from the server, where nothing has changed it since: " + why);
  return merged;
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
  auto table = std::make_shared<CapturedTable>(shared, encode::Topic{std::move(topic)}, encoder_,
                                               columns_.treat(*shared));
  table->is_signal_table =
      !options_.signal_table.empty() && name.to_text() == options_.signal_table;
  const bool is_first = by_name_.insert_or_assign(name, table).second;
  if (!is_first) ++outdated_plans_;
  return CapturedTablePtr(std::move(table));
}

Result<CapturedTablePtr> TableRegistry::find_captured(const schema::TableName& name) {
  if (const auto known = by_name_.find(name); known != by_name_.end()) return known->second;
  const schema::TableSchemaPtr structure = catalog_.find(name);
  if (structure == nullptr || !filter_.captures(name)) return CapturedTablePtr();
  schema::TableSchema schema = *structure;
  schema.name = name;
  return capture(std::move(schema));
}

std::vector<schema::TableName> TableRegistry::captured_tables(
    const std::function<bool(const schema::TableName&)>& picks) const {
  std::vector<schema::TableName> names;
  catalog_.for_each([&](const schema::TableName& name, const schema::TableSchemaPtr&) {
    if (filter_.captures(name) && (picks == nullptr || picks(name))) names.push_back(name);
  });
  return names;
}

Result<CapturedTablePtr> TableRegistry::table_now(const schema::TableName& name) {
  if (!filter_.captures(name) || !catalog_.contains(name)) return CapturedTablePtr();
  if (catalog_.find(name) == nullptr) MILLRACE_RETURN_IF_ERROR(learn_structure(name));
  schema::TableSchema schema = *catalog_.find(name);
  schema.name = name;
  const auto known = by_name_.find(name);
  if (known != by_name_.end() && *known->second->schema == schema) return known->second;
  return capture(std::move(schema));
}

// From the server, where that is certain.
Status TableRegistry::learn_structure(const schema::TableName& name) {
  const std::string why =
      "the structure of " + name.to_text() + " is not known: " + catalog_.why_unknown(name);
  if (!read_structure_) return definite_error(why);
  const Result<schema::TableSchemaPtr> read = read_structure_(name);
  if (!read) return read.error().with_context(why + "; and it can't be read from the server");
  catalog_.put(name, **read);
  remember_structure(name, *catalog_.find(name));
  return {};
}

void TableRegistry::forget_captured(const schema::TableName& name) {
  outdated_plans_ += by_name_.erase(name);
  const auto topic = topics_.find(encode::topic_name(options_.topic_prefix, name));
  if (topic != topics_.end() && topic->second == name) topics_.erase(topic);
}

void TableRegistry::remember_structure(const schema::TableName& name,
                                       const schema::TableSchema& structure) {
  const std::string serialized = schema::serialize_structure(structure);
  if (stored_structures_.insert(schema::structure_number(serialized)).second) {
    changes_.push_back(state::structure_record(options_.source_name, serialized));
  }
  changes_.push_back(
      state::table_record(options_.source_name, name, schema::structure_hash(serialized)));
}

void TableRegistry::take_change(const schema::CatalogChange& change) {
  using Kind = schema::CatalogChange::Kind;
  if (!change.name.table.empty()) changed_.names.push_back(change.name);
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
  if (catalog_.unused_count() > kFewStructures + catalog_.structure_count()) {
    drop_unused_structures();
  }
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

Status TableRegistry::follow(const binlog::Query& query, const ddl::Statement& statement) {
  const auto applied = pipeline::apply_statement(catalog_, query, options_.server);
  if (!applied) {
    const std::string sql = text_of(query);
    if (needs_names() && concerns_captured(statement, query.database)) {
      return applied.error().with_context("a statement may change a captured table: " + sql);
    }
    changed_.all |= statement.tables.empty();
    for (const ddl::TableReference& table : statement.tables) {
      if (table.table.empty()) continue;
      const schema::TableName name = schema::name_of(table, options_.server.lower_case_names);
      changed_.names.push_back(name);
      catalog_.put_unknown(name, "a statement on it was not understood: " + excerpt(sql));
      changes_.push_back(state::table_deletion(options_.source_name, name));
    }
    return {};
  }
  if (!applied->change) return {};
  for (const schema::CatalogChange& each : applied->changes) take_change(each);
  note_renames(*applied->change);
  if (!encoder_.schema_change_topic.empty()) {
    note_schema_change(*applied, statement.first_words, query.database);
  }
  by_id_.clear();  // maps are sent again with the next row events
  return {};
}

void TableRegistry::note_renames(const ddl::SchemaChange& change) {
  const auto note = [this](const ddl::TableReference& to) {
    changed_.renamed_into.push_back(schema::name_of(to, options_.server.lower_case_names));
  };
  if (const auto* renames = std::get_if<ddl::RenameTables>(&change)) {
    for (const auto& pair : renames->pairs) note(pair.second);
  } else if (const auto* alter = std::get_if<ddl::AlterTable>(&change)) {
    for (const ddl::AlterSpecification& each : alter->specifications) {
      if (const auto* rename = std::get_if<ddl::RenameTo>(&each)) note(rename->to);
    }
  }
}

void TableRegistry::note_schema_change(const AppliedStatement& applied,
                                       std::string_view first_words, std::string_view database) {
  for (change::SchemaChangeEvent& event :
       schema_events(*applied.change, applied.changes, {applied.sql, first_words, database})) {
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
      MILLRACE_ASSIGN_OR_RETURN(
          CapturedTablePtr table,
          find_captured(schema::name_of(reference, options_.server.lower_case_names)));
      if (table == nullptr) continue;
      changed_.names.push_back(table->schema->name);
      emptied.push_back(std::move(table));
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

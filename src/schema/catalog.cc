#include "millrace/schema/catalog.h"

#include <utility>

#include "millrace/base/encoding.h"
#include "schema/column_from_ddl.h"

namespace millrace::schema {
namespace {

// The names of an 8.0 server are utf8mb3; lower case is all that lower_case_table_names asks for.
std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

}  // namespace

// ---------------------------------------------------------------------------------------------------------------------
// What is in it.

TableSchemaPtr Catalog::share(TableSchema structure) {
  structure.name = {};
  const std::uint64_t hash = fnv1a_64(serialize_structure(structure));
  const auto [begin, end] = structures_.equal_range(hash);
  for (auto it = begin; it != end; ++it) {
    TableSchemaPtr known = it->second.lock();
    if (known != nullptr && *known == structure) return known;
    if (known == nullptr) {  // nobody has it any more: its place is free
      auto shared = std::make_shared<const TableSchema>(std::move(structure));
      it->second = shared;
      return shared;
    }
  }
  auto shared = std::make_shared<const TableSchema>(std::move(structure));
  structures_.emplace(hash, shared);
  return shared;
}

void Catalog::put(const TableName& name, const TableSchema& structure) {
  put_table(name, {share(structure), ""});
}

void Catalog::put_shared(const TableName& name, TableSchemaPtr structure) {
  put_table(name, {std::move(structure), ""});
}

void Catalog::put_unknown(const TableName& name, std::string why) {
  put_table(name, {nullptr, std::move(why)});
}

void Catalog::put_table(const TableName& name, Table table) {
  const auto [it, is_new] =
      databases_[name.database].tables.insert_or_assign(name.table, std::move(table));
  if (is_new) ++table_count_;
}

void Catalog::put_database(const std::string& name, std::uint32_t default_collation) {
  databases_[name].collation = default_collation;
}

void Catalog::erase(const TableName& name) {
  const auto database = databases_.find(name.database);
  if (database != databases_.end() && database->second.tables.erase(name.table) != 0) {
    --table_count_;
  }
}

const Catalog::Table* Catalog::find_table(const TableName& name) const {
  const auto database = databases_.find(name.database);
  if (database == databases_.end()) return nullptr;
  const auto table = database->second.tables.find(name.table);
  return table == database->second.tables.end() ? nullptr : &table->second;
}

Catalog::Table* Catalog::find_table(const TableName& name) {
  return const_cast<Table*>(std::as_const(*this).find_table(name));
}

TableSchemaPtr Catalog::find(const TableName& name) const {
  const Table* table = find_table(name);
  return table == nullptr ? nullptr : table->structure;
}

std::string Catalog::why_unknown(const TableName& name) const {
  const Table* table = find_table(name);
  return table == nullptr ? "it was never seen" : table->why_unknown;
}

bool Catalog::contains(const TableName& name) const { return find_table(name) != nullptr; }

void Catalog::for_each(
    const std::function<void(const TableName&, const TableSchemaPtr&)>& visit) const {
  for (const auto& [database, content] : databases_) {
    for (const auto& [table, entry] : content.tables) visit({database, table}, entry.structure);
  }
}

void Catalog::for_each_database(
    const std::function<void(const std::string&, std::uint32_t)>& visit) const {
  for (const auto& [name, content] : databases_) visit(name, content.collation);
}

// ---------------------------------------------------------------------------------------------------------------------
// What statements do to it.

class Catalog::Changer {
 public:
  Changer(Catalog& catalog, const StatementContext& context)
      : catalog_(catalog), context_(context) {}

  std::vector<CatalogChange> take() && { return std::move(changes_); }

  void operator()(const ddl::CreateTable& statement) {
    const TableName name = name_of(statement.table);
    if (statement.if_not_exists && catalog_.contains(name)) return;
    if (statement.like) {
      const TableName model = name_of(*statement.like);
      copy(model, name);
    } else if (statement.has_select) {
      unknown(name,
              "it was made by CREATE TABLE ... SELECT, whose columns the binlog doesn't tell");
    } else {
      settle(name, table_of_statement(statement, collation_of(name.database), context_));
    }
  }

  void operator()(const ddl::AlterTable& statement) {
    const TableName name = name_of(statement.table);
    const Table* table = catalog_.find_table(name);
    if (table != nullptr && table->structure != nullptr) {
      settle(name,
             altered_table(*table->structure, statement, collation_of(name.database), context_));
    } else if (table == nullptr) {
      unknown(name, "it was altered, and what it was before was never seen");
    }
    const ddl::RenameTo* rename = nullptr;  // of several the last counts
    for (const auto& specification : statement.specifications) {
      if (const auto* another = std::get_if<ddl::RenameTo>(&specification)) rename = another;
    }
    if (rename != nullptr) move(name, name_of(rename->to));
  }

  void operator()(const ddl::RenameTables& statement) {
    for (const auto& [from, to] : statement.pairs) move(name_of(from), name_of(to));
  }

  void operator()(const ddl::DropTables& statement) {
    for (const ddl::TableReference& reference : statement.tables) drop(name_of(reference));
  }

  void operator()(const ddl::CreateDatabase& statement) {
    const std::string name = folded(statement.name);
    if (statement.if_not_exists && catalog_.databases_.contains(name)) return;
    set_collation(name, statement.charset);
  }

  void operator()(const ddl::AlterDatabase& statement) {
    set_collation(folded(statement.name), statement.charset);
  }

  void operator()(const ddl::DropDatabase& statement) {
    const std::string name = folded(statement.name);
    const auto database = catalog_.databases_.find(name);
    if (database == catalog_.databases_.end()) return;
    for (const auto& [table, content] : database->second.tables) {
      changes_.push_back({CatalogChange::Kind::kTableGone, {name, table}, nullptr, 0});
    }
    catalog_.table_count_ -= database->second.tables.size();
    catalog_.databases_.erase(database);
    changes_.push_back({CatalogChange::Kind::kDatabaseGone, {name, ""}, nullptr, 0});
  }

 private:
  std::string folded(const std::string& name) const {
    return context_.lower_case_names ? lower(name) : name;
  }
  TableName name_of(const ddl::TableReference& reference) const {
    return {folded(reference.database), folded(reference.table)};
  }

  std::uint32_t collation_of(const std::string& database) const {
    const auto it = catalog_.databases_.find(database);
    const bool known = it != catalog_.databases_.end() && it->second.collation != 0;
    return known ? it->second.collation : context_.server_collation;
  }

  void set_collation(const std::string& name, const ddl::CharsetClause& clause) {
    // ALTER DATABASE that says nothing of a charset leaves it.
    const auto it = catalog_.databases_.find(name);
    const bool is_new = it == catalog_.databases_.end();
    if (clause.empty() && !is_new) return;
    const auto collation = resolve_collation(clause, context_.server_collation, context_);
    // An unknown one is a newer server's; columns say theirs in TABLE_MAP.
    catalog_.put_database(name, collation ? *collation : context_.server_collation);
    changes_.push_back(
        {CatalogChange::Kind::kDatabase, {name, ""}, nullptr, catalog_.databases_[name].collation});
  }

  void settle(const TableName& name, Result<TableSchema> table) {
    if (!table) {
      unknown(name, table.error().message());
      return;
    }
    catalog_.put(name, *table);
    changes_.push_back({CatalogChange::Kind::kTable, name, catalog_.find(name), 0});
  }

  void unknown(const TableName& name, const std::string& why) {
    catalog_.put_unknown(name, why);
    changes_.push_back({CatalogChange::Kind::kTable, name, nullptr, 0});
  }

  void copy(const TableName& model, const TableName& name) {
    const TableSchemaPtr structure = catalog_.find(model);
    if (structure == nullptr) {
      unknown(name, "it was made like " + model.to_text() + ", which isn't known");
      return;
    }
    catalog_.put_shared(name, structure);
    changes_.push_back({CatalogChange::Kind::kTable, name, structure, 0});
  }

  void move(const TableName& from, const TableName& to) {
    if (from == to) return;
    const Table* table = catalog_.find_table(from);
    if (table == nullptr) {
      unknown(to, "it was " + from.to_text() + " before, which was never seen");
      return;
    }
    Table moved = *table;
    drop(from);
    changes_.push_back({CatalogChange::Kind::kTable, to, moved.structure, 0});
    catalog_.put_table(to, std::move(moved));
  }

  void drop(const TableName& name) {
    if (!catalog_.contains(name)) return;
    catalog_.erase(name);
    changes_.push_back({CatalogChange::Kind::kTableGone, name, nullptr, 0});
  }

  Catalog& catalog_;
  const StatementContext& context_;
  std::vector<CatalogChange> changes_;
};

std::vector<CatalogChange> Catalog::apply(const ddl::SchemaChange& change,
                                          const StatementContext& context) {
  Changer changer(*this, context);
  std::visit(changer, change);
  return std::move(changer).take();
}

}  // namespace millrace::schema

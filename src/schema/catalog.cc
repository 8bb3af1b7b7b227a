#include "millrace/schema/catalog.h"

#include <utility>

#include "schema/column_from_ddl.h"

namespace millrace::schema {
namespace {

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

}  // namespace

TableName name_of(const ddl::TableReference& reference, bool lower_case_names) {
  if (!lower_case_names) return {reference.database, reference.table};
  return {lower(reference.database), lower(reference.table)};
}

// ---------------------------------------------------------------------------------------------------------------------
// What is in it.

std::uint32_t Catalog::place_of(std::uint64_t number) {
  const auto [known, is_new] = by_number_.try_emplace(number, 0);
  if (!is_new) return known->second;
  if (free_places_.empty()) {
    free_places_.push_back(static_cast<std::uint32_t>(structures_.size()));
    structures_.emplace_back();
  }
  known->second = free_places_.back();
  free_places_.pop_back();
  structures_[known->second] = {number, 0, nullptr};
  ++unused_;
  return known->second;
}

std::uint32_t Catalog::place_of(TableSchema structure) {
  structure.name = {};
  const std::uint32_t place = place_of(structure_number(serialize_structure(structure)));
  TableSchemaPtr& known = structures_[place].schema;
  if (known == nullptr) {
    known = std::make_shared<const TableSchema>(std::move(structure));
  } else if (*known != structure) {
    return kUnknown;
  }
  return place;
}

void Catalog::put(const TableName& name, const TableSchema& structure) {
  const std::uint32_t place = place_of(structure);
  if (place == kUnknown) {
    put_unknown(name, "its structure and another table's have the same hash");
  } else {
    point(name, place);
  }
}

void Catalog::put_unknown(const TableName& name, std::string why) {
  point(name, kUnknown);
  why_unknown_.insert_or_assign(name, std::move(why));
}

void Catalog::put_numbered(const TableName& name, std::uint64_t structure_number) {
  point(name, place_of(structure_number));
}

bool Catalog::put_structure(std::uint64_t structure_number, TableSchema structure) {
  structure.name = {};
  TableSchemaPtr& known = structures_[place_of(structure_number)].schema;
  if (known != nullptr) return *known == structure;
  known = std::make_shared<const TableSchema>(std::move(structure));
  return true;
}

void Catalog::erase_structure(std::uint64_t structure_number) {
  const auto known = by_number_.find(structure_number);
  if (known != by_number_.end()) structures_[known->second].schema.reset();
}

Status Catalog::check_complete() const {
  for (const auto& [database, content] : databases_) {
    for (const auto& [table, place] : content.tables.sorted()) {
      if (place == kUnknown || structures_[place].schema != nullptr) continue;
      return definite_error("table " + database + "." + std::string(table) + " has the structure " +
                            structure_number_to_text(structures_[place].number) +
                            ", which is not there");
    }
  }
  return {};
}

// `place` counts the table first, so that the last table of a structure can be put again.
void Catalog::point(const TableName& name, std::uint32_t place) {
  if (place != kUnknown && structures_[place].tables++ == 0) --unused_;
  const std::uint32_t before = databases_[name.database].tables.put(name.table, place);
  if (before == NameTable::kNone) {
    ++table_count_;
  } else {
    release(before);
    if (before == kUnknown) why_unknown_.erase(name);
  }
}

void Catalog::release(std::uint32_t place) {
  if (place != kUnknown && --structures_[place].tables == 0) ++unused_;
}

std::vector<std::uint64_t> Catalog::drop_unused() {
  std::vector<std::uint64_t> numbers;
  if (unused_ == 0) return numbers;
  for (auto it = by_number_.begin(); it != by_number_.end();) {
    const auto [number, place] = *it;
    if (structures_[place].tables != 0) {
      ++it;
      continue;
    }
    if (structures_[place].schema != nullptr) numbers.push_back(number);
    structures_[place] = {};
    free_places_.push_back(place);
    it = by_number_.erase(it);
  }
  unused_ = 0;
  return numbers;
}

void Catalog::put_database(const std::string& name, std::uint32_t default_collation) {
  databases_[name].collation = default_collation;
}

void Catalog::erase(const TableName& name) {
  const auto database = databases_.find(name.database);
  if (database == databases_.end()) return;
  const std::uint32_t place = database->second.tables.erase(name.table);
  if (place == NameTable::kNone) return;
  --table_count_;
  release(place);
  if (place == kUnknown) why_unknown_.erase(name);
}

void Catalog::erase_database(const std::string& name) {
  const auto database = databases_.find(name);
  if (database == databases_.end()) return;
  if (database->second.tables.size() == 0) {
    databases_.erase(database);
  } else {
    database->second.collation = 0;
  }
}

std::uint32_t Catalog::find_place(const TableName& name) const {
  const auto database = databases_.find(name.database);
  return database == databases_.end() ? NameTable::kNone : database->second.tables.find(name.table);
}

TableSchemaPtr Catalog::find(const TableName& name) const {
  const std::uint32_t place = find_place(name);
  return place == NameTable::kNone || place == kUnknown ? nullptr : structures_[place].schema;
}

std::string Catalog::why_unknown(const TableName& name) const {
  if (!contains(name)) return "it was never seen";
  const auto why = why_unknown_.find(name);
  return why == why_unknown_.end() ? "" : why->second;
}

bool Catalog::contains(const TableName& name) const { return find_place(name) != NameTable::kNone; }

void Catalog::for_each(
    const std::function<void(const TableName&, const TableSchemaPtr&)>& visit) const {
  const TableSchemaPtr unknown;
  for (const auto& [database, content] : databases_) {
    for (const auto& [table, place] : content.tables.sorted()) {
      visit({database, std::string(table)},
            place == kUnknown ? unknown : structures_[place].schema);
    }
  }
}

void Catalog::for_each_database(
    const std::function<void(const std::string&, std::uint32_t)>& visit) const {
  for (const auto& [name, content] : databases_) visit(name, content.collation);
}

void Catalog::for_each_structure(
    const std::function<void(std::uint64_t, const TableSchema&)>& visit) const {
  for (const Structure& structure : structures_) {
    if (structure.schema != nullptr) visit(structure.number, *structure.schema);
  }
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
    if (const TableSchemaPtr table = catalog_.find(name)) {
      settle(name, altered_table(*table, statement, collation_of(name.database), context_));
    } else if (!catalog_.contains(name)) {
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
    std::vector<TableName> tables;
    for (const auto& [table, place] : database->second.tables.sorted()) {
      tables.push_back({name, std::string(table)});
    }
    for (const TableName& table : tables) drop(table);
    catalog_.erase_database(name);
    changes_.push_back({CatalogChange::Kind::kDatabaseGone, {name, ""}, nullptr, 0});
  }

 private:
  std::string folded(const std::string& name) const {
    return schema::name_of({name, ""}, context_.lower_case_names).database;
  }
  TableName name_of(const ddl::TableReference& reference) const {
    return schema::name_of(reference, context_.lower_case_names);
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
    catalog_.point(name, catalog_.find_place(model));
    changes_.push_back({CatalogChange::Kind::kTable, name, structure, 0});
  }

  void move(const TableName& from, const TableName& to) {
    if (from == to) return;
    const std::uint32_t place = catalog_.find_place(from);
    if (place == NameTable::kNone) {
      unknown(to, "it was " + from.to_text() + " before, which was never seen");
      return;
    }
    const TableSchemaPtr structure = catalog_.find(from);
    std::string why = catalog_.why_unknown(from);
    drop(from);
    changes_.push_back({CatalogChange::Kind::kTable, to, structure, 0});
    if (structure == nullptr) {
      catalog_.put_unknown(to, std::move(why));
    } else {
      catalog_.point(to, place);
    }
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

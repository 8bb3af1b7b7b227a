#include "pipeline/schema_events.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <variant>

namespace millrace::pipeline {
namespace {

using change::SchemaChangeEvent;
using change::TableChange;
using schema::CatalogChange;
using schema::TableName;

std::string backquoted(std::string_view name) {
  std::string quoted = "`";
  for (const char c : name) quoted += c == '`' ? std::string("``") : std::string(1, c);
  return quoted + "`";
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const auto begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

// Where a quoted text or a comment that begins at `at` ends; `at` where none does.
std::size_t skip_quoted(std::string_view sql, std::size_t at) {
  const char quote = sql[at];
  if (quote != '\'' && quote != '"' && quote != '`') return at;
  for (std::size_t i = at + 1; i < sql.size(); ++i) {
    if (sql[i] == '\\' && quote != '`') {
      ++i;
    } else if (sql[i] == quote) {
      return i + 1;
    }
  }
  return sql.size();
}
std::size_t skip_comment(std::string_view sql, std::size_t at) {
  const std::string_view rest = sql.substr(at);
  std::size_t end = std::string_view::npos;
  if (rest.starts_with("/*") && !rest.starts_with("/*!")) {
    end = sql.find("*/", at + 2);
    if (end != std::string_view::npos) end += 2;
  } else if (rest.starts_with("#") || rest.starts_with("-- ") || rest.starts_with("--\n")) {
    end = sql.find('\n', at);
  } else {
    return at;
  }
  return std::min(end, sql.size());
}

// The statement without the comments and blanks before and behind it.
std::string_view bare(std::string_view sql) {
  std::size_t begin = sql.size(), end = 0;
  for (std::size_t at = 0; at < sql.size();) {
    const std::size_t behind_comment = skip_comment(sql, at);
    if (behind_comment != at) {
      at = behind_comment;
      continue;
    }
    const bool is_blank = trim(sql.substr(at, 1)).empty();
    const std::size_t first = at;
    at = std::max(skip_quoted(sql, at), at + 1);
    if (is_blank) continue;
    begin = std::min(begin, first);
    end = at;
  }
  return begin < end ? sql.substr(begin, end - begin) : std::string_view();
}

// `a TO b` of each pair of RENAME TABLE a TO b, c TO d, as written.
std::vector<std::string_view> rename_clauses(std::string_view sql) {
  const auto skip_word = [&sql] {
    sql = trim(sql);
    const auto end = sql.find_first_of(" \t\r\n");
    sql = end == std::string_view::npos ? std::string_view() : sql.substr(end);
  };
  skip_word();  // RENAME
  skip_word();  // TABLE
  std::vector<std::string_view> clauses;
  char quote = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < sql.size(); ++i) {
    if (quote != 0) {
      if (sql[i] == quote) quote = 0;
    } else if (sql[i] == '`' || sql[i] == '"') {
      quote = sql[i];
    } else if (sql[i] == ',') {
      clauses.push_back(trim(sql.substr(begin, i - begin)));
      begin = i + 1;
    }
  }
  clauses.push_back(trim(sql.substr(begin)));
  return clauses;
}

bool makes_unique_key(const ddl::AlterTable& statement) {
  return std::any_of(statement.specifications.begin(), statement.specifications.end(),
                     [](const ddl::AlterSpecification& specification) {
                       const auto* added = std::get_if<ddl::AddKey>(&specification);
                       return added != nullptr &&
                              added->key.kind == ddl::KeyDefinition::Kind::kUnique;
                     });
}

class Describer {
 public:
  Describer(const std::vector<CatalogChange>& changes, const StatementText& text)
      : text_(text), sql_(bare(text.sql)) {
    for (const CatalogChange& change : changes) {
      if (change.kind == CatalogChange::Kind::kTable) tables_.push_back(&change);
    }
  }

  std::vector<SchemaChangeEvent> take() && {
    // All events of a statement in one database name all its tables there.
    std::map<std::string, std::vector<TableName>> by_database;
    for (const SchemaChangeEvent& event : events_) {
      if (event.change) by_database[event.database].push_back(event.change->name);
    }
    for (SchemaChangeEvent& event : events_) {
      if (event.change) event.tables = by_database[event.database];
    }
    return std::move(events_);
  }

  void operator()(const ddl::CreateTable&) {
    if (tables_.empty()) {
      add_without_tables();  // IF NOT EXISTS, and it does
    } else {
      add(TableChange::Type::kCreate, tables_.front()->name, tables_.front()->structure, sql_);
    }
  }
  // To Debezium CREATE INDEX and DROP INDEX are statements without tables, but CREATE UNIQUE INDEX, which it cuts
  // short.
  void operator()(const ddl::AlterTable& statement) {
    std::string_view ddl = sql_;
    bool is_told = text_.first_words.starts_with("ALTER");
    if (!is_told && makes_unique_key(statement)) {
      is_told = true;
      ddl = trim(ddl.substr(std::string_view("CREATE").size()));
    }
    if (tables_.empty() || !is_told) {
      add_without_tables();
    } else {
      // The last one: under its new name.
      add(TableChange::Type::kAlter, tables_.back()->name, tables_.back()->structure, ddl);
    }
  }
  void operator()(const ddl::RenameTables& statement) {
    const std::vector<std::string_view> clauses = rename_clauses(sql_);
    const bool fits = clauses.size() == statement.pairs.size() && clauses.size() == tables_.size();
    for (std::size_t i = 0; i < tables_.size(); ++i) {
      add(TableChange::Type::kAlter, tables_[i]->name, tables_[i]->structure,
          fits ? "RENAME TABLE " + std::string(clauses[i]) : std::string(sql_));
    }
  }
  void operator()(const ddl::DropTables& statement) {
    for (const ddl::TableReference& table : statement.tables) {
      add(TableChange::Type::kDrop, {table.database, table.table}, nullptr,
          std::string("DROP TABLE ") + (statement.if_exists ? "IF EXISTS " : "") +
              backquoted(table.database) + "." + backquoted(table.table));
    }
  }
  void operator()(const ddl::CreateDatabase& statement) { add_database(statement.name); }
  void operator()(const ddl::DropDatabase& statement) { add_database(statement.name); }
  void operator()(const ddl::AlterDatabase& statement) {
    add_without_tables();
    events_.back().database = statement.name;
  }

 private:
  void add(TableChange::Type type, TableName name, schema::TableSchemaPtr table,
           std::string_view ddl) {
    SchemaChangeEvent event;
    event.database = name.database;
    event.ddl = ddl;
    event.change = TableChange{type, std::move(name), std::move(table)};
    events_.push_back(std::move(event));
  }
  void add_without_tables() {
    SchemaChangeEvent event;
    event.database = text_.database;
    event.tables.emplace();
    event.ddl = sql_;
    events_.push_back(std::move(event));
  }
  void add_database(const std::string& name) {
    SchemaChangeEvent event;
    event.database = name;
    event.ddl = sql_;
    events_.push_back(std::move(event));
  }

  const StatementText& text_;
  const std::string_view sql_;
  std::vector<const CatalogChange*> tables_;  // made or changed, in order
  std::vector<SchemaChangeEvent> events_;
};

}  // namespace

std::vector<SchemaChangeEvent> schema_events(const ddl::SchemaChange& statement,
                                             const std::vector<CatalogChange>& changes,
                                             const StatementText& text) {
  Describer describer(changes, text);
  std::visit(describer, statement);
  return std::move(describer).take();
}

}  // namespace millrace::pipeline

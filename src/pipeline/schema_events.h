#pragma once

// A statement that changed the catalog as the events of the topic of schema changes: one for each table that it made,
// altered, renamed or dropped; one without a table where nothing has another shape now. As Debezium cuts them. Pure.

#include <string_view>
#include <vector>

#include "millrace/change/schema_change_event.h"
#include "millrace/ddl/schema_change.h"
#include "millrace/schema/catalog.h"

namespace millrace::pipeline {

// The statement's text in UTF-8, its first words ("ALTER TABLE") and the session's database.
struct StatementText {
  std::string_view sql;
  std::string_view first_words;
  std::string_view database;
};

// `changes` is what Catalog::apply() said. Transaction, server and place are left to the caller.
std::vector<change::SchemaChangeEvent> schema_events(
    const ddl::SchemaChange& statement, const std::vector<schema::CatalogChange>& changes,
    const StatementText& text);

}  // namespace millrace::pipeline

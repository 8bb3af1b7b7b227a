#include "integration/snapshot_values/binlog_rows.h"

#include "integration/snapshot_values/must.h"
#include "millrace/discovery/catalog.h"
#include "millrace/mysql/identity.h"
#include "millrace/mysql/server_facts.h"
#include "millrace/row/row_decoder.h"
#include "millrace/schema/table_resolver.h"

namespace millrace::testing {
namespace {

mysql::BinlogStream open_stream(const mysql::ConnectionOptions& options,
                                const gtid::GtidSet& executed) {
  const auto self = mysql::derive_identity("snapshot_values", mysql::IdentityRole::kMain);
  mysql::BinlogStreamOptions stream;
  stream.server_id = self.server_id;
  stream.replica_uuid = self.replica_uuid;
  stream.start = executed;
  return must(mysql::BinlogStream::open(options, stream));
}

}  // namespace

BinlogRows::BinlogRows(const mysql::ConnectionOptions& options, RowPrinter& printer)
    : connection_(must(mysql::Connection::connect(options))),
      printer_(printer),
      seen_(must(mysql::fetch_gtid_executed(connection_))),
      grammar_(*this, {}),
      stream_(open_stream(options, seen_)) {}

void BinlogRows::see(const binlog::TransactionStart& start) {
  if (start.gtid.gtid) seen_.add(*start.gtid.gtid);
}

// The last transaction counts as seen from its begin on: the end of its rows is waited for.
void BinlogRows::follow() {
  const auto executed = must(mysql::fetch_gtid_executed(connection_));
  while (!executed.is_subset_of(seen_) || grammar_.in_transaction()) {
    const auto event = must(stream_.fetch());
    if (!event) throw std::runtime_error("the stream ended");
    must(grammar_.feed(*event));
  }
}

std::vector<std::string> BinlogRows::rows(const schema::TableName& table) const {
  const auto found = rows_.find(table);
  if (found == rows_.end()) return {};
  return {found->second.begin(), found->second.end()};
}

schema::TableSchemaPtr BinlogRows::structure(const schema::TableName& table) {
  schema::TableSchemaPtr& known = structures_[table];
  if (known == nullptr) {
    known = must(discovery::load_table(connection_, table)).value_or(nullptr);
    if (known == nullptr) throw std::runtime_error("no table " + table.to_text());
  }
  return known;
}

schema::TableSchemaPtr BinlogRows::structure_in_binlog(const schema::TableName& table) const {
  for (const auto& [id, mapped] : maps_) {
    if (mapped.table->name == table) return mapped.table;
  }
  throw std::runtime_error("no rows of " + table.to_text());
}

Status BinlogRows::on_begin(const binlog::EventContext&, const binlog::TransactionStart& start) {
  see(start);
  return {};
}

// A structure may be another one now; of tables that were dropped nothing is left.
Status BinlogRows::on_statement(const binlog::EventContext&, const binlog::TransactionStart& group,
                                const binlog::Query&, bool) {
  see(group);
  structures_.clear();
  return {};
}

Status BinlogRows::on_table_map(const binlog::EventContext&, const binlog::TableMap& map,
                                std::string_view) {
  MILLRACE_ASSIGN_OR_RETURN(schema::TableMapColumns columns, schema::decode_table_map_columns(map));
  const schema::TableSchemaPtr catalog = structure(columns.schema.name);
  if (columns.full_metadata) {
    schema::enrich_from_catalog(columns.schema, *catalog);
  } else {
    MILLRACE_ASSIGN_OR_RETURN(columns.schema, schema::merge_with_catalog(columns, *catalog));
  }
  Mapped& mapped = maps_[map.id];
  if (mapped.table != nullptr && *mapped.table == columns.schema) return {};
  mapped.table = std::make_shared<const schema::TableSchema>(std::move(columns.schema));
  mapped.plan = std::make_unique<row::RowPlan>(*mapped.table);
  return {};
}

Status BinlogRows::on_rows(const binlog::EventContext&, const binlog::RowsEvent& rows,
                           std::string_view) {
  const Mapped& mapped = maps_.at(rows.table_id);
  auto& known = rows_[mapped.table->name];
  row::RowDecoder decoder(*mapped.plan, rows);
  row::Row before, after;
  while (must(decoder.next(before, after))) {
    if (!before.values.empty()) {
      const auto old = known.find(printer_.print(mapped.table, before));
      if (old == known.end()) return definite_error("a row goes that never came");
      known.erase(old);
    }
    if (!after.values.empty()) known.insert(printer_.print(mapped.table, after));
  }
  return {};
}

}  // namespace millrace::testing

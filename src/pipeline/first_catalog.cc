#include "millrace/pipeline/first_catalog.h"

#include <algorithm>
#include <string>
#include <utility>

namespace millrace::pipeline {
namespace {

// A round takes a few statements of the server; one where the same table changes within each of so many has to be asked
// again later.
constexpr int kMostRounds = 100;

template <typename Predicate>
void leave_out(TouchedTables& touched, const Predicate& what) {
  std::erase_if(touched.tables, what);
  std::erase_if(touched.databases, [&](const std::string& name) {
    return what(schema::TableName{name, ""});
  });
}

std::string some_name_of(const TouchedTables& touched) {
  return touched.tables.empty() ? *touched.databases.begin() : touched.tables.begin()->to_text();
}

// Does in the catalog what the statement did. False when what it left can't be told from the statement.
bool replay(const ScannedStatement& scanned, const CatalogServer& server,
            schema::Catalog& catalog) {
  if (scanned.statement.kind == ddl::StatementKind::kUnknown) return false;
  const auto applied = apply_statement(catalog, scanned.query, server);
  const auto is_unknown = [](const schema::CatalogChange& change) {
    return change.kind == schema::CatalogChange::Kind::kTable && change.structure == nullptr;
  };
  return applied && std::ranges::none_of(applied->changes, is_unknown);
}

class Settler {
 public:
  Settler(schema::Catalog catalog, LiveStructures& live, EventStreamFactory& streams,
          const CatalogServer& server, const std::function<bool(const schema::TableName&)>& follows)
      : catalog_(std::move(catalog)),
        live_(live),
        streams_(streams),
        server_(server),
        follows_(follows) {}

  Result<SettledCatalog> run(const BinlogPlace& start) && {
    MILLRACE_ASSIGN_OR_RETURN(known_, live_.place_now());
    MILLRACE_ASSIGN_OR_RETURN(TouchedTables touched,
                              scan_touched_tables(streams_, start, known_, server_));
    leave_out_others(touched);
    doubt(std::move(touched), unsure_);
    for (int round = 0; round < kMostRounds && !unsure_.empty(); ++round) {
      MILLRACE_RETURN_IF_ERROR(read_unsure());
    }
    if (!unsure_.empty()) {
      return transient_error("the structure of " + some_name_of(unsure_) +
                             " changes faster than it can be read");
    }
    return SettledCatalog{std::move(catalog_), std::move(known_)};
  }

 private:
  Status read_unsure() {
    // Nothing but the reading is done between these two, so that a table that changes all the time comes to rest here.
    MILLRACE_ASSIGN_OR_RETURN(const BinlogPlace before, live_.place_now());
    schema::Catalog read;
    MILLRACE_RETURN_IF_ERROR(live_.read(unsure_, read));
    MILLRACE_ASSIGN_OR_RETURN(BinlogPlace after, live_.place_now());

    TouchedTables still_unsure;
    MILLRACE_RETURN_IF_ERROR(scan_statements(
        streams_, known_, after,
        [&](const ScannedStatement& scanned) { take(scanned, before, still_unsure); }));
    read.for_each([&](const schema::TableName& name, const schema::TableSchemaPtr& table) {
      if (!still_unsure.contains(name)) catalog_.put(name, *table);
    });
    read.for_each_database([&](const std::string& name, std::uint32_t collation) {
      if (unsure_.databases.contains(name)) catalog_.put_database(name, collation);
    });
    unsure_ = std::move(still_unsure);
    known_ = std::move(after);
    return {};
  }

  // A statement behind known_. The unsure tables were read behind `before`.
  void take(const ScannedStatement& scanned, const BinlogPlace& before,
            TouchedTables& still_unsure) {
    TouchedTables touched = tables_of(scanned, server_);
    leave_out_others(touched);
    if (touched.empty()) return;
    if (!touched.overlaps(unsure_) && !touched.overlaps(still_unsure)) {
      // One that isn't within is the stream's to bring.
      if (!scanned.is_within || replay(scanned, server_, catalog_)) return;
    }
    // What is read shows all of gtid_executed. Without GTIDs a transaction that is in the binlog at `before` need not be
    // done yet when the tables are read.
    if (before.executed && scanned.gtid && before.executed->contains(*scanned.gtid)) {
      leave_out(touched, [this](const auto& name) { return unsure_.contains(name); });
    }
    doubt(std::move(touched), still_unsure);
  }

  void doubt(TouchedTables touched, TouchedTables& unsure) {
    for (const schema::TableName& name : touched.names_in(catalog_)) catalog_.erase(name);
    unsure.merge(std::move(touched));
  }

  // Of the databases that nobody follows nothing is to be known.
  void leave_out_others(TouchedTables& touched) const {
    leave_out(touched, [this](const schema::TableName& name) { return !follows_(name); });
  }

  schema::Catalog catalog_;  // without the unsure tables
  LiveStructures& live_;
  EventStreamFactory& streams_;
  const CatalogServer server_;
  const std::function<bool(const schema::TableName&)>& follows_;
  BinlogPlace known_;  // where the catalog is true for all tables but the unsure ones
  TouchedTables unsure_;
};

}  // namespace

Result<SettledCatalog> settle_catalog(
    schema::Catalog catalog, const BinlogPlace& start, LiveStructures& live,
    EventStreamFactory& streams, const CatalogServer& server,
    const std::function<bool(const schema::TableName&)>& follows) {
  return Settler(std::move(catalog), live, streams, server, follows).run(start);
}

}  // namespace millrace::pipeline

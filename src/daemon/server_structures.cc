#include "daemon/server_structures.h"

#include <optional>

#include "daemon/catalog_loading.h"
#include "millrace/discovery/catalog.h"

namespace millrace::daemon {

// An identity of its own: the source's main stream and one that reads an XA transaction again may be open meanwhile.
ServerStructures::ServerStructures(const config::SourceConfig& source, const std::string& group,
                                   const pipeline::CatalogServer& server)
    : source_(source), server_(server), streams_(source, group + "/structures") {}

Result<schema::TableSchemaPtr> ServerStructures::structure_at(const schema::TableName& table,
                                                              const pipeline::BinlogPlace& place) {
  MILLRACE_ASSIGN_OR_RETURN(mysql::Connection connection,
                            mysql::Connection::connect(connection_options(source_)));
  MILLRACE_ASSIGN_OR_RETURN(const auto structure, discovery::load_table(connection, table));
  if (!structure) return definite_error("the table isn't there any more");
  // After the structure: what is in the binlog up to here has happened to it, or not.
  MILLRACE_ASSIGN_OR_RETURN(const pipeline::BinlogPlace now,
                            place_now(connection, place.executed.has_value()));
  MILLRACE_ASSIGN_OR_RETURN(const pipeline::TouchedTables touched,
                            pipeline::scan_touched_tables(streams_, place, now, server_));
  if (touched.contains(table)) {
    return definite_error(
        "a later statement in the binlog has changed the table, so what it was "
        "here is lost");
  }
  return *structure;
}

}  // namespace millrace::daemon

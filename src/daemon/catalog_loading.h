#pragma once

// The catalog of a source that has none yet. information_schema is read without a lock, so tables may change while it is
// read; the binlog tells which. Many tables are read over more connections than one, which `connect` makes. Blocks, from
// the source's thread.

#include "millrace/base/result.h"
#include "millrace/discovery/catalog.h"
#include "millrace/mysql/connection.h"
#include "millrace/mysql/server_facts.h"
#include "millrace/pipeline/catalog_statement.h"
#include "millrace/pipeline/event_stream.h"
#include "millrace/pipeline/statement_scan.h"
#include "millrace/schema/catalog.h"
#include "millrace/state/source_state.h"

namespace millrace::daemon {

// What the statements of a server are to be read with.
pipeline::CatalogServer catalog_server(const mysql::ServerFacts& facts);

// Where the server's binlog is now.
Result<pipeline::BinlogPlace> place_now(mysql::Connection& connection, bool has_gtids);

struct LoadedCatalog {
  schema::Catalog catalog;
  state::Offset offset;  // the place that the catalog is true for
};

// The tables as they are while they are read, one now and one then: enough where each TABLE_MAP tells the structure anyway.
Result<schema::Catalog> read_catalog(mysql::Connection& connection,
                                     const discovery::TablePredicate& wanted,
                                     const discovery::Connect& connect = {});

// A first start: the tables, and a place in the binlog at which they are exactly so (pipeline/first_catalog.h).
Result<LoadedCatalog> load_first_catalog(mysql::Connection& connection,
                                         pipeline::EventStreamFactory& streams,
                                         const mysql::ServerFacts& facts,
                                         const state::Offset& start,
                                         const discovery::TablePredicate& wanted,
                                         const discovery::Connect& connect = {});

// For an offset without structures (another program's): the tables that no statement has touched since are what they are
// now; the others are put in as unknown.
Result<schema::Catalog> load_catalog_at(mysql::Connection& connection,
                                        pipeline::EventStreamFactory& streams,
                                        const mysql::ServerFacts& facts,
                                        const state::Offset& offset,
                                        const discovery::TablePredicate& wanted,
                                        const discovery::Connect& connect = {});

}  // namespace millrace::daemon

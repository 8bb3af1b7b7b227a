#pragma once

// The catalog of a first start. A server's structures are read without a lock, so some tables change while they are read;
// the binlog tells which, and what became of the others until then.

#include <functional>

#include "millrace/base/result.h"
#include "millrace/pipeline/catalog_statement.h"
#include "millrace/pipeline/event_stream.h"
#include "millrace/pipeline/statement_scan.h"
#include "millrace/schema/catalog.h"
#include "millrace/schema/table_schema.h"

namespace millrace::pipeline {

// A server, as a first start sees it. Calls may block.
class LiveStructures {
 public:
  virtual ~LiveStructures() = default;
  // Where its binlog is now.
  virtual Result<BinlogPlace> place_now() = 0;
  // Puts those of the tables that are there into `catalog`, and the collations of their databases where all of one is asked
  // for.
  virtual Status read(const TouchedTables& tables, schema::Catalog& catalog) = 0;
};

struct SettledCatalog {
  schema::Catalog catalog;
  BinlogPlace place;  // at which all of it is true
};

// `catalog` was read just now, of the databases that `follows` takes; `start` was the server's place before. Tables that
// changed while they were read are read again, each until it rests for as long as that takes; those that are known are
// brought to the next place by the statements between. A transient error when a table never rests.
Result<SettledCatalog> settle_catalog(schema::Catalog catalog, const BinlogPlace& start,
                                      LiveStructures& live, EventStreamFactory& streams,
                                      const CatalogServer& server,
                                      const std::function<bool(const schema::TableName&)>& follows);

}  // namespace millrace::pipeline

#pragma once

// A table as the records of schema changes describe it. Types are numbers of java.sql.Types, as Debezium's DDL parser
// gives them. Pure.

#include <string>

#include "encode/connect_schema.h"
#include "encode/json_writer.h"
#include "millrace/change/schema_change_event.h"
#include "millrace/encode/debezium_encoder.h"

namespace millrace::encode {

// {"type":"CREATE","id":"\"shop\".\"orders\"","table":{...}}
void write_table_change(const change::TableChange& change, bool with_comments, JsonWriter& out);
// The schema of one, without a field's name.
ConnectSchema table_change_schema();

}  // namespace millrace::encode

#pragma once

// A parser for each statement, from behind the words that name it (CREATE TABLE, ALTER TABLE ...)
// to its end.

#include "ddl/schema_reader.h"

namespace millrace::ddl {

bool parse_create_table(SchemaReader& reader, CreateTable& statement);
bool parse_alter_table(SchemaReader& reader, AlterTable& statement);
bool parse_create_index(SchemaReader& reader, AlterTable& statement);
bool parse_drop_index(SchemaReader& reader, AlterTable& statement);
bool parse_rename_tables(SchemaReader& reader, RenameTables& statement);
bool parse_drop_tables(SchemaReader& reader, DropTables& statement);
bool parse_create_database(SchemaReader& reader, CreateDatabase& statement);
bool parse_alter_database(SchemaReader& reader, AlterDatabase& statement);
bool parse_drop_database(SchemaReader& reader, DropDatabase& statement);

// A key's name as DROP and RENAME give it; PRIMARY in one letter case.
bool read_key_reference(SchemaReader& reader, std::string& name);

}  // namespace millrace::ddl

// QUERY and ROWS_QUERY: statements.

#include "binlog/field_reader.h"
#include "millrace/binlog/events.h"

namespace millrace::binlog {
namespace {

// What a session's variables were. A code is one byte; only the writer knows the length of a value
// whose code is newer than this list, so an unknown code ends the block.
enum StatusCode : std::uint8_t {
  kFlags2 = 0,
  kSqlMode = 1,
  kCatalogWithNul = 2,
  kAutoIncrement = 3,
  kCharset = 4,
  kTimeZone = 5,
  kCatalog = 6,
  kTimeNamesLocale = 7,
  kDatabaseCharset = 8,
  kTableMapForUpdate = 9,
  kSourceDataWritten = 10,
  kInvoker = 11,
  kUpdatedDatabases = 12,
  kMicroseconds = 13,
  kExplicitTimestampDefaults = 16,
  kDdlXid = 17,
  kDefaultCollation = 18,
  kRequirePrimaryKey = 19,
  kTableEncryption = 20,
};

void skip_updated_databases(FieldReader& reader) {
  constexpr std::uint8_t kTooMany = 254;  // then there are no names
  const std::uint8_t count = reader.u8("updated databases");
  if (count == kTooMany) return;
  for (std::uint8_t i = 0; i < count && !reader.failed(); ++i) {
    while (reader.u8("updated databases") != 0) {
    }
  }
}

// False at an unknown code.
bool read_status_variable(std::uint8_t code, FieldReader& reader, Query& query) {
  switch (code) {
    case kSqlMode:
      query.sql_mode = reader.u64("SQL mode");
      return true;
    case kCharset:
      query.client_collation = reader.u16("client collation");
      reader.u16("connection collation");
      query.server_collation = reader.u16("server collation");
      return true;
    case kFlags2:
    case kAutoIncrement:
    case kSourceDataWritten:
      reader.u32("status variables");
      return true;
    case kCatalogWithNul:
      reader.bytes(reader.u8("catalog") + std::uint64_t{1}, "catalog");
      return true;
    case kTimeZone:
    case kCatalog:
      reader.bytes(reader.u8("status variables"), "status variables");
      return true;
    case kDefaultCollation:
      query.utf8mb4_collation = reader.u16("default collation");
      return true;
    case kTimeNamesLocale:
    case kDatabaseCharset:
      reader.u16("status variables");
      return true;
    case kTableMapForUpdate:
    case kDdlXid:
      reader.u64("status variables");
      return true;
    case kInvoker:
      reader.bytes(reader.u8("invoker"), "invoker");
      reader.bytes(reader.u8("invoker"), "invoker");
      return true;
    case kUpdatedDatabases:
      skip_updated_databases(reader);
      return true;
    case kMicroseconds:
      reader.le(3, "microseconds");
      return true;
    case kExplicitTimestampDefaults:
      query.explicit_timestamp_defaults = reader.u8("timestamp defaults") != 0;
      return true;
    case kRequirePrimaryKey:
    case kTableEncryption:
      reader.u8("status variables");
      return true;
    default:
      return false;
  }
}

}  // namespace

Result<Query> decode_query(std::string_view body) {
  FieldReader reader(body);
  Query query;
  query.thread_id = reader.u32("thread id");
  reader.u32("execution time");
  const std::uint8_t database_bytes = reader.u8("database length");
  query.error_code = reader.u16("error code");
  const std::uint16_t status_bytes = reader.u16("status length");
  FieldReader status(reader.bytes(status_bytes, "status variables"));
  query.database = reader.bytes(database_bytes, "database");
  reader.u8("end of the database's name");
  query.sql = reader.rest();
  MILLRACE_RETURN_IF_ERROR(reader.status());
  while (status.remaining() > 0) {
    if (!read_status_variable(status.u8("status code"), status, query)) break;
  }
  MILLRACE_RETURN_IF_ERROR(status.status());
  return query;
}

Result<std::string_view> decode_rows_query(std::string_view body) {
  FieldReader reader(body);
  reader.u8("length");  // of at most 255: says nothing about a longer statement
  const std::string_view sql = reader.rest();
  MILLRACE_RETURN_IF_ERROR(reader.status());
  return sql;
}

}  // namespace millrace::binlog

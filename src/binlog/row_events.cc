// TABLE_MAP and the row events: the parts in front of the images. Called for every row event, so
// nothing here allocates unless it fails.

#include "binlog/field_reader.h"
#include "millrace/base/limits.h"
#include "millrace/binlog/events.h"

namespace millrace::binlog {
namespace {

// A post-header of 6 bytes has a 4-byte table id (MySQL before 5.1.4), else the id has 6.
TableId read_table_id(FieldReader& reader, std::uint8_t post_header_bytes) {
  constexpr std::uint8_t kShortHeader = 6;
  return TableId(post_header_bytes == kShortHeader ? reader.u32("table id")
                                                   : reader.u48("table id"));
}

std::uint64_t bitmap_bytes(std::uint64_t columns) { return (columns + 7) / 8; }

Error too_many_columns(std::uint64_t columns) {
  return definite_error(std::to_string(columns) + " columns, more than the " +
                        std::to_string(limits::kMaxColumns) + " a table can have");
}

bool is_update(EventType type) {
  return type == EventType::kUpdateRows || type == EventType::kUpdateRowsV1 ||
         type == EventType::kPartialUpdateRows;
}

bool is_version_1(EventType type) {
  return type == EventType::kWriteRowsV1 || type == EventType::kUpdateRowsV1 ||
         type == EventType::kDeleteRowsV1;
}

RowsKind kind_of(EventType type) {
  if (is_update(type)) return RowsKind::kUpdate;
  const bool is_write = type == EventType::kWriteRows || type == EventType::kWriteRowsV1;
  return is_write ? RowsKind::kWrite : RowsKind::kDelete;
}

}  // namespace

Result<TableMap> decode_table_map(std::string_view body, const FormatDescription& format) {
  FieldReader reader(body);
  TableMap map;
  map.id = read_table_id(reader, format.table_map_header_bytes);
  map.flags = reader.u16("flags");
  map.database = reader.lenenc_bytes("database");
  reader.u8("end of the database's name");
  map.table = reader.lenenc_bytes("table");
  reader.u8("end of the table's name");
  map.column_count = reader.lenenc("column count");
  if (map.column_count > limits::kMaxColumns) return too_many_columns(map.column_count);
  map.types = reader.bytes(map.column_count, "column types");
  map.metadata = reader.lenenc_bytes("column metadata");
  map.null_bitmap = reader.bytes(bitmap_bytes(map.column_count), "null bitmap");
  map.optional_metadata = reader.rest();
  MILLRACE_RETURN_IF_ERROR(reader.status());
  return map;
}

Result<RowsEvent> decode_rows(std::string_view body, EventType type,
                              const FormatDescription& format) {
  constexpr std::uint16_t kStatementEnd = 1;
  FieldReader reader(body);
  RowsEvent rows;
  rows.kind = kind_of(type);
  rows.partial_json = type == EventType::kPartialUpdateRows;
  const bool version_1 = is_version_1(type);
  rows.table_id = read_table_id(reader, version_1 ? format.rows_v1_header_bytes : std::uint8_t{10});
  rows.statement_end = (reader.u16("flags") & kStatementEnd) != 0;
  if (!version_1) {
    // Partition ids and the like; the length counts itself.
    const std::uint16_t extra_bytes = reader.u16("extra data length");
    if (!reader.failed() && extra_bytes < 2) {
      return definite_error("an extra data length of " + std::to_string(extra_bytes));
    }
    reader.bytes(extra_bytes - std::uint64_t{2}, "extra data");
  }
  rows.column_count = reader.lenenc("column count");
  if (rows.column_count > limits::kMaxColumns) return too_many_columns(rows.column_count);
  rows.columns_before = reader.bytes(bitmap_bytes(rows.column_count), "columns present");
  if (rows.kind == RowsKind::kUpdate) {
    rows.columns_after = reader.bytes(bitmap_bytes(rows.column_count), "columns present after");
  }
  rows.rows = reader.rest();
  MILLRACE_RETURN_IF_ERROR(reader.status());
  return rows;
}

}  // namespace millrace::binlog

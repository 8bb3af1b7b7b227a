// Any bytes as a TABLE_MAP and a row event on its table. Every row that comes out must have values
// of its columns only, in bytes of the event or of the row.
//
// Input: u16 length of the TABLE_MAP's body, that body, event type, the row event's body.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "millrace/base/assert.h"
#include "millrace/base/byte_cursor.h"
#include "millrace/row/decimal.h"
#include "millrace/row/json_text.h"
#include "millrace/row/row_decoder.h"
#include "millrace/schema/table_resolver.h"

namespace {

using namespace millrace;  // NOLINT(google-build-using-namespace)

bool is_inside(std::string_view part, std::string_view whole) {
  const std::less_equal<> before;
  return part.empty() || (before(whole.data(), part.data()) &&
                          before(part.data() + part.size(), whole.data() + whole.size()));
}

void check_value(const schema::Column& column, const row::Row& row, const row::Value& value,
                 std::string_view event) {
  bool is_known = is_inside(value.bytes, event);
  for (const std::string& owned : row.owned) is_known |= is_inside(value.bytes, owned);
  std::string text;
  switch (value.kind) {
    case row::ValueKind::kAbsent:
    case row::ValueKind::kNull:
      return;
    case row::ValueKind::kJson:
      (void)row::append_json_text(value.bytes, row::JsonTextForm::kMysql, text).has_value();
      (void)row::append_json_text(value.bytes, row::JsonTextForm::kDebezium, text).has_value();
      break;
    case row::ValueKind::kDecimal: {
      const auto precision = static_cast<int>(column.length);
      const bool has_text =
          row::append_decimal_text(value.bytes, precision, column.scale, text).has_value();
      const bool has_number =
          row::append_decimal_unscaled(value.bytes, precision, column.scale, text).has_value();
      MILLRACE_ASSERT(has_text == has_number, "a DECIMAL is one in both forms");
      break;
    }
    case row::ValueKind::kText:
    case row::ValueKind::kBinary:
    case row::ValueKind::kGeometry:
    case row::ValueKind::kVector:
      break;
    default:
      return;  // numbers: nothing points anywhere
  }
  MILLRACE_ASSERT(is_known, "a value's bytes are the event's or the row's");
}

void decode_rows(const schema::TableSchema& schema, const binlog::RowsEvent& event) {
  const row::RowPlan plan(schema);
  row::RowDecoder decoder(plan, event);
  row::Row before, after;
  std::size_t rows = 0;
  while (true) {
    const Result<bool> more = decoder.next(before, after);
    if (!more || !*more) return;
    ++rows;
    MILLRACE_ASSERT(rows <= event.rows.size() + 1, "a row takes a byte");
    for (const row::Row* row : {&before, &after}) {
      if (row->values.empty()) continue;
      MILLRACE_ASSERT(row->values.size() == schema.columns.size(), "a value a column");
      for (std::size_t i = 0; i < row->values.size(); ++i) {
        check_value(schema.columns[i], *row, row->values[i], event.rows);
      }
    }
  }
}

void check_structure(const schema::TableMapColumns& columns) {
  const std::string text = schema::serialize_structure(columns.schema);
  // Labels and names that are no UTF-8 don't come back; they stop where they are printed.
  const auto parsed = schema::parse_structure(columns.schema.name, text);
  if (parsed) {
    MILLRACE_ASSERT(schema::serialize_structure(*parsed) == text, "a structure's round trip");
  }
  MILLRACE_ASSERT(schema::merge_with_catalog(columns, columns.schema).has_value(),
                  "a map agrees with itself");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteCursor input({reinterpret_cast<const char*>(data), size});
  const std::string_view map_body = input.read_bytes(input.read_u16());
  const auto type = static_cast<binlog::EventType>(input.read_u8());
  const std::string_view rows_body = input.read_rest();
  if (input.failed()) return 0;
  const binlog::FormatDescription format;
  const auto map = binlog::decode_table_map(map_body, format);
  if (!map) return 0;
  const auto columns = schema::decode_table_map_columns(*map);
  if (!columns) return 0;
  check_structure(*columns);
  const auto rows = binlog::decode_rows(rows_body, type, format);
  if (rows) decode_rows(columns->schema, *rows);
  return 0;
}

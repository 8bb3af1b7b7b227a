#include "millrace/snapshot/row_image.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <memory>
#include <utility>

#include "millrace/row/decimal.h"
#include "millrace/row/packed_temporal.h"
#include "millrace/schema/column_types.h"

namespace millrace::snapshot {
namespace {

using mysql::Cell;
using mysql::ResultColumn;
using mysql::TemporalFields;
using row::Encoding;
using schema::Column;
using schema::ColumnType;

// Bytes of the length in front of a document: JSON columns have no other.
constexpr std::size_t kJsonLengthBytes = 4;

void append_le(std::uint64_t value, std::size_t width, std::string& out) {
  char bytes[sizeof(value)];
  std::memcpy(bytes, &value, sizeof(value));  // the supported hosts are little-endian
  out.append(bytes, width);
}

// --- columns of a result ---

// The type that a column of a SELECT has in the protocol (enum_field_types).
std::uint8_t protocol_type(const Column& column) {
  constexpr std::uint8_t kTimestamp = 7, kLongLong = 8, kTime = 11, kDatetime = 12;
  switch (column.type) {
    case ColumnType::kTimestampOld:
    case ColumnType::kTimestamp2:
      return kTimestamp;
    case ColumnType::kTimeOld:
    case ColumnType::kTime2:
      return kTime;
    case ColumnType::kDatetimeOld:
    case ColumnType::kDatetime2:
      return kDatetime;
    case ColumnType::kEnum:
    case ColumnType::kSet:
      return kLongLong;  // CAST
    case ColumnType::kVarchar:
      return static_cast<std::uint8_t>(ColumnType::kVarString);
    default:
      return static_cast<std::uint8_t>(column.type);
  }
}

bool is_integer(ColumnType type) {
  switch (type) {
    case ColumnType::kTiny:
    case ColumnType::kShort:
    case ColumnType::kInt24:
    case ColumnType::kLong:
    case ColumnType::kLongLong:
      return true;
    default:
      return false;
  }
}

bool is_counted_in_bytes(ColumnType type) {
  return type == ColumnType::kVarchar || type == ColumnType::kVarString ||
         type == ColumnType::kString;
}

// As what a value comes, and how wide it is in the image, or the length in front of it: 0 where the column says so.
struct CellForm {
  Cell::Kind cell = Cell::Kind::kBytes;
  std::uint8_t width = 0;
};

CellForm form_of(Encoding encoding) {
  switch (encoding) {
    case Encoding::kSigned8:
    case Encoding::kYear:
      return {Cell::Kind::kSigned, 1};
    case Encoding::kSigned16:
      return {Cell::Kind::kSigned, 2};
    case Encoding::kSigned24:
      return {Cell::Kind::kSigned, 3};
    case Encoding::kSigned32:
      return {Cell::Kind::kSigned, 4};
    case Encoding::kSigned64:
      return {Cell::Kind::kSigned, 8};
    case Encoding::kUnsigned8:
      return {Cell::Kind::kUnsigned, 1};
    case Encoding::kUnsigned16:
      return {Cell::Kind::kUnsigned, 2};
    case Encoding::kUnsigned24:
      return {Cell::Kind::kUnsigned, 3};
    case Encoding::kUnsigned32:
      return {Cell::Kind::kUnsigned, 4};
    case Encoding::kUnsigned64:
      return {Cell::Kind::kUnsigned, 8};
    case Encoding::kFloat:
      return {Cell::Kind::kFloat, 4};
    case Encoding::kDouble:
      return {Cell::Kind::kDouble, 8};
    case Encoding::kSized8:
      return {Cell::Kind::kBytes, 1};
    case Encoding::kSized16:
      return {Cell::Kind::kBytes, 2};
    case Encoding::kSized24:
      return {Cell::Kind::kBytes, 3};
    case Encoding::kSized32:
      return {Cell::Kind::kBytes, 4};
    case Encoding::kFixed:
    case Encoding::kBigEndian:
      return {Cell::Kind::kBytes};
    default:
      return {Cell::Kind::kTemporal};
  }
}

// Bytes of the length in front of a BLOB or TEXT, by the most that the server says its values can have: bytes, or
// characters of up to four.
std::uint32_t length_bytes_of_blob(std::uint32_t most) {
  constexpr std::uint64_t kMostOfCharacter = 4;
  for (std::uint32_t bytes = 1; bytes < 4; ++bytes) {
    if (most <= ((1ULL << (8 * bytes)) - 1) * kMostOfCharacter) return bytes;
  }
  return 4;
}

// What has another length, scale or charset is another column. Of the rest the result tells other lengths than the
// column has: they are for display.
bool is_same_shape(const Column& column, const ResultColumn& result) {
  switch (column.type) {
    case ColumnType::kVarchar:
    case ColumnType::kVarString:
    case ColumnType::kString:
      return result.length == column.length &&
             (column.collation == 0 || result.collation == column.collation);
    case ColumnType::kBlob:
      return length_bytes_of_blob(result.length) == column.length &&
             (column.collation == 0 || result.collation == column.collation);
    case ColumnType::kBit:
      return result.length == column.length;
    case ColumnType::kNewDecimal: {
      const std::uint32_t point = column.scale > 0 ? 1 : 0;
      const std::uint32_t sign = column.is_unsigned ? 0 : 1;
      return result.decimals == column.scale && result.length == column.length + point + sign;
    }
    case ColumnType::kTime2:
    case ColumnType::kDatetime2:
    case ColumnType::kTimestamp2:
      return result.decimals == column.length;
    default:
      return !is_integer(column.type) || result.is_unsigned == column.is_unsigned;
  }
}

std::string select_expression(const Column& column) {
  const std::string name = mysql::quote_identifier(column.name);
  return schema::is_enum_or_set(column) ? "CAST(" + name + " AS UNSIGNED)" : name;
}

// --- values ---

row::CalendarTime to_calendar(const TemporalFields& time) {
  return {time.year,   time.month,  time.day,        static_cast<std::uint8_t>(time.hour),
          time.minute, time.second, time.microsecond};
}

std::int64_t to_micros(const TemporalFields& time) {
  const std::int64_t seconds = (time.hour * 60LL + time.minute) * 60 + time.second;
  const std::int64_t micros = seconds * 1'000'000 + time.microsecond;
  return time.is_negative ? -micros : micros;
}

bool append_integer(std::int64_t value, std::size_t width, std::string& out) {
  const std::size_t spare = 64 - 8 * width;
  if (value << spare >> spare != value) return false;
  append_le(static_cast<std::uint64_t>(value), width, out);
  return true;
}

bool append_unsigned(std::uint64_t value, std::size_t width, std::string& out) {
  if (width < sizeof(value) && value >> (8 * width) != 0) return false;
  append_le(value, width, out);
  return true;
}

bool append_year(std::int64_t year, std::string& out) {
  constexpr std::int64_t kBase = 1900;
  if (year != 0 && (year <= kBase || year > kBase + UINT8_MAX)) return false;
  out.push_back(static_cast<char>(year == 0 ? 0 : year - kBase));
  return true;
}

bool append_decimal(std::string_view text, int precision, int scale, std::size_t width,
                    std::string& out) {
  const std::size_t begin = out.size();
  out.resize(begin + width);
  return row::pack_decimal(text, precision, scale, out.data() + begin).has_value();
}

}  // namespace

std::string all_columns(const schema::TableSchema& table) {
  return std::string((table.columns.size() + 7) / 8, '\xff');
}

binlog::RowsEvent event_of(const schema::TableSchema& table, std::string_view present,
                           std::string_view images) {
  binlog::RowsEvent event;
  event.kind = binlog::RowsKind::kWrite;
  event.column_count = table.columns.size();
  event.columns_before = present;
  event.rows = images;
  return event;
}

std::span<const std::string_view> reading_session_statements() {
  static constexpr std::array<std::string_view, 2> kStatements = {
      // A reader that waits for its sink must not be taken for one that is gone.
      "SET SESSION character_set_results = NULL, time_zone = '+00:00', sql_mode = ''"
      ", sql_select_limit = 18446744073709551615, sql_big_selects = 1, net_write_timeout = 3600",
      "/*!50708 SET SESSION max_execution_time = 0 */",
  };
  return kStatements;
}

RowImageWriter::RowImageWriter(schema::TableSchemaPtr table) : table_(std::move(table)) {}

Result<RowImageWriter> RowImageWriter::make(schema::TableSchemaPtr table) {
  RowImageWriter writer(std::move(table));
  const schema::TableSchema& schema = *writer.table_;
  if (!schema.has_names || schema.columns.empty()) {
    return definite_error(schema.name.to_text() + ": the names of its columns are not known");
  }
  const row::RowPlan plan(schema);
  for (std::size_t i = 0; i < schema.columns.size(); ++i) {
    Result<ColumnWriter> column = column_writer(schema.columns[i], plan.columns()[i]);
    if (!column) return writer.at_column(i, column.error());
    writer.columns_.push_back(*column);
    if (i > 0) writer.select_list_ += ", ";
    writer.select_list_ += select_expression(schema.columns[i]);
  }
  return writer;
}

Result<RowImageWriter::ColumnWriter> RowImageWriter::column_writer(const Column& column,
                                                                   const row::ColumnPlan& plan) {
  if (plan.encoding == Encoding::kUnreadable) {
    return definite_error("its type " + std::to_string(static_cast<int>(column.type)) +
                          " is none that a row image holds");
  }
  const CellForm form = form_of(plan.encoding);
  ColumnWriter writer;
  writer.cell = form.cell;
  writer.encoding = plan.encoding;
  writer.width = plan.width != 0 ? plan.width : form.width;
  writer.digits = plan.fraction_digits;
  if (plan.kind == row::ValueKind::kDecimal) {
    writer.precision = static_cast<std::uint8_t>(column.length);
    writer.digits = column.scale;
  }
  if (is_counted_in_bytes(column.type)) {
    writer.max_bytes = column.length;
  } else if (form.cell == Cell::Kind::kBytes) {
    writer.max_bytes = (1ULL << (8 * form.width)) - 1;
  }
  writer.is_json = column.type == ColumnType::kJson;
  if (writer.is_json && writer.width != kJsonLengthBytes) {
    return definite_error("a JSON column with a length of " + std::to_string(writer.width) +
                          " bytes");
  }
  writer.has_padding = column.type == ColumnType::kString && schema::is_binary_column(column);
  return writer;
}

Status RowImageWriter::check(std::span<const ResultColumn> columns) const {
  if (columns.size() != columns_.size()) {
    return definite_error(table_->name.to_text() + ": the server sends " +
                          std::to_string(columns.size()) + " columns instead of " +
                          std::to_string(columns_.size()));
  }
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const Column& column = table_->columns[i];
    const ResultColumn& result = columns[i];
    if (result.type == protocol_type(column) && is_same_shape(column, result)) continue;
    return at_column(
        i, definite_error(
               "the server sends another type of column than the stored structure has: " +
               std::to_string(result.type) + " of length " + std::to_string(result.length) + ", " +
               std::to_string(result.decimals) + " decimals, collation " +
               std::to_string(result.collation) + (result.is_unsigned ? ", unsigned" : "")));
  }
  return {};
}

Error RowImageWriter::at_column(std::size_t column, const Error& error) const {
  return error.with_context(table_->name.to_text() + ", column " + table_->columns[column].name);
}

// A bitmap of the NULLs, then the values of the others.
Status RowImageWriter::append(std::span<const Cell> cells, RowImages& rows,
                              std::vector<JsonDoubt>* doubts) const {
  MILLRACE_ASSERT(cells.size() == columns_.size(), "a row of another table");
  std::string& out = rows.bytes;
  const std::size_t begin = out.size();
  const std::size_t doubts_before = doubts == nullptr ? 0 : doubts->size();
  const auto fail = [&](std::size_t column, const Error& error) {
    out.resize(begin);
    if (doubts != nullptr) doubts->resize(doubts_before);
    return at_column(column, error);
  };
  out.append((columns_.size() + 7) / 8, '\0');
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const ColumnWriter& column = columns_[i];
    const Cell& cell = cells[i];
    if (cell.kind == Cell::Kind::kNull) {
      char& nulls = out[begin + i / 8];
      nulls = static_cast<char>(static_cast<unsigned char>(nulls) | 1U << (i % 8));
    } else if (cell.kind != column.cell) [[unlikely]] {
      return fail(i, definite_error("a value of another type than the column's"));
    } else if (column.is_json) {
      if (const Status status = append_json(i, cell.bytes, rows, doubts); !status) {
        return fail(i, status.error());
      }
    } else if (!append_cell(column, cell, out)) [[unlikely]] {
      return fail(i, definite_error("a value that the column can't hold"));
    }
  }
  rows.begins.push_back(begin);
  return {};
}

bool RowImageWriter::append_cell(const ColumnWriter& column, const Cell& cell,
                                 std::string& out) const {
  switch (column.cell) {
    case Cell::Kind::kSigned:
      return column.encoding == Encoding::kYear ? append_year(cell.i64, out)
                                                : append_integer(cell.i64, column.width, out);
    case Cell::Kind::kUnsigned:
      return append_unsigned(cell.u64, column.width, out);
    case Cell::Kind::kFloat:
      append_le(std::bit_cast<std::uint32_t>(static_cast<float>(cell.f64)), column.width, out);
      return true;
    case Cell::Kind::kDouble:
      append_le(std::bit_cast<std::uint64_t>(cell.f64), column.width, out);
      return true;
    case Cell::Kind::kTemporal:
      return append_temporal(column, cell.time, out);
    case Cell::Kind::kBytes:
      break;
    case Cell::Kind::kNull:
      return false;
  }
  if (column.encoding == Encoding::kFixed) {
    return append_decimal(cell.bytes, column.precision, column.digits, column.width, out);
  }
  if (column.encoding == Encoding::kBigEndian) {
    if (cell.bytes.size() != column.width) return false;
    out += cell.bytes;
    return true;
  }
  return append_sized(column, cell.bytes, out);
}

bool RowImageWriter::append_temporal(const ColumnWriter& column, const TemporalFields& time,
                                     std::string& out) {
  // Whatever is no TIME has an hour of its day.
  const bool is_time = column.encoding == Encoding::kTime2 || column.encoding == Encoding::kTimeOld;
  if (!is_time && time.hour > 23) return false;
  switch (column.encoding) {
    case Encoding::kDate:
      return row::append_packed_date(to_calendar(time), out);
    case Encoding::kDatetime2:
      return row::append_packed_datetime2(to_calendar(time), column.digits, out);
    case Encoding::kDatetimeOld:
      return row::append_packed_old_datetime(to_calendar(time), out);
    case Encoding::kTimestamp2:
      return row::append_packed_timestamp2(to_calendar(time), column.digits, out);
    case Encoding::kTimestampOld:
      return row::append_packed_old_timestamp(to_calendar(time), out);
    case Encoding::kTime2:
      return row::append_packed_time2(to_micros(time), column.digits, out);
    case Encoding::kTimeOld:
      return row::append_packed_old_time(to_micros(time), out);
    default:
      return false;
  }
}

bool RowImageWriter::append_sized(const ColumnWriter& column, std::string_view bytes,
                                  std::string& out) {
  if (column.has_padding) bytes = bytes.substr(0, bytes.find_last_not_of('\0') + 1);
  if (bytes.size() > column.max_bytes) return false;
  append_le(bytes.size(), column.width, out);
  out += bytes;
  return true;
}

Status RowImageWriter::append_json(std::size_t column, std::string_view text, RowImages& rows,
                                   std::vector<JsonDoubt>* doubts) const {
  std::string& out = rows.bytes;
  const std::size_t begin = out.size();
  out.append(kJsonLengthBytes, '\0');
  std::vector<std::string> paths;
  MILLRACE_RETURN_IF_ERROR(json_.append_document(text, out, doubts == nullptr ? nullptr : &paths));
  const auto size = static_cast<std::uint32_t>(out.size() - begin - kJsonLengthBytes);
  std::memcpy(out.data() + begin, &size, sizeof(size));
  if (!paths.empty()) {
    doubts->push_back(
        {rows.count(), column, begin, out.size() - begin, std::string(text), std::move(paths)});
  }
  return {};
}

Status settle_doubts(const std::vector<JsonDoubt>& doubts, const std::vector<JsonTypes>& types,
                     RowImages& rows) {
  MILLRACE_ASSERT(types.size() == doubts.size(), "types of other documents");
  if (doubts.empty()) return {};
  row::JsonFromText json;
  RowImages settled;
  settled.bytes.reserve(rows.bytes.size());
  settled.begins.reserve(rows.count());
  std::size_t copied = 0;  // of the old bytes
  const auto copy_to = [&](std::size_t end) {
    // Rows that begin in what is copied, or right behind it, move with it.
    while (settled.count() < rows.count() && rows.begins[settled.count()] <= end) {
      settled.begins.push_back(rows.begins[settled.count()] - copied + settled.bytes.size());
    }
    settled.bytes.append(rows.bytes, copied, end - copied);
    copied = end;
  };
  for (std::size_t i = 0; i < doubts.size(); ++i) {
    const JsonDoubt& doubt = doubts[i];
    MILLRACE_ASSERT(doubt.begin >= copied && doubt.begin + doubt.size <= rows.bytes.size(),
                    "a doubt of other rows");
    copy_to(doubt.begin);
    const std::size_t begin = settled.bytes.size();
    settled.bytes.append(kJsonLengthBytes, '\0');
    MILLRACE_RETURN_IF_ERROR(json.append_settled_document(doubt.text, types[i], settled.bytes));
    const auto size = static_cast<std::uint32_t>(settled.bytes.size() - begin - kJsonLengthBytes);
    std::memcpy(settled.bytes.data() + begin, &size, sizeof(size));
    copied = doubt.begin + doubt.size;
  }
  copy_to(rows.bytes.size());
  rows = std::move(settled);
  return {};
}

}  // namespace millrace::snapshot

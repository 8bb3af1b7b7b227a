#include "millrace/row/row_decoder.h"

#include <bit>
#include <string>
#include <utility>

#include "millrace/row/json_partial.h"
#include "row/temporal.h"

namespace millrace::row {
namespace {

// Walks the bits of a bitmap, least significant first; zeros behind its end.
class BitWalk {
 public:
  explicit BitWalk(std::string_view bitmap) : bitmap_(bitmap) {}

  bool next() {
    if (left_ == 0) load();
    const bool bit = (byte_ & 1) != 0;
    byte_ >>= 1;
    --left_;
    return bit;
  }

 private:
  void load() {
    byte_ = at_ < bitmap_.size() ? static_cast<std::uint8_t>(bitmap_[at_]) : 0U;
    ++at_;
    left_ = 8;
  }

  std::string_view bitmap_;
  std::size_t at_ = 0;
  unsigned byte_ = 0;
  unsigned left_ = 0;
};

// Bits set among the first `count`.
std::size_t count_bits(std::string_view bitmap, std::size_t count) {
  std::size_t set = 0;
  for (std::size_t byte = 0; byte < bitmap.size() && byte * 8 < count; ++byte) {
    unsigned value = static_cast<std::uint8_t>(bitmap[byte]);
    if (count - byte * 8 < 8) value &= (1U << (count - byte * 8)) - 1;
    set += static_cast<std::size_t>(std::popcount(value));
  }
  return set;
}

constexpr std::size_t bitmap_bytes(std::size_t bits) { return (bits + 7) / 8; }

std::int64_t sign_extend_24(std::uint32_t value) {
  return static_cast<std::int32_t>(value << 8) >> 8;
}

// A TIMESTAMP's zero date is stored as the second 0, which no TIMESTAMP can be.
void set_timestamp(std::uint64_t seconds, std::uint32_t micros, Value& value) {
  if (seconds == 0 && micros == 0) value.kind = ValueKind::kZeroTimestamp;
  value.i64 = static_cast<std::int64_t>(seconds) * 1'000'000 + micros;
}

// False where the column's type is none that a row image holds. What can't be read fails the
// cursor.
bool read_value(const ColumnPlan& plan, ByteCursor& cursor, Value& value) {
  value.kind = plan.kind;
  switch (plan.encoding) {
    case Encoding::kSigned8:
      value.i64 = std::int64_t{static_cast<std::int8_t>(cursor.read_u8())};
      return true;
    case Encoding::kSigned16:
      value.i64 = static_cast<std::int16_t>(cursor.read_u16());
      return true;
    case Encoding::kSigned24:
      value.i64 = sign_extend_24(cursor.read_u24());
      return true;
    case Encoding::kSigned32:
      value.i64 = static_cast<std::int32_t>(cursor.read_u32());
      return true;
    case Encoding::kSigned64:
    case Encoding::kUnsigned64:
      value.u64 = cursor.read_u64();
      return true;
    case Encoding::kUnsigned8:
      value.u64 = cursor.read_u8();
      return true;
    case Encoding::kUnsigned16:
      value.u64 = cursor.read_u16();
      return true;
    case Encoding::kUnsigned24:
      value.u64 = cursor.read_u24();
      return true;
    case Encoding::kUnsigned32:
      value.u64 = cursor.read_u32();
      return true;
    case Encoding::kFloat:
      value.f64 = std::bit_cast<float>(cursor.read_u32());
      return true;
    case Encoding::kDouble:
      value.f64 = std::bit_cast<double>(cursor.read_u64());
      return true;
    case Encoding::kFixed:
      value.bytes = cursor.read_bytes(plan.width);
      return true;
    case Encoding::kSized8:
      value.bytes = cursor.read_bytes(cursor.read_u8());
      return true;
    case Encoding::kSized16:
      value.bytes = cursor.read_bytes(cursor.read_u16());
      return true;
    case Encoding::kSized24:
      value.bytes = cursor.read_bytes(cursor.read_u24());
      return true;
    case Encoding::kSized32:
      value.bytes = cursor.read_bytes(cursor.read_u32());
      return true;
    case Encoding::kBigEndian:
      value.u64 = cursor.read_be(plan.width);
      return true;
    case Encoding::kYear: {
      const std::uint8_t year = cursor.read_u8();
      value.u64 = year == 0 ? 0 : 1900U + year;
      return true;
    }
    case Encoding::kDate:
      value.date = read_date(cursor);
      return true;
    case Encoding::kDatetime2:
      value.date = read_datetime2(cursor, plan.fraction_digits);
      return true;
    case Encoding::kDatetimeOld:
      value.date = read_old_datetime(cursor);
      return true;
    case Encoding::kTime2:
      value.i64 = read_time2(cursor, plan.fraction_digits);
      return true;
    case Encoding::kTimeOld:
      value.i64 = read_old_time(cursor);
      return true;
    case Encoding::kTimestamp2: {
      const std::uint64_t seconds = cursor.read_be(4);
      set_timestamp(seconds, read_fraction(cursor, plan.fraction_digits), value);
      return true;
    }
    case Encoding::kTimestampOld:
      set_timestamp(cursor.read_u32(), 0, value);
      return true;
    case Encoding::kUnreadable:
      break;
  }
  return false;
}

// Makes the row ready for an image of `columns` values, each of which is then written.
void prepare(std::size_t columns, Row& row) {
  row.values.resize(columns, Value{});
  if (!row.owned.empty()) row.owned.clear();
}

}  // namespace

RowDecoder::RowDecoder(const RowPlan& plan, const binlog::RowsEvent& event)
    : plan_(plan), event_(event), cursor_(event.rows) {}

Result<bool> RowDecoder::next(Row& before, Row& after) {
  if (!is_started_) {
    is_started_ = true;
    MILLRACE_RETURN_IF_ERROR(check_event());
    if (is_row_of_no_bytes()) {
      MILLRACE_RETURN_IF_ERROR(read_row(before, after));
      return true;
    }
  }
  if (cursor_.at_end()) return false;
  const std::size_t begin = cursor_.position();
  MILLRACE_RETURN_IF_ERROR(read_row(before, after));
  // Or an image of no columns would be read for ever.
  if (cursor_.position() == begin) return malformed("has bytes but no columns");
  return true;
}

Status RowDecoder::check_event() const {
  const std::size_t columns = plan_.columns().size();
  if (event_.column_count != columns) {
    return definite_error("the row event has " + std::to_string(event_.column_count) +
                          " columns, its table map " + std::to_string(columns));
  }
  const bool is_update = event_.kind == binlog::RowsKind::kUpdate;
  if (event_.columns_before.size() < bitmap_bytes(columns) ||
      (is_update && event_.columns_after.size() < bitmap_bytes(columns))) {
    return malformed("doesn't say which columns it has");
  }
  return {};
}

// Under binlog_row_image=MINIMAL the row of INSERT INTO t VALUES () has no columns and no bytes.
// The server writes an event for it, and refuses to write a second such row into one event.
bool RowDecoder::is_row_of_no_bytes() const {
  return event_.kind == binlog::RowsKind::kWrite && event_.rows.empty() &&
         count_bits(event_.columns_before, plan_.columns().size()) == 0;
}

Status RowDecoder::read_row(Row& before, Row& after) {
  switch (event_.kind) {
    case binlog::RowsKind::kWrite:
      before.values.clear();
      return read_image(event_.columns_before, after);
    case binlog::RowsKind::kDelete:
      after.values.clear();
      return read_image(event_.columns_before, before);
    case binlog::RowsKind::kUpdate:
      MILLRACE_RETURN_IF_ERROR(read_image(event_.columns_before, before));
      return event_.partial_json ? read_partial_image(before, after)
                                 : read_image(event_.columns_after, after);
  }
  MILLRACE_ASSERT(false, "row event of no kind");
}

Status RowDecoder::read_image(std::string_view present, Row& row) {
  return read_values(present, {}, nullptr, row);
}

// The after image of PARTIAL_UPDATE_ROWS begins with options and, where they say so, with a bitmap
// of the JSON columns that come as a difference.
Status RowDecoder::read_partial_image(const Row& before, Row& after) {
  constexpr std::uint64_t kPartialJsonUpdates = 1;
  const std::uint64_t options = cursor_.read_lenenc();
  if ((options & ~kPartialJsonUpdates) != 0) return malformed("has unknown value options");
  std::string_view partial;
  if (options != 0) partial = cursor_.read_bytes(bitmap_bytes(plan_.json_columns()));
  return read_values(event_.columns_after, partial, &before, after);
}

// A bitmap of the NULLs among the columns that are present, then their values.
Status RowDecoder::read_values(std::string_view present, std::string_view partial,
                               const Row* before, Row& row) {
  const std::vector<ColumnPlan>& columns = plan_.columns();
  prepare(columns.size(), row);
  const std::string_view nulls =
      cursor_.read_bytes(bitmap_bytes(count_bits(present, columns.size())));
  if (cursor_.failed()) return malformed("ends inside the bitmap of NULLs");
  BitWalk is_present(present);
  BitWalk is_null(nulls);
  BitWalk is_partial(partial);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const ColumnPlan& column = columns[i];
    Value& value = row.values[i];
    // The bitmap of differences counts every JSON column of the table, in the image or not.
    const bool is_difference = column.kind == ValueKind::kJson && is_partial.next();
    if (!is_present.next()) {
      value.kind = ValueKind::kAbsent;
    } else if (is_null.next()) {
      value.kind = ValueKind::kNull;
    } else if (is_difference) {
      MILLRACE_RETURN_IF_ERROR(read_difference(i, *before, row));
    } else if (!read_value(column, cursor_, value) || cursor_.failed()) [[unlikely]] {
      return unreadable(i);
    }
  }
  return {};
}

Status RowDecoder::read_difference(std::size_t column, const Row& before, Row& row) {
  const std::string_view difference = cursor_.read_bytes(cursor_.read_u32());
  if (cursor_.failed()) return unreadable(column);
  const Value& base = before.values[column];
  Value& value = row.values[column];
  if (base.is_absent()) {
    ++stats_.json_bases_missing;
    value.kind = ValueKind::kAbsent;
    return {};
  }
  if (difference.empty() || base.is_null()) {
    if (!difference.empty()) return unreadable(column);  // a part of what isn't there
    value = base;
    return {};
  }
  Result<std::string> document = apply_json_difference(base.bytes, difference);
  if (!document) {
    return document.error().with_context("column " + plan_.schema().columns[column].name);
  }
  value.kind = ValueKind::kJson;
  value.bytes = row.owned.emplace_back(std::move(*document));
  return {};
}

Error RowDecoder::unreadable(std::size_t column) const {
  const schema::Column& described = plan_.schema().columns[column];
  if (plan_.columns()[column].encoding == Encoding::kUnreadable) {
    return definite_error("column " + described.name + " has the type " +
                          std::to_string(static_cast<int>(described.type)) +
                          ", which no row image holds");
  }
  return definite_error("column " + described.name +
                        " ends early or can't be what it says, at byte " +
                        std::to_string(cursor_.position()) + " of the event's " +
                        std::to_string(event_.rows.size()) + " bytes of row images");
}

Error RowDecoder::malformed(const char* what) const {
  return definite_error(std::string("the row event ") + what + ", at byte " +
                        std::to_string(cursor_.position()) + " of its " +
                        std::to_string(event_.rows.size()) + " bytes of row images");
}

}  // namespace millrace::row

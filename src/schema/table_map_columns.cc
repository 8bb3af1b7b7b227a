#include <string>
#include <utility>
#include <vector>

#include "millrace/base/byte_cursor.h"
#include "millrace/base/limits.h"
#include "millrace/charset/charset.h"
#include "millrace/charset/collation.h"
#include "millrace/schema/column_types.h"
#include "millrace/schema/table_resolver.h"

// TABLE_MAP to columns: the type byte and its metadata bytes say how a value is read, the optional
// metadata (MySQL 8.0.1 and up; a sequence of type, length, value) says signedness and character
// sets, and with binlog_row_metadata=FULL names, labels and keys. Layout as in MySQL 9.7,
// Table_map_event.

namespace millrace::schema {
namespace {

enum class OptionalField : std::uint8_t {
  kSignedness = 1,
  kDefaultCharset = 2,
  kColumnCharset = 3,
  kColumnName = 4,
  kSetLabels = 5,
  kEnumLabels = 6,
  kGeometryType = 7,
  kSimplePrimaryKey = 8,
  kPrimaryKeyWithPrefix = 9,
  kEnumAndSetDefaultCharset = 10,
  kEnumAndSetColumnCharset = 11,
  kVisibility = 12,
  kVectorDimensions = 13,
};

class TableMapReader {
 public:
  explicit TableMapReader(const binlog::TableMap& map) : map_(map) {
    result_.schema.name = {std::string(map.database), std::string(map.table)};
    result_.has_generated_invisible_primary_key =
        (map.flags & binlog::TableMap::kGeneratedInvisiblePrimaryKey) != 0;
  }

  Result<TableMapColumns> run() {
    if (map_.column_count > limits::kMaxColumns || map_.types.size() != map_.column_count) {
      return error("says it has " + std::to_string(map_.column_count) + " columns");
    }
    MILLRACE_RETURN_IF_ERROR(read_types());
    MILLRACE_RETURN_IF_ERROR(read_optional_fields());
    finish_names();
    return std::move(result_);
  }

 private:
  std::vector<Column>& columns() { return result_.schema.columns; }

  Error error(const std::string& what) const {
    return definite_error("TABLE_MAP of " + result_.schema.name.to_text() + " " + what);
  }

  Status read_types() {
    ByteCursor metadata(map_.metadata);
    columns().resize(map_.column_count);
    for (std::size_t i = 0; i < columns().size(); ++i) {
      Column& column = columns()[i];
      column.name = "@" + std::to_string(i + 1);
      const std::size_t byte = i / 8;
      column.is_nullable = byte < map_.null_bitmap.size() &&
                           (static_cast<std::uint8_t>(map_.null_bitmap[byte]) >> (i % 8) & 1) != 0;
      MILLRACE_RETURN_IF_ERROR(read_type(static_cast<std::uint8_t>(map_.types[i]), metadata, i));
    }
    if (metadata.failed()) return error("ends inside its columns' metadata");
    return {};
  }

  Status read_type(std::uint8_t type, ByteCursor& metadata, std::size_t index) {
    Column& column = columns()[index];
    column.type = static_cast<ColumnType>(type);
    switch (column.type) {
      case ColumnType::kDecimalOld:
      case ColumnType::kNull:
        break;
      case ColumnType::kTiny:
      case ColumnType::kShort:
      case ColumnType::kInt24:
      case ColumnType::kLong:
      case ColumnType::kLongLong:
      case ColumnType::kDate:
      case ColumnType::kTimeOld:
      case ColumnType::kDatetimeOld:
      case ColumnType::kTimestampOld:
        return {};
      case ColumnType::kYear:
        column.is_unsigned = true;
        return {};
      case ColumnType::kFloat:
      case ColumnType::kDouble:
        column.length = metadata.read_u8();
        if (column.length == (column.type == ColumnType::kFloat ? 4U : 8U)) return {};
        break;
      case ColumnType::kVarchar:
      case ColumnType::kVarString:
        column.type = ColumnType::kVarchar;
        column.length = metadata.read_u16();
        return {};
      case ColumnType::kBit: {
        const std::uint32_t bits = metadata.read_u8();
        column.length = metadata.read_u8() * 8U + bits;
        if (column.length >= 1 && column.length <= 64 && bits < 8) return {};
        break;
      }
      case ColumnType::kTimestamp2:
      case ColumnType::kDatetime2:
      case ColumnType::kTime2:
        column.length = metadata.read_u8();
        if (column.length <= 6) return {};
        break;
      case ColumnType::kBlob:
      case ColumnType::kJson:
      case ColumnType::kGeometry:
      case ColumnType::kVector:
        column.length = metadata.read_u8();
        if (column.length >= 1 && column.length <= 4) return {};
        break;
      case ColumnType::kNewDecimal:
        column.length = metadata.read_u8();
        column.scale = metadata.read_u8();
        if (column.length >= 1 && column.length <= 65 && column.scale <= 30 &&
            column.scale <= column.length) {
          return {};
        }
        break;
      case ColumnType::kString:
        return read_string_type(metadata, index);
      case ColumnType::kEnum:
      case ColumnType::kSet:
        break;  // never sent as such: they hide behind STRING
    }
    return error("has column " + std::to_string(index + 1) + " of type " + std::to_string(type) +
                 (metadata.failed() ? "" : " (length " + std::to_string(column.length) + ")") +
                 ", which is not known");
  }

  // STRING stands for CHAR, BINARY, ENUM and SET. The first byte is the real type; where a CHAR is
  // longer than 255 bytes, two bits of the length are in it, inverted.
  Status read_string_type(ByteCursor& metadata, std::size_t index) {
    Column& column = columns()[index];
    const std::uint32_t first = metadata.read_u8();
    const std::uint32_t second = metadata.read_u8();
    const auto real = static_cast<ColumnType>(first);
    if (real == ColumnType::kEnum || real == ColumnType::kSet) {
      column.type = real;
      column.length = second;
      const bool fits = real == ColumnType::kEnum ? second >= 1 && second <= 2
                                                  : (second >= 1 && second <= 4) || second == 8;
      if (fits || metadata.failed()) return {};
    } else {
      column.type = ColumnType::kString;
      column.length = second | (((first & 0x30) ^ 0x30) << 4);
      if (static_cast<ColumnType>(first | 0x30) == ColumnType::kString || metadata.failed())
        return {};
    }
    return error("has column " + std::to_string(index + 1) + " of string type " +
                 std::to_string(first) + ", which is not known");
  }

  Status read_optional_fields() {
    ByteCursor cursor(map_.optional_metadata);
    while (!cursor.at_end()) {
      const auto field = static_cast<OptionalField>(cursor.read_u8());
      ByteCursor value(cursor.read_lenenc_bytes());
      if (cursor.failed()) return error("ends inside its optional metadata");
      MILLRACE_RETURN_IF_ERROR(read_optional_field(field, value));
      if (value.failed()) {
        return error("has malformed optional metadata of type " +
                     std::to_string(static_cast<int>(field)));
      }
    }
    return decode_labels();
  }

  Status read_optional_field(OptionalField field, ByteCursor& value) {
    switch (field) {
      case OptionalField::kSignedness:
        read_signedness(value);
        break;
      case OptionalField::kDefaultCharset:
        read_default_charset(value, is_character_column);
        break;
      case OptionalField::kColumnCharset:
        read_column_charsets(value, is_character_column);
        break;
      case OptionalField::kEnumAndSetDefaultCharset:
        read_default_charset(value, is_enum_or_set);
        break;
      case OptionalField::kEnumAndSetColumnCharset:
        read_column_charsets(value, is_enum_or_set);
        break;
      case OptionalField::kColumnName:
        read_names(value);
        break;
      case OptionalField::kSetLabels:
        read_labels(value, ColumnType::kSet);
        break;
      case OptionalField::kEnumLabels:
        read_labels(value, ColumnType::kEnum);
        break;
      case OptionalField::kGeometryType:
        for (Column& column : columns()) {
          if (column.type != ColumnType::kGeometry || value.at_end()) continue;
          column.geometry_type = static_cast<std::uint8_t>(value.read_lenenc());
        }
        break;
      case OptionalField::kSimplePrimaryKey:
        while (!value.at_end()) add_key_column(value);
        break;
      case OptionalField::kPrimaryKeyWithPrefix:
        while (!value.at_end()) {
          add_key_column(value);
          value.read_lenenc();  // prefix length: the key is the whole column's value all the same
        }
        break;
      case OptionalField::kVisibility:
        read_visibility(value);
        break;
      case OptionalField::kVectorDimensions:
        for (Column& column : columns()) {
          if (column.type != ColumnType::kVector || value.at_end()) continue;
          column.vector_dimensions = static_cast<std::uint32_t>(value.read_lenenc());
        }
        break;
      default:
        break;  // a later server's: its length was enough to skip it
    }
    return {};
  }

  // One bit a numeric column, most significant first.
  void read_signedness(ByteCursor& value) {
    const std::string_view bits = value.read_rest();
    result_.has_signedness = true;
    std::size_t bit = 0;
    for (Column& column : columns()) {
      if (!is_numeric_column(column)) continue;
      if (bit / 8 < bits.size()) {
        column.is_unsigned = (static_cast<std::uint8_t>(bits[bit / 8]) >> (7 - bit % 8) & 1) != 0;
      }
      ++bit;
    }
  }

  void read_visibility(ByteCursor& value) {
    const std::string_view bits = value.read_rest();
    for (std::size_t i = 0; i < columns().size() && i / 8 < bits.size(); ++i) {
      columns()[i].is_visible = (static_cast<std::uint8_t>(bits[i / 8]) >> (7 - i % 8) & 1) != 0;
    }
  }

  using ColumnTest = bool (*)(const Column&);

  std::vector<std::size_t> columns_where(ColumnTest test) {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < columns().size(); ++i) {
      if (test(columns()[i])) found.push_back(i);
    }
    return found;
  }

  // A collation for all, then pairs (number among the tested columns, collation) of those that
  // differ.
  void read_default_charset(ByteCursor& value, ColumnTest test) {
    const auto tested = columns_where(test);
    const auto common = static_cast<std::uint32_t>(value.read_lenenc());
    for (const std::size_t i : tested) columns()[i].collation = common;
    while (!value.at_end()) {
      const std::uint64_t number = value.read_lenenc();
      const auto collation = static_cast<std::uint32_t>(value.read_lenenc());
      if (number >= tested.size()) {
        value.fail();
        return;
      }
      columns()[tested[number]].collation = collation;
    }
  }

  void read_column_charsets(ByteCursor& value, ColumnTest test) {
    for (const std::size_t i : columns_where(test)) {
      columns()[i].collation = static_cast<std::uint32_t>(value.read_lenenc());
    }
  }

  void read_names(ByteCursor& value) {
    for (Column& column : columns()) column.name = value.read_lenenc_bytes();
    result_.full_metadata = true;
  }

  void read_labels(ByteCursor& value, ColumnType type) {
    for (Column& column : columns()) {
      if (column.type != type) continue;
      std::uint64_t count = value.read_lenenc();
      column.labels.clear();
      for (; count > 0 && !value.failed(); --count) {
        column.labels.emplace_back(value.read_lenenc_bytes());
      }
    }
  }

  void add_key_column(ByteCursor& value) {
    const std::uint64_t index = value.read_lenenc();
    if (index >= columns().size()) {
      value.fail();
      return;
    }
    result_.schema.key_columns.push_back(index);
  }

  // Labels come in the column's character set; they are known only when all fields were read.
  Status decode_labels() {
    for (Column& column : columns()) {
      if (column.collation != 0)
        column.charset = charset::find_charset_by_collation(column.collation);
      if (column.charset == nullptr && column.collation != 0) {
        return error("has column " + column.name + " with collation " +
                     std::to_string(column.collation) + ", which is not known");
      }
      if (column.charset == nullptr) continue;
      for (std::string& label : column.labels) {
        std::string text;
        column.charset->append_utf8_replacing(label, text);
        label = std::move(text);
      }
    }
    return {};
  }

  void finish_names() { result_.schema.has_names = result_.full_metadata || columns().empty(); }

  const binlog::TableMap& map_;
  TableMapColumns result_;
};

}  // namespace

Result<TableMapColumns> decode_table_map_columns(const binlog::TableMap& map) {
  return TableMapReader(map).run();
}

}  // namespace millrace::schema

#include "support/binlog/table_builder.h"

#include "millrace/base/encoding.h"

namespace millrace::test {
namespace {

constexpr std::uint8_t kTiny = 1, kLong = 3, kDouble = 5, kLongLong = 8, kVarchar = 15,
                       kDatetime2 = 18, kJson = 245, kEnum = 247, kSet = 248, kBlob = 252,
                       kString = 254;

std::string bits_msb_first(const std::vector<bool>& bits) {
  std::string out((bits.size() + 7) / 8, '\0');
  for (std::size_t i = 0; i < bits.size(); ++i) {
    if (bits[i]) out[i / 8] = static_cast<char>(out[i / 8] | (0x80 >> (i % 8)));
  }
  return out;
}

void append_field(std::uint8_t type, std::string_view value, std::string& out) {
  out.push_back(static_cast<char>(type));
  out += lenenc(value.size());
  out += value;
}

Column numeric(std::string name, std::uint8_t type, bool is_unsigned) {
  Column column{std::move(name), type};
  column.is_unsigned = is_unsigned;
  return column;
}

Column labelled(std::string name, std::uint8_t type, char bytes, std::vector<std::string> labels) {
  Column column{std::move(name), kString, std::string{static_cast<char>(type), bytes}};
  column.label_collation = 255;
  column.labels = std::move(labels);
  column.is_set = type == kSet;
  return column;
}

std::string labels_of(const std::vector<Column>& columns, bool sets) {
  std::string out;
  for (const Column& column : columns) {
    if (column.labels.empty() || column.is_set != sets) continue;
    out += lenenc(column.labels.size());
    for (const std::string& label : column.labels) out += lenenc(label.size()) + label;
  }
  return out;
}

std::string optional_metadata(const std::vector<Column>& columns, Metadata metadata) {
  std::string out;
  if (metadata == Metadata::kNone) return out;
  std::vector<bool> is_unsigned;
  std::vector<bool> visible;
  std::string collations, label_collations, names, keys;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const Column& column = columns[i];
    if (column.is_unsigned) is_unsigned.push_back(*column.is_unsigned);
    if (column.collation) collations += lenenc(*column.collation);
    if (column.label_collation) label_collations += lenenc(*column.label_collation);
    names += lenenc(column.name.size()) + column.name;
    if (column.primary_key) keys += lenenc(i);
    visible.push_back(column.visible);
  }
  if (!is_unsigned.empty()) append_field(1, bits_msb_first(is_unsigned), out);
  if (!collations.empty()) append_field(3, collations, out);
  if (metadata == Metadata::kMinimal) return out;
  append_field(4, names, out);
  if (const std::string labels = labels_of(columns, true); !labels.empty())
    append_field(5, labels, out);
  if (const std::string labels = labels_of(columns, false); !labels.empty())
    append_field(6, labels, out);
  if (!keys.empty()) append_field(8, keys, out);
  if (!label_collations.empty()) append_field(11, label_collations, out);
  append_field(12, bits_msb_first(visible), out);
  return out;
}

}  // namespace

std::string le(std::uint64_t value, std::size_t width) {
  std::string out;
  for (std::size_t i = 0; i < width; ++i)
    out.push_back(i < 8 ? static_cast<char>(value >> (8 * i)) : 0);
  return out;
}

std::string lenenc(std::uint64_t value) {
  if (value < 251) return le(value, 1);
  if (value < (1ULL << 16)) return "\xfc" + le(value, 2);
  if (value < (1ULL << 24)) return "\xfd" + le(value, 3);
  return "\xfe" + le(value, 8);
}

std::string sized(std::string_view text, std::size_t width) {
  return le(text.size(), width).append(text);
}

std::string from_hex(std::string_view hex) {
  std::string out;
  int high = -1;
  for (const char c : hex) {
    if (c == ' ' || c == '|') continue;
    const int digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
    if (high < 0) {
      high = digit;
      continue;
    }
    out.push_back(static_cast<char>(high * 16 + digit));
    high = -1;
  }
  return out;
}

std::string to_hex(std::string_view bytes) {
  std::string out;
  append_hex(bytes, out);
  return out;
}

std::string column_bitmap(const std::vector<bool>& present) {
  std::string out((present.size() + 7) / 8, '\0');
  for (std::size_t i = 0; i < present.size(); ++i) {
    if (present[i]) out[i / 8] = static_cast<char>(out[i / 8] | (1 << (i % 8)));
  }
  return out;
}

std::string row_image(const Row& row) {
  std::vector<bool> nulls;
  std::string values;
  for (const Cell& cell : row) {
    nulls.push_back(!cell.has_value());
    if (cell) values += *cell;
  }
  return column_bitmap(nulls) + values;
}

Column tinyint_column(std::string name, bool is_unsigned) {
  return numeric(std::move(name), kTiny, is_unsigned);
}
Column int_column(std::string name, bool is_unsigned) {
  return numeric(std::move(name), kLong, is_unsigned);
}
Column bigint_column(std::string name, bool is_unsigned) {
  return numeric(std::move(name), kLongLong, is_unsigned);
}
Column double_column(std::string name) {
  Column column = numeric(std::move(name), kDouble, false);
  column.metadata = "\x08";
  return column;
}
Column varchar_column(std::string name, std::uint16_t max_bytes, std::uint64_t collation) {
  Column column{std::move(name), kVarchar, le(max_bytes, 2)};
  column.collation = collation;
  return column;
}
Column text_column(std::string name, std::uint64_t collation) {
  Column column{std::move(name), kBlob, "\x02"};
  column.collation = collation;
  return column;
}
Column blob_column(std::string name) {
  constexpr std::uint64_t kBinaryCollation = 63;
  return text_column(std::move(name), kBinaryCollation);
}
Column json_column(std::string name) { return Column{std::move(name), kJson, "\x04"}; }
Column datetime_column(std::string name, std::uint8_t decimals) {
  return Column{std::move(name), kDatetime2, le(decimals, 1)};
}
Column enum_column(std::string name, std::vector<std::string> labels) {
  return labelled(std::move(name), kEnum, 1, std::move(labels));
}
Column set_column(std::string name, std::vector<std::string> labels) {
  const auto bytes = static_cast<char>((labels.size() + 7) / 8);
  return labelled(std::move(name), kSet, bytes, std::move(labels));
}

std::string Table::encode(Metadata metadata) const {
  std::string types, type_metadata;
  std::vector<bool> nullable;
  for (const Column& column : columns) {
    types.push_back(static_cast<char>(column.type));
    type_metadata += column.metadata;
    nullable.push_back(column.nullable);
  }
  std::string body = le(id, 6) + le(flags, 2);
  body += lenenc(database.size()) + database + '\0';
  body += lenenc(name.size()) + name + '\0';
  body += lenenc(columns.size()) + types + lenenc(type_metadata.size()) + type_metadata;
  return body + column_bitmap(nullable) + optional_metadata(columns, metadata);
}

}  // namespace millrace::test

#pragma once

// Tables and rows as a binlog writes them, for tests: a Table gives the bytes of a TABLE_MAP with
// any amount of metadata, row_image() those of a row. Values are encoded by the caller: small
// functions below cover the simple types.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::test {

// Little-endian integer of `width` bytes.
std::string le(std::uint64_t value, std::size_t width);
// MySQL's length-encoded integer.
std::string lenenc(std::uint64_t value);
// A length of `width` bytes and the text: VARCHAR (1 or 2), TEXT and BLOB (1 to 4), JSON (4).
std::string sized(std::string_view text, std::size_t width = 1);
std::string from_hex(std::string_view hex);
std::string to_hex(std::string_view bytes);

// A value's bytes; nullopt is NULL.
using Cell = std::optional<std::string>;
using Row = std::vector<Cell>;

// The null bitmap and the values. Every cell is a column of the image: a column that is absent has
// no cell.
std::string row_image(const Row& row);
// Bit i set where the column is in the image; LSB first.
std::string column_bitmap(const std::vector<bool>& present);

struct Column {
  std::string name;
  std::uint8_t type = 0;
  std::string metadata = {};  // the type's 0 to 2 bytes
  bool nullable = true;
  std::optional<bool> is_unsigned = {};               // numeric types
  std::optional<std::uint64_t> collation = {};        // character types
  std::optional<std::uint64_t> label_collation = {};  // ENUM and SET
  std::vector<std::string> labels = {};
  bool is_set = false;
  bool visible = true;
  bool primary_key = false;

  Column& key() {
    primary_key = true;
    nullable = false;
    return *this;
  }
  Column& not_null() {
    nullable = false;
    return *this;
  }
  Column& invisible() {
    visible = false;
    return *this;
  }
};

Column tinyint_column(std::string name, bool is_unsigned = false);
Column int_column(std::string name, bool is_unsigned = false);
Column bigint_column(std::string name, bool is_unsigned = false);
Column double_column(std::string name);
Column varchar_column(std::string name, std::uint16_t max_bytes, std::uint64_t collation = 255);
Column text_column(std::string name, std::uint64_t collation = 255);  // 2 length bytes
Column blob_column(std::string name);
Column json_column(std::string name);
Column datetime_column(std::string name, std::uint8_t decimals = 0);
Column enum_column(std::string name, std::vector<std::string> labels);
Column set_column(std::string name, std::vector<std::string> labels);

// binlog_row_metadata; kNone is a server before 8.0.1.
enum class Metadata { kNone, kMinimal, kFull };

struct Table {
  std::uint64_t id = 100;
  std::string database = "shop";
  std::string name = "orders";
  std::vector<Column> columns = {};
  std::uint16_t flags = 1;

  // A TABLE_MAP's body.
  std::string encode(Metadata metadata) const;
};

}  // namespace millrace::test

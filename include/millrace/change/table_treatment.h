#pragma once

// What a source's configuration makes of one table's rows: columns that are left out, masked or read otherwise, and the
// columns of the key. Worked out once a table by the transform module's ColumnRules, compiled into the encoder's
// TablePlan, so that no row asks again. A value; no behaviour lives here.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace millrace::change {

struct ColumnMask {
  enum class Kind : std::uint8_t {
    kNone,
    kAsterisks,  // column.mask.with.<length>.chars: that many '*', for NULL too
    kTruncate,  // column.truncate.to.<length>.chars: of text characters as UTF-16 counts them, of binary data bytes
    kHash,  // column.mask.hash[.v2].<algorithm>.with.salt.<salt>: hex digits, as many as the column has room for
  };
  Kind kind = Kind::kNone;
  std::size_t length = 0;
  std::string algorithm = {};  // Java's name: SHA-256
  std::string salt = {};
  // The older form: what is hashed is Java's serialized string.
  bool is_serialized = false;
};

struct ColumnTreatment {
  bool is_left_out = false;        // of rows; a key column stays in the key
  bool as_bytes = false;           // text that holds binary data
  bool as_boolean = false;         // TINYINT
  bool shows_source_type = false;  // in the schema
  ColumnMask mask;                 // of rows; keys are never masked
};

struct TableTreatment {
  std::vector<ColumnTreatment> columns;                 // one a column; empty: all as they are
  std::optional<std::vector<std::size_t>> key_columns;  // instead of the table's own
};

}  // namespace millrace::change

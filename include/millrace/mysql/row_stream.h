#pragma once

// The rows of a running SELECT in MySQL's binary protocol: numbers and times as they are stored,
// nothing through text (but DECIMAL, which the protocol has no other form for). Unbuffered: a row is
// read when it is asked for, so a result of any size takes the memory of one row.
//
// Belongs to the thread that uses the connection; while it lives, nothing else is done with the
// connection. A stream that is destroyed before its end ends the connection, because what the server
// still sends would have to be read otherwise: the connection is not used again.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/mysql/connection.h"

namespace millrace::mysql {

struct TemporalFields {
  std::uint16_t year = 0;
  std::uint8_t month = 0, day = 0;
  std::uint16_t hour = 0;  // of a TIME up to 838: days are folded in
  std::uint8_t minute = 0, second = 0;
  std::uint32_t microsecond = 0;
  bool is_negative = false;  // TIME
};

// A value of the row at hand. Bytes live until the next row.
struct Cell {
  enum class Kind : std::uint8_t {
    kNull,
    kSigned,    // i64: all integers, YEAR
    kUnsigned,  // u64: unsigned integers
    kFloat,     // f64 holds the exact float32
    kDouble,    // f64
    kTemporal,  // DATE, DATETIME, TIMESTAMP, TIME
    kBytes,     // everything else: text in the charset that the server sends it in
  };
  Kind kind = Kind::kNull;
  union {
    std::int64_t i64;
    std::uint64_t u64 = 0;
    double f64;
  };
  TemporalFields time;
  std::string_view bytes;
};

// A column of a result, as the server describes it. `type` is the protocol's number (enum_field_types).
struct ResultColumn {
  std::string name;
  std::uint8_t type = 0;
  bool is_unsigned = false;
  bool is_nullable = false;
  std::uint16_t collation = 0;
  std::uint32_t length = 0;
  std::uint8_t decimals = 0;
};

class RowStream {
 public:
  // Runs `sql`, which must have a result. The connection outlives the stream.
  static Result<RowStream> open(Connection& connection, std::string_view sql);

  RowStream(RowStream&&) noexcept;
  RowStream& operator=(RowStream&&) noexcept;
  ~RowStream();

  std::span<const ResultColumn> columns() const;
  // The next row; false at the end, after which the connection is free again.
  Result<bool> next();
  std::span<const Cell> cells() const;

 private:
  class Impl;
  explicit RowStream(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace millrace::mysql

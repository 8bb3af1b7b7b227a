#pragma once

// The variable-length integers of MySQL's serialization library (8.3), as tagged GTID sets and
// GTID_TAGGED events use them. The one-bits at the low end of the first byte say how many bytes
// follow it; the number stands above them, little-endian. Nine bytes hold a full 64-bit number.
// Signed numbers are zigzag-encoded.
//
// Pure. A read past the end fails the cursor, as all its reads do.

#include <cstdint>
#include <string>

#include "millrace/base/byte_cursor.h"

namespace millrace::gtid {

std::uint64_t read_varint(ByteCursor& cursor);
std::int64_t read_signed_varint(ByteCursor& cursor);
// The shortest form.
void append_varint(std::uint64_t value, std::string& out);
void append_signed_varint(std::int64_t value, std::string& out);

}  // namespace millrace::gtid

#pragma once

// MySQL's packed DECIMAL: groups of nine digits in four bytes, the outermost groups shorter; the
// first bit inverted, and all bits of a negative number. Up to DECIMAL(65,30); what JSON makes of
// one can say a few digits more. Pure.

#include <cstddef>
#include <string>
#include <string_view>

#include "millrace/base/result.h"

namespace millrace::row {

// Bytes of a packed DECIMAL(precision, scale).
std::size_t packed_decimal_bytes(int precision, int scale);

// "-12345.67": all digits of the scale, no superfluous zeros in front. An error where a group holds
// more digits than it may.
Status append_decimal_text(std::string_view packed, int precision, int scale, std::string& out);

// The number times 10^scale as big-endian two's complement of the least length: what Java's
// BigInteger.toByteArray gives.
Status append_decimal_unscaled(std::string_view packed, int precision, int scale, std::string& out);

// The inverse of append_decimal_text(): packs "-12345.67" as DECIMAL(precision, scale) to where there is room for
// packed_decimal_bytes(). Digits that are missing behind the point are zeros; an error where the number has more than the
// column.
Status pack_decimal(std::string_view text, int precision, int scale, char* at);

}  // namespace millrace::row

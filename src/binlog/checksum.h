#pragma once

// Where an event's last four bytes are a CRC32 of the rest, and whether they hold.

#include <cstddef>
#include <string_view>

#include "millrace/base/result.h"
#include "millrace/binlog/events.h"

namespace millrace::binlog {

inline constexpr std::size_t kChecksumBytes = 4;

// `event` is whole. A file that is still open for writing has the flag IN_USE in its
// FORMAT_DESCRIPTION, which came later than the checksum: it is computed as if the flag were clear.
Status verify_checksum(std::string_view event, const EventHeader& header);

}  // namespace millrace::binlog

#pragma once

// Text of unknown origin (server messages, table names) made fit for JSON: bytes that aren't UTF-8 become U+FFFD.

#include <string>
#include <string_view>

namespace millrace::daemon {

std::string valid_utf8(std::string_view text);

}  // namespace millrace::daemon

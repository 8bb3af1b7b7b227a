#include <charconv>
#include <string>
#include <string_view>

#include "millrace/mysql/connection.h"

namespace millrace::mysql {

std::string quote_identifier(std::string_view name) {
  std::string quoted = "`";
  for (const char c : name) {
    if (c == '`') quoted += '`';
    quoted += c;
  }
  quoted += '`';
  return quoted;
}

// Byte by byte is right because the session's charset is utf8mb4, where no character holds an ASCII
// byte.
std::string quote_string(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    switch (c) {
      case '\0':
        quoted += "\\0";
        break;
      case '\n':
        quoted += "\\n";
        break;
      case '\r':
        quoted += "\\r";
        break;
      case '\x1a':
        quoted += "\\Z";
        break;
      case '\'':
      case '"':
      case '\\':
        quoted += '\\';
        quoted += c;
        break;
      default:
        quoted += c;
    }
  }
  quoted += '\'';
  return quoted;
}

std::uint32_t parse_version_number(std::string_view version) {
  // MariaDB puts this in front, for old replicas that take any version from 10 on for an error.
  if (is_mariadb_version(version) && version.starts_with("5.5.5-")) version.remove_prefix(6);
  std::uint32_t parts[3] = {0, 0, 0};
  const char* at = version.data();
  const char* const end = at + version.size();
  for (std::uint32_t& part : parts) {
    const auto [next, error] = std::from_chars(at, end, part);
    if (error != std::errc() || part > 99) return 0;
    at = next;
    if (&part != &parts[2]) {
      // "26.7" is a whole version too.
      if (at == end || *at != '.')
        return &part == &parts[0] ? 0 : parts[0] * 10000 + parts[1] * 100;
      ++at;
    }
  }
  return parts[0] * 10000 + parts[1] * 100 + parts[2];
}

bool is_mariadb_version(std::string_view version) {
  return version.find("MariaDB") != std::string_view::npos;
}

}  // namespace millrace::mysql

// Text that a server sends and this module reads: a line of SHOW GRANTS, its version, an error. The
// first byte chooses.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "millrace/mysql/connection.h"
#include "millrace/mysql/errors.h"
#include "millrace/mysql/grants.h"

namespace {

using namespace millrace::mysql;  // NOLINT(google-build-using-namespace): one short file

void require(bool condition) {
  if (!condition) std::abort();
}

void read_grants(std::string_view text) {
  // Lines, as SHOW GRANTS returns them; the last one names what is asked for.
  Grants grants;
  while (true) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) break;
    const auto status = grants.add_line(text.substr(0, end));
    require(status || !status.error().is_transient());
    text.remove_prefix(end + 1);
  }
  const bool on_database = grants.has_on_database("SELECT", text);
  require(!on_database || grants.has_on_table("SELECT", text, "t"));
}

void read_error(std::string_view text) {
  if (text.size() < 2) return;
  const unsigned number =
      static_cast<std::uint8_t>(text[0]) * 256U + static_cast<std::uint8_t>(text[1]);
  const MysqlError error = classify_error(number, text.substr(2), "server");
  require(error.cause != ErrorCause::kNone);
  require(error.error.message().find(text.substr(2)) != std::string::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0]) {
    case 'g':
      read_grants(text);
      break;
    case 'v':
      require(parse_version_number(text) < 1'000'000);
      break;
    case 'e':
      read_error(text);
      break;
    default:
      break;
  }
  return 0;
}

#pragma once

// Who a source is to a MySQL server. A dump introduces itself with a server id and a replica UUID,
// and a server lets only one reader live for each UUID: a newcomer with the same one ends the
// older. That is what a restarted daemon wants (its forgotten connection must go) and what two
// different readers must never share. So the identity comes from the source's name: the same after
// every restart, another for every source.
//
// Pure.

#include <cstdint>
#include <string_view>

#include "millrace/base/strong_id.h"
#include "millrace/gtid/gtid_set.h"

namespace millrace::mysql {

// Derived server ids lie high, where people who number their servers by hand don't; the last two
// numbers stay free.
inline constexpr std::uint32_t kFirstDerivedServerId = 1'000'000'000;
inline constexpr std::uint32_t kLastDerivedServerId = 4'294'967'293;

struct Identity {
  ServerId server_id;
  gtid::Uuid replica_uuid;
  friend bool operator==(const Identity&, const Identity&) = default;
};

enum class IdentityRole : std::uint8_t {
  kMain,
  kAuxiliary,  // a second stream of the same source at the same time
};

// `name` tells the source from all others that read the same server: its name, with the daemon's
// group where several groups may use one name ("millrace/shop"). The same name and role give the
// same identity in every version.
Identity derive_identity(std::string_view name, IdentityRole role = IdentityRole::kMain);

}  // namespace millrace::mysql

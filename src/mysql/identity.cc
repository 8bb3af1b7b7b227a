#include "millrace/mysql/identity.h"

#include <string>

#include "millrace/base/encoding.h"

namespace millrace::mysql {

Identity derive_identity(std::string_view name, IdentityRole role) {
  // These words are part of the identity: changing one makes every running source a stranger to its
  // own connection.
  std::string seed =
      role == IdentityRole::kMain ? "millrace replica " : "millrace auxiliary replica ";
  seed += name;
  constexpr std::uint64_t kCount = kLastDerivedServerId - kFirstDerivedServerId + 1ULL;
  const auto number = kFirstDerivedServerId + fnv1a_64(seed) % kCount;
  return {ServerId(static_cast<std::uint32_t>(number)), gtid::Uuid::derive(seed)};
}

}  // namespace millrace::mysql

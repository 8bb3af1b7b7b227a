#include "millrace/mysql/identity.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace millrace::mysql {
namespace {

// A running source is known to its server by these numbers: a new version must not change them.
TEST(Identity, IsTheSameInEveryVersion) {
  const Identity identity = derive_identity("millrace/shop");
  EXPECT_EQ(identity.server_id.value(), 4189755190U);
  EXPECT_EQ(identity.replica_uuid.to_text(), "4abd861e-5e04-88e2-a091-134fd9301be9");
}

TEST(Identity, RolesDiffer) {
  const Identity main = derive_identity("shop");
  const Identity auxiliary = derive_identity("shop", IdentityRole::kAuxiliary);
  EXPECT_NE(main.server_id, auxiliary.server_id);
  EXPECT_NE(main.replica_uuid, auxiliary.replica_uuid);
  EXPECT_EQ(main, derive_identity("shop", IdentityRole::kMain));
}

TEST(Identity, ManyNamesStayInRangeAndApart) {
  std::set<std::string> uuids;
  std::set<std::uint32_t> server_ids;
  constexpr int kNames = 10000;
  for (int i = 0; i < kNames; ++i) {
    const Identity identity = derive_identity("source-" + std::to_string(i));
    EXPECT_GE(identity.server_id.value(), kFirstDerivedServerId);
    EXPECT_LE(identity.server_id.value(), kLastDerivedServerId);
    uuids.insert(identity.replica_uuid.to_text());
    server_ids.insert(identity.server_id.value());
  }
  EXPECT_EQ(uuids.size(), static_cast<std::size_t>(kNames));
  // 10,000 of 3.3 thousand million: a pair may meet by chance, three would not.
  EXPECT_GE(server_ids.size(), static_cast<std::size_t>(kNames - 2));
}

}  // namespace
}  // namespace millrace::mysql

#include <gtest/gtest.h>

#include "millrace/gtid/gtid_set.h"

namespace millrace::gtid {
namespace {

TEST(Uuid, ReadsEitherCaseAndPrintsLower) {
  const auto uuid = Uuid::parse("3457D932-e55a-11F1-a4af-02fc00000001");
  ASSERT_TRUE(uuid);
  EXPECT_EQ(uuid->to_text(), "3457d932-e55a-11f1-a4af-02fc00000001");
  EXPECT_FALSE(uuid->is_nil());
  EXPECT_EQ(Uuid::from_bytes(
                std::string_view("\x34\x57\xd9\x32\xe5\x5a\x11\xf1\xa4\xaf\x02\xfc\0\0\0\x01", 16)),
            *uuid);
}

TEST(Uuid, RefusesWhatIsNone) {
  for (const char* text :
       {"", "3457d932", "3457d932-e55a-11f1-a4af-02fc0000000",
        "3457d932e55a-11f1-a4af-02fc00000001-", "3457d932-e55a-11f1-a4af-02fc0000000g",
        "3457d932-e55a-11f1-a4af-02fc000000011"}) {
    const auto uuid = Uuid::parse(text);
    ASSERT_FALSE(uuid) << text;
    EXPECT_EQ(uuid.error().message(), "not a UUID: \"" + std::string(text) + "\"");
  }
}

TEST(Uuid, DerivedFromANameNeverChanges) {
  const Uuid shop = Uuid::derive("shop");
  EXPECT_EQ(shop.to_text(), Uuid::derive("shop").to_text());
  EXPECT_NE(shop, Uuid::derive("shop2"));
  EXPECT_NE(shop, Uuid::derive(""));
  // Servers remember a replica by this value: another one after an upgrade would leave a zombie
  // behind.
  EXPECT_EQ(shop.to_text(), "09248ee2-185e-8c46-b0e9-59d53b57572e");
  EXPECT_EQ(shop.to_text()[14], '8') << "the version";
  EXPECT_NE(std::string("89ab").find(shop.to_text()[19]), std::string::npos) << "the variant";
}

}  // namespace
}  // namespace millrace::gtid

#include "millrace/base/secret.h"

#include <gtest/gtest.h>

#include <ostream>

namespace millrace {
namespace {

template <typename T>
concept Printable = requires(std::ostream& out, const T& value) {
  out << value;
};

static_assert(Printable<std::string>);
static_assert(!Printable<Secret>, "a password must not reach a log");
static_assert(!std::is_convertible_v<Secret, std::string>);

TEST(Secret, IsReadOnlyByName) {
  const Secret secret("hunter2");
  EXPECT_EQ(secret.reveal(), "hunter2");
  EXPECT_FALSE(secret.empty());
  EXPECT_TRUE(Secret().empty());
  EXPECT_TRUE(secret == Secret("hunter2"));
}

}  // namespace
}  // namespace millrace

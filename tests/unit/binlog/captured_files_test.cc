// Files that real servers wrote, kept beside the repository rather than in it. Without them the
// test says that it was skipped; the grammar's own tests don't need them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "millrace/binlog/file_reader.h"
#include "support/binlog/recording_visitor.h"

namespace millrace::binlog {
namespace {

namespace fs = std::filesystem;

fs::path folder() {
  const char* source = std::getenv("MILLRACE_SOURCE_DIR");
  return fs::path(source != nullptr ? source : ".") / "../shared/testdata/binlogs";
}

struct File {
  const char* name;
  const char* file;
  std::size_t events;
  std::size_t changes;  // calls that are not of the format, skipped, or a file's head
};

class CapturedFile : public testing::TestWithParam<File> {
 protected:
  void SetUp() override {
    if (!fs::exists(folder())) {
      // A user's clone has none: the same cases stand beside this test as bytes that it builds. CI has them.
      const char* ci = std::getenv("CI");
      if (ci != nullptr && *ci != '\0') FAIL() << "no captured binlogs at " << folder();
      GTEST_SKIP() << "no captured binlogs at " << folder();
    }
    std::ifstream in(folder() / GetParam().file, std::ios::binary);
    ASSERT_TRUE(in) << GetParam().file;
    bytes_.assign(std::istreambuf_iterator<char>(in), {});
  }

  std::string bytes_;
};

TEST_P(CapturedFile, EveryEventIsUnderstood) {
  BinlogFileReader reader(bytes_, {.file = GetParam().file});
  std::size_t events = 0;
  while (true) {
    const auto event = reader.next();
    ASSERT_TRUE(event) << event.error().message();
    if (!*event) break;
    ++events;
  }
  EXPECT_EQ(events, GetParam().events);

  test::RecordingVisitor visitor(true);
  const Status status =
      read_binlog_file(bytes_, {.file = GetParam().file, .allow_truncated_tail = true}, visitor);
  ASSERT_TRUE(status) << status.error().message();
  EXPECT_EQ(visitor.changes().size(), GetParam().changes);
}

TEST_P(CapturedFile, EveryDamagedByteIsHarmless) {
  // Any outcome but a crash.
  for (std::size_t i = 0; i < bytes_.size(); i += 101) {
    std::string damaged = bytes_;
    damaged[i] ^= 0x15;
    test::RecordingVisitor visitor;
    const Status status = read_binlog_file(damaged, {.file = GetParam().file}, visitor);
    if (!status) {
      EXPECT_THAT(status.error().message(), testing::StartsWith(GetParam().file));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Servers, CapturedFile,
                         testing::Values(File{"aurora_5_7_12", "mysql-bin.aurora-padding", 5, 1},
                                         File{"mysql_crc32", "mysql-bin.checksum-crc32", 303, 240},
                                         File{"mysql_none", "mysql-bin.checksum-none", 191, 148},
                                         File{"mysql_8_0_28_compressed", "mysql-bin.compressed", 5,
                                              4}),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace millrace::binlog

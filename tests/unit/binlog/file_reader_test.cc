#include "millrace/binlog/file_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/binlog/binlog_builder.h"
#include "support/binlog/recording_visitor.h"

namespace millrace::binlog {
namespace {

using test::BinlogBuilder;
using test::RecordingVisitor;
using testing::HasSubstr;

std::string small_file() {
  BinlogBuilder binlog;
  return binlog.start_file().begin().xid().begin().xid().rotate("bin.000002").file_bytes();
}

TEST(BinlogFile, ReadsWhatTheStreamWouldSay) {
  RecordingVisitor visitor(true);
  const Status status = read_binlog_file(small_file(), {.file = "bin.000001"}, visitor);
  ASSERT_TRUE(status) << status.error().message();
  EXPECT_EQ(visitor.changes().size(), 4U);
  EXPECT_THAT(visitor.changes()[0], HasSubstr("bin.000001:"));
}

TEST(BinlogFile, EveryCutIsFoundUnlessAllowed) {
  const std::string whole = small_file();
  BinlogFileReader all(whole, {.file = "bin"});
  std::vector<std::uint64_t> ends = {4};
  while (true) {
    const auto event = all.next();
    ASSERT_TRUE(event);
    if (!*event) break;
    ends.push_back(all.offset());
  }
  ASSERT_EQ(ends.back(), whole.size());
  for (std::size_t size = 4; size < whole.size(); ++size) {
    const std::string_view cut = std::string_view{whole}.substr(0, size);
    const std::uint64_t last_end = *std::prev(std::upper_bound(ends.begin(), ends.end(), size));
    BinlogFileReader lenient(cut, {.file = "bin", .allow_truncated_tail = true});
    auto event = lenient.next();
    while (event && *event) event = lenient.next();
    ASSERT_TRUE(event) << size;
    EXPECT_EQ(lenient.offset(), last_end);
    EXPECT_EQ(lenient.truncated_bytes(), size - last_end);

    BinlogFileReader strict(cut, {.file = "bin"});
    auto strict_event = strict.next();
    while (strict_event && *strict_event) strict_event = strict.next();
    EXPECT_EQ(strict_event.has_value(), size == last_end) << size;
    if (!strict_event) {
      EXPECT_THAT(strict_event.error().message(),
                  HasSubstr("bin:" + std::to_string(last_end) + ": the file ends inside an event"));
    }
  }
}

TEST(BinlogFile, EndsInsideATransaction) {
  BinlogBuilder binlog;
  binlog.start_file().begin();
  RecordingVisitor visitor;
  const Status status = read_binlog_file(binlog.file_bytes(), {.file = "bin"}, visitor);
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message(), HasSubstr("the file ends inside a transaction"));
  EXPECT_TRUE(read_binlog_file(binlog.file_bytes(), {.file = "bin", .allow_truncated_tail = true},
                               visitor));
}

TEST(BinlogFile, ZerosBehindACrash) {
  const std::string file = small_file() + std::string(4096, '\0');
  BinlogFileReader lenient(file, {.file = "bin", .allow_truncated_tail = true});
  auto event = lenient.next();
  while (event && *event) event = lenient.next();
  ASSERT_TRUE(event);
  EXPECT_EQ(lenient.truncated_bytes(), 4096U);
  RecordingVisitor visitor;
  const Status strict = read_binlog_file(file, {.file = "bin"}, visitor);
  ASSERT_FALSE(strict);
  EXPECT_THAT(strict.error().message(), HasSubstr("an event of 0 bytes"));
}

TEST(BinlogFile, NotABinlog) {
  const struct {
    const char* name;
    std::string bytes;
    const char* message;
  } rows[] = {
      {"empty", "", "bin:0: not a binlog file"},
      {"short",
       "\xfe"
       "bi",
       "not a binlog file"},
      {"text", "CREATE TABLE t", "not a binlog file"},
      {"encrypted",
       "\xfd"
       "bin and more",
       "the file is encrypted"},
      {"impossible_length",
       "\xfe"
       "bin" +
           std::string(9, 'x') + test::le(18, 4) + "xxxxxx",
       "bin:4: an event of 18 bytes"},
  };
  for (const auto& row : rows) {
    RecordingVisitor visitor;
    const Status status =
        read_binlog_file(row.bytes, {.file = "bin", .allow_truncated_tail = true}, visitor);
    ASSERT_FALSE(status) << row.name;
    EXPECT_THAT(status.error().message(), HasSubstr(row.message)) << row.name;
  }
  RecordingVisitor visitor;
  EXPECT_TRUE(
      read_binlog_file("\xfe"
                       "bin",
                       {.file = "bin"}, visitor))
      << "nothing was written yet";
}

// A relay log starts with the replica's own head and goes on with the source's.
TEST(BinlogFile, RelayLog) {
  test::BinlogBuilderOptions options;
  options.file = "relay-bin.000002";
  BinlogBuilder relay(options);
  relay.start_file();
  BinlogBuilder source;
  source.start_stream().seek(9000).begin().xid();
  std::string file = relay.file_bytes();
  for (const std::string& event : source.events()) file += event;
  RecordingVisitor visitor(true);
  const Status status = read_binlog_file(file, {.file = "relay-bin.000002"}, visitor);
  ASSERT_TRUE(status) << status.error().message();
  EXPECT_THAT(visitor.changes().back(),
              HasSubstr("mysql-bin.000001:" + std::to_string(source.position())));
}

}  // namespace
}  // namespace millrace::binlog

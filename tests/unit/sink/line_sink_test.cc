#include "millrace/sink/line_sink.h"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include <gtest/gtest.h>

#include "millrace/base/mark.h"
#include "support/memory_sink/batch_builder.h"

namespace millrace::sink {
namespace {

namespace fs = std::filesystem;
using millrace::testing::BatchBuilder;

// A folder of the test's own. A death test runs its body again in a new process, which has to find the same folder.
class LineSinkTest : public ::testing::Test {
 protected:
  LineSinkTest() {
    if (const char* inherited = std::getenv("MILLRACE_TEST_FOLDER"); inherited != nullptr) {
      folder_ = inherited;
    } else {
      std::string pattern = ::testing::TempDir() + "/line_sink_XXXXXX";
      folder_ = ::mkdtemp(pattern.data());
      owns_ = true;
    }
  }
  ~LineSinkTest() override {
    if (owns_) fs::remove_all(folder_);
  }

  std::string path() const { return folder_ / "events.jsonl"; }
  FileSinkOptions options() const {
    FileSinkOptions options;
    options.source = "shop";
    options.topic_prefix = "shop";
    options.state_dir = folder_ / "state";
    options.path = path();
    return options;
  }
  static std::string read(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::string content() const { return read(path()); }

  fs::path folder_;
  bool owns_ = false;
};

std::string line(const std::string& key, const std::string& value) {
  return R"({"topic":"t","partition":null,"key":)" + key + R"(,"value":)" + value +
         R"(,"headers":{}})" + "\n";
}

encode::RecordBatchPtr batch(const char* key, const char* value) {
  return BatchBuilder().add("t", key, value).take();
}

Commit commit_at(std::uint64_t position, std::vector<state::StateRecord> state = {}) {
  Commit commit;
  commit.offset.position = {"binlog.1", position};
  commit.state = std::move(state);
  return commit;
}

#define ASSERT_OK(expression)                                          \
  do {                                                                 \
    const auto& ok_result = (expression);                              \
    ASSERT_TRUE(ok_result.has_value()) << ok_result.error().message(); \
  } while (false)

TEST_F(LineSinkTest, WritesLinesAndRemembers) {
  const auto statistics = std::make_shared<Statistics>();
  FileSinkOptions with_statistics = options();
  with_statistics.statistics = statistics;
  const auto sink = make_file_sink(with_statistics);
  const auto fresh = sink->open();
  ASSERT_OK(fresh);
  EXPECT_FALSE(fresh->offset);
  ASSERT_OK(sink->write(BatchBuilder().add("t", "1", "10").add("t", "2", std::nullopt).take()));
  EXPECT_EQ(sink->pending_bytes(), 4u);
  const binlog::Xid xid{1, "a", ""};
  ASSERT_OK(
      sink->commit(commit_at(7, {state::xa_record("shop", {xid, std::nullopt, {"binlog.1", 5}})})));
  EXPECT_EQ(sink->pending_bytes(), 0u);
  EXPECT_EQ(statistics->records, 2u);
  EXPECT_EQ(statistics->commits, 1u);
  sink->close();

  EXPECT_EQ(content(), line("1", "10") + line("2", "null"));
  const auto again = make_file_sink(options());
  const auto state = again->open();
  ASSERT_OK(state);
  EXPECT_EQ(state->offset, commit_at(7).offset);
  EXPECT_EQ(state->prepared.count(xid), 1u);
  ASSERT_OK(again->commit(commit_at(8, {state::xa_deletion("shop", xid)})));
  again->close();
  const auto third = make_file_sink(options())->open();
  ASSERT_OK(third);
  EXPECT_TRUE(third->prepared.empty());
}

// A first start with many tables: they are stored in portions, and count with the commit only.
TEST_F(LineSinkTest, StateWithoutCommitIsForgotten) {
  const state::StateRecord first = state::database_record("shop", "a", 255);
  const state::StateRecord second = state::database_record("shop", "b", 255);
  const auto databases = [](const state::SourceState& state) {
    std::string names;
    state.catalog.for_each_database([&](const std::string& name, std::uint32_t) { names += name; });
    return names;
  };
  {
    const auto killed = make_file_sink(options());
    ASSERT_OK(killed->open());
    ASSERT_OK(killed->write_state({first}));
  }
  const auto sink = make_file_sink(options());
  const auto fresh = sink->open();
  ASSERT_OK(fresh);
  EXPECT_EQ(databases(*fresh), "");
  ASSERT_OK(sink->write_state({first}));
  ASSERT_OK(sink->write_state({second}));
  ASSERT_OK(sink->commit(commit_at(7)));
  sink->close();
  const auto again = make_file_sink(options())->open();
  ASSERT_OK(again);
  EXPECT_EQ(databases(*again), "ab");
  EXPECT_EQ(again->offset, commit_at(7).offset);
}

TEST_F(LineSinkTest, LinesWithoutCommitAreCutOff) {
  {
    const auto sink = make_file_sink(options());
    ASSERT_OK(sink->open());
    ASSERT_OK(sink->write(batch("1", "10")));
    ASSERT_OK(sink->commit(commit_at(7)));
    ASSERT_OK(sink->write(batch("2", "20")));
  }
  EXPECT_EQ(content(), line("1", "10") + line("2", "20")) << "written before its commit";
  const auto cuts = marks::count("sink.tail_cut");
  const auto sink = make_file_sink(options());
  ASSERT_OK(sink->open());
  EXPECT_EQ(content(), line("1", "10"));
  EXPECT_EQ(marks::count("sink.tail_cut"), cuts + 1);
  ASSERT_OK(sink->write(batch("2", "21")));
  ASSERT_OK(sink->commit(commit_at(8)));
  EXPECT_EQ(content(), line("1", "10") + line("2", "21"));
}

TEST_F(LineSinkTest, TornLineIsCutOff) {
  {
    const auto sink = make_file_sink(options());
    ASSERT_OK(sink->open());
    ASSERT_OK(sink->write(batch("1", "10")));
    ASSERT_OK(sink->commit(commit_at(7)));
  }
  std::ofstream(path(), std::ios::app) << R"({"topic":"t","parti)";
  ASSERT_OK(make_file_sink(options())->open());
  EXPECT_EQ(content(), line("1", "10"));
}

TEST_F(LineSinkTest, FileShorterThanCommittedIsRefused) {
  {
    const auto sink = make_file_sink(options());
    ASSERT_OK(sink->open());
    ASSERT_OK(sink->write(batch("1", "10")));
    ASSERT_OK(sink->commit(commit_at(7)));
  }
  fs::resize_file(path(), 3);
  const auto state = make_file_sink(options())->open();
  ASSERT_FALSE(state.has_value());
  EXPECT_FALSE(state.error().is_transient());
  EXPECT_NE(state.error().message().find(path()), std::string::npos);
}

TEST_F(LineSinkTest, FileMovedAwayBeginsANewOne) {
  {
    const auto sink = make_file_sink(options());
    ASSERT_OK(sink->open());
    ASSERT_OK(sink->write(batch("1", "10")));
    ASSERT_OK(sink->commit(commit_at(7)));
  }
  fs::rename(path(), path() + ".archived");
  const auto sink = make_file_sink(options());
  const auto state = sink->open();
  ASSERT_OK(state);
  EXPECT_EQ(state->offset, commit_at(7).offset);
  ASSERT_OK(sink->write(batch("2", "20")));
  ASSERT_OK(sink->commit(commit_at(8)));
  EXPECT_EQ(content(), line("2", "20"));
}

TEST_F(LineSinkTest, RotatesAtCommitsOnly) {
  FileSinkOptions rotating = options();
  rotating.rotate_bytes = line("1", "10").size() + 1;
  std::ofstream(path() + ".2") << "somebody else's";
  for (int round = 0; round < 2; ++round) {  // the second with a sink opened anew
    const auto sink = make_file_sink(rotating);
    ASSERT_OK(sink->open());
    ASSERT_OK(sink->write(batch("1", "10")));
    ASSERT_OK(sink->commit(commit_at(7)));
    ASSERT_OK(sink->write(batch("2", "20")));
    ASSERT_OK(sink->write(batch("3", "30")));
    ASSERT_OK(sink->commit(commit_at(8)));
    EXPECT_EQ(content(), "");
  }
  const std::string all = line("1", "10") + line("2", "20") + line("3", "30");
  EXPECT_EQ(read(path() + ".1"), all);
  EXPECT_EQ(read(path() + ".2"), "somebody else's");
  EXPECT_EQ(read(path() + ".3"), all);
}

TEST_F(LineSinkTest, SecondDaemonIsRefused) {
  const auto first = make_file_sink(options());
  ASSERT_OK(first->open());
  const auto second = make_file_sink(options())->open();
  ASSERT_FALSE(second.has_value());
  EXPECT_FALSE(second.error().is_transient());
  EXPECT_NE(second.error().message().find("another daemon runs the source shop"), std::string::npos)
      << second.error().message();
  first->close();
  ASSERT_OK(make_file_sink(options())->open());
}

TEST_F(LineSinkTest, TwoSourcesCannotShareAFile) {
  const auto first = make_file_sink(options());
  ASSERT_OK(first->open());
  FileSinkOptions other = options();
  other.source = "crm";
  const auto second = make_file_sink(other)->open();
  ASSERT_FALSE(second.has_value());
  EXPECT_FALSE(second.error().is_transient());
  EXPECT_NE(second.error().message().find("give each source its own"), std::string::npos);
}

TEST_F(LineSinkTest, ImpossiblePlacesAreDefiniteErrors) {
  FileSinkOptions bad_name = options();
  bad_name.source = "../shop";
  FileSinkOptions bad_folder = options();
  bad_folder.path = folder_ / "missing" / "events.jsonl";
  FileSinkOptions bad_state = options();
  bad_state.state_dir = "/proc/no-such";
  for (const auto& bad : {bad_name, bad_folder, bad_state}) {
    const auto state = make_file_sink(bad)->open();
    ASSERT_FALSE(state.has_value());
    EXPECT_FALSE(state.error().is_transient()) << state.error().message();
  }
}

TEST_F(LineSinkTest, BrokenDatabaseIsADefiniteError) {
  fs::create_directories(folder_ / "state");
  std::ofstream(folder_ / "state" / "shop.db") << std::string(4096, 'x');
  const auto state = make_file_sink(options())->open();
  ASSERT_FALSE(state.has_value());
  EXPECT_FALSE(state.error().is_transient()) << state.error().message();
  EXPECT_NE(state.error().message().find("shop.db"), std::string::npos);
}

TEST_F(LineSinkTest, FailedSinkStaysFailed) {
  FileSinkOptions full = options();
  full.path = "/dev/full";
  const auto sink = make_file_sink(full);
  const auto opened = sink->open();
  if (!opened) GTEST_SKIP() << "no /dev/full here: " << opened.error().message();
  const Status status = sink->write(batch("1", "10"));
  ASSERT_FALSE(status);
  EXPECT_TRUE(status.error().is_transient())
      << "a full disk may heal: " << status.error().message();
  EXPECT_FALSE(sink->commit(commit_at(7)));
}

// Ends the process at a named place; then opens the sink again and looks at what is there.
struct CrashCase {
  const char* point;
  bool committed;
};

class LineSinkCrash : public LineSinkTest, public ::testing::WithParamInterface<CrashCase> {
 protected:
  // Commits row 1, then dies while it does the same with row 2.
  void run_into_crash(const FileSinkOptions& crashing) const {
    ::setenv("MILLRACE_CRASH_POINT", (std::string(GetParam().point) + ":2").c_str(), 1);
    const auto sink = make_file_sink(crashing);
    if (!sink->open() || !sink->write(batch("1", "10")) || !sink->commit(commit_at(7)) ||
        !sink->write(batch("2", "20")) || !sink->commit(commit_at(8))) {
      std::_Exit(1);
    }
    std::_Exit(0);
  }
};

TEST_P(LineSinkCrash, NothingIsLostOrTwice) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  ::setenv("MILLRACE_TEST_FOLDER", folder_.c_str(), 1);
  EXPECT_EXIT(run_into_crash(options()), ::testing::ExitedWithCode(137), "");
  ::unsetenv("MILLRACE_TEST_FOLDER");
  const auto sink = make_file_sink(options());
  const auto state = sink->open();
  ASSERT_OK(state);
  ASSERT_TRUE(state->offset);
  EXPECT_EQ(state->offset->position.offset, GetParam().committed ? 8u : 7u);
  EXPECT_EQ(content(), GetParam().committed ? line("1", "10") + line("2", "20") : line("1", "10"));
}

INSTANTIATE_TEST_SUITE_P(Table, LineSinkCrash,
                         ::testing::Values(CrashCase{"sink.after_produce", false},
                                           CrashCase{"sink.before_commit", false},
                                           CrashCase{"sink.after_commit", true}),
                         [](const auto& row) {
                           std::string name = row.param.point;
                           name[name.find('.')] = '_';
                           return name;
                         });

class LineSinkRotationCrash : public LineSinkCrash {};

TEST_P(LineSinkRotationCrash, BeginsTheNextFile) {
  FileSinkOptions rotating = options();
  rotating.rotate_bytes = 1;
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  ::setenv("MILLRACE_TEST_FOLDER", folder_.c_str(), 1);
  EXPECT_EXIT(run_into_crash(rotating), ::testing::ExitedWithCode(137), "");
  ::unsetenv("MILLRACE_TEST_FOLDER");
  EXPECT_FALSE(fs::exists(path()));
  const auto sink = make_file_sink(rotating);
  const auto state = sink->open();
  ASSERT_OK(state);
  EXPECT_EQ(state->offset, commit_at(8).offset);
  ASSERT_OK(sink->write(batch("3", "30")));
  ASSERT_OK(sink->commit(commit_at(9)));
  EXPECT_EQ(read(path() + ".1"), line("1", "10"));
  EXPECT_EQ(read(path() + ".2"), line("2", "20"));
  EXPECT_EQ(read(path() + ".3"), line("3", "30"));
}

INSTANTIATE_TEST_SUITE_P(Table, LineSinkRotationCrash,
                         ::testing::Values(CrashCase{"sink.rotated", true}),
                         [](const auto&) { return std::string("rotated"); });

class StdoutSinkTest : public LineSinkTest {
 protected:
  StdoutSinkTest() { EXPECT_EQ(::pipe(pipe_), 0); }
  ~StdoutSinkTest() override {
    ::close(pipe_[0]);
    ::close(pipe_[1]);
  }
  StdoutSinkOptions stdout_options() const {
    StdoutSinkOptions result;
    result.source = "shop";
    result.topic_prefix = "shop";
    result.state_dir = folder_ / "state";
    result.descriptor = pipe_[1];
    return result;
  }
  int pipe_[2] = {-1, -1};
};

TEST_F(StdoutSinkTest, PrintsLinesAndRemembersTheOffset) {
  const auto sink = make_stdout_sink(stdout_options());
  ASSERT_OK(sink->open());
  ASSERT_OK(sink->write(batch("1", "10")));
  ASSERT_OK(sink->commit(commit_at(7)));
  sink->close();
  std::string text(4096, '\0');
  text.resize(static_cast<std::size_t>(::read(pipe_[0], text.data(), text.size())));
  EXPECT_EQ(text, line("1", "10"));
  const auto state = make_stdout_sink(stdout_options())->open();
  ASSERT_OK(state);
  EXPECT_EQ(state->offset, commit_at(7).offset);
}

TEST_F(StdoutSinkTest, InterruptEndsAWriteThatNobodyReads) {
  const auto sink = make_stdout_sink(stdout_options());
  ASSERT_OK(sink->open());
  const std::string large(1U << 20, '7');
  std::thread stopper([&sink] { sink->interrupt(); });
  const Status status = sink->write(batch("1", large.c_str()));
  stopper.join();
  ASSERT_FALSE(status);
  EXPECT_TRUE(status.error().is_transient());
  EXPECT_NE(status.error().message().find("interrupted"), std::string::npos);
}

TEST_F(StdoutSinkTest, ReaderGoneIsADefiniteError) {
  ::signal(SIGPIPE, SIG_IGN);
  const auto sink = make_stdout_sink(stdout_options());
  ASSERT_OK(sink->open());
  ::close(pipe_[0]);
  pipe_[0] = ::open("/dev/null", O_RDONLY);
  const Status status = sink->write(batch("1", "10"));
  ASSERT_FALSE(status);
  EXPECT_FALSE(status.error().is_transient()) << status.error().message();
}

}  // namespace
}  // namespace millrace::sink

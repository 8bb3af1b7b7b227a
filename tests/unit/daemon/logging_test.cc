#include "millrace/daemon/logging.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidjson/document.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace millrace::daemon {
namespace {

using config::LogFormat;
using testing::internal::CaptureStderr;
using testing::internal::GetCapturedStderr;

TEST(Logging, Text) {
  CaptureStderr();
  start_logging("info", LogFormat::kText);
  logger("source")->warn("trying again source={}", "shop");
  logger("source")->debug("not shown");
  const std::string text = GetCapturedStderr();
  EXPECT_THAT(text, testing::MatchesRegex(
                        "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\\.[0-9]{3}Z warn(ing)? +source: "
                        "trying again source=shop\n"));
}

TEST(Logging, Json) {
  CaptureStderr();
  start_logging("info", LogFormat::kJson);
  logger("source")->error("two\nlines, a \"quote\" and \xff");
  const std::string text = GetCapturedStderr();
  ASSERT_EQ(std::count(text.begin(), text.end(), '\n'), 1) << text;
  rapidjson::Document json;
  json.Parse(text.c_str());
  ASSERT_FALSE(json.HasParseError()) << text;
  EXPECT_THAT(json["ts"].GetString(),
              testing::MatchesRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\\.[0-9]{6}Z"));
  EXPECT_STREQ(json["level"].GetString(), "error");
  EXPECT_STREQ(json["logger"].GetString(), "source");
  EXPECT_STREQ(json["msg"].GetString(), "two\nlines, a \"quote\" and \xef\xbf\xbd");
  EXPECT_EQ(json.MemberCount(), 4U);
}

TEST(Logging, JournalLinesCarryTheirPriority) {
  CaptureStderr();
  struct stat info {};
  ASSERT_EQ(fstat(STDERR_FILENO, &info), 0);
  const std::string stream = std::to_string(info.st_dev) + ":" + std::to_string(info.st_ino);
  setenv("JOURNAL_STREAM", stream.c_str(), 1);
  start_logging("debug", LogFormat::kText);
  logger("source")->error("e");
  logger("source")->warn("w");
  logger("source")->info("i");
  logger("source")->debug("d");
  unsetenv("JOURNAL_STREAM");
  EXPECT_EQ(GetCapturedStderr(), "<3>source: e\n<4>source: w\n<6>source: i\n<7>source: d\n");
}

TEST(Logging, AnotherStreamIsNotTheJournal) {
  setenv("JOURNAL_STREAM", "1:1", 1);
  CaptureStderr();
  start_logging("info", LogFormat::kText);
  logger("source")->info("i");
  unsetenv("JOURNAL_STREAM");
  EXPECT_EQ(GetCapturedStderr().find('<'), std::string::npos);
}

TEST(Logging, LevelChangesAtRunTime) {
  start_logging("info", LogFormat::kText);
  const auto log = logger("source");
  const auto lines = [&](const char* level) {
    set_log_level(level);
    CaptureStderr();
    log->debug("d");
    log->info("i");
    log->error("e");
    logger(std::string("made after ") + level)->debug("d");
    const std::string text = GetCapturedStderr();
    return std::count(text.begin(), text.end(), '\n');
  };
  EXPECT_EQ(lines("debug"), 4);
  EXPECT_EQ(lines("info"), 2);
  EXPECT_EQ(lines("error"), 1);
  EXPECT_EQ(lines("off"), 0);
  EXPECT_EQ(lines("nonsense"), 2) << "as info";
}

TEST(Logging, ModulesFindTheirLoggerByName) {
  start_logging("info", LogFormat::kText);
  for (const char* module : {"sink", "pipeline", "mysql"})
    EXPECT_NE(spdlog::get(module), nullptr) << module;
  EXPECT_EQ(logger("sink"), spdlog::get("sink"));
}

}  // namespace
}  // namespace millrace::daemon

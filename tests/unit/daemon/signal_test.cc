#include "daemon/signal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "daemon/signal_file.h"

namespace millrace::daemon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Signal, Parse) {
  const struct {
    const char* name;
    const char* json;
    const char* expected;  // "id|type|data", or "!" and the error
  } rows[] = {
      {"data as an object", R"({"id":"a","type":"log","data":{"message":"x"}})",
       R"(a|log|{"message":"x"})"},
      {"data as text", R"({"id":"a","type":"log","data":"{\"message\":\"x\"}"})",
       R"(a|log|{"message":"x"})"},
      {"no id, no data", R"({"type":"stop-snapshot"})", "|stop-snapshot|"},
      {"a number as id", R"({"id":7,"type":"t","data":null})", "7|t|"},
      {"no type", R"({"id":"a"})", "!has no type"},
      {"no object", "[]", "!is not a JSON object"},
      {"no JSON", "{\"id\":", "!is not JSON: Invalid value. at byte 7"},
      {"nothing", "", "!is not JSON: The document is empty. at byte 1"},
  };
  for (const auto& row : rows) {
    const auto signal = parse_signal(row.json);
    const std::string actual = signal ? signal->id + "|" + signal->type + "|" + signal->data
                                      : "!" + signal.error().message();
    EXPECT_EQ(actual, row.expected) << row.name;
  }
}

TEST(Signal, ADeeplyNestedOneIsRefused) {
  const auto nested = [](std::size_t depth) {
    return "{\"type\":\"log\",\"data\":" + std::string(depth, '[') + std::string(depth, ']') + "}";
  };
  EXPECT_TRUE(parse_signal(nested(99)));
  for (const std::size_t depth : {100U, 100'000U}) {
    const auto signal = parse_signal(nested(depth));
    ASSERT_FALSE(signal) << depth;
    EXPECT_EQ(signal.error().message(), "is nested too deeply");
  }
  EXPECT_TRUE(parse_signal("{\"type\":\"log\",\"data\":\"" + std::string(500, '[') + "\\\"[\"}"))
      << "brackets in a text are none";
}

TEST(Signal, Answers) {
  const struct {
    const char* name;
    Signal signal;
    bool is_warning;
    const char* sentence;
  } rows[] = {
      {"log", {"a", "log", R"({"message":"here: {}!"})"}, false, "here: f:4!"},
      {"log without a place", {"a", "log", R"({"message":"here"})"}, false, "here"},
      {"log without a message", {"a", "log", "{}"}, true, "needs data like"},
      {"log without data", {"a", "log", ""}, true, "needs data like"},
      {"a schema's", {"a", "schema-changes", "{}"}, true, "schema-changes has no use here"},
      {"unknown", {"a", "fly", "{}"}, true, "is of no known type"},
  };
  for (const auto& row : rows) {
    const SignalAnswer answer = answer_signal(row.signal, "f:4");
    EXPECT_EQ(answer.is_warning, row.is_warning) << row.name;
    EXPECT_THAT(answer.sentence, HasSubstr(row.sentence)) << row.name;
  }
}

class SignalFileTest : public ::testing::Test {
 protected:
  SignalFileTest() { std::filesystem::create_directories(folder_); }
  ~SignalFileTest() override { std::filesystem::remove_all(folder_); }

  std::vector<std::string> take() {
    std::vector<std::string> lines;
    const Status taken = file_.take([&](std::string_view line) { lines.emplace_back(line); });
    EXPECT_TRUE(taken) << taken.error().message();
    return lines;
  }
  void append(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::app) << text;
  }

  const std::filesystem::path folder_ = std::filesystem::path(::testing::TempDir()) /
                                        ("millrace_signals_" + std::to_string(getpid()));
  const std::string path_ = (folder_ / "signals.txt").string();
  SignalFile file_{path_};
};

TEST_F(SignalFileTest, EachLineIsTakenOnce) {
  EXPECT_THAT(take(), ElementsAre());
  append(path_, "one\n\n  \r\ntwo");
  EXPECT_THAT(take(), ElementsAre("one", "two"));
  EXPECT_THAT(take(), ElementsAre());
  append(path_, "three\n");
  EXPECT_THAT(take(), ElementsAre("three"));
}

TEST_F(SignalFileTest, WhatAnInterruptedTurnLeftIsTakenFirst) {
  append(path_ + ".taken", "old\n");
  append(path_, "new\n");
  EXPECT_THAT(take(), ElementsAre("old", "new"));
}

TEST_F(SignalFileTest, AFolderInItsPlaceIsAnError) {
  std::filesystem::create_directories(path_ + ".taken/x");
  append(path_, "new\n");
  const Status taken = file_.take([](std::string_view) {});
  ASSERT_FALSE(taken);
  EXPECT_THAT(taken.error().message(), HasSubstr("signals.txt"));
}

}  // namespace
}  // namespace millrace::daemon

// A process that is run to its end: what it prints, how it is ended, and that nothing of it is left.

#include "daemon/provider_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>
#include <thread>

#include "millrace/base/limits.h"
#include "support/process.h"

namespace millrace::daemon {
namespace {

using ::testing::ElementsAre;
using testing::eventually;
using testing::TempFolder;

class ProviderProcessTest : public ::testing::Test {
 protected:
  ProviderOutcome run(const std::string& script) {
    ProviderProcess process;
    process.command = {"/bin/sh", "-c", script};
    process.environment = {"PATH=/usr/bin:/bin", "FOLDER=" + folder_.path().string()};
    process.timeout = timeout_;
    process.on_line = [this](std::string_view line) {
      lines_.emplace_back(line);
      if (on_line_) on_line_(line);
    };
    auto outcome = run_provider(process, interrupted_);
    EXPECT_TRUE(outcome);
    return outcome ? std::move(*outcome) : ProviderOutcome{};
  }

  // Runs until the script has written its process ids, each on a line, into the file "pids"; then the flag is set.
  ProviderOutcome interrupt(const std::string& script) {
    std::thread other([this] {
      eventually(std::chrono::seconds(20), [this] { return pids().size() == 2; });
      interrupted_ = true;
    });
    ProviderOutcome outcome = run(script);
    other.join();
    return outcome;
  }

  std::vector<pid_t> pids() const {
    std::ifstream in(folder_.path() / "pids");
    std::vector<pid_t> out;
    for (pid_t pid = 0; in >> pid;) out.push_back(pid);
    return out;
  }

  // What is killed may be a zombie until its new parent looks.
  static bool is_gone(pid_t pid) {
    return eventually(std::chrono::seconds(20), [pid] {
      std::ifstream in("/proc/" + std::to_string(pid) + "/stat");
      std::string id, name, state;
      return !(in >> id >> name >> state) || state == "Z";
    });
  }

  const TempFolder folder_{"provider"};
  std::chrono::milliseconds timeout_ = std::chrono::minutes(1);
  std::function<void(std::string_view)> on_line_;
  std::vector<std::string> lines_;
  std::atomic<bool> interrupted_{false};
};

TEST_F(ProviderProcessTest, OutputAndLines) {
  const ProviderOutcome outcome =
      run("echo a; echo one >&2; echo >&2; printf b; printf two >&2; exit 7");
  EXPECT_EQ(outcome.end, ProviderEnd::kExited);
  EXPECT_EQ(outcome.code, 7);
  EXPECT_EQ(outcome.output, "a\nb");
  EXPECT_THAT(lines_, ElementsAre("one", "two"));
}

TEST_F(ProviderProcessTest, LinesComeAtOnce) {
  // The script goes on when its line has been seen.
  on_line_ = [this](std::string_view) { testing::write_file(folder_.path() / "seen", ""); };
  EXPECT_EQ(run("echo ready >&2; while [ ! -e $FOLDER/seen ]; do sleep 0.01; done").end,
            ProviderEnd::kExited);
}

TEST_F(ProviderProcessTest, LongLinesAreCut) {
  run("head -c 10000 /dev/zero | tr '\\0' x >&2; echo >&2; echo y >&2");
  EXPECT_THAT(lines_, ElementsAre(std::string(limits::kProviderLineBytes, 'x'), "y"));
}

TEST_F(ProviderProcessTest, TheTermSignalEndsIt) {
  timeout_ = std::chrono::milliseconds(200);
  const ProviderOutcome outcome =
      run("trap 'echo bye >&2; exit 0' TERM; while :; do sleep 0.01; done");
  EXPECT_EQ(outcome.end, ProviderEnd::kTimedOut);
  EXPECT_THAT(lines_, ::testing::Contains("bye"));  // the shell may tell of its own child
}

TEST_F(ProviderProcessTest, TheGroupEndsWithIt) {
  const ProviderOutcome outcome =
      interrupt("sleep 600 & echo $! >> $FOLDER/pids; echo $$ >> $FOLDER/pids; wait");
  EXPECT_EQ(outcome.end, ProviderEnd::kInterrupted);
  for (const pid_t pid : pids()) EXPECT_TRUE(is_gone(pid)) << pid;
}

TEST_F(ProviderProcessTest, OneThatIgnoresTheTermSignalIsKilled) {
  const auto begin = std::chrono::steady_clock::now();
  const ProviderOutcome outcome = interrupt(
      "trap '' TERM; (trap '' TERM; sleep 600) & echo $! >> $FOLDER/pids; echo $$ >> $FOLDER/pids; "
      "wait");
  EXPECT_EQ(outcome.end, ProviderEnd::kInterrupted);
  for (const pid_t pid : pids()) EXPECT_TRUE(is_gone(pid)) << pid;
  EXPECT_GE(std::chrono::steady_clock::now() - begin, limits::kProviderStopGrace);
}

TEST_F(ProviderProcessTest, WhatItLeavesRunningDoesntHoldItsEnd) {
  const ProviderOutcome outcome = run("echo a; sleep 600 & echo $! > $FOLDER/pids; exit 0");
  EXPECT_EQ(outcome.end, ProviderEnd::kExited);
  EXPECT_EQ(outcome.output, "a\n");
  ASSERT_EQ(pids().size(), 1U);
  EXPECT_TRUE(is_gone(pids().front()));
}

TEST_F(ProviderProcessTest, AFloodIsCut) {
  const ProviderOutcome outcome = run("yes");
  EXPECT_EQ(outcome.end, ProviderEnd::kPrintedTooMuch);
  EXPECT_LE(outcome.output.size(), limits::kProviderOutputBytes);
}

TEST_F(ProviderProcessTest, ClosedPipesAreWaitedOut) {
  const ProviderOutcome outcome = run("exec >&- 2>&-; sleep 0.2; exit 4");
  EXPECT_EQ(outcome.end, ProviderEnd::kExited);
  EXPECT_EQ(outcome.code, 4);
}

}  // namespace
}  // namespace millrace::daemon

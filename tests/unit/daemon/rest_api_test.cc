// Shapes, status codes and texts of Kafka Connect's REST API.

#include "daemon/rest_api.h"

#include <gtest/gtest.h>

#include "fake_sources.h"
#include "millrace/daemon/version.h"

namespace millrace::daemon {
namespace {

class RestApiTest : public ::testing::Test {
 protected:
  RestApiTest() {
    sources_.add("a", SourceState::kRunning);
    sources_.add("b", SourceState::kFailed, "no \"binlog\" \xff");
  }

  // "VERSION" in an expected body stands for the program's.
  static std::string versioned(std::string text) {
    for (std::size_t at = 0; (at = text.find("VERSION", at)) != std::string::npos;)
      text.replace(at, 7, kVersion);
    return text;
  }

  FakeSources sources_;
  Metrics metrics_;
  const RestApi api_{sources_, metrics_, "127.0.0.1:8083"};
};

constexpr const char* kStatusA =
    R"({"name":"a","connector":{"state":"RUNNING","worker_id":"127.0.0.1:8083","version":"VERSION"},)"
    R"("tasks":[{"id":0,"state":"RUNNING","worker_id":"127.0.0.1:8083","version":"VERSION"}],"type":"source"})";
constexpr const char* kInfoA =
    R"({"name":"a","config":{"database.password":"${env:MYSQL_PASSWORD}","name":"a","topic.prefix":"a"},)"
    R"("tasks":[{"connector":"a","task":0}],"type":"source"})";

TEST_F(RestApiTest, Answers) {
  const std::string not_found = R"({"error_code":404,"message":"HTTP 404 Not Found"})";
  const struct {
    const char* name;
    const char* path;
    int status;
    std::string body;
  } rows[] = {
      {"root", "/", 200, R"({"version":"VERSION","commit":"","kafka_cluster_id":"cluster-1"})"},
      {"health", "/health", 200,
       R"({"status":"healthy","message":"Worker has completed startup and is ready to handle requests."})"},
      {"names", "/connectors", 200, R"(["a","b"])"},
      {"slash at the end", "/connectors/", 200, R"(["a","b"])"},
      {"info", "/connectors/a", 200, kInfoA},
      {"info, slash at the end", "/connectors/a/", 200, kInfoA},
      {"config", "/connectors/a/config", 200,
       R"({"database.password":"${env:MYSQL_PASSWORD}","name":"a","topic.prefix":"a"})"},
      {"status", "/connectors/a/status", 200, kStatusA},
      {"status with a reason", "/connectors/b/status", 200,
       R"({"name":"b","connector":{"state":"FAILED","worker_id":"127.0.0.1:8083","version":"VERSION",)"
       "\"trace\":\"no \\\"binlog\\\" \xef\xbf\xbd\"},"
       R"("tasks":[{"id":0,"state":"FAILED","worker_id":"127.0.0.1:8083","version":"VERSION",)"
       "\"trace\":\"no \\\"binlog\\\" \xef\xbf\xbd\"}],\"type\":\"source\"}"},
      {"tasks", "/connectors/a/tasks", 200,
       R"([{"id":{"connector":"a","task":0},"config":{"database.password":"${env:MYSQL_PASSWORD}","name":"a",)"
       R"("topic.prefix":"a"}}])"},
      {"task", "/connectors/a/tasks/0/status", 200,
       R"({"id":0,"state":"RUNNING","worker_id":"127.0.0.1:8083","version":"VERSION"})"},
      {"no such task", "/connectors/a/tasks/1/status", 404,
       R"({"error_code":404,"message":"No status found for task a-1"})"},
      {"no such connector", "/connectors/x", 404,
       R"({"error_code":404,"message":"Connector x not found"})"},
      {"its config", "/connectors/x/config", 404,
       R"({"error_code":404,"message":"Connector x not found"})"},
      {"its tasks", "/connectors/x/tasks", 404,
       R"({"error_code":404,"message":"Connector x not found"})"},
      {"its status", "/connectors/x/status", 404,
       R"({"error_code":404,"message":"No status found for connector x"})"},
      {"its task", "/connectors/x/tasks/0/status", 404,
       R"({"error_code":404,"message":"No status found for task x-0"})"},
      {"unknown path", "/nothing", 404, not_found},
      {"below health", "/health/x", 404, not_found},
      {"below a connector", "/connectors/a/nothing", 404, not_found},
      {"below its status", "/connectors/a/status/x", 404, not_found},
  };
  for (const auto& row : rows) {
    const RestAnswer answer = api_.answer({"GET", row.path, {}});
    EXPECT_EQ(answer.status, row.status) << row.name;
    EXPECT_EQ(answer.body, versioned(row.body)) << row.name;
    EXPECT_EQ(answer.content_type, "application/json") << row.name;
  }
}

TEST_F(RestApiTest, Expand) {
  sources_.sources.erase("b");
  const auto answer = [&](std::vector<std::string> expand) {
    return api_.answer({"GET", "/connectors", std::move(expand)}).body;
  };
  EXPECT_EQ(answer({"status"}), versioned(std::string(R"({"a":{"status":)") + kStatusA + "}}"));
  EXPECT_EQ(answer({"info"}), std::string(R"({"a":{"info":)") + kInfoA + "}}");
  EXPECT_EQ(answer({"info", "status"}), versioned(std::string(R"({"a":{"status":)") + kStatusA +
                                                  R"(,"info":)" + kInfoA + "}}"));
  EXPECT_EQ(answer({"something"}), R"(["a"])") << "as Kafka Connect ignores it";
}

TEST_F(RestApiTest, EveryState) {
  const struct {
    SourceState state;
    const char* word;
  } rows[] = {{SourceState::kUnassigned, "UNASSIGNED"},
              {SourceState::kRunning, "RUNNING"},
              {SourceState::kRestarting, "RESTARTING"},
              {SourceState::kFailed, "FAILED"}};
  for (const auto& row : rows) {
    sources_.add("s", row.state);
    EXPECT_NE(api_.answer({"GET", "/connectors/s/tasks/0/status", {}}).body.find(row.word),
              std::string::npos);
  }
  sources_.add("s", SourceState::kStopped);
  EXPECT_EQ(api_.answer({"GET", "/connectors/s/status", {}}).body,
            versioned(R"({"name":"s","connector":{"state":"STOPPED","worker_id":"127.0.0.1:8083",)"
                      R"("version":"VERSION"},"tasks":[],"type":"source"})"));
  EXPECT_EQ(api_.answer({"GET", "/connectors/s/tasks/0/status", {}}).status, 404)
      << "a stopped one has no task";
}

TEST_F(RestApiTest, TheStatusShowsASnapshotWhileItGoesOn) {
  pipeline::SnapshotReport& snapshot = sources_.sources["a"].status.snapshot;
  snapshot.is_running = true;
  snapshot.begun_ms = 1763715600000;
  snapshot.tables = 12;
  snapshot.tables_left = 5;
  snapshot.estimate_left = 3000;
  snapshot.rows_per_second = 60;
  snapshot.reading = {{"shop.orders", 700, 1000}};
  std::string expected = versioned(kStatusA);
  expected.back() = ',';
  expected +=
      R"("snapshot":{"state":"RUNNING","begun_ms":1763715600000,"tables":12,"tables_left":5,)"
      R"("rows_left_estimate":3000,"seconds_left_estimate":50,)"
      R"("reading":[{"table":"shop.orders","rows":700,"rows_estimate":1000}]}})";
  EXPECT_EQ(api_.answer({"GET", "/connectors/a/status", {}}).body, expected);
  snapshot.is_paused = true;
  EXPECT_NE(api_.answer({"GET", "/connectors/a/status", {}}).body.find(R"("state":"PAUSED")"),
            std::string::npos);
}

TEST_F(RestApiTest, ChangesAreNotAllowed) {
  const std::string not_allowed = R"({"error_code":405,"message":"HTTP 405 Method Not Allowed"})";
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE"}) {
    const RestAnswer answer = api_.answer({method, "/connectors/a", {}});
    EXPECT_EQ(answer.status, 405) << method;
    EXPECT_EQ(answer.body, not_allowed) << method;
    EXPECT_EQ(api_.answer({method, "/nothing", {}}).status, 404) << method;
  }
  EXPECT_EQ(api_.answer({"HEAD", "/connectors/a", {}}).status, 200);
}

TEST_F(RestApiTest, Metrics) {
  metrics_.source("a").creates.Increment(3);
  const RestAnswer answer = api_.answer({"GET", "/metrics", {}});
  EXPECT_EQ(answer.content_type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_NE(answer.body.find("millrace_rows_total{operation=\"create\",source=\"a\"} 3\n"),
            std::string::npos)
      << answer.body;
}

TEST(ShownProperties, SecretsOnlyAsReferences) {
  const struct {
    const char* name;
    const char* key;
    const char* value;
    const char* shown;
  } rows[] = {
      {"reference", "database.password", "${env:X}", "${env:X}"},
      {"file reference", "database.password", "${file:/a:b}", "${file:/a:b}"},
      {"written out", "database.password", "hunter2", "[hidden]"},
      {"looks like a pattern's group", "database.password", "${hunter2}", "[hidden]"},
      {"reference with text beside it", "database.password", "${env:X}hunter2", "[hidden]"},
      {"two references with text between", "database.password", "${env:X}hunter2${env:Y}",
       "[hidden]"},
      {"no secret", "database.user", "cdc", "cdc"},
      {"key store", "database.ssl.keystore.password", "x", "[hidden]"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(shown_properties({{row.key, row.value}}).at(row.key), row.shown) << row.name;
  }
}

}  // namespace
}  // namespace millrace::daemon

// A snapshot by way of the clone provider `aurora`: a mock of the cloud's API, and a real server behind the endpoint that
// it names, copied from the source at the moment in which the clone is wished for.

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>

#include "support/cloning.h"
#include "support/configuration.h"
#include "support/daemon_process.h"
#include "support/kafka_reader.h"
#include "support/keyed_tables.h"
#include "support/mini_kafka.h"
#include "support/mini_mysql.h"
#include "support/process.h"

namespace millrace::testing {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

constexpr const char* kClonerPassword = "copier-secret";

fs::path venv() { return cache_folder() / "moto" / "venv"; }

class AuroraSnapshot : public ::testing::Test {
 protected:
  AuroraSnapshot() {
    for (const MiniMysql* server : {&source_, &copy_}) create_cloner(*server, kClonerPassword);
    ChildOptions child;
    child.command = {(venv() / "bin/python").string(),
                     (source_folder() / "tests/integration/clone_providers/cloud.py").string(),
                     "127.0.0.1", std::to_string(copy_.port()), folder_.path().string()};
    child.output = folder_.path() / "cloud.log";
    cloud_ = std::make_unique<ChildProcess>(child);
    EXPECT_TRUE(eventually(seconds(60), [this] { return fs::exists(in_cloud("url")); }))
        << read_file(child.output);
    // As an instance of a cloud has them.
    daemon_ = std::make_unique<DaemonProcess>(
        folder_.path(), configuration(),
        std::map<std::string, std::string>{
            {"PATH", (venv() / "bin").string() + ":" + std::getenv("PATH")},
            {"AWS_ACCESS_KEY_ID", "id"},
            {"AWS_SECRET_ACCESS_KEY", "key"},
            {"AWS_EC2_METADATA_DISABLED", "true"}});
  }

  std::string configuration() const {
    SourceText source{
        .name = "shop", .database = "keyed", .mysql_port = source_.port(), .properties = {}};
    source.properties = {
        {"snapshot.mode", "initial"},
        {"snapshot.max.threads", "2"},
        {"snapshot.clone.provider", "aurora"},
        {"snapshot.clone.provider.cluster.identifier", "shop-db"},
        {"snapshot.clone.provider.region", "eu-west-1"},
        {"snapshot.clone.provider.endpoint.url", read_file(in_cloud("url"))},
        {"snapshot.clone.provider.poll.interval", "0.1"},
        {"snapshot.clone.provider.event.wait", "5"},
    };
    return kafka_configuration(kafka_.bootstrap(), source);
  }

  fs::path in_cloud(const std::string& name) const { return folder_.path() / name; }
  int requests(const std::string& operation) const {
    const std::string log = "\n" + read_file(in_cloud("requests"));
    int count = 0;
    for (std::size_t at = 0; (at = log.find("\n" + operation + "\n", at)) != std::string::npos;
         ++at) {
      ++count;
    }
    return count;
  }

  // The copy is of the moment at which the cloud is asked for it; `meanwhile` happens at the source before it is told.
  Supervisor cloud_that_copies(std::function<void()> meanwhile = [] {}) {
    return Supervisor([this] { return fs::exists(in_cloud("asked")); },
                      [this, meanwhile] {
                        fs::remove(in_cloud("asked"));
                        clone_by_hand(source_, copy_, kClonerPassword);
                        const std::string place = copy_.root().value(
                            "SELECT CONCAT(BINLOG_FILE, ' ', BINLOG_POSITION) FROM "
                            "performance_schema.clone_status");
                        meanwhile();
                        write_file(in_cloud("made.new"), place);
                        fs::rename(in_cloud("made.new"), in_cloud("made"));
                      });
  }

  std::vector<Event> events(const std::string& table) const {
    return parse_events(KafkaReader(kafka_.bootstrap()).read("shop.keyed." + table));
  }

  TempFolder folder_{"aurora_snapshot"};
  MiniMysql source_{{.arguments = clone_arguments(), .buffer_pool_mib = 128}};
  MiniMysql copy_{{.arguments = clone_arguments(), .buffer_pool_mib = 128}};
  MiniKafka kafka_;
  std::unique_ptr<ChildProcess> cloud_;
  std::unique_ptr<DaemonProcess> daemon_;
};

TEST_F(AuroraSnapshot, MakesReadsAndDeletesItsClone) {
  KeyedTables keyed(source_.socket(), {.rows = 1000});
  keyed.start();
  const Supervisor cloud = cloud_that_copies();
  daemon_->start();
  ASSERT_TRUE(eventually(seconds(180), [&] {
    return daemon_->log().find("the copy is deleted") != std::string::npos;
  })) << daemon_->log();
  keyed.stop();
  EXPECT_EQ(keyed.error(), "");
  source_.execute({"INSERT INTO keyed.blank (k, seq) VALUES (4711, 0)"});
  ASSERT_TRUE(
      eventually(seconds(120), [&] { return fold(events("blank")).contains("{\"k\":4711}"); }))
      << daemon_->source_trace("shop") << daemon_->log();
  SqlClient client = source_.root();
  for (const std::string& table : keyed.tables()) {
    EXPECT_EQ(join(KeyedTables::check(events(table), client, "keyed", table)), "");
  }
  EXPECT_EQ(events("ints").front().op, 'r');
  EXPECT_EQ(requests("RestoreDBClusterToPointInTime"), 1);
  EXPECT_EQ(requests("CreateDBInstance"), 2);  // the source's and the clone's
  EXPECT_EQ(requests("DeleteDBInstance"), 1);
  EXPECT_EQ(requests("DeleteDBCluster"), 1);
  EXPECT_EQ(daemon_->stop(), 0);
}

TEST_F(AuroraSnapshot, OfAPurgedPositionIsRefusedBeforeARowIsRead) {
  const KeyedTables keyed(source_.socket(), {.rows = 100});
  const Supervisor cloud = cloud_that_copies([this] {
    source_.execute({"FLUSH BINARY LOGS", "INSERT INTO keyed.blank (k, seq) VALUES (4711, 0)",
                     "FLUSH BINARY LOGS"});
    SqlClient client = source_.root();
    client.execute("PURGE BINARY LOGS TO '" +
                   client.rows("SHOW BINARY LOG STATUS").at(0).at(0).value_or("") + "'");
  });
  daemon_->start();
  // Its only source has failed for good.
  EXPECT_EQ(daemon_->process().wait(seconds(120)), 78) << daemon_->log();
  EXPECT_NE(daemon_->log().find("has purged binlogs that follow the copy"), std::string::npos)
      << daemon_->log();
  EXPECT_TRUE(KafkaReader(kafka_.bootstrap()).read("shop.keyed.ints").empty());
}

}  // namespace
}  // namespace millrace::testing

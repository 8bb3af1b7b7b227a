// The workloads do what they say, and the faults of the proxy are what a client sees.

#include "support/workload.h"

#include <gtest/gtest.h>

#include "support/fault_proxy.h"
#include "support/mini_mysql.h"

namespace millrace::testing {
namespace {

TEST(Workload, OrdersAreInsertedChangedAndDeleted) {
  MiniMysql mysql;
  SqlClient client = mysql.root();
  create_orders(client);
  client.execute("CALL shop.bulk(3, 100)");
  EXPECT_EQ(client.value("SELECT COUNT(*) FROM shop.orders"), "300");
  client.execute("CALL shop.oltp(10)");
  EXPECT_EQ(client.value("SELECT COUNT(*) FROM shop.orders"), "300") << "ten inserted, ten deleted";
  EXPECT_NE(client.value("SELECT COUNT(*) FROM shop.orders WHERE note LIKE 'upd %'"), "0");
}

TEST(Workload, MixedTransactionsKeepTheLedger) {
  MiniMysql mysql;
  MixedWorkload workload(mysql.socket(),
                         {.tables = 2, .threads = 2, .seed = 7, .big_transaction_rows = 200});
  workload.start();
  EXPECT_TRUE(eventually(std::chrono::seconds(60),
                         [&] {
                           return !workload.error().empty() ||
                                  (workload.transactions() > 200 && workload.xa_commits() > 5 &&
                                   workload.xa_rollbacks() > 2);
                         }))
      << workload.transactions() << " " << workload.xa_commits() << " " << workload.xa_rollbacks();
  workload.stop();
  EXPECT_EQ(workload.error(), "");
  SqlClient client = mysql.root();
  EXPECT_TRUE(client.rows("XA RECOVER").empty());
  EXPECT_EQ(std::stoull(client.value("SELECT COUNT(*) FROM mixed.ledger")),
            workload.transactions() + workload.xa_commits());
  EXPECT_GT(MixedWorkload::changes_by_ledger(client, "mixed"), workload.transactions());
}

TEST(FaultProxy, PassesCutsRefusesAndStalls) {
  MiniMysql mysql;
  FaultProxy proxy(mysql.port());
  SqlClient client = SqlClient::connect_tcp(proxy.port(), kCdcUser, kCdcPassword);
  EXPECT_EQ(client.value("SELECT 1"), "1");
  proxy.cut();
  EXPECT_NE(client.try_execute("SELECT 1"), "");
  proxy.refuse(true);
  EXPECT_THROW(SqlClient::connect_tcp(proxy.port(), kCdcUser, kCdcPassword), std::runtime_error);
  proxy.refuse(false);
  SqlClient again = SqlClient::connect_tcp(proxy.port(), kCdcUser, kCdcPassword);
  proxy.stall(true);
  std::atomic<bool> answered{false};
  std::thread waiting([&] {
    again.try_execute("SELECT 1");
    answered = true;
  });
  EXPECT_FALSE(eventually(std::chrono::milliseconds(300), [&] { return answered.load(); }));
  proxy.stall(false);
  EXPECT_TRUE(eventually(std::chrono::seconds(10), [&] { return answered.load(); }));
  waiting.join();
}

}  // namespace
}  // namespace millrace::testing

// How the catalog of a first start comes to be true at one place, while statements go on at its server.

#include "millrace/pipeline/first_catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scripted_server.h"

namespace millrace::pipeline {
namespace {

using ::testing::HasSubstr;

constexpr CatalogServer kServer{80036, false};

// A server that runs statements when a test wants it to: before or after it has told its place or been read.
class ChangingServer final : public LiveStructures {
 public:
  explicit ChangingServer(bool has_gtids) : has_gtids_(has_gtids) {}

  // Visible at once, in the binlog as well; in gtid_executed then, or when the test says so.
  void run(const std::string& sql, bool is_in_set = true) {
    const std::string gtid =
        "3457d932-e55a-11f1-a4af-02fc00000001:" + std::to_string(++transactions_);
    binlog.group(gtid, [&](auto& builder) { builder.query(sql); });
    binlog::Query query;
    query.sql = sql;
    query.database = "shop";
    query.server_collation = 255;
    ASSERT_TRUE(apply_statement(tables, query, kServer)) << sql;
    if (is_in_set) executed.add(*gtid::Gtid::parse(gtid));
  }

  BinlogPlace place() const {
    BinlogPlace place;
    if (has_gtids_) place.executed = executed;
    place.position = {"mysql-bin.000001", binlog.end()};
    return place;
  }
  Result<BinlogPlace> place_now() override {
    if (before_place) before_place(++places);
    return place();
  }
  Status read(const TouchedTables& wanted, schema::Catalog& catalog) override {
    ++reads;
    if (before_read) before_read(reads);
    tables.for_each([&](const schema::TableName& name, const schema::TableSchemaPtr& table) {
      if (wanted.contains(name)) catalog.put(name, *table);
    });
    if (after_read) after_read(reads);
    return {};
  }

  ScriptedServer binlog;
  schema::Catalog tables;
  gtid::GtidSet executed;
  std::function<void(int)> before_place, before_read, after_read;
  int places = 0;
  int reads = 0;

 private:
  const bool has_gtids_;
  int transactions_ = 0;
};

// "shop.a(id x)"
std::string text_of(const schema::Catalog& catalog) {
  std::string text;
  catalog.for_each([&](const schema::TableName& name, const schema::TableSchemaPtr& table) {
    text += (text.empty() ? "" : " ") + name.to_text() + "(";
    for (const schema::Column& column : table->columns) {
      text += (text.back() == '(' ? "" : " ") + column.name;
    }
    text += ")";
  });
  return text;
}

class FirstCatalogTest : public ::testing::Test {
 protected:
  explicit FirstCatalogTest(bool has_gtids) : server(has_gtids) {
    for (const char* table : {"a", "b", "c"}) {
      server.run("CREATE TABLE shop." + std::string(table) + " (id INT)");
    }
  }

  // The catalog is read and then `meanwhile` happens, so that what it concerns is unsure.
  Result<SettledCatalog> settle(const std::function<void()>& meanwhile) {
    const BinlogPlace start = server.place();
    schema::Catalog read;
    server.tables.for_each([&](const schema::TableName& name, const schema::TableSchemaPtr& table) {
      read.put(name, *table);
    });
    meanwhile();
    return settle_catalog(std::move(read), start, server, server.binlog, kServer,
                          [](const schema::TableName& name) { return name.database == "shop"; });
  }

  // At the server's place now, and what the server has there.
  void expect_true_now(const Result<SettledCatalog>& settled) {
    ASSERT_TRUE(settled) << settled.error().message();
    EXPECT_EQ(text_of(settled->catalog), text_of(server.tables));
    EXPECT_EQ(settled->place.executed, server.place().executed);
    EXPECT_EQ(settled->place.position, server.place().position);
  }

  ChangingServer server;
};

class FirstCatalog : public FirstCatalogTest, public ::testing::WithParamInterface<bool> {
 protected:
  FirstCatalog() : FirstCatalogTest(GetParam()) {}
};

TEST_P(FirstCatalog, OfAServerAtRestNeedsNothingMore) {
  expect_true_now(settle([] {}));
  EXPECT_EQ(server.reads, 0);
}

TEST_P(FirstCatalog, WhatChangedMeanwhileIsReadAgain) {
  expect_true_now(settle([&] { server.run("ALTER TABLE shop.a ADD x INT"); }));
  EXPECT_EQ(server.reads, 1);
}

// However fast one table after the other changes: each comes to rest by itself.
TEST_P(FirstCatalog, WhatIsKnownIsBroughtOnByItsStatements) {
  server.before_read = [&](int) { server.run("ALTER TABLE shop.b ADD x INT"); };
  server.after_read = [&](int) {
    server.run("ALTER TABLE shop.c ADD y INT");
    server.run("CREATE TABLE shop.d LIKE shop.c");
    server.run("DROP TABLE shop.b");
    server.run("CREATE DATABASE other");
    server.run("CREATE TABLE other.t (id INT)");
  };
  const auto settled = settle([&] { server.run("ALTER TABLE shop.a ADD x INT"); });
  ASSERT_TRUE(settled) << settled.error().message();
  EXPECT_EQ(server.reads, 1);
  EXPECT_EQ(text_of(settled->catalog), "shop.a(id x) shop.c(id y) shop.d(id y)");
  EXPECT_EQ(settled->place.executed, server.place().executed);
}

TEST_P(FirstCatalog, WhatChangesWhileItIsReadIsReadUntilItRests) {
  const auto alter = [&](int read) {
    if (read < 4) server.run("ALTER TABLE shop.a ADD x" + std::to_string(read) + " INT");
  };
  server.after_read = alter;
  expect_true_now(settle([&] { alter(0); }));
  EXPECT_EQ(server.reads, 4);
}

TEST_P(FirstCatalog, WhatNeverRestsIsTriedAgainLater) {
  const auto alter = [&](int read) {
    server.run("ALTER TABLE shop.a ADD x" + std::to_string(read) + " INT");
  };
  server.after_read = alter;
  const auto settled = settle([&] { alter(0); });
  ASSERT_FALSE(settled);
  EXPECT_TRUE(settled.error().is_transient());
  EXPECT_THAT(settled.error().message(), HasSubstr("the structure of shop.a changes faster"));
}

// Between the place of the round before and the reading: what is read shows it.
TEST_P(FirstCatalog, WhatHappenedBeforeItWasReadIsNoReasonToReadAgain) {
  server.before_place = [&](int place) {
    if (place == 2) server.run("ALTER TABLE shop.a ADD y INT");
  };
  expect_true_now(settle([&] { server.run("ALTER TABLE shop.a ADD x INT"); }));
  EXPECT_EQ(server.reads, GetParam() ? 1 : 2);  // positions don't tell what is done
}

// A statement of several tables, of which what was read shows one: the others are read, and nothing is done twice.
TEST_P(FirstCatalog, AStatementOfKnownAndUnsureTablesIsNotReplayed) {
  server.before_place = [&](int place) {
    if (place != 2) return;
    server.run("DROP TABLE shop.a, shop.b");
    server.run("CREATE TABLE shop.a (again INT)");
  };
  expect_true_now(settle([&] { server.run("ALTER TABLE shop.a ADD x INT"); }));
  EXPECT_EQ(text_of(server.tables), "shop.a(again) shop.c(id)");
}

TEST_P(FirstCatalog, WhatAStatementDoesNotTellIsRead) {
  server.after_read = [&](int read) {
    if (read != 1) return;
    server.run("ALTER TABLE shop.a ADD y INT");
    server.run("CREATE TABLE shop.d LIKE shop.a");  // a isn't known where this is replayed
    server.run("RENAME TABLE shop.c TO shop.e");
  };
  expect_true_now(settle([&] { server.run("ALTER TABLE shop.a ADD x INT"); }));
  EXPECT_EQ(text_of(server.tables), "shop.a(id x y) shop.b(id) shop.d(id x y) shop.e(id)");
  EXPECT_EQ(server.reads, 2);
}

// A table may be known before a statement, and not any more behind it.
TEST_P(FirstCatalog, NothingIsMadeLikeWhatIsNotKnownAnyMore) {
  server.after_read = [&](int read) {
    if (read != 1) return;
    server.run("RENAME TABLE shop.a TO shop.t, shop.b TO shop.a, shop.t TO shop.b");
    server.run("CREATE TABLE shop.d LIKE shop.b");
  };
  expect_true_now(settle([&] { server.run("ALTER TABLE shop.a ADD x INT"); }));
  EXPECT_EQ(text_of(server.tables), "shop.a(id) shop.b(id x) shop.c(id) shop.d(id x)");
}

TEST_P(FirstCatalog, ADatabaseThatGoesTakesItsTablesAlong) {
  server.after_read = [&](int read) {
    if (read == 1) server.run("DROP DATABASE shop");
  };
  expect_true_now(settle([&] { server.run("ALTER TABLE shop.a ADD x INT"); }));
  EXPECT_EQ(text_of(server.tables), "");
}

INSTANTIATE_TEST_SUITE_P(All, FirstCatalog, ::testing::Bool(), [](const auto& has_gtids) {
  return std::string(has_gtids.param ? "by_gtid" : "by_position");
});

class FirstCatalogByGtid : public FirstCatalogTest {
 protected:
  FirstCatalogByGtid() : FirstCatalogTest(true) {}

  void expect_after_alter(const std::string& tables) {
    const auto settled = settle([&] { server.run("ALTER TABLE shop.a ADD x INT"); });
    ASSERT_TRUE(settled) << settled.error().message();
    EXPECT_EQ(text_of(settled->catalog), tables);
    EXPECT_EQ(settled->place.executed, server.executed);
  }
};

// In the binlog, seen in the tables, and not in gtid_executed yet: the catalog is true without it, and the stream brings it.
TEST_F(FirstCatalogByGtid, WhatIsNotInTheSetYetIsLeftToTheStream) {
  server.after_read = [&](int read) {
    if (read == 1) server.run("ALTER TABLE shop.b ADD y INT", false);
  };
  expect_after_alter("shop.a(id x) shop.b(id) shop.c(id)");
}

// The same of a table that is being read: it has the column, which must not be added again.
TEST_F(FirstCatalogByGtid, WhatIsReadBeforeItIsInTheSetIsReadAgain) {
  server.before_read = [&](int read) {
    if (read == 1) server.run("ALTER TABLE shop.a ADD y INT", false);
    if (read == 2)
      server.executed = *gtid::GtidSet::parse("3457d932-e55a-11f1-a4af-02fc00000001:1-5");
  };
  expect_after_alter("shop.a(id x y) shop.b(id) shop.c(id)");
  EXPECT_EQ(server.reads, 3);
}

}  // namespace
}  // namespace millrace::pipeline

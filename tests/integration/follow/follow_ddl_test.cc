// The catalog that follows the binlog against the server's own information_schema, after every one of thousands of
// random statements: names, order, types, lengths, charsets, labels, nullability, keys.
//
// DDL_STATEMENTS sets their number (1000), DDL_SEED what they are, in one run instead of two. What differs is printed with
// everything that was executed before, as a script.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "integration/follow/random_ddl.h"
#include "millrace/binlog/stream_grammar.h"
#include "millrace/discovery/catalog.h"
#include "millrace/mysql/binlog_stream.h"
#include "millrace/mysql/identity.h"
#include "millrace/mysql/server_facts.h"
#include "millrace/pipeline/captured_table.h"
#include "support/mini_mysql.h"

namespace millrace::testing {
namespace {

constexpr std::uint64_t kSeeds[] = {1, 2};

template <typename T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message());
  return std::move(*result);
}

// Hands the statements of a stream to a registry and keeps the transactions that it has seen.
class Follower final : public binlog::PartialVisitor {
 public:
  explicit Follower(pipeline::TableRegistry& tables) : tables_(tables) {}

  gtid::GtidSet seen;

  Status on_begin(const binlog::EventContext&, const binlog::TransactionStart& start) override {
    if (start.gtid.gtid) seen.add(*start.gtid.gtid);
    return {};
  }
  Status on_statement(const binlog::EventContext&, const binlog::TransactionStart& group,
                      const binlog::Query& query, bool) override {
    if (group.gtid.gtid) seen.add(*group.gtid.gtid);
    auto applied = tables_.apply_statement(query);
    tables_.take_state_changes();
    return applied ? Status() : applied.error();
  }

 private:
  pipeline::TableRegistry& tables_;
};

// A structure with what the binlog's consumers never see in a row left out: defaults, and who made an index first among
// those that identify nothing.
std::string comparable(schema::TableSchema table) {
  table.name = {};
  for (schema::Column& column : table.columns) column.default_value.reset();
  std::sort(table.indexes.begin(), table.indexes.end(),
            [](const schema::Index& a, const schema::Index& b) { return a.name < b.name; });
  return schema::serialize_structure(table);
}

// Column by column, then the rest.
std::string describe_difference(const schema::TableSchema& followed,
                                const schema::TableSchema& server) {
  const auto one = [](const schema::TableSchema& table, std::size_t column) {
    schema::TableSchema alone;
    if (column < table.columns.size()) alone.columns.push_back(table.columns[column]);
    return comparable(alone);
  };
  std::string text;
  for (std::size_t i = 0; i < std::max(followed.columns.size(), server.columns.size()); ++i) {
    if (one(followed, i) == one(server, i)) continue;
    text += " followed " + one(followed, i) + "\n server   " + one(server, i) + "\n";
  }
  const auto rest = [](schema::TableSchema table) {
    table.columns.clear();
    return comparable(std::move(table));
  };
  if (rest(followed) != rest(server)) {
    text += " followed " + rest(followed) + "\n server   " + rest(server) + "\n";
  }
  return text;
}

class FollowDdl : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  FollowDdl()
      : server_({.arguments = {"--character-set-server=utf8mb4"}}),
        session_(server_.root()),
        filter_(must(transform::TableFilter::compile({}))),
        no_columns_(must(transform::ColumnRules::compile({}))),
        connection_(must(mysql::Connection::connect(options()))),
        registry_(registry_options(), encoder_, filter_, no_columns_),
        follower_(registry_),
        grammar_(follower_, {}),
        stream_(open()) {}

  mysql::ConnectionOptions options() const {
    mysql::ConnectionOptions options;
    options.unix_socket = server_.socket();
    options.user = kCdcUser;
    options.password = Secret(kCdcPassword);
    return options;
  }

  pipeline::TableRegistryOptions registry_options() {
    pipeline::TableRegistryOptions options;
    options.source_name = options.topic_prefix = "s";
    options.server.version = must(mysql::fetch_server_facts(connection_)).version_number;
    return options;
  }

  mysql::BinlogStream open() {
    const auto executed = must(mysql::fetch_gtid_executed(connection_));
    schema::Catalog catalog;
    for (const auto& [name, collation] : must(discovery::load_database_collations(connection_))) {
      catalog.put_database(name, collation);
    }
    registry_.load(std::move(catalog));
    follower_.seen = executed;
    const auto self = mysql::derive_identity("follow", mysql::IdentityRole::kMain);
    mysql::BinlogStreamOptions stream;
    stream.server_id = self.server_id;
    stream.replica_uuid = self.replica_uuid;
    stream.start = executed;
    return must(mysql::BinlogStream::open(options(), stream));
  }

  // Reads the binlog up to where the server is.
  ::testing::AssertionResult follow() {
    const auto executed = must(mysql::fetch_gtid_executed(connection_));
    while (!executed.is_subset_of(follower_.seen)) {
      auto event = stream_.fetch();
      if (!event || !*event) return ::testing::AssertionFailure() << "the stream ended";
      if (const Status fed = grammar_.feed(**event); !fed) {
        return ::testing::AssertionFailure() << fed.error().message();
      }
    }
    return ::testing::AssertionSuccess();
  }

  // Empty when the catalog says what the server says.
  std::string difference() {
    const auto ours = [](const schema::TableName& name) {
      return name.database == "mb4" || name.database == "latin" || name.database == "third";
    };
    const auto loaded = must(discovery::load_tables(connection_, ours));
    std::string text;
    for (const auto& [name, table] : loaded.tables) {
      const auto followed = registry_.catalog().find(name);
      if (followed == nullptr) {
        text +=
            name.to_text() + " is not followed: " + registry_.catalog().why_unknown(name) + "\n";
      } else if (comparable(*followed) != comparable(*table)) {
        text += name.to_text() + "\n" + describe_difference(*followed, *table);
      }
    }
    registry_.catalog().for_each([&](const schema::TableName& name, const auto&) {
      if (ours(name) && !loaded.tables.contains(name)) text += name.to_text() + " is gone\n";
    });
    return text;
  }

  std::string script() const {
    std::string text;
    for (const std::string& statement : executed_) text += statement + ";\n";
    return text;
  }

  MiniMysql server_;
  SqlClient session_;
  encode::EncoderOptions encoder_;
  transform::TableFilter filter_;
  transform::ColumnRules no_columns_;
  mysql::Connection connection_;
  pipeline::TableRegistry registry_;
  Follower follower_;
  binlog::StreamGrammar grammar_;
  mysql::BinlogStream stream_;
  std::vector<std::string> executed_;
};

TEST_P(FollowDdl, TheCatalogIsInformationSchemaAfterEveryStatement) {
  const bool is_chosen = std::getenv("DDL_SEED") != nullptr;
  if (is_chosen && GetParam() != kSeeds[0]) GTEST_SKIP() << "DDL_SEED is one seed";
  const std::uint64_t seed = number_of("DDL_SEED", GetParam());
  const std::uint64_t statements = number_of("DDL_STATEMENTS", 1000);
  std::printf("DDL_SEED=%llu repeats this run\n", static_cast<unsigned long long>(seed));
  RandomDdl random(seed);
  executed_ = {"SET NAMES utf8mb4", "CREATE DATABASE mb4",
               "CREATE DATABASE latin CHARACTER SET latin1", "USE mb4"};
  for (const std::string& statement : executed_) session_.execute(statement);
  std::uint64_t done = 0;
  std::uint64_t tried = 0;
  while (done < statements) {
    ASSERT_LT(++tried, statements * 20) << "nearly everything is refused";
    for (const std::string& setting : random.session()) {
      if (session_.try_execute(setting).empty()) executed_.push_back(setting);
    }
    const std::string statement = random.statement(registry_.catalog());
    if (!session_.try_execute(statement).empty()) continue;
    ++done;
    executed_.push_back(statement);
    ASSERT_TRUE(follow()) << statement << "\n" << script();
    const std::string differs = difference();
    if (!differs.empty()) {
      FAIL() << script() << "-- after statement " << done << ":\n-- " << statement << "\n"
             << differs;
    }
  }
  std::printf("%llu statements of %llu tried\n", static_cast<unsigned long long>(done),
              static_cast<unsigned long long>(tried));
}

INSTANTIATE_TEST_SUITE_P(Seeds, FollowDdl, ::testing::ValuesIn(kSeeds));

}  // namespace
}  // namespace millrace::testing

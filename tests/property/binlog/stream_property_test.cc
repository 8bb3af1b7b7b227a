// What a stream means doesn't depend on how it is written down: with and without checksums and
// compression, in one file or many, with events of no meaning in between, read from a server or a
// file, in one go or cut anywhere and taken up again.

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <iterator>
#include <optional>
#include <random>

#include "millrace/binlog/file_reader.h"
#include "millrace/binlog/stream_grammar.h"
#include "support/binlog/binlog_builder.h"
#include "support/binlog/recording_visitor.h"

namespace millrace::binlog {
namespace {

using test::BinlogBuilder;
using test::BinlogBuilderOptions;
using test::le;
using test::PayloadCompression;
using test::RecordingVisitor;
using test::sized;

std::uint64_t seed() {
  const char* text = std::getenv("MILLRACE_SEED");
  return text != nullptr ? std::strtoull(text, nullptr, 10) : std::random_device{}();
}

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  std::size_t below(std::size_t bound) { return engine_() % bound; }
  bool one_in(std::size_t n) { return below(n) == 0; }

 private:
  std::mt19937_64 engine_;
};

using Item = std::function<void(BinlogBuilder&)>;

// A group as it is meant, before it is written.
struct Group {
  std::string gtid;          // empty: none
  bool payload_fits = true;  // it may be written as a TRANSACTION_PAYLOAD
  std::vector<Item> events;
};

test::Table random_table(Random& random) {
  test::Table table;
  table.id = 100 + random.below(3);
  table.name = "t" + std::to_string(table.id);
  table.columns = {test::int_column("id").key(), test::text_column("note")};
  // More columns than a bitmap's byte has bits.
  for (std::size_t i = 0; i < table.id - 100; ++i) {
    for (int j = 0; j < 5; ++j) table.columns.push_back(test::tinyint_column("c"));
  }
  return table;
}

test::Row random_row(Random& random, const test::Table& table) {
  test::Row row = {le(random.below(1000), 4), std::nullopt};
  if (!random.one_in(4)) {
    const std::size_t length = random.one_in(20) ? 40'000 : random.below(50);
    row[1] = sized(std::string(length, static_cast<char>('a' + random.below(26))), 2);
  }
  while (row.size() < table.columns.size()) row.emplace_back(le(random.below(100), 1));
  return row;
}

Item random_rows(Random& random, const test::Table& table) {
  std::vector<test::Row> rows;
  for (std::size_t i = 1 + random.below(4); i > 0; --i) rows.push_back(random_row(random, table));
  const test::RowsOptions options{.version = random.one_in(4) ? 1 : 2,
                                  .statement_end = random.one_in(2)};
  switch (random.below(3)) {
    case 0:
      return [=](BinlogBuilder& b) { b.write_rows(table, rows, options); };
    case 1:
      return [=](BinlogBuilder& b) { b.update_rows(table, {{rows[0], rows.back()}}, options); };
    default:
      return [=](BinlogBuilder& b) { b.delete_rows(table, rows, options); };
  }
}

void add_items(Random& random, std::vector<Item>& events) {
  for (std::size_t i = random.below(5); i > 0; --i) {
    const test::Table table = random_table(random);
    switch (random.below(5)) {
      case 0:
        events.push_back([](BinlogBuilder& b) { b.query("SAVEPOINT `s`"); });
        break;
      case 1:
        events.push_back([](BinlogBuilder& b) { b.query("CREATE TABLE x (a int)"); });
        break;
      default:
        if (random.one_in(2)) events.push_back([](BinlogBuilder& b) { b.rows_query("INSERT"); });
        events.push_back([=](BinlogBuilder& b) { b.table_map(table); });
        for (std::size_t j = random.below(3); j > 0; --j) {
          events.push_back(random_rows(random, table));
        }
    }
  }
}

void add_xa(Random& random, const Xid& xid, Group& group) {
  group.payload_fits = false;
  group.events.push_back([=](BinlogBuilder& b) { b.xa_start(xid); });
  add_items(random, group.events);
  const bool one_phase = random.one_in(3);
  group.events.push_back([=](BinlogBuilder& b) { b.xa_end(xid); });
  group.events.push_back([=](BinlogBuilder& b) { b.xa_prepare(xid, one_phase); });
}

Group random_group(Random& random, std::size_t number) {
  Group group;
  if (!random.one_in(5)) {
    group.gtid = "3457d932-e55a-11f1-a4af-02fc00000001:";
    group.gtid += (random.one_in(3) ? "tag:" : "") + std::to_string(number + 1);
  }
  const Xid xid{1, "x" + std::to_string(number), "b"};
  switch (random.below(6)) {
    case 0:
      group.payload_fits = false;
      group.events.push_back([](BinlogBuilder& b) { b.query("ALTER TABLE t ADD c INT"); });
      break;
    case 1:
      add_xa(random, xid, group);
      break;
    case 2:
      group.payload_fits = false;
      group.events.push_back([=](BinlogBuilder& b) { b.xa_commit(xid); });
      break;
    default: {
      group.events.push_back([](BinlogBuilder& b) { b.begin(); });
      add_items(random, group.events);
      const std::size_t end = random.below(4);
      group.events.push_back([=](BinlogBuilder& b) {
        if (end == 0) {
          b.commit();
        } else if (end == 1) {
          b.rollback();
        } else {
          b.xid();
        }
      });
    }
  }
  return group;
}

// How to write groups down; the noise is drawn from `random`.
struct Encoding {
  const char* name;
  bool checksum = true;
  bool padding = false;
  bool heartbeats = false;
  bool rotations = false;
  std::optional<PayloadCompression> payload = {};
};

constexpr Encoding kEncodings[] = {
    {.name = "plain"},
    {.name = "no_checksum", .checksum = false},
    {.name = "aurora", .padding = true},
    {.name = "compressed", .payload = PayloadCompression::kZstd},
    {.name = "uncompressed_payload", .payload = PayloadCompression::kNone},
    {.name = "everything",
     .padding = true,
     .heartbeats = true,
     .rotations = true,
     .payload = PayloadCompression::kZstd},
    {.name = "everything_without_checksum",
     .checksum = false,
     .padding = true,
     .heartbeats = true,
     .rotations = true,
     .payload = PayloadCompression::kZstd},
};

struct Written {
  std::vector<std::string> events;
  std::vector<std::size_t> group_ends;  // numbers of events up to the end of each group
  std::string last_file;
};

void write_group(const Group& group, const Encoding& encoding, Random& random, BinlogBuilder& b) {
  const auto noise = [&](BinlogBuilder& builder) {
    if (encoding.padding && random.one_in(2)) builder.aurora_padding(random.below(2000));
  };
  noise(b);
  if (!group.gtid.empty()) b.gtid(group.gtid);
  noise(b);
  if (encoding.payload && group.payload_fits && !random.one_in(4)) {
    b.payload(
        [&](BinlogBuilder& inner) {
          for (const Item& event : group.events) event(inner);
        },
        *encoding.payload);
    return;
  }
  for (std::size_t i = 0; i < group.events.size(); ++i) {
    group.events[i](b);
    if (i + 1 == group.events.size()) break;
    noise(b);
    if (encoding.heartbeats && random.one_in(4)) b.heartbeat();
  }
}

Written write(const std::vector<Group>& groups, const Encoding& encoding, Random& random) {
  BinlogBuilderOptions options;
  options.checksum = encoding.checksum;
  BinlogBuilder b(options);
  Written written;
  b.start_stream();
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (encoding.rotations && random.one_in(4)) b.next_file("file." + std::to_string(i));
    if (encoding.heartbeats && random.one_in(4)) b.heartbeat_v2();
    write_group(groups[i], encoding, random, b);
    written.group_ends.push_back(b.events().size());
  }
  written.events = b.events();
  written.last_file = b.file_bytes();
  return written;
}

StreamGrammarOptions options_of(const Encoding& encoding) {
  return {.checksum_before_format = encoding.checksum};
}

std::vector<std::string> read(const Written& written, const Encoding& encoding) {
  RecordingVisitor visitor;
  StreamGrammar grammar(visitor, options_of(encoding));
  for (const std::string& event : written.events) {
    const Status status = grammar.feed(event);
    EXPECT_TRUE(status) << status.error().message();
    if (!status) break;
  }
  EXPECT_FALSE(grammar.in_transaction());
  return visitor.changes();
}

// Forgets the calls of a group that has no end.
void drop_unfinished(std::vector<std::string>& lines) {
  while (!lines.empty()) {
    const std::string line = lines.back();
    if (line.starts_with("end ") || line.starts_with("statement ") || line.starts_with("xa_")) {
      return;
    }
    lines.pop_back();
    if (line.starts_with("begin ")) return;
  }
}

// Reads up to an event, loses the connection, and reads on from the last finished group.
std::vector<std::string> read_cut(const Written& written, const Encoding& encoding, std::size_t cut,
                                  bool by_reset) {
  RecordingVisitor visitor;
  StreamGrammar grammar(visitor, options_of(encoding));
  const auto feed = [&](const std::string& event) {
    const Status status = grammar.feed(event);
    EXPECT_TRUE(status) << status.error().message();
  };
  for (std::size_t i = 0; i < cut; ++i) feed(written.events[i]);
  std::size_t resume = 0;
  for (const std::size_t end : written.group_ends) resume = end <= cut ? end : resume;
  const BinlogPosition position = grammar.position();
  std::vector<std::string> lines = visitor.changes();
  if (grammar.in_transaction()) drop_unfinished(lines);
  visitor.take();
  if (by_reset) grammar.reset(options_of(encoding));
  BinlogBuilderOptions options;
  options.checksum = encoding.checksum;
  BinlogBuilder head(options);
  head.start_stream();
  for (const std::string& event : head.events()) feed(event);
  for (std::size_t i = resume; i < written.events.size(); ++i) feed(written.events[i]);
  for (const std::string& line : visitor.changes()) {
    if (line != "abandoned") lines.push_back(line);
  }
  return lines;
}

class StreamProperty : public testing::Test {
 protected:
  // Runs `check` for many streams; a failure says how to repeat it.
  template <typename Check>
  void for_streams(int rounds, Check check) {
    const std::uint64_t start = seed();
    std::printf("MILLRACE_SEED=%llu\n", static_cast<unsigned long long>(start));
    for (int round = 0; round < rounds && !HasFailure(); ++round) {
      SCOPED_TRACE("MILLRACE_SEED=" + std::to_string(start) + " round " + std::to_string(round));
      Random random(start + static_cast<std::uint64_t>(round));
      std::vector<Group> groups;
      for (std::size_t i = 1 + random.below(6); i > 0; --i) {
        groups.push_back(random_group(random, groups.size()));
      }
      check(groups, random);
    }
  }
};

TEST_F(StreamProperty, AllEncodingsMeanTheSame) {
  for_streams(150, [](const std::vector<Group>& groups, Random& random) {
    const std::vector<std::string> expected =
        read(write(groups, kEncodings[0], random), kEncodings[0]);
    ASSERT_FALSE(expected.empty());
    for (const Encoding& encoding : kEncodings) {
      ASSERT_EQ(read(write(groups, encoding, random), encoding), expected) << encoding.name;
    }
  });
}

TEST_F(StreamProperty, AFileMeansTheSameAsTheStream) {
  for_streams(100, [](const std::vector<Group>& groups, Random& random) {
    const Encoding encoding{.name = "file", .padding = true, .payload = PayloadCompression::kZstd};
    const Written written = write(groups, encoding, random);
    RecordingVisitor visitor;
    const Status status = read_binlog_file(written.last_file, {.file = "f"}, visitor);
    ASSERT_TRUE(status) << status.error().message();
    ASSERT_EQ(visitor.changes(), read(written, encoding));
  });
}

TEST_F(StreamProperty, ACutStreamGoesOnWithoutLossOrRepetition) {
  for_streams(60, [](const std::vector<Group>& groups, Random& random) {
    const Encoding& encoding = kEncodings[random.below(std::size(kEncodings))];
    const Written written = write(groups, encoding, random);
    const std::vector<std::string> expected = read(written, encoding);
    for (std::size_t cut = 0; cut <= written.events.size(); ++cut) {
      for (const bool by_reset : {true, false}) {
        ASSERT_EQ(read_cut(written, encoding, cut, by_reset), expected)
            << encoding.name << " cut before event " << cut;
      }
    }
  });
}

// Whether a checksum covers this bit of an event. Of a FORMAT_DESCRIPTION these are not covered: the flag that a file is
// still written, and what says whether there is a checksum at all, the algorithm and the server's version.
bool is_covered(std::string_view event, std::size_t bit) {
  constexpr std::size_t kTypeOffset = 4;
  constexpr std::size_t kFirstFlag = 17 * 8;
  constexpr std::size_t kVersion = 21, kVersionEnd = kVersion + 50;
  if (event[kTypeOffset] != static_cast<char>(EventType::kFormatDescription)) return true;
  const std::size_t byte = bit / 8;
  return bit != kFirstFlag && byte != event.size() - 5 && (byte < kVersion || byte >= kVersionEnd);
}

// With checksums, one flipped bit anywhere is found, and nothing behind it is believed.
TEST_F(StreamProperty, AFlippedBitIsAlwaysFound) {
  for_streams(100, [](const std::vector<Group>& groups, Random& random) {
    const Written written = write(groups, kEncodings[0], random);
    const std::size_t which = random.below(written.events.size());
    const std::size_t bit = random.below(written.events[which].size() * 8);
    if (!is_covered(written.events[which], bit)) return;
    RecordingVisitor visitor;
    StreamGrammar grammar(visitor, {});
    for (std::size_t i = 0; i <= which; ++i) {
      std::string event = written.events[i];
      if (i == which) event[bit / 8] = static_cast<char>(event[bit / 8] ^ (1 << (bit % 8)));
      ASSERT_EQ(grammar.feed(event).has_value(), i != which)
          << "event " << i << " bit " << bit << " of byte " << bit / 8;
    }
  });
}

}  // namespace
}  // namespace millrace::binlog

// The stream around the groups: checksums, positions, files, cuts.

#include "millrace/binlog/stream_grammar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/binlog/binlog_builder.h"
#include "support/binlog/recording_visitor.h"

namespace millrace::binlog {
namespace {

using test::BinlogBuilder;
using test::BinlogBuilderOptions;
using test::le;
using test::RecordingVisitor;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kGtid[] = "3457d932-e55a-11f1-a4af-02fc00000001:5";

BinlogBuilderOptions without_checksum() {
  BinlogBuilderOptions options;
  options.checksum = false;
  return options;
}

// A grammar with a recorder, fed by hand.
class Stream {
 public:
  explicit Stream(StreamGrammarOptions options = {}) : grammar(visitor, std::move(options)) {}

  Status feed(const std::vector<std::string>& events) {
    for (const std::string& event : events) MILLRACE_RETURN_IF_ERROR(grammar.feed(event));
    return {};
  }
  std::string failure(const std::vector<std::string>& events) {
    const Status status = feed(events);
    EXPECT_FALSE(status);
    return status ? "" : status.error().message();
  }

  RecordingVisitor visitor{true};
  StreamGrammar grammar;
};

TEST(Stream, StartAndPositions) {
  Stream stream;
  BinlogBuilder binlog;
  binlog.start_stream("3457d932-e55a-11f1-a4af-02fc00000001:1-4");
  ASSERT_TRUE(stream.feed(binlog.events()));
  EXPECT_THAT(
      stream.visitor.lines(),
      ElementsAre("format 8.4.0", "previous_gtids 3457d932-e55a-11f1-a4af-02fc00000001:1-4"));
  EXPECT_EQ(stream.grammar.position(), (BinlogPosition{"mysql-bin.000001", binlog.position()}));
  const std::string gtid_at = std::to_string(binlog.position());

  Stream again;
  binlog.gtid(kGtid);
  const std::string begin_at = std::to_string(binlog.position());
  binlog.begin();
  const std::string xid_at = std::to_string(binlog.position());
  binlog.xid();
  const std::string end = std::to_string(binlog.position());
  ASSERT_TRUE(again.feed(binlog.events()));
  const std::string file = "mysql-bin.000001:";
  EXPECT_THAT(again.visitor.changes(),
              ElementsAre(std::string("begin ") + kGtid + " thread=7 from " + file + gtid_at + " " +
                              file + begin_at + " #0 @" + file + begin_at + "-" + xid_at,
                          "end commit " + file + end + " #1 @" + file + xid_at + "-" + end));
}

TEST(Stream, InTransactionFromTheGtidOn) {
  Stream stream;
  BinlogBuilder binlog;
  binlog.start_stream().gtid(kGtid).begin().xid();
  std::vector<bool> inside;
  for (const std::string& event : binlog.events()) {
    ASSERT_TRUE(stream.grammar.feed(event));
    inside.push_back(stream.grammar.in_transaction());
  }
  EXPECT_THAT(inside, ElementsAre(false, false, false, true, true, false));
}

// --- checksums ---

TEST(Checksum, SessionAsksForCrcAndTheServerHasNone) {
  Stream stream;
  BinlogBuilder binlog;
  binlog.fake_rotate().set_checksum(false).format_description().begin().xid();
  ASSERT_TRUE(stream.feed(binlog.events()));
  EXPECT_EQ(stream.visitor.changes().size(), 2U);
}

TEST(Checksum, SessionAsksForNoneAndTheServerSendsCrc) {
  Stream stream({.checksum_before_format = false});
  BinlogBuilder binlog(without_checksum());
  binlog.fake_rotate().set_checksum(true).format_description().begin().xid();
  ASSERT_TRUE(stream.feed(binlog.events()));
  EXPECT_EQ(stream.visitor.changes().size(), 2U);
}

TEST(Checksum, ALaterArtificialRotateFollowsTheLastFormat) {
  for (const bool before : {true, false}) {
    SCOPED_TRACE(before);
    Stream stream({.checksum_before_format = before});
    BinlogBuilder binlog;
    binlog.set_checksum(before).fake_rotate().set_checksum(!before).format_description();
    // The server's setting changed: a new file, a new rule from its FORMAT_DESCRIPTION on.
    binlog.fake_rotate().set_checksum(before).format_description().begin().xid();
    ASSERT_TRUE(stream.feed(binlog.events()));
    EXPECT_EQ(stream.visitor.changes().size(), 2U);
  }
}

TEST(Checksum, ResetGoesBackToTheOption) {
  Stream stream({.checksum_before_format = false});
  BinlogBuilder crc;
  const BinlogBuilder none(without_checksum());
  BinlogBuilder rotate_without(without_checksum());
  ASSERT_TRUE(stream.feed(rotate_without.fake_rotate().events()));
  ASSERT_TRUE(stream.feed(crc.format_description().begin().events()));
  stream.grammar.reset({.checksum_before_format = false, .file = "other"});
  EXPECT_EQ(stream.grammar.position(), (BinlogPosition{"other", 4}));
  ASSERT_TRUE(stream.feed(rotate_without.events()));
  EXPECT_THAT(stream.visitor.changes(), testing::SizeIs(1))
      << "reset() does not call on_abandoned()";
}

TEST(Checksum, ADamagedEventIsADefiniteErrorWithItsPlace) {
  BinlogBuilder binlog;
  binlog.start_stream().gtid(kGtid);
  const std::string at = std::to_string(binlog.position());
  binlog.begin();
  for (const std::size_t byte : {std::size_t{0}, std::size_t{5}, std::size_t{30}}) {
    std::vector<std::string> events = binlog.events();
    events.back()[byte] ^= 0x40;
    Stream stream;
    const std::string message = stream.failure(events);
    EXPECT_EQ(message,
              "mysql-bin.000001:" + at + " QUERY of " + kGtid +
                  ": the checksum doesn't hold: the bytes were damaged on their way or on disk");
  }
}

TEST(Checksum, OfAFileThatIsStillWritten) {
  Stream stream;
  BinlogBuilder binlog;
  binlog.format_description(kFlagBinlogInUse).begin();
  ASSERT_TRUE(stream.feed(binlog.events()));
  std::vector<std::string> events = BinlogBuilder().format_description(kFlagBinlogInUse).events();
  events[0][60] ^= 1;
  Stream damaged;
  EXPECT_THAT(damaged.failure(events), HasSubstr("FORMAT_DESCRIPTION: the checksum doesn't hold"));
}

// A server without checksums sends a FORMAT_DESCRIPTION that it changed for a start inside the
// file, and leaves the four bytes as they stand in the file.
TEST(Checksum, OfAFormatDescriptionWithoutAlgorithmIsNotBelieved) {
  BinlogBuilder binlog(without_checksum());
  std::string event = binlog.format_description().events()[0];
  event.back() ^= 1;
  Stream stream({.checksum_before_format = false});
  EXPECT_TRUE(stream.feed({event}));
}

TEST(Checksum, MissingBytes) {
  BinlogBuilder binlog;
  binlog.start_stream();
  Stream stream;
  ASSERT_TRUE(stream.feed(binlog.events()));
  BinlogBuilder bare(without_checksum());
  EXPECT_THAT(stream.failure(bare.stop().events()), HasSubstr("STOP: its checksum is missing"));
}

// --- damaged lengths, wrong starts ---

TEST(Stream, EventsAreWhole) {
  const std::string event = BinlogBuilder().format_description().events()[0];
  Stream cut;
  EXPECT_THAT(cut.failure({event.substr(0, 10)}),
              HasSubstr("binlog:4 event: the bytes of field 'event length'"));
  Stream shorter;
  EXPECT_THAT(shorter.failure({event.substr(0, 60)}),
              HasSubstr("FORMAT_DESCRIPTION: it says to have 123 bytes and has 60"));
  Stream longer;
  EXPECT_THAT(longer.failure({event + "x"}), HasSubstr("it says to have 123 bytes and has 124"));
}

TEST(Stream, BeforeItsFormatDescription) {
  Stream stream;
  EXPECT_THAT(stream.failure(BinlogBuilder().begin().events()),
              HasSubstr("it comes before the stream's FORMAT_DESCRIPTION"));
  Stream ancient;
  EXPECT_THAT(ancient.failure(BinlogBuilder().event(EventType::kStartV3, "x").events()),
              HasSubstr("START_V3: an event of MySQL before 5.1.16"));
}

TEST(Stream, IsStuckAfterAnError) {
  BinlogBuilder binlog;
  binlog.start_stream();
  Stream stream;
  ASSERT_TRUE(stream.feed(binlog.events()));
  const std::string first = stream.failure(BinlogBuilder().xid().events());
  EXPECT_EQ(stream.failure(BinlogBuilder().begin().events()), first);
  stream.grammar.reset({});
  EXPECT_TRUE(stream.feed(binlog.events()));
}

TEST(Stream, AVisitorsErrorGetsThePlace) {
  class Refusing final : public RecordingVisitor {
   public:
    Status on_table_map(const EventContext&, const TableMap&, std::string_view) override {
      return transient_error("no structure");
    }
  } visitor;
  const test::Table table{.columns = {test::int_column("id")}};
  BinlogBuilder binlog;
  binlog.start_stream().gtid(kGtid).begin();
  const std::string at = std::to_string(binlog.position());
  binlog.table_map(table);
  StreamGrammar grammar(visitor, {});
  Status status;
  for (const std::string& event : binlog.events()) status = grammar.feed(event);
  ASSERT_FALSE(status);
  EXPECT_TRUE(status.error().is_transient());
  EXPECT_EQ(status.error().message(),
            "mysql-bin.000001:" + at + " TABLE_MAP of " + kGtid + ": no structure");
}

// --- files and positions ---

TEST(Position, NextFile) {
  Stream stream;
  BinlogBuilder binlog;
  binlog.start_stream().begin().xid().next_file("mysql-bin.000002").begin().xid();
  ASSERT_TRUE(stream.feed(binlog.events()));
  EXPECT_EQ(stream.grammar.position(), (BinlogPosition{"mysql-bin.000002", binlog.position()}));
}

TEST(Position, StartInsideAFile) {
  Stream stream;
  BinlogBuilder binlog;
  binlog.seek(5'000'000'000).fake_rotate().artificial_format_description().begin().xid();
  ASSERT_TRUE(stream.feed(binlog.events()));
  EXPECT_EQ(stream.grammar.position().offset, binlog.position());
  EXPECT_GT(binlog.position(), 5'000'000'000U);
}

TEST(Position, CrossesFourGigabytes) {
  constexpr std::uint64_t kFourGigabytes = 1ULL << 32;
  const test::Table table{.columns = {test::int_column("id")}};
  Stream stream;
  BinlogBuilder binlog;
  binlog.start_stream().seek(kFourGigabytes - 200).begin().table_map(table);
  ASSERT_TRUE(stream.feed(binlog.events()));
  EXPECT_EQ(stream.grammar.position().offset, binlog.position());
  BinlogBuilder rest;
  rest.seek(binlog.position());
  for (int i = 0; i < 10; ++i) rest.write_rows(table, {{le(1, 4)}});
  rest.xid();
  ASSERT_GT(rest.position(), kFourGigabytes);
  ASSERT_TRUE(stream.feed(rest.events()));
  EXPECT_EQ(stream.grammar.position().offset, rest.position());
  const std::string last = stream.visitor.lines().back();
  EXPECT_THAT(last, HasSubstr("-" + std::to_string(rest.position())));
}

TEST(Position, OneEventCrossesTwoRanges) {
  // Skipped groups and a gigabyte event: the widest step that can be told from a step back.
  Stream stream;
  BinlogBuilder binlog;
  binlog.start_stream().seek((1ULL << 32) - 1000).begin().seek((1ULL << 32) + (1ULL << 30)).xid();
  ASSERT_TRUE(stream.feed(binlog.events()));
  EXPECT_EQ(stream.grammar.position().offset, binlog.position());
}

TEST(Position, AStepBackIsNoWrap) {
  Stream stream;
  BinlogBuilder binlog;
  binlog.start_stream().seek(100'000).begin().seek(50'000).xid();
  ASSERT_TRUE(stream.feed(binlog.events()));
  EXPECT_EQ(stream.grammar.position().offset, binlog.position());
}

TEST(Position, EventsWithoutAPlaceKeepIt) {
  Stream stream;
  BinlogBuilder binlog;
  binlog.start_stream().begin();
  std::vector<std::string> events = binlog.events();
  // As a proxy or fork may send it: log_pos 0.
  std::string xid = BinlogBuilder(without_checksum()).xid().events()[0];
  xid.replace(13, 4, 4, '\0');
  BinlogBuilder plain(without_checksum());
  plain.set_checksum(true).fake_rotate().set_checksum(false).format_description().begin();
  Stream other;
  ASSERT_TRUE(other.feed(plain.events()));
  ASSERT_TRUE(other.feed({xid}));
  EXPECT_EQ(other.grammar.position().offset, plain.position());
}

TEST(Heartbeat, TellsWhereTheServerIs) {
  Stream stream;
  BinlogBuilder binlog;
  binlog.start_stream().heartbeat().seek(7000).heartbeat().seek(5'000'000'000).heartbeat_v2();
  ASSERT_TRUE(stream.feed(binlog.events()));
  const std::vector<std::string>& lines = stream.visitor.lines();
  ASSERT_EQ(lines.size(), 5U);
  EXPECT_EQ(lines[3], "heartbeat mysql-bin.000001:7000");
  EXPECT_EQ(lines[4], "heartbeat mysql-bin.000001:5000000000");
  EXPECT_EQ(stream.grammar.position().offset, 5'000'000'000U) << "it passed over groups left out";
}

TEST(Heartbeat, InsideATransactionChangesNothing) {
  Stream stream;
  BinlogBuilder binlog;
  binlog.start_stream().gtid(kGtid).heartbeat().begin().heartbeat().xid();
  ASSERT_TRUE(stream.feed(binlog.events()));
  EXPECT_EQ(stream.visitor.changes().size(), 2U);
  EXPECT_EQ(stream.grammar.position().offset, binlog.position());
}

// --- cut streams ---

TEST(Cut, ByAFormatDescriptionOrARotateInsideATransaction) {
  for (const bool by_rotate : {true, false}) {
    Stream stream;
    BinlogBuilder binlog;
    binlog.start_stream().gtid(kGtid).begin();
    if (by_rotate) binlog.fake_rotate();
    binlog.format_description().gtid(kGtid).begin().xid();
    ASSERT_TRUE(stream.feed(binlog.events()));
    const std::vector<std::string> lines = stream.visitor.changes();
    ASSERT_EQ(lines.size(), 4U);
    EXPECT_EQ(lines[1], "abandoned");
    EXPECT_THAT(lines[3], testing::StartsWith("end commit"));
  }
}

TEST(Cut, AfterAGtidAloneNothingWasSeen) {
  Stream stream;
  BinlogBuilder binlog;
  binlog.start_stream().gtid(kGtid).next_file("mysql-bin.000002").begin().xid();
  ASSERT_TRUE(stream.feed(binlog.events()));
  EXPECT_EQ(stream.visitor.changes().size(), 2U);
  EXPECT_THAT(stream.visitor.changes()[0], testing::StartsWith("begin anonymous"));
}

}  // namespace
}  // namespace millrace::binlog

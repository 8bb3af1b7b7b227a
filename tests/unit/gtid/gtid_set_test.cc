#include "millrace/gtid/gtid_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace millrace::gtid {
namespace {

constexpr char kA[] = "3457d932-e55a-11f1-a4af-02fc00000001";
constexpr char kB[] = "a8c0d2b9-e55b-11f1-885b-02fc00000001";

std::string a(const std::string& rest) { return std::string(kA) + ":" + rest; }
std::string b(const std::string& rest) { return std::string(kB) + ":" + rest; }

GtidSet set(const std::string& text) {
  auto parsed = GtidSet::parse(text);
  EXPECT_TRUE(parsed) << text << ": " << parsed.error().message();
  return parsed ? std::move(parsed).value() : GtidSet();
}

Gtid gtid(const std::string& text) {
  auto parsed = Gtid::parse(text);
  EXPECT_TRUE(parsed) << text << ": " << parsed.error().message();
  return parsed ? std::move(parsed).value() : Gtid();
}

std::string bytes(std::string_view hex) {
  std::string out;
  int high = -1;
  for (const char c : hex) {
    if (c == ' ') continue;
    const int digit = c <= '9' ? c - '0' : c - 'a' + 10;
    if (high < 0) {
      high = digit;
    } else {
      out.push_back(static_cast<char>(high * 16 + digit));
      high = -1;
    }
  }
  return out;
}

struct TextRow {
  const char* name;
  std::string text;
  std::string canonical;
  std::uint64_t count;
};

class GtidSetText : public testing::TestWithParam<TextRow> {};

TEST_P(GtidSetText, CanonicalFormAndRoundTrips) {
  const GtidSet parsed = set(GetParam().text);
  EXPECT_EQ(parsed.to_text(), GetParam().canonical);
  EXPECT_EQ(parsed.count(), GetParam().count);
  EXPECT_EQ(parsed.empty(), GetParam().count == 0);
  EXPECT_EQ(set(parsed.to_text()), parsed);
  const auto decoded = GtidSet::decode(parsed.encode());
  ASSERT_TRUE(decoded) << decoded.error().message();
  EXPECT_EQ(*decoded, parsed);
}

INSTANTIATE_TEST_SUITE_P(
    Texts, GtidSetText,
    testing::Values(TextRow{"empty", "", "", 0}, TextRow{"only_space", " \n\t ", "", 0},
                    TextRow{"one", a("5"), a("5"), 1}, TextRow{"interval", a("1-5"), a("1-5"), 5},
                    TextRow{"upper_case", "3457D932-E55A-11F1-A4AF-02FC00000001:1", a("1"), 1},
                    TextRow{"joined_when_touching", a("1-5:6:7-9"), a("1-9"), 9},
                    TextRow{"unordered_and_overlapping", a("7-9:1-5:4-7:20"), a("1-9:20"), 10},
                    TextRow{"white_space", " " + a(" 1 - 5 : 7 ") + " ,\n" + b("1"),
                            a("1-5:7,") + b("1"), 7},
                    TextRow{"stray_commas", "," + a("1") + ",,", a("1"), 1},
                    TextRow{"uuids_in_order", b("1") + "," + a("1"), a("1,") + b("1"), 2},
                    TextRow{"same_uuid_twice", a("1,") + a("3"), a("1:3"), 2},
                    TextRow{"tag", a("mytag:1"), a("mytag:1"), 1},
                    TextRow{"tag_in_lower_case", a("MyTag_1:1"), a("mytag_1:1"), 1},
                    TextRow{"tag_after_intervals", a("1-5:7:tag:1-3,") + b("1"),
                            a("1-5:7:tag:1-3,") + b("1"), 10},
                    TextRow{"tags_in_order", a("b:1:a:2,") + a("9"), a("9:a:2:b:1"), 3},
                    TextRow{"longest_tag", a("abcdefghijklmnopqrstuvwxyz_12345:1"),
                            a("abcdefghijklmnopqrstuvwxyz_12345:1"), 1},
                    TextRow{"largest_number", a("1-9223372036854775806"),
                            a("1-9223372036854775806"), 9223372036854775806ULL}),
    [](const auto& row) { return row.param.name; });

TEST(GtidSet, CountSaturates) {
  const std::string all = "1-9223372036854775806";
  EXPECT_EQ(set(a(all + ":x:" + all)).count(), 2 * 9223372036854775806ULL);
  EXPECT_EQ(set(a(all + ":x:" + all + ":y:" + all)).count(),
            std::numeric_limits<std::uint64_t>::max());
}

TEST(GtidSet, BadTextIsAnErrorThatQuotesIt) {
  const struct {
    std::string text;
    const char* message;
  } rows[] = {
      {"x", "expected a UUID at offset 0"},
      {kA, "expected an interval at offset 36"},
      {a(""), "expected an interval or a tag at offset 37"},
      {a("0"), "a transaction number is from 1 to 2^63 - 2"},
      {a("9223372036854775807"), "a transaction number is from 1 to 2^63 - 2"},
      {a("99999999999999999999"), "expected a transaction number"},
      {a("5-3"), "an interval ends before it begins"},
      {a("1-"), "expected a transaction number"},
      {a("1--2"), "expected a transaction number"},
      {a("1 2"), "expected ',' or ':' at offset 39"},
      {a("tag"), "expected an interval"},
      {a("tag:other:1"), "expected an interval"},
      {a("t-g:1"), "expected an interval"},
      {a("abcdefghijklmnopqrstuvwxyz_123456:1"), "a tag has at most 32 characters"},
      {a("1;") + b("1"), "expected ',' or ':'"},
  };
  for (const auto& row : rows) {
    const auto parsed = GtidSet::parse(row.text);
    ASSERT_FALSE(parsed) << row.text;
    EXPECT_THAT(parsed.error().message(), testing::HasSubstr(row.message)) << row.text;
    EXPECT_FALSE(parsed.error().is_transient());
  }
}

TEST(Gtid, TextRoundTrip) {
  EXPECT_EQ(gtid(a("5")).to_text(), a("5"));
  EXPECT_EQ(gtid(a("Tag:5")).to_text(), a("tag:5"));
  for (const std::string& bad : {std::string(), std::string(kA), a(""), a("1-2"), a("tag"),
                                 a("tag:x"), a("1:2"), a("tag:0")}) {
    EXPECT_FALSE(Gtid::parse(bad)) << bad;
  }
}

TEST(GtidSet, AddAndRemoveOne) {
  GtidSet s;
  for (const char* gno : {"2", "4", "3", "1", "9", "3"}) s.add(gtid(a(gno)));
  EXPECT_EQ(s.to_text(), a("1-4:9"));
  s.add(gtid(a("tag:1")));
  EXPECT_TRUE(s.contains(gtid(a("4"))));
  EXPECT_FALSE(s.contains(gtid(a("5"))));
  EXPECT_TRUE(s.contains(gtid(a("tag:1"))));
  EXPECT_FALSE(s.contains(gtid(a("tag:2"))));
  EXPECT_FALSE(s.contains(gtid(b("1"))));
  EXPECT_FALSE(s.contains(Gtid()));
  s.remove(gtid(a("3")));
  EXPECT_EQ(s.to_text(), a("1-2:4:9:tag:1"));
  s.remove(gtid(a("9")));
  s.remove(gtid(a("1")));
  s.remove(gtid(a("7")));
  s.remove(gtid(b("7")));
  s.remove(Gtid());
  EXPECT_EQ(s.to_text(), a("2:4:tag:1"));
  s.remove(gtid(a("tag:1")));
  s.remove(gtid(a("2")));
  s.remove(gtid(a("4")));
  EXPECT_TRUE(s.empty());
}

TEST(GtidSet, Algebra) {
  const struct {
    const char* name;
    std::string left, right, sum, difference;
  } rows[] = {
      {"nothing", a("1-5"), "", a("1-5"), a("1-5")},
      {"middle", a("1-9"), a("4-5"), a("1-9"), a("1-3:6-9")},
      {"left_edge", a("1-9"), a("1-2"), a("1-9"), a("3-9")},
      {"right_edge", a("1-9"), a("8-12"), a("1-12"), a("1-7")},
      {"several_intervals", a("1-3:5-7:9-11"), a("2-10"), a("1-11"), a("1:11")},
      {"all", a("1-3:5-7"), a("1-7"), a("1-7"), ""},
      {"other_tag", a("1-3"), a("t:1-3"), a("1-3:t:1-3"), a("1-3")},
      {"other_uuid", a("1-3"), b("1-3"), a("1-3,") + b("1-3"), a("1-3")},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    GtidSet sum = set(row.left);
    sum.add(set(row.right));
    EXPECT_EQ(sum.to_text(), row.sum);
    GtidSet difference = set(row.left);
    difference.subtract(set(row.right));
    EXPECT_EQ(difference.to_text(), row.difference);
    EXPECT_TRUE(set(row.left).is_subset_of(sum));
    EXPECT_TRUE(set(row.right).is_subset_of(sum));
    EXPECT_EQ(set(row.left).is_subset_of(set(row.right)), row.difference.empty());
  }
  GtidSet self = set(a("1-3"));
  self.add(self);
  EXPECT_EQ(self.to_text(), a("1-3"));
  self.subtract(self);
  EXPECT_TRUE(self.empty());
}

TEST(GtidSet, SubsetAcrossAGap) {
  EXPECT_TRUE(set(a("2:6")).is_subset_of(set(a("1-3:5-7"))));
  EXPECT_FALSE(set(a("2-6")).is_subset_of(set(a("1-3:5-7"))));
  EXPECT_FALSE(set(a("4")).is_subset_of(set(a("1-3:5-7"))));
  EXPECT_FALSE(set(a("8")).is_subset_of(set(a("1-3:5-7"))));
  EXPECT_TRUE(GtidSet().is_subset_of(GtidSet()));
}

TEST(GtidSet, OfServersUnknownToAnother) {
  const GtidSet purged = set(a("1-9:tag:1-2") + "," + b("1-5:tag:7"));
  const struct {
    const char* name;
    std::string known;
    std::string unknown;
  } rows[] = {
      {"nothing known", "", purged.to_text()},
      {"one known", a("1"), b("1-5:tag:7")},
      {"known by a tag alone", b("other:1"), a("1-9:tag:1-2")},
      {"both", a("1") + "," + b("1"), ""},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(purged.of_servers_unknown_to(set(row.known)).to_text(), row.unknown) << row.name;
  }
}

TEST(GtidSet, UntaggedBinaryForm) {
  const std::string wire = bytes(
      "0100000000000000 3457d932e55a11f1a4af02fc00000001 0200000000000000"
      "0100000000000000 0600000000000000 0700000000000000 0800000000000000");
  EXPECT_EQ(set(a("1-5:7")).encode(), wire);
  EXPECT_EQ(GtidSet().encode(), std::string(8, '\0'));
  EXPECT_EQ(GtidSet::decode(wire)->to_text(), a("1-5:7"));
}

// Accepted by a 9.7 server as the set of a dump command.
TEST(GtidSet, TaggedBinaryForm) {
  const std::string wire = bytes(
      "0102000000000001"
      "3457d932e55a11f1a4af02fc00000001 00 0100000000000000 0100000000000000 7d00000000000000"
      "3457d932e55a11f1a4af02fc00000001 0a6d79746167 0100000000000000 0100000000000000"
      "0200000000000000");
  EXPECT_EQ(set(a("1-124:mytag:1")).encode(), wire);
  EXPECT_EQ(GtidSet::decode(wire)->to_text(), a("1-124:mytag:1"));
  // How 9.7 writes an empty set.
  EXPECT_TRUE(GtidSet::decode(bytes("0100000000000001"))->empty());
}

TEST(GtidSet, BadBytesAreAnError) {
  const std::string uuid = "3457d932e55a11f1a4af02fc00000001";
  const struct {
    const char* name;
    std::string hex;
  } rows[] = {
      {"nothing", ""},
      {"short_count", "01000000000000"},
      {"unknown_format", "0200000000000002"},
      {"half_a_tagged_format", "0000000000000001"},
      {"count_without_sets", "ffffffffffffff00"},
      {"tagged_count_without_sets", "01ffffffffffff01"},
      {"intervals_beyond_the_end", "0100000000000000" + uuid + "ffffffffffffff7f"},
      {"trailing_byte", "000000000000000000"},
      {"empty_interval",
       "0100000000000000" + uuid + "0100000000000000 0500000000000000 0500000000000000"},
      {"number_zero",
       "0100000000000000" + uuid + "0100000000000000 0000000000000000 0500000000000000"},
      {"negative",
       "0100000000000000" + uuid + "0100000000000000 ffffffffffffffff 0500000000000000"},
      {"unordered", "0100000000000000" + uuid +
                        "0200000000000000 0500000000000000 0600000000000000"
                        "0100000000000000 0200000000000000"},
      {"repeated_uuid", "0200000000000000" + uuid +
                            "0100000000000000 0100000000000000 0200000000000000" + uuid +
                            "0100000000000000 0300000000000000 0400000000000000"},
      {"tag_beyond_the_end", "0101000000000001" + uuid + "ffffffffffffffffff"},
      {"tag_with_capital",
       "0101000000000001" + uuid + "0241 0100000000000000 0100000000000000 0200000000000000"},
  };
  for (const auto& row : rows) {
    const auto decoded = GtidSet::decode(bytes(row.hex));
    ASSERT_FALSE(decoded) << row.name;
    EXPECT_THAT(decoded.error().message(), testing::HasSubstr("GTID set")) << row.name;
  }
}

}  // namespace
}  // namespace millrace::gtid

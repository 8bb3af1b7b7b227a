// The validators find what they are for: each fault is put into a good stream and must be reported.

#include "support/validators.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Stream {
 public:
  Stream& create(int id, const std::string& row) { return add(id, 'c', "", row); }
  Stream& update(int id, const std::string& before, const std::string& after) {
    return add(id, 'u', before, after);
  }
  Stream& remove(int id, const std::string& before) {
    return add(id, 'd', before, "").tombstone(id);
  }
  Stream& remove_without_tombstone(int id, const std::string& before) {
    return add(id, 'd', before, "");
  }
  Stream& tombstone(int id) {
    Event event = base(id);
    event.tombstone = true;
    events_.push_back(event);
    return *this;
  }
  Stream& truncate() {
    Event event = base(0);
    event.key.clear();
    event.op = 't';
    events_.push_back(event);
    return *this;
  }
  // The three records of an update that changes the key share the row's position.
  Stream& key_change(int from, int to, const std::string& before, const std::string& after) {
    remove(from, before);
    create(to, after);
    events_.back().pos = (events_.end() - 3)->pos;
    events_.back().follows_key_change = true;
    return *this;
  }
  Stream& again(std::size_t i) {
    events_.push_back(events_[i]);
    return *this;
  }
  Stream& on_partition(int partition) {
    events_.back().partition = partition;
    return *this;
  }
  const std::vector<Event>& events() const { return events_; }

 private:
  Event base(int id) {
    Event event;
    event.topic = "p.d.t";
    event.key = "{\"id\":" + std::to_string(id) + "}";
    event.offset = static_cast<std::int64_t>(events_.size());
    return event;
  }
  Stream& add(int id, char op, const std::string& before, const std::string& after) {
    Event event = base(id);
    event.op = op;
    if (!before.empty()) event.before = before;
    if (!after.empty()) event.after = after;
    event.file = "binlog.000001";
    event.pos = 100 * ++positions_;
    events_.push_back(event);
    return *this;
  }

  std::vector<Event> events_;
  std::uint64_t positions_ = 0;
};

Stream good_stream() {
  return Stream()
      .create(1, "a")
      .update(1, "a", "b")
      .create(2, "x")
      .remove(2, "x")
      .create(2, "y")
      .key_change(1, 3, "b", "c");
}

TEST(Validators, AGoodStreamHasNoFaults) {
  const Stream good = good_stream();
  EXPECT_THAT(check_key_order(good.events()), IsEmpty());
  EXPECT_THAT(check_no_duplicates(good.events()), IsEmpty());
  EXPECT_THAT(check_no_duplicates(good.events(), Identity::kContent), IsEmpty());
}

TEST(Validators, FoldKeepsTheLastRowOfEachKey) {
  EXPECT_EQ(fold(good_stream().events()), (Rows{{"{\"id\":2}", "y"}, {"{\"id\":3}", "c"}}));
  EXPECT_EQ(fold(Stream().create(1, "a").truncate().create(2, "b").events()),
            (Rows{{"{\"id\":2}", "b"}}));
}

TEST(Validators, FoldRefusesEventsWithoutAKey) {
  std::vector<Event> events = Stream().create(1, "a").events();
  events[0].key.clear();
  EXPECT_THROW(fold(events), std::runtime_error);
}

struct FaultCase {
  const char* name;
  Stream stream;
  const char* found;
};

class KeyOrderFaults : public ::testing::TestWithParam<FaultCase> {};

TEST_P(KeyOrderFaults, AreFound) {
  const Faults faults = check_key_order(GetParam().stream.events());
  ASSERT_THAT(faults, SizeIs(1));
  EXPECT_THAT(faults[0], HasSubstr(GetParam().found));
}

INSTANTIATE_TEST_SUITE_P(
    All, KeyOrderFaults,
    ::testing::Values(
        FaultCase{"lost_update", Stream().create(1, "a").update(1, "b", "c"),
                  "before is not the previous after"},
        FaultCase{"create_twice", Stream().create(1, "a").create(1, "a"),
                  "a create of a row that is there"},
        FaultCase{"lost_create", Stream().update(1, "a", "b"),
                  "a change of a row that isn't there"},
        FaultCase{"lost_create_before_delete", Stream().remove(1, "a"),
                  "a change of a row that isn't there"},
        FaultCase{"delete_of_another_row", Stream().create(1, "a").remove(1, "b"),
                  "before is not the previous after"},
        FaultCase{"lost_tombstone", Stream().create(1, "a").remove_without_tombstone(1, "a"),
                  "no tombstone after"},
        FaultCase{"lost_tombstone_then_create",
                  Stream().create(1, "a").remove_without_tombstone(1, "a").create(1, "b"),
                  "no tombstone after"},
        FaultCase{"tombstone_alone", Stream().create(1, "a").tombstone(1),
                  "a tombstone without a delete"},
        FaultCase{"other_partition", Stream().create(1, "a").update(1, "a", "b").on_partition(1),
                  "changed its partition"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Validators, WithoutTombstonesADeleteStandsAlone) {
  EXPECT_THAT(
      check_key_order(Stream().create(1, "a").remove_without_tombstone(1, "a").events(), false),
      IsEmpty());
}

TEST(Validators, ADuplicateIsFoundByPosition) {
  const Faults faults = check_no_duplicates(good_stream().again(1).events());
  ASSERT_THAT(faults, SizeIs(1));
  EXPECT_THAT(faults[0], HasSubstr("twice"));
  EXPECT_THAT(check_no_duplicates(good_stream().again(1).events(), Identity::kContent), SizeIs(1));
}

TEST(Validators, EventsOfACompressedTransactionAreToldApartByContent) {
  std::vector<Event> events = Stream().create(1, "a").create(2, "b").events();
  events[1].pos = events[0].pos;
  EXPECT_THAT(check_no_duplicates(events), SizeIs(1));
  EXPECT_THAT(check_no_duplicates(events, Identity::kContent), IsEmpty());
}

TEST(Validators, AKeyChangeCountsAsOneChange) {
  EXPECT_EQ(count_changes(good_stream().events()), 6U);
  EXPECT_EQ(count_changes(good_stream().again(0).events()), 7U);
}

TEST(Validators, RowsAreCompared) {
  const Rows table = {{"1", "a"}, {"2", "b"}};
  EXPECT_THAT(compare_rows(table, table, "t"), IsEmpty());
  EXPECT_THAT(join(compare_rows({{"1", "a"}}, table, "t")), HasSubstr("1 rows of t are missing"));
  EXPECT_THAT(join(compare_rows({{"1", "a"}, {"2", "b"}, {"3", "c"}}, table, "t")),
              HasSubstr("not in t"));
  EXPECT_THAT(join(compare_rows({{"1", "a"}, {"2", "x"}}, table, "t")), HasSubstr("differ"));
}

}  // namespace
}  // namespace millrace::testing

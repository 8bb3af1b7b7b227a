#include "millrace/gtid/gtid_set.h"

#include <algorithm>
#include <limits>

#include "millrace/base/assert.h"

namespace millrace::gtid {
namespace {

// The first of the intervals that ends at `first` or later: the first that an interval from there
// on could touch.
template <typename Intervals>
auto first_reaching(Intervals& intervals, std::int64_t first) {
  return std::lower_bound(intervals.begin(), intervals.end(), first,
                          [](const auto& interval, std::int64_t at) { return interval.end < at; });
}

// The largest number is one below the type's, so that an interval's exclusive end fits too.
bool is_gno(Gno gno) {
  return gno.value() >= 1 && gno.value() < std::numeric_limits<std::int64_t>::max();
}

bool is_tag(std::string_view tag) {
  constexpr std::size_t kMaxTagLength = 32;
  if (tag.size() > kMaxTagLength || (!tag.empty() && tag[0] >= '0' && tag[0] <= '9')) return false;
  return std::all_of(tag.begin(), tag.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

}  // namespace

bool Gtid::is_valid() const { return is_gno(gno) && is_tag(tag); }

void GtidSet::add_interval(const Tsid& tsid, Interval interval) {
  MILLRACE_ASSERT(interval.first > 0 && interval.first < interval.end, "an interval is not empty");
  auto& intervals = intervals_[tsid];
  // The common case: the next transaction of a server that is followed.
  if (!intervals.empty() && intervals.back().end == interval.first) {
    intervals.back().end = interval.end;
    return;
  }
  const auto begin = first_reaching(intervals, interval.first);
  auto end = begin;
  while (end != intervals.end() && end->first <= interval.end) {
    interval.first = std::min(interval.first, end->first);
    interval.end = std::max(interval.end, end->end);
    ++end;
  }
  if (begin == end) {
    intervals.insert(begin, interval);
  } else {
    *begin = interval;
    intervals.erase(begin + 1, end);
  }
}

void GtidSet::remove_interval(const Tsid& tsid, Interval interval) {
  const auto found = intervals_.find(tsid);
  if (found == intervals_.end()) return;
  auto& intervals = found->second;
  // Only the two outermost intervals can survive in part.
  auto begin = first_reaching(intervals, interval.first + 1);
  if (begin != intervals.end() && begin->first < interval.first && interval.end < begin->end) {
    const Interval right{interval.end, begin->end};
    begin->end = interval.first;
    intervals.insert(begin + 1, right);
    return;
  }
  if (begin != intervals.end() && begin->first < interval.first) {
    begin->end = interval.first;
    ++begin;
  }
  auto end = begin;
  while (end != intervals.end() && end->end <= interval.end) ++end;
  if (end != intervals.end() && end->first < interval.end) end->first = interval.end;
  intervals.erase(begin, end);
  if (intervals.empty()) intervals_.erase(found);
}

void GtidSet::add(const Gtid& gtid) {
  MILLRACE_ASSERT(gtid.is_valid(), "a GTID as servers give them");
  const std::int64_t gno = gtid.gno.value();
  add_interval(Tsid{gtid.uuid, gtid.tag}, Interval{gno, gno + 1});
}

void GtidSet::add(const GtidSet& other) {
  if (&other == this) return;
  for (const auto& [tsid, intervals] : other.intervals_) {
    for (const Interval& interval : intervals) add_interval(tsid, interval);
  }
}

void GtidSet::subtract(const GtidSet& other) {
  if (&other == this) {
    intervals_.clear();
    return;
  }
  for (const auto& [tsid, intervals] : other.intervals_) {
    for (const Interval& interval : intervals) remove_interval(tsid, interval);
  }
}

void GtidSet::remove(const Gtid& gtid) {
  if (!is_gno(gtid.gno)) return;
  const std::int64_t gno = gtid.gno.value();
  remove_interval(Tsid{gtid.uuid, gtid.tag}, Interval{gno, gno + 1});
}

bool GtidSet::contains(const Gtid& gtid) const {
  if (!is_gno(gtid.gno)) return false;
  const auto found = intervals_.find(Tsid{gtid.uuid, gtid.tag});
  if (found == intervals_.end()) return false;
  const std::int64_t gno = gtid.gno.value();
  const auto at = first_reaching(found->second, gno + 1);
  return at != found->second.end() && at->first <= gno;
}

bool GtidSet::is_subset_of(const GtidSet& other) const {
  for (const auto& [tsid, intervals] : intervals_) {
    const auto found = other.intervals_.find(tsid);
    if (found == other.intervals_.end()) return false;
    const auto& theirs = found->second;
    auto at = theirs.begin();
    for (const Interval& interval : intervals) {
      while (at != theirs.end() && at->end < interval.end) ++at;
      if (at == theirs.end() || at->first > interval.first) return false;
    }
  }
  return true;
}

GtidSet GtidSet::of_servers_unknown_to(const GtidSet& other) const {
  GtidSet unknown;
  for (const auto& [tsid, intervals] : intervals_) {
    // Tags of a server follow each other, the empty one first.
    const auto known = other.intervals_.lower_bound(Tsid{tsid.uuid, ""});
    if (known != other.intervals_.end() && known->first.uuid == tsid.uuid) continue;
    unknown.intervals_.emplace(tsid, intervals);
  }
  return unknown;
}

std::uint64_t GtidSet::count() const {
  std::uint64_t total = 0;
  for (const auto& [tsid, intervals] : intervals_) {
    for (const Interval& interval : intervals) {
      const auto size = static_cast<std::uint64_t>(interval.end - interval.first);
      if (size > std::numeric_limits<std::uint64_t>::max() - total) {
        return std::numeric_limits<std::uint64_t>::max();
      }
      total += size;
    }
  }
  return total;
}

}  // namespace millrace::gtid

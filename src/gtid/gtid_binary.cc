// GTID sets as bytes: the form of PREVIOUS_GTIDS events and of the dump command.
//
//   untagged   u64 n; n times: uuid, intervals
//   tagged     u8 1, u48 n, u8 1; n times: uuid, varint length and tag, intervals (since 8.3)
//   intervals  u64 m; m times: i64 first, i64 end (exclusive), ascending
//
// The eighth byte tells them apart: it is the top byte of an untagged count, and so always 0 there.

#include <algorithm>

#include "millrace/base/byte_cursor.h"
#include "millrace/gtid/gtid_set.h"
#include "millrace/gtid/varint.h"

namespace millrace::gtid {
namespace {

constexpr std::size_t kUuidBytes = 16;
constexpr std::size_t kIntervalBytes = 16;
constexpr char kTaggedFormat = 1;

void append_u64(std::uint64_t value, std::string& out) {
  for (int shift = 0; shift < 64; shift += 8) out.push_back(static_cast<char>(value >> shift));
}

struct Header {
  bool tagged = false;
  std::uint64_t count = 0;
};

Header read_header(ByteCursor& cursor) {
  const std::uint64_t word = cursor.read_u64();
  Header header;
  header.tagged = (word >> 56) == kTaggedFormat;
  header.count = header.tagged ? (word << 8) >> 16 : word;
  // The first byte repeats the format; anything else up there is no count that fits into memory.
  if (header.tagged ? (word & 0xff) != kTaggedFormat : (word >> 56) != 0) cursor.fail();
  return header;
}

Error malformed(const ByteCursor& cursor, std::string_view what) {
  return definite_error("GTID set of " + std::string(what) + " at byte " +
                        std::to_string(cursor.position()));
}

}  // namespace

Result<GtidSet> GtidSet::decode(std::string_view bytes) {
  ByteCursor cursor(bytes);
  const Header header = read_header(cursor);
  if (cursor.failed()) return malformed(cursor, "an unknown binary form");
  GtidSet set;
  // A count comes from outside: the loops end with the bytes, and nothing is reserved by it.
  for (std::uint64_t i = 0; i < header.count; ++i) {
    const std::string_view uuid = cursor.read_bytes(kUuidBytes);
    const std::string_view tag =
        header.tagged ? cursor.read_bytes(read_varint(cursor)) : std::string_view();
    const std::uint64_t interval_count = cursor.read_u64();
    if (cursor.failed() || interval_count > cursor.remaining() / kIntervalBytes) {
      return malformed(cursor, "more transactions than bytes");
    }
    const Gtid any{Uuid::from_bytes(uuid), std::string(tag), Gno(1)};
    if (!any.is_valid()) return malformed(cursor, "an impossible tag");
    std::vector<Interval> intervals;
    intervals.reserve(interval_count);
    std::int64_t last_end = 1;
    for (std::uint64_t j = 0; j < interval_count; ++j) {
      const auto first = static_cast<std::int64_t>(cursor.read_u64());
      const auto end = static_cast<std::int64_t>(cursor.read_u64());
      if (first < last_end || end <= first) return malformed(cursor, "unordered intervals");
      if (!intervals.empty() && intervals.back().end == first) {
        intervals.back().end = end;
      } else {
        intervals.push_back(Interval{first, end});
      }
      last_end = end;
    }
    if (intervals.empty()) continue;
    if (!set.intervals_.try_emplace(Tsid{any.uuid, any.tag}, std::move(intervals)).second) {
      return malformed(cursor, "a repeated UUID");
    }
  }
  if (!cursor.at_end()) return malformed(cursor, "fewer transactions than bytes");
  return set;
}

std::string GtidSet::encode() const {
  const bool tagged = std::any_of(intervals_.begin(), intervals_.end(),
                                  [](const auto& entry) { return !entry.first.tag.empty(); });
  const std::uint64_t count = intervals_.size();
  constexpr std::uint64_t kFormat = kTaggedFormat;
  std::string out;
  append_u64(tagged ? (kFormat << 56) | (count << 8) | kFormat : count, out);
  for (const auto& [tsid, intervals] : intervals_) {
    out.append(reinterpret_cast<const char*>(tsid.uuid.bytes().data()), kUuidBytes);
    if (tagged) {
      append_varint(tsid.tag.size(), out);
      out.append(tsid.tag);
    }
    append_u64(intervals.size(), out);
    for (const Interval& interval : intervals) {
      append_u64(static_cast<std::uint64_t>(interval.first), out);
      append_u64(static_cast<std::uint64_t>(interval.end), out);
    }
  }
  return out;
}

}  // namespace millrace::gtid

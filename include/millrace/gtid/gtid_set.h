#pragma once

// GTIDs: names of transactions, and sets of them. A source's position in a server's history is the
// set of the transactions that it has published; the server sends what is not in it. Sets come as
// text (variables, offsets) and as bytes (the dump command, PREVIOUS_GTIDS); both forms carry tags
// (MySQL 8.3).
//
// Values; pure; not synchronised. Parsing bad input returns a definite error that quotes it.

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/base/strong_id.h"

namespace millrace::gtid {

// A transaction's number within its server and tag; from 1.
using Gno = StrongId<struct GnoTag, std::int64_t>;

class Uuid {
 public:
  Uuid() = default;
  explicit Uuid(std::array<std::uint8_t, 16> bytes) : bytes_(bytes) {}
  // 8-4-4-4-12 hex digits, either case.
  static Result<Uuid> parse(std::string_view text);
  // `bytes` has 16 bytes.
  static Uuid from_bytes(std::string_view bytes);
  // A UUID derived from a name: the same name gives the same UUID for ever (RFC 9562 version 8).
  static Uuid derive(std::string_view name);

  const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }
  std::string to_text() const;
  bool is_nil() const { return bytes_ == std::array<std::uint8_t, 16>{}; }
  friend auto operator<=>(const Uuid&, const Uuid&) = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

struct Gtid {
  Uuid uuid;
  std::string tag;  // empty, or [a-z_][a-z0-9_]{0,31}
  Gno gno;

  // "uuid:5" or "uuid:tag:5".
  std::string to_text() const;
  static Result<Gtid> parse(std::string_view text);
  // Whether tag and number are ones that a server gives: a tag in its canonical form, a number of 1
  // to 2^63 - 2.
  bool is_valid() const;
  friend auto operator<=>(const Gtid&, const Gtid&) = default;
};

class GtidSet {
 public:
  // Text as the server prints and accepts it: "uuid:1-5:7:tag:1-3,uuid2:1", any white space; "" is
  // the empty set.
  static Result<GtidSet> parse(std::string_view text);
  // The binary form of PREVIOUS_GTIDS and of the dump command, untagged or tagged (8.3).
  static Result<GtidSet> decode(std::string_view bytes);

  // Canonical text: ascending UUIDs and tags, no white space, lower case; one UUID's tags follow
  // each other.
  std::string to_text() const;
  // The dump command's binary form; the tagged form only where a tag is present.
  std::string encode() const;

  // `gtid` is valid.
  void add(const Gtid& gtid);
  void add(const GtidSet& other);
  void subtract(const GtidSet& other);
  void remove(const Gtid& gtid);
  bool contains(const Gtid& gtid) const;
  bool is_subset_of(const GtidSet& other) const;
  // What this set holds of servers that `other` names nothing of, whatever the tag.
  GtidSet of_servers_unknown_to(const GtidSet& other) const;
  bool empty() const { return intervals_.empty(); }
  // Number of transactions in the set; saturates.
  std::uint64_t count() const;
  friend bool operator==(const GtidSet&, const GtidSet&) = default;

 private:
  struct Interval {
    std::int64_t first;
    std::int64_t end;  // exclusive
    friend bool operator==(const Interval&, const Interval&) = default;
  };
  struct Tsid {
    Uuid uuid;
    std::string tag;
    friend auto operator<=>(const Tsid&, const Tsid&) = default;
  };

  void add_interval(const Tsid& tsid, Interval interval);
  void remove_interval(const Tsid& tsid, Interval interval);

  // Disjoint, ascending, never empty, never touching.
  std::map<Tsid, std::vector<Interval>> intervals_;
};

}  // namespace millrace::gtid

#include "conformance/align.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace millrace::testing {
namespace {

// How many records are looked through for a place where the two agree again.
constexpr std::size_t kWindow = 3000;

std::string name_of(const Record& record, RecordIdentity identity) {
  if (identity == RecordIdentity::kKey) return record.kind + " " + record.key.value_or("");
  // A statement has no row; what stands there in its place says nothing.
  const bool is_statement = record.kind == "ddl" || record.kind == "t";
  return record.kind + " " + record.gtid + " " + (is_statement ? "" : std::to_string(record.row));
}

std::vector<std::string> names_of(const std::vector<Record>& records, RecordIdentity identity) {
  std::vector<std::string> names;
  names.reserve(records.size());
  for (const Record& record : records) names.push_back(name_of(record, identity));
  return names;
}

// How many to leave out on either side to get to two that are the same; the fewest in all.
std::pair<std::size_t, std::size_t> resume(const std::vector<std::string>& one, std::size_t i,
                                           const std::vector<std::string>& other, std::size_t j) {
  const std::size_t left = one.size() - i, right = other.size() - j;
  for (std::size_t sum = 1; sum < std::min(kWindow, left + right); ++sum) {
    for (std::size_t skip = 0; skip <= sum; ++skip) {
      if (skip < left && sum - skip < right && one[i + skip] == other[j + sum - skip])
        return {skip, sum - skip};
    }
  }
  return {left, right};
}

}  // namespace

std::vector<Pairing> align(const std::vector<Record>& debezium, const std::vector<Record>& millrace,
                           RecordIdentity identity) {
  const auto one = names_of(debezium, identity), other = names_of(millrace, identity);
  std::vector<Pairing> pairs;
  std::size_t i = 0, j = 0;
  while (i < one.size() || j < other.size()) {
    if (i < one.size() && j < other.size() && one[i] == other[j]) {
      pairs.push_back({i++, j++});
      continue;
    }
    const auto [skip_one, skip_other] = resume(one, i, other, j);
    for (std::size_t n = 0; n < skip_one; ++n) pairs.push_back({i++, std::nullopt});
    for (std::size_t n = 0; n < skip_other; ++n) pairs.push_back({std::nullopt, j++});
  }
  return pairs;
}

std::vector<std::vector<Record>> sequences(const std::vector<Record>& records, int partitions) {
  std::vector<std::vector<Record>> cut(static_cast<std::size_t>(std::max(partitions, 1)) + 1);
  for (const Record& record : records) {
    if (partitions <= 1 || record.key) {
      cut[static_cast<std::size_t>(record.partition)].push_back(record);
      continue;
    }
    cut.back().push_back(record);
    if (record.kind != "tombstone") continue;
    // Without key and value, and its delete may be in another partition: only how many there are can be told.
    Record& nameless = cut.back().back();
    nameless.gtid.clear();
    nameless.gno = std::numeric_limits<std::uint64_t>::max();
    nameless.pos = nameless.row = 0;
  }
  std::stable_sort(
      cut.back().begin(), cut.back().end(), [](const Record& one, const Record& other) {
        return std::tie(one.gno, one.pos, one.row) < std::tie(other.gno, other.pos, other.row);
      });
  return cut;
}

}  // namespace millrace::testing

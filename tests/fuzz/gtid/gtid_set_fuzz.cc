// Any bytes as a GTID set, in text and in binary form. What is accepted must survive every way out
// and back in.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "millrace/base/assert.h"
#include "millrace/gtid/gtid_set.h"

namespace {

using millrace::gtid::Gtid;
using millrace::gtid::GtidSet;

void check(const GtidSet& set) {
  const auto from_text = GtidSet::parse(set.to_text());
  MILLRACE_ASSERT(from_text && *from_text == set, "text round trip");
  const auto from_bytes = GtidSet::decode(set.encode());
  MILLRACE_ASSERT(from_bytes && *from_bytes == set, "binary round trip");
  MILLRACE_ASSERT(set.is_subset_of(set), "a set is its own subset");
  MILLRACE_ASSERT(set.empty() == (set.count() == 0), "only an empty set counts nothing");
  GtidSet rest = set;
  rest.subtract(set);
  MILLRACE_ASSERT(rest.empty(), "nothing is left of a set without itself");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto set = GtidSet::decode(bytes)) check(*set);
  if (const auto set = GtidSet::parse(bytes)) check(*set);
  if (const auto gtid = Gtid::parse(bytes)) {
    const auto again = Gtid::parse(gtid->to_text());
    MILLRACE_ASSERT(again && *again == *gtid, "a GTID's round trip");
  }
  return 0;
}

#include "millrace/schema/name_table.h"

#include <algorithm>
#include <bit>

#include "millrace/base/assert.h"
#include "millrace/base/encoding.h"

namespace millrace::schema {
namespace {

constexpr std::size_t kFewestSlots = 4;
constexpr unsigned kLengthBits = 7;

// Filled at most to three quarters: beyond that, searches get long.
bool is_crowded(std::size_t used, std::size_t slots) { return used * 4 > slots * 3; }

}  // namespace

std::string_view NameTable::name_at(std::uint32_t offset) const {
  std::size_t length = 0;
  std::size_t at = offset;
  for (unsigned shift = 0;; shift += kLengthBits) {
    const auto byte = static_cast<unsigned char>(names_[at++]);
    length |= std::size_t{byte & 0x7FU} << shift;
    if (byte < 0x80) break;
  }
  return {names_.data() + at, length};
}

std::size_t NameTable::slot_of(std::string_view name) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = fnv1a_64(name) & mask;
  while (slots_[at].name != kEmpty &&
         (slots_[at].name == kErased || name_at(slots_[at].name) != name)) {
    at = (at + 1) & mask;
  }
  return at;
}

std::uint32_t NameTable::find(std::string_view name) const {
  return slots_.empty() ? kNone : slots_[slot_of(name)].number;
}

std::uint32_t NameTable::put(std::string_view name, std::uint32_t number) {
  if (const std::uint32_t known = find(name); known != kNone) {
    slots_[slot_of(name)].number = number;
    return known;
  }
  if (is_crowded(std::size_t{used_} + 1, slots_.size())) make_room();
  MILLRACE_ASSERT(names_.size() + name.size() < kErased - 16, "names of more than 4 GiB");
  slots_[slot_of(name)] = {static_cast<std::uint32_t>(names_.size()), number};
  std::size_t length = name.size();
  for (; length >= 0x80; length >>= kLengthBits) names_ += static_cast<char>(length | 0x80);
  names_ += static_cast<char>(length);
  names_ += name;
  ++size_;
  ++used_;
  return kNone;
}

std::uint32_t NameTable::erase(std::string_view name) {
  if (slots_.empty()) return kNone;
  Slot& slot = slots_[slot_of(name)];
  if (slot.name == kEmpty) return kNone;
  slot.name = kErased;
  --size_;
  return std::exchange(slot.number, kNone);
}

// Names that were erased leave with the old slots. Half as many slots again as names: room for more before the next time.
void NameTable::make_room() {
  NameTable larger;
  const std::size_t wanted = std::max(kFewestSlots, (std::size_t{size_} + 1) * 3 / 2);
  larger.slots_.resize(std::bit_ceil(wanted));
  for (const Slot& slot : slots_) {
    if (slot.number != kNone) larger.put(name_at(slot.name), slot.number);
  }
  *this = std::move(larger);
}

std::vector<std::pair<std::string_view, std::uint32_t>> NameTable::sorted() const {
  std::vector<std::pair<std::string_view, std::uint32_t>> all;
  all.reserve(size_);
  for (const Slot& slot : slots_) {
    if (slot.number != kNone) all.emplace_back(name_at(slot.name), slot.number);
  }
  std::sort(all.begin(), all.end());
  return all;
}

}  // namespace millrace::schema

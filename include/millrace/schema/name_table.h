#pragma once

// Names with a number each, for a database's tables: a catalog holds up to a million of them, so a name costs its bytes
// and some twenty more, and no allocation of its own. An open-addressing hash table over one string that holds all names.
//
// Pure; a value. Views and numbers that are handed out are good until the next change. It holds up to 4 GiB of names.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::schema {

class NameTable {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;  // no number

  std::uint32_t find(std::string_view name) const;
  // The number that the name had before, or kNone. `number` is not kNone.
  std::uint32_t put(std::string_view name, std::uint32_t number);
  std::uint32_t erase(std::string_view name);
  std::size_t size() const { return size_; }
  // In the order of their bytes.
  std::vector<std::pair<std::string_view, std::uint32_t>> sorted() const;

 private:
  struct Slot {
    std::uint32_t name = kEmpty;  // where its length begins in names_
    std::uint32_t number = kNone;
  };
  // A slot that was used stays used, so that what was put behind it is still found.
  static constexpr std::uint32_t kEmpty = UINT32_MAX;
  static constexpr std::uint32_t kErased = UINT32_MAX - 1;

  std::string_view name_at(std::uint32_t offset) const;
  // The slot of `name`, or the empty one where it would go. There is always an empty one.
  std::size_t slot_of(std::string_view name) const;
  void make_room();

  std::vector<Slot> slots_;  // a power of two, or none
  std::string names_;        // each behind its length, in seven bits a byte
  std::uint32_t size_ = 0;
  std::uint32_t used_ = 0;  // with erased ones
};

}  // namespace millrace::schema

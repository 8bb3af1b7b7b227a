#pragma once

// Collation ids and names to character sets. The wire names a column's character set only by a
// collation id (TABLE_MAP metadata, QUERY status variables), DDL by either name. The built-in list
// is MySQL's of 5.7 to 9.7: ids are never given twice, so one list serves all. It can't know
// collations that a server's own Index.xml adds, nor MariaDB's above 255, hence CollationMap, which
// discovery fills from that server's information_schema.collations.
//
// Threads: the functions may be called from any thread; a CollationMap is filled by one thread and
// may then be read by many. Lifetimes: everything returned is static. Failure: a null pointer for
// what is unknown.

#include <cstdint>
#include <map>
#include <span>
#include <string_view>

#include "millrace/charset/charset.h"

namespace millrace::charset {

struct CollationInfo {
  std::uint32_t id;
  std::string_view name;   // as 8.0.30 and later spell it: utf8mb3_bin, not utf8_bin
  const Charset* charset;  // never null
  bool is_default;         // of its character set, in 9.7
};

// All built-in collations, by ascending id.
std::span<const CollationInfo> collations();

const CollationInfo* find_collation(std::uint32_t id);
// In any case; the names before 8.0.30 (utf8_general_ci) are known too.
const CollationInfo* find_collation(std::string_view name);

const Charset* find_charset_by_collation(std::uint32_t collation_id);
// Also for a collation that isn't built in: MySQL's and MariaDB's names start with the character
// set's.
const Charset* find_charset_by_collation(std::string_view collation_name);

// The collation a column has when a statement names only its character set; in 9.7, which matters
// for utf8mb4 alone (255 there, 45 in 5.7).
const CollationInfo& default_collation(const Charset& charset);

// The built-in list with a server's own on top.
class CollationMap {
 public:
  void add(std::uint32_t id, const Charset& charset) { own_[id] = &charset; }
  const Charset* find(std::uint32_t id) const {
    const auto it = own_.find(id);
    return it != own_.end() ? it->second : find_charset_by_collation(id);
  }

 private:
  std::map<std::uint32_t, const Charset*> own_;
};

}  // namespace millrace::charset

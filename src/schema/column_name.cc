#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <cstdint>

#include "millrace/schema/catalog.h"

namespace millrace::schema {

bool is_same_column_name(std::string_view a, std::string_view b) {
  const auto size_a = static_cast<std::int32_t>(a.size());
  const auto size_b = static_cast<std::int32_t>(b.size());
  std::int32_t i = 0;
  std::int32_t j = 0;
  while (i < size_a && j < size_b) {
    UChar32 c = 0;
    UChar32 d = 0;
    U8_NEXT_OR_FFFD(reinterpret_cast<const std::uint8_t*>(a.data()), i, size_a, c);
    U8_NEXT_OR_FFFD(reinterpret_cast<const std::uint8_t*>(b.data()), j, size_b, d);
    if (c != d && u_foldCase(c, U_FOLD_CASE_DEFAULT) != u_foldCase(d, U_FOLD_CASE_DEFAULT)) {
      return false;
    }
  }
  return i == size_a && j == size_b;
}

}  // namespace millrace::schema

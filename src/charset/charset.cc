#include "millrace/charset/charset.h"

#include <string_view>

#include "charset/convert.h"
#include "charset/names.h"

namespace millrace::charset {

const Charset* find_charset(std::string_view name) {
  const LowerName lower(name);
  if (lower.view() == "utf8") return find_unicode_charset("utf8mb3");
  for (const auto find : {find_unicode_charset, find_single_byte_charset, find_double_byte_charset,
                          find_euc_jp_charset, find_gb18030_charset}) {
    if (const Charset* found = find(lower.view())) return found;
  }
  return nullptr;
}

}  // namespace millrace::charset

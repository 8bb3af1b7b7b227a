#pragma once

// The paths of partial JSON updates, "$.key[0]", as the server writes them. Pure.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/base/result.h"

namespace millrace::row {

// One step of a path: .key, ."quoted key", [index] or [last-index].
struct JsonPathLeg {
  bool is_key = false;
  bool from_end = false;  // index counts back from the last element
  std::string key;
  std::size_t index = 0;
};

// At most limits::kMaxJsonDepth legs: no document is deeper.
Result<std::vector<JsonPathLeg>> parse_json_path(std::string_view path);

}  // namespace millrace::row

#pragma once

// Partial updates of JSON documents (binlog_row_value_options=PARTIAL_JSON): an UPDATE's after
// image brings a list of operations instead of the document. Applied, in order, to the document of
// the before image, they give the new one. Pure; an error is definite: a path that leads nowhere
// means that base and difference don't belong together.

#include <string>
#include <string_view>

#include "millrace/base/result.h"

namespace millrace::row {

// `difference` is a sequence of: operation (0 replace, 1 insert, 2 remove), lenenc path ("$.a[0]"),
// and but for remove a lenenc binary JSON value. Returns a normalised binary document.
Result<std::string> apply_json_difference(std::string_view document, std::string_view difference);

}  // namespace millrace::row

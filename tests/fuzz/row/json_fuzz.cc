// Any bytes as a JSON document and as a partial update of it. What an update gives must be readable
// again wherever the update wrote, and an empty update of it must change nothing.
//
// Input: u16 length of the document, the document, the difference.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "millrace/base/assert.h"
#include "millrace/base/byte_cursor.h"
#include "millrace/row/json_partial.h"
#include "millrace/row/json_text.h"

namespace {

using millrace::Status;
using millrace::row::append_json_text;
using millrace::row::apply_json_difference;
using millrace::row::JsonTextForm;

// The text, or nothing for a document that has none.
std::string check_text(std::string_view document) {
  std::string mysql, debezium;
  const bool is_document = append_json_text(document, JsonTextForm::kMysql, mysql).has_value();
  const bool is_other = append_json_text(document, JsonTextForm::kDebezium, debezium).has_value();
  MILLRACE_ASSERT(is_document == is_other, "a document has text in both forms or in none");
  return is_document ? mysql : "";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  millrace::ByteCursor input({reinterpret_cast<const char*>(data), size});
  const std::string_view document = input.read_bytes(input.read_u16());
  const std::string_view difference = input.read_rest();
  if (input.failed()) return 0;
  check_text(document);
  const auto changed = apply_json_difference(document, difference);
  if (!changed) return 0;
  const std::string text = check_text(*changed);
  const auto again = apply_json_difference(*changed, "");
  MILLRACE_ASSERT(again, "what an update gave is a document");
  MILLRACE_ASSERT(check_text(*again) == text, "an empty update changes nothing");
  return 0;
}

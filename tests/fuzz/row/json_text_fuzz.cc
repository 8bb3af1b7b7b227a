// Any bytes as the text of a JSON document. What becomes a document has text in both forms, and that text becomes a
// document that reads the same; with any answers to the doubts it still reads the same in the server's form.
//
// Input: u8 that picks the answers, the text.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/base/assert.h"
#include "millrace/base/byte_cursor.h"
#include "millrace/row/json_from_text.h"
#include "millrace/row/json_text.h"

namespace {

using millrace::row::append_json_text;
using millrace::row::JsonFromText;
using millrace::row::JsonTextForm;

std::string text_of(std::string_view document) {
  std::string mysql, debezium;
  MILLRACE_ASSERT(append_json_text(document, JsonTextForm::kMysql, mysql), "a document has text");
  MILLRACE_ASSERT(append_json_text(document, JsonTextForm::kDebezium, debezium), "in both forms");
  return mysql;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr const char* kTypes[] = {"DOUBLE", "DECIMAL", "STRING", "TIME", "DATETIME", "BLOB", ""};
  millrace::ByteCursor input({reinterpret_cast<const char*>(data), size});
  const std::uint8_t pick = input.read_u8();
  const std::string_view text = input.read_rest();
  JsonFromText json;
  std::string document;
  if (!json.append_document(text, document, nullptr)) {
    MILLRACE_ASSERT(document.empty(), "an error appends nothing");
    return 0;
  }
  const std::string printed = text_of(document);
  std::string again;
  std::vector<std::string> doubts;
  MILLRACE_ASSERT(json.append_document(printed, again, &doubts), "what was printed is JSON");
  MILLRACE_ASSERT(text_of(again) == printed, "and reads the same");
  std::vector<std::string> types;
  for (std::size_t i = 0; i < doubts.size(); ++i)
    types.emplace_back(kTypes[(pick + i) % std::size(kTypes)]);
  again.clear();
  MILLRACE_ASSERT(json.append_settled_document(printed, types, again), "settled or not");
  MILLRACE_ASSERT(text_of(again) == printed, "settled it reads the same");
  return 0;
}

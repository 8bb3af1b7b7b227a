#pragma once

// JSON as MySQL prints a document (`{"a": [1, 2.5], "b": "x"}`) to a binary document that prints the same, in both forms
// of json_text.h. Used by who reads documents with a SELECT, which gives text only.
//
// Most of a document is told by its text. Three kinds of values are not: 12345678.9 is a DOUBLE or a DECIMAL,
// "10:11:12.500000" a TIME or a string (a DATETIME in the same way), "base64:type15:q80=" bytes or a string. Where
// Debezium's form of the two differs the value is in doubt: its path is handed out, so that the server can be asked
// JSON_TYPE(JSON_EXTRACT(document, path)), and until it was, it is taken for a DOUBLE, a string, and bytes. All others,
// 1.5 or "10:11:12.512345", print alike as whatever they were stored.
//
// Pure, but for scratch memory that is kept from document to document: one object a thread. An error is definite, and
// leaves the output as it was.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/base/result.h"

namespace millrace::row {

class JsonFromText {
 public:
  JsonFromText();
  JsonFromText(JsonFromText&&) noexcept;
  JsonFromText& operator=(JsonFromText&&) noexcept;
  ~JsonFromText();

  // Appends the document of `text`. `doubts`, where given, is added the paths of the values in doubt, in the order of
  // the text: $."a"[0]."b c".
  Status append_document(std::string_view text, std::string& out, std::vector<std::string>* doubts);

  // The same with the values' types known: a name of JSON_TYPE() for each path that append_document() gives. A name that
  // the value can't be of (the document in the table is another now), or none, leaves it as it was taken.
  Status append_settled_document(std::string_view text, std::span<const std::string> types,
                                 std::string& out);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace millrace::row

// docs/transforms.md and the code say the same. MILLRACE_RECORD=1 writes the lists anew:
//   MILLRACE_RECORD=1 build/dev/tests/config_docs_test

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "millrace/config/properties.h"

namespace millrace::config {
namespace {

constexpr const char* kDocument = "docs/transforms.md";

std::string code(std::string_view text) {
  return text.empty() ? "" : "`" + std::string(text) + "`";
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '|' ? std::string("\\|") : std::string(1, c);
  return out;
}

std::string row_of(const TransformOptionInfo& option) {
  std::string value = code(option.value);
  if (option.value == "required") value = "required";
  if (option.support == Support::kOneValue) value = "only " + (value.empty() ? "empty" : value);
  if (option.support == Support::kNoEffect) value = "no effect";
  return "| " + code(option.name) + " | " + escaped(option.accepts) + " | " + escaped(value) +
         " | " + escaped(option.note) + " |\n";
}

std::string section_of(const TransformInfo& info) {
  std::string text = "### `" + std::string(info.type) + "`" +
                     (info.has_parts ? " with `$Key` or `$Value`" : "") + "\n\n";
  if (!info.note.empty()) text += "Note: " + std::string(info.note) + ".\n\n";
  if (info.options.empty()) return text + "No options.\n\n";
  text += "| option | accepts | default | |\n| --- | --- | --- | --- |\n";
  for (const TransformOptionInfo& option : info.options) text += row_of(option);
  return text + "\n";
}

TEST(TransformDocumentation, ListsEveryClassAndOption) {
  std::ifstream file(kDocument);
  std::ostringstream stream;
  stream << file.rdbuf();
  std::string text = stream.str();
  for (const bool is_predicate : {false, true}) {
    const std::string name = is_predicate ? "predicates" : "transforms";
    const std::string open = "<!-- begin " + name + " -->\n";
    const std::string close = "<!-- end " + name + " -->";
    std::string expected;
    for (const TransformInfo& info : known_transforms())
      if (info.is_predicate == is_predicate) expected += section_of(info);
    const std::size_t begin = text.find(open);
    ASSERT_NE(begin, std::string::npos) << name;
    const std::size_t end = text.find(close);
    ASSERT_NE(end, std::string::npos) << name;
    if (std::getenv("MILLRACE_RECORD") != nullptr) {
      text.replace(begin + open.size(), end - begin - open.size(), expected);
      std::ofstream(kDocument) << text;
    }
    const std::size_t from = text.find(open) + open.size();
    EXPECT_EQ(text.substr(from, text.find(close) - from), expected);
  }
}

}  // namespace
}  // namespace millrace::config

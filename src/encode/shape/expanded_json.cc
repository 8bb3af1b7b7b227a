#include "encode/shape/expanded_json.h"

#include <charconv>
#include <vector>

#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include "millrace/row/java_number.h"

namespace millrace::encode {
namespace {

// Prints the document as it is read, without blanks. A member's name waits until it is known whether the member stays.
class Printer {
 public:
  Printer(JsonWriter& out, bool keeps_null) : out_(out), keeps_null_(keeps_null) {}

  bool Null() {
    if (!keeps_null_ && levels_.back().is_object) return true;
    return print("null");
  }
  bool Bool(bool value) { return print(value ? "true" : "false"); }
  // Whole numbers of any size as they are, others as Java prints a double. The reader refuses those beyond a double.
  bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
    const std::string_view number(text, size);
    if (number.find_first_of(".eE") == number.npos) return print(number);
    double value = 0;
    std::from_chars(text, text + size, value);
    scratch_.clear();
    row::append_java_double(value, scratch_);
    return print(scratch_);
  }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    begin_value();
    out_.quoted({text, size});
    return true;
  }
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    name_.assign(text, size);
    return true;
  }
  bool StartObject() { return open('{', true); }
  bool EndObject(rapidjson::SizeType) { return close('}'); }
  bool StartArray() { return open('[', false); }
  bool EndArray(rapidjson::SizeType) { return close(']'); }

  // The reader calls these only without kParseNumbersAsStringsFlag.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }

 private:
  struct Level {
    bool is_object;
    bool has_items = false;
  };

  void begin_value() {
    if (levels_.empty()) return;
    Level& level = levels_.back();
    if (level.has_items) out_.raw(',');
    level.has_items = true;
    if (!level.is_object) return;
    out_.quoted(name_);
    out_.raw(':');
  }
  bool print(std::string_view json) {
    begin_value();
    out_.raw(json);
    return true;
  }
  bool open(char bracket, bool is_object) {
    begin_value();
    out_.raw(bracket);
    levels_.push_back({is_object});
    return true;
  }
  bool close(char bracket) {
    levels_.pop_back();
    out_.raw(bracket);
    return true;
  }

  JsonWriter& out_;
  bool keeps_null_;
  std::vector<Level> levels_;
  std::string name_, scratch_;
};

bool is_document(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != text.npos && (text[first] == '{' || text[first] == '[');
}

}  // namespace

Status ExpandedJson::apply(std::string_view json, JsonWriter& out) const {
  const std::string text = text_of_json(json);
  if (is_document(text)) {
    const std::size_t start = out.size();
    Printer printer(out, keeps_null_);
    rapidjson::MemoryStream stream(text.data(), text.size());
    // Iterative: no document is too deep for the stack.
    constexpr unsigned kFlags = rapidjson::kParseIterativeFlag |
                                rapidjson::kParseNumbersAsStringsFlag |
                                rapidjson::kParseValidateEncodingFlag;
    rapidjson::Reader reader;
    if (!reader.Parse<kFlags>(stream, printer).IsError()) return {};
    out.truncate(start);
  }
  out.raw(json);
  return {};
}

}  // namespace millrace::encode

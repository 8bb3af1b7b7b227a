#include "support/json_text.h"

#include <rapidjson/document.h>
#include <rapidjson/reader.h>

#include <cstdint>
#include <cstdio>
#include <stdexcept>

namespace millrace::testing {
namespace {

void require_valid(std::string_view text) {
  rapidjson::MemoryStream stream(text.data(), text.size());
  rapidjson::BaseReaderHandler<> ignore;
  rapidjson::Reader reader;
  // Iterative: the depth of a document must not be the depth of the stack.
  constexpr unsigned kFlags =
      rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag;
  if (!reader.Parse<kFlags>(stream, ignore)) {
    throw std::runtime_error("not JSON: " + std::string(text.substr(0, 500)));
  }
}

// Cuts what stands between the outer brackets of valid JSON.
class Slicer {
 public:
  explicit Slicer(std::string_view text) : text_(text) {}

  void expect(char bracket) {
    skip_space();
    if (at_ >= text_.size() || text_[at_] != bracket) {
      throw std::runtime_error(std::string("expected ") + bracket +
                               " in: " + std::string(text_.substr(0, 200)));
    }
    ++at_;
    skip_space();
  }
  bool at(char c) const { return at_ < text_.size() && text_[at_] == c; }
  void skip_separator() {
    skip_space();
    if (at(',') || at(':')) ++at_;
    skip_space();
  }
  std::string string() {
    const std::size_t begin = at_;
    for (++at_; text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\') ++at_;
    }
    ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }
  std::string value() {
    if (at('"')) return string();
    const std::size_t begin = at_;
    int depth = 0;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        string();
        continue;
      }
      if (depth == 0 && (c == ',' || c == '}' || c == ']')) break;
      depth += c == '{' || c == '[';
      depth -= c == '}' || c == ']';
      ++at_;
    }
    std::size_t end = at_;
    while (end > begin && is_space(text_[end - 1])) --end;
    return std::string(text_.substr(begin, end - begin));
  }

 private:
  static bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }
  void skip_space() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

// The code point that begins at `text[at]`, moving `at` behind it. Invalid bytes count as themselves.
std::uint32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at);
  const int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : 0;
  if (at + static_cast<std::size_t>(more) >= text.size() && more > 0)
    throw std::runtime_error("cut UTF-8");
  std::uint32_t point = more == 0 ? first : first & (0x3fU >> more);
  for (int i = 1; i <= more; ++i)
    point = point << 6 | (byte(at + static_cast<std::size_t>(i)) & 0x3fU);
  at += static_cast<std::size_t>(more) + 1;
  return point;
}

std::string unicode_escape(std::uint32_t unit) {
  char text[12];
  std::snprintf(text, sizeof(text), "\\u%04X", unit);
  return text;
}

}  // namespace

std::vector<JsonMember> json_members(std::string_view object) {
  require_valid(object);
  Slicer slicer(object);
  slicer.expect('{');
  std::vector<JsonMember> members;
  while (!slicer.at('}')) {
    const std::string quoted = slicer.string();
    slicer.skip_separator();
    members.emplace_back(quoted.substr(1, quoted.size() - 2), slicer.value());
    slicer.skip_separator();
  }
  return members;
}

std::vector<std::string> json_elements(std::string_view array) {
  require_valid(array);
  Slicer slicer(array);
  slicer.expect('[');
  std::vector<std::string> elements;
  while (!slicer.at(']')) {
    elements.push_back(slicer.value());
    slicer.skip_separator();
  }
  return elements;
}

std::optional<std::string> json_member(const std::vector<JsonMember>& members,
                                       std::string_view name) {
  for (const auto& [member, value] : members) {
    if (member == name) return value;
  }
  return std::nullopt;
}

std::string json_unquote(std::string_view raw) {
  rapidjson::Document document;
  document.Parse(raw.data(), raw.size());
  if (document.HasParseError() || !document.IsString()) {
    throw std::runtime_error("not a JSON string: " + std::string(raw.substr(0, 200)));
  }
  return {document.GetString(), document.GetStringLength()};
}

std::string json_quote(std::string_view utf8) {
  std::string out = "\"";
  for (std::size_t at = 0; at < utf8.size();) {
    const std::size_t begin = at;
    const std::uint32_t point = next_code_point(utf8, at);
    switch (point) {
      case '"':
        out += "\\\"";
        continue;
      case '\\':
        out += "\\\\";
        continue;
      case '\b':
        out += "\\b";
        continue;
      case '\f':
        out += "\\f";
        continue;
      case '\n':
        out += "\\n";
        continue;
      case '\r':
        out += "\\r";
        continue;
      case '\t':
        out += "\\t";
        continue;
      default:
        break;
    }
    if (point < 0x20) {
      out += unicode_escape(point);
    } else if (point > 0xffff) {
      out += unicode_escape(0xd800 + ((point - 0x10000) >> 10));
      out += unicode_escape(0xdc00 + ((point - 0x10000) & 0x3ff));
    } else {
      out += utf8.substr(begin, at - begin);
    }
  }
  return out + "\"";
}

}  // namespace millrace::testing

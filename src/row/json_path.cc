#include "row/json_path.h"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

#include "millrace/base/limits.h"

namespace millrace::row {
namespace {

class PathParser {
 public:
  explicit PathParser(std::string_view path) : path_(path) {}

  Result<std::vector<JsonPathLeg>> run() {
    std::vector<JsonPathLeg> legs;
    if (path_.empty() || path_[0] != '$') return error();
    for (at_ = 1; at_ < path_.size();) {
      JsonPathLeg leg;
      const char start = path_[at_++];
      const bool parsed = start == '.' ? parse_key(leg) : start == '[' && parse_index(leg);
      if (!parsed || legs.size() >= limits::kMaxJsonDepth) return error();
      legs.push_back(std::move(leg));
    }
    return legs;
  }

 private:
  Error error() const { return definite_error("the path " + std::string(path_) + " is malformed"); }

  // An identifier stands bare, any other key in quotes.
  bool parse_key(JsonPathLeg& leg) {
    leg.is_key = true;
    if (at_ < path_.size() && path_[at_] == '"') return parse_quoted_key(leg);
    const std::size_t end = std::min(path_.find_first_of(".[", at_), path_.size());
    leg.key = path_.substr(at_, end - at_);
    at_ = end;
    return !leg.key.empty();
  }

  bool parse_quoted_key(JsonPathLeg& leg) {
    for (++at_; at_ < path_.size(); ++at_) {
      if (path_[at_] == '"') {
        ++at_;
        return true;
      }
      if (path_[at_] != '\\') {
        leg.key.push_back(path_[at_]);
      } else if (!parse_escape(leg)) {
        return false;
      }
    }
    return false;
  }

  // A backslash and what follows, as in JSON text; `at_` ends on its last character.
  bool parse_escape(JsonPathLeg& leg) {
    constexpr std::string_view kNames = "\"\\/bfnrt";
    constexpr std::string_view kCharacters = "\"\\/\b\f\n\r\t";
    if (++at_ >= path_.size()) return false;
    if (const std::size_t known = kNames.find(path_[at_]); known != std::string_view::npos) {
      leg.key.push_back(kCharacters[known]);
      return true;
    }
    if (path_[at_] != 'u' || path_.size() - at_ <= 4) return false;
    unsigned code = 0;
    const char* begin = path_.data() + at_ + 1;
    const auto [end, failure] = std::from_chars(begin, begin + 4, code, 16);
    // The server escapes control characters in this way, nothing else.
    if (failure != std::errc() || end != begin + 4 || code >= 0x80) return false;
    leg.key.push_back(static_cast<char>(code));
    at_ += 4;
    return true;
  }

  // "0]", "last]" or "last-1]".
  bool parse_index(JsonPathLeg& leg) {
    constexpr std::string_view kLast = "last";
    if (path_.substr(at_).starts_with(kLast)) {
      leg.from_end = true;
      at_ += kLast.size();
      if (at_ < path_.size() && path_[at_] == ']') {
        ++at_;
        return true;
      }
      if (at_ >= path_.size() || path_[at_++] != '-') return false;
    }
    const char* path_end = path_.data() + path_.size();
    const auto [end, failure] = std::from_chars(path_.data() + at_, path_end, leg.index);
    if (failure != std::errc() || end == path_end || *end != ']') return false;
    at_ = static_cast<std::size_t>(end - path_.data()) + 1;
    return true;
  }

  std::string_view path_;
  std::size_t at_ = 0;
};

}  // namespace

Result<std::vector<JsonPathLeg>> parse_json_path(std::string_view path) {
  return PathParser(path).run();
}

}  // namespace millrace::row

#include "encode/shape/field_path.h"

namespace millrace::encode {
namespace {

// Where the backtick stands that ends the step; the end where there is none.
std::size_t closing_backtick(std::string_view text, std::size_t begin) {
  for (std::size_t i = begin; i < text.size(); ++i) {
    if (text[i] != '`' || text[i - 1] == '\\') continue;
    if (i + 1 == text.size() || text[i + 1] == '.') return i;
  }
  return text.npos;
}

std::string without_escapes(std::string_view step) {
  std::string name;
  for (std::size_t i = 0; i < step.size(); ++i) {
    if (step[i] == '\\' && i + 1 < step.size() && step[i + 1] == '`') continue;
    name += step[i];
  }
  return name;
}

}  // namespace

Result<FieldPath> parse_field_path(std::string_view text, bool is_v2) {
  if (!is_v2) return FieldPath{std::string(text)};
  FieldPath path;
  for (std::size_t at = 0; at <= text.size();) {
    std::size_t end = 0;
    if (at < text.size() && text[at] == '`') {
      end = closing_backtick(text, at + 1);
      if (end == text.npos)
        return definite_error("the path " + std::string(text) +
                              " has a backtick that isn't closed");
      path.push_back(without_escapes(text.substr(at + 1, end - at - 1)));
      ++end;
    } else {
      end = std::min(text.find('.', at), text.size());
      path.emplace_back(text.substr(at, end - at));
    }
    at = end + 1;
  }
  return path;
}

}  // namespace millrace::encode

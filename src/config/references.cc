#include "config/references.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <system_error>

namespace millrace::config {
namespace {

constexpr std::size_t kMaxFileBytes = 16U << 20;

struct FileCloser {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

std::string without_line_end(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

Result<std::string> from_environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return definite_error("the environment variable " + name + " is not set");
  return std::string(value);
}

Result<std::string> from_file(const std::string& argument) {
  const std::size_t colon = argument.rfind(':');
  MILLRACE_ASSIGN_OR_RETURN(std::string text, read_small_file(argument.substr(0, colon)));
  if (colon == std::string::npos) return without_line_end(std::move(text));
  const std::string key = argument.substr(colon + 1);
  auto value = find_in_properties(text, key);
  if (!value) return definite_error(argument.substr(0, colon) + " " + value.error().message());
  return value;
}

Result<std::string> from_folder(const std::string& argument) {
  const std::size_t colon = argument.rfind(':');
  if (colon == std::string::npos) return definite_error("expected ${dir:PATH:FILE}");
  const std::string file = argument.substr(colon + 1);
  if (file.empty() || file.find('/') != std::string::npos || file == "..") {
    return definite_error("'" + file + "' is not the name of a file in that folder");
  }
  MILLRACE_ASSIGN_OR_RETURN(std::string text,
                            read_small_file(argument.substr(0, colon) + "/" + file));
  return without_line_end(std::move(text));
}

Result<std::string> resolve_one(const std::string& provider, const std::string& argument) {
  if (provider == "env") return from_environment(argument);
  if (provider == "file") return from_file(argument);
  if (provider == "dir" || provider == "directory") return from_folder(argument);
  return definite_error("'" + provider + "' is not known: use env, file or dir");
}

struct Reference {
  std::size_t begin = 0, end = 0;  // of "${...}" in the value
  std::string_view provider, argument;
};

// The next reference at or after `from`, or one with begin == end when there is none.
Reference find_reference(std::string_view value, std::size_t from) {
  while ((from = value.find("${", from)) != std::string_view::npos) {
    const std::size_t close = value.find('}', from);
    if (close == std::string_view::npos) break;
    const std::string_view inside = value.substr(from + 2, close - from - 2);
    const std::size_t colon = inside.find(':');
    if (colon != std::string_view::npos && colon > 0) {
      return {from, close + 1, inside.substr(0, colon), inside.substr(colon + 1)};
    }
    from += 2;
  }
  return {};
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\f'; }

void append_utf8(unsigned code_unit, std::string& out) {
  if (code_unit < 0x80) {
    out += static_cast<char>(code_unit);
  } else if (code_unit < 0x800) {
    out += static_cast<char>(0xc0 | (code_unit >> 6));
    out += static_cast<char>(0x80 | (code_unit & 0x3f));
  } else {
    out += static_cast<char>(0xe0 | (code_unit >> 12));
    out += static_cast<char>(0x80 | ((code_unit >> 6) & 0x3f));
    out += static_cast<char>(0x80 | (code_unit & 0x3f));
  }
}

// Walks the logical lines of a properties file: continued lines joined, comments and blank lines left out.
class PropertiesReader {
 public:
  explicit PropertiesReader(std::string_view text) : text_(text) {}

  bool next(std::string& key, std::string& value) {
    std::string line;
    while (next_line(line)) {
      std::size_t at = 0;
      key = unescape(line, at, true);
      while (at < line.size() && is_blank(line[at])) ++at;
      if (at < line.size() && (line[at] == '=' || line[at] == ':')) ++at;
      while (at < line.size() && is_blank(line[at])) ++at;
      value = unescape(line, at, false);
      return true;
    }
    return false;
  }

 private:
  bool next_line(std::string& line) {
    line.clear();
    while (at_ < text_.size()) {
      const std::size_t end = std::min(text_.find('\n', at_), text_.size());
      std::string_view piece = text_.substr(at_, end - at_);
      at_ = end + 1;
      if (!piece.empty() && piece.back() == '\r') piece.remove_suffix(1);
      while (!piece.empty() && is_blank(piece.front())) piece.remove_prefix(1);
      if (line.empty() && (piece.empty() || piece.front() == '#' || piece.front() == '!')) continue;
      std::size_t slashes = 0;
      while (slashes < piece.size() && piece[piece.size() - 1 - slashes] == '\\') ++slashes;
      const bool continued = slashes % 2 == 1;
      line += piece.substr(0, piece.size() - (continued ? 1 : 0));
      if (!continued) return true;
    }
    return !line.empty();
  }

  // From `at` to the end, or for a key to its separator.
  static std::string unescape(const std::string& line, std::size_t& at, bool key) {
    std::string out;
    for (; at < line.size(); ++at) {
      const char c = line[at];
      if (key && (c == '=' || c == ':' || is_blank(c))) break;
      if (c != '\\' || at + 1 == line.size()) {
        out += c;
        continue;
      }
      const char escaped = line[++at];
      if (escaped == 'u' && at + 4 < line.size()) {
        append_utf8(
            static_cast<unsigned>(std::strtoul(line.substr(at + 1, 4).c_str(), nullptr, 16)), out);
        at += 4;
      } else {
        out += escaped == 'n' ? '\n' : escaped == 't' ? '\t' : escaped == 'r' ? '\r' : escaped;
      }
    }
    return out;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

Result<std::string> read_small_file(const std::string& path) {
  const auto failed = [&] {
    return definite_error("can't read " + path + ": " + std::generic_category().message(errno));
  };
  const std::unique_ptr<std::FILE, FileCloser> file(std::fopen(path.c_str(), "re"));
  if (!file) return failed();
  std::string text;
  char buffer[16384];
  std::size_t got = 0;
  while ((got = std::fread(buffer, 1, sizeof(buffer), file.get())) > 0) {
    text.append(buffer, got);
    if (text.size() > kMaxFileBytes) return definite_error(path + " is too large");
  }
  if (std::ferror(file.get()) != 0) return failed();
  return text;
}

Result<std::string> find_in_properties(std::string_view text, std::string_view key) {
  PropertiesReader reader(text);
  std::string name;
  std::string value;
  std::optional<std::string> found;
  while (reader.next(name, value)) {
    if (name == key) found = value;  // the last one counts, as in Java
  }
  if (!found) return definite_error("has no key " + std::string(key));
  return *found;
}

bool has_reference(std::string_view value) {
  const Reference reference = find_reference(value, 0);
  return reference.end != reference.begin;
}

Result<std::string> resolve_references(std::string_view value) {
  std::string out;
  std::size_t at = 0;
  while (true) {
    const Reference next = find_reference(value, at);
    if (next.end == next.begin) break;
    out += value.substr(at, next.begin - at);
    auto resolved = resolve_one(std::string(next.provider), std::string(next.argument));
    if (!resolved) {
      const std::string_view written = value.substr(next.begin, next.end - next.begin);
      return resolved.error().with_context(written);
    }
    out += *resolved;
    at = next.end;
  }
  out += value.substr(at);
  return out;
}

}  // namespace millrace::config

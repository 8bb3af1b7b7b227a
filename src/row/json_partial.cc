#include "millrace/row/json_partial.h"

#include <charconv>
#include <cstdint>
#include <optional>
#include <vector>

#include "millrace/base/byte_cursor.h"
#include "millrace/base/limits.h"
#include "row/json_tree.h"

namespace millrace::row {
namespace {

enum class Operation : std::uint8_t { kReplace = 0, kInsert = 1, kRemove = 2 };

// One step of a path: a member by key, or an element by index.
struct Leg {
  bool is_key = false;
  std::string key;
  std::size_t index = 0;
};

Error path_error(std::string_view path, const char* what) {
  return definite_error("partial JSON update of " + std::string(path) + ": " + what);
}

// "$", then .key, ."quoted key" or [index], as the server writes them.
class PathParser {
 public:
  explicit PathParser(std::string_view path) : path_(path) {}

  Result<std::vector<Leg>> run() {
    std::vector<Leg> legs;
    if (path_.empty() || path_[0] != '$') return error();
    for (at_ = 1; at_ < path_.size();) {
      Leg leg;
      const bool parsed = path_[at_] == '.' ? parse_key(leg) : path_[at_] == '[' && parse_index(leg);
      if (!parsed || legs.size() >= limits::kMaxJsonDepth) return error();
      legs.push_back(std::move(leg));
    }
    return legs;
  }

 private:
  Error error() const { return path_error(path_, "the path is malformed"); }

  bool parse_key(Leg& leg) {
    leg.is_key = true;
    ++at_;
    if (at_ < path_.size() && path_[at_] == '"') return parse_quoted_key(leg);
    const std::size_t end = std::min(path_.find_first_of(".[", at_), path_.size());
    leg.key = path_.substr(at_, end - at_);
    at_ = end;
    return !leg.key.empty();
  }

  bool parse_quoted_key(Leg& leg) {
    for (++at_; at_ < path_.size(); ++at_) {
      if (path_[at_] == '"') {
        ++at_;
        return true;
      }
      if (path_[at_] != '\\') {
        leg.key.push_back(path_[at_]);
        continue;
      }
      if (!parse_escape(leg)) return false;
    }
    return false;
  }

  // A backslash and what follows, as in JSON text; `at_` ends on its last character.
  bool parse_escape(Leg& leg) {
    if (++at_ >= path_.size()) return false;
    constexpr std::string_view kNames = "\"\\/bfnrt";
    constexpr std::string_view kCharacters = "\"\\/\b\f\n\r\t";
    if (const std::size_t known = kNames.find(path_[at_]); known != std::string_view::npos) {
      leg.key.push_back(kCharacters[known]);
      return true;
    }
    unsigned code = 0;
    if (path_[at_] != 'u' || at_ + 4 >= path_.size()) return false;
    const char* begin = path_.data() + at_ + 1;
    const auto [end, failed] = std::from_chars(begin, begin + 4, code, 16);
    // The server escapes control characters in this way, nothing else.
    if (failed != std::errc() || end != begin + 4 || code > 0x7f) return false;
    leg.key.push_back(static_cast<char>(code));
    at_ += 4;
    return true;
  }

  bool parse_index(Leg& leg) {
    const char* begin = path_.data() + at_ + 1;
    const char* path_end = path_.data() + path_.size();
    const auto [end, failed] = std::from_chars(begin, path_end, leg.index);
    if (failed != std::errc() || end == path_end || *end != ']') return false;
    at_ = static_cast<std::size_t>(end - path_.data()) + 1;
    return true;
  }

  std::string_view path_;
  std::size_t at_ = 0;
};

JsonTree* step(JsonTree* tree, const Leg& leg) {
  if (leg.is_key) return tree->kind == JsonTree::Kind::kObject ? tree->find(leg.key) : nullptr;
  if (tree->kind == JsonTree::Kind::kArray) {
    return leg.index < tree->elements.size() ? &tree->elements[leg.index] : nullptr;
  }
  return leg.index == 0 ? tree : nullptr;  // [0] of what is no array is itself
}

Status replace(JsonTree& parent, const Leg& leg, std::string_view path, JsonTree value) {
  JsonTree* target = step(&parent, leg);
  if (target == nullptr) return path_error(path, "there is nothing to replace");
  *target = std::move(value);
  return {};
}

Status insert(JsonTree& parent, const Leg& leg, std::string_view path, JsonTree value) {
  if (leg.is_key && parent.kind == JsonTree::Kind::kObject) {
    parent.set_member(leg.key, std::move(value));
    return {};
  }
  if (!leg.is_key && parent.kind == JsonTree::Kind::kArray) {
    const std::size_t at = std::min(leg.index, parent.elements.size());
    parent.elements.insert(parent.elements.begin() + static_cast<std::ptrdiff_t>(at), std::move(value));
    return {};
  }
  return path_error(path, "there is no container to insert into");
}

Status remove(JsonTree& parent, const Leg& leg, std::string_view path) {
  if (leg.is_key && parent.kind == JsonTree::Kind::kObject && parent.remove_member(leg.key)) return {};
  if (!leg.is_key && parent.kind == JsonTree::Kind::kArray && leg.index < parent.elements.size()) {
    parent.elements.erase(parent.elements.begin() + static_cast<std::ptrdiff_t>(leg.index));
    return {};
  }
  return path_error(path, "there is nothing to remove");
}

Status apply(JsonTree& root, Operation operation, std::string_view path, std::string_view encoded) {
  MILLRACE_ASSIGN_OR_RETURN(const std::vector<Leg> legs, PathParser(path).run());
  JsonTree value;
  if (operation != Operation::kRemove) {
    MILLRACE_ASSIGN_OR_RETURN(value, parse_json_tree(encoded));
  }
  if (legs.empty()) {
    if (operation != Operation::kReplace) return path_error(path, "the whole document can only be replaced");
    root = std::move(value);
    return {};
  }
  JsonTree* parent = &root;
  for (std::size_t i = 0; i + 1 < legs.size(); ++i) {
    parent = step(parent, legs[i]);
    if (parent == nullptr) return path_error(path, "the path leads nowhere");
  }
  switch (operation) {
    case Operation::kReplace:
      return replace(*parent, legs.back(), path, std::move(value));
    case Operation::kInsert:
      return insert(*parent, legs.back(), path, std::move(value));
    case Operation::kRemove:
      return remove(*parent, legs.back(), path);
  }
  return path_error(path, "the operation is not known");
}

}  // namespace

Result<std::string> apply_json_difference(std::string_view document, std::string_view difference) {
  MILLRACE_ASSIGN_OR_RETURN(JsonTree tree, parse_json_tree(document));
  ByteCursor cursor(difference);
  while (!cursor.at_end()) {
    const std::uint8_t operation = cursor.read_u8();
    if (operation > 2) return definite_error("partial JSON update: operation " + std::to_string(operation) +
                                             " is not known");
    const std::string_view path = cursor.read_lenenc_bytes();
    std::string_view value;
    if (static_cast<Operation>(operation) != Operation::kRemove) value = cursor.read_lenenc_bytes();
    if (cursor.failed()) return definite_error("partial JSON update: it ends early");
    MILLRACE_RETURN_IF_ERROR(apply(tree, static_cast<Operation>(operation), path, value));
  }
  return serialize_json_tree(tree);
}

}  // namespace millrace::row

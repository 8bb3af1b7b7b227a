#include "millrace/row/json_partial.h"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

#include "millrace/base/byte_cursor.h"
#include "row/json_path.h"
#include "row/json_tree.h"

namespace millrace::row {
namespace {

enum class Operation : std::uint8_t { kReplace = 0, kInsert = 1, kRemove = 2 };

// What base and difference may grow to. They add up to a legal document; values that share their
// bytes in a base are copied out, and only a base that was made for it has many.
constexpr std::uint64_t kGrowthAllowance = 4;

// The element that an index names, or `size` for one that isn't there.
std::size_t element_index(const JsonPathLeg& leg, std::size_t size) {
  if (!leg.from_end) return std::min(leg.index, size);
  return leg.index < size ? size - 1 - leg.index : size;
}

// The value one leg below an expanded tree, or null.
JsonTree* step(JsonTree& tree, const JsonPathLeg& leg) {
  if (leg.is_key) {
    return tree.kind == JsonTree::Kind::kObject ? tree.find_member(leg.key) : nullptr;
  }
  if (tree.kind == JsonTree::Kind::kArray) {
    const std::size_t index = element_index(leg, tree.children.size());
    return index < tree.children.size() ? &tree.children[index] : nullptr;
  }
  return leg.index == 0 ? &tree
                        : nullptr;  // the first and last element of what is no array is itself
}

class PartialUpdate {
 public:
  explicit PartialUpdate(std::string_view document) : document_(document) {}

  Result<std::string> run(std::string_view difference) {
    MILLRACE_ASSIGN_OR_RETURN(root_, parse_json_tree(document_));
    ByteCursor cursor(difference);
    while (!cursor.at_end()) {
      const auto operation = static_cast<Operation>(cursor.read_u8());
      const std::string_view path = cursor.read_lenenc_bytes();
      std::string_view value;
      if (operation != Operation::kRemove) value = cursor.read_lenenc_bytes();
      if (operation > Operation::kRemove || cursor.failed()) {
        return definite_error("a partial JSON update is malformed at byte " +
                              std::to_string(cursor.position()));
      }
      if (const Status status = apply(operation, path, value); !status) {
        return status.error().with_context("partial JSON update of " + std::string(path));
      }
    }
    return serialize_json_tree(root_,
                               kGrowthAllowance * (document_.size() + difference.size() + 16));
  }

 private:
  Status apply(Operation operation, std::string_view path, std::string_view encoded) {
    MILLRACE_ASSIGN_OR_RETURN(const std::vector<JsonPathLeg> legs, parse_json_path(path));
    JsonTree value;
    if (operation != Operation::kRemove) {
      MILLRACE_ASSIGN_OR_RETURN(value, parse_json_tree(encoded));
    }
    if (legs.empty()) {
      if (operation != Operation::kReplace) return definite_error("the root can only be replaced");
      root_ = std::move(value);
      return {};
    }
    JsonTree* parent = &root_;
    for (std::size_t i = 0; i + 1 < legs.size(); ++i) {
      MILLRACE_RETURN_IF_ERROR(expand_json_tree(*parent));
      parent = step(*parent, legs[i]);
      if (parent == nullptr) return definite_error("the path leads nowhere");
    }
    MILLRACE_RETURN_IF_ERROR(expand_json_tree(*parent));
    switch (operation) {
      case Operation::kReplace:
        return replace(*parent, legs.back(), std::move(value));
      case Operation::kInsert:
        return insert(*parent, legs.back(), std::move(value));
      case Operation::kRemove:
        return remove(*parent, legs.back());
    }
    return {};
  }

  static Status replace(JsonTree& parent, const JsonPathLeg& leg, JsonTree value) {
    JsonTree* target = step(parent, leg);
    if (target == nullptr) return definite_error("there is nothing to replace");
    *target = std::move(value);
    return {};
  }

  // A new member, or an element before the one with this index: behind the last where there is
  // none.
  Status insert(JsonTree& parent, const JsonPathLeg& leg, JsonTree value) {
    if (leg.is_key && parent.kind == JsonTree::Kind::kObject) {
      const std::string& key = keys_.emplace_back(leg.key);
      if (parent.add_member(key, std::move(value))) return {};
      return definite_error("there is such a member already");
    }
    if (!leg.is_key && parent.kind == JsonTree::Kind::kArray) {
      auto& elements = parent.children;
      const std::size_t size = elements.size();
      const bool before_all = leg.from_end && leg.index >= size;
      const std::size_t at = before_all ? 0 : element_index(leg, size);
      elements.insert(elements.begin() + static_cast<std::ptrdiff_t>(at), std::move(value));
      return {};
    }
    return definite_error("there is no container to insert into");
  }

  static Status remove(JsonTree& parent, const JsonPathLeg& leg) {
    if (leg.is_key && parent.kind == JsonTree::Kind::kObject) {
      if (parent.remove_member(leg.key)) return {};
    } else if (!leg.is_key && parent.kind == JsonTree::Kind::kArray) {
      const std::size_t at = element_index(leg, parent.children.size());
      if (at < parent.children.size()) {
        parent.children.erase(parent.children.begin() + static_cast<std::ptrdiff_t>(at));
        return {};
      }
    }
    return definite_error("there is nothing to remove");
  }

  std::string_view document_;
  JsonTree root_;
  std::deque<std::string> keys_;  // of added members: the tree holds views of them
};

}  // namespace

Result<std::string> apply_json_difference(std::string_view document, std::string_view difference) {
  return PartialUpdate(document).run(difference);
}

}  // namespace millrace::row

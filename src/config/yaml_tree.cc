#include "config/yaml_tree.h"

#include <yaml-cpp/yaml.h>

#include <cstddef>
#include <map>

namespace millrace::config {
namespace {

constexpr int kMaxDepth = 4;
// A configuration of a thousand sources has a tenth of this. The bound is for aliases, which can multiply.
constexpr std::size_t kMaxEntries = 1'000'000;

class TreeBuilder {
 public:
  TreeBuilder(const std::string& file, Problems& problems) : file_(file), problems_(problems) {}

  YamlNode build(const YAML::Node& node, int depth) {
    YamlNode out;
    out.line = node.Mark().line + 1;
    if (node.IsScalar()) {
      out.kind = YamlNode::Kind::kScalar;
      out.text = node.Scalar();
    } else if (node.IsSequence()) {
      out.kind = YamlNode::Kind::kSequence;
    } else if (node.IsMap()) {
      out.kind = YamlNode::Kind::kMapping;
      if (depth < kMaxDepth) add_entries(node, depth, out);
    }
    return out;
  }

 private:
  void add_entries(const YAML::Node& node, int depth, YamlNode& out) {
    std::map<std::string, int> lines;
    for (const auto& pair : node) {
      const int line = pair.first.Mark().line + 1;
      if (!pair.first.IsScalar()) {
        problems_.error({file_, line}, "", "a key must be a plain word");
        continue;
      }
      if (++entries_ > kMaxEntries) {
        if (entries_ == kMaxEntries + 1) problems_.error({file_, line}, "", "too many keys");
        return;
      }
      const std::string& key = pair.first.Scalar();
      const auto [first, inserted] = lines.emplace(key, line);
      if (!inserted) {
        problems_.error({file_, line}, key,
                        "stands twice, first in line " + std::to_string(first->second));
        continue;
      }
      out.entries.push_back({key, line, build(pair.second, depth + 1)});
    }
  }

  const std::string& file_;
  Problems& problems_;
  std::size_t entries_ = 0;
};

}  // namespace

const YamlEntry* YamlNode::find(std::string_view key) const {
  for (const YamlEntry& entry : entries) {
    if (entry.key == key) return &entry;
  }
  return nullptr;
}

YamlNode parse_yaml(std::string_view text, const std::string& file, Problems& problems) {
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(std::string(text));
    if (documents.size() > 1) {
      problems.error({file, documents[1].Mark().line + 1}, "",
                     "a second document: one is expected");
    }
    return documents.empty() ? YamlNode() : TreeBuilder(file, problems).build(documents[0], 0);
  } catch (const YAML::Exception& error) {
    const int line = error.mark.is_null() ? 0 : error.mark.line + 1;
    problems.error({file, line}, "", "not YAML: " + error.msg);
    return {};
  }
}

}  // namespace millrace::config

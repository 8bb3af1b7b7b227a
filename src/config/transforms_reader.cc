#include "config/transforms_reader.h"

#include <algorithm>
#include <set>

#include "config/references.h"
#include "config/section_reader.h"
#include "config/values.h"
#include "millrace/config/properties.h"

namespace millrace::config {
namespace {

constexpr std::string_view kParts[] = {"$Key", "$Value"};

bool is_named(const TransformInfo& info, std::string_view type) {
  if (!info.has_parts) return type == info.type;
  return std::ranges::any_of(kParts, [&](std::string_view part) {
    return type == std::string(info.type) + std::string(part);
  });
}

const TransformInfo* find_class(bool is_predicate, std::string_view type) {
  for (const TransformInfo& info : known_transforms()) {
    if (info.is_predicate == is_predicate && is_named(info, type)) return &info;
  }
  return nullptr;
}

std::string class_list(bool is_predicate) {
  std::string names;
  for (const TransformInfo& info : known_transforms()) {
    if (info.is_predicate != is_predicate) continue;
    names.append(names.empty() ? "" : ", ").append(info.type);
    if (info.has_parts) names += "$Key or $Value";
  }
  return names;
}

// The value as the documentation spells it.
Result<std::string> checked_value(const TransformOptionInfo& option, const std::string& value) {
  if (option.support == Support::kOneValue && !is_accepted(option.value, value)) {
    return definite_error("can't be used, only " + or_list(option.value) + ": " +
                          std::string(option.note));
  }
  if (option.accepts == "boolean") {
    MILLRACE_ASSIGN_OR_RETURN(const bool parsed, parse_boolean(value));
    return std::string(parsed ? "true" : "false");
  }
  if (option.accepts == "text" || option.accepts == "list") {
    if (option.value == "required" && trim(value).empty()) return definite_error("is empty");
    return value;
  }
  std::string_view left = option.accepts;
  while (!left.empty()) {
    const std::string_view word = left.substr(0, left.find('|'));
    if (equals_ignoring_case(word, trim(value))) return std::string(word);
    left.remove_prefix(std::min(left.size(), word.size() + 1));
  }
  return definite_error("is none of " + or_list(option.accepts));
}

// One name of `transforms` or `predicates`.
class OwnerReader {
 public:
  OwnerReader(const YamlNode& mapping, const std::string& file, std::string_view list,
              const std::string& name, Problems& problems,
              std::map<std::string, std::string>& resolved)
      : mapping_(mapping),
        file_(file),
        list_(list),
        prefix_(std::string(list) + "." + name + "."),
        problems_(problems),
        resolved_(resolved) {}

  bool is_predicate() const { return list_ == "predicates"; }
  std::string type;
  std::string predicate;
  bool negate = false;
  std::map<std::string, std::string> options;

  void read() {
    const YamlEntry* named = mapping_.find(prefix_ + "type");
    if (named == nullptr) {
      problems_.error({file_, mapping_.find(list_)->line}, list_, "needs " + prefix_ + "type");
      return;
    }
    type = trim(named->value.text);
    const TransformInfo* info = find_class(is_predicate(), type);
    if (info == nullptr) {
      problems_.error({file_, named->line}, named->key,
                      "'" + type +
                          "' is not built in, and Java classes can't run here; these are: " +
                          class_list(is_predicate()));
      return;
    }
    YamlNode owned;
    for (const YamlEntry& entry : mapping_.entries)
      if (entry.key.starts_with(prefix_)) owned.entries.push_back(entry);
    for (const WrittenValue& written : written_values(owned, file_, problems_))
      take(written, *info);
    for (const TransformOptionInfo& option : info->options) {
      if (option.value == "required" &&
          mapping_.find(prefix_ + std::string(option.name)) == nullptr)
        problems_.error({file_, named->line}, named->key,
                        "needs " + prefix_ + std::string(option.name));
    }
  }

 private:
  void take(const WrittenValue& written, const TransformInfo& info) {
    const auto value = resolve_references(written.text);
    if (!value) {
      problems_.error(written.place, written.key, value.error().message());
      return;
    }
    resolved_[std::string(written.key)] = *value;
    const std::string_view name = written.key.substr(prefix_.size());
    const Status taken = take_option(name, *value, info);
    for (const TransformOptionInfo& option : info.options) {
      if (option.name == name && option.support == Support::kNoEffect)
        problems_.warn(written.place, written.key, "has no effect: " + std::string(option.note));
    }
    if (!taken) {
      problems_.error(written.place, written.key,
                      "'" + std::string(written.text) + "' " + taken.error().message());
    }
  }

  Status take_option(std::string_view name, const std::string& value, const TransformInfo& info) {
    if (name == "type") return {};
    if (!is_predicate() && name == "predicate") {
      predicate = trim(value);
      return {};
    }
    if (!is_predicate() && name == "negate") {
      MILLRACE_ASSIGN_OR_RETURN(negate, parse_boolean(value));
      return {};
    }
    std::vector<std::string_view> names;
    for (const TransformOptionInfo& option : info.options) {
      names.push_back(option.name);
      if (option.name != name) continue;
      MILLRACE_ASSIGN_OR_RETURN(options[std::string(name)], checked_value(option, value));
      return {};
    }
    const std::string nearest = nearest_name(name, names);
    return definite_error("is no option of " + std::string(info.type) +
                          (nearest.empty() ? "" : "; did you mean " + nearest + "?"));
  }

  const YamlNode& mapping_;
  const std::string& file_;
  std::string_view list_;
  std::string prefix_;
  Problems& problems_;
  std::map<std::string, std::string>& resolved_;
};

std::vector<std::string> names_in(const YamlNode& mapping, const std::string& file,
                                  std::string_view list, Problems& problems) {
  const YamlEntry* entry = mapping.find(list);
  if (entry == nullptr) return {};
  std::vector<std::string> names = split_words(entry->value.text);
  std::set<std::string> seen;
  for (const std::string& name : names) {
    if (!seen.insert(name).second)
      problems.error({file, entry->line}, list, "names " + name + " twice");
  }
  return names;
}

}  // namespace

void read_transforms(const YamlNode& mapping, SourceConfig& source, Problems& problems,
                     std::map<std::string, std::string>& resolved) {
  std::set<std::string> predicates;
  for (const std::string& name : names_in(mapping, source.file, "predicates", problems)) {
    OwnerReader reader(mapping, source.file, "predicates", name, problems, resolved);
    reader.read();
    predicates.insert(name);
    source.predicates.push_back({name, std::move(reader.type), std::move(reader.options)});
  }
  for (const std::string& name : names_in(mapping, source.file, "transforms", problems)) {
    OwnerReader reader(mapping, source.file, "transforms", name, problems, resolved);
    reader.read();
    const auto error_at = [&](const std::string& option, const std::string& sentence) {
      const std::string key = "transforms." + name + "." + option;
      problems.error({source.file, mapping.find(key)->line}, key, sentence);
    };
    if (!reader.predicate.empty() && !predicates.contains(reader.predicate))
      error_at("predicate", "'" + reader.predicate + "' is not among the names in predicates");
    if (reader.negate && reader.predicate.empty())
      error_at("negate", "needs a predicate that it negates");
    source.transforms.push_back({name, std::move(reader.type), std::move(reader.options),
                                 std::move(reader.predicate), reader.negate});
  }
}

}  // namespace millrace::config

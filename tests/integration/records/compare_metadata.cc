#include "integration/records/compare_metadata.h"

#include <algorithm>
#include <regex>
#include <set>

#include "support/json_text.h"

namespace millrace::testing {
namespace {

using Members = std::vector<JsonMember>;

std::string with_prefix(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
    text.replace(at, from.size(), to);
    at += to.size();
  }
  return text;
}

// Without who wrote it, and when.
std::string settled(std::string text) {
  static const std::regex version("\"version\":\"[^\"]*\"");
  static const std::regex made(R"re(("op":"."),"ts_ms":\d+,"ts_us":\d+,"ts_ns":\d+)re");
  static const std::regex beat(R"re(\{"ts_ms":\d+\})re");
  static const std::regex noted(R"re("timestamp":\d+)re");
  static const std::regex random_id(
      R"re("id":"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")re");
  text = std::regex_replace(text, version, "\"version\":\"\"");
  text = std::regex_replace(text, made, "$1");
  text = std::regex_replace(text, beat, "{}");
  text = std::regex_replace(text, noted, "\"timestamp\":0");
  return std::regex_replace(text, random_id, "\"id\":\"\"");
}

std::string payload_of(const std::string& record) {
  if (!record.starts_with("{\"schema\":{\"type\":\"struct\"")) return record;
  return json_member(json_members(record), "payload").value();
}

std::string schema_of(const std::string& record) {
  if (!record.starts_with("{\"schema\":{\"type\":\"struct\"")) return "";
  return json_member(json_members(record), "schema").value();
}

std::string member_of(const std::string& object, const std::string& name) {
  return object.starts_with('{') ? json_member(json_members(object), name).value_or("") : "";
}

// A column's types are the server's here, and the statement's there; so are literals of DEFAULT.
std::string reason_for(const std::string& field, const Members& debezium, const Members& millrace) {
  static const std::set<std::string> kTypeFields = {"typeName", "typeExpression", "jdbcType",
                                                    "length",   "scale",          "charsetName"};
  static const std::set<std::string> kOwnWords = {
      "\"INTEGER\"", "\"BOOLEAN\"", "\"NUMERIC UNSIGNED\"",
      "\"REAL\"",    "\"NCHAR\"",   "\"NATIONAL VARCHAR\""};
  const auto of = [](const Members& members, const char* name) {
    return json_member(members, name).value_or("");
  };
  const std::string type = of(debezium, "typeName");
  const bool is_char = type == "\"CHAR\"" && of(millrace, "length") == "1";
  const bool is_filled = type.find("ZEROFILL") != std::string::npos && field == "length";
  const bool is_wide_float = type == "\"FLOAT\"" && of(debezium, "length") == "30";
  if (kTypeFields.contains(field) &&
      (kOwnWords.contains(type) || is_char || is_filled || is_wide_float)) {
    return "a type is as the server keeps it, not as the statement writes it";
  }
  if (field == "defaultValueExpression")
    return "a DEFAULT is its value, and none for an expression";
  if ((field == "autoIncremented" || field == "generated") && type == "\"DATETIME\"") {
    return "ON UPDATE is no AUTO_INCREMENT";
  }
  return "";
}

class ChangeComparer {
 public:
  ChangeComparer(const TopicsOfTwo& topics, Faults& faults, std::map<std::string, int>& allowed)
      : topics_(topics), faults_(faults), allowed_(allowed) {}

  void compare(const Message& debezium, const Message& millrace) {
    const std::string one =
        with_prefix(debezium.value.value_or(""), topics_.debezium_prefix, topics_.millrace_prefix);
    const std::string other = millrace.value.value_or("");
    where_ = topics_.name + " " + member_of(payload_of(one), "ddl").substr(0, 70);
    check("partition", std::to_string(debezium.partition), std::to_string(millrace.partition));
    check("key", debezium.key.value_or("null"), millrace.key.value_or("null"));
    check("schema", schema_of(one), schema_of(other));
    const Members left = json_members(payload_of(one)), right = json_members(payload_of(other));
    if (!same_names(left, right)) return;
    for (std::size_t i = 0; i < left.size(); ++i) {
      const std::string& name = left[i].first;
      if (name == "tableChanges") {
        compare_changes(json_elements(left[i].second), json_elements(right[i].second));
      } else if (name == "source") {
        compare_source(left[i].second, right[i].second);
      } else if (name != "ts_ms") {
        check(name, left[i].second, right[i].second);
      }
    }
  }

 private:
  void compare_source(const std::string& debezium, const std::string& millrace) {
    const Members left = json_members(debezium), right = json_members(millrace);
    if (!same_names(left, right)) return;
    for (std::size_t i = 0; i < left.size(); ++i) {
      const std::string& name = left[i].first;
      if (name == "row" && left[i].second != "0") {
        ++allowed_["source.row is 0, not that of the last row before"];
      } else if (name != "version") {
        check("source." + name, left[i].second, right[i].second);
      }
    }
  }

  void compare_changes(const std::vector<std::string>& debezium,
                       const std::vector<std::string>& millrace) {
    if (debezium.size() != millrace.size()) {
      check("number of changes", std::to_string(debezium.size()), std::to_string(millrace.size()));
      return;
    }
    for (std::size_t i = 0; i < debezium.size(); ++i) {
      for (const char* name : {"type", "id"})
        check(name, member_of(debezium[i], name), member_of(millrace[i], name));
      compare_table(member_of(debezium[i], "table"), member_of(millrace[i], "table"));
    }
  }

  void compare_table(const std::string& debezium, const std::string& millrace) {
    if (debezium == millrace) return;
    if (debezium == "null" || millrace == "null") {
      check("table", debezium, millrace);
      return;
    }
    const Members left = json_members(debezium), right = json_members(millrace);
    if (!same_names(left, right)) return;
    for (std::size_t i = 0; i < left.size(); ++i) {
      const std::string& name = left[i].first;
      if (name == "columns") {
        compare_columns(json_elements(left[i].second), json_elements(right[i].second));
      } else if (name == "comment" && right[i].second == "null" && left[i].second != "null") {
        ++allowed_["a table's comment isn't known"];
      } else {
        check("table." + name, left[i].second, right[i].second);
      }
    }
  }

  void compare_columns(const std::vector<std::string>& debezium,
                       const std::vector<std::string>& millrace) {
    if (debezium.size() != millrace.size()) {
      check("number of columns", std::to_string(debezium.size()), std::to_string(millrace.size()));
      return;
    }
    for (std::size_t c = 0; c < debezium.size(); ++c) {
      const Members left = json_members(debezium[c]), right = json_members(millrace[c]);
      if (!same_names(left, right)) continue;
      for (std::size_t i = 0; i < left.size(); ++i) {
        if (left[i].second == right[i].second) continue;
        const std::string reason = reason_for(left[i].first, left, right);
        if (reason.empty()) {
          check(left[0].second + "." + left[i].first, left[i].second, right[i].second);
        } else {
          ++allowed_[reason];
        }
      }
    }
  }

  bool same_names(const Members& left, const Members& right) {
    const auto names = [](const Members& members) {
      std::string text;
      for (const auto& [name, value] : members) text += name + " ";
      return text;
    };
    check("names", names(left), names(right));
    return names(left) == names(right);
  }

  void check(const std::string& what, const std::string& debezium, const std::string& millrace) {
    if (debezium == millrace) return;
    faults_.push_back(where_ + ": " + what + "\n      debezium " + debezium.substr(0, 400) +
                      "\n      millrace " + millrace.substr(0, 400));
  }

  const TopicsOfTwo& topics_;
  Faults& faults_;
  std::map<std::string, int>& allowed_;
  std::string where_;
};

// Of the stream, and of captured databases.
std::vector<Message> comparable(const std::vector<Message>& messages) {
  std::vector<Message> kept;
  for (const Message& message : messages) {
    const std::string source = member_of(payload_of(message.value.value_or("")), "source");
    if (member_of(source, "snapshot") == "\"false\"" && member_of(source, "db") != "\"elsewhere\"")
      kept.push_back(message);
  }
  return kept;
}

}  // namespace

void compare_records(const TopicsOfTwo& topics, Faults& faults) {
  const auto fault = [&](const std::string& what, const std::string& debezium,
                         const std::string& millrace) {
    faults.push_back(topics.name + ": " + what + "\n      debezium " + debezium.substr(0, 3000) +
                     "\n      millrace " + millrace.substr(0, 3000));
  };
  if (topics.debezium.size() != topics.millrace.size()) {
    fault("number of records", std::to_string(topics.debezium.size()),
          std::to_string(topics.millrace.size()));
  }
  const std::size_t both = std::min(topics.debezium.size(), topics.millrace.size());
  for (std::size_t i = 0; i < both; ++i) {
    const auto ours = [&](const std::optional<std::string>& text) {
      return settled(text.value_or("null"));
    };
    const auto theirs = [&](const std::optional<std::string>& text) {
      return with_prefix(ours(text), topics.debezium_prefix, topics.millrace_prefix);
    };
    const Message &one = topics.debezium[i], &other = topics.millrace[i];
    const std::string number = "record " + std::to_string(i) + " ";
    if (theirs(one.key) != ours(other.key)) fault(number + "key", theirs(one.key), ours(other.key));
    if (theirs(one.value) != ours(other.value))
      fault(number + "value", theirs(one.value), ours(other.value));
  }
}

void compare_schema_changes(const TopicsOfTwo& topics, Faults& faults,
                            std::map<std::string, int>& allowed) {
  const std::vector<Message> debezium = comparable(topics.debezium);
  const std::vector<Message> millrace = comparable(topics.millrace);
  if (debezium.size() != millrace.size()) {
    faults.push_back(topics.name + ": debezium has " + std::to_string(debezium.size()) +
                     " records, millrace " + std::to_string(millrace.size()));
  }
  ChangeComparer comparer(topics, faults, allowed);
  for (std::size_t i = 0; i < std::min(debezium.size(), millrace.size()); ++i) {
    comparer.compare(debezium[i], millrace[i]);
  }
}

}  // namespace millrace::testing

#include "integration/differential/compare_records.h"

#include <algorithm>
#include <chrono>
#include <regex>
#include <stdexcept>

#include "integration/differential/allowed_differences.h"
#include "support/expected_value.h"
#include "support/json_text.h"

namespace millrace::testing {
namespace {

// What says who wrote the record, and when.
const std::set<std::string> kOwn = {"version", "name"};
const std::set<std::string> kClock = {"ts_ms", "ts_us", "ts_ns"};

// An object as Kafka Connect's default header converter writes it: only quotes and backslashes are escaped.
std::string plain_form(const std::string& object) {
  std::string text;
  for (const auto& [name, value] : json_members(object)) {
    text += (text.empty() ? "\"" : ",\"") + name + "\":";
    if (!value.starts_with('"')) {
      text += value;
      continue;
    }
    text += '"';
    for (const char c : json_unquote(value))
      text += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    text += '"';
  }
  return "{" + text + "}";
}

// The same object with its numbers that have a point as JsonConverter writes a DECIMAL.
std::string with_decimals_in_base64(const std::string& object) {
  std::string text;
  for (const auto& [name, value] : json_members(object)) {
    const bool decimal = !value.starts_with('"') && value.find('.') != std::string::npos;
    text += (text.empty() ? "\"" : ",\"") + name +
            "\":" + (decimal ? '"' + decimal_base64(value) + '"' : value);
  }
  return "{" + text + "}";
}

// The same text with its dates, which stand there without quotes, as days since 1970.
std::string with_days(const std::string& object) {
  static const std::regex date(R"(:(\d{4})-(\d{2})-(\d{2}))");
  std::string text = object;
  for (std::smatch match; std::regex_search(text, match, date);) {
    const std::chrono::sys_days day =
        std::chrono::year(std::stoi(match[1])) /
        std::chrono::month(static_cast<unsigned>(std::stoi(match[2]))) /
        std::chrono::day(static_cast<unsigned>(std::stoi(match[3])));
    text = match.prefix().str() + ":" + std::to_string(day.time_since_epoch().count()) +
           match.suffix().str();
  }
  return text;
}

class RecordComparer {
 public:
  RecordComparer(const TopicPair& topics, const std::set<std::string>& with_default,
                 Comparison& result)
      : topics_(topics), table_(topics.table), with_default_(with_default), result_(result) {}

  void compare(std::size_t number, const Message& debezium, const Message& millrace) {
    where_ = table_ + " record " + std::to_string(number);
    if (debezium.key.has_value() != millrace.key.has_value()) {
      fault("key", debezium.key.value_or("null"), millrace.key.value_or("null"));
    } else if (debezium.key) {
      compare_schemas("key", *debezium.key, *millrace.key);
      compare_row("key", payload_of(*debezium.key), payload_of(*millrace.key));
    }
    if (debezium.headers.size() != millrace.headers.size()) {
      fault("number of headers", std::to_string(debezium.headers.size()),
            std::to_string(millrace.headers.size()));
    } else {
      for (std::size_t i = 0; i < debezium.headers.size(); ++i) {
        if (debezium.headers[i].first != millrace.headers[i].first) {
          fault("header", debezium.headers[i].first, millrace.headers[i].first);
        }
        if (debezium.headers[i].second != millrace.headers[i].second) {
          compare_header(debezium.headers[i].second, millrace.headers[i].second);
        }
      }
    }
    if (debezium.value.has_value() != millrace.value.has_value()) {
      fault("value", debezium.value.value_or("null"), millrace.value.value_or("null"));
    } else if (debezium.value) {
      compare_schemas("value", *debezium.value, *millrace.value);
      compare_envelope(payload_of(*debezium.value), payload_of(*millrace.value));
    }
  }

 private:
  void compare_header(const std::string& debezium, const std::string& millrace) {
    if (debezium == plain_form(millrace)) {
      ++result_
            .allowed["headers are JSON: control characters and what lies above U+FFFF are escaped"];
    } else if (with_days(debezium) == millrace) {
      ++result_.allowed["headers are JSON: Connect's Date in a key is a number of days"];
    } else if (with_decimals_in_base64(debezium) == millrace) {
      ++result_.allowed["headers are JSON: a DECIMAL in a key is what it is in the key"];
    } else {
      fault("header", debezium, millrace);
    }
  }

  static bool has_schema(const std::string& record) {
    return record.starts_with("{\"schema\":{\"type\":\"struct\"");
  }

  static std::string payload_of(const std::string& record) {
    return has_schema(record) ? json_member(json_members(record), "payload").value() : record;
  }

  // Names in schemas begin with the topic's prefix.
  void compare_schemas(const std::string& what, const std::string& debezium,
                       const std::string& millrace) {
    if (has_schema(debezium) != has_schema(millrace))
      fault("schema of " + what, debezium, millrace);
    if (!has_schema(debezium) || !has_schema(millrace)) return;
    const std::string own = "\"name\":\"" + topics_.millrace_prefix + ".";
    std::string one = json_member(json_members(debezium), "schema").value();
    const std::string other = json_member(json_members(millrace), "schema").value();
    const std::string theirs = "\"name\":\"" + topics_.debezium_prefix + ".";
    for (std::size_t at = one.find(theirs); at != std::string::npos; at = one.find(theirs, at))
      one.replace(at, theirs.size(), own);
    if (one == other || !seen_schemas_.insert(one + other).second) return;
    const std::string reason = allowed_schema_because(table_, one, other);
    if (reason.empty()) {
      schema_fault(what, one, other);
    } else {
      ++result_.allowed[reason];
    }
  }

  void schema_fault(const std::string& what, const std::string& debezium,
                    const std::string& millrace) {
    std::size_t same = 0;
    while (same < std::min(debezium.size(), millrace.size()) && debezium[same] == millrace[same])
      ++same;
    const std::size_t begin = same < 120 ? 0 : same - 120;
    fault("schema of " + what + " at " + std::to_string(same),
          begin < debezium.size() ? debezium.substr(begin) : "",
          begin < millrace.size() ? millrace.substr(begin) : "");
  }

  void compare_envelope(const std::string& debezium, const std::string& millrace) {
    const auto one = json_members(debezium), other = json_members(millrace);
    if (!same_names("envelope", one, other)) return;
    for (std::size_t i = 0; i < one.size(); ++i) {
      const std::string& name = one[i].first;
      if (kClock.contains(name)) continue;
      if (name == "before" || name == "after") {
        compare_row(name, one[i].second, other[i].second);
      } else if (name == "source") {
        compare_source(one[i].second, other[i].second);
      } else if (one[i].second != other[i].second) {
        fault(name, one[i].second, other[i].second);
      }
    }
  }

  void compare_source(const std::string& debezium, const std::string& millrace) {
    const auto one = json_members(debezium), other = json_members(millrace);
    if (!same_names("source", one, other)) return;
    for (std::size_t i = 0; i < one.size(); ++i) {
      if (!kOwn.contains(one[i].first) && one[i].second != other[i].second) {
        fault("source." + one[i].first, one[i].second, other[i].second);
      }
    }
  }

  void compare_row(const std::string& what, const std::string& debezium,
                   const std::string& millrace) {
    if (debezium == millrace) return;
    if (debezium.empty() || millrace.empty() || debezium[0] != '{' || millrace[0] != '{') {
      fault(what, debezium, millrace);
      return;
    }
    const auto one = json_members(debezium), other = json_members(millrace);
    if (!same_names(what, one, other)) return;
    for (std::size_t i = 0; i < one.size(); ++i) {
      if (one[i].second == other[i].second) continue;
      const std::string reason =
          allowed_because({table_, one[i].first, one[i].second, other[i].second,
                           with_default_.contains(one[i].first)});
      if (reason.empty()) {
        fault(what + "." + one[i].first, one[i].second, other[i].second);
      } else {
        ++result_.allowed[reason];
      }
    }
  }

  bool same_names(const std::string& what, const std::vector<JsonMember>& one,
                  const std::vector<JsonMember>& other) {
    const auto names = [](const std::vector<JsonMember>& members) {
      std::string text;
      for (const auto& [name, value] : members) text += name + " ";
      return text;
    };
    if (names(one) == names(other)) return true;
    fault("fields of " + what, names(one), names(other));
    return false;
  }

  void fault(const std::string& what, const std::string& debezium, const std::string& millrace) {
    result_.faults.push_back(where_ + ": " + what + "\n      debezium " + debezium.substr(0, 400) +
                             "\n      millrace " + millrace.substr(0, 400));
  }

  const TopicPair& topics_;
  const std::string& table_;
  const std::set<std::string>& with_default_;
  Comparison& result_;
  std::string where_;
  std::set<std::string> seen_schemas_;  // each pair is compared once
};

}  // namespace

void compare_topics(const TopicPair& topics, const std::set<std::string>& with_default,
                    const std::vector<Message>& debezium, const std::vector<Message>& millrace,
                    Comparison& result) {
  const std::string& table = topics.table;
  if (debezium.size() != millrace.size()) {
    result.faults.push_back(table + ": debezium has " + std::to_string(debezium.size()) +
                            " records, millrace " + std::to_string(millrace.size()));
  }
  RecordComparer comparer(topics, with_default, result);
  for (std::size_t i = 0; i < std::min(debezium.size(), millrace.size()); ++i) {
    try {
      comparer.compare(i, debezium[i], millrace[i]);
    } catch (const std::exception& failure) {
      result.faults.push_back(table + " record " + std::to_string(i) + ": " + failure.what());
    }
  }
}

}  // namespace millrace::testing

#include "conformance/compare_records.h"

#include <algorithm>
#include <stdexcept>

#include "conformance/accepted_differences.h"
#include "conformance/align.h"
#include "support/json_text.h"

namespace millrace::testing {
namespace {

// When the program handled the event; its source says when that was made.
const std::set<std::string> kClock = {"ts_ms", "ts_us", "ts_ns"};
constexpr std::size_t kShown = 700;  // characters of a record in a message
constexpr const char* kRunId = "__debezium.context.runId";

std::string shown(const std::optional<std::string>& text) {
  if (!text) return "null";
  const std::string payload = split_schema(*text).payload;
  return payload.size() <= kShown ? payload : payload.substr(0, kShown) + "...";
}

std::string shown(const Record& record) {
  return "partition " + std::to_string(record.partition) + " offset " +
         std::to_string(record.offset) + ": " + shown(record.key) + " -> " + shown(record.value);
}

bool is_object(const std::string& raw) { return raw.starts_with('{'); }

class RecordComparer {
 public:
  RecordComparer(const TopicPair& pair, Comparison& result) : pair_(pair), result_(result) {}

  void compare(const Record& debezium, const Record& millrace) {
    debezium_ = &debezium;
    millrace_ = &millrace;
    compare_text(Part::kKey, debezium.key, millrace.key);
    compare_headers();
    compare_text(Part::kField, debezium.value, millrace.value);
    report();
  }

  void only_debezium(const Record& record) {
    debezium_ = &record;
    millrace_ = nullptr;
    differs(Part::kOnlyDebezium, record.kind, shown(record.value), "");
    report();
  }

  void only_millrace(const Record& record) {
    debezium_ = nullptr;
    millrace_ = &record;
    differs(Part::kOnlyMillrace, record.kind, "", shown(record.value));
    report();
  }

 private:
  void compare_text(Part part, const std::optional<std::string>& debezium,
                    const std::optional<std::string>& millrace) {
    if (!debezium || !millrace) {
      if (debezium || millrace) differs(part, "", shown(debezium), shown(millrace));
      return;
    }
    const auto one = split_schema(*debezium), other = split_schema(*millrace);
    if (one.schema != other.schema && seen_schemas_.insert(one.schema + other.schema).second)
      differs(Part::kSchema, "", one.schema, other.schema);
    if (part == Part::kKey) {
      compare_row(Part::kKey, "key", one.payload, other.payload);
    } else {
      compare_value(one.payload, other.payload);
    }
  }

  void compare_headers() {
    std::map<std::string, std::string> one(debezium_->headers.begin(), debezium_->headers.end());
    std::map<std::string, std::string> other(millrace_->headers.begin(), millrace_->headers.end());
    for (const auto& [name, value] : one) {
      const auto found = other.find(name);
      if (found == other.end()) {
        differs(Part::kHeader, name, value, "");
      } else if (value != found->second && name != kRunId) {
        differs(Part::kHeader, name, value, found->second);
      }
    }
    for (const auto& [name, value] : other) {
      if (!one.contains(name)) differs(Part::kHeader, name, "", value);
    }
    if (one.size() == other.size() && order(debezium_->headers) != order(millrace_->headers))
      differs(Part::kHeader, "order", order(debezium_->headers), order(millrace_->headers));
  }

  static std::string order(const std::vector<JsonMember>& members) {
    std::string text;
    for (const auto& [name, value] : members) text += name + " ";
    return text;
  }

  void compare_value(const std::string& debezium, const std::string& millrace) {
    if (!is_object(debezium) || !is_object(millrace)) {
      if (debezium != millrace) differs(Part::kField, "value", debezium, millrace);
      return;
    }
    const auto one = json_members(debezium), other = json_members(millrace);
    if (order(one) != order(other)) {
      differs(Part::kField, "fields", order(one), order(other));
      return;
    }
    const bool has_source = json_member(one, "source").has_value();
    for (std::size_t i = 0; i < one.size(); ++i) {
      const std::string& name = one[i].first;
      if (has_source && kClock.contains(name)) continue;
      if (name == "before" || name == "after") {
        compare_row(Part::kRow, name, one[i].second, other[i].second);
      } else if (name == "source") {
        compare_row(Part::kSource, name, one[i].second, other[i].second);
      } else if (name == "tableChanges") {
        compare_nested(name, one[i].second, other[i].second);
      } else if (one[i].second != other[i].second) {
        differs(Part::kField, name, one[i].second, other[i].second);
      }
    }
  }

  // Down to the members that differ: each is named by its own name.
  void compare_nested(const std::string& name, const std::string& debezium,
                      const std::string& millrace, const std::string& within = "") {
    if (debezium == millrace) return;
    if (is_object(debezium) && is_object(millrace)) {
      const auto one = json_members(debezium), other = json_members(millrace);
      if (order(one) == order(other)) {
        for (std::size_t i = 0; i < one.size(); ++i)
          compare_nested(one[i].first, one[i].second, other[i].second, debezium);
        return;
      }
    }
    if (debezium.starts_with('[') && millrace.starts_with('[')) {
      const auto one = json_elements(debezium), other = json_elements(millrace);
      if (one.size() == other.size()) {
        for (std::size_t i = 0; i < one.size(); ++i) compare_nested(name, one[i], other[i], within);
        return;
      }
    }
    differs(Part::kTableChange, name, debezium, millrace, within);
  }

  void compare_row(Part part, const std::string& what, const std::string& debezium,
                   const std::string& millrace) {
    if (debezium == millrace) return;
    if (!is_object(debezium) || !is_object(millrace)) {
      differs(part, what, debezium, millrace);
      return;
    }
    const auto one = json_members(debezium), other = json_members(millrace);
    if (order(one) != order(other)) {
      differs(part, "fields of " + what, order(one), order(other));
      return;
    }
    for (std::size_t i = 0; i < one.size(); ++i) {
      if (one[i].second != other[i].second)
        differs(part, one[i].first, one[i].second, other[i].second);
    }
  }

  void differs(Part part, const std::string& name, const std::string& debezium,
               const std::string& millrace, const std::string& within = "") {
    const std::string id =
        accepted_by({part, pair_.set, pair_.topic, name, debezium, millrace,
                     pair_.columns_with_default.contains(name), statement(), within});
    if (!id.empty()) {
      ++result_.accepted[id];
      return;
    }
    found_ += part == Part::kSchema ? schema_text(debezium, millrace)
                                    : "  " + name + "\n    debezium " + debezium.substr(0, kShown) +
                                          "\n    millrace " + millrace.substr(0, kShown) + "\n";
  }

  std::string statement() const {
    const Record& record = debezium_ != nullptr ? *debezium_ : *millrace_;
    return pair_.statements ? pair_.statements(record.gno) : "?";
  }

  // Schemas are long: from a little before the place where they part.
  static std::string schema_text(const std::string& debezium, const std::string& millrace) {
    const auto differs =
        std::mismatch(debezium.begin(), debezium.end(), millrace.begin(), millrace.end());
    const auto same = static_cast<std::size_t>(differs.first - debezium.begin());
    const std::size_t begin = same < 150 ? 0 : same - 150;
    return "  schema, from character " + std::to_string(same) + "\n    debezium " +
           debezium.substr(begin, kShown) + "\n    millrace " + millrace.substr(begin, kShown) +
           "\n";
  }

  void report() {
    if (found_.empty()) return;
    std::string text = pair_.set + ": topic " + pair_.topic + "\n  after: " + statement() + "\n";
    text += found_;
    text += "  debezium's record: " + (debezium_ != nullptr ? shown(*debezium_) : "none") + "\n";
    text += "  millrace's record: " + (millrace_ != nullptr ? shown(*millrace_) : "none") + "\n";
    result_.faults.push_back(text);
    found_.clear();
  }

  const TopicPair& pair_;
  Comparison& result_;
  const Record* debezium_ = nullptr;
  const Record* millrace_ = nullptr;
  std::string found_;                   // what differs between these two
  std::set<std::string> seen_schemas_;  // each pair is compared once
};

void compare_sequences(RecordComparer& comparer, RecordIdentity identity,
                       const std::vector<Record>& debezium, const std::vector<Record>& millrace) {
  for (const auto& [one, other] : align(debezium, millrace, identity)) {
    if (!other) {
      comparer.only_debezium(debezium[*one]);
    } else if (!one) {
      comparer.only_millrace(millrace[*other]);
    } else {
      comparer.compare(debezium[*one], millrace[*other]);
    }
  }
}

}  // namespace

void compare_topics(const TopicPair& pair, const std::vector<Record>& debezium,
                    const std::vector<Record>& millrace, Comparison& result) {
  result.records += debezium.size();
  RecordComparer comparer(pair, result);
  const RecordIdentity identity =
      matched_by_key(pair.topic) ? RecordIdentity::kKey : RecordIdentity::kTransaction;
  const auto one = sequences(debezium, pair.partitions);
  const auto other = sequences(millrace, pair.partitions);
  for (std::size_t i = 0; i < one.size(); ++i) {
    try {
      compare_sequences(comparer, identity, one[i], other[i]);
    } catch (const std::exception& failure) {
      result.faults.push_back(pair.set + ": topic " + pair.topic + ": " + failure.what() + "\n");
    }
  }
}

}  // namespace millrace::testing

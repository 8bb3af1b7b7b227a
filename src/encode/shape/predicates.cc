// Kafka Connect's predicates. All but a value that only a row can show to be null is known with the record's shape.

#include <algorithm>
#include <utility>

#include "encode/shape/transform.h"
#include "millrace/regex/java_pattern.h"

namespace millrace::encode {
namespace {

class TopicNameMatches final : public Predicate {
 public:
  explicit TopicNameMatches(regex::JavaPattern pattern) : pattern_(std::move(pattern)) {}

  Result<std::optional<bool>> test(const RecordShape& record, Answers&) const override {
    MILLRACE_ASSIGN_OR_RETURN(const bool matches, pattern_.matches(record.topic));
    return std::optional<bool>(matches);
  }

 private:
  regex::JavaPattern pattern_;
};

class HasHeaderKey final : public Predicate {
 public:
  explicit HasHeaderKey(std::string name) : name_(std::move(name)) {}

  Result<std::optional<bool>> test(const RecordShape& record, Answers&) const override {
    return std::optional<bool>(
        std::any_of(record.headers.begin(), record.headers.end(),
                    [this](const ShapeHeader& header) { return header.name == name_; }));
  }

 private:
  std::string name_;
};

class RecordIsTombstone final : public Predicate {
 public:
  Result<std::optional<bool>> test(const RecordShape& record, Answers& answers) const override {
    if (!record.value) return std::optional<bool>(true);
    const Answer* answer = answers.ask(*record.value, Answers::Asked::kIsNull);
    if (answer == nullptr) return std::optional<bool>();
    return std::optional<bool>(answer->is_null);
  }
};

}  // namespace

Result<PredicatePtr> make_predicate(std::string_view type, const OptionReader& options) {
  if (type == "TopicNameMatches") {
    auto pattern = regex::JavaPattern::compile(options.text("pattern"));
    if (!pattern) return pattern.error().with_context("pattern");
    return PredicatePtr(std::make_unique<TopicNameMatches>(std::move(*pattern)));
  }
  if (type == "HasHeaderKey")
    return PredicatePtr(std::make_unique<HasHeaderKey>(options.text("name")));
  if (type == "RecordIsTombstone") return PredicatePtr(std::make_unique<RecordIsTombstone>());
  return definite_error("there is no predicate " + std::string(type));
}

}  // namespace millrace::encode

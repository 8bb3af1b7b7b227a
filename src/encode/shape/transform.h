#pragma once

// One transform of a chain: what it makes of a record's shape. Runs once a table and kind of record, and once more for
// each answer where a row's value decides; never for a row. Immutable, so threads may share it.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "encode/shape/record_shape.h"
#include "millrace/base/result.h"
#include "millrace/encode/transforms.h"

namespace millrace::encode {

// What a row's value says: whether it is null (kIsBlank: or blank text), and for kText what it says.
struct Answer {
  bool is_null = false;
  std::string text;
};

// The answers to what transforms ask of a row, in the order in which they ask: the same chain on the same shape asks the
// same. A question without an answer yet is kept for the one who runs the chain.
class Answers {
 public:
  enum class Asked : std::uint8_t { kText, kIsNull, kIsBlank };
  struct Question {
    ShapeValue value;
    Asked asked = Asked::kText;
  };

  explicit Answers(const std::vector<Answer>& known) : known_(known) {}

  // Null where the row must be asked first: the transform ends with Outcome::kQuestion. What is the same in every record
  // has its answer at once.
  const Answer* ask(const ShapeValue& value, Asked asked);
  const std::optional<Question>& question() const { return question_; }

 private:
  const std::vector<Answer>& known_;
  std::size_t next_ = 0;
  Answer constant_;
  std::optional<Question> question_;
};

enum class Outcome : std::uint8_t { kRecord, kDropped, kQuestion };

class Transform {
 public:
  virtual ~Transform() = default;
  virtual Result<Outcome> apply(RecordShape& record, Answers& answers) const = 0;
};

// Holds or not; nothing where a row must be asked first.
class Predicate {
 public:
  virtual ~Predicate() = default;
  virtual Result<std::optional<bool>> test(const RecordShape& record, Answers& answers) const = 0;
};

// Options by name, as the configuration has checked them; an error completes "<option> ...".
class OptionReader {
 public:
  OptionReader(const std::map<std::string, std::string>& options, const TransformSpecs& specs)
      : options_(options), specs_(specs) {}

  bool has(const std::string& name) const { return options_.contains(name); }
  std::string text(const std::string& name, std::string_view otherwise = {}) const;
  bool boolean(const std::string& name, bool otherwise) const;
  // Separated by commas, without the blanks around.
  std::vector<std::string> list(const std::string& name) const;
  bool json_headers() const { return specs_.json_headers; }
  bool value_schemas() const { return specs_.value_schemas; }

 private:
  const std::map<std::string, std::string>& options_;
  const TransformSpecs& specs_;
};

enum class RecordPart : std::uint8_t { kKey, kValue };
inline std::optional<ShapeValue>& part_of(RecordShape& record, RecordPart part) {
  return part == RecordPart::kKey ? record.key : record.value;
}
inline std::string_view name_of(RecordPart part) {
  return part == RecordPart::kKey ? "the key" : "the value";
}
inline bool is_null(const std::optional<ShapeValue>& value) {
  return !value || value->kind == ShapeValue::Kind::kNull;
}

// Whether a header's value stands without quotes: SimpleHeaderConverter writes text and base64 so.
bool is_text_header(const ConnectSchema& schema, bool json_headers);

using TransformPtr = std::unique_ptr<const Transform>;
using PredicatePtr = std::unique_ptr<const Predicate>;

// By the class's last name, "RegexRouter"; `part` is of $Key or $Value.
Result<TransformPtr> make_transform(std::string_view type, RecordPart part,
                                    const OptionReader& options);
Result<PredicatePtr> make_predicate(std::string_view type, const OptionReader& options);

// A file each.
Result<TransformPtr> make_regex_router(const OptionReader& options);
Result<TransformPtr> make_by_logical_table_router(const OptionReader& options);
Result<TransformPtr> make_extract_new_record_state(const OptionReader& options);
Result<TransformPtr> make_event_router(RecordPart part, const OptionReader& options);
Result<TransformPtr> make_insert_field(RecordPart part, const OptionReader& options);
Result<TransformPtr> make_replace_field(RecordPart part, const OptionReader& options);
Result<TransformPtr> make_extract_field(RecordPart part, const OptionReader& options);
Result<TransformPtr> make_mask_field(RecordPart part, const OptionReader& options);
Result<TransformPtr> make_value_to_key(RecordPart part, const OptionReader& options);
Result<TransformPtr> make_hoist_field(RecordPart part, const OptionReader& options);
Result<TransformPtr> make_timestamp_converter(RecordPart part, const OptionReader& options);
Result<TransformPtr> make_timezone_converter(RecordPart part, const OptionReader& options);
Result<TransformPtr> make_cast(RecordPart part, const OptionReader& options);
Result<TransformPtr> make_flatten(RecordPart part, const OptionReader& options);
Result<TransformPtr> make_insert_header(RecordPart part, const OptionReader& options);
Result<TransformPtr> make_drop_headers(RecordPart part, const OptionReader& options);

}  // namespace millrace::encode

#include "encode/shape/transform.h"

#include <functional>
#include <utility>

namespace millrace::encode {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

// Leaves nothing: of a record that a predicate lets through.
class Filter final : public Transform {
 public:
  Result<Outcome> apply(RecordShape&, Answers&) const override { return Outcome::kDropped; }
};

using MakeTransform = std::function<Result<TransformPtr>(RecordPart, const OptionReader&)>;

MakeTransform without_part(Result<TransformPtr> (*make)(const OptionReader&)) {
  return [make](RecordPart, const OptionReader& options) { return make(options); };
}

const std::map<std::string_view, MakeTransform>& makers() {
  static const std::map<std::string_view, MakeTransform> all = {
      {"RegexRouter", without_part(make_regex_router)},
      {"ByLogicalTableRouter", without_part(make_by_logical_table_router)},
      {"ExtractNewRecordState", without_part(make_extract_new_record_state)},
      {"EventRouter", make_event_router},
      {"InsertField", make_insert_field},
      {"ReplaceField", make_replace_field},
      {"ExtractField", make_extract_field},
      {"MaskField", make_mask_field},
      {"ValueToKey", make_value_to_key},
      {"HoistField", make_hoist_field},
      {"TimestampConverter", make_timestamp_converter},
      {"TimezoneConverter", make_timezone_converter},
      {"Cast", make_cast},
      {"Flatten", make_flatten},
      {"InsertHeader", make_insert_header},
      {"DropHeaders", make_drop_headers},
      {"Filter",
       [](RecordPart, const OptionReader&) -> Result<TransformPtr> {
         return TransformPtr(std::make_unique<Filter>());
       }},
  };
  return all;
}

}  // namespace

const Answer* Answers::ask(const ShapeValue& value, Asked asked) {
  using Kind = ShapeValue::Kind;
  const bool is_text = value.schema.type == "string" && value.changes.empty();
  if (value.kind == Kind::kNull ||
      (value.kind == Kind::kText && is_text && asked == Asked::kText) ||
      (asked == Asked::kIsNull && value.kind != Kind::kColumn && value.kind != Kind::kSource)) {
    constant_ = {value.kind == Kind::kNull, asked == Asked::kText ? text_of_json(value.json) : ""};
    return &constant_;
  }
  if (asked == Asked::kIsNull && !value.schema.is_optional) {
    constant_ = {};
    return &constant_;
  }
  if (next_ < known_.size()) return &known_[next_++];
  question_ = {value, asked};
  return nullptr;
}

bool is_text_header(const ConnectSchema& schema, bool json_headers) {
  const bool is_decimal = schema.name == "org.apache.kafka.connect.data.Decimal";
  return !json_headers && (schema.type == "string" || (schema.type == "bytes" && !is_decimal));
}

std::string OptionReader::text(const std::string& name, std::string_view otherwise) const {
  const auto found = options_.find(name);
  return found == options_.end() ? std::string(otherwise) : found->second;
}

bool OptionReader::boolean(const std::string& name, bool otherwise) const {
  const auto found = options_.find(name);
  if (found == options_.end()) return otherwise;
  const std::string_view value = trimmed(found->second);
  return value.size() == 4 && (value[0] == 't' || value[0] == 'T');  // checked before: true, false
}

std::vector<std::string> OptionReader::list(const std::string& name) const {
  std::vector<std::string> words;
  const std::string all = text(name);
  if (trimmed(all).empty()) return words;
  for (std::size_t begin = 0; begin <= all.size();) {
    const std::size_t end = std::min(all.find(',', begin), all.size());
    words.emplace_back(trimmed(std::string_view(all).substr(begin, end - begin)));
    begin = end + 1;
  }
  return words;
}

Result<TransformPtr> make_transform(std::string_view type, RecordPart part,
                                    const OptionReader& options) {
  const auto found = makers().find(type);
  if (found == makers().end()) return definite_error("there is no transform " + std::string(type));
  return found->second(part, options);
}

}  // namespace millrace::encode

// Kafka Connect's transforms of headers.

#include <algorithm>
#include <utility>

#include "encode/shape/transform.h"

namespace millrace::encode {
namespace {

class DropHeaders final : public Transform {
 public:
  explicit DropHeaders(std::vector<std::string> names) : names_(std::move(names)) {}

  Result<Outcome> apply(RecordShape& record, Answers&) const override {
    std::erase_if(record.headers, [this](const ShapeHeader& header) {
      return std::find(names_.begin(), names_.end(), header.name) != names_.end();
    });
    return Outcome::kRecord;
  }

 private:
  std::vector<std::string> names_;
};

class InsertHeader final : public Transform {
 public:
  explicit InsertHeader(ShapeHeader header) : header_(std::move(header)) {}

  Result<Outcome> apply(RecordShape& record, Answers&) const override {
    record.headers.push_back(header_);
    return Outcome::kRecord;
  }

 private:
  ShapeHeader header_;
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Connect guesses a literal's type. Whole numbers and booleans are printed as they are written; what is sure to be text
// stays text.
bool is_plain_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const bool has_leading_zero = text.size() > 1 && text[0] == '0';
  return !text.empty() && text.size() <= 18 && !has_leading_zero &&
         std::all_of(text.begin(), text.end(), is_digit) && text != "-0";
}

bool is_plain_text(std::string_view text) {
  const auto is_plain = [](char c) {
    return is_letter(c) || is_digit(c) || c == '_' || c == '.' || c == '-' || c == '/' || c == ' ';
  };
  return !text.empty() && is_letter(text.front()) && text.back() != ' ' && text != "null" &&
         text != "true" && text != "false" && std::all_of(text.begin(), text.end(), is_plain);
}

}  // namespace

Result<TransformPtr> make_drop_headers(RecordPart, const OptionReader& options) {
  return TransformPtr(std::make_unique<DropHeaders>(options.list("headers")));
}

Result<TransformPtr> make_insert_header(RecordPart, const OptionReader& options) {
  const std::string text = options.text("value.literal");
  ShapeHeader header;
  header.name = options.text("header");
  if (is_plain_text(text)) {
    header.value = constant_text(text, false);
    header.is_text = !options.json_headers();
  } else if (text == "true" || text == "false" || is_plain_number(text)) {
    header.value = constant(primitive_schema("int64", false), text);
  } else {
    return definite_error(
        "value.literal: '" + text +
        "' can't be used: only text that begins with a letter and has no characters but letters, "
        "digits, blanks and _.-/, a whole number, true or false");
  }
  return TransformPtr(std::make_unique<InsertHeader>(std::move(header)));
}

}  // namespace millrace::encode

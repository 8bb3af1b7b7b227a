// Text, ENUM, SET and JSON: see value_writer.h.

#include <bit>

#include "encode/value_writer.h"
#include "millrace/row/json_text.h"

namespace millrace::encode {

bool ValueWriter::write_text(std::string_view bytes, const Place& place) {
  const std::size_t start = out_.size();
  out_.raw('"');
  std::size_t taken = 0;
  if (place.plan.text_form == TextForm::kUtf8) taken = out_.escaped_utf8(bytes);
  if (place.plan.text_form == TextForm::kAsciiFirst) taken = out_.escaped_ascii(bytes);
  if (taken == bytes.size()) [[likely]] {
    out_.raw('"');
    return true;
  }
  out_.truncate(start);
  if (place.plan.text_form == TextForm::kUtf8) return write_invalid_text(bytes, taken, place);
  return write_converted(bytes, place);
}

bool ValueWriter::write_converted(std::string_view bytes, const Place& place) {
  scratch_.clear();
  const std::size_t valid = place.plan.charset->append_utf8(bytes, scratch_);
  if (valid != bytes.size()) return write_invalid_text(bytes, valid, place);
  out_.quoted(scratch_);
  return true;
}

bool ValueWriter::write_invalid_text(std::string_view bytes, std::size_t valid,
                                     const Place& place) {
  const std::string charset(place.plan.charset->name());
  ++place.remarks.invalid_texts;
  if (options_.invalid_text == InvalidText::kFail) {
    return fail(place, "a value isn't valid " + charset + " at its byte " +
                           std::to_string(valid + 1) +
                           " (charset.invalid=fail; replace or base64 publish it)");
  }
  const bool as_base64 = options_.invalid_text == InvalidText::kBase64;
  if (place.table.first_notice(place.plan.index, Notice::kInvalidText)) {
    place.remarks.notices.push_back(
        column_name(place) + ": a value isn't valid " + charset +
        (as_base64
             ? "; such values are published as base64 (charset.invalid=base64)"
             : "; its invalid bytes are published as U+FFFD (charset.invalid=base64 keeps them, "
               "column.bytes.include.list publishes the whole column as bytes)"));
  }
  if (as_base64) {
    out_.quoted_base64(bytes);
    return true;
  }
  scratch_.clear();
  place.plan.charset->append_utf8_replacing(bytes, scratch_);
  out_.quoted(scratch_);
  return true;
}

// Without labels (a table map with minimal metadata and no catalog) the stored number is all there is.
bool ValueWriter::write_enum(std::uint64_t index, const Place& place) {
  if (place.plan.labels.empty()) {
    out_.integer(index);
    return true;
  }
  if (index >= place.plan.labels.size()) {
    return fail(place, "ENUM value " + std::to_string(index) + " of a column with " +
                           std::to_string(place.plan.labels.size() - 1) + " labels");
  }
  out_.raw(place.plan.labels[index]);
  return true;
}

bool ValueWriter::write_set(std::uint64_t mask, const Place& place) {
  if (place.plan.labels.empty()) {
    out_.integer(mask);
    return true;
  }
  if (place.plan.labels.size() < 64 && mask >> place.plan.labels.size() != 0) {
    return fail(place, "SET value " + std::to_string(mask) + " of a column with " +
                           std::to_string(place.plan.labels.size()) + " labels");
  }
  out_.raw('"');
  for (std::uint64_t rest = mask; rest != 0; rest &= rest - 1) {
    if (rest != mask) out_.raw(',');
    out_.raw(place.plan.labels[static_cast<std::size_t>(std::countr_zero(rest))]);
  }
  out_.raw('"');
  return true;
}

bool ValueWriter::write_json(std::string_view document, const Place& place) {
  scratch_.clear();
  const row::JsonTextForm form =
      options_.json_mysql_form ? row::JsonTextForm::kMysql : row::JsonTextForm::kDebezium;
  const Status status = row::append_json_text(document, form, scratch_);
  if (!status) return fail(place, status.error().message());
  out_.raw('"');
  if (out_.escaped_utf8(scratch_) != scratch_.size()) {
    return fail(place, "the JSON document holds text that isn't UTF-8");
  }
  out_.raw('"');
  return true;
}

}  // namespace millrace::encode

#include "millrace/row/json_from_text.h"

#include <array>
#include <cstring>
#include <optional>

#include "millrace/base/limits.h"
#include "row/json_format.h"
#include "row/json_scalar.h"

namespace millrace::row {
namespace {

// What the first walk finds out about a container, and the second needs when it comes to write it.
struct Container {
  std::uint32_t count = 0;
  std::uint32_t bytes = 0;  // as it is encoded, behind its type byte
  std::uint32_t key_bytes = 0;
  bool is_large = false;
};

// A step on the way to the value at hand: a member's key, with its quotes, or an element's index.
struct Leg {
  std::string_view key;  // empty: an element
  std::uint32_t index = 0;
};

Error malformed(const char* what) {
  return definite_error(std::string("malformed JSON text: ") + what);
}

constexpr std::size_t width_of(bool is_large) { return is_large ? 4 : 2; }

void put_le(std::uint64_t value, std::size_t width, char* at) {
  std::memcpy(at, &value, width);  // the supported hosts are little-endian
}

}  // namespace

// Reads the text twice: how large a container is stands in front of it, and in front of it how large that is. The first
// walk measures, the second writes each value to its place.
class JsonFromText::Impl {
 public:
  Status run(std::string_view text, std::span<const std::string> types, std::string& out,
             std::vector<std::string>* doubts);

 private:
  struct Measured {
    std::uint8_t type = 0;
    std::uint64_t bytes = 0;
    bool stands_in_small_entry = false;
    bool stands_in_large_entry = false;
  };

  // --- the text ---
  void skip_space();
  bool take(char c);
  Result<std::string_view> take_string();
  Result<std::string_view> take_word();
  Status read_scalar(JsonScalar& scalar);
  JsonScalar::Choice choose(const JsonScalar& scalar);

  // --- the walks ---
  Result<Measured> measure_value(std::size_t depth);
  Result<Measured> measure_container(std::size_t depth);
  Status write_value(char* at);
  Status write_container(char* at);
  Status write_entry(const Container& container, char* base, char* entry, char*& value_at);
  void add_doubt(std::size_t depth);
  void rewind();

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Container> containers_;  // in the order in which they begin
  std::size_t next_container_ = 0;
  std::array<Leg, limits::kMaxJsonDepth> legs_;
  std::vector<std::string>* doubts_ = nullptr;
  std::span<const std::string> types_;
  std::size_t next_type_ = 0;
  std::string scratch_;
};

Status JsonFromText::Impl::run(std::string_view text, std::span<const std::string> types,
                               std::string& out, std::vector<std::string>* doubts) {
  text_ = text;
  types_ = types;
  doubts_ = doubts;
  containers_.clear();
  rewind();
  const std::size_t doubts_before = doubts == nullptr ? 0 : doubts->size();
  const Result<Measured> root = measure_value(0);
  skip_space();
  if (!root || at_ != text_.size()) {
    if (doubts != nullptr) doubts->resize(doubts_before);
    return root ? malformed("something follows the value") : root.error();
  }
  const std::size_t begin = out.size();
  out.resize(begin + 1 + root->bytes);
  out[begin] = static_cast<char>(root->type);
  rewind();
  const Status written = write_value(out.data() + begin + 1);
  if (!written) out.resize(begin);
  return written;
}

void JsonFromText::Impl::rewind() {
  at_ = 0;
  next_container_ = 0;
  next_type_ = 0;
}

void JsonFromText::Impl::skip_space() {
  while (at_ < text_.size() &&
         (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) {
    ++at_;
  }
}

bool JsonFromText::Impl::take(char c) {
  skip_space();
  if (at_ >= text_.size() || text_[at_] != c) return false;
  ++at_;
  return true;
}

// The string with its quotes.
Result<std::string_view> JsonFromText::Impl::take_string() {
  const std::size_t begin = at_;
  for (++at_; at_ < text_.size(); ++at_) {
    const char c = text_[at_];
    if (c == '"') return text_.substr(begin, ++at_ - begin);
    if (c == '\\') ++at_;
  }
  return malformed("a string doesn't end");
}

// A number or a literal.
Result<std::string_view> JsonFromText::Impl::take_word() {
  const std::size_t begin = at_;
  const auto is_of_word = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '.' || c == '-' || c == '+' ||
           c == 'E';
  };
  while (at_ < text_.size() && is_of_word(text_[at_])) ++at_;
  if (at_ == begin) return malformed("a value is missing");
  return text_.substr(begin, at_ - begin);
}

Status JsonFromText::Impl::read_scalar(JsonScalar& scalar) {
  if (text_[at_] == '"') {
    MILLRACE_ASSIGN_OR_RETURN(const std::string_view quoted, take_string());
    return scalar.parse_string(quoted.substr(1, quoted.size() - 2));
  }
  MILLRACE_ASSIGN_OR_RETURN(const std::string_view word, take_word());
  return scalar.parse_word(word, scratch_);
}

// What a value in doubt is taken for.
JsonScalar::Choice JsonFromText::Impl::choose(const JsonScalar& scalar) {
  if (!scalar.is_in_doubt()) return JsonScalar::Choice::kLikelier;
  const std::size_t index = next_type_++;
  return index < types_.size() ? scalar.choice_of(types_[index]) : JsonScalar::Choice::kLikelier;
}

void JsonFromText::Impl::add_doubt(std::size_t depth) {
  std::string& path = doubts_->emplace_back("$");
  for (std::size_t i = 0; i < depth; ++i) {
    const Leg& leg = legs_[i];
    if (leg.key.empty()) {
      path.append(1, '[').append(std::to_string(leg.index)).append(1, ']');
    } else {
      path.append(1, '.').append(leg.key);
    }
  }
}

Result<JsonFromText::Impl::Measured> JsonFromText::Impl::measure_value(std::size_t depth) {
  skip_space();
  if (at_ >= text_.size()) return malformed("a value is missing");
  if (text_[at_] == '{' || text_[at_] == '[') return measure_container(depth);
  JsonScalar scalar;
  MILLRACE_RETURN_IF_ERROR(read_scalar(scalar));
  if (doubts_ != nullptr && scalar.is_in_doubt()) add_doubt(depth);
  const JsonScalar::Choice choice = choose(scalar);
  const JsonType type = scalar.type(choice);
  return Measured{static_cast<std::uint8_t>(type), scalar.bytes(choice), is_inlined(type, false),
                  is_inlined(type, true)};
}

// The recursion is bounded by the depth that MySQL allows.
Result<JsonFromText::Impl::Measured> JsonFromText::Impl::measure_container(std::size_t depth) {
  if (depth >= limits::kMaxJsonDepth) return malformed("nested too deeply");
  const bool is_object = text_[at_++] == '{';
  const char end = is_object ? '}' : ']';
  const std::size_t index = containers_.size();
  containers_.emplace_back();
  std::uint64_t count = 0;
  std::uint64_t key_bytes = 0;
  std::uint64_t small_bytes = 0;
  std::uint64_t large_bytes = 0;
  Leg& leg = legs_[depth];
  leg = {};
  for (bool more = !take(end); more; more = !take(end)) {
    if (count > 0 && !take(',')) return malformed("a comma is missing");
    leg.index = static_cast<std::uint32_t>(count++);
    if (is_object) {
      skip_space();
      if (at_ >= text_.size() || text_[at_] != '"') return malformed("a key is missing");
      MILLRACE_ASSIGN_OR_RETURN(leg.key, take_string());
      const auto bytes = unescaped_json_bytes(leg.key.substr(1, leg.key.size() - 2));
      if (!bytes || *bytes > UINT16_MAX) return malformed("a key that can't be");
      key_bytes += *bytes;
      if (!take(':')) return malformed("a colon is missing");
    }
    MILLRACE_ASSIGN_OR_RETURN(const Measured value, measure_value(depth + 1));
    if (!value.stands_in_small_entry) small_bytes += value.bytes;
    if (!value.stands_in_large_entry) large_bytes += value.bytes;
  }
  const auto total = [&](bool is_large) {
    const std::size_t width = width_of(is_large);
    const std::size_t entry = (is_object ? width + 2 : 0) + 1 + width;
    return 2 * width + count * entry + key_bytes + (is_large ? large_bytes : small_bytes);
  };
  const bool is_large = total(false) > UINT16_MAX;
  const std::uint64_t bytes = total(is_large);
  if (bytes > UINT32_MAX) return malformed("it is too large");
  containers_[index] = {static_cast<std::uint32_t>(count), static_cast<std::uint32_t>(bytes),
                        static_cast<std::uint32_t>(key_bytes), is_large};
  const JsonType type = is_object  ? is_large ? JsonType::kLargeObject : JsonType::kSmallObject
                        : is_large ? JsonType::kLargeArray
                                   : JsonType::kSmallArray;
  return Measured{static_cast<std::uint8_t>(type), bytes};
}

// What the first walk took for well-formed is not looked at again.
Status JsonFromText::Impl::write_value(char* at) {
  skip_space();
  if (text_[at_] == '{' || text_[at_] == '[') return write_container(at);
  JsonScalar scalar;
  MILLRACE_RETURN_IF_ERROR(read_scalar(scalar));
  return scalar.write(choose(scalar), at);
}

// Count, size, key entries, value entries, keys, values; offsets count from the count.
Status JsonFromText::Impl::write_container(char* at) {
  const Container container = containers_[next_container_++];
  const bool is_object = text_[at_++] == '{';
  const std::size_t width = width_of(container.is_large);
  put_le(container.count, width, at);
  put_le(container.bytes, width, at + width);
  char* key_entry = at + 2 * width;
  char* value_entry = key_entry + (is_object ? container.count * (width + 2) : 0);
  char* key_at = value_entry + container.count * (1 + width);
  char* value_at = key_at + container.key_bytes;
  for (std::uint32_t i = 0; i < container.count; ++i) {
    if (i > 0) take(',');
    if (is_object) {
      skip_space();
      MILLRACE_ASSIGN_OR_RETURN(const std::string_view key, take_string());
      take(':');
      char* const key_end = unescape_json(key.substr(1, key.size() - 2), key_at);
      put_le(static_cast<std::uint64_t>(key_at - at), width, key_entry);
      put_le(static_cast<std::uint64_t>(key_end - key_at), 2, key_entry + width);
      key_entry += width + 2;
      key_at = key_end;
    }
    MILLRACE_RETURN_IF_ERROR(write_entry(container, at, value_entry, value_at));
    value_entry += 1 + width;
  }
  take(is_object ? '}' : ']');
  return {};
}

Status JsonFromText::Impl::write_entry(const Container& container, char* base, char* entry,
                                       char*& value_at) {
  const std::size_t width = width_of(container.is_large);
  skip_space();
  if (text_[at_] == '{' || text_[at_] == '[') {
    const bool is_object = text_[at_] == '{';
    const Container& inner = containers_[next_container_];
    const JsonType type = is_object
                              ? inner.is_large ? JsonType::kLargeObject : JsonType::kSmallObject
                          : inner.is_large ? JsonType::kLargeArray
                                           : JsonType::kSmallArray;
    *entry = static_cast<char>(type);
    put_le(static_cast<std::uint64_t>(value_at - base), width, entry + 1);
    char* const at = value_at;
    value_at += inner.bytes;
    return write_container(at);
  }
  JsonScalar scalar;
  MILLRACE_RETURN_IF_ERROR(read_scalar(scalar));
  const JsonScalar::Choice choice = choose(scalar);
  const JsonType type = scalar.type(choice);
  *entry = static_cast<char>(type);
  if (is_inlined(type, container.is_large)) {
    put_le(0, width, entry + 1);
    return scalar.write(choice, entry + 1);
  }
  put_le(static_cast<std::uint64_t>(value_at - base), width, entry + 1);
  char* const at = value_at;
  value_at += scalar.bytes(choice);
  return scalar.write(choice, at);
}

JsonFromText::JsonFromText() : impl_(std::make_unique<Impl>()) {}
JsonFromText::JsonFromText(JsonFromText&&) noexcept = default;
JsonFromText& JsonFromText::operator=(JsonFromText&&) noexcept = default;
JsonFromText::~JsonFromText() = default;

Status JsonFromText::append_document(std::string_view text, std::string& out,
                                     std::vector<std::string>* doubts) {
  return impl_->run(text, {}, out, doubts);
}

Status JsonFromText::append_settled_document(std::string_view text,
                                             std::span<const std::string> types, std::string& out) {
  return impl_->run(text, types, out, nullptr);
}

}  // namespace millrace::row

#include "millrace/row/json_from_text.h"

#include <array>
#include <cstring>

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

// A number, literal or string, read: what it is taken for, and where its text ends.
struct Token {
  JsonScalar scalar;
  JsonScalar::Choice choice = JsonScalar::Choice::kLikelier;
  JsonType type = JsonType::kLiteral;
  std::size_t bytes = 0;
  std::size_t end = 0;
};

// The first walk keeps so many of them for the second: those of most documents. The rest is read again.
constexpr std::size_t kMaxKeptTokens = 1024;

// A step on the way to the value at hand: a member's key, as the text escapes it, or an element's index.
struct Leg {
  bool is_key = false;
  std::string_view key = {};
  std::uint32_t index = 0;
};

// What peek() says behind the last character.
constexpr char kEnd = '\0';

constexpr std::size_t width_of(bool is_large) { return is_large ? 4 : 2; }

JsonType container_type(bool is_object, bool is_large) {
  if (is_object) return is_large ? JsonType::kLargeObject : JsonType::kSmallObject;
  return is_large ? JsonType::kLargeArray : JsonType::kSmallArray;
}

void put_le(std::uint64_t value, std::size_t width, char* at) {
  std::memcpy(at, &value, width);  // the supported hosts are little-endian
}

}  // namespace

// Walks the text twice: how large a container is stands in front of it, and in front of it how large that is. The first
// walk measures, and gives up where the text is none; the second writes each value to its place.
class JsonFromText::Impl {
 public:
  Status run(std::string_view text, std::span<const std::string> types, std::string& out,
             std::vector<std::string>* doubts);

 private:
  // A value as it will be encoded.
  struct Measured {
    JsonType type = JsonType::kLiteral;
    std::uint64_t bytes = 0;
  };

  // --- the text ---
  char peek();
  bool take(char c);
  bool take_string(JsonQuoted& quoted);
  std::string_view take_word();
  bool read_token(Token& token);
  bool read_scalar(JsonScalar& scalar);
  JsonScalar::Choice choose(const JsonScalar& scalar);
  Token& place_for_token();
  const Token& token_again();

  // --- the walks ---
  bool measure_value(std::size_t depth, Measured& value);
  bool measure_container(std::size_t depth, Measured& value);
  bool measure_key(std::size_t depth, std::uint64_t& bytes);
  void write_value(char* at);
  void write_container(char* at);
  void write_entry(bool is_large, const char* base, char* entry, char*& value_at);
  void add_doubt(std::size_t depth);
  void rewind();
  bool fail(const char* problem);

  std::string_view text_;
  std::size_t at_ = 0;
  const char* problem_ = nullptr;
  std::vector<Container> containers_;  // in the order in which they begin
  std::size_t next_container_ = 0;
  std::vector<Token> tokens_;
  std::size_t token_count_ = 0;  // in use
  std::size_t next_token_ = 0;
  Token other_token_;
  std::array<Leg, limits::kMaxJsonDepth> legs_;
  std::vector<std::string>* doubts_ = nullptr;
  std::span<const std::string> types_;
  std::size_t next_type_ = 0;
  std::size_t types_of_tokens_ = 0;  // how many the kept tokens took
  std::string scratch_;
};

Status JsonFromText::Impl::run(std::string_view text, std::span<const std::string> types,
                               std::string& out, std::vector<std::string>* doubts) {
  text_ = text;
  types_ = types;
  doubts_ = doubts;
  containers_.clear();
  token_count_ = next_type_ = types_of_tokens_ = 0;
  rewind();
  const std::size_t doubts_before = doubts == nullptr ? 0 : doubts->size();
  Measured root;
  const bool is_value = measure_value(0, root);
  peek();
  if (!is_value || at_ < text_.size()) {
    if (doubts != nullptr) doubts->resize(doubts_before);
    return definite_error(std::string("malformed JSON text, at byte ") + std::to_string(at_) +
                          ": " + (is_value ? "something follows the value" : problem_));
  }
  const std::size_t begin = out.size();
  out.resize(begin + 1 + root.bytes);
  out[begin] = static_cast<char>(root.type);
  rewind();
  next_type_ = types_of_tokens_;
  write_value(out.data() + begin + 1);
  return {};
}

void JsonFromText::Impl::rewind() {
  at_ = 0;
  next_container_ = 0;
  next_token_ = 0;
}

bool JsonFromText::Impl::fail(const char* problem) {
  problem_ = problem;
  return false;
}

// The next character that is no space.
char JsonFromText::Impl::peek() {
  for (; at_ < text_.size(); ++at_) {
    const char c = text_[at_];
    if (c != ' ' && c != '\n' && c != '\t' && c != '\r') return c;
  }
  return kEnd;
}

bool JsonFromText::Impl::take(char c) {
  if (peek() != c) return false;
  ++at_;
  return true;
}

// `at_` is at the first quote.
bool JsonFromText::Impl::take_string(JsonQuoted& quoted) {
  const std::size_t begin = ++at_;
  quoted.has_escapes = false;
  for (; at_ < text_.size(); ++at_) {
    const char c = text_[at_];
    if (c == '"') {
      quoted.inside = text_.substr(begin, at_++ - begin);
      return true;
    }
    if (c == '\\') {
      quoted.has_escapes = true;
      ++at_;
    }
  }
  return fail("a string doesn't end");
}

// A number or a literal.
std::string_view JsonFromText::Impl::take_word() {
  const std::size_t begin = at_;
  const auto is_of_word = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '.' || c == '-' || c == '+' ||
           c == 'E';
  };
  while (at_ < text_.size() && is_of_word(text_[at_])) ++at_;
  return text_.substr(begin, at_ - begin);
}

bool JsonFromText::Impl::read_token(Token& token) {
  if (!read_scalar(token.scalar)) return false;
  token.choice = choose(token.scalar);
  token.type = token.scalar.type(token.choice);
  token.bytes = token.scalar.bytes(token.choice);
  token.end = at_;
  return true;
}

Token& JsonFromText::Impl::place_for_token() {
  if (token_count_ == kMaxKeptTokens) return other_token_;
  if (token_count_ == tokens_.size()) tokens_.emplace_back();
  return tokens_[token_count_++];
}

// In the second walk: the next of them.
const Token& JsonFromText::Impl::token_again() {
  if (next_token_ == token_count_) {
    read_token(other_token_);
    return other_token_;
  }
  const Token& token = tokens_[next_token_++];
  at_ = token.end;
  return token;
}

bool JsonFromText::Impl::read_scalar(JsonScalar& scalar) {
  if (peek() == '"') {
    JsonQuoted quoted;
    if (!take_string(quoted)) return false;
    return scalar.parse_string(quoted) || fail("an escape that is none");
  }
  const std::string_view word = take_word();
  if (word.empty()) return fail("a value is missing");
  return scalar.parse_word(word, scratch_) || fail("a number or a literal that is none");
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
    if (leg.is_key) {
      path.append(".\"").append(leg.key).append(1, '"');
    } else {
      path.append(1, '[').append(std::to_string(leg.index)).append(1, ']');
    }
  }
}

bool JsonFromText::Impl::measure_value(std::size_t depth, Measured& value) {
  const char first = peek();
  if (first == '{' || first == '[') return measure_container(depth, value);
  Token& token = place_for_token();
  if (!read_token(token)) return false;
  if (&token != &other_token_) types_of_tokens_ = next_type_;
  if (doubts_ != nullptr && token.scalar.is_in_doubt()) add_doubt(depth);
  value = {token.type, token.bytes};
  return true;
}

// The recursion is bounded by the depth that MySQL allows.
bool JsonFromText::Impl::measure_container(std::size_t depth, Measured& value) {
  if (depth >= limits::kMaxJsonDepth) return fail("nested too deeply");
  const bool is_object = text_[at_++] == '{';
  const char end = is_object ? '}' : ']';
  const std::size_t index = containers_.size();
  containers_.emplace_back();
  std::uint64_t count = 0, key_bytes = 0, small_bytes = 0, large_bytes = 0;
  legs_[depth] = {.is_key = is_object};
  for (; !take(end); ++count) {
    if (count > 0 && !take(',')) return fail("a comma is missing");
    legs_[depth].index = static_cast<std::uint32_t>(count);
    if (is_object && !measure_key(depth, key_bytes)) return false;
    Measured child;
    if (!measure_value(depth + 1, child)) return false;
    if (!is_inlined(child.type, false)) small_bytes += child.bytes;
    if (!is_inlined(child.type, true)) large_bytes += child.bytes;
  }
  const auto total = [&](bool is_large) {
    const std::size_t width = width_of(is_large);
    const std::size_t entry = (is_object ? width + 2 : 0) + 1 + width;
    return 2 * width + count * entry + key_bytes + (is_large ? large_bytes : small_bytes);
  };
  const bool is_large = total(false) > UINT16_MAX;
  value = {container_type(is_object, is_large), total(is_large)};
  if (value.bytes > UINT32_MAX) return fail("too large");
  containers_[index] = {static_cast<std::uint32_t>(count), static_cast<std::uint32_t>(value.bytes),
                        static_cast<std::uint32_t>(key_bytes), is_large};
  return true;
}

// A member's key and the colon behind it.
bool JsonFromText::Impl::measure_key(std::size_t depth, std::uint64_t& bytes) {
  JsonQuoted key;
  if (peek() != '"') return fail("a key is missing");
  if (!take_string(key)) return false;
  const auto size = key.bytes();
  if (!size || *size > UINT16_MAX) return fail("a key that can't be");
  bytes += *size;
  legs_[depth].key = key.inside;
  return take(':') || fail("a colon is missing");
}

// The second walk: what the first took for well-formed is not looked at again.
void JsonFromText::Impl::write_value(char* at) {
  const char first = peek();
  if (first == '{' || first == '[') return write_container(at);
  const Token& token = token_again();
  token.scalar.write(token.choice, at);
}

// Count, size, key entries, value entries, keys, values; offsets count from the count.
void JsonFromText::Impl::write_container(char* at) {
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
      JsonQuoted key;
      peek();
      take_string(key);
      take(':');
      char* const key_end = key.write(key_at);
      put_le(static_cast<std::uint64_t>(key_at - at), width, key_entry);
      put_le(static_cast<std::uint64_t>(key_end - key_at), 2, key_entry + width);
      key_entry += width + 2;
      key_at = key_end;
    }
    write_entry(container.is_large, at, value_entry, value_at);
    value_entry += 1 + width;
  }
  take(is_object ? '}' : ']');
}

// A value's type, and itself or its offset; in that case it goes to `value_at`.
void JsonFromText::Impl::write_entry(bool is_large, const char* base, char* entry,
                                     char*& value_at) {
  const std::size_t width = width_of(is_large);
  const char first = peek();
  char* const at = value_at;
  put_le(static_cast<std::uint64_t>(at - base), width, entry + 1);
  if (first == '{' || first == '[') {
    const Container& inner = containers_[next_container_];
    *entry = static_cast<char>(container_type(first == '{', inner.is_large));
    value_at += inner.bytes;
    return write_container(at);
  }
  const Token& token = token_again();
  *entry = static_cast<char>(token.type);
  if (is_inlined(token.type, is_large)) {
    put_le(0, width, entry + 1);
    return token.scalar.write(token.choice, entry + 1);
  }
  value_at += token.bytes;
  token.scalar.write(token.choice, at);
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

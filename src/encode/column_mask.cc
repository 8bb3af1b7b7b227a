#include "encode/column_mask.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "millrace/base/assert.h"

namespace millrace::encode {
namespace {

constexpr std::size_t kUnicodeEscapeBytes = 6;  // of \u0041

// One unit of UTF-16 in the inside of a JSON string, as JsonWriter prints it: an escape, or a character up to U+FFFF.
struct Unit {
  std::uint16_t value = 0;
  std::size_t size = 0;  // bytes of JSON
};

std::uint16_t hex_value(std::string_view digits) {
  std::uint16_t value = 0;
  for (const char c : digits) {
    const int digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
    value = static_cast<std::uint16_t>(value << 4 | digit);
  }
  return value;
}

std::uint16_t escaped_value(char name) {
  switch (name) {
    case 'b':
      return '\b';
    case 't':
      return '\t';
    case 'n':
      return '\n';
    case 'f':
      return '\f';
    case 'r':
      return '\r';
    default:
      return static_cast<unsigned char>(name);
  }
}

// `json` is well-formed and not empty.
Unit unit_at(std::string_view json) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(json[i]); };
  if (json[0] == '\\') {
    if (json[1] != 'u') return {escaped_value(json[1]), 2};
    return {hex_value(json.substr(2, 4)), kUnicodeEscapeBytes};
  }
  if (byte(0) < 0x80) return {byte(0), 1};
  if (byte(0) < 0xE0)
    return {static_cast<std::uint16_t>((byte(0) & 0x1F) << 6 | (byte(1) & 0x3F)), 2};
  return {
      static_cast<std::uint16_t>((byte(0) & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F)),
      3};
}

void append_utf8(std::uint32_t code_point, std::string& out) {
  const auto put = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xC0 | code_point >> 6);
    put(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    put(0xE0 | code_point >> 12);
    put(0x80 | (code_point >> 6 & 0x3F));
    put(0x80 | (code_point & 0x3F));
  } else {
    put(0xF0 | code_point >> 18);
    put(0x80 | (code_point >> 12 & 0x3F));
    put(0x80 | (code_point >> 6 & 0x3F));
    put(0x80 | (code_point & 0x3F));
  }
}

// String.getBytes(): UTF-8.
void append_text(std::string_view json, std::string& out) {
  while (!json.empty()) {
    const Unit unit = unit_at(json);
    json.remove_prefix(unit.size);
    std::uint32_t code_point = unit.value;
    if (unit.value >= 0xD800 && unit.value < 0xDC00 && !json.empty()) {
      const Unit low = unit_at(json);
      json.remove_prefix(low.size);
      code_point = 0x10000 + ((unit.value - 0xD800U) << 10) + (low.value - 0xDC00U);
    }
    append_utf8(code_point, out);
  }
}

std::size_t modified_utf8_bytes(std::string_view json) {
  std::size_t size = 0;
  while (!json.empty()) {
    const Unit unit = unit_at(json);
    json.remove_prefix(unit.size);
    const bool is_short = unit.value != 0 && unit.value < 0x80;
    size += is_short ? 1 : unit.value < 0x800 ? 2 : 3;
  }
  return size;
}

// ObjectOutputStream.writeObject() of a String: a stream header, the type, a length, and UTF-8 in which U+0000 takes two
// bytes and each half of a surrogate pair three (Java Object Serialization Specification, chapter 6).
void append_serialized(std::string_view json, std::string& out) {
  constexpr std::string_view kHeader("\xAC\xED\x00\x05", 4);
  constexpr char kString = 0x74;
  constexpr char kLongString = 0x7C;
  constexpr std::size_t kMostOfShort = 0xFFFF;
  const std::size_t size = modified_utf8_bytes(json);
  const bool is_long = size > kMostOfShort;
  out.append(kHeader);
  out.push_back(is_long ? kLongString : kString);
  for (int shift = is_long ? 56 : 8; shift >= 0; shift -= 8)
    out.push_back(static_cast<char>(std::uint64_t{size} >> shift));
  while (!json.empty()) {
    const Unit unit = unit_at(json);
    json.remove_prefix(unit.size);
    if (unit.value == 0) {
      out.append("\xC0\x80");
    } else {
      append_utf8(unit.value, out);
    }
  }
}

std::string_view inside_of(std::string_view json_string) {
  const bool is_string = json_string.size() >= 2 && json_string.front() == '"';
  return is_string ? json_string.substr(1, json_string.size() - 2) : json_string;
}

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// One a thread, so that no value allocates.
EVP_MD_CTX* digest_context() {
  thread_local const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  return context.get();
}

}  // namespace

void cut_json_string(std::size_t start, std::size_t length, JsonWriter& out) {
  const std::string_view whole = out.written_since(start);
  if (whole.empty() || whole.front() != '"') return;  // an ENUM without labels
  const std::string_view inside = inside_of(whole);
  std::size_t at = 0;
  for (std::size_t units = 0; units < length && at < inside.size(); ++units)
    at += unit_at(inside.substr(at)).size;
  if (at == inside.size()) return;
  out.truncate(start + 1 + at);
  out.raw('"');
}

void TextHash::FreeDigest::operator()(evp_md_st* digest) const { EVP_MD_free(digest); }

TextHash::TextHash(const change::ColumnMask& mask, std::optional<std::size_t> length)
    : digest_(EVP_MD_fetch(nullptr, mask.algorithm.c_str(), nullptr)),
      salt_(mask.salt),
      is_serialized_(mask.is_serialized),
      length_(length) {
  MILLRACE_ASSERT(digest_ != nullptr, "a hash that this host's OpenSSL doesn't have");
}

void TextHash::replace(std::size_t start, std::string& scratch, JsonWriter& out) const {
  const std::string_view json = inside_of(out.written_since(start));
  scratch.clear();
  if (is_serialized_) {
    append_serialized(json, scratch);
  } else {
    append_text(json, scratch);
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash;
  unsigned size = 0;
  EVP_MD_CTX* const context = digest_context();
  const bool done = context != nullptr && EVP_DigestInit_ex(context, digest_.get(), nullptr) == 1 &&
                    EVP_DigestUpdate(context, salt_.data(), salt_.size()) == 1 &&
                    EVP_DigestUpdate(context, scratch.data(), scratch.size()) == 1 &&
                    EVP_DigestFinal_ex(context, hash.data(), &size) == 1;
  MILLRACE_ASSERT(done, "OpenSSL can't hash");
  out.truncate(start);
  out.quoted_hex({reinterpret_cast<const char*>(hash.data()), size});
  if (length_) cut_json_string(start, *length_, out);
}

}  // namespace millrace::encode

#pragma once

// A number, literal or string of JSON text, and what it can have been in the document that MySQL printed
// (json_from_text.h). A view of the text. Pure.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "row/json_format.h"

namespace millrace::row {

// What stands between the quotes of a string.
struct JsonQuoted {
  std::string_view inside;
  bool has_escapes = false;

  // Without its escapes; nothing where one of them is none.
  std::optional<std::size_t> bytes() const;
  // Writes it without its escapes, which are known to be right; returns the end.
  char* write(char* at) const;
};

class JsonScalar {
 public:
  // Of a value in doubt: what it is taken for, or the other.
  enum class Choice : std::uint8_t { kLikelier, kOther };

  // False where one of its escapes is none.
  bool parse_string(const JsonQuoted& quoted);
  // A number or a literal, or false. `scratch` is overwritten.
  bool parse_word(std::string_view word, std::string& scratch);

  bool is_in_doubt() const;
  // By the name that JSON_TYPE() gives it.
  Choice choice_of(std::string_view json_type) const;

  // As the binary document has it: the type byte, and the bytes behind it.
  JsonType type(Choice choice) const;
  std::size_t bytes(Choice choice) const;
  void write(Choice choice, char* at) const;

 private:
  enum class Form : std::uint8_t {
    kLiteral,
    kInt,
    kUint,
    kDouble,
    kDecimal,
    kString,
    kTime,
    kDatetime,
    kBytes,
  };

  Form form(Choice choice) const { return choice == Choice::kLikelier ? likelier_ : other_; }
  std::size_t opaque_bytes(Form form) const;
  void set(Form form) { likelier_ = other_ = form; }
  bool parse_integer(std::string_view word);
  bool parse_fraction(std::string_view word, std::string& scratch);
  bool parse_time();
  bool parse_datetime();
  bool parse_base64();
  void write_base64(char* at) const;

  Form likelier_ = Form::kLiteral;
  Form other_ = Form::kLiteral;  // the same where nothing is in doubt
  std::string_view text_;        // a word, or a string's inside
  bool has_escapes_ = false;
  std::size_t unescaped_bytes_ = 0;
  std::int64_t integer_ = 0;  // literals, integers; temporal values as JSON packs them
  double number_ = 0;
  std::uint8_t precision_ = 0;  // kDecimal
  std::uint8_t scale_ = 0;
  std::uint8_t opaque_type_ = 0;  // kBytes: MySQL's field type
  std::size_t data_begin_ = 0;    // kBytes: of the base64 in `text_`
  std::size_t data_bytes_ = 0;    // kBytes: of what it stands for
};

}  // namespace millrace::row

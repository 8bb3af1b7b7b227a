#pragma once

// Masked columns: a value is printed as if it weren't, and what was printed is cut or hashed. That way a mask sees what a
// reader of the unmasked record would see, whatever the column's type, charset and modes; and only masked columns pay.
//
// Pure but for OpenSSL's digests; a mask is immutable and shared between threads.

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "encode/json_writer.h"
#include "millrace/change/table_treatment.h"

struct evp_md_st;

namespace millrace::encode {

// Cuts the JSON string that stands in `out` from `start` to its end to `length` units of UTF-16, as Java counts: an
// emoji can lose its second half, which JSON can say.
void cut_json_string(std::size_t start, std::size_t length, JsonWriter& out);

// column.mask.hash: hex digits of a hash of the salt and the text.
class TextHash {
 public:
  // `mask` is a kHash of an algorithm that the configuration has checked; `length`: what the column has room for.
  TextHash(const change::ColumnMask& mask, std::optional<std::size_t> length);

  // Puts the hash in the place of the JSON string from `start` on. `scratch` is overwritten.
  void replace(std::size_t start, std::string& scratch, JsonWriter& out) const;

 private:
  struct FreeDigest {
    void operator()(evp_md_st* digest) const;
  };

  std::unique_ptr<evp_md_st, FreeDigest> digest_;
  std::string salt_;
  bool is_serialized_;
  std::optional<std::size_t> length_;
};

}  // namespace millrace::encode

#pragma once

// What printing a column's values needs and its schema alone decides: computed once a table, read for every value.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/charset/charset.h"
#include "millrace/encode/debezium_encoder.h"
#include "millrace/schema/table_schema.h"

namespace millrace::encode {

// How the bytes of a character column become a JSON string.
enum class TextForm : std::uint8_t {
  kUtf8,        // checked and escaped in one pass
  kAsciiFirst,  // as long as every byte is ASCII, that is the text; else converted
  kConverted,   // always converted: UTF-16 and the like
  kBytes,       // base64: no charset, or column.bytes.include.list
};

struct ColumnPlan {
  const schema::Column* column = nullptr;
  // `,"name":` The first of a row's columns drops the comma.
  std::string name;
  // The same with the value that stands for an absent column; empty: it is left out.
  std::string absent;
  const charset::Charset* charset = nullptr;
  TextForm text_form = TextForm::kUtf8;
  bool is_nullable = false;
  bool is_point = false;
  // FLOAT(M,D): Debezium takes the float32 for a float64.
  bool widens_float = false;
  bool adjusts_years = false;
  unsigned fraction_digits = 0;
  // BINARY(n): the server strips trailing zeros from the row image.
  std::size_t padded_size = 0;
  // ENUM: JSON strings by index, 0 is "". SET: insides of JSON strings by bit. Empty: labels are unknown.
  std::vector<std::string> labels;
};

ColumnPlan make_column_plan(const schema::Column& column, bool as_bytes,
                            const EncoderOptions& options);

}  // namespace millrace::encode

#pragma once

// What printing a column's values needs and its schema and the source's properties decide: computed once a table, read
// for every value.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "encode/column_mask.h"
#include "millrace/change/table_treatment.h"
#include "millrace/charset/charset.h"
#include "millrace/encode/debezium_encoder.h"
#include "millrace/schema/table_schema.h"

namespace millrace::encode {

// How a column's values are printed. The type alone decides, or the type and a mode; no value asks again.
enum class Form : std::uint8_t {
  // Numbers
  kInteger,         // also YEAR, and TIME in microseconds
  kUnsignedLong,    // BIGINT UNSIGNED in 64 signed bits
  kUnsignedBytes,   // BIGINT UNSIGNED as a DECIMAL(20,0): base64
  kUnsignedNumber,  // the same as a number
  kFloat,
  kWidenedFloat,  // FLOAT(M,D): Debezium takes the float32 for a float64
  kDouble,
  kDecimalBytes,
  kDecimalNumber,
  kDecimalText,
  kDecimalDouble,
  kBit,   // BIT(1)
  kBits,  // BIT(2 ... 64)
  // Strings
  kText,
  kBytes,
  kBase64UrlSafe,
  kHex,
  kEnum,
  kSet,
  kJson,
  // Dates and times
  kDate,
  kIsoDate,
  kTimeMilliseconds,
  kTimeNanoseconds,
  kIsoTime,
  kDatetimeMilliseconds,
  kDatetimeMicroseconds,
  kDatetimeNanoseconds,
  kIsoDatetime,
  kTimestamp,
  // Others
  kGeometry,
  kPoint,
  kVector,
  kBoolean,  // TINYINT by a converter
  // Masks over one of the forms above
  kAsterisks,
  kTruncated,
  kHashed,
};

// How the bytes of a character column become a JSON string.
enum class TextForm : std::uint8_t {
  kUtf8,        // checked and escaped in one pass
  kAsciiFirst,  // as long as every byte is ASCII, that is the text; else converted
  kConverted,   // always converted: UTF-16 and the like
  kBytes,       // no text: no charset, or column.bytes.include.list
};

struct ColumnPlan {
  const schema::Column* column = nullptr;
  std::size_t index = 0;  // in the table
  Form form = Form::kInteger;
  TextForm text_form = TextForm::kUtf8;  // kText
  bool is_nullable = false;
  bool is_null_hidden = false;  // NULL is printed as any other value: by kAsterisks
  bool adjusts_years = false;
  unsigned fraction_digits = 0;
  // BINARY(n): the server strips trailing zeros from the row image.
  std::size_t padded_size = 0;
  std::string field_name;
  // What masks read: the form without the mask (the form where there is none), kAsterisks' text, kTruncated's length.
  Form unmasked = Form::kInteger;
  std::string asterisks;
  std::size_t truncate_to = 0;
  bool cuts_bytes = false;  // kTruncated: the bytes, not their text
  std::shared_ptr<const TextHash> hash;
  // `,"name":` The first of a row's columns drops the comma.
  std::string name;
  // The same with the value that stands for an absent column; empty: it is left out.
  std::string absent;
  // What a date is that no calendar has: null, or the epoch where the column is NOT NULL.
  std::string_view no_date;
  // What a TIME or DATETIME is in a NOT NULL column whose form can't say it: the column's DEFAULT; empty: an error.
  std::string no_time;
  const charset::Charset* charset = nullptr;
  // ENUM: JSON strings by index, 0 is "". SET: insides of JSON strings by bit. Empty: labels are unknown.
  std::vector<std::string> labels;
};

// `converter` is the key's or the value's.
ColumnPlan make_column_plan(const schema::Column& column, std::size_t index,
                            const change::ColumnTreatment& treatment, const EncoderOptions& options,
                            const ConverterOptions& converter);

// Puts the treatment's mask over the plan of a row's column.
void mask_column(const change::ColumnMask& mask, const ValueModes& modes, ColumnPlan& plan);

}  // namespace millrace::encode

#pragma once

// Prints records in the shapes that transforms left of them. Belongs to a DebeziumEncoder, whose buffers it fills.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "encode/image.h"
#include "encode/json_writer.h"
#include "encode/shape/finished_shape.h"
#include "encode/shape/table_shapes.h"
#include "encode/source_block.h"
#include "encode/table_plan.h"
#include "encode/value_writer.h"
#include "millrace/base/clock.h"
#include "millrace/encode/record_batch.h"

namespace millrace::encode {

class ShapeEncoder {
 public:
  // The references outlive the object. Ranges of records and headers are of `writer`.
  ShapeEncoder(const Clock& clock, JsonWriter& writer, ValueWriter& values, SourceBlock& source,
               std::vector<Record>& records, std::vector<Header>& headers, Remarks& remarks)
      : clock_(clock),
        writer_(writer),
        values_(values),
        source_(source),
        records_(records),
        headers_(headers),
        remarks_(remarks) {}

  // Of the event that comes; the source block is prepared.
  void begin(const change::ChangeEvent& event, const TablePlan::Impl& plan, const Image& before,
             const Image& after);
  // Appends the record of this kind, if there is one.
  Status write(RecordKind kind);

 private:
  Result<Answer> answer(const ShapeStep& step);
  Result<ByteRange> write_part(const PrintPart& part);
  Status write_header(const PrintHeader& header);
  Result<std::int64_t> number(const PrintField& field, std::int64_t if_null);
  // At the root, without a name. False: the value can't be printed; values_ knows why, unless error_ does.
  bool write_root(const PrintField& field);
  bool write_fields(const std::vector<PrintField>& fields);
  bool write_plain(const PrintField& field);
  bool fail_absent(const PrintField& field);
  bool change(const PrintField& field, std::size_t start);
  void write_order(std::size_t member);
  void write_instant(std::size_t dropped_digits);
  Error take_error();

  const Image& image(const PrintField& field) const {
    return field.image == RowImage::kBefore ? before_ : after_;
  }
  ByteRange since(std::size_t offset) const { return {offset, writer_.size() - offset}; }

  const Clock& clock_;
  JsonWriter& writer_;
  ValueWriter& values_;
  SourceBlock& source_;
  std::vector<Record>& records_;
  std::vector<Header>& headers_;
  Remarks& remarks_;
  // Of the event at hand.
  const change::ChangeEvent* event_ = nullptr;
  const TablePlan::Impl* plan_ = nullptr;
  Image before_, after_;
  std::int64_t now_ns_ = 0;
  std::string scratch_;
  std::optional<Error> error_;
};

}  // namespace millrace::encode

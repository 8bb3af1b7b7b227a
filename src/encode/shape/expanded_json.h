#pragma once

// Text that is a JSON object or array as that document: what table.expand.json.payload makes of an outbox's payload.

#include "encode/shape/record_shape.h"

namespace millrace::encode {

class ExpandedJson final : public ValueChange {
 public:
  // `keeps_null`: members of objects that are null stay.
  explicit ExpandedJson(bool keeps_null) : keeps_null_(keeps_null) {}
  // `json` is a JSON string, and stays one where its text is no object or array.
  Status apply(std::string_view json, JsonWriter& out) const override;

 private:
  bool keeps_null_;
};

}  // namespace millrace::encode

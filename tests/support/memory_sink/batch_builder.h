#pragma once

// Record batches for tests of sinks and of what feeds them.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "millrace/encode/record_batch.h"

namespace millrace::testing {

class BatchBuilder {
 public:
  using Headers =
      std::vector<std::pair<std::string_view, std::string_view>>;  // names are static text

  // No key: a null key. No value: a tombstone.
  BatchBuilder& add(const std::string& topic, std::optional<std::string_view> key,
                    std::optional<std::string_view> value, const Headers& headers = {});
  // The batch so far; the builder begins anew.
  encode::RecordBatchPtr take();

 private:
  encode::ByteRange append(std::optional<std::string_view> text);

  encode::RecordBatchPtr batch_ = encode::new_record_batch();
};

}  // namespace millrace::testing

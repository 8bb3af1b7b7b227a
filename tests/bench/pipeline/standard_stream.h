#pragma once

// The rows of the standard workload (tests/support/workload.h) as a server's binlog has them, in memory.

#include <memory>
#include <string>
#include <vector>

#include "millrace/pipeline/event_stream.h"
#include "support/binlog/table_builder.h"

namespace millrace::bench {

inline constexpr int kRowsOfTransaction = 1000;

// shop.orders.
test::Table standard_table();
// A row of it, as the procedure `bulk` writes them.
test::Row standard_row(int number);

// Streams that send `transactions` inserts of kRowsOfTransaction rows each, in events of 8 KiB, and end.
class StandardStreams final : public pipeline::EventStreamFactory {
 public:
  explicit StandardStreams(int transactions);
  Result<std::unique_ptr<pipeline::EventStream>> open(const pipeline::StreamStart& start) override;

 private:
  std::vector<std::string> events_;
};

}  // namespace millrace::bench

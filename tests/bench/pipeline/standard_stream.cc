#include "bench/pipeline/standard_stream.h"

#include <cstring>
#include <utility>

#include "millrace/row/decimal.h"
#include "millrace/row/packed_temporal.h"
#include "support/binlog/binlog_builder.h"

namespace millrace::bench {
namespace {

using test::le;
using test::sized;

constexpr std::size_t kEventBytes = 8192;  // binlog_row_event_max_size
constexpr int kPrecision = 12, kScale = 2;

std::string decimal(int cents) {
  std::string packed(row::packed_decimal_bytes(kPrecision, kScale), '\0');
  std::string text = std::to_string(cents / 100) + "." + (cents % 100 < 10 ? "0" : "");
  text += std::to_string(cents % 100);
  const Status status = row::pack_decimal(text, kPrecision, kScale, packed.data());
  MILLRACE_ASSERT(status, "a price that fits");
  return packed;
}

std::string double_bytes(double value) {
  std::string bytes(sizeof(value), '\0');
  std::memcpy(bytes.data(), &value, sizeof(value));
  return bytes;
}

// One event after the other, again and again.
class Stream final : public pipeline::EventStream {
 public:
  explicit Stream(const std::vector<std::string>& events) : events_(events) {}
  Result<std::optional<std::string_view>> fetch() override {
    if (next_ == events_.size()) return std::optional<std::string_view>();
    return std::optional<std::string_view>(events_[next_++]);
  }
  bool likely_idle() override { return next_ == events_.size(); }
  void interrupt() override {}

 private:
  const std::vector<std::string>& events_;
  std::size_t next_ = 0;
};

}  // namespace

test::Table standard_table() {
  const auto column = [](std::string name, std::uint8_t type, std::string metadata = {}) {
    test::Column made;
    made.name = std::move(name);
    made.type = type;
    made.metadata = std::move(metadata);
    return made;
  };
  constexpr std::uint8_t kShort = 2, kTimestamp2 = 17, kNewDecimal = 246, kString = 254;
  test::Table table;
  test::Column id = test::bigint_column("id", true);
  test::Column currency = column("currency", kString, "\xfe\x0c");  // CHAR(3) of utf8mb4
  currency.collation = 255;
  test::Column total = column("total", kNewDecimal, {kPrecision, kScale});
  total.is_unsigned = false;
  test::Column qty = column("qty", kShort);
  qty.is_unsigned = false;
  table.columns = {id.key(),
                   test::int_column("customer_id").not_null(),
                   test::enum_column("status", {"new", "paid", "shipped", "cancelled"}).not_null(),
                   total.not_null(),
                   currency.not_null(),
                   test::varchar_column("note", 800),
                   test::varchar_column("email", 480),
                   test::datetime_column("created_at", 6).not_null(),
                   column("updated_at", kTimestamp2, std::string(1, '\0')),
                   test::int_column("flags", true).not_null(),
                   test::double_column("ratio"),
                   qty,
                   test::bigint_column("big")};
  return table;
}

test::Row standard_row(int number) {
  const auto n = static_cast<std::uint64_t>(number);
  std::string created, updated;
  const row::CalendarTime now{2026,
                              11,
                              21,
                              12,
                              34,
                              static_cast<std::uint8_t>(number % 60),
                              static_cast<std::uint32_t>(number % 1'000'000)};
  row::append_packed_datetime2(now, 6, created);
  row::append_packed_timestamp2(now, 0, updated);
  return {le(n, 8),
          le(n * 7919 % 1'000'000, 4),
          le(1 + n % 4, 1),
          decimal(number * 37 % 1'000'000),
          sized("EUR"),
          sized("note for order " + std::to_string(number % kRowsOfTransaction) + " " +
                    std::string(n % 60, 'x'),
                2),
          sized("user" + std::to_string(number % kRowsOfTransaction) + "@example.com", 2),
          created,
          updated,
          le(n * 7, 4),
          double_bytes(1.0 / (1.0 + number)),
          le(n % 100, 2),
          le(n * 1'000'003, 8)};
}

StandardStreams::StandardStreams(int transactions) {
  const test::Table table = standard_table();
  test::BinlogBuilder binlog;
  binlog.start_stream();
  int number = 0;
  for (int i = 1; i <= transactions; ++i) {
    binlog.gtid("3457d932-e55a-11f1-a4af-02fc00000001:" + std::to_string(i)).begin();
    binlog.table_map(table);
    std::vector<test::Row> rows;
    std::size_t bytes = 0;
    for (int of_transaction = 1; of_transaction <= kRowsOfTransaction; ++of_transaction) {
      rows.push_back(standard_row(++number));
      bytes += test::row_image(rows.back()).size();
      const bool is_last = of_transaction == kRowsOfTransaction;
      if (bytes < kEventBytes && !is_last) continue;
      test::RowsOptions options;
      options.statement_end = is_last;
      binlog.write_rows(table, rows, options);
      rows.clear();
      bytes = 0;
    }
    binlog.xid();
  }
  events_ = binlog.events();
}

Result<std::unique_ptr<pipeline::EventStream>> StandardStreams::open(
    const pipeline::StreamStart& /*start*/) {
  return std::unique_ptr<pipeline::EventStream>(std::make_unique<Stream>(events_));
}

}  // namespace millrace::bench

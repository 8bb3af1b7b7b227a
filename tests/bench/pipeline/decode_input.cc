#include "bench/pipeline/decode_input.h"

#include <stdexcept>
#include <utility>

#include "bench/pipeline/standard_stream.h"
#include "millrace/binlog/stream_grammar.h"
#include "millrace/row/json_from_text.h"
#include "pipeline/batch_decoder.h"
#include "support/binlog/binlog_builder.h"

namespace millrace::bench {
namespace {

using test::le;
using test::sized;

// Resolves table maps; nothing else comes.
class MapVisitor final : public binlog::PartialVisitor {
 public:
  explicit MapVisitor(pipeline::TableRegistry& tables) : tables_(tables) {}
  pipeline::CapturedTablePtr table;

  Status on_table_map(const binlog::EventContext&, const binlog::TableMap& map,
                      std::string_view body) override {
    MILLRACE_ASSIGN_OR_RETURN(table, tables_.resolve(map, body));
    return {};
  }

 private:
  pipeline::TableRegistry& tables_;
};

template <typename T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message());
  return std::move(*result);
}

void must(const Status& status) {
  if (!status) throw std::runtime_error(status.error().message());
}

encode::EncoderOptions encoder_options() {
  encode::EncoderOptions options;
  options.logical_name = "shop";
  options.version = "0.1.0";
  options.connector_name = "mysql";
  return options;
}

pipeline::TableRegistryOptions registry_options() {
  pipeline::TableRegistryOptions options;
  options.source_name = options.topic_prefix = "shop";
  options.full_metadata = true;
  return options;
}

std::vector<test::Row> standard_rows(int count) {
  std::vector<test::Row> rows;
  for (int i = 1; i <= count; ++i) rows.push_back(standard_row(i));
  return rows;
}

}  // namespace

// What the table's plans borrow.
struct DecodeInput::Tables {
  encode::EncoderOptions encoder = encoder_options();
  transform::TableFilter filter = must(transform::TableFilter::compile({}));
  transform::ColumnRules columns = must(transform::ColumnRules::compile({}));
  pipeline::TableRegistry registry{registry_options(), encoder, filter, columns};
};

DecodeInput::DecodeInput(const test::Table& table, binlog::RowsKind kind,
                         const std::vector<test::Row>& rows)
    : tables_(std::make_shared<Tables>()), kind_(kind) {
  test::BinlogBuilder binlog;
  binlog.start_stream().gtid("3457d932-e55a-11f1-a4af-02fc00000001:1").begin().table_map(table);
  MapVisitor visitor(tables_->registry);
  binlog::StreamGrammar grammar(visitor, {});
  for (const std::string& event : binlog.events()) must(grammar.feed(event));
  table_ = visitor.table;
  for (const test::Row& row : rows) images_ += test::row_image(row);
  present_ = test::column_bitmap(std::vector<bool>(table.columns.size(), true));
}

DecodeInput DecodeInput::inserts(int rows) {
  return {standard_table(), binlog::RowsKind::kWrite, standard_rows(rows)};
}

DecodeInput DecodeInput::updates(int rows) {
  return {standard_table(), binlog::RowsKind::kUpdate, standard_rows(2 * rows)};
}

DecodeInput DecodeInput::texts(int rows) {
  test::Table table;
  table.columns = {test::bigint_column("id").key(), test::varchar_column("plain", 800),
                   test::varchar_column("quoted", 800), test::text_column("utf8")};
  std::vector<test::Row> made;
  for (int i = 0; i < rows; ++i) {
    const std::string plain(200, static_cast<char>('a' + i % 26));
    std::string quoted = plain;
    for (std::size_t at = static_cast<std::size_t>(i % 10); at < quoted.size(); at += 40) {
      quoted[at] = "\"\\\n\t"[i % 4];
    }
    std::string utf8;
    while (utf8.size() < 200) utf8 += "Straße, 北京 ";
    made.push_back(
        {le(static_cast<std::uint64_t>(i), 8), sized(plain, 2), sized(quoted, 2), sized(utf8, 2)});
  }
  return {table, binlog::RowsKind::kWrite, made};
}

DecodeInput DecodeInput::documents(int rows) {
  test::Table table;
  table.columns = {test::bigint_column("id").key(), test::json_column("doc")};
  row::JsonFromText maker;
  std::vector<test::Row> made;
  for (int i = 0; i < rows; ++i) {
    const std::string n = std::to_string(i);
    const std::string text =
        R"({"id": )" + n + R"(, "name": "customer )" + n +
        R"(", "tags": ["red", "green", "blue"], "ratio": 1.5, "ok": true, )"
        R"("none": null, "address": {"street": "Long Street )" +
        n +
        R"(", "zip": "12345", "city": "Hamburg"}, "lines": )"
        R"([{"sku": 1, "qty": 2}, {"sku": 3, "qty": 4}, {"sku": 5, "qty": 6}]})";
    std::string document;
    must(maker.append_document(text, document, nullptr));
    made.push_back({le(static_cast<std::uint64_t>(i), 8), sized(document, 4)});
  }
  return {table, binlog::RowsKind::kWrite, made};
}

std::uint64_t DecodeInput::run() const {
  static const auto kTransaction = [] {
    auto info = std::make_shared<change::TransactionInfo>();
    info->gtid = "3457d932-e55a-11f1-a4af-02fc00000001:1";
    info->commit_us = 1'795'231'795'025'925;
    info->file = "mysql-bin.000001";
    return info;
  }();
  pipeline::Batch batch;
  batch.read_bytes = images_.size();
  pipeline::RowsItem item;
  item.table = table_;
  item.transaction = kTransaction;
  item.timestamp = 1'795'231'795;
  item.position = 4711;
  item.event.kind = kind_;
  item.event.column_count = table_->schema->columns.size();
  item.event.columns_before = item.event.columns_after = present_;
  item.event.rows = images_;
  batch.items.push_back(std::move(item));
  pipeline::decode_batch(batch, tables_->encoder, {}, system_clock());
  must(batch.status);
  return batch.creates + batch.updates;
}

}  // namespace millrace::bench

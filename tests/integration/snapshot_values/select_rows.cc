#include "integration/snapshot_values/select_rows.h"

#include <algorithm>

#include "integration/snapshot_values/must.h"
#include "millrace/row/json_text.h"
#include "millrace/row/row_decoder.h"
#include "millrace/snapshot/row_image.h"

namespace millrace::testing {
namespace {

// A document that was made of a text says that text again.
void check_documents(const std::vector<std::string>& texts, const row::Row& row) {
  std::size_t next = 0;
  for (const row::Value& value : row.values) {
    if (value.kind != row::ValueKind::kJson) continue;
    std::string again;
    must(row::append_json_text(value.bytes, row::JsonTextForm::kMysql, again));
    if (again != texts.at(next++)) {
      throw std::runtime_error("the document of " + texts[next - 1] + " reads " + again);
    }
  }
}

}  // namespace

SelectRows::SelectRows(const mysql::ConnectionOptions& options, RowPrinter& printer)
    : connection_(must(mysql::Connection::connect(options))), printer_(printer) {
  for (const std::string_view statement : snapshot::reading_session_statements()) {
    must(connection_.execute(statement));
  }
}

std::vector<std::string> SelectRows::read(const schema::TableSchemaPtr& table) {
  const auto writer = must(snapshot::RowImageWriter::make(table));
  const std::string from = " FROM " + mysql::quote_identifier(table->name.database) + "." +
                           mysql::quote_identifier(table->name.table);
  snapshot::RowImages images;
  std::vector<snapshot::JsonDoubt> doubts;
  std::vector<std::vector<std::string>> json_texts;
  {
    auto stream =
        must(mysql::RowStream::open(connection_, "SELECT " + writer.select_list() + from));
    must(writer.check(stream.columns()));
    while (must(stream.next())) {
      must(writer.append(stream.cells(), images, &doubts));
      auto& texts = json_texts.emplace_back();
      for (std::size_t i = 0; i < table->columns.size(); ++i) {
        const mysql::Cell& cell = stream.cells()[i];
        if (table->columns[i].type != schema::ColumnType::kJson) continue;
        if (cell.kind != mysql::Cell::Kind::kNull) texts.emplace_back(cell.bytes);
      }
    }
  }
  std::vector<snapshot::JsonTypes> types;
  for (const snapshot::JsonDoubt& doubt : doubts) {
    types.push_back(types_of(from, table->columns[doubt.column].name, doubt.row, doubt.paths));
    settled_ += doubt.paths.size();
  }
  must(snapshot::settle_doubts(doubts, types, images));

  const row::RowPlan plan(*table);
  const std::string present = snapshot::all_columns(*table);
  std::vector<std::string> printed;
  for (std::size_t i = 0; i < images.count(); ++i) {
    const binlog::RowsEvent event = snapshot::event_of(*table, present, images.row(i));
    row::RowDecoder decoder(plan, event);
    row::Row before, after;
    if (!must(decoder.next(before, after))) throw std::runtime_error("an image without a row");
    check_documents(json_texts[i], after);
    printed.push_back(printer_.print(table, after));
    if (must(decoder.next(before, after))) throw std::runtime_error("an image with two rows");
  }
  std::sort(printed.begin(), printed.end());
  return printed;
}

// Nobody changes the table meanwhile, so that rows come in the same order again.
std::vector<std::string> SelectRows::types_of(const std::string& from, const std::string& column,
                                              std::size_t row,
                                              const std::vector<std::string>& paths) {
  std::string list;
  for (const std::string& path : paths) {
    list +=
        (list.empty() ? "" : ", ") + ("JSON_TYPE(JSON_EXTRACT(" + mysql::quote_identifier(column) +
                                      ", " + mysql::quote_string(path) + "))");
  }
  const auto result =
      must(connection_.query("SELECT " + list + from + " LIMIT " + std::to_string(row) + ", 1"));
  std::vector<std::string> types;
  for (const auto& type : result.rows.at(0)) types.push_back(type.value_or(""));
  return types;
}

}  // namespace millrace::testing

#include "integration/snapshot_values/row_printer.h"

#include "integration/snapshot_values/must.h"
#include "millrace/change/change_event.h"

namespace millrace::testing {
namespace {

using encode::BinaryMode;
using encode::DecimalMode;
using encode::EncoderOptions;
using encode::InvalidText;
using encode::TimePrecision;

EncoderOptions with(const encode::ValueModes& values, InvalidText invalid_text,
                    bool json_mysql_form) {
  EncoderOptions options;
  options.logical_name = "s";
  options.version = "1";
  options.values = values;
  options.invalid_text = invalid_text;
  options.json_mysql_form = json_mysql_form;
  options.null_for_failures = true;
  return options;
}

// The part of an envelope between the row's name and the source block.
std::string after_of(std::string_view value) {
  constexpr std::string_view kBegin = "\"after\":", kEnd = ",\"source\":";
  const std::size_t begin = value.find(kBegin), end = value.rfind(kEnd);
  if (begin == std::string_view::npos || end == std::string_view::npos) {
    throw std::runtime_error("no row in " + std::string(value));
  }
  return std::string(value.substr(begin, end - begin));
}

}  // namespace

RowPrinter::RowPrinter() {
  settings_.push_back({"default", with({}, InvalidText::kReplace, false)});
  settings_.push_back(
      {"readable", with({DecimalMode::kString, true, BinaryMode::kHex, TimePrecision::kIsoString},
                        InvalidText::kBase64, true)});
  settings_.push_back({"connect", with({DecimalMode::kDouble, false, BinaryMode::kBase64UrlSafe,
                                        TimePrecision::kConnect},
                                       InvalidText::kReplace, false)});
  settings_.push_back({"micros", with({DecimalMode::kPrecise, true, BinaryMode::kBase64,
                                       TimePrecision::kMicroseconds},
                                      InvalidText::kBase64, true)});
  settings_.push_back(
      {"nanos", with({DecimalMode::kString, false, BinaryMode::kBytes, TimePrecision::kNanoseconds},
                     InvalidText::kReplace, false)});
  for (const Setting& setting : settings_) encoders_.emplace_back(setting.options, clock_);
}

const RowPrinter::Plans& RowPrinter::plans_of(const schema::TableSchemaPtr& table) {
  Plans& plans = plans_[table.get()];
  if (plans.table == nullptr) {
    plans.table = table;
    for (const Setting& setting : settings_) {
      plans.of_setting.push_back(
          std::make_unique<encode::TablePlan>(table, encode::Topic{"t"}, setting.options));
    }
  }
  return plans;
}

std::string RowPrinter::print(const schema::TableSchemaPtr& table, const row::Row& row) {
  const Plans& plans = plans_of(table);
  const change::TransactionInfo transaction;
  change::ChangeEvent event;
  event.operation = change::Operation::kRead;
  event.table = table.get();
  event.after = &row;
  event.source.transaction = &transaction;
  std::string text;
  encode::RecordBatch batch;
  for (std::size_t i = 0; i < settings_.size(); ++i) {
    batch.clear();
    must(encoders_[i].encode(event, *plans.of_setting[i], batch));
    text += settings_[i].name + ": ";
    if (!batch.records.front().key.absent()) {
      text.append(batch.view(batch.records.front().key)).append(" ");
    }
    text += after_of(batch.view(batch.records.front().value)) + "\n";
  }
  return text;
}

}  // namespace millrace::testing

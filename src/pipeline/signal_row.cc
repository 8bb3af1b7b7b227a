#include "millrace/pipeline/signal_row.h"

#include <iterator>
#include <utility>

#include "millrace/charset/charset.h"

namespace millrace::pipeline {

SignalRow signal_of(const schema::TableSchema& table, const row::Row& row, std::string place) {
  SignalRow signal;
  std::string* const parts[] = {&signal.id, &signal.type, &signal.data};
  for (std::size_t i = 0; i < std::size(parts) && i < row.values.size(); ++i) {
    const row::Value& value = row.values[i];
    if (value.is_null() || value.is_absent()) continue;
    const charset::Charset* set = table.columns[i].charset;
    if (set != nullptr && !set->is_binary()) {
      set->append_utf8_replacing(value.bytes, *parts[i]);
    } else {
      *parts[i] = value.bytes;
    }
  }
  signal.place = std::move(place);
  return signal;
}

}  // namespace millrace::pipeline

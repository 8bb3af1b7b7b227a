#include "support/memory_sink/batch_builder.h"

namespace millrace::testing {

encode::ByteRange BatchBuilder::append(std::optional<std::string_view> text) {
  if (!text) return {};
  encode::ByteRange range{.offset = batch_->bytes.size(), .size = text->size()};
  batch_->bytes += *text;
  return range;
}

BatchBuilder& BatchBuilder::add(const std::string& topic, std::optional<std::string_view> key,
                                std::optional<std::string_view> value, const Headers& headers) {
  // A batch keeps the topics of its records alive; here each record brings its own.
  auto owned = std::make_shared<const encode::Topic>(encode::Topic{topic});
  encode::Record record;
  record.topic = owned.get();
  record.key = append(key);
  record.value = append(value);
  record.first_header = static_cast<std::uint32_t>(batch_->headers.size());
  record.header_count = static_cast<std::uint32_t>(headers.size());
  for (const auto& [name, text] : headers) batch_->headers.push_back({name, append(text)});
  batch_->records.push_back(record);
  batch_->owners.push_back(std::move(owned));
  return *this;
}

encode::RecordBatchPtr BatchBuilder::take() {
  return std::exchange(batch_, encode::new_record_batch());
}

}  // namespace millrace::testing

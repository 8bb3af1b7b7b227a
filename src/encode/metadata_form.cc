#include "encode/metadata_form.h"

#include "encode/context_headers.h"
#include "encode/json_writer.h"

namespace millrace::encode {
namespace {

std::string head(const ConnectSchema& schema, const ConverterOptions& converter) {
  if (!converter.schemas_enable) return {};
  return "{\"schema\":" + print_schema(schema) + ",\"payload\":";
}

std::string_view tail(const ConverterOptions& converter) {
  return converter.schemas_enable ? "}" : "";
}

}  // namespace

MetadataForm::MetadataForm(std::string topic, const ConnectSchema& key, const ConnectSchema& value,
                           const EncoderOptions& options, std::int32_t partition)
    : topic_(std::make_shared<const Topic>(Topic{std::move(topic)})),
      key_head_(head(key, options.key_converter)),
      value_head_(head(value, options.value_converter)),
      key_tail_(tail(options.key_converter)),
      value_tail_(tail(options.value_converter)),
      partition_(partition) {}

void MetadataForm::append(std::string_view key, std::string_view value, RecordBatch& out) const {
  const auto put = [&out](std::string_view before, std::string_view text, std::string_view after) {
    const ByteRange range{out.bytes.size(), before.size() + text.size() + after.size()};
    out.bytes.append(before).append(text).append(after);
    return range;
  };
  Record record;
  record.topic = topic_.get();
  record.partition = partition_;
  record.key = put(key_head_, key, key_tail_);
  record.value = put(value_head_, value, value_tail_);
  record.first_header = static_cast<std::uint32_t>(out.headers.size());
  out.records.push_back(record);
  out.owners.push_back(topic_);
}

void MetadataForm::append_with_context(std::string_view key, std::string_view value,
                                       const EncoderOptions& options, RecordBatch& out) const {
  append(key, value, out);
  if (!options.extended_headers) return;
  for (const auto& [name, text] : context_headers(options)) {
    JsonWriter quoted;
    quoted.quoted(text);
    const std::string_view json = quoted.written_since(0);
    out.headers.push_back({name, {out.bytes.size(), json.size()}});
    out.bytes.append(json);
    ++out.records.back().header_count;
  }
}

}  // namespace millrace::encode

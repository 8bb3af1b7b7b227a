#include "encode/json_writer.h"
#include "millrace/encode/debezium_encoder.h"

namespace millrace::encode {
namespace {

void append_quoted(std::string_view text, std::string& out) {
  JsonWriter writer;
  writer.quoted(text);
  out.append(writer.written_since(0));
}

// Keys, values and header values are JSON already.
void append_json(const RecordBatch& batch, const ByteRange& range, std::string& out) {
  if (range.absent()) {
    out.append("null");
  } else {
    out.append(batch.view(range));
  }
}

}  // namespace

void append_record_line(const RecordBatch& batch, const Record& record, std::string& out) {
  out.append("{\"topic\":");
  append_quoted(record.topic->name, out);
  out.append(",\"partition\":");
  out.append(record.partition == Record::kAnyPartition ? "null" : std::to_string(record.partition));
  out.append(",\"key\":");
  append_json(batch, record.key, out);
  out.append(",\"value\":");
  append_json(batch, record.value, out);
  out.append(",\"headers\":{");
  for (std::uint32_t i = 0; i < record.header_count; ++i) {
    const Header& header = batch.headers[record.first_header + i];
    if (i > 0) out.push_back(',');
    append_quoted(header.name, out);
    out.push_back(':');
    append_json(batch, header.value, out);
  }
  out.append("}}\n");
}

}  // namespace millrace::encode

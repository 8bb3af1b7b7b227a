#include <initializer_list>

#include "millrace/state/source_state.h"
#include "state/json.h"

namespace millrace::state {
namespace {

// A key of the state topic: a JSON array of strings.
std::string key_of(std::initializer_list<std::string_view> parts) {
  rapidjson::StringBuffer buffer;
  JsonWriter writer(buffer);
  writer.StartArray();
  for (const std::string_view part : parts) write_string(writer, part);
  writer.EndArray();
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace

std::string offset_key(std::string_view source, std::string_view topic_prefix) {
  rapidjson::StringBuffer buffer;
  JsonWriter writer(buffer);
  writer.StartArray();
  write_string(writer, source);
  writer.StartObject();
  writer.Key("server");
  write_string(writer, topic_prefix);
  writer.EndObject();
  writer.EndArray();
  return {buffer.GetString(), buffer.GetSize()};
}

std::string structure_key(std::string_view source, std::string_view hash) {
  return key_of({source, "structure", hash});
}

StateRecord xa_record(std::string_view source, const PreparedXa& prepared) {
  rapidjson::StringBuffer buffer;
  JsonWriter writer(buffer);
  writer.StartObject();
  if (prepared.gtid) {
    writer.Key("gtid");
    write_string(writer, prepared.gtid->to_text());
  }
  writer.Key("file");
  write_string(writer, prepared.begin.file);
  writer.Key("pos");
  writer.Uint64(prepared.begin.offset);
  writer.EndObject();
  return {key_of({source, "xa", prepared.xid.to_text()}),
          std::string(buffer.GetString(), buffer.GetSize())};
}

StateRecord xa_deletion(std::string_view source, const binlog::Xid& xid) {
  return {key_of({source, "xa", xid.to_text()}), std::nullopt};
}

StateRecord taken_over_record(std::string_view source, const Offset& from) {
  return {key_of({source, "taken_over"}), from.to_json()};
}

StateRecord structure_record(std::string_view source, std::string_view serialized_structure) {
  return {structure_key(source, schema::structure_hash(serialized_structure)),
          std::string(serialized_structure)};
}

StateRecord table_record(std::string_view source, const schema::TableName& table,
                         std::string_view structure_hash) {
  rapidjson::StringBuffer buffer;
  JsonWriter writer(buffer);
  writer.StartObject();
  writer.Key("structure");
  write_string(writer, structure_hash);
  writer.EndObject();
  return {key_of({source, "table", table.database, table.table}),
          std::string(buffer.GetString(), buffer.GetSize())};
}

StateRecord table_deletion(std::string_view source, const schema::TableName& table) {
  return {key_of({source, "table", table.database, table.table}), std::nullopt};
}

StateRecord database_record(std::string_view source, std::string_view database,
                            std::uint32_t collation) {
  return {key_of({source, "database", database}),
          "{\"collation\":" + std::to_string(collation) + "}"};
}

StateRecord database_deletion(std::string_view source, std::string_view database) {
  return {key_of({source, "database", database}), std::nullopt};
}

}  // namespace millrace::state

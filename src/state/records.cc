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

class Object {
 public:
  Object() : writer_(buffer_) { writer_.StartObject(); }
  // What is empty, zero or false is left out.
  Object& text(const char* name, std::string_view value) {
    if (value.empty()) return *this;
    writer_.Key(name);
    write_string(writer_, value);
    return *this;
  }
  Object& number(const char* name, std::uint64_t value) {
    if (value == 0) return *this;
    writer_.Key(name);
    writer_.Uint64(value);
    return *this;
  }
  Object& flag(const char* name, bool value) {
    if (!value) return *this;
    writer_.Key(name);
    writer_.Bool(true);
    return *this;
  }
  Object& texts(const char* name, const std::vector<std::string>& values) {
    if (values.empty()) return *this;
    writer_.Key(name);
    writer_.StartArray();
    for (const std::string& value : values) write_string(writer_, value);
    writer_.EndArray();
    return *this;
  }
  std::string finish() {
    writer_.EndObject();
    return {buffer_.GetString(), buffer_.GetSize()};
  }

 private:
  rapidjson::StringBuffer buffer_;
  JsonWriter writer_;
};

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

StateRecord snapshot_record(std::string_view source, const Snapshot& snapshot) {
  return {key_of({source, "snapshot"}),
          Object()
              .flag("frozen", snapshot.is_frozen)
              .flag("paused", snapshot.is_paused)
              .flag("has_rows", snapshot.has_rows)
              .number("begun_ms", static_cast<std::uint64_t>(snapshot.begun_ms))
              .number("tables", snapshot.tables)
              .text("signal", snapshot.signal_id)
              .text("clone_server_uuid", snapshot.clone_server_uuid)
              .finish()};
}

StateRecord snapshot_deletion(std::string_view source) {
  return {key_of({source, "snapshot"}), std::nullopt};
}

StateRecord snapshot_table_record(std::string_view source, const SnapshotTable& table) {
  return {key_of({source, "snapshot", table.name.database, table.name.table}),
          Object()
              .number("kind", static_cast<std::uint64_t>(table.kind))
              .number("order", table.order)
              .flag("begun", table.has_begun)
              .text("signal", table.signal_id)
              .text("condition", table.condition)
              .text("select", table.signal_id.empty() ? std::string_view() : table.select)
              .text("surrogate_key", table.surrogate_key)
              .texts("after", table.after)
              .number("rows", table.rows)
              .number("estimate", table.estimate)
              .finish()};
}

StateRecord snapshot_table_deletion(std::string_view source, const schema::TableName& table) {
  return {key_of({source, "snapshot", table.database, table.table}), std::nullopt};
}

StateRecord clone_record(std::string_view source, std::string_view name) {
  return {key_of({source, "clone"}), Object().text("name", name).finish()};
}

StateRecord clone_deletion(std::string_view source) {
  return {key_of({source, "clone"}), std::nullopt};
}

StateRecord captured_record(std::string_view source, std::string_view filters) {
  return {key_of({source, "captured"}), Object().text("filters", filters).finish()};
}

StateRecord structure_record(std::string_view source, std::string_view serialized_structure) {
  return {structure_key(source, schema::structure_hash(serialized_structure)),
          std::string(serialized_structure)};
}

StateRecord structure_deletion(std::string_view source, std::uint64_t structure_number) {
  return {structure_key(source, schema::structure_number_to_text(structure_number)), std::nullopt};
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

#include <charconv>
#include <limits>

#include "millrace/state/source_state.h"
#include "state/json.h"

namespace millrace::state {
namespace {

constexpr const char* kServerUuid = "millrace_server_uuid";
constexpr const char* kRows = "millrace_rows";
constexpr std::string_view kTransactionId = "transaction_id";  // ends with a zero byte: a literal
constexpr std::string_view kTransactionCount = "transaction_data_collection_order_";
// Error messages quote what they are about, but not a megabyte of it.
constexpr std::size_t kQuotedBytes = 200;

std::string quoted(std::string_view json) {
  std::string text(json.substr(0, kQuotedBytes));
  if (json.size() > kQuotedBytes) text += "...";
  return text;
}

Error malformed(std::string_view json, std::string_view what) {
  return definite_error("offset " + quoted(json) + ": " + std::string(what));
}

// "db.table", with a backslash before the dots and backslashes of the names.
std::string escape(const schema::TableName& name) {
  std::string text;
  const auto append = [&text](std::string_view part) {
    for (const char c : part) {
      if (c == '.' || c == '\\') text += '\\';
      text += c;
    }
  };
  append(name.database);
  text += '.';
  append(name.table);
  return text;
}

std::optional<schema::TableName> unescape(std::string_view text) {
  schema::TableName name;
  std::string* part = &name.database;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      if (++i == text.size()) return std::nullopt;
      *part += text[i];
    } else if (text[i] == '.') {
      if (part == &name.table) return std::nullopt;
      part = &name.table;
    } else {
      *part += text[i];
    }
  }
  if (part != &name.table) return std::nullopt;
  return name;
}

// Kafka Connect allows only primitive values in an offset, so the map travels as JSON in a string.
std::string rows_to_text(const std::map<schema::TableName, std::uint64_t>& rows) {
  rapidjson::StringBuffer buffer;
  JsonWriter writer(buffer);
  writer.StartObject();
  for (const auto& [name, count] : rows) {
    write_string(writer, escape(name));
    writer.Uint64(count);
  }
  writer.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

Result<std::map<schema::TableName, std::uint64_t>> parse_rows(std::string_view text) {
  rapidjson::Document document;
  if (!parse_json(text, document) || !document.IsObject()) {
    return definite_error("is not a JSON object in a string");
  }
  std::map<schema::TableName, std::uint64_t> rows;
  for (const auto& member : document.GetObject()) {
    auto name = unescape(view(member.name));
    if (!name || !member.value.IsUint64()) {
      return definite_error("has a bad count of \"" + std::string(view(member.name)) + "\"");
    }
    rows.insert_or_assign(std::move(*name), member.value.GetUint64());
  }
  return rows;
}

// Debezium's keys of transaction metadata.
void write_transaction(JsonWriter& writer, const Offset& offset) {
  if (offset.transaction_id.empty()) return;
  write_string(writer, kTransactionId);
  write_string(writer, offset.transaction_id);
  for (const auto& table : offset.transaction_counts.tables()) {
    write_string(writer, std::string(kTransactionCount) + table.name);
    writer.Uint64(table.events);
  }
}

// A number as Connect writes it, or as a person typed it into the REST interface: in a string.
std::optional<std::int64_t> to_integer(const rapidjson::Value& value) {
  if (value.IsInt64()) return value.GetInt64();
  if (!value.IsString()) return std::nullopt;
  const std::string_view text = view(value);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// Reads members of one offset; the first that is wrong is kept as the error.
class Reader {
 public:
  Reader(std::string_view json, const rapidjson::Value& object) : json_(json), object_(object) {}

  bool has(const char* name) const { return find(object_, name) != nullptr; }

  template <typename Integer>
  void read(const char* name, Integer& out) {
    const auto* value = find(object_, name);
    if (value == nullptr) return;
    const auto number = to_integer(*value);
    constexpr bool kSigned = std::numeric_limits<Integer>::is_signed;
    if (!number || (!kSigned && *number < 0) ||
        (sizeof(Integer) < 8 &&
         *number > std::int64_t{std::numeric_limits<std::uint32_t>::max()})) {
      fail(name, "is not a number in its range");
      return;
    }
    out = static_cast<Integer>(*number);
  }

  void read(const char* name, std::string& out) {
    const auto* value = find(object_, name);
    if (value == nullptr) return;
    if (!value->IsString()) {
      fail(name, "is not a string");
      return;
    }
    out = view(*value);
  }

  // The members whose names begin with `prefix`, as counts of what follows it.
  void read_counts(std::string_view prefix, change::TransactionCounts& out) {
    for (const auto& member : object_.GetObject()) {
      const std::string_view name = view(member.name);
      if (!name.starts_with(prefix)) continue;
      const auto number = to_integer(member.value);
      if (!number || *number < 0) {
        fail(std::string(name).c_str(), "is not a count");
        return;
      }
      out.restore(name.substr(prefix.size()), static_cast<std::uint64_t>(*number));
    }
  }

  // Debezium's flag: a boolean, or the name of the kind of snapshot.
  bool is_set(const char* name) const {
    const auto* value = find(object_, name);
    if (value == nullptr || value->IsFalse()) return false;
    return !value->IsString() || (view(*value) != "false" && value->GetStringLength() != 0);
  }

  void fail(const char* name, std::string_view what) {
    if (!error_) error_ = malformed(json_, "\"" + std::string(name) + "\" " + std::string(what));
  }
  const std::optional<Error>& error() const { return error_; }

 private:
  std::string_view json_;
  const rapidjson::Value& object_;
  std::optional<Error> error_;
};

}  // namespace

std::string Offset::to_json() const {
  rapidjson::StringBuffer buffer;
  JsonWriter writer(buffer);
  writer.StartObject();
  writer.Key("ts_sec");
  writer.Int64(ts_sec);
  writer.Key("file");
  write_string(writer, position.file);
  writer.Key("pos");
  writer.Uint64(position.offset);
  if (has_gtids) {
    writer.Key("gtids");
    write_string(writer, gtids.to_text());
  }
  if (row != 0) {
    writer.Key("row");
    writer.Uint64(row);
  }
  writer.Key("server_id");
  writer.Uint(server_id);
  if (event != 0) {
    writer.Key("event");
    writer.Uint64(event);
  }
  if (in_snapshot) {
    writer.Key("snapshot");
    writer.String("INITIAL");
  }
  if (own) {
    writer.Key(kServerUuid);
    write_string(writer, server_uuid);
  }
  if (own && in_transaction()) {
    writer.Key(kRows);
    write_string(writer, rows_to_text(partial_rows));
    write_transaction(writer, *this);
  }
  writer.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

Result<Offset> Offset::parse(std::string_view json) {
  rapidjson::Document document;
  if (!parse_json(json, document) || !document.IsObject()) {
    return malformed(json, "is not a JSON object");
  }
  Reader reader(json, document);
  const bool is_own = reader.has(kServerUuid);
  if (reader.is_set("snapshot") && !is_own) {
    return malformed(
        json,
        "was written in the middle of a snapshot, which can't be continued here; let the connector "
        "that wrote it finish the snapshot, or delete the offset to begin anew");
  }
  if (reader.is_set("incremental_snapshot_collections")) {
    return malformed(
        json,
        "was written in the middle of an incremental snapshot, whose remaining rows would be lost; "
        "let the connector that wrote it finish the snapshot or stop it there first");
  }
  Offset offset;
  std::string gtids;
  std::string rows;
  reader.read("ts_sec", offset.ts_sec);
  reader.read("file", offset.position.file);
  reader.read("pos", offset.position.offset);
  reader.read("gtids", gtids);
  reader.read("row", offset.row);
  reader.read("server_id", offset.server_id);
  reader.read("event", offset.event);
  reader.read(kServerUuid, offset.server_uuid);
  reader.read(kRows, rows);
  reader.read(kTransactionId.data(), offset.transaction_id);
  reader.read_counts(kTransactionCount, offset.transaction_counts);
  if (reader.error()) return *reader.error();

  offset.own = is_own;
  offset.in_snapshot = reader.is_set("snapshot");
  offset.has_gtids = reader.has("gtids");
  if (!offset.has_gtids && (offset.position.file.empty() || !reader.has("pos"))) {
    return malformed(json, "has neither \"gtids\" nor \"file\" and \"pos\"");
  }
  auto set = gtid::GtidSet::parse(gtids);
  if (!set) return malformed(json, set.error().message());
  offset.gtids = std::move(*set);
  if (!rows.empty()) {
    auto counts = parse_rows(rows);
    if (!counts) return malformed(json, std::string(kRows) + " " + counts.error().message());
    offset.partial_rows = std::move(*counts);
  }
  return offset;
}

}  // namespace millrace::state

#include <algorithm>

#include "millrace/state/source_state.h"
#include "state/json.h"

namespace millrace::state {
namespace {

// What a key says. Records of other sources, and what isn't ours at all, are kForeign.
struct Key {
  enum class Kind {
    kForeign,
    kStructure,
    kTable,
    kDatabase,
    kXa,
    kTakenOver,
    kSnapshot,
    kSnapshotTable,
    kClone,
    kCaptured,
    kUnknown
  };
  Kind kind = Kind::kForeign;
  std::string_view first = {};   // hash, database or xid
  std::string_view second = {};  // table
};

bool all_strings(const rapidjson::Value& array) {
  return std::all_of(array.Begin(), array.End(),
                     [](const rapidjson::Value& value) { return value.IsString(); });
}

Key classify(const rapidjson::Document& key, std::string_view source) {
  if (!key.IsArray() || key.Size() < 2 || !key[0].IsString() || view(key[0]) != source) return {};
  // Another topic prefix: the same name, but another stream.
  if (key.Size() == 2 && key[1].IsObject()) return {};
  if (!all_strings(key)) return {.kind = Key::Kind::kUnknown};
  const std::string_view kind = view(key[1]);
  if (kind == "taken_over" && key.Size() == 2) return {.kind = Key::Kind::kTakenOver};
  if (kind == "clone" && key.Size() == 2) return {.kind = Key::Kind::kClone};
  if (kind == "captured" && key.Size() == 2) return {.kind = Key::Kind::kCaptured};
  if (kind == "snapshot" && key.Size() == 2) return {.kind = Key::Kind::kSnapshot};
  if (kind == "snapshot" && key.Size() == 4) {
    return {Key::Kind::kSnapshotTable, view(key[2]), view(key[3])};
  }
  if (kind == "structure" && key.Size() == 3) return {Key::Kind::kStructure, view(key[2]), {}};
  if (kind == "xa" && key.Size() == 3) return {Key::Kind::kXa, view(key[2]), {}};
  if (kind == "database" && key.Size() == 3) return {Key::Kind::kDatabase, view(key[2]), {}};
  if (kind == "table" && key.Size() == 4) {
    return {Key::Kind::kTable, view(key[2]), view(key[3])};
  }
  return {.kind = Key::Kind::kUnknown};
}

Error malformed(std::string_view key, std::string_view what) {
  return definite_error("state record " + std::string(key) + ": " + std::string(what));
}

Result<std::uint64_t> parse_pointer(std::string_view value) {
  rapidjson::Document document;
  if (!parse_json(value, document) || !document.IsObject()) {
    return definite_error("is not a JSON object");
  }
  const auto* hash = find(document, "structure");
  if (hash == nullptr || !hash->IsString()) return definite_error("has no \"structure\"");
  const auto number = schema::parse_structure_number(view(*hash));
  if (!number) return definite_error("has a \"structure\" that is no hash");
  return *number;
}

Result<PreparedXa> parse_prepared(std::string_view xid, std::string_view value) {
  rapidjson::Document document;
  if (!parse_json(value, document) || !document.IsObject()) {
    return definite_error("is not a JSON object");
  }
  PreparedXa prepared;
  MILLRACE_ASSIGN_OR_RETURN(prepared.xid, binlog::Xid::parse(xid));
  if (const auto* gtid = find(document, "gtid"); gtid != nullptr) {
    if (!gtid->IsString()) return definite_error("\"gtid\" is not a string");
    MILLRACE_ASSIGN_OR_RETURN(prepared.gtid, gtid::Gtid::parse(view(*gtid)));
  }
  const auto* file = find(document, "file");
  const auto* pos = find(document, "pos");
  if (file == nullptr || !file->IsString() || pos == nullptr || !pos->IsUint64()) {
    return definite_error("has no \"file\" and \"pos\"");
  }
  prepared.begin = {std::string(view(*file)), pos->GetUint64()};
  return prepared;
}

// Reads members of one record that may be missing; ok() is false once one is of another type.
class Members {
 public:
  explicit Members(const rapidjson::Value& object) : object_(object) {}

  bool flag(const char* name) {
    const auto* value = find(object_, name);
    if (value == nullptr) return false;
    ok_ &= value->IsBool();
    return value->IsTrue();
  }
  std::uint64_t number(const char* name, std::uint64_t most = ~std::uint64_t{0}) {
    const auto* value = find(object_, name);
    if (value == nullptr) return 0;
    ok_ &= value->IsUint64() && value->GetUint64() <= most;
    return ok_ ? value->GetUint64() : 0;
  }
  std::string text(const char* name) {
    const auto* value = find(object_, name);
    if (value == nullptr) return {};
    ok_ &= value->IsString();
    return ok_ ? std::string(view(*value)) : std::string();
  }
  std::vector<std::string> texts(const char* name) {
    std::vector<std::string> texts;
    const auto* value = find(object_, name);
    if (value == nullptr) return texts;
    ok_ &= value->IsArray() && all_strings(*value);
    if (!ok_) return texts;
    for (const auto& each : value->GetArray()) texts.emplace_back(view(each));
    return texts;
  }
  bool ok() const { return ok_; }

 private:
  const rapidjson::Value& object_;
  bool ok_ = true;
};

// Nothing where the value isn't what a snapshot writes.
std::optional<Snapshot> parse_snapshot(std::string_view value) {
  rapidjson::Document document;
  if (!parse_json(value, document) || !document.IsObject()) return std::nullopt;
  Members members(document);
  Snapshot snapshot;
  snapshot.is_frozen = members.flag("frozen");
  snapshot.is_paused = members.flag("paused");
  snapshot.has_rows = members.flag("has_rows");
  snapshot.begun_ms = static_cast<std::int64_t>(members.number("begun_ms"));
  snapshot.tables = members.number("tables");
  snapshot.signal_id = members.text("signal");
  snapshot.clone_server_uuid = members.text("clone_server_uuid");
  return members.ok() ? std::optional(std::move(snapshot)) : std::nullopt;
}

std::optional<SnapshotTable> parse_snapshot_table(schema::TableName name, std::string_view value) {
  rapidjson::Document document;
  if (!parse_json(value, document) || !document.IsObject()) return std::nullopt;
  Members members(document);
  SnapshotTable table;
  table.name = std::move(name);
  table.kind = static_cast<SnapshotTable::Kind>(
      members.number("kind", static_cast<std::uint64_t>(SnapshotTable::Kind::kBlocking)));
  table.order = members.number("order");
  table.has_begun = members.flag("begun");
  table.signal_id = members.text("signal");
  table.condition = members.text("condition");
  table.select = members.text("select");
  table.surrogate_key = members.text("surrogate_key");
  table.after = members.texts("after");
  table.rows = members.number("rows");
  table.estimate = members.number("estimate");
  return members.ok() ? std::optional(std::move(table)) : std::nullopt;
}

}  // namespace

StateLoader::StateLoader(std::string source, std::string topic_prefix)
    : source_(std::move(source)), offset_key_(offset_key(source_, topic_prefix)) {}

Status StateLoader::apply(std::string_view key, std::optional<std::string_view> value) {
  if (key == offset_key_) {
    if (!value) {
      state_.offset.reset();
      return {};
    }
    MILLRACE_ASSIGN_OR_RETURN(state_.offset, Offset::parse(*value));
    return {};
  }
  rapidjson::Document document;
  if (!parse_json(key, document)) return {};
  const Key parsed = classify(document, source_);
  switch (parsed.kind) {
    case Key::Kind::kForeign:
      return {};
    case Key::Kind::kStructure:
      return apply_structure(key, parsed.first, value);
    case Key::Kind::kTable:
      return apply_table(key, {std::string(parsed.first), std::string(parsed.second)}, value);
    case Key::Kind::kDatabase:
      return apply_database(key, std::string(parsed.first), value);
    case Key::Kind::kXa:
      return apply_xa(key, parsed.first, value);
    case Key::Kind::kTakenOver:
      state_.taken_over = value.has_value();
      return {};
    case Key::Kind::kSnapshot:
      state_.snapshot.reset();
      if (value) state_.snapshot = parse_snapshot(*value);
      return !value || state_.snapshot ? Status() : malformed(key, "is no record of a snapshot");
    case Key::Kind::kSnapshotTable:
      return apply_snapshot_table(key, {std::string(parsed.first), std::string(parsed.second)},
                                  value);
    case Key::Kind::kCaptured:
      return apply_text(key, "filters", value, state_.captured);
    case Key::Kind::kClone:
      return apply_text(key, "name", value, clone_name_);
    case Key::Kind::kUnknown:
      break;
  }
  // A kind that a later version writes: what it means can't be guessed, and leaving it out may be wrong.
  return malformed(key, "is of no kind that this version knows");
}

Status StateLoader::apply_structure(std::string_view key, std::string_view hash,
                                    std::optional<std::string_view> value) {
  const auto number = schema::parse_structure_number(hash);
  if (!number) return malformed(key, "has no hash");
  if (!value) {
    state_.catalog.erase_structure(*number);
    return {};
  }
  if (schema::structure_number(*value) != *number) {
    return malformed(key, "the structure's bytes don't have the hash in its key");
  }
  auto structure = schema::parse_structure({}, *value);
  if (!structure) return malformed(key, structure.error().message());
  if (!state_.catalog.put_structure(*number, std::move(*structure))) {
    return malformed(key, "two structures have the same hash");
  }
  return {};
}

Status StateLoader::apply_table(std::string_view key, const schema::TableName& name,
                                std::optional<std::string_view> value) {
  if (!value) {
    state_.catalog.erase(name);
    return {};
  }
  const auto number = parse_pointer(*value);
  if (!number) return malformed(key, number.error().message());
  state_.catalog.put_numbered(name, *number);
  return {};
}

Status StateLoader::apply_database(std::string_view key, const std::string& name,
                                   std::optional<std::string_view> value) {
  if (!value) {
    state_.catalog.erase_database(name);
    return {};
  }
  rapidjson::Document document;
  const rapidjson::Value* collation = nullptr;
  if (parse_json(*value, document) && document.IsObject()) collation = find(document, "collation");
  if (collation == nullptr || !collation->IsUint()) return malformed(key, "has no \"collation\"");
  state_.catalog.put_database(name, collation->GetUint());
  return {};
}

Status StateLoader::apply_xa(std::string_view key, std::string_view xid_text,
                             std::optional<std::string_view> value) {
  if (!value) {
    auto xid = binlog::Xid::parse(xid_text);
    if (!xid) return malformed(key, xid.error().message());
    state_.prepared.erase(*xid);
    return {};
  }
  auto prepared = parse_prepared(xid_text, *value);
  if (!prepared) return malformed(key, prepared.error().message());
  binlog::Xid xid = prepared->xid;
  state_.prepared.insert_or_assign(std::move(xid), std::move(*prepared));
  return {};
}

Status StateLoader::apply_snapshot_table(std::string_view key, schema::TableName name,
                                         std::optional<std::string_view> value) {
  if (!value) {
    snapshot_tables_.erase(name);
    return {};
  }
  auto table = parse_snapshot_table(name, *value);
  if (!table) return malformed(key, "is no record of a snapshot's table");
  snapshot_tables_.insert_or_assign(std::move(name), std::move(*table));
  return {};
}

Status StateLoader::apply_text(std::string_view key, const char* member,
                               std::optional<std::string_view> value,
                               std::optional<std::string>& text) {
  text.reset();
  if (!value) return {};
  rapidjson::Document document;
  if (!parse_json(*value, document) || !document.IsObject()) {
    return malformed(key, "is not a JSON object");
  }
  Members members(document);
  text = members.text(member);
  return members.ok() ? Status()
                      : malformed(key, "has a \"" + std::string(member) + "\" that is no text");
}

Result<SourceState> StateLoader::finish() && {
  state_.clone_name = clone_name_.value_or("");
  for (auto& [name, table] : snapshot_tables_) {
    state_.snapshot_tables.push_back(std::move(table));
  }
  std::ranges::stable_sort(state_.snapshot_tables, {}, &SnapshotTable::order);
  if (Status complete = state_.catalog.check_complete(); !complete) {
    return complete.error().with_context("the state store");
  }
  return std::move(state_);
}

}  // namespace millrace::state

#include <algorithm>

#include "millrace/state/source_state.h"
#include "state/json.h"

namespace millrace::state {
namespace {

// What a key says. Records of other sources, and what isn't ours at all, are kForeign.
struct Key {
  enum class Kind { kForeign, kStructure, kTable, kDatabase, kXa, kTakenOver, kUnknown };
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

Result<std::string> parse_pointer(std::string_view value) {
  rapidjson::Document document;
  if (!parse_json(value, document) || !document.IsObject()) {
    return definite_error("is not a JSON object");
  }
  const auto* hash = find(document, "structure");
  if (hash == nullptr || !hash->IsString()) return definite_error("has no \"structure\"");
  return std::string(view(*hash));
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
      return apply_database(key, parsed.first, value);
    case Key::Kind::kXa:
      return apply_xa(key, parsed.first, value);
    case Key::Kind::kTakenOver:
      state_.taken_over = value.has_value();
      return {};
    case Key::Kind::kUnknown:
      break;
  }
  // A kind that a later version writes: what it means can't be guessed, and leaving it out may be wrong.
  return malformed(key, "is of no kind that this version knows");
}

Status StateLoader::apply_structure(std::string_view key, std::string_view hash,
                                    std::optional<std::string_view> value) {
  if (!value) {
    structures_.erase(std::string(hash));
    return {};
  }
  if (schema::structure_hash(*value) != hash) {
    return malformed(key, "the structure's bytes don't have the hash in its key");
  }
  structures_.insert_or_assign(std::string(hash), std::string(*value));
  return {};
}

Status StateLoader::apply_table(std::string_view key, schema::TableName name,
                                std::optional<std::string_view> value) {
  if (!value) {
    table_structures_.erase(name);
    return {};
  }
  auto hash = parse_pointer(*value);
  if (!hash) return malformed(key, hash.error().message());
  table_structures_.insert_or_assign(std::move(name), std::move(*hash));
  return {};
}

Status StateLoader::apply_database(std::string_view key, std::string_view name,
                                   std::optional<std::string_view> value) {
  if (!value) {
    database_collations_.erase(std::string(name));
    return {};
  }
  rapidjson::Document document;
  const rapidjson::Value* collation = nullptr;
  if (parse_json(*value, document) && document.IsObject()) collation = find(document, "collation");
  if (collation == nullptr || !collation->IsUint()) return malformed(key, "has no \"collation\"");
  database_collations_.insert_or_assign(std::string(name), collation->GetUint());
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

Result<SourceState> StateLoader::finish() && {
  for (const auto& [name, collation] : database_collations_) {
    state_.catalog.put_database(name, collation);
  }
  // A thousand tenants share a structure: it is parsed once, and only the name differs.
  std::map<std::string_view, schema::TableSchemaPtr> parsed;
  for (const auto& [name, hash] : table_structures_) {
    schema::TableSchemaPtr& structure = parsed[hash];
    if (structure != nullptr) {
      state_.catalog.put_shared(name, structure);
      continue;
    }
    const auto stored = structures_.find(hash);
    if (stored == structures_.end()) {
      return definite_error("table " + name.to_text() + " has the structure " + hash +
                            ", which is not in the state store");
    }
    auto table = schema::parse_structure(name, stored->second);
    if (!table) return malformed(structure_key(source_, hash), table.error().message());
    state_.catalog.put(name, *table);
    structure = state_.catalog.find(name);
  }
  return std::move(state_);
}

}  // namespace millrace::state

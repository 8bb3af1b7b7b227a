#include "millrace/state/schema_history.h"

#include <charconv>
#include <memory>
#include <optional>
#include <utility>

#include "millrace/ddl/statement.h"
#include "millrace/schema/history_table.h"
#include "state/json.h"

namespace millrace::state {
namespace {

// Names of servers kept for the error message.
constexpr std::size_t kMaxOtherServers = 20;
constexpr std::size_t kQuotedBytes = 300;

std::string text_of(const rapidjson::Value& object, const char* name) {
  const auto* value = find(object, name);
  return value != nullptr && value->IsString() ? std::string(view(*value)) : std::string();
}

bool flag_of(const rapidjson::Value& object, const char* name, bool fallback) {
  const auto* value = find(object, name);
  return value != nullptr && value->IsBool() ? value->GetBool() : fallback;
}

std::optional<std::uint32_t> number_of(const rapidjson::Value& object, const char* name) {
  const auto* value = find(object, name);
  if (value == nullptr || !value->IsUint()) return std::nullopt;
  return value->GetUint();
}

std::vector<std::string> texts_of(const rapidjson::Value& object, const char* name) {
  std::vector<std::string> texts;
  const auto* array = find(object, name);
  if (array == nullptr || !array->IsArray()) return texts;
  for (const auto& element : array->GetArray()) {
    if (element.IsString()) texts.emplace_back(view(element));
  }
  return texts;
}

// "\"shop\".\"orders\"": a quote inside a name is doubled.
std::optional<schema::TableName> parse_id(std::string_view id) {
  std::vector<std::string> parts;
  std::size_t i = 0;
  while (i < id.size()) {
    if (id[i] != '"') return std::nullopt;
    std::string part;
    for (++i;; ++i) {
      if (i >= id.size()) return std::nullopt;
      if (id[i] == '"' && (i + 1 == id.size() || id[i + 1] != '"')) break;
      if (id[i] == '"') ++i;
      part += id[i];
    }
    parts.push_back(std::move(part));
    ++i;
    if (i < id.size() && (id[i] != '.' || ++i == id.size())) return std::nullopt;
  }
  if (parts.size() != 2) return std::nullopt;
  return schema::TableName{parts[0], parts[1]};
}

schema::HistoryColumn parse_column(const rapidjson::Value& json) {
  schema::HistoryColumn column;
  column.name = text_of(json, "name");
  column.type_name = text_of(json, "typeName");
  column.charset_name = text_of(json, "charsetName");
  column.length = number_of(json, "length");
  column.scale = number_of(json, "scale");
  column.is_optional = flag_of(json, "optional", true);
  column.is_auto_incremented = flag_of(json, "autoIncremented", false);
  column.is_generated = flag_of(json, "generated", false);
  column.comment = text_of(json, "comment");
  column.enum_values = texts_of(json, "enumValues");
  const auto* fallback = find(json, "defaultValueExpression");
  if (fallback != nullptr && fallback->IsString()) column.default_value = view(*fallback);
  return column;
}

Result<schema::TableSchemaPtr> parse_table(const schema::TableName& name,
                                           const rapidjson::Value* json) {
  const auto* columns = json != nullptr && json->IsObject() ? find(*json, "columns") : nullptr;
  if (columns == nullptr || !columns->IsArray()) {
    return definite_error("the change of " + name.to_text() + " has no columns");
  }
  schema::HistoryTable table;
  table.name = name;
  table.default_charset_name = text_of(*json, "defaultCharsetName");
  table.key_column_names = texts_of(*json, "primaryKeyColumnNames");
  for (const auto& column : columns->GetArray()) {
    if (!column.IsObject()) return definite_error("a column of " + name.to_text() + " is none");
    table.columns.push_back(parse_column(column));
  }
  MILLRACE_ASSIGN_OR_RETURN(schema::TableSchema schema, schema::table_from_history(table));
  return std::make_shared<const schema::TableSchema>(std::move(schema));
}

// "mysql-bin.000012" as base and number.
std::pair<std::string_view, std::uint64_t> file_parts(std::string_view file) {
  const auto dot = file.rfind('.');
  if (dot == std::string_view::npos) return {file, 0};
  std::uint64_t number = 0;
  std::from_chars(file.data() + dot + 1, file.data() + file.size(), number);
  return {file.substr(0, dot), number};
}

}  // namespace

// One record of the history, parsed.
class SchemaHistory::Record {
 public:
  Status parse(std::string_view json) {
    if (!parse_json(json, document_) || !document_.IsObject()) {
      return definite_error("is not a JSON object");
    }
    const auto* source = find(document_, "source");
    position_ = find(document_, "position");
    if (source == nullptr || !source->IsObject() || position_ == nullptr ||
        !position_->IsObject()) {
      return definite_error("has no \"source\" and \"position\"");
    }
    server_ = text_of(*source, "server");
    return {};
  }

  const std::string& server() const { return server_; }
  std::string ddl() const { return text_of(document_, "ddl"); }
  std::string database() const { return text_of(document_, "databaseName"); }
  const rapidjson::Value* changes() const {
    const auto* changes = find(document_, "tableChanges");
    return changes != nullptr && changes->IsArray() ? changes : nullptr;
  }

  // Whether the offset is behind this record's statement.
  Result<bool> is_within(const Offset& offset) const {
    const auto* gtids = find(*position_, "gtids");
    if (gtids == nullptr || !gtids->IsString()) {
      // GTIDs are switched on once: a record without is older than any offset with.
      return offset.has_gtids || !stands_behind(offset);
    }
    if (!offset.has_gtids) return false;
    MILLRACE_ASSIGN_OR_RETURN(const gtid::GtidSet set, gtid::GtidSet::parse(view(*gtids)));
    if (!set.is_subset_of(offset.gtids)) return false;
    return set != offset.gtids || is_snapshot() || stands_before(offset);
  }

 private:
  bool is_snapshot() const {
    const auto* snapshot = find(*position_, "snapshot");
    if (snapshot == nullptr || snapshot->IsFalse()) return false;
    return !snapshot->IsString() || view(*snapshot) != "false";
  }

  std::int64_t number(const char* name) const {
    const auto* value = find(*position_, name);
    return value != nullptr && value->IsInt64() ? value->GetInt64() : 0;
  }

  // Negative before the offset's position, positive behind it. Files of other names are another server's: their time
  // has to do.
  int compare(const Offset& offset) const {
    const std::string file = text_of(*position_, "file");
    const auto [base, file_number] = file_parts(file);
    const auto [offset_base, offset_number] = file_parts(offset.position.file);
    if (base != offset_base) return number("ts_sec") <= offset.ts_sec ? -1 : 1;
    if (file_number != offset_number) return file_number < offset_number ? -1 : 1;
    const auto pos = static_cast<std::uint64_t>(number("pos"));
    if (pos == offset.position.offset) return 0;
    return pos < offset.position.offset ? -1 : 1;
  }
  bool stands_behind(const Offset& offset) const { return compare(offset) > 0; }
  bool stands_before(const Offset& offset) const { return compare(offset) < 0; }

  rapidjson::Document document_;
  const rapidjson::Value* position_ = nullptr;
  std::string server_;
};

SchemaHistory::SchemaHistory(std::string server, Offset offset, Captures captures)
    : server_(std::move(server)), offset_(std::move(offset)), captures_(std::move(captures)) {}

Status SchemaHistory::apply(std::string_view json) {
  ++records_;
  const auto malformed = [&](const Error& error) {
    return error.with_context("schema history record " + std::string(json.substr(0, kQuotedBytes)));
  };
  Record record;
  if (const Status parsed = record.parse(json); !parsed) return malformed(parsed.error());
  if (record.server() != server_) {
    if (other_servers_.size() < kMaxOtherServers) other_servers_.insert(record.server());
    return {};
  }
  ++own_records_;
  const auto within = record.is_within(offset_);
  if (!within) return malformed(within.error());
  if (!*within) return {};
  ++applied_;
  if (const Status applied = apply_changes(record); !applied) return malformed(applied.error());
  return {};
}

Status SchemaHistory::apply_changes(const Record& record) {
  const auto* changes = record.changes();
  if (changes == nullptr || changes->Empty()) {
    const ddl::Statement statement = ddl::classify_statement(record.ddl(), record.database(), 0);
    if (statement.kind == ddl::StatementKind::kDatabase &&
        statement.first_words.starts_with("DROP")) {
      for (const ddl::TableReference& dropped : statement.tables) {
        std::erase_if(tables_,
                      [&](const auto& table) { return table.first.database == dropped.database; });
      }
    }
    if (changes == nullptr && statement.kind != ddl::StatementKind::kHarmless &&
        statement.kind != ddl::StatementKind::kDatabase) {
      return definite_error(
          "has the statement alone, without the tables that it changed, as versions before 1.0 "
          "wrote it");
    }
    return {};
  }
  for (const auto& change : changes->GetArray()) {
    if (!change.IsObject()) return definite_error("has a table change that is no object");
    const auto name = parse_id(text_of(change, "id"));
    if (!name) return definite_error("names a table in an unknown form");
    const std::string type = text_of(change, "type");
    if (const auto previous = parse_id(text_of(change, "previousId"))) tables_.erase(*previous);
    if (type == "DROP" || !captures_(*name)) {
      tables_.erase(*name);
      continue;
    }
    if (type != "CREATE" && type != "ALTER") {
      return definite_error("has a table change of the unknown type " + type);
    }
    MILLRACE_ASSIGN_OR_RETURN(tables_[*name], parse_table(*name, find(change, "table")));
  }
  return {};
}

Result<std::map<schema::TableName, schema::TableSchemaPtr>> SchemaHistory::finish() && {
  if (applied_ != 0) return std::move(tables_);
  if (own_records_ != 0) {
    return definite_error("the schema history has " + std::to_string(own_records_) +
                          " records of " + server_ + ", all of them behind the offset");
  }
  std::string others;
  for (const std::string& other : other_servers_) others += (others.empty() ? "" : ", ") + other;
  return definite_error("the schema history has no record of " + server_ + " among its " +
                        std::to_string(records_) +
                        (others.empty() ? "" : "; those it has are of topic.prefix " + others));
}

}  // namespace millrace::state

#include "daemon/snapshot_signals.h"

#include <rapidjson/document.h>

#include <algorithm>
#include <cctype>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "millrace/transform/table_filter.h"

namespace millrace::daemon {
namespace {

using pipeline::SnapshotOrder;
using What = SnapshotOrder::What;
using Json = rapidjson::Value;

constexpr unsigned kParseFlags =
    rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag;

std::optional<What> what_of(std::string_view type) {
  if (type == "execute-snapshot") return What::kExecute;
  if (type == "stop-snapshot") return What::kStop;
  if (type == "pause-snapshot") return What::kPause;
  if (type == "resume-snapshot") return What::kResume;
  return std::nullopt;
}

const Json* find(const Json& object, const char* name) {
  const auto member = object.FindMember(name);
  return member == object.MemberEnd() || member->value.IsNull() ? nullptr : &member->value;
}

Result<std::string> text_of(const Json& object, const char* name) {
  const Json* value = find(object, name);
  if (value == nullptr) return std::string();
  if (!value->IsString())
    return definite_error("has a \"" + std::string(name) + "\" that is no string");
  return std::string(value->GetString(), value->GetStringLength());
}

// Regular expressions of "db.table", as in table.include.list.
Result<SnapshotOrder::Picks> picks_of(std::vector<std::string> patterns) {
  transform::TableFilterOptions options;
  options.table_include = std::move(patterns);
  options.table_include_property = "data-collections";
  options.ignore_builtin = false;
  MILLRACE_ASSIGN_OR_RETURN(transform::TableFilter filter,
                            transform::TableFilter::compile(options));
  return SnapshotOrder::Picks(
      [shared = std::make_shared<const transform::TableFilter>(std::move(filter))](
          const schema::TableName& name) { return shared->captures(name); });
}

Status read_collections(const Json& data, SnapshotOrder& order) {
  const Json* list = find(data, "data-collections");
  if (list == nullptr) return {};
  if (!list->IsArray()) return definite_error("has \"data-collections\" that are no array");
  for (const Json& each : list->GetArray()) {
    if (!each.IsString() || each.GetStringLength() == 0) {
      return definite_error("has \"data-collections\" with an element that is no name");
    }
    SnapshotOrder::Collection& collection = order.collections.emplace_back();
    collection.text.assign(each.GetString(), each.GetStringLength());
    MILLRACE_ASSIGN_OR_RETURN(collection.picks, picks_of({collection.text}));
  }
  return {};
}

Status read_conditions(const Json& data, SnapshotOrder& order) {
  // The older form, for all tables.
  MILLRACE_ASSIGN_OR_RETURN(std::string common, text_of(data, "additional-condition"));
  if (const Json* list = find(data, "additional-conditions"); list != nullptr) {
    if (!list->IsArray()) return definite_error("has \"additional-conditions\" that are no array");
    for (const Json& each : list->GetArray()) {
      if (!each.IsObject()) {
        return definite_error("has \"additional-conditions\" with an element that is no object");
      }
      MILLRACE_ASSIGN_OR_RETURN(std::string collection, text_of(each, "data-collection"));
      MILLRACE_ASSIGN_OR_RETURN(std::string filter, text_of(each, "filter"));
      if (collection.empty() || filter.empty()) {
        return definite_error(
            "has \"additional-conditions\" with an element that lacks its \"data-collection\" or "
            "its \"filter\"");
      }
      MILLRACE_ASSIGN_OR_RETURN(SnapshotOrder::Picks picks, picks_of({std::move(collection)}));
      order.conditions.emplace_back(std::move(picks), std::move(filter));
    }
  }
  if (!common.empty()) {
    order.conditions.emplace_back([](const schema::TableName&) { return true; }, std::move(common));
  }
  return {};
}

Status read_kind(const Json& data, SnapshotOrder& order) {
  MILLRACE_ASSIGN_OR_RETURN(const std::string given, text_of(data, "type"));
  std::string type = given;
  std::ranges::transform(type, type.begin(), [](unsigned char c) { return std::tolower(c); });
  if (type.empty() || type == "incremental") {
    order.kind = state::SnapshotTable::Kind::kIncremental;
  } else if (type == "blocking") {
    order.kind = state::SnapshotTable::Kind::kBlocking;
  } else {
    return definite_error("has the \"type\" " + given +
                          ", which is neither incremental nor blocking");
  }
  return {};
}

}  // namespace

Result<std::optional<SnapshotOrder>> parse_snapshot_order(const Signal& signal) {
  const auto what = what_of(signal.type);
  if (!what) return std::optional<SnapshotOrder>();
  rapidjson::Document data(rapidjson::kObjectType);
  if (!signal.data.empty()) {
    data.Parse<kParseFlags>(signal.data.data(), signal.data.size());
    if (data.HasParseError() || !data.IsObject()) {
      return definite_error("has data that are no JSON object");
    }
  }
  SnapshotOrder order;
  order.what = *what;
  order.id = signal.id;
  MILLRACE_RETURN_IF_ERROR(read_kind(data, order));
  MILLRACE_RETURN_IF_ERROR(read_collections(data, order));
  MILLRACE_RETURN_IF_ERROR(read_conditions(data, order));
  MILLRACE_ASSIGN_OR_RETURN(order.surrogate_key, text_of(data, "surrogate-key"));
  if (order.what == What::kExecute && order.collections.empty()) {
    return definite_error("needs data with \"data-collections\": [\"db.table\", ...]");
  }
  return std::optional(std::move(order));
}

}  // namespace millrace::daemon

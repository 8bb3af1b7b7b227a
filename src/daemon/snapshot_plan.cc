#include "daemon/snapshot_plan.h"

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <set>
#include <utility>

#include "daemon/start_point.h"

namespace millrace::daemon {
namespace {

using config::SnapshotMode;
using state::SnapshotTable;

struct Wishes {
  bool at_first = false;   // without an offset
  bool at_purged = false;  // when the server can't go on from the offset
  bool always = false;     // at every start
  bool streams = true;
};

Wishes wishes_of(const config::SnapshotConfig& config) {
  switch (config.mode) {
    case SnapshotMode::kInitial:
      return {true, false, false, true};
    case SnapshotMode::kInitialOnly:
      return {true, false, false, false};
    case SnapshotMode::kWhenNeeded:
      return {true, true, false, true};
    case SnapshotMode::kAlways:
      return {true, false, true, true};
    case SnapshotMode::kConfigurationBased:
      return {config.reads_data, config.reads_data && config.on_data_error, config.reads_data,
              config.streams};
    case SnapshotMode::kNoData:
    case SnapshotMode::kRecovery:
      break;
  }
  return {};
}

// The lists of a configuration, by their properties.
template <typename Source, typename Visit>
void for_each_list(Source& source, const Visit& visit) {
  visit("database.include.list", source.database_include);
  visit("database.exclude.list", source.database_exclude);
  visit("table.include.list", source.table_include);
  visit("table.exclude.list", source.table_exclude);
}

}  // namespace

std::string why_not_live(const mysql::ServerFacts& facts) {
  if (facts.gtid_mode == "ON") return {};
  return "a snapshot of a server that changes meanwhile needs gtid_mode=ON, and it is " +
         (facts.gtid_mode.empty() ? "OFF" : facts.gtid_mode) +
         ": switch it ON, or read a frozen copy (snapshot.clone.*), or set snapshot.mode: no_data";
}

Result<SnapshotDecision> decide_snapshot(const config::SnapshotConfig& config,
                                         const state::SourceState& state,
                                         const mysql::ServerFacts& facts) {
  SnapshotDecision decision;
  const Wishes wishes = wishes_of(config);
  decision.stops_after = !wishes.streams;
  const bool goes_on = state.snapshot.has_value();
  if (!state.offset) {
    decision.begins = wishes.at_first;
    decision.renews_offset = true;
  } else if (wishes.at_purged && state.offset->own && !check_offset(*state.offset, facts)) {
    decision.begins = true;
    decision.renews_offset = true;
  } else {
    decision.begins = wishes.always && !goes_on;
    decision.ends = decision.stops_after && !goes_on && !decision.begins;
    decision.renews_catalog = config.mode == SnapshotMode::kRecovery && state.offset->own;
  }
  if (!decision.begins) return decision;
  decision.reads_copy = config.clone.is_given();
  if (decision.reads_copy) return decision;
  if (std::string why = why_not_live(facts); !why.empty()) return definite_error(std::move(why));
  return decision;
}

Status apply_overrides(const config::SnapshotConfig& config, const schema::Catalog& catalog,
                       const std::function<bool(const schema::TableName&)>& wanted,
                       std::vector<SnapshotTable>& tables) {
  std::set<std::string> unknown;
  for (const auto& [name, select] : config.select_overrides) unknown.insert(name);
  if (!unknown.empty()) {
    catalog.for_each([&](const schema::TableName& name, const schema::TableSchemaPtr&) {
      if (wanted(name)) unknown.erase(name.to_text());
    });
  }
  if (!unknown.empty()) {
    return definite_error("snapshot.select.statement.overrides names " + *unknown.begin() +
                          ", which is no table that the snapshot reads");
  }
  for (SnapshotTable& table : tables) {
    const auto select = config.select_overrides.find(table.name.to_text());
    if (select != config.select_overrides.end() && table.signal_id.empty()) {
      table.select = select->second;
    }
  }
  return {};
}

std::vector<SnapshotTable> plan_tables(
    const config::SnapshotConfig& config, const schema::Catalog& catalog,
    const std::function<bool(const schema::TableName&)>& wanted,
    const std::map<schema::TableName, std::uint64_t>& estimates) {
  std::vector<SnapshotTable> tables;
  catalog.for_each([&](const schema::TableName& name, const schema::TableSchemaPtr&) {
    if (!wanted(name)) return;
    SnapshotTable& table = tables.emplace_back();
    table.name = name;
    if (const auto rows = estimates.find(name); rows != estimates.end()) {
      table.estimate = rows->second;
    }
  });
  if (config.order != config::TableOrder::kAsListed) {
    const bool smallest_first = config.order == config::TableOrder::kSmallestFirst;
    std::ranges::stable_sort(tables, [&](const SnapshotTable& a, const SnapshotTable& b) {
      return smallest_first ? a.estimate < b.estimate : a.estimate > b.estimate;
    });
  }
  for (std::size_t i = 0; i < tables.size(); ++i) tables[i].order = i;
  return tables;
}

std::string captured_text(const config::SourceConfig& source) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  writer.StartObject();
  for_each_list(source, [&](const char* property, const std::vector<std::string>& patterns) {
    if (patterns.empty()) return;
    writer.Key(property);
    writer.StartArray();
    for (const std::string& pattern : patterns) writer.String(pattern);
    writer.EndArray();
  });
  writer.Key("table.ignore.builtin");
  writer.Bool(source.ignore_builtin_tables);
  writer.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

Result<transform::TableFilter> parse_captured(const std::string& text) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(text.data(), text.size());
  if (document.HasParseError() || !document.IsObject()) {
    return definite_error("what was captured before is remembered as \"" + text +
                          "\", which is no JSON object");
  }
  transform::TableFilterOptions options;
  for_each_list(options, [&](const char* property, std::vector<std::string>& patterns) {
    const auto list = document.FindMember(property);
    if (list == document.MemberEnd() || !list->value.IsArray()) return;
    for (const auto& each : list->value.GetArray()) {
      if (each.IsString()) patterns.emplace_back(each.GetString(), each.GetStringLength());
    }
  });
  const auto builtin = document.FindMember("table.ignore.builtin");
  options.ignore_builtin = builtin == document.MemberEnd() || !builtin->value.IsFalse();
  return transform::TableFilter::compile(options);
}

}  // namespace millrace::daemon

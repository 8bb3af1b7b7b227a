#include "integration/transforms/chains.h"

#include <utility>

namespace millrace::testing {
namespace {

using Options = std::map<std::string, std::string>;

const std::string kKafka = "org.apache.kafka.connect.transforms.";
const std::string kDebezium = "io.debezium.transforms.";

struct Link {
  std::string type;
  Options options;
};

// `transforms` with the names t0, t1 ..., over the properties given. NULL stays NULL in all of them.
Chain chain(std::string name, std::size_t records, const std::vector<Link>& links,
            Options properties = {}) {
  properties["value.converter"] = properties["key.converter"] =
      "org.apache.kafka.connect.json.JsonConverter";
  properties.try_emplace("key.converter.schemas.enable", "false");
  properties.try_emplace("value.converter.schemas.enable", "false");
  bool adds_headers = false;
  for (std::size_t i = 0; i < links.size(); ++i) {
    adds_headers = adds_headers || links[i].options.contains("add.headers");
    const std::string transform = "t" + std::to_string(i);
    properties["transforms"] += (i == 0 ? "" : ",") + transform;
    properties["transforms." + transform + ".type"] = links[i].type;
    for (const auto& [option, value] : links[i].options)
      properties["transforms." + transform + "." + option] = value;
  }
  return {std::move(name), std::move(properties), records, adds_headers};
}

Link unless_tombstone(Link link) {
  link.options["predicate"] = "tombstone";
  link.options["negate"] = "true";
  return link;
}

// What these chains need of a table, the outbox doesn't have.
const Options kOrders = {{"table.include.list", R"(shop\.orders_\d)"}};
const Options kTombstone = {{"table.include.list", R"(shop\.orders_\d)"},
                            {"predicates", "tombstone"},
                            {"predicates.tombstone.type", kKafka + "predicates.RecordIsTombstone"}};

Options with_schemas(Options properties) {
  properties["key.converter.schemas.enable"] = "true";
  properties["value.converter.schemas.enable"] = "true";
  return properties;
}

Link unwrap(Options options) { return {kDebezium + "ExtractNewRecordState", std::move(options)}; }

std::vector<Chain> all_chains() {
  const Options kKeepNull = {{"replace.null.with.default", "false"}};
  const auto keeping_null = [&](Options options) {
    options.insert(kKeepNull.begin(), kKeepNull.end());
    return options;
  };
  const Link reroute = {kKafka + "RegexRouter",
                        {{"regex", R"(([^.]+)\.shop\.(.*))"}, {"replacement", "$1.flat.$2"}}};
  const std::vector<Link> fields = {
      unwrap({{"delete.tombstone.handling.mode", "delete-to-tombstone"}}),
      unless_tombstone({kKafka + "ReplaceField$Value",
                        keeping_null({{"exclude", "note"}, {"renames", "amount:total"}})}),
      unless_tombstone({kKafka + "MaskField$Value", keeping_null({{"fields", "name,count"}})}),
      unless_tombstone({kKafka + "TimestampConverter$Value",
                        keeping_null({{"field", "made"},
                                      {"target.type", "string"},
                                      {"format", "yyyy-MM-dd HH:mm:ss.SSS"}})}),
      unless_tombstone({kKafka + "TimestampConverter$Value",
                        keeping_null({{"field", "seen"},
                                      {"target.type", "unix"},
                                      {"unix.precision", "seconds"},
                                      {"format", "yyyy-MM-dd'T'HH:mm:ss'Z'"}})}),
      {kKafka + "InsertField$Value",
       keeping_null({{"static.field", "origin"}, {"static.value", "mysql"}})},
      unless_tombstone({kKafka + "ValueToKey", keeping_null({{"fields", "id,total"}})}),
      {kKafka + "InsertHeader", {{"header", "app"}, {"value.literal", "shop"}}}};
  return {
      chain("unwrap", 16, {unwrap({})}),
      chain(
          "rewrite", 44,
          {unwrap({{"delete.tombstone.handling.mode", "rewrite-with-tombstone"},
                   {"add.fields", "op,table,source.ts_ms,gtid,pos,row,id,transaction.total_order"},
                   {"add.headers", "op,db,source.file:file"}}),
           reroute},
          with_schemas({{"provide.transaction.metadata", "true"}})),
      chain(
          "route", 10,
          {unwrap({{"route.by.field", "name"}}),
           {kKafka + "RegexRouter", {{"regex", "(topic_.*)"}, {"replacement", "PREFIX.named.$1"}}}},
          kOrders),
      chain("shards", 20,
            {{kDebezium + "ByLogicalTableRouter",
              {{"topic.regex", R"((.*)\.shop\.orders_\d)"},
               {"topic.replacement", "$1.shop.orders"},
               {"key.field.name", "shard"},
               {"key.field.regex", R"(.*_(\d))"},
               {"key.field.replacement", "$1"}}}},
            with_schemas({})),
      chain(
          "shards_unwrapped", 16,
          {{kDebezium + "ByLogicalTableRouter",
            {{"topic.regex", R"((.*)\.shop\.orders_\d)"}, {"topic.replacement", "$1.shop.orders"}}},
           unwrap({{"delete.tombstone.handling.mode", "rewrite"}})}),
      chain("fields", 10, fields, kTombstone),
      chain("fields_with_schemas", 10, fields, with_schemas(kTombstone)),
      chain("envelope", 13,
            {{kKafka + "Filter", {{"predicate", "second"}}},
             {kKafka + "InsertField$Value",
              keeping_null(
                  {{"topic.field", "topic"}, {"static.field", "dc"}, {"static.value", "eu"}})},
             {kKafka + "ReplaceField$Value", keeping_null({{"exclude", "before,transaction"}})},
             {kKafka + "DropHeaders", {{"headers", "__debezium.newkey"}}}},
            with_schemas({{"predicates", "second"},
                          {"predicates.second.type", kKafka + "predicates.TopicNameMatches"},
                          {"predicates.second.pattern", R"(.*\.orders_2)"}})),
      chain("keys", 6,
            {{kKafka + "ExtractField$Key", {{"field", "id"}}},
             {kKafka + "ExtractField$Value", {{"field", "after"}}}},
            {{"table.include.list", R"(shop\.orders_1)"}}),
      chain("outbox", 4,
            {{kDebezium + "outbox.EventRouter",
              {{"table.fields.additional.placement", "type:header:eventType,made:header"},
               {"route.topic.replacement", "PREFIX.event.${routedByValue}"},
               {"table.field.event.timestamp", "made"}}}},
            {{"table.include.list", R"(shop\.outbox)"}}),
      chain("outbox_envelope", 4,
            {{kDebezium + "outbox.EventRouter",
              {{"table.fields.additional.placement",
                "type:envelope:eventType,made:envelope,slot:partition"},
               {"route.topic.replacement", "PREFIX.event.${routedByValue}"},
               {"table.expand.json.payload", "true"},
               {"route.tombstone.on.empty.payload", "true"}}}},
            {{"table.include.list", R"(shop\.outbox)"},
             {"topic.creation.default.partitions", "3"},
             {"topic.creation.default.replication.factor", "1"}}),
  };
}

}  // namespace

const std::vector<Chain>& chains() {
  static const std::vector<Chain> all = all_chains();
  return all;
}

}  // namespace millrace::testing

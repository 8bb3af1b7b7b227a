#include "integration/snapshots/peers.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <fstream>
#include <regex>
#include <sstream>
#include <stdexcept>

#include "support/configuration.h"
#include "support/json_text.h"

namespace millrace::testing {
namespace {

using std::chrono::seconds;

constexpr const char* kDatabase = "peers";
constexpr const char* kRowsPerSecond = "400";  // so that there is time for signals meanwhile

std::string without_prefix(std::string text, const std::string& peer) {
  for (std::size_t at = text.find(peer); at != std::string::npos; at = text.find(peer, at)) {
    text.replace(at, peer.size(), "*");
  }
  return text;
}

// Clocks and versions; of reads that stand beside the stream the place in the binlog, of which only remains whether it is
// told; the spaces that Debezium leaves in a document that it reads by SELECT, and not in one from the binlog.
std::string settled(std::string text) {
  static const std::regex version("\"version\":\"[^\"]*\"");
  static const std::regex clock(R"re("ts_(ms|us|ns)":\d+)re");
  static const std::regex gtid(R"re("gtid":"[^"]*")re");
  static const std::regex number(R"re("(server_id|pos|thread)":[1-9]\d*)re");
  static const std::regex space(R"re((\\":|\d,) )re");
  text = std::regex_replace(text, version, "\"version\":\"\"");
  text = std::regex_replace(text, clock, "\"ts_$1\":0");
  text = std::regex_replace(text, space, "$1");
  if (!std::regex_search(text, gtid)) return text;
  text = std::regex_replace(text, gtid, "\"gtid\":\"told\"");
  return std::regex_replace(text, number, "\"$1\":1");
}

std::string without_random_id(const std::string& text) {
  static const std::regex id(R"re([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})re");
  return std::regex_replace(text, id, "<uuid>");
}

// "ops.signals,b,a" -> "a,b": Debezium names the table of signals, which it doesn't read, and the others in any order.
std::string sorted(const std::string& names) {
  std::vector<std::string> all;
  std::istringstream stream(names);
  for (std::string name; std::getline(stream, name, ',');) {
    if (!name.starts_with("ops.")) all.push_back(name);
  }
  std::ranges::sort(all);
  std::string text;
  for (const std::string& name : all) text += (text.empty() ? "" : ",") + name;
  return text;
}

// {"a":"1","b":"2"} -> a=1 b=2, in the order of the names
std::string told(const std::string& object, bool is_incremental) {
  auto members = json_members(object);
  std::ranges::sort(members);
  std::string text;
  for (const auto& [name, value] : members) {
    const std::string plain = json_unquote(value);
    const bool is_list = name == "data_collections" && !is_incremental;
    text += " " + name + "=" + (is_list ? sorted(plain) : plain);
  }
  return text;
}

std::string text_of(const std::vector<JsonMember>& members, const char* name) {
  return json_unquote(json_member(members, name).value());
}

std::string end_of(const std::string& log) {
  return log.substr(log.size() > 4000 ? log.size() - 4000 : 0);
}

}  // namespace

Peers::Peers(const std::vector<std::string>& statements)
    : debezium_(folder_.path() / "debezium", debezium_options()),
      millrace_(folder_.path() / "millrace", millrace_configuration()) {
  mysql_.execute({"CREATE DATABASE ops", std::string("CREATE DATABASE ") + kDatabase});
  for (const char* peer : {kDebezium, kMillrace}) {
    mysql_.execute({std::string("CREATE TABLE ops.signals_") + peer +
                    " (id VARCHAR(42) PRIMARY KEY, type VARCHAR(32), data TEXT)"});
    produce(signal_topic(peer), "nobody", "{}");  // makes the topic
  }
  SqlClient client = mysql_.root();
  client.execute(std::string("USE ") + kDatabase);
  client.execute("SET SESSION time_zone = '+00:00'");
  for (const std::string& statement : statements) client.execute(statement);
  debezium_.start();
  millrace_.start();
  if (!millrace_.wait_for_state(kMillrace, "RUNNING")) {
    throw std::runtime_error("Millrace doesn't run: " + end_of(millrace_.log()));
  }
}

std::string Peers::signal_file(const std::string& peer) const {
  return (folder_.path() / ("signals_" + peer)).string();
}

std::map<std::string, std::string> Peers::properties_of(const std::string& peer) const {
  return {{"topic.prefix", peer},
          {"snapshot.mode", "initial"},
          {"database.include.list", kDatabase},
          {"include.schema.changes", "false"},
          {"extended.headers.enabled", "false"},
          {"incremental.snapshot.chunk.size", "5"},
          {"notification.enabled.channels", "sink"},
          {"notification.sink.topic.name", "notes_" + peer},
          {"signal.enabled.channels", "source,kafka,file"},
          {"signal.data.collection", "ops.signals_" + peer},
          {"signal.kafka.topic", signal_topic(peer)},
          {"signal.kafka.groupId", "signals_" + peer},
          {"signal.kafka.bootstrap.servers", kafka_.bootstrap()},
          {"signal.file", signal_file(peer)},
          {"signal.poll.interval.ms", "100"}};
}

DebeziumOptions Peers::debezium_options() const {
  DebeziumOptions options;
  options.bootstrap = kafka_.bootstrap();
  options.mysql_port = mysql_.port();
  options.heap = "800m";
  options.connector = properties_of(kDebezium);
  options.connector["name"] = kDebezium;
  return options;
}

std::string Peers::millrace_configuration() const {
  SourceText source{.name = kMillrace,
                    .database = kDatabase,
                    .mysql_port = mysql_.port(),
                    .properties = properties_of(kMillrace)};
  source.properties["snapshot.max.rows.per.second"] = kRowsPerSecond;
  return kafka_configuration(kafka_.bootstrap(), source);
}

void Peers::produce(const std::string& topic, const std::string& key,
                    const std::string& value) const {
  char error[512];
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers", kafka_.bootstrap().c_str(), error, sizeof(error));
  rd_kafka_t* producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof(error));
  if (producer == nullptr) throw std::runtime_error(error);
  rd_kafka_producev(producer, RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_PARTITION(0),
                    RD_KAFKA_V_KEY(key.data(), key.size()),
                    RD_KAFKA_V_VALUE(const_cast<char*>(value.data()), value.size()),
                    RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
  const auto flushed = rd_kafka_flush(producer, 30000);
  rd_kafka_destroy(producer);
  if (flushed != RD_KAFKA_RESP_ERR_NO_ERROR) throw std::runtime_error("nothing was produced");
}

void Peers::send(const std::string& peer, Channel channel, const std::string& id,
                 const std::string& type, const std::string& data) {
  if (channel != Channel::kSource) {
    send_raw(peer, channel,
             R"({"id":")" + id + R"(","type":")" + type + R"(","data":)" + data + "}");
    return;
  }
  std::string literal;
  for (const char c : data) {
    if (c == '\\' || c == '\'') literal += '\\';
    literal += c;
  }
  mysql_.execute({"INSERT INTO ops.signals_" + peer + " VALUES ('" + id + "', '" + type + "', '" +
                  literal + "')"});
}

void Peers::send_raw(const std::string& peer, Channel channel, const std::string& text) {
  if (channel == Channel::kKafka) {
    produce(signal_topic(peer), peer, text);
  } else {
    std::ofstream(signal_file(peer), std::ios::app) << text << "\n";
  }
}

std::vector<Message> Peers::messages(const std::string& topic) const {
  std::vector<Message> all = KafkaReader(kafka_.bootstrap()).read(topic);
  const auto seen = seen_.find(topic);
  if (seen != seen_.end())
    std::erase_if(all, [&](const Message& message) { return message.offset < seen->second; });
  return all;
}

std::vector<std::string> Peers::records(const std::string& peer, const std::string& table) const {
  std::vector<std::string> lines;
  for (const Message& message : messages(peer + "." + kDatabase + "." + table)) {
    std::string line =
        message.key.value_or("no key") + " -> " + settled(message.value.value_or("null"));
    for (const auto& [name, value] : message.headers) line += " " + name + "=" + value;
    lines.push_back(without_prefix(std::move(line), peer));
  }
  return lines;
}

std::vector<std::string> Peers::notifications(const std::string& peer) const {
  std::vector<std::string> lines;
  for (const Message& message : messages("notes_" + peer)) {
    const auto members = json_members(message.value.value());
    const std::string key = R"({"id":)" + json_member(members, "id").value() + "}";
    const std::string aggregate = text_of(members, "aggregate_type");
    std::string line =
        text_of(members, "type") + " of " + text_of(members, "id") + ": " + aggregate +
        told(json_member(members, "additional_data").value(), aggregate == "Incremental Snapshot");
    if (message.key != key) line += " under the key " + message.key.value_or("null");
    lines.push_back(without_random_id(without_prefix(std::move(line), peer)));
  }
  return lines;
}

void Peers::forget() {
  const KafkaReader reader(kafka_.bootstrap());
  for (const std::string& topic : reader.topics()) seen_[topic] = reader.end_offset(topic);
}

bool Peers::wait_for(const std::string& peer, const std::string& type) const {
  return eventually(seconds(90), [&] {
    return std::ranges::any_of(
        notifications(peer), [&](const std::string& line) { return line.starts_with(type + " "); });
  });
}

std::string Peers::logs() const {
  return "\n--- Debezium\n" + end_of(debezium_.log()) + "\n--- Millrace\n" +
         end_of(millrace_.log());
}

std::string difference(const std::string& what, const std::vector<std::string>& debezium,
                       const std::vector<std::string>& millrace) {
  if (debezium == millrace) return "";
  std::string text = what + ": " + std::to_string(debezium.size()) + " of Debezium, " +
                     std::to_string(millrace.size()) + " of Millrace\n";
  constexpr std::size_t kMost = 40;
  std::size_t shown = 0;
  for (std::size_t i = 0; i < std::max(debezium.size(), millrace.size()) && shown < kMost; ++i) {
    const std::string left = i < debezium.size() ? debezium[i] : "";
    const std::string right = i < millrace.size() ? millrace[i] : "";
    if (left == right) continue;
    text += "  " + std::to_string(i) + "\n    debezium " + left + "\n    millrace " + right + "\n";
    ++shown;
  }
  return text;
}

}  // namespace millrace::testing

#pragma once

// Debezium 3.6.1 and Millrace beside each other on one server and one broker, each with a prefix, a table of signals, a topic
// of signals and a file of signals of its own: dbz and mil. What they publish is told in lines that can be held against each
// other: without prefix, version, clock and random ids.

#include <map>
#include <string>
#include <vector>

#include "support/daemon_process.h"
#include "support/debezium_runner.h"
#include "support/kafka_reader.h"
#include "support/mini_kafka.h"
#include "support/mini_mysql.h"
#include "support/validators.h"

namespace millrace::testing {

inline constexpr const char* kDebezium = "dbz";
inline constexpr const char* kMillrace = "mil";

enum class Channel { kSource, kKafka, kFile };

class Peers {
 public:
  // Makes the tables of `statements` and starts both; returns when both stream.
  explicit Peers(const std::vector<std::string>& statements);

  void send(const std::string& peer, Channel channel, const std::string& id,
            const std::string& type, const std::string& data);
  // A line as it stands: a message of the topic, or a line of the file.
  void send_raw(const std::string& peer, Channel channel, const std::string& text);

  // What was published behind the last forget().
  std::vector<Message> messages(const std::string& topic) const;
  // Of a data topic: key, value and headers.
  std::vector<std::string> records(const std::string& peer, const std::string& table) const;
  // Of the notifications: type, id, aggregate type and additional data.
  std::vector<std::string> notifications(const std::string& peer) const;
  void forget();

  // Until there is a notification of this type, of those behind the last forget().
  bool wait_for(const std::string& peer, const std::string& type) const;

  SqlClient root() const { return mysql_.root(); }
  DaemonProcess& millrace() { return millrace_; }
  // The ends of both logs.
  std::string logs() const;

 private:
  std::map<std::string, std::string> properties_of(const std::string& peer) const;
  std::string signal_topic(const std::string& peer) const { return peer + "-signal"; }
  std::string signal_file(const std::string& peer) const;
  void produce(const std::string& topic, const std::string& key, const std::string& value) const;
  DebeziumOptions debezium_options() const;
  std::string millrace_configuration() const;

  TempFolder folder_{"peers"};
  MiniMysql mysql_{{.arguments = {"--binlog-row-metadata=FULL"}}};
  MiniKafka kafka_;
  DebeziumRunner debezium_;
  DaemonProcess millrace_;
  std::map<std::string, std::int64_t> seen_;  // end offsets by topic
};

// "" when both are the same; else what differs, with both.
std::string difference(const std::string& what, const std::vector<std::string>& debezium,
                       const std::vector<std::string>& millrace);

}  // namespace millrace::testing

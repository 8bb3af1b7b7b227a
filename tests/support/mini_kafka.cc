#include "support/mini_kafka.h"

#include <librdkafka/rdkafka.h>

#include <stdexcept>

namespace millrace::testing {
namespace {

// Whether the broker answers a metadata request.
bool answers(const std::string& bootstrap) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  char error[200];
  rd_kafka_conf_set(conf, "bootstrap.servers", bootstrap.c_str(), error, sizeof(error));
  rd_kafka_conf_set(conf, "log_level", "0", error, sizeof(error));
  rd_kafka_t* handle = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof(error));
  if (handle == nullptr) return false;
  const struct rd_kafka_metadata* metadata = nullptr;
  const bool ok =
      rd_kafka_metadata(handle, 0, nullptr, &metadata, 1000) == RD_KAFKA_RESP_ERR_NO_ERROR;
  if (ok) rd_kafka_metadata_destroy(metadata);
  rd_kafka_destroy(handle);
  return ok;
}

}  // namespace

MiniKafka::MiniKafka(MiniKafkaOptions options)
    : options_(std::move(options)),
      folder_("kafka"),
      port_(free_port()),
      controller_port_(free_port()) {
  write_properties();
  format_storage();
  if (options_.life == JavaLife::kShort) make_class_archive();
  start();
}

MiniKafka::~MiniKafka() {
  if (process_ != nullptr) process_->kill9();
}

void MiniKafka::write_properties() const {
  const std::string broker = "127.0.0.1:" + std::to_string(port_);
  const std::string controller = "127.0.0.1:" + std::to_string(controller_port_);
  std::map<std::string, std::string> all = {
      {"process.roles", "broker,controller"},
      {"node.id", "1"},
      {"controller.quorum.bootstrap.servers", controller},
      {"listeners", "PLAINTEXT://" + broker + ",CONTROLLER://" + controller},
      {"advertised.listeners", "PLAINTEXT://" + broker + ",CONTROLLER://" + controller},
      {"controller.listener.names", "CONTROLLER"},
      {"inter.broker.listener.name", "PLAINTEXT"},
      {"log.dirs", (folder_.path() / "data").string()},
      {"num.partitions", "1"},
      {"default.replication.factor", "1"},
      {"offsets.topic.replication.factor", "1"},
      {"offsets.topic.num.partitions", "2"},
      {"transaction.state.log.replication.factor", "1"},
      {"transaction.state.log.min.isr", "1"},
      {"transaction.state.log.num.partitions", "2"},
      {"share.coordinator.state.topic.replication.factor", "1"},
      {"share.coordinator.state.topic.min.isr", "1"},
      {"group.initial.rebalance.delay.ms", "0"},
      {"log.cleaner.dedupe.buffer.size", "4000000"}};
  for (const auto& [key, value] : options_.properties) all[key] = value;
  std::string text;
  for (const auto& [key, value] : all) text += key + "=" + value + "\n";
  write_file(folder_.path() / "server.properties", text);
}

void MiniKafka::format_storage() const {
  std::vector<std::string> command = java_command("128m", JavaLife::kShort);
  command.insert(command.end(),
                 {"kafka.tools.StorageTool", "format", "--standalone", "-t",
                  "4L6g3nShT-eMCtK--X86sw", "-c", (folder_.path() / "server.properties").string()});
  const CommandResult formatted = run_command(std::move(command));
  if (formatted.exit_code != 0)
    throw std::runtime_error("Kafka format failed:\n" + formatted.output);
}

// The classes of a broker that has just started are written down when it ends. Made once; a virtual machine that can't
// do it leaves nothing, and the next test tries again.
void MiniKafka::make_class_archive() {
  const FileLock lock(class_archive() + ".lock");
  if (std::filesystem::exists(class_archive())) return;
  const std::string made = class_archive() + ".new";
  launch({"-XX:ArchiveClassesAtExit=" + made});
  stop();
  if (std::filesystem::exists(made)) std::filesystem::rename(made, class_archive());
}

void MiniKafka::start() { launch({}); }

void MiniKafka::launch(std::vector<std::string> java_options) {
  java_options.emplace_back("-XX:+UseSerialGC");
  ChildOptions child;
  child.command = java_command(options_.heap, options_.life);
  child.command.insert(child.command.begin() + 1, java_options.begin(), java_options.end());
  child.command.insert(child.command.end(),
                       {"kafka.Kafka", (folder_.path() / "server.properties").string()});
  child.output = folder_.path() / "kafka.log";
  child.folder = folder_.path();
  process_ = std::make_unique<ChildProcess>(std::move(child));
  const bool up = eventually(std::chrono::seconds(90),
                             [this] { return !process_->running() || answers(bootstrap()); });
  if (!up || !process_->running()) {
    throw std::runtime_error("Kafka did not start:\n" + read_file(folder_.path() / "kafka.log"));
  }
}

void MiniKafka::stop() {
  process_->stop(std::chrono::seconds(60));
  process_.reset();
}

void MiniKafka::kill9() {
  process_->kill9();
  process_.reset();
}

}  // namespace millrace::testing

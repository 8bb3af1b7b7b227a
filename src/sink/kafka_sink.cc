#include "millrace/sink/kafka_sink.h"

#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "millrace/base/mark.h"
#include "sink/kafka_client.h"
#include "sink/kafka_error.h"
#include "sink/kafka_producer.h"
#include "sink/kafka_sink_internal.h"
#include "sink/kafka_state_reader.h"
#include "sink/log.h"
#include "sink/oversized.h"

namespace millrace::sink {
namespace {

using std::chrono::steady_clock;

// For offsets what Kafka Connect creates. More partitions mean that fewer sources share one, and that an open
// transaction of one source holds fewer others up when they start.
constexpr int kStatePartitions = 25;
// A structure of 4,096 columns with labels passes the default limit of 1 MiB; 8 MiB is the most that some managed
// clusters allow.
constexpr const char* kStateMaxMessageBytes = "8388608";
// librdkafka's own.
constexpr std::uint64_t kDefaultBatchBytes = 1000000;
// A topic's handle takes a few KiB in librdkafka, and a source may have a million tables.
constexpr std::size_t kMaxOpenTopics = 8192;
constexpr std::uint64_t kRecentCommits = 256;

// A topic that records went to.
struct OpenTopic {
  TopicHandle handle;
  std::uint64_t limit = 0;
  std::string_view limit_name;
  std::uint64_t last_commit = 0;  // number of the commit that used it
};

class KafkaSink final : public Sink {
 public:
  KafkaSink(KafkaSinkOptions options, MakeTopics make_topics)
      : options_(std::move(options)), make_topics_(std::move(make_topics)) {
    if (!options_.statistics) options_.statistics = std::make_shared<Statistics>();
  }
  ~KafkaSink() override { close(); }

  Result<state::SourceState> open() override;
  Status write(encode::RecordBatchPtr batch) override;
  Status write_state(const std::vector<state::StateRecord>& records) override;
  Status commit(const Commit& commit) override;
  std::size_t pending_bytes() const override { return pending_bytes_; }
  void interrupt() override { interrupted_.store(true, std::memory_order_relaxed); }
  void close() override;

 private:
  Status ensure_own_topics();

  Status write_batch(const encode::RecordBatch& batch);
  Result<OpenTopic*> open_topic(const encode::RecordBatch& batch, std::size_t first);
  Status open_topics(const std::vector<std::string>& names);
  void set_limit(OpenTopic& topic, const TopicFacts& facts) const;
  Status handle_oversized(const OpenTopic& topic, const encode::RecordBatch& batch,
                          const encode::Record& record, std::uint64_t size);

  Status send_state(const std::vector<state::StateRecord>& records);
  Status commit_all(const Commit& commit);
  void forget_idle_topics();

  Status usable() const;
  // Passes a status on; after an error the transaction is given up and the sink is done for.
  Status settle(Status status);

  KafkaSinkOptions options_;
  std::atomic<bool> interrupted_{false};
  bool open_ = false;
  // Lent to the producer, so they go after it (close()).
  std::vector<encode::RecordBatchPtr> batches_;
  KafkaProducer producer_{options_, interrupted_};
  MakeTopics make_topics_;
  std::unique_ptr<Topics> admin_;
  std::unordered_map<std::string, OpenTopic> topics_;
  std::int32_t offset_partition_ = 0;
  std::int32_t state_partition_ = 0;
  std::uint64_t commits_ = 0;
  std::uint64_t pending_records_ = 0;
  std::size_t pending_bytes_ = 0;
};

// ---------------------------------------------------------------------------------------------------------------------
// Open.

Result<state::SourceState> KafkaSink::open() {
  MILLRACE_ASSERT(!producer_.running(), "a sink is opened once");
  MILLRACE_RETURN_IF_ERROR(refused_options(options_));
  MILLRACE_RETURN_IF_ERROR(producer_.start());
  admin_ = make_topics_(producer_.client(), interrupted_);
  MILLRACE_RETURN_IF_ERROR(ensure_own_topics());
  MILLRACE_ASSIGN_OR_RETURN(auto stored, read_stored_state(options_, interrupted_));
  if (!stored.state.offset && !options_.former_offset_topic.empty()) {
    KafkaSinkOptions former = options_;
    former.offset_topic = options_.former_offset_topic;
    MILLRACE_ASSIGN_OR_RETURN(StoredState found, read_stored_state(former, interrupted_));
    if (found.state.offset) MILLRACE_MARK("sink.former_offset_topic");
    stored.state = std::move(found.state);
  }
  offset_partition_ = stored.offset_partition;
  state_partition_ = stored.state_partition;
  open_ = true;
  logger()->info("opened the kafka sink source={} exactly_once={} has_offset={} tables={}",
                 options_.source, options_.exactly_once, stored.state.offset.has_value(),
                 stored.state.catalog.table_count());
  return std::move(stored.state);
}

Status KafkaSink::ensure_own_topics() {
  TopicSpec offsets;
  offsets.name = options_.offset_topic;
  offsets.partitions = kStatePartitions;
  offsets.settings = {{"cleanup.policy", "compact"}};
  offsets.compacted = true;
  TopicSpec state = offsets;
  state.name = options_.state_topic;
  state.settings["max.message.bytes"] = kStateMaxMessageBytes;
  std::vector<TopicSpec> specs = {offsets, state};
  if (!options_.former_offset_topic.empty()) {
    specs.push_back(offsets);
    specs.back().name = options_.former_offset_topic;
  }
  MILLRACE_ASSIGN_OR_RETURN(const auto facts, admin_->ensure(specs));
  for (const auto& topic : facts) options_.statistics->topics_created += topic.created ? 1 : 0;
  return {};
}

// ---------------------------------------------------------------------------------------------------------------------
// Write.

Status KafkaSink::write(encode::RecordBatchPtr batch) {
  MILLRACE_RETURN_IF_ERROR(usable());
  pending_bytes_ += batch->bytes.size();
  batches_.push_back(std::move(batch));
  MILLRACE_RETURN_IF_ERROR(settle(write_batch(*batches_.back())));
  marks::crash_point("sink.after_produce");
  return {};
}

Status KafkaSink::write_batch(const encode::RecordBatch& batch) {
  MILLRACE_RETURN_IF_ERROR(producer_.begin());
  // Within a batch a topic keeps its address; from one batch to the next it may not.
  const encode::Topic* last = nullptr;
  OpenTopic* topic = nullptr;
  for (std::size_t i = 0; i < batch.records.size(); ++i) {
    const encode::Record& record = batch.records[i];
    if (record.topic != last) {
      MILLRACE_ASSIGN_OR_RETURN(topic, open_topic(batch, i));
      last = record.topic;
    }
    const std::uint64_t size = wire_size(batch, record);
    if (size > topic->limit) [[unlikely]] {
      MILLRACE_RETURN_IF_ERROR(handle_oversized(*topic, batch, record, size));
      continue;
    }
    MILLRACE_RETURN_IF_ERROR(producer_.send(*topic->handle, batch, record));
    ++pending_records_;
  }
  return producer_.check();
}

// The topic of record `first`. When it is new, all new topics of the rest of the batch are opened with it, so that
// the cluster is asked once.
Result<OpenTopic*> KafkaSink::open_topic(const encode::RecordBatch& batch, std::size_t first) {
  const std::string& name = batch.records[first].topic->name;
  auto it = topics_.find(name);
  if (it == topics_.end()) {
    std::vector<std::string> names;
    std::unordered_set<std::string_view> seen;
    const encode::Topic* last = nullptr;
    for (std::size_t i = first; i < batch.records.size(); ++i) {
      const encode::Topic* topic = batch.records[i].topic;
      if (topic == last) continue;
      last = topic;
      if (!topics_.contains(topic->name) && seen.insert(topic->name).second)
        names.push_back(topic->name);
    }
    MILLRACE_RETURN_IF_ERROR(open_topics(names));
    it = topics_.find(name);
  }
  it->second.last_commit = commits_;
  return &it->second;
}

Status KafkaSink::open_topics(const std::vector<std::string>& names) {
  std::vector<TopicSpec> specs;
  for (const std::string& name : names) {
    const TopicCreation creation =
        options_.topic_creation_of ? options_.topic_creation_of(name) : options_.topic_creation;
    TopicSpec spec;
    spec.name = name;
    spec.partitions = creation.partitions;
    spec.replication_factor = creation.replication_factor;
    spec.settings = creation.settings;
    specs.push_back(std::move(spec));
  }
  MILLRACE_ASSIGN_OR_RETURN(const auto facts, admin_->ensure(specs));
  const std::uint64_t batch_bytes =
      number_property(options_.properties, "batch.size", kDefaultBatchBytes);
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (facts[i].max_message_bytes < batch_bytes) {
      return definite_error("topic " + names[i] + " takes batches of at most " +
                            std::to_string(facts[i].max_message_bytes) +
                            " bytes (max.message.bytes), but the kafka property batch.size is " +
                            std::to_string(batch_bytes) +
                            ": lower batch.size or raise the topic's limit");
    }
    OpenTopic topic;
    topic.handle.reset(rd_kafka_topic_new(&producer_.client(), names[i].c_str(), nullptr));
    if (!topic.handle) return kafka_error(rd_kafka_last_error(), "topic " + names[i]);
    topic.last_commit = commits_;
    set_limit(topic, facts[i]);
    options_.statistics->topics_created += facts[i].created ? 1 : 0;
    topics_.insert_or_assign(names[i], std::move(topic));
  }
  return {};
}

// As kafka_sink.h describes under "Too large".
void KafkaSink::set_limit(OpenTopic& topic, const TopicFacts& facts) const {
  topic.limit = facts.max_message_bytes;
  topic.limit_name = "the topic's max.message.bytes";
  const std::uint64_t own = number_property(options_.properties, "message.max.bytes", 0);
  if (own != 0 && (own < topic.limit || options_.oversized == OversizedPolicy::kFail)) {
    topic.limit = own;
    topic.limit_name = "the kafka property message.max.bytes";
  }
}

Status KafkaSink::handle_oversized(const OpenTopic& topic, const encode::RecordBatch& batch,
                                   const encode::Record& record, std::uint64_t size) {
  const OversizedRecord oversized{.topic = record.topic->name,
                                  .key = batch.view(record.key),
                                  .value = batch.view(record.value),
                                  .has_key = !record.key.absent(),
                                  .size = size,
                                  .limit = topic.limit,
                                  .limit_name = topic.limit_name};
  if (options_.oversized == OversizedPolicy::kFail) {
    MILLRACE_MARK("sink.oversized_fail");
    return definite_error(describe(oversized));
  }
  options_.statistics->oversized.fetch_add(1, std::memory_order_relaxed);
  logger()->error("left out a record that is too large source={} {}", options_.source,
                  describe(oversized));
  if (options_.oversized == OversizedPolicy::kSkip) {
    MILLRACE_MARK("sink.oversized_skip");
    return {};
  }
  MILLRACE_MARK("sink.oversized_dead_letter");
  if (!topics_.contains(options_.dead_letter_topic)) {
    MILLRACE_RETURN_IF_ERROR(open_topics({options_.dead_letter_topic}));
  }
  return producer_.send_copy(options_.dead_letter_topic, RD_KAFKA_PARTITION_UA, record.topic->name,
                             dead_letter(oversized));
}

// ---------------------------------------------------------------------------------------------------------------------
// Commit.

Status KafkaSink::commit(const Commit& commit) {
  MILLRACE_RETURN_IF_ERROR(usable());
  const auto began = steady_clock::now();
  MILLRACE_RETURN_IF_ERROR(settle(commit_all(commit)));
  marks::crash_point("sink.after_commit");
  options_.statistics->count_commit(pending_records_, pending_bytes_, steady_clock::now() - began);
  batches_.clear();
  pending_records_ = 0;
  pending_bytes_ = 0;
  ++commits_;
  forget_idle_topics();
  return {};
}

Status KafkaSink::write_state(const std::vector<state::StateRecord>& records) {
  MILLRACE_RETURN_IF_ERROR(usable());
  return settle(send_state(records));
}

// Without a transaction each step must be durable before the next one speaks of it.
Status KafkaSink::send_state(const std::vector<state::StateRecord>& records) {
  MILLRACE_RETURN_IF_ERROR(producer_.begin());
  if (!options_.exactly_once) MILLRACE_RETURN_IF_ERROR(producer_.flush());
  for (const auto& record : records) {
    MILLRACE_RETURN_IF_ERROR(
        producer_.send_copy(options_.state_topic, state_partition_, record.key, record.value));
  }
  if (!options_.exactly_once && !records.empty()) return producer_.flush();
  return producer_.check();
}

Status KafkaSink::commit_all(const Commit& commit) {
  MILLRACE_RETURN_IF_ERROR(send_state(commit.state));
  MILLRACE_RETURN_IF_ERROR(producer_.send_copy(
      options_.offset_topic, offset_partition_,
      state::offset_key(options_.source, options_.topic_prefix), commit.offset.to_json()));
  marks::crash_point("sink.before_commit");
  return producer_.commit();
}

void KafkaSink::forget_idle_topics() {
  // First those that were idle for long; if that isn't enough, all that this commit didn't use.
  for (const std::uint64_t age : {kRecentCommits, std::uint64_t{1}}) {
    if (topics_.size() <= kMaxOpenTopics) return;
    MILLRACE_MARK("sink.forget_idle_topics");
    std::erase_if(topics_,
                  [&](const auto& entry) { return entry.second.last_commit + age < commits_; });
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// Errors and the end.

Status KafkaSink::usable() const {
  if (interrupted_) return transient_error("the kafka sink was interrupted");
  if (!open_) return transient_error("the kafka sink isn't open, or failed before");
  return {};
}

Status KafkaSink::settle(Status status) {
  if (status) return status;
  open_ = false;
  if (producer_.abort()) {
    MILLRACE_MARK("sink.aborted");
    options_.statistics->aborts.fetch_add(1, std::memory_order_relaxed);
  }
  // That a newer producer took over may come out only now; then it is the reason.
  if (auto fatal = producer_.fatal_error(); fatal && !fatal->is_transient()) return *fatal;
  return status;
}

void KafkaSink::close() {
  open_ = false;
  // Topics belong to the producer; its threads read the batches until it has stopped.
  admin_.reset();
  topics_.clear();
  producer_.stop();
  batches_.clear();
  pending_records_ = 0;
  pending_bytes_ = 0;
}

}  // namespace

std::unique_ptr<Sink> make_kafka_sink(KafkaSinkOptions options, MakeTopics make_topics) {
  return std::make_unique<KafkaSink>(std::move(options), std::move(make_topics));
}

std::unique_ptr<Sink> make_kafka_sink(KafkaSinkOptions options) {
  const auto timeout = options.operation_timeout;
  return make_kafka_sink(std::move(options),
                         [timeout](rd_kafka_t& client, const std::atomic<bool>& interrupted) {
                           return std::make_unique<TopicAdmin>(client, interrupted, timeout);
                         });
}

}  // namespace millrace::sink

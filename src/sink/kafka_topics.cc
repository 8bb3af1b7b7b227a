#include "sink/kafka_topics.h"

#include <algorithm>
#include <charconv>
#include <thread>

#include "millrace/base/mark.h"
#include "sink/kafka_client.h"
#include "sink/kafka_error.h"
#include "sink/log.h"

namespace millrace::sink {
namespace {

// A topic that was just created isn't known to every broker at once.
constexpr std::chrono::milliseconds kPropagationPause{50};
constexpr int kPropagationTries = 40;
// Where the broker has no usable default: what Kafka Connect takes for its own topics, or all brokers there are.
constexpr int kReplicationFactor = 3;

Result<NewTopicHandle> new_topic(const TopicSpec& spec, int replication_factor) {
  char text[256] = "";
  NewTopicHandle topic(rd_kafka_NewTopic_new(spec.name.c_str(), spec.partitions, replication_factor,
                                             text, sizeof(text)));
  if (!topic) return definite_error("topic " + spec.name + " can't be created: " + text);
  for (const auto& [name, value] : spec.settings) {
    const auto code = rd_kafka_NewTopic_set_config(topic.get(), name.c_str(), value.c_str());
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return kafka_error(code,
                         "topic " + spec.name + " can't be created with " + name + "=" + value);
    }
  }
  return topic;
}

}  // namespace

template <typename Send>
Result<EventHandle> TopicAdmin::ask(rd_kafka_admin_op_t operation, std::string_view what,
                                    Send&& send) {
  AdminOptionsHandle options(rd_kafka_AdminOptions_new(&client_, operation));
  char text[256] = "";
  const int timeout_ms = static_cast<int>(timeout_.count());
  rd_kafka_AdminOptions_set_request_timeout(options.get(), timeout_ms, text, sizeof(text));
  if (operation == RD_KAFKA_ADMIN_OP_CREATETOPICS) {
    rd_kafka_AdminOptions_set_operation_timeout(options.get(), timeout_ms, text, sizeof(text));
  }
  QueueHandle queue(rd_kafka_queue_new(&client_));
  send(options.get(), queue.get());
  const Wait wait(interrupted_, timeout_);
  while (!wait.over()) {
    if (EventHandle event{rd_kafka_queue_poll(queue.get(), wait.slice_ms())}) return event;
  }
  return wait.error(what);
}

Result<std::vector<TopicFacts>> TopicAdmin::ensure(const std::vector<TopicSpec>& specs) {
  std::vector<Topic> topics;
  topics.reserve(specs.size());
  std::vector<Topic*> open;
  open.reserve(specs.size());
  for (const auto& spec : specs) open.push_back(&topics.emplace_back(Topic{.spec = &spec}));

  MILLRACE_RETURN_IF_ERROR(describe(open));
  std::erase_if(open, [](const Topic* topic) { return topic->standing == Standing::kExists; });
  if (!open.empty()) {
    MILLRACE_RETURN_IF_ERROR(create(open));
    std::vector<Topic*> asked;
    std::copy_if(open.begin(), open.end(), std::back_inserter(asked),
                 [](const Topic* topic) { return topic->standing == Standing::kMissing; });
    for (int i = 0; i < kPropagationTries && !asked.empty() && !interrupted_; ++i) {
      if (i > 0) std::this_thread::sleep_for(kPropagationPause);
      MILLRACE_RETURN_IF_ERROR(describe(asked));
      std::erase_if(asked,
                    [](const Topic* topic) { return topic->standing != Standing::kMissing; });
    }
    for (Topic* topic : open) {
      if (topic->standing != Standing::kExists) MILLRACE_RETURN_IF_ERROR(look_up(*topic));
    }
  }
  std::vector<TopicFacts> facts;
  for (const Topic& topic : topics) {
    if (topic.spec->compacted && !topic.cleanup_policy.empty() &&
        topic.cleanup_policy != "compact") {
      return definite_error("topic " + topic.spec->name +
                            " has cleanup.policy=" + topic.cleanup_policy +
                            ", which forgets where sources are; set it to compact");
    }
    facts.push_back(topic.facts);
  }
  return facts;
}

Status TopicAdmin::describe(std::vector<Topic*>& topics) {
  std::vector<ConfigResourceHandle> resources;
  std::vector<rd_kafka_ConfigResource_t*> borrowed;
  for (const Topic* topic : topics) {
    resources.emplace_back(
        rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic->spec->name.c_str()));
    borrowed.push_back(resources.back().get());
  }
  auto event =
      ask(RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, "asking kafka for the limits of topics",
          [&](const rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
            rd_kafka_DescribeConfigs(&client_, borrowed.data(), borrowed.size(), options, queue);
          });
  if (!event) return event.error();
  const auto code = rd_kafka_event_error(event->get());
  if (code == RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE || is_unauthorized(code)) return {};
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return kafka_error(code, "asking kafka for the limits of topics",
                       rd_kafka_event_error_string(event->get()));
  }
  std::size_t count = 0;
  const auto* result = rd_kafka_event_DescribeConfigs_result(event->get());
  const auto** described = rd_kafka_DescribeConfigs_result_resources(result, &count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view name = rd_kafka_ConfigResource_name(described[i]);
    const auto topic = std::find_if(topics.begin(), topics.end(),
                                    [name](const Topic* t) { return t->spec->name == name; });
    if (topic != topics.end()) MILLRACE_RETURN_IF_ERROR(note_description(**topic, *described[i]));
  }
  return {};
}

Status TopicAdmin::note_description(Topic& topic, const rd_kafka_ConfigResource_t& resource) {
  const auto code = rd_kafka_ConfigResource_error(&resource);
  if (code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) {
    topic.standing = Standing::kMissing;
    return {};
  }
  if (is_unauthorized(code)) {
    topic.standing = Standing::kUnknown;
    return {};
  }
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    const char* text = rd_kafka_ConfigResource_error_string(&resource);
    return kafka_error(code, "asking for the limits of topic " + topic.spec->name,
                       text != nullptr ? text : "");
  }
  topic.standing = Standing::kExists;
  std::size_t count = 0;
  const auto** entries = rd_kafka_ConfigResource_configs(&resource, &count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view name = rd_kafka_ConfigEntry_name(entries[i]);
    const char* text = rd_kafka_ConfigEntry_value(entries[i]);
    if (text == nullptr) continue;
    const std::string_view value = text;
    if (name == "max.message.bytes") {
      std::from_chars(value.data(), value.data() + value.size(), topic.facts.max_message_bytes);
    } else if (name == "cleanup.policy") {
      topic.cleanup_policy = value;
    }
  }
  return {};
}

Status TopicAdmin::create(const std::vector<Topic*>& topics) {
  std::vector<Topic*> left = topics;
  // A second round for topics of ours whose replication factor the broker's default doesn't allow.
  for (int round = 0; round < 2 && !left.empty(); ++round) {
    std::vector<NewTopicHandle> requests;
    std::vector<rd_kafka_NewTopic_t*> borrowed;
    for (const Topic* topic : left) {
      int factor = topic->spec->replication_factor;
      if (round == 1) factor = std::min(kReplicationFactor, broker_count());
      MILLRACE_ASSIGN_OR_RETURN(auto request, new_topic(*topic->spec, factor));
      borrowed.push_back(request.get());
      requests.push_back(std::move(request));
    }
    auto event =
        ask(RD_KAFKA_ADMIN_OP_CREATETOPICS, "creating topics",
            [&](const rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
              rd_kafka_CreateTopics(&client_, borrowed.data(), borrowed.size(), options, queue);
            });
    if (!event) return event.error();
    const auto code = rd_kafka_event_error(event->get());
    if (code == RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE) return {};
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return kafka_error(code, "creating topics", rd_kafka_event_error_string(event->get()));
    }
    std::vector<Topic*> again;
    std::size_t count = 0;
    const auto* result = rd_kafka_event_CreateTopics_result(event->get());
    const auto** created = rd_kafka_CreateTopics_result_topics(result, &count);
    for (std::size_t i = 0; i < count; ++i) {
      const std::string_view name = rd_kafka_topic_result_name(created[i]);
      const auto topic = std::find_if(left.begin(), left.end(),
                                      [name](const Topic* t) { return t->spec->name == name; });
      if (topic == left.end()) continue;
      bool retry = false;
      MILLRACE_RETURN_IF_ERROR(note_creation(**topic, rd_kafka_topic_result_error(created[i]),
                                             rd_kafka_topic_result_error_string(created[i]),
                                             retry));
      if (retry && round == 0) again.push_back(*topic);
    }
    left = std::move(again);
  }
  return {};
}

Status TopicAdmin::note_creation(Topic& topic, rd_kafka_resp_err_t code, const char* text,
                                 bool& again) {
  const TopicSpec& spec = *topic.spec;
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
    topic.facts.created = true;
    topic.standing = Standing::kMissing;  // until it has been described
    logger()->info("created a topic topic={} partitions={}", spec.name, spec.partitions);
    return {};
  }
  if (code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
    MILLRACE_MARK("sink.topic_already_exists");
    return {};
  }
  if (is_unauthorized(code)) {
    topic.refused = true;
    return {};
  }
  if (code == RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR && spec.compacted &&
      spec.replication_factor < 0) {
    MILLRACE_MARK("sink.replication_factor_fallback");
    logger()->warn(
        "the broker's default replication factor can't be met, taking as many as there are brokers "
        "topic={}",
        spec.name);
    again = true;
    return {};
  }
  return kafka_error(code, "topic " + spec.name + " can't be created", text != nullptr ? text : "");
}

Status TopicAdmin::look_up(Topic& topic) {
  const std::string& name = topic.spec->name;
  TopicHandle handle(rd_kafka_topic_new(&client_, name.c_str(), nullptr));
  if (!handle) return kafka_error(rd_kafka_last_error(), "topic " + name);
  const Wait wait(interrupted_, timeout_);
  rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;
  while (!wait.over()) {
    code = ask_about_topic(client_, *handle, 10 * wait.slice_ms()).code;
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
      topic.standing = Standing::kExists;
      return {};
    }
    if (is_definite(code) || (topic.refused && code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART))
      break;
    std::this_thread::sleep_for(kPropagationPause);
  }
  // A broker doesn't tell whether a topic exists to one who may not know.
  if (is_unauthorized(code)) {
    return definite_error(
        "topic " + name +
        " may not be used, or doesn't exist and may not be created: grant Describe and Write on it "
        "(and Create, unless it exists) to the user that kafka knows the daemon as");
  }
  if (topic.refused && code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) {
    return definite_error(
        "topic " + name +
        " doesn't exist and may not be created: create it, or grant Create on it (or on the "
        "cluster) to the user that kafka knows the daemon as");
  }
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return wait.error("looking for topic " + name);
  return kafka_error(code, "topic " + name);
}

int TopicAdmin::broker_count() {
  const rd_kafka_metadata_t* metadata = nullptr;
  const auto code =
      rd_kafka_metadata(&client_, 0, nullptr, &metadata, static_cast<int>(timeout_.count()));
  const MetadataHandle owner(metadata);
  return code == RD_KAFKA_RESP_ERR_NO_ERROR ? std::max(1, metadata->broker_cnt) : 1;
}

}  // namespace millrace::sink

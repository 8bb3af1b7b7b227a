#include "config/producer_override.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "config/values.h"

namespace millrace::config {
namespace {

using Properties = std::map<std::string, std::string>;

// The Java producer's name and librdkafka's for the same thing with the same values.
constexpr std::pair<std::string_view, std::string_view> kNames[] = {
    {"acks", "acks"},
    {"batch.size", "batch.size"},
    {"bootstrap.servers", "bootstrap.servers"},
    {"client.dns.lookup", "client.dns.lookup"},
    {"client.id", "client.id"},
    {"compression.type", "compression.type"},
    {"compression.gzip.level", "compression.level"},
    {"compression.lz4.level", "compression.level"},
    {"compression.zstd.level", "compression.level"},
    {"connections.max.idle.ms", "connections.max.idle.ms"},
    {"delivery.timeout.ms", "delivery.timeout.ms"},
    {"enable.idempotence", "enable.idempotence"},
    {"enable.metrics.push", "enable.metrics.push"},
    {"linger.ms", "linger.ms"},
    {"max.in.flight.requests.per.connection", "max.in.flight.requests.per.connection"},
    {"max.request.size", "message.max.bytes"},
    {"metadata.max.age.ms", "metadata.max.age.ms"},
    {"reconnect.backoff.max.ms", "reconnect.backoff.max.ms"},
    {"reconnect.backoff.ms", "reconnect.backoff.ms"},
    {"request.timeout.ms", "request.timeout.ms"},
    {"retries", "retries"},
    {"retry.backoff.max.ms", "retry.backoff.max.ms"},
    {"retry.backoff.ms", "retry.backoff.ms"},
    {"sasl.kerberos.service.name", "sasl.kerberos.service.name"},
    {"sasl.mechanism", "sasl.mechanism"},
    {"security.protocol", "security.protocol"},
    {"socket.connection.setup.timeout.ms", "socket.connection.setup.timeout.ms"},
    {"ssl.cipher.suites", "ssl.cipher.suites"},
    {"ssl.key.password", "ssl.key.password"},
    {"transaction.timeout.ms", "transaction.timeout.ms"},
};

// Properties of the Java client that change nothing about what is written.
constexpr std::array<std::string_view, 9> kWithoutMeaning = {"max.block.ms",
                                                             "metric.reporters",
                                                             "metrics.num.samples",
                                                             "metrics.sample.window.ms",
                                                             "metrics.recording.level",
                                                             "auto.include.jmx.reporter",
                                                             "metadata.max.idle.ms",
                                                             "ssl.protocol",
                                                             "ssl.provider"};

constexpr std::array<std::string_view, 6> kStores = {
    "ssl.keystore.type",   "ssl.keystore.location",   "ssl.keystore.password",
    "ssl.truststore.type", "ssl.truststore.location", "ssl.truststore.password"};

// The value of `name="..."` among a login module's options; nothing when it isn't there.
std::optional<std::string> jaas_option(std::string_view jaas, std::string_view name) {
  const std::string start = std::string(name) + "=";
  for (std::size_t at = jaas.find(start); at != std::string_view::npos;
       at = jaas.find(start, at + 1)) {
    if (at != 0 && jaas[at - 1] != ' ' && jaas[at - 1] != '\n' && jaas[at - 1] != '\t') continue;
    std::string_view rest = jaas.substr(at + start.size());
    if (rest.empty()) return std::nullopt;
    const char quote = rest.front();
    if (quote != '"' && quote != '\'') {
      return std::string(rest.substr(0, rest.find_first_of(" \t\n;")));
    }
    std::string value;
    for (std::size_t i = 1; i < rest.size(); ++i) {
      if (rest[i] == quote) return value;
      if (rest[i] == '\\' && i + 1 < rest.size()) ++i;
      value += rest[i];
    }
    return std::nullopt;  // no closing quote
  }
  return std::nullopt;
}

class Translator {
 public:
  Translator(const Properties& java,
             const std::function<void(std::string_view, std::string_view)>& on_problem)
      : java_(java), on_problem_(on_problem) {}

  Properties run() {
    for (const auto& [name, value] : java_) translate(name, value);
    translate_stores();
    return std::move(out_);
  }

 private:
  std::string_view value_of(const std::string& name) const {
    const auto it = java_.find(name);
    return it == java_.end() ? std::string_view() : trim(it->second);
  }

  void translate(const std::string& name, const std::string& value) {
    const auto same =
        std::ranges::find(kNames, name, &std::pair<std::string_view, std::string_view>::first);
    if (same != std::end(kNames)) {
      out_[std::string(same->second)] = std::string(trim(value));
    } else if (name == "buffer.memory") {
      kibibytes(name, value, "queue.buffering.max.kbytes");
    } else if (name == "send.buffer.bytes" || name == "receive.buffer.bytes") {
      // -1 is the system's own size: librdkafka's 0.
      out_["socket." + name] = trim(value) == "-1" ? "0" : std::string(trim(value));
    } else if (name == "ssl.endpoint.identification.algorithm") {
      out_[name] = trim(value).empty() ? "none" : "https";
    } else if (name == "sasl.jaas.config") {
      login(name, value);
    } else if (std::ranges::find(kWithoutMeaning, name) == kWithoutMeaning.end() &&
               std::ranges::find(kStores, name) == kStores.end()) {
      on_problem_(
          name, "has no counterpart in librdkafka: take it out, or set what is meant below kafka:");
    }
  }

  void kibibytes(const std::string& name, const std::string& value, const char* target) {
    const auto bytes = parse_integer(value, 1024, std::int64_t{1} << 41);
    if (!bytes) {
      on_problem_(name, bytes.error().message());
    } else {
      out_[target] = std::to_string((*bytes + 1023) / 1024);
    }
  }

  void login(const std::string& name, const std::string& jaas) {
    const auto username = jaas_option(jaas, "username");
    const auto password = jaas_option(jaas, "password");
    const bool is_known = jaas.find("PlainLoginModule") != std::string::npos ||
                          jaas.find("ScramLoginModule") != std::string::npos;
    if (!is_known || !username || !password) {
      on_problem_(name,
                  "is not PlainLoginModule or ScramLoginModule with username=\"...\" and "
                  "password=\"...\": set librdkafka's sasl properties below kafka:");
      return;
    }
    out_["sasl.username"] = *username;
    out_["sasl.password"] = *password;
  }

  void translate_stores() {
    if (const auto location = value_of("ssl.truststore.location"); !location.empty()) {
      if (equals_ignoring_case(value_of("ssl.truststore.type"), "PEM")) {
        out_["ssl.ca.location"] = std::string(location);
      } else {
        on_problem_(
            "ssl.truststore.location",
            "is a Java key store: only ssl.truststore.type=PEM can be read here; convert it "
            "with keytool -exportcert -rfc");
      }
    }
    const auto location = value_of("ssl.keystore.location");
    if (location.empty()) return;
    if (equals_ignoring_case(value_of("ssl.keystore.type"), "PKCS12")) {
      out_["ssl.keystore.location"] = std::string(location);
      out_["ssl.keystore.password"] = std::string(value_of("ssl.keystore.password"));
    } else if (equals_ignoring_case(value_of("ssl.keystore.type"), "PEM")) {
      out_["ssl.certificate.location"] = std::string(location);
      out_["ssl.key.location"] = std::string(location);
    } else {
      on_problem_("ssl.keystore.location",
                  "is a Java key store: only ssl.keystore.type=PKCS12 or PEM can be read here; "
                  "convert it with keytool -importkeystore -deststoretype pkcs12");
    }
  }

  const Properties& java_;
  const std::function<void(std::string_view, std::string_view)>& on_problem_;
  Properties out_;
};

}  // namespace

Properties translate_producer_override(
    const Properties& java,
    const std::function<void(std::string_view name, std::string_view problem)>& on_problem) {
  return Translator(java, on_problem).run();
}

}  // namespace millrace::config

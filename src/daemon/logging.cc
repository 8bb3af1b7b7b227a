#include "millrace/daemon/logging.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <mutex>

#include "daemon/json_text.h"

namespace millrace::daemon {
namespace {

// {"ts":"2026-11-21T07:21:56.123456Z","level":"info","logger":"source","msg":"..."}
class JsonFormatter final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> json(buffer);
    json.StartObject();
    add(json, "ts", timestamp(message.time));
    const auto level = spdlog::level::to_string_view(message.level);
    add(json, "level", {level.data(), level.size()});
    add(json, "logger", {message.logger_name.data(), message.logger_name.size()});
    add(json, "msg", {message.payload.data(), message.payload.size()});
    json.EndObject();
    out.append(buffer.GetString(), buffer.GetString() + buffer.GetSize());
    out.push_back('\n');
  }

  std::unique_ptr<formatter> clone() const override { return std::make_unique<JsonFormatter>(); }

 private:
  static void add(rapidjson::Writer<rapidjson::StringBuffer>& json, const char* key,
                  std::string_view value) {
    json.Key(key);
    const std::string text = valid_utf8(value);
    json.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  }

  static std::string timestamp(spdlog::log_clock::time_point time) {
    const auto micros =
        std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
    const std::time_t seconds = static_cast<std::time_t>(micros / 1'000'000);
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", utc.tm_year + 1900,
                       utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
                       micros % 1'000'000);
  }
};

// sd-daemon(3): a line that begins with <n> has syslog's priority n.
class JournalFormatter final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
    const char prefix[] = {'<', priority(message.level), '>'};
    out.append(prefix, prefix + sizeof(prefix));
    out.append(message.logger_name.begin(), message.logger_name.end());
    out.push_back(':');
    out.push_back(' ');
    out.append(message.payload.begin(), message.payload.end());
    out.push_back('\n');
  }

  std::unique_ptr<formatter> clone() const override { return std::make_unique<JournalFormatter>(); }

 private:
  static char priority(spdlog::level::level_enum level) {
    if (level >= spdlog::level::critical) return '2';
    if (level == spdlog::level::err) return '3';
    if (level == spdlog::level::warn) return '4';
    return level == spdlog::level::info ? '6' : '7';
  }
};

// systemd.exec(5): JOURNAL_STREAM holds device and inode of the stream that goes to the journal.
bool stderr_is_journal() {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat info {};
  if (stream == nullptr || fstat(STDERR_FILENO, &info) != 0) return false;
  return std::to_string(info.st_dev) + ":" + std::to_string(info.st_ino) == stream;
}

std::unique_ptr<spdlog::formatter> make_formatter(config::LogFormat format) {
  if (format == config::LogFormat::kJson) return std::make_unique<JsonFormatter>();
  if (stderr_is_journal()) return std::make_unique<JournalFormatter>();
  return std::make_unique<spdlog::pattern_formatter>("%Y-%m-%dT%H:%M:%S.%eZ %-5l %n: %v",
                                                     spdlog::pattern_time_type::utc);
}

// All loggers share it, so lines of different threads don't mix.
std::shared_ptr<spdlog::sinks::sink> shared_sink() {
  static const auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  return sink;
}

}  // namespace

void start_logging(const std::string& level, config::LogFormat format) {
  spdlog::set_formatter(make_formatter(format));
  set_log_level(level);
  // Modules below the daemon ask spdlog for their logger by name and have no other way to it.
  for (const char* module : {"daemon", "config", "source", "http", "pipeline", "mysql", "sink"})
    logger(module);
  spdlog::set_default_logger(logger("millrace"));
}

void set_log_level(const std::string& level) {
  const auto parsed = spdlog::level::from_str(level);
  const bool is_level = parsed != spdlog::level::off || level == "off";
  spdlog::set_level(is_level ? parsed : spdlog::level::info);
}

std::shared_ptr<spdlog::logger> logger(const std::string& name) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  if (auto existing = spdlog::get(name)) return existing;
  auto made = std::make_shared<spdlog::logger>(name, shared_sink());
  spdlog::initialize_logger(made);  // the form and level that were set, and into the registry
  return made;
}

}  // namespace millrace::daemon

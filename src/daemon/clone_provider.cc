#include "daemon/clone_provider.h"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <filesystem>
#include <map>
#include <system_error>
#include <utility>
#include <vector>

#include "daemon/provider_process.h"
#include "millrace/base/encoding.h"
#include "millrace/daemon/logging.h"

namespace millrace::daemon {
namespace {

namespace fs = std::filesystem;

constexpr int kExitTryAgain = 75;  // EX_TEMPFAIL
constexpr std::string_view kOptionPrefix = "MILLRACE_CLONE_";
constexpr std::string_view kNameVariable = "MILLRACE_CLONE_NAME";

// An identifier of Aurora has at most 63 characters; a provider may append to the name.
constexpr std::size_t kMaxNameBytes = 48;

// The lines of a provider that become part of an error.
constexpr std::size_t kLastLines = 5;

constexpr std::string_view kWarningPrefix = "warning: ";

// snapshot.clone.provider.instance.class: MILLRACE_CLONE_INSTANCE_CLASS.
std::string option_variable(std::string_view option) {
  std::string name(kOptionPrefix);
  for (const char c : option) {
    name +=
        c == '.' || c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return name;
}

bool is_variable_name(std::string_view name) {
  return name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == std::string_view::npos;
}

using Variables = std::map<std::string, std::string>;

Result<Variables> own_variables(const config::SourceConfig& source) {
  const config::CloneConfig& clone = source.snapshot.clone;
  Variables variables;
  for (const auto& [option, value] : clone.provider_options) {
    const std::string property = "snapshot.clone.provider." + option;
    std::string name = option_variable(option);
    if (!is_variable_name(name)) {
      return definite_error(property +
                            " can't be handed to a provider: a name is made of letters, " +
                            "digits, dots, hyphens and underscores");
    }
    if (!variables.emplace(name, value).second) {
      return definite_error(property + " and another property of the same letters are both " +
                            name);
    }
  }
  variables.emplace(kNameVariable, clone_name(source));
  variables["MILLRACE_PROVIDER_TIMEOUT"] =
      std::to_string(std::chrono::ceil<std::chrono::seconds>(clone.provider_timeout).count());
  variables["MILLRACE_SOURCE_NAME"] = source.name;
  variables["MILLRACE_SOURCE_HOST"] = source.hostname;
  variables["MILLRACE_SOURCE_PORT"] = std::to_string(source.port);
  variables["MILLRACE_SOURCE_SOCKET"] = source.unix_socket;
  variables["MILLRACE_SOURCE_USER"] = source.user;
  variables["MILLRACE_SOURCE_PASSWORD"] = source.password.reveal();
  return variables;
}

// This process's environment, with these in the place of what has their names. Nothing that looks like an option
// comes from outside.
std::vector<std::string> environment_with(const Variables& variables) {
  std::vector<std::string> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::string name(text.substr(0, text.find('=')));
    if (!name.starts_with(kOptionPrefix) && !variables.contains(name)) {
      environment.emplace_back(text);
    }
  }
  for (const auto& [name, value] : variables) {
    std::string entry = name;
    entry += '=';
    entry += value;
    environment.push_back(std::move(entry));
  }
  return environment;
}

// What must not be seen in a log: the password, and every option that by its name may hold one.
std::vector<std::string> secrets_of(const Variables& variables) {
  std::vector<std::string> secrets;
  for (const auto& [name, value] : variables) {
    for (const char* part : {"PASSWORD", "SECRET", "TOKEN"}) {
      if (!value.empty() && name.find(part) != std::string::npos) secrets.push_back(value);
    }
  }
  // The longest first: one may be a part of another.
  std::ranges::sort(secrets, std::ranges::greater(), &std::string::size);
  return secrets;
}

// A provider's messages: into the log, and the last ones kept for an error.
class Messages {
 public:
  Messages(const config::SourceConfig& source, std::vector<std::string> secrets)
      : source_(source), secrets_(std::move(secrets)) {}

  void take(std::string_view line) {
    std::string text = shown(line);
    const auto log = logger("snapshot");
    const std::string& provider = source_.snapshot.clone.provider;
    if (text.starts_with(kWarningPrefix)) {
      log->warn("clone provider: {} source={} provider={}", text.substr(kWarningPrefix.size()),
                source_.name, provider);
    } else {
      log->info("clone provider: {} source={} provider={}", text, source_.name, provider);
    }
    last_.push_back(std::move(text));
    if (last_.size() > kLastLines) last_.pop_front();
  }

  std::string last() const {
    std::string text;
    for (const std::string& line : last_) text += (text.empty() ? "" : "; ") + line;
    return text;
  }

 private:
  std::string shown(std::string_view line) const {
    std::string text(line);
    for (const std::string& secret : secrets_) {
      for (std::size_t at = 0; (at = text.find(secret, at)) != std::string::npos; at += 3) {
        text.replace(at, secret.size(), "***");
      }
    }
    for (char& c : text) {
      if (std::iscntrl(static_cast<unsigned char>(c)) != 0) c = ' ';
    }
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
  }

  const config::SourceConfig& source_;
  const std::vector<std::string> secrets_;
  std::deque<std::string> last_;
};

// Nothing when it did what it was told.
Status judge(const std::string& who, const ProviderOutcome& outcome, const Messages& messages,
             std::chrono::milliseconds timeout) {
  const std::string words = messages.last();
  const std::string reason =
      words.empty() ? ", without a word on its standard error" : ": " + words;
  switch (outcome.end) {
    case ProviderEnd::kExited:
      if (outcome.code == 0) return {};
      if (outcome.code == kExitTryAgain)
        return transient_error(who + " asks to try again later" + reason);
      return definite_error(who + " failed with exit code " + std::to_string(outcome.code) +
                            reason);
    case ProviderEnd::kSignalled:
      return transient_error(who + " was ended by signal " + std::to_string(outcome.code) + " (" +
                             strsignal(outcome.code) + ")" + reason);
    case ProviderEnd::kInterrupted:
      return transient_error(who + " was interrupted");
    case ProviderEnd::kTimedOut:
      return transient_error(
          who + " took longer than " +
          std::to_string(std::chrono::duration_cast<std::chrono::seconds>(timeout).count()) +
          " s and was ended" + reason);
    case ProviderEnd::kPrintedTooMuch:
      return definite_error(who + " printed more than a JSON object can hold and was ended");
  }
  return definite_error(who + " ended in an unknown way");
}

// Runs `provider verb`; its standard output, when it did what it was told.
Result<std::string> run(const config::SourceConfig& source, const char* verb,
                        const std::atomic<bool>& interrupted) {
  const config::CloneConfig& clone = source.snapshot.clone;
  MILLRACE_ASSIGN_OR_RETURN(const std::string program, find_clone_provider(clone.provider));
  MILLRACE_ASSIGN_OR_RETURN(const Variables variables, own_variables(source));
  Messages messages(source, secrets_of(variables));

  ProviderProcess process;
  process.command = {program, verb};
  process.environment = environment_with(variables);
  process.timeout = clone.provider_timeout;
  process.on_line = [&messages](std::string_view line) { messages.take(line); };
  logger("snapshot")
      ->info("clone provider begins source={} provider={} command={} name={}", source.name,
             clone.provider, verb, variables.at(std::string(kNameVariable)));
  const std::string who = "the clone provider " + clone.provider;
  Result<ProviderOutcome> outcome = run_provider(process, interrupted);
  if (!outcome) return outcome.error().with_context(who);
  MILLRACE_RETURN_IF_ERROR(judge(who, *outcome, messages, clone.provider_timeout));
  return std::move(outcome->output);
}

// The folder of this program's file.
fs::path program_folder() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  return error ? fs::path() : program.parent_path();
}

// Where a shipped provider may be, best first.
std::vector<fs::path> provider_folders() {
  if (const char* folder = std::getenv("MILLRACE_PROVIDERS")) return {folder};
  const fs::path program = program_folder();
  std::vector<fs::path> folders = {program.parent_path() / "share" / "millrace" /
                                   "clone-providers"};
  // A build folder is some levels below the sources.
  for (fs::path folder = program; folder.has_relative_path(); folder = folder.parent_path()) {
    std::error_code ignored;
    if (!fs::exists(folder / "CMakeLists.txt", ignored)) continue;
    folders.push_back(folder / "config" / "clone-providers");
  }
  return folders;
}

}  // namespace

Result<std::string> find_clone_provider(const std::string& provider) {
  if (provider.empty()) return definite_error("no clone provider is given");
  std::vector<fs::path> candidates;
  const bool is_path = provider.find('/') != std::string::npos;
  if (is_path) {
    candidates.emplace_back(provider);
  } else {
    for (const fs::path& folder : provider_folders()) candidates.push_back(folder / provider);
  }
  std::string looked;
  for (const fs::path& candidate : candidates) {
    std::error_code ignored;
    if (fs::is_regular_file(candidate, ignored)) {
      if (access(candidate.c_str(), X_OK) == 0) return candidate.string();
      return definite_error("the clone provider " + candidate.string() +
                            " can't be executed: " + std::strerror(errno));
    }
    looked += (looked.empty() ? "" : ", ") + candidate.string();
  }
  if (is_path) return definite_error("the clone provider " + provider + " isn't there");
  return definite_error("there is no clone provider of the name " + provider + " (looked for " +
                        looked + "); one of your own is given by its path, with a slash");
}

std::string clone_name(const config::SourceConfig& source) {
  const auto& options = source.snapshot.clone.provider_options;
  if (const auto given = options.find("name"); given != options.end()) return given->second;

  std::string name = "millrace-";
  const std::size_t prefix = name.size();
  for (const char c : source.name) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_plain = byte < 0x80 && std::isalnum(byte) != 0;
    if (is_plain) {
      name += static_cast<char>(std::tolower(byte));
    } else if (name.back() != '-') {
      name += '-';
    }
  }
  if (name.size() > prefix && name.back() == '-') name.pop_back();
  if (name.substr(prefix) == source.name && name.size() <= kMaxNameBytes) return name;

  // Two names that became one are told apart by a part of their hash.
  const std::string digits = fmt::format("{:08x}", fnv1a_64(source.name) & 0xffffffffU);
  name.resize(std::min(name.size(), kMaxNameBytes - digits.size() - 1));
  if (name.back() != '-') name += '-';
  return name + digits;
}

Result<CloneEndpoint> create_clone(const config::SourceConfig& source,
                                   const std::atomic<bool>& interrupted) {
  MILLRACE_ASSIGN_OR_RETURN(const std::string output, run(source, "create", interrupted));
  MILLRACE_ASSIGN_OR_RETURN(CloneEndpoint endpoint,
                            parse_clone_endpoint(source.snapshot.clone.provider, output));
  logger("snapshot")
      ->info("the copy can be read source={} host={} port={} position={}", source.name,
             endpoint.host, endpoint.port,
             endpoint.position
                 ? endpoint.position->file + ":" + std::to_string(endpoint.position->offset)
                 : "-");
  return endpoint;
}

Status delete_clone(const config::SourceConfig& source, const std::atomic<bool>& interrupted) {
  MILLRACE_ASSIGN_OR_RETURN(const std::string output, run(source, "delete", interrupted));
  logger("snapshot")->info("the copy is deleted source={}", source.name);
  return {};
}

}  // namespace millrace::daemon

// What a clone provider prints, and nothing else of clone_provider.h.

#include <rapidjson/document.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>

#include "daemon/clone_provider.h"
#include "millrace/daemon/logging.h"

namespace millrace::daemon {
namespace {

constexpr unsigned kParseFlags =
    rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag;

constexpr std::array<std::string_view, 8> kMembers = {
    "host", "port", "user", "password", "gtid_executed", "file", "pos", "server_uuid"};

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

// False: no line is an object.
bool parse_last_object(std::string_view output, rapidjson::Document& document) {
  while (!output.empty()) {
    const std::size_t end = output.rfind('\n');
    const std::string_view line =
        trim(end == std::string_view::npos ? output : output.substr(end + 1));
    output = end == std::string_view::npos ? std::string_view() : output.substr(0, end);
    if (!line.starts_with('{')) continue;
    document.Parse<kParseFlags>(line.data(), line.size());
    if (!document.HasParseError() && document.IsObject()) return true;
  }
  return false;
}

// Members by name; null is the same as none.
class Members {
 public:
  explicit Members(const rapidjson::Document& object) : object_(object) {}

  bool has(const char* name) const { return find(name) != nullptr; }

  Result<std::string> text(const char* name) const {
    const rapidjson::Value* value = find(name);
    if (value == nullptr) return definite_error(missing(name));
    if (!value->IsString()) return definite_error(quoted(name) + " is not a string");
    std::string text(value->GetString(), value->GetStringLength());
    if (text.find('\0') != std::string::npos) {
      return definite_error(quoted(name) + " holds a NUL character");
    }
    return text;
  }

  Result<std::string> name(const char* name) const {
    MILLRACE_ASSIGN_OR_RETURN(std::string value, text(name));
    if (value.empty()) return definite_error(quoted(name) + " is empty");
    return value;
  }

  Result<std::uint64_t> number(const char* name, std::uint64_t first, std::uint64_t last) const {
    const rapidjson::Value* value = find(name);
    if (value == nullptr) return definite_error(missing(name));
    if (!value->IsUint64() || value->GetUint64() < first || value->GetUint64() > last) {
      return definite_error(quoted(name) + " is not a number from " + std::to_string(first) +
                            " to " + std::to_string(last));
    }
    return value->GetUint64();
  }

 private:
  static std::string quoted(const char* name) { return "\"" + std::string(name) + "\""; }
  static std::string missing(const char* name) { return "it has no " + quoted(name); }

  const rapidjson::Value* find(const char* name) const {
    const auto member = object_.FindMember(name);
    if (member == object_.MemberEnd() || member->value.IsNull()) return nullptr;
    return &member->value;
  }

  const rapidjson::Document& object_;
};

Status read_login(const Members& members, CloneEndpoint& endpoint) {
  if (members.has("user")) {
    MILLRACE_ASSIGN_OR_RETURN(endpoint.user, members.name("user"));
  }
  if (members.has("password")) {
    MILLRACE_ASSIGN_OR_RETURN(std::string password, members.text("password"));
    endpoint.password = Secret(std::move(password));
  }
  return {};
}

Status read_place(const Members& members, CloneEndpoint& endpoint) {
  if (members.has("gtid_executed")) {
    MILLRACE_ASSIGN_OR_RETURN(const std::string text, members.text("gtid_executed"));
    Result<gtid::GtidSet> set = gtid::GtidSet::parse(text);
    if (!set) return set.error().with_context("\"gtid_executed\"");
    endpoint.gtid_executed = std::move(*set);
  }
  if (members.has("file") || members.has("pos")) {
    BinlogPosition position;
    MILLRACE_ASSIGN_OR_RETURN(position.file, members.name("file"));
    // A file begins with four bytes that no event is in. MySQL keeps offsets as signed 64-bit numbers.
    constexpr std::uint64_t kFirst = 4;
    constexpr std::uint64_t kLast = INT64_MAX;
    MILLRACE_ASSIGN_OR_RETURN(position.offset, members.number("pos", kFirst, kLast));
    endpoint.position = std::move(position);
  }
  if (members.has("server_uuid")) {
    MILLRACE_ASSIGN_OR_RETURN(const std::string text, members.text("server_uuid"));
    Result<gtid::Uuid> uuid = gtid::Uuid::parse(text);
    if (!uuid) return uuid.error().with_context("\"server_uuid\"");
    endpoint.server_uuid = *uuid;
  }
  return {};
}

Result<CloneEndpoint> read_endpoint(const rapidjson::Document& object) {
  const Members members(object);
  CloneEndpoint endpoint;
  MILLRACE_ASSIGN_OR_RETURN(endpoint.host, members.name("host"));
  MILLRACE_ASSIGN_OR_RETURN(const std::uint64_t port, members.number("port", 1, UINT16_MAX));
  endpoint.port = static_cast<std::uint16_t>(port);
  MILLRACE_RETURN_IF_ERROR(read_login(members, endpoint));
  MILLRACE_RETURN_IF_ERROR(read_place(members, endpoint));
  return endpoint;
}

}  // namespace

Result<CloneEndpoint> parse_clone_endpoint(std::string_view provider, std::string_view output) {
  const std::string who = "the clone provider " + std::string(provider);
  rapidjson::Document object;
  if (!parse_last_object(output, object)) {
    return definite_error(who + " printed no JSON object" +
                          (trim(output).empty() ? ": its standard output is empty"
                                                : ": none of the lines on its standard output is"
                                                  " one (it must stand on one line)"));
  }
  for (const auto& member : object.GetObject()) {
    const std::string_view name(member.name.GetString(), member.name.GetStringLength());
    if (std::ranges::find(kMembers, name) != kMembers.end()) continue;
    logger("snapshot")->warn("{} printed a member that nobody knows name={}", who, name);
  }
  Result<CloneEndpoint> endpoint = read_endpoint(object);
  if (!endpoint) return endpoint.error().with_context(who + " printed a wrong JSON object");
  return endpoint;
}

}  // namespace millrace::daemon

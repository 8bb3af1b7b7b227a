#include "daemon/signal.h"

#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <array>

#include "millrace/base/limits.h"

namespace millrace::daemon {
namespace {

// Known to Debezium; what they ask for has no use here.
constexpr std::array<std::string_view, 4> kNotActedUpon = {
    "schema-changes", "set-binlog-position", "snapshot-window-open", "snapshot-window-close"};

constexpr unsigned kParseFlags =
    rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag;

// Writing a document out recurses: as deep as brackets stand in its text.
bool is_nested_too_deeply(std::string_view json) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_string && c == '\\') {
      ++i;
    } else if (c == '"') {
      in_string = !in_string;
    } else if (!in_string && (c == '[' || c == '{')) {
      if (++depth > limits::kMaxJsonDepth) return true;
    } else if (!in_string && (c == ']' || c == '}')) {
      --depth;
    }
  }
  return false;
}

std::string to_json(const rapidjson::Value& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  value.Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

// A member's text; of anything but a string its JSON.
std::string text_of(const rapidjson::Document& document, const char* name) {
  const auto member = document.FindMember(name);
  if (member == document.MemberEnd() || member->value.IsNull()) return {};
  if (!member->value.IsString()) return to_json(member->value);
  return {member->value.GetString(), member->value.GetStringLength()};
}

SignalAnswer answer_log(const Signal& signal, std::string_view offset) {
  rapidjson::Document data;
  data.Parse<kParseFlags>(signal.data.data(), signal.data.size());
  if (data.HasParseError() || !data.IsObject() || !data.HasMember("message") ||
      !data["message"].IsString()) {
    return {true, "needs data like {\"message\":\"...\"}"};
  }
  std::string message(data["message"].GetString(), data["message"].GetStringLength());
  if (const std::size_t place = message.find("{}"); place != std::string::npos) {
    message.replace(place, 2, offset);
  }
  return {false, message};
}

}  // namespace

Result<Signal> parse_signal(std::string_view json) {
  if (is_nested_too_deeply(json)) return definite_error("is nested too deeply");
  rapidjson::Document document;
  document.Parse<kParseFlags>(json.data(), json.size());
  if (document.HasParseError()) {
    return definite_error(
        "is not JSON: " + std::string(rapidjson::GetParseError_En(document.GetParseError())) +
        " at byte " + std::to_string(document.GetErrorOffset() + 1));
  }
  if (!document.IsObject()) return definite_error("is not a JSON object");
  Signal signal{text_of(document, "id"), text_of(document, "type"), text_of(document, "data")};
  if (signal.type.empty()) return definite_error("has no type");
  return signal;
}

SignalAnswer answer_signal(const Signal& signal, std::string_view offset) {
  if (signal.type == "log") return answer_log(signal, offset);
  if (std::ranges::find(kNotActedUpon, signal.type) != kNotActedUpon.end()) {
    return {true, "is not acted upon: " + signal.type + " has no use here"};
  }
  return {true, "is of no known type"};
}

}  // namespace millrace::daemon

// The header, and the events that carry no change: FORMAT_DESCRIPTION, ROTATE, HEARTBEAT, INCIDENT.

#include <array>
#include <charconv>

#include "binlog/checksum.h"
#include "binlog/field_reader.h"
#include "millrace/base/limits.h"
#include "millrace/binlog/events.h"

namespace millrace::binlog {
namespace {

// "8.0.32-google" is {8, 0, 32}; what is missing is 0.
std::array<unsigned, 3> parse_version(std::string_view text) {
  std::array<unsigned, 3> version{};
  for (unsigned& part : version) {
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), part);
    text.remove_prefix(static_cast<std::size_t>(parsed.ptr - text.data()));
    if (parsed.ec != std::errc() || text.empty() || text[0] != '.') break;
    text.remove_prefix(1);
  }
  return version;
}

// A type's post-header length as the server announces it. Entries of types that a server doesn't
// know may be missing or, on Aurora, hold anything: ask only for types that are in every list.
std::uint8_t post_header_bytes(std::string_view lengths, EventType type, std::uint8_t otherwise) {
  const auto index = static_cast<std::size_t>(type) - 1;
  return index < lengths.size() ? static_cast<std::uint8_t>(lengths[index]) : otherwise;
}

}  // namespace

Result<EventHeader> decode_header(std::string_view event) {
  FieldReader reader(event.substr(0, kEventHeaderBytes));
  EventHeader header;
  header.timestamp = reader.u32("timestamp");
  header.type = static_cast<EventType>(reader.u8("type"));
  header.server_id = ServerId(reader.u32("server id"));
  header.event_bytes = reader.u32("event length");
  header.log_pos = reader.u32("log position");
  header.flags = reader.u16("flags");
  MILLRACE_RETURN_IF_ERROR(reader.status());
  return header;
}

Result<FormatDescription> decode_format_description(std::string_view event) {
  constexpr std::size_t kVersionBytes = 50;
  constexpr std::uint8_t kNoAlgorithm = 255;  // a server that knows checksums and has none defined
  constexpr std::uint8_t kEventTypesRequired = static_cast<std::uint8_t>(EventType::kDeleteRowsV1);
  FieldReader reader(event);
  reader.bytes(kEventHeaderBytes, "header");
  const std::uint16_t binlog_version = reader.u16("binlog version");
  const std::string_view padded = reader.bytes(kVersionBytes, "server version");
  reader.u32("creation time");
  const std::uint8_t header_bytes = reader.u8("header length");
  MILLRACE_RETURN_IF_ERROR(reader.status());

  FormatDescription format;
  format.server_version = std::string(padded.substr(0, padded.find('\0')));
  format.is_mariadb = format.server_version.find("MariaDB") != std::string::npos;
  if (binlog_version != 4) {
    return definite_error("binlog format " + std::to_string(binlog_version) + " of server " +
                          format.server_version + ": only format 4 (MySQL 5.0 and later) is known");
  }
  if (header_bytes != kEventHeaderBytes) {
    return definite_error("event headers of " + std::to_string(header_bytes) +
                          " bytes instead of " + std::to_string(kEventHeaderBytes));
  }
  // Since 5.6.1 the event ends with the algorithm and a checksum, even where the algorithm is
  // "none".
  constexpr std::array<unsigned, 3> kChecksumsSince = {5, 6, 1};
  std::size_t lengths_bytes = reader.remaining();
  const bool has_algorithm =
      format.is_mariadb || parse_version(format.server_version) >= kChecksumsSince;
  if (has_algorithm) {
    if (lengths_bytes < 1 + kChecksumBytes) {
      return definite_error("the checksum algorithm and the checksum are missing");
    }
    lengths_bytes -= 1 + kChecksumBytes;
  }
  const std::string_view lengths = reader.bytes(lengths_bytes, "post-header lengths");
  if (lengths.size() < kEventTypesRequired) {
    return definite_error("post-header lengths of only " + std::to_string(lengths.size()) +
                          " types");
  }
  format.table_map_header_bytes = post_header_bytes(lengths, EventType::kTableMap, 8);
  format.rows_v1_header_bytes = post_header_bytes(lengths, EventType::kWriteRowsV1, 8);
  if (has_algorithm) {
    const std::uint8_t algorithm = reader.u8("checksum algorithm");
    if (algorithm > 1 && algorithm != kNoAlgorithm) {
      return definite_error("checksum algorithm " + std::to_string(algorithm) + " is unknown");
    }
    format.checksum = algorithm == 1 ? ChecksumAlgorithm::kCrc32 : ChecksumAlgorithm::kOff;
  }
  return format;
}

Result<Rotate> decode_rotate(std::string_view body) {
  FieldReader reader(body);
  Rotate rotate;
  rotate.position = reader.u64("position");
  rotate.file = reader.rest();
  MILLRACE_RETURN_IF_ERROR(reader.status());
  if (rotate.file.empty()) return definite_error("the next file's name is missing");
  return rotate;
}

Result<Incident> decode_incident(std::string_view body) {
  FieldReader reader(body);
  Incident incident;
  incident.kind = reader.u16("kind");
  incident.message = reader.bytes(reader.u8("message length"), "message");
  MILLRACE_RETURN_IF_ERROR(reader.status());
  return incident;
}

Result<Heartbeat> decode_heartbeat(std::string_view body, const EventHeader& header) {
  Heartbeat heartbeat;
  if (header.type == EventType::kHeartbeat) {
    // The position is that of the header: 32 bits, so beyond 4 GiB only its low part.
    heartbeat.file = std::string(body);
    heartbeat.position = header.log_pos;
    return heartbeat;
  }
  // HEARTBEAT_V2: fields of type, length, value.
  enum Field : std::uint64_t { kEnd = 0, kFile = 1, kPosition = 2 };
  FieldReader reader(body);
  while (reader.remaining() > 0) {
    const std::uint64_t field = reader.lenenc("field type");
    if (field == kEnd) break;
    FieldReader value(reader.lenenc_bytes("field"));
    if (field == kFile) heartbeat.file = std::string(value.rest());
    if (field == kPosition) heartbeat.position = value.lenenc("position");
    MILLRACE_RETURN_IF_ERROR(value.status());
  }
  MILLRACE_RETURN_IF_ERROR(reader.status());
  return heartbeat;
}

}  // namespace millrace::binlog

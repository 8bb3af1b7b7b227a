#include "support/packet_hook.h"

#include <zlib.h>

#include <cstring>

namespace millrace::testing {
namespace {

constexpr std::size_t kPacketHeader = 4;
constexpr std::size_t kEventHeader = 19;
constexpr std::size_t kTypeAt = 4, kSizeAt = 9, kFlagsAt = 17;
constexpr char kGtid = 33, kAnonymousGtid = 34, kTaggedGtid = 42;
constexpr char kAuroraPadding = 100;
constexpr std::size_t kPaddingBytes = 905;
constexpr char kIgnorable = static_cast<char>(0x80);

std::size_t packet_size(std::string_view header) {
  const auto byte = [&](std::size_t i) {
    return static_cast<std::size_t>(static_cast<unsigned char>(header[i]));
  };
  return byte(0) | byte(1) << 8 | byte(2) << 16;
}

void append_packet(std::string& out, std::string_view payload, std::uint8_t sequence) {
  for (const int shift : {0, 8, 16}) out += static_cast<char>(payload.size() >> shift & 0xff);
  out += static_cast<char>(sequence);
  out += payload;
}

void append_uint32(std::string& out, std::uint32_t value) {
  for (const int shift : {0, 8, 16, 24}) out += static_cast<char>(value >> shift & 0xff);
}

// After the GTID event `before`, which stands behind the packet's OK byte.
std::string padding_packet(std::string_view before, bool checksum) {
  std::string event(before.substr(0, kEventHeader));  // its timestamp and server id
  event[kTypeAt] = kAuroraPadding;
  event[kFlagsAt] = kIgnorable;
  event[kFlagsAt + 1] = 0;
  std::string size;
  append_uint32(size,
                static_cast<std::uint32_t>(kEventHeader + kPaddingBytes + (checksum ? 4 : 0)));
  event.replace(kSizeAt, 4, size);
  event.append(kPaddingBytes, '\x2a');
  if (checksum) {
    const auto crc =
        crc32(0, reinterpret_cast<const Bytef*>(event.data()), static_cast<uInt>(event.size()));
    append_uint32(event, static_cast<std::uint32_t>(crc));
  }
  return '\0' + event;
}

}  // namespace

std::string PacketRewriter::feed(std::string_view bytes) {
  pending_ += bytes;
  std::string out;
  std::size_t at = 0;
  while (pending_.size() - at >= kPacketHeader) {
    const std::size_t size = packet_size(std::string_view(pending_).substr(at));
    if (pending_.size() - at < kPacketHeader + size) break;
    const auto sequence = static_cast<std::uint8_t>(pending_[at + 3]);
    const std::string_view payload = std::string_view(pending_).substr(at + kPacketHeader, size);
    append_packet(out, payload, static_cast<std::uint8_t>(sequence + shift_));
    for (const std::string& inserted : hook_(payload)) {
      ++shift_;
      append_packet(out, inserted, static_cast<std::uint8_t>(sequence + shift_));
    }
    at += kPacketHeader + size;
  }
  pending_.erase(0, at);
  return out;
}

PacketHook aurora_padding(bool checksum) {
  return [checksum](std::string_view payload) -> std::vector<std::string> {
    constexpr std::size_t kGtidEventAtLeast = kEventHeader + 10, kGtidEventAtMost = 1000;
    if (payload.size() < 1 + kGtidEventAtLeast || payload.size() > kGtidEventAtMost ||
        payload[0] != 0)
      return {};
    const std::string_view event = payload.substr(1);
    const char type = event[kTypeAt];
    if (type != kGtid && type != kAnonymousGtid && type != kTaggedGtid) return {};
    // A result row may look like anything; an event says its own size.
    std::uint32_t size = 0;
    std::memcpy(&size, event.data() + kSizeAt, sizeof(size));
    if (size != event.size()) return {};
    return {padding_packet(event, checksum)};
  };
}

}  // namespace millrace::testing

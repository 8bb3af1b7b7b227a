#pragma once

// Rewrites what a MySQL server sends, packet by packet: for a proxy between a server and the daemon.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::testing {

// Gets the payload of a packet from the server, returns payloads to send after it; called in the link's own thread.
using PacketHook = std::function<std::vector<std::string>(std::string_view payload)>;

// One direction of one link: bytes in, bytes out, complete packets only. Inserted packets shift the sequence ids of all
// that follow until the client's next command.
class PacketRewriter {
 public:
  explicit PacketRewriter(PacketHook hook) : hook_(std::move(hook)) {}

  // Returns what may be sent on.
  std::string feed(std::string_view bytes);
  void on_command() { shift_ = 0; }

 private:
  PacketHook hook_;
  std::string pending_;
  std::uint8_t shift_ = 0;
};

// An event that no MySQL server writes but Aurora does: type 100, 905 bytes of 0x2a, marked ignorable, between the GTID
// event and the BEGIN of each transaction. `checksum`: the stream carries CRC32s.
PacketHook aurora_padding(bool checksum = true);

}  // namespace millrace::testing

// The rewriter keeps packets whole, inserts behind the right one and renumbers the rest of the command.

#include "support/packet_hook.h"

#include <gtest/gtest.h>
#include <zlib.h>

namespace millrace::testing {
namespace {

std::string packet(int sequence, const std::string& payload) {
  std::string bytes;
  for (const int shift : {0, 8, 16}) bytes += static_cast<char>(payload.size() >> shift & 0xff);
  return bytes + static_cast<char>(sequence) + payload;
}

std::string event_payload(char type, std::size_t body) {
  std::string event(19 + body, '\x01');
  event[4] = type;
  event[9] = static_cast<char>(event.size());
  event[10] = event[11] = event[12] = 0;
  return '\0' + event;
}

PacketRewriter insert_after(const std::string& wanted) {
  return PacketRewriter([wanted](std::string_view payload) {
    return payload == wanted ? std::vector<std::string>{"inserted"} : std::vector<std::string>{};
  });
}

TEST(PacketRewriter, InsertsAndRenumbersUntilTheNextCommand) {
  PacketRewriter rewriter = insert_after("b");
  EXPECT_EQ(rewriter.feed(packet(1, "a") + packet(2, "b") + packet(3, "c")),
            packet(1, "a") + packet(2, "b") + packet(3, "inserted") + packet(4, "c"));
  EXPECT_EQ(rewriter.feed(packet(255, "d")), packet(0, "d")) << "sequence ids wrap";
  rewriter.on_command();
  EXPECT_EQ(rewriter.feed(packet(1, "e")), packet(1, "e"));
}

TEST(PacketRewriter, KeepsAPacketUntilItIsWhole) {
  PacketRewriter rewriter = insert_after("long payload");
  const std::string bytes = packet(7, "long payload");
  std::string out;
  for (const char byte : bytes) out += rewriter.feed(std::string(1, byte));
  EXPECT_EQ(out, bytes + packet(8, "inserted"));
}

TEST(AuroraPadding, ComesAfterEachGtidEventWithAValidChecksum) {
  const PacketHook hook = aurora_padding();
  EXPECT_TRUE(hook(event_payload(2, 30)).empty());
  const auto inserted = hook(event_payload(33, 42));
  ASSERT_EQ(inserted.size(), 1U);
  const std::string event = inserted[0].substr(1);
  EXPECT_EQ(inserted[0][0], '\0');
  EXPECT_EQ(event.size(), 19U + 905 + 4);
  EXPECT_EQ(event[4], 100);
  EXPECT_EQ(static_cast<unsigned char>(event[9]) | static_cast<unsigned char>(event[10]) << 8,
            19 + 905 + 4);
  EXPECT_EQ(static_cast<unsigned char>(event[17]), 0x80);
  const auto crc = crc32(0, reinterpret_cast<const Bytef*>(event.data()), 19 + 905);
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(static_cast<unsigned char>(event[19 + 905 + i]), crc >> (8 * i) & 0xff);
  }
}

TEST(AuroraPadding, LeavesResultRowsThatLookLikeEventsAlone) {
  std::string payload = event_payload(33, 42);
  payload.pop_back();  // its size no longer fits
  EXPECT_TRUE(aurora_padding()(payload).empty());
}

}  // namespace
}  // namespace millrace::testing

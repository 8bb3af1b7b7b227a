#pragma once

// Every limit of the program, with its reason. Sizes are bytes.

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace millrace::limits {

// The largest event a server sends: its dump thread sets max_allowed_packet to this (MySQL 5.6 to 9.x).
inline constexpr std::uint64_t kMaxEventBytes = 1ULL << 30;
// What the client accepts: an event and its packet's overhead.
inline constexpr std::uint64_t kMaxPacketBytes = kMaxEventBytes + (1ULL << 20);

// Row events are copied into blocks of this size; a larger event gets a block of its own.
inline constexpr std::size_t kBlockBytes = 1U << 20;
// A batch is cut at this many bytes of row events: the unit of parallel decoding. Small enough for several in
// flight within the pipeline's bound, large enough that a hand-over costs nothing.
inline constexpr std::size_t kBatchBytes = 256U << 10;
// What a source's pipeline may hold between reader and sink, row events and encoded records each. A full pipeline
// stops reading from MySQL.
inline constexpr std::size_t kPipelineBytes = 8U << 20;

// A snapshot reads a table by so much at a time: long enough that a SELECT costs nothing beside its rows, short enough
// that little is read again after a crash.
inline constexpr std::size_t kSnapshotChunkBytes = 1U << 20;
// What was read and waits for the stream to come to its place; readers wait when it is more.
inline constexpr std::size_t kSnapshotBytes = 8U << 20;

// What a pool of buffers keeps for the next, of each kind: as much as one source has in its pipeline. One that grew beyond
// use is freed.
inline constexpr std::size_t kPoolBytes = 16U << 20;
inline constexpr std::size_t kPooledObjectBytes = 4U << 20;

// A zstd window above this is refused: the server compresses with at most 8 MiB (level 22: 128 MiB).
inline constexpr int kZstdWindowLogMax = 27;
// Decompressed bytes handed on at a time.
inline constexpr std::size_t kPayloadChunkBytes = 256U << 10;

// Columns a table can have (MySQL 4096) and nesting a JSON document can have (MySQL 100).
inline constexpr std::uint64_t kMaxColumns = 4096;
inline constexpr int kMaxJsonDepth = 100;

// A decompressed inner event of a TRANSACTION_PAYLOAD follows the same limit as an outer one.

// Topics that one table's rows may name by their values (an outbox, route.by.field). Each keeps a compiled shape; a
// column that names more is an id, taken for a topic by mistake.
inline constexpr std::size_t kMaxRoutesOfTable = 20'000;

// Kafka's rule for topic names.
inline constexpr std::size_t kMaxTopicNameBytes = 249;

// What a clone provider may print: one JSON object, whose GTID set is what can be long (a server sends one of at most
// max_allowed_packet; a mebibyte holds 20,000 intervals). A line of its messages is for people.
inline constexpr std::size_t kProviderOutputBytes = 1U << 20;
inline constexpr std::size_t kProviderLineBytes = 4U << 10;
// From SIGTERM to a clone provider until SIGKILL: within kShutdownDeadline, with time left to commit.
inline constexpr std::chrono::seconds kProviderStopGrace{3};

// From SIGTERM until sources must have finished their batch and committed; the process is gone within 10 s.
inline constexpr std::chrono::seconds kShutdownDeadline{8};

}  // namespace millrace::limits

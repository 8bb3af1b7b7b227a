// GTID (33), ANONYMOUS_GTID (34) and GTID_TAGGED (42).

#include "binlog/field_reader.h"
#include "millrace/binlog/events.h"
#include "millrace/gtid/varint.h"

namespace millrace::binlog {
namespace {

constexpr std::size_t kUuidBytes = 16;

Status check(const gtid::Gtid& gtid) {
  if (gtid.is_valid()) return {};
  return definite_error("not a GTID: " + gtid.to_text());
}

// The fields after the GTID came one by one between 5.7.5 and 8.0.14; an event holds those of its
// server.
void read_timestamps(FieldReader& reader, GtidEvent& event) {
  constexpr std::uint8_t kLogicalClock = 2;
  constexpr std::uint64_t kHasOriginal = 1ULL << 55;
  if (reader.remaining() == 0 || reader.u8("clock type") != kLogicalClock) return;
  reader.u64("last committed");
  reader.u64("sequence number");
  if (reader.remaining() == 0) return;
  const std::uint64_t immediate = reader.u56("immediate commit timestamp");
  event.immediate_commit_us = immediate & (kHasOriginal - 1);
  event.original_commit_us = (immediate & kHasOriginal) != 0
                                 ? reader.u56("original commit timestamp")
                                 : event.immediate_commit_us;
  if (reader.remaining() == 0) return;
  event.transaction_bytes = reader.lenenc("transaction length");
  // What follows (server versions, group replication's ticket) says nothing about the change.
}

Result<GtidEvent> decode_untagged(std::string_view body, bool anonymous) {
  FieldReader reader(body);
  reader.u8("flags");
  const std::string_view uuid = reader.bytes(kUuidBytes, "UUID");
  const auto gno = static_cast<std::int64_t>(reader.u64("transaction number"));
  GtidEvent event;
  read_timestamps(reader, event);
  MILLRACE_RETURN_IF_ERROR(reader.status());
  if (anonymous) return event;
  event.gtid = gtid::Gtid{gtid::Uuid::from_bytes(uuid), "", gtid::Gno(gno)};
  MILLRACE_RETURN_IF_ERROR(check(*event.gtid));
  return event;
}

// MySQL's serialization library: numbered fields in ascending order, each left out when it has its
// default. A field that this program doesn't know may be skipped only when the writer says so.
class TaggedDecoder {
 public:
  explicit TaggedDecoder(std::string_view body) : body_(body), reader_(body) {}

  Result<GtidEvent> decode() {
    const std::uint64_t version = number("format version");
    const std::uint64_t size = number("message size");
    const std::uint64_t last_required = number("last non-ignorable field");
    MILLRACE_RETURN_IF_ERROR(reader_.status());
    if (version != 1) {
      return definite_error("serialization format " + std::to_string(version) + " is unknown");
    }
    if (size > body_.size() || size < reader_.position()) {
      return definite_error("a message of " + std::to_string(size) + " bytes in an event of " +
                            std::to_string(body_.size()));
    }
    // The size counts from the version on; later versions may append to the event.
    reader_ = FieldReader(body_.substr(0, size));
    for (const char* field : {"format version", "message size", "last non-ignorable field"}) {
      number(field);
    }
    std::uint64_t next = 0;
    while (reader_.remaining() > 0) {
      const std::uint64_t id = number("field number");
      MILLRACE_RETURN_IF_ERROR(reader_.status());
      if (id < next) return definite_error("field " + std::to_string(id) + " is out of order");
      if (id >= kFieldCount) {
        if (id > last_required) break;  // nor is anything after it ours
        return definite_error("field " + std::to_string(id) +
                              " is unknown and must not be ignored");
      }
      next = id + 1;
      read_field(static_cast<Field>(id));
    }
    MILLRACE_RETURN_IF_ERROR(reader_.status());
    if (!has_original_) event_.original_commit_us = event_.immediate_commit_us;
    event_.gtid = gtid_;
    MILLRACE_RETURN_IF_ERROR(check(gtid_));
    return event_;
  }

 private:
  enum Field : std::uint64_t {
    kFlags,
    kUuid,
    kGno,
    kTag,
    kLastCommitted,
    kSequenceNumber,
    kImmediateTimestamp,
    kOriginalTimestamp,
    kTransactionLength,
    kImmediateVersion,
    kOriginalVersion,
    kTicket,
    kFieldCount,
  };

  std::uint64_t number(const char* field) {
    const std::uint64_t value = gtid::read_varint(reader_.cursor());
    reader_.note(field);
    return value;
  }

  void read_field(Field field) {
    switch (field) {
      case kUuid: {
        std::array<std::uint8_t, kUuidBytes> bytes{};
        for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(number("UUID"));
        gtid_.uuid = gtid::Uuid(bytes);
        return;
      }
      case kGno:
        gtid_.gno = gtid::Gno(gtid::read_signed_varint(reader_.cursor()));
        reader_.note("transaction number");
        return;
      case kTag:
        gtid_.tag = std::string(reader_.bytes(number("tag length"), "tag"));
        return;
      case kImmediateTimestamp:
        event_.immediate_commit_us = number("immediate commit timestamp");
        return;
      case kOriginalTimestamp:
        event_.original_commit_us = number("original commit timestamp");
        has_original_ = true;
        return;
      case kTransactionLength:
        event_.transaction_bytes = number("transaction length");
        return;
      default:
        number("field without a meaning here");
    }
  }

  std::string_view body_;
  FieldReader reader_;
  gtid::Gtid gtid_;
  GtidEvent event_;
  bool has_original_ = false;
};

}  // namespace

Result<GtidEvent> decode_gtid(std::string_view body, EventType type) {
  if (type == EventType::kGtidTagged) return TaggedDecoder(body).decode();
  return decode_untagged(body, type == EventType::kAnonymousGtid);
}

}  // namespace millrace::binlog

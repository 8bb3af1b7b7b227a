#include "millrace/binlog/stream_grammar.h"

#include <algorithm>
#include <utility>

#include "binlog/checksum.h"
#include "binlog/group_grammar.h"
#include "binlog/payload_reader.h"

namespace millrace::binlog {
namespace {

// Events that carry no row change of a row-format stream. In statement format INTVAR, RAND and
// USER_VAR belong to a statement that follows, which the visitor sees; the two of LOAD DATA are
// followed by one that is refused.
bool is_harmless(EventType type) {
  switch (type) {
    case EventType::kStop:
    case EventType::kIntvar:
    case EventType::kSlave:
    case EventType::kAppendBlock:
    case EventType::kDeleteFile:
    case EventType::kRand:
    case EventType::kUserVar:
    case EventType::kIgnorable:
    case EventType::kTransactionContext:
    case EventType::kViewChange:
    case EventType::kAuroraPadding:
    case EventType::kAuroraOther:
      return true;
    default:
      return false;
  }
}

bool is_mariadb(EventType type) {
  return type >= EventType::kMariadbFirst && type <= EventType::kMariadbLast;
}

// Why an event that is neither read nor skipped stops the stream.
Error refusal(const EventHeader& header) {
  const EventType type = header.type;
  if (is_mariadb(type)) {
    return definite_error("MariaDB event " + event_type_name(type) + " (" +
                          std::to_string(static_cast<int>(type)) +
                          "): this source reads MySQL, and MariaDB's binlog differs from it");
  }
  switch (type) {
    case EventType::kBeginLoadQuery:
    case EventType::kExecuteLoadQuery:
      return definite_error(
          "LOAD DATA in statement format: its rows are not in the binlog. Sessions must use "
          "binlog_format=ROW");
    case EventType::kStartV3:
    case EventType::kLoad:
    case EventType::kCreateFile:
    case EventType::kExecLoad:
    case EventType::kNewLoad:
    case EventType::kPreGaWriteRows:
    case EventType::kPreGaUpdateRows:
    case EventType::kPreGaDeleteRows:
      return definite_error("an event of MySQL before 5.1.16, which can't be read");
    default:
      return definite_error(
          "a type that is not known and not marked as ignorable: it could carry changes");
  }
}

// The 64-bit position of which an event's header has the lower half. `least` is where the event
// ends if nothing was left out before it.
std::uint64_t widen_position(std::uint32_t log_pos, std::uint64_t least) {
  constexpr std::uint64_t kRange = 1ULL << 32;
  const std::uint64_t same_range = (least & ~(kRange - 1)) | log_pos;
  // A step back by more than half the range is a wrap: an event has at most a quarter of it.
  return same_range + kRange / 2 < least ? same_range + kRange : same_range;
}

}  // namespace

Status StreamVisitor::on_rows_undone(const EventContext&, std::uint64_t) {
  return definite_error(
      "ROLLBACK TO SAVEPOINT undid rows that stand in the binlog, in a transaction that also "
      "changed what can't be "
      "rolled back: which of the rows exist is not known");
}

class StreamGrammar::Impl {
 public:
  Impl(StreamVisitor& visitor, StreamGrammarOptions options) : visitor_(visitor), groups_(visitor) {
    reset(std::move(options));
  }

  void reset(StreamGrammarOptions options) {
    position_ = BinlogPosition{std::move(options.file), options.offset};
    checksum_before_format_ = options.checksum_before_format;
    format_known_ = false;
    failure_.reset();
    groups_.reset();
  }

  Status feed(std::string_view event) {
    if (failure_) return *failure_;
    auto header = decode_header(event);
    if (!header) return fail(header.error(), EventHeader(), "event");
    Status status = take(event, *header);
    if (status) [[likely]] {
      return status;
    }
    return fail(status.error(), *header, event_type_name(header->type));
  }

  const BinlogPosition& position() const { return position_; }
  bool in_group() const { return groups_.in_group(); }

 private:
  Status take(std::string_view event, const EventHeader& header) {
    if (header.event_bytes != event.size()) {
      return definite_error("it says to have " + std::to_string(header.event_bytes) +
                            " bytes and has " + std::to_string(event.size()));
    }
    if (header.type == EventType::kFormatDescription) return on_format_description(event, header);
    MILLRACE_ASSIGN_OR_RETURN(const std::string_view body, open_event(event, header));
    switch (header.type) {
      case EventType::kRotate:
        return on_rotate(body);
      case EventType::kHeartbeat:
      case EventType::kHeartbeatV2:
        return on_heartbeat(body, header);
      default:
        return on_placed_event(context(header), body);
    }
  }

  // The body, after the checksum, if there is one, held.
  Result<std::string_view> open_event(std::string_view event, const EventHeader& header) {
    if (!format_known_ && header.type != EventType::kRotate &&
        header.type != EventType::kHeartbeat && header.type != EventType::kHeartbeatV2) {
      return is_harmless(header.type) || GroupGrammar::takes(header.type)
                 ? definite_error("it comes before the stream's FORMAT_DESCRIPTION")
                 : refusal(header);
    }
    const bool has_checksum =
        format_known_ ? format_.checksum == ChecksumAlgorithm::kCrc32 : checksum_before_format_;
    std::string_view body = event.substr(kEventHeaderBytes);
    if (!has_checksum) return body;
    if (body.size() < kChecksumBytes) return definite_error("its checksum is missing");
    MILLRACE_RETURN_IF_ERROR(verify_checksum(event, header));
    body.remove_suffix(kChecksumBytes);
    return body;
  }

  EventContext context(const EventHeader& header) const {
    EventContext at;
    at.header = header;
    at.file = &position_.file;
    const bool has_place = header.log_pos != 0 && (header.flags & kFlagArtificial) == 0;
    at.end = has_place ? widen_position(header.log_pos, position_.offset + header.event_bytes)
                       : position_.offset;
    at.start = at.end;
    if (has_place) at.start -= std::min<std::uint64_t>(at.end, header.event_bytes);
    return at;
  }

  Status on_format_description(std::string_view event, const EventHeader& header) {
    MILLRACE_ASSIGN_OR_RETURN(FormatDescription format, decode_format_description(event));
    // Without CRC32 the four bytes are there all the same, but a server that changes this event for
    // a stream that starts inside the file brings them up to date only with it.
    if (format.checksum == ChecksumAlgorithm::kCrc32) {
      MILLRACE_RETURN_IF_ERROR(verify_checksum(event, header));
    }
    MILLRACE_RETURN_IF_ERROR(groups_.abandon());
    format_ = std::move(format);
    format_known_ = true;
    MILLRACE_RETURN_IF_ERROR(visitor_.on_format_description(format_));
    // It stands at the head of a file also when the stream starts further on.
    if (header.log_pos > position_.offset) position_.offset = header.log_pos;
    return {};
  }

  // A file's last event, or an artificial one that says which file comes next.
  Status on_rotate(std::string_view body) {
    MILLRACE_ASSIGN_OR_RETURN(const Rotate rotate, decode_rotate(body));
    MILLRACE_RETURN_IF_ERROR(groups_.abandon());
    position_ = BinlogPosition{std::string(rotate.file), rotate.position};
    return {};
  }

  Status on_heartbeat(std::string_view body, const EventHeader& header) {
    MILLRACE_ASSIGN_OR_RETURN(Heartbeat heartbeat, decode_heartbeat(body, header));
    const bool same_file = heartbeat.file == position_.file;
    if (same_file && header.type == EventType::kHeartbeat) {
      heartbeat.position = widen_position(header.log_pos, position_.offset);
    }
    // It also says how far the server has come over groups that it leaves out.
    if (same_file && heartbeat.position > position_.offset) position_.offset = heartbeat.position;
    return visitor_.on_heartbeat(BinlogPosition{std::move(heartbeat.file), heartbeat.position});
  }

  Status on_placed_event(const EventContext& at, std::string_view body) {
    switch (at.header.type) {
      case EventType::kGtid:
      case EventType::kAnonymousGtid:
      case EventType::kGtidTagged:
        MILLRACE_RETURN_IF_ERROR(groups_.on_gtid(at, body));
        break;
      case EventType::kPreviousGtids: {
        MILLRACE_ASSIGN_OR_RETURN(const gtid::GtidSet set, gtid::GtidSet::decode(body));
        MILLRACE_RETURN_IF_ERROR(visitor_.on_previous_gtids(set));
        break;
      }
      case EventType::kTransactionPayload:
        MILLRACE_RETURN_IF_ERROR(on_payload(at, body));
        break;
      case EventType::kIncident: {
        MILLRACE_ASSIGN_OR_RETURN(const Incident incident, decode_incident(body));
        return definite_error("the server says that events were lost before this one: \"" +
                              std::string(incident.message) + "\" (kind " +
                              std::to_string(incident.kind) + ")");
      }
      default:
        MILLRACE_RETURN_IF_ERROR(on_group_event(at, body));
    }
    position_.offset = at.end;
    return {};
  }

  // What may also stand inside a payload.
  Status on_group_event(const EventContext& at, std::string_view body) {
    const EventHeader& header = at.header;
    if (GroupGrammar::takes(header.type)) [[likely]] {
      return groups_.on_event(at, body, format_);
    }
    const bool ignorable = (header.flags & kFlagIgnorable) != 0 && !is_mariadb(header.type);
    if (is_harmless(header.type) || ignorable) return visitor_.on_skipped(header);
    return refusal(header);
  }

  Status on_payload(const EventContext& payload, std::string_view body) {
    if (groups_.in_transaction()) return definite_error("it stands inside another transaction");
    MILLRACE_RETURN_IF_ERROR(payload_.open(body));
    bool began = false;
    while (true) {
      MILLRACE_ASSIGN_OR_RETURN(const std::string_view event, payload_.next());
      if (event.empty()) break;
      if (began && !groups_.in_transaction()) {
        return definite_error("events follow the end of its transaction");
      }
      EventContext at = payload;
      MILLRACE_ASSIGN_OR_RETURN(at.header, decode_header(event));
      const Status status = on_payload_event(at, event.substr(kEventHeaderBytes));
      if (!status) return status.error().with_context(event_type_name(at.header.type) + " inside");
      began = began || groups_.in_transaction();
    }
    if (!began || groups_.in_transaction()) {
      return definite_error(began ? "its transaction has no end" : "no transaction is in it");
    }
    return {};
  }

  Status on_payload_event(const EventContext& at, std::string_view body) {
    const EventType type = at.header.type;
    if (type == EventType::kQuery || !GroupGrammar::takes(type) || groups_.in_transaction()) {
      return on_group_event(at, body);
    }
    return definite_error("a payload holds a transaction from its BEGIN on");
  }

  // The place, the transaction and the type in front of what went wrong.
  Status fail(const Error& error, const EventHeader& header, const std::string& type) {
    std::string place = position_.file.empty() ? "binlog" : position_.file;
    place += ":" + std::to_string(context(header).start) + " " + type;
    if (groups_.gtid()) place += " of " + groups_.gtid()->to_text();
    failure_ = error.with_context(place);
    return *failure_;
  }

  StreamVisitor& visitor_;
  GroupGrammar groups_;
  PayloadReader payload_;
  BinlogPosition position_;
  bool checksum_before_format_ = true;
  bool format_known_ = false;
  FormatDescription format_;
  std::optional<Error> failure_;
};

StreamGrammar::StreamGrammar(StreamVisitor& visitor, StreamGrammarOptions options)
    : impl_(std::make_unique<Impl>(visitor, std::move(options))) {}
StreamGrammar::~StreamGrammar() = default;

Status StreamGrammar::feed(std::string_view event) { return impl_->feed(event); }
void StreamGrammar::reset(StreamGrammarOptions options) { impl_->reset(std::move(options)); }
const BinlogPosition& StreamGrammar::position() const { return impl_->position(); }
bool StreamGrammar::in_transaction() const { return impl_->in_group(); }

}  // namespace millrace::binlog

#include "millrace/binlog/file_reader.h"

#include <utility>

namespace millrace::binlog {
namespace {

constexpr std::string_view kMagic = "\xfe\x62\x69\x6e";
constexpr std::string_view kEncryptedMagic = "\xfd\x62\x69\x6e";

}  // namespace

BinlogFileReader::BinlogFileReader(std::string_view bytes, BinlogFileOptions options)
    : bytes_(bytes), options_(std::move(options)) {}

Error BinlogFileReader::error(const std::string& what) const {
  return definite_error(options_.file + ":" + std::to_string(offset_) + ": " + what);
}

Status BinlogFileReader::check_magic() {
  const std::string_view magic = bytes_.substr(0, kMagic.size());
  if (magic == kEncryptedMagic) {
    return error("the file is encrypted (binlog_encryption); read it through its server");
  }
  if (magic != kMagic) return error("not a binlog file: it does not start with fe 'bin'");
  offset_ = kMagic.size();
  return {};
}

Result<std::optional<std::string_view>> BinlogFileReader::next() {
  if (offset_ == 0) MILLRACE_RETURN_IF_ERROR(check_magic());
  const std::string_view rest = bytes_.substr(offset_);
  if (rest.empty() || truncated_bytes_ != 0) return std::optional<std::string_view>();
  std::uint64_t event_bytes = kEventHeaderBytes;
  if (rest.size() >= kEventHeaderBytes) {
    MILLRACE_ASSIGN_OR_RETURN(const EventHeader header, decode_header(rest));
    event_bytes = header.event_bytes;
    // A file system that lost its cache leaves zeros behind.
    const bool zeros = rest.find_first_not_of('\0') == std::string_view::npos;
    if (event_bytes < kEventHeaderBytes && !(zeros && options_.allow_truncated_tail)) {
      return error("an event of " + std::to_string(event_bytes) + " bytes");
    }
    if (zeros) event_bytes = rest.size() + 1;
  }
  if (event_bytes > rest.size()) {
    if (!options_.allow_truncated_tail) {
      return error("the file ends inside an event: " + std::to_string(rest.size()) + " of " +
                   std::to_string(event_bytes) + " bytes");
    }
    truncated_bytes_ = rest.size();
    return std::optional<std::string_view>();
  }
  offset_ += event_bytes;
  return std::optional<std::string_view>(rest.substr(0, event_bytes));
}

Status read_binlog_file(std::string_view bytes, const BinlogFileOptions& options,
                        StreamVisitor& visitor) {
  BinlogFileReader reader(bytes, options);
  StreamGrammar grammar(visitor, StreamGrammarOptions{.file = options.file});
  while (true) {
    MILLRACE_ASSIGN_OR_RETURN(const std::optional<std::string_view> event, reader.next());
    if (!event) break;
    MILLRACE_RETURN_IF_ERROR(grammar.feed(*event));
  }
  if (!grammar.in_transaction() || options.allow_truncated_tail) return {};
  return definite_error(options.file + ":" + std::to_string(reader.offset()) +
                        ": the file ends inside a transaction");
}

}  // namespace millrace::binlog

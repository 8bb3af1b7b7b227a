// GTIDs and sets of them as text.

#include <algorithm>
#include <charconv>
#include <limits>

#include "millrace/gtid/gtid_set.h"

namespace millrace::gtid {
namespace {

constexpr std::size_t kUuidLength = 36;
constexpr std::size_t kMaxTagLength = 32;

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool is_tag_start(char c) {
  const char lower = to_lower(c);
  return (lower >= 'a' && lower <= 'z') || c == '_';
}

// Walks the text from token to token; white space may stand between any two.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) { skip_space(); }

  bool at_end() const { return at_ == text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[at_]; }
  bool accept(char c) {
    if (peek() != c || at_end()) return false;
    ++at_;
    skip_space();
    return true;
  }

  Result<Uuid> read_uuid() {
    auto uuid = Uuid::parse(text_.substr(at_, kUuidLength));
    if (!uuid) return error("expected a UUID");
    at_ += kUuidLength;
    skip_space();
    return uuid;
  }

  // A number of 1 to 2^63 - 2.
  Result<std::int64_t> read_gno() {
    std::int64_t value = 0;
    const char* begin = text_.data() + at_;
    const char* end = text_.data() + text_.size();
    const auto parsed = std::from_chars(begin, end, value);
    if (parsed.ec != std::errc() || !is_digit(*begin))
      return error("expected a transaction number");
    if (value < 1 || value == std::numeric_limits<std::int64_t>::max()) {
      return error("a transaction number is from 1 to 2^63 - 2");
    }
    at_ += static_cast<std::size_t>(parsed.ptr - begin);
    skip_space();
    return value;
  }

  // The server takes either case and keeps the lower.
  Result<std::string> read_tag() {
    if (!is_tag_start(peek())) return error("expected an interval or a tag");
    std::string tag;
    while (is_tag_start(peek()) || is_digit(peek())) tag.push_back(to_lower(text_[at_++]));
    if (tag.size() > kMaxTagLength) return error("a tag has at most 32 characters");
    skip_space();
    return tag;
  }

  // Quotes the place, not the whole text: a set can be many kilobytes long.
  Error error(std::string_view what) const {
    constexpr std::size_t kQuoted = 48;
    const std::size_t from = at_ < kQuoted / 2 ? 0 : at_ - kQuoted / 2;
    std::string quote(text_.substr(from, kQuoted));
    return definite_error(std::string(what) + " at offset " + std::to_string(at_) + " of \"" +
                          (from > 0 ? "..." : "") + quote +
                          (from + kQuoted < text_.size() ? "...\"" : "\""));
  }

 private:
  void skip_space() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::string Gtid::to_text() const {
  std::string text = uuid.to_text();
  if (!tag.empty()) text.append(1, ':').append(tag);
  return text.append(1, ':').append(std::to_string(gno.value()));
}

Result<Gtid> Gtid::parse(std::string_view text) {
  Scanner scanner(text);
  Gtid gtid;
  MILLRACE_ASSIGN_OR_RETURN(gtid.uuid, scanner.read_uuid());
  if (!scanner.accept(':')) return scanner.error("expected ':'");
  if (!is_digit(scanner.peek())) {
    MILLRACE_ASSIGN_OR_RETURN(gtid.tag, scanner.read_tag());
    if (!scanner.accept(':')) return scanner.error("expected ':'");
  }
  MILLRACE_ASSIGN_OR_RETURN(const std::int64_t gno, scanner.read_gno());
  gtid.gno = Gno(gno);
  if (!scanner.at_end()) return scanner.error("expected the end of the GTID");
  return gtid;
}

Result<GtidSet> GtidSet::parse(std::string_view text) {
  GtidSet set;
  Scanner scanner(text);
  while (true) {
    while (scanner.accept(',')) {  // the server also takes more than one
    }
    if (scanner.at_end()) return set;
    Tsid tsid;
    MILLRACE_ASSIGN_OR_RETURN(tsid.uuid, scanner.read_uuid());
    bool has_interval = false;  // since the UUID or the last tag
    while (scanner.accept(':')) {
      if (!is_digit(scanner.peek())) {
        if (!tsid.tag.empty() && !has_interval) return scanner.error("expected an interval");
        MILLRACE_ASSIGN_OR_RETURN(tsid.tag, scanner.read_tag());
        has_interval = false;
        continue;
      }
      MILLRACE_ASSIGN_OR_RETURN(const std::int64_t first, scanner.read_gno());
      std::int64_t last = first;
      if (scanner.accept('-')) {
        MILLRACE_ASSIGN_OR_RETURN(last, scanner.read_gno());
        if (last < first) return scanner.error("an interval ends before it begins");
      }
      set.add_interval(tsid, Interval{first, last + 1});
      has_interval = true;
    }
    if (!has_interval) return scanner.error("expected an interval");
    if (!scanner.at_end() && scanner.peek() != ',') return scanner.error("expected ',' or ':'");
  }
}

std::string GtidSet::to_text() const {
  std::string text;
  const Uuid* previous = nullptr;
  for (const auto& [tsid, intervals] : intervals_) {
    if (previous == nullptr || *previous != tsid.uuid) {
      if (previous != nullptr) text.push_back(',');
      text.append(tsid.uuid.to_text());
      previous = &tsid.uuid;
    }
    if (!tsid.tag.empty()) text.append(1, ':').append(tsid.tag);
    for (const Interval& interval : intervals) {
      text.append(1, ':').append(std::to_string(interval.first));
      if (interval.end - interval.first > 1) {
        text.append(1, '-').append(std::to_string(interval.end - 1));
      }
    }
  }
  return text;
}

}  // namespace millrace::gtid

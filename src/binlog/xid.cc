// Transaction ids of XA: in XA_PREPARE as bytes, in statements as text.

#include <charconv>

#include "binlog/field_reader.h"
#include "millrace/base/encoding.h"
#include "millrace/binlog/events.h"

namespace millrace::binlog {
namespace {

constexpr std::size_t kMaxPartBytes = 64;  // of gtrid and bqual each, by the XA standard

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Reads gtrid[,bqual[,formatID]] with the literals that XA statements take: X'61', 0x61, 'a'.
class XidParser {
 public:
  explicit XidParser(std::string_view text) : text_(text) { skip_space(); }

  Result<Xid> parse() {
    Xid xid;
    xid.format_id = 1;
    bool good = read_literal(xid.gtrid);
    if (good && accept(',')) {
      good = read_literal(xid.bqual);
      if (good && accept(',')) good = read_number(xid.format_id);
    }
    if (good && text_.empty()) return xid;
    return definite_error("not an XA transaction id: " + std::string(whole_));
  }

 private:
  void skip_space() {
    while (!text_.empty() && (text_[0] == ' ' || (text_[0] >= '\t' && text_[0] <= '\r'))) {
      text_.remove_prefix(1);
    }
  }
  bool accept(char c) {
    if (text_.empty() || text_[0] != c) return false;
    text_.remove_prefix(1);
    skip_space();
    return true;
  }
  bool read_number(std::uint32_t& value) {
    const auto parsed = std::from_chars(text_.data(), text_.data() + text_.size(), value);
    if (parsed.ec != std::errc()) return false;
    text_.remove_prefix(static_cast<std::size_t>(parsed.ptr - text_.data()));
    skip_space();
    return true;
  }
  bool read_literal(std::string& out) {
    if (text_.size() >= 2 && (text_[0] == 'X' || text_[0] == 'x') && text_[1] == '\'') {
      text_.remove_prefix(2);
      return read_hex(out) && accept('\'');
    }
    if (text_.size() >= 2 && text_[0] == '0' && (text_[1] == 'x' || text_[1] == 'X')) {
      text_.remove_prefix(2);
      const bool good = read_hex(out) && !out.empty();
      skip_space();
      return good;
    }
    return read_quoted(out);
  }
  bool read_hex(std::string& out) {
    int high = -1;
    while (!text_.empty() && hex_value(text_[0]) >= 0) {
      const int digit = hex_value(text_[0]);
      text_.remove_prefix(1);
      if (high < 0) {
        high = digit;
        continue;
      }
      out.push_back(static_cast<char>(high * 16 + digit));
      high = -1;
    }
    return high < 0 && out.size() <= kMaxPartBytes;
  }
  // No escapes: the server writes hex whenever there would be any.
  bool read_quoted(std::string& out) {
    if (text_.empty() || (text_[0] != '\'' && text_[0] != '"')) return false;
    const char quote = text_[0];
    const std::size_t end = text_.find(quote, 1);
    if (end == std::string_view::npos || end - 1 > kMaxPartBytes) return false;
    out = std::string(text_.substr(1, end - 1));
    if (out.find('\\') != std::string::npos) return false;
    text_.remove_prefix(end + 1);
    skip_space();
    return true;
  }

  std::string_view text_;
  std::string_view whole_ = text_;
};

}  // namespace

std::string Xid::to_text() const {
  std::string text = "X'";
  append_hex(gtrid, text);
  text += "',X'";
  append_hex(bqual, text);
  return text + "'," + std::to_string(format_id);
}

Result<Xid> Xid::parse(std::string_view text) { return XidParser(text).parse(); }

Result<XaPrepare> decode_xa_prepare(std::string_view body) {
  FieldReader reader(body);
  XaPrepare prepare;
  prepare.one_phase = reader.u8("one phase") != 0;
  prepare.xid.format_id = reader.u32("format id");
  const std::uint32_t gtrid_bytes = reader.u32("gtrid length");
  const std::uint32_t bqual_bytes = reader.u32("bqual length");
  if (gtrid_bytes > kMaxPartBytes || bqual_bytes > kMaxPartBytes) {
    return definite_error("an XA transaction id of " + std::to_string(gtrid_bytes) + " and " +
                          std::to_string(bqual_bytes) + " bytes, more than 64");
  }
  prepare.xid.gtrid = std::string(reader.bytes(gtrid_bytes, "gtrid"));
  prepare.xid.bqual = std::string(reader.bytes(bqual_bytes, "bqual"));
  MILLRACE_RETURN_IF_ERROR(reader.status());
  return prepare;
}

}  // namespace millrace::binlog

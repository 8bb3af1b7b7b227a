#include "encode/shape/time_zone.h"

#include <charconv>
#include <optional>
#include <utility>

namespace millrace::encode {
namespace {

constexpr double kMillisecond = 1000;
constexpr std::int64_t kLargestOffset = 18 * 3600;

bool is_utc(const std::string& name) {
  for (const std::string_view utc : {"UTC", "GMT", "Z", "Etc/UTC", "Etc/GMT", "UCT", "Zulu"})
    if (name == utc) return true;
  return false;
}

// "+08:00" or "-03:30:15".
std::optional<std::int64_t> parse_offset(const std::string& text) {
  if ((text.size() != 6 && text.size() != 9) || (text[0] != '+' && text[0] != '-')) return {};
  std::int64_t seconds = 0;
  std::int64_t unit = 3600;
  for (std::size_t at = 1; at < text.size(); at += 3, unit /= 60) {
    int part = 0;
    const auto [end, code] = std::from_chars(text.data() + at, text.data() + at + 2, part);
    const bool is_last = at + 2 == text.size();
    if (code != std::errc() || end != text.data() + at + 2 || part > 59 ||
        (!is_last && text[at + 2] != ':')) {
      return {};
    }
    seconds += part * unit;
  }
  if (seconds > kLargestOffset) return {};
  return text[0] == '-' ? -seconds : seconds;
}

// Null where there is no such place.
std::shared_ptr<const icu::BasicTimeZone> find_place(const std::string& name) {
  if (name.find('/') == name.npos) return nullptr;
  const std::shared_ptr<const icu::TimeZone> zone(
      icu::TimeZone::createTimeZone(icu::UnicodeString::fromUTF8(name)));
  if (zone == nullptr || *zone == icu::TimeZone::getUnknown()) return nullptr;
  return std::dynamic_pointer_cast<const icu::BasicTimeZone>(zone);
}

}  // namespace

Result<TimeZone> TimeZone::find(const std::string& name) {
  if (is_utc(name)) return TimeZone(0);
  if (const auto offset = parse_offset(name)) return TimeZone(*offset);
  if (auto rules = find_place(name)) return TimeZone(std::move(rules));
  return definite_error(
      "'" + name + "' is no time zone: use a place (Europe/Berlin), an offset (+08:00) or UTC");
}

std::int64_t TimeZone::offset_at(std::int64_t utc_seconds) const {
  if (rules_ == nullptr) return fixed_;
  std::int32_t standard = 0, summer = 0;
  UErrorCode code = U_ZERO_ERROR;
  rules_->getOffset(static_cast<double>(utc_seconds) * kMillisecond, false, standard, summer, code);
  return (standard + summer) / 1000;
}

std::int64_t TimeZone::offset_of_local(std::int64_t local_seconds) const {
  if (rules_ == nullptr) return fixed_;
  std::int32_t standard = 0, summer = 0;
  UErrorCode code = U_ZERO_ERROR;
  rules_->getOffsetFromLocal(static_cast<double>(local_seconds) * kMillisecond,
                             UCAL_TZ_LOCAL_FORMER, UCAL_TZ_LOCAL_FORMER, standard, summer, code);
  return (standard + summer) / 1000;
}

}  // namespace millrace::encode

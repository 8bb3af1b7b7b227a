#pragma once

// A time zone: a fixed offset from UTC, or a place with its rules (ICU's). Immutable.

#include <cstdint>
#include <memory>
#include <string>

#include <unicode/basictz.h>

#include "millrace/base/result.h"

namespace millrace::encode {

class TimeZone {
 public:
  // "+08:00", "-03:30:15", "UTC" or "Europe/Berlin".
  static Result<TimeZone> find(const std::string& name);

  // Seconds east of UTC.
  std::int64_t offset_at(std::int64_t utc_seconds) const;
  // By the zone's own clock. Around the hours in which it is turned, the offset before.
  std::int64_t offset_of_local(std::int64_t local_seconds) const;

 private:
  explicit TimeZone(std::int64_t offset) : fixed_(offset) {}
  explicit TimeZone(std::shared_ptr<const icu::BasicTimeZone> rules) : rules_(std::move(rules)) {}

  std::int64_t fixed_ = 0;
  std::shared_ptr<const icu::BasicTimeZone> rules_;  // null: fixed
};

}  // namespace millrace::encode

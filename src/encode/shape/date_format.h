#pragma once

// java.text.SimpleDateFormat in UTC, as TimestampConverter and TimestampRouter use it: instants in milliseconds to text
// and back, in the calendar of Java (Julian before 15 October 1582), with English names. Immutable.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/base/result.h"

namespace millrace::encode {

class DateFormat {
 public:
  // An error names the letter that isn't supported: eras, weeks and what else nobody puts into a timestamp.
  static Result<DateFormat> compile(std::string_view pattern);

  void format(std::int64_t milliseconds, std::string& out) const;
  // What stands behind the date doesn't count, as in Java. Lenient as well: the 32nd is the first of the next month.
  Result<std::int64_t> parse(std::string_view text) const;

 private:
  struct Part {
    char letter = 0;        // 0: literal
    std::size_t count = 0;  // of the letter
    std::string literal = {};
  };

  std::string pattern_;
  std::vector<Part> parts_;
};

}  // namespace millrace::encode

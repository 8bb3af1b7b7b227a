#include "encode/shape/date_format.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace millrace::encode {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kHourMs = 3'600'000;
// The first day of the Gregorian calendar, 15 October 1582, since 1970.
constexpr std::int64_t kFirstGregorianDay = -141'427;
constexpr std::string_view kMonths[] = {"January",   "February", "March",    "April",
                                        "May",       "June",     "July",     "August",
                                        "September", "October",  "November", "December"};
constexpr std::string_view kDays[] = {
    "Thursday", "Friday",  "Saturday", "Sunday",
    "Monday",   "Tuesday", "Wednesday"};  // 1970-01-01 was a Thursday
constexpr std::string_view kHalves[] = {"AM", "PM"};
constexpr std::string_view kLetters = "yMdHkKhmsSaEXZz";
// More digits than any instant has.
constexpr std::size_t kMostDigits = 15;

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

struct Date {
  std::int64_t year = 1970;
  std::int64_t month = 1, day = 1;
};

// Days since 1970 to a date of either calendar: both count from 1 March of a year that is a multiple of 400 (or 4).
Date date_of(std::int64_t days) {
  std::int64_t year = 0;
  std::int64_t day_of_year = 0;
  if (days >= kFirstGregorianDay) {
    const std::int64_t since = days + 719'468;
    const std::int64_t era = floor_div(since, 146'097);
    const std::int64_t of_era = since - era * 146'097;
    const std::int64_t year_of_era =
        (of_era - of_era / 1460 + of_era / 36'524 - of_era / 146'096) / 365;
    year = year_of_era + era * 400;
    day_of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  } else {
    const std::int64_t since = days + 719'470;
    const std::int64_t era = floor_div(since, 1461);
    const std::int64_t of_era = since - era * 1461;
    const std::int64_t year_of_era = (of_era - of_era / 1460) / 365;
    year = year_of_era + era * 4;
    day_of_year = of_era - 365 * year_of_era;
  }
  const std::int64_t month = (5 * day_of_year + 2) / 153;  // from March
  Date date;
  date.day = day_of_year - (153 * month + 2) / 5 + 1;
  date.month = month < 10 ? month + 3 : month - 9;
  date.year = year + (date.month <= 2 ? 1 : 0);
  return date;
}

// Months and days out of range count on, as a lenient calendar does.
std::int64_t days_of(Date date) {
  date.year += floor_div(date.month - 1, 12);
  date.month = date.month - 1 - floor_div(date.month - 1, 12) * 12 + 1;
  const std::int64_t year = date.year - (date.month <= 2 ? 1 : 0);
  const std::int64_t month = date.month > 2 ? date.month - 3 : date.month + 9;
  const std::int64_t day_of_year = (153 * month + 2) / 5 + date.day - 1;
  const std::int64_t gregorian = year * 365 + floor_div(year, 4) - floor_div(year, 100) +
                                 floor_div(year, 400) + day_of_year - 719'468;
  if (gregorian >= kFirstGregorianDay) return gregorian;
  return year * 365 + floor_div(year, 4) + day_of_year - 719'470;
}

void append_padded(std::int64_t number, std::size_t width, std::string& out) {
  const std::string digits = std::to_string(number);
  if (digits.size() < width) out.append(width - digits.size(), '0');
  out += digits;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool starts_ignoring_case(std::string_view text, std::string_view word) {
  return text.size() >= word.size() &&
         std::equal(word.begin(), word.end(), text.begin(),
                    [](char a, char b) { return (a | 0x20) == (b | 0x20); });
}

// Reads one text by the parts of a pattern.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool literal(std::string_view expected) {
    if (!text_.substr(at_).starts_with(expected)) return false;
    at_ += expected.size();
    return true;
  }

  // At most `width` digits; blanks before them don't count.
  std::optional<std::int64_t> number(std::size_t width) {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
    std::size_t end = at_;
    while (end < text_.size() && end - at_ < width && is_digit(text_[end])) ++end;
    std::int64_t value = 0;
    if (end == at_ ||
        std::from_chars(text_.data() + at_, text_.data() + end, value).ec != std::errc())
      return std::nullopt;
    at_ = end;
    return value;
  }

  // The index of the name that stands here, in full or by its first three letters.
  template <std::size_t count>
  std::optional<std::int64_t> name(const std::string_view (&names)[count]) {
    for (std::size_t i = 0; i < count; ++i) {
      for (const std::string_view form : {names[i], names[i].substr(0, 3)}) {
        if (!starts_ignoring_case(text_.substr(at_), form)) continue;
        at_ += form.size();
        return static_cast<std::int64_t>(i);
      }
    }
    return std::nullopt;
  }

  // Milliseconds east of Greenwich: Z, UTC, GMT, +01, +0100, +01:00.
  std::optional<std::int64_t> zone() {
    for (const std::string_view utc : {"Z", "UTC", "GMT"}) {
      if (literal(utc)) return 0;
    }
    if (at_ >= text_.size() || (text_[at_] != '+' && text_[at_] != '-')) return std::nullopt;
    const std::int64_t sign = text_[at_++] == '-' ? -1 : 1;
    const auto hours = number(2);
    if (!hours) return std::nullopt;
    if (at_ < text_.size() && text_[at_] == ':') ++at_;
    const std::int64_t minutes =
        at_ < text_.size() && is_digit(text_[at_]) ? number(2).value_or(0) : 0;
    return sign * (*hours * 60 + minutes) * 60'000;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

// What the parts of a text add up to.
class Fields {
 public:
  void set(char letter, std::int64_t value) {
    switch (letter) {
      case 'y':
        date_.year = value;
        break;
      case 'M':
        date_.month = value;
        break;
      case 'd':
        date_.day = value;
        break;
      case 'H':
        milliseconds_ += value * kHourMs;
        break;
      case 'k':
        milliseconds_ += (value == 24 ? 0 : value) * kHourMs;
        break;
      case 'K':
      case 'h':
        milliseconds_ += (value == 12 ? 0 : value) * kHourMs;
        has_half_ = true;
        break;
      case 'a':
        is_afternoon_ = value == 1;
        break;
      case 'm':
        milliseconds_ += value * 60'000;
        break;
      case 's':
        milliseconds_ += value * 1000;
        break;
      case 'S':
        milliseconds_ += value;
        break;
      case 'X':
      case 'Z':
      case 'z':
        milliseconds_ -= value;
        break;
      default:  // literals, the day of the week
        break;
    }
  }

  std::int64_t instant() const {
    return days_of(date_) * kDayMs + milliseconds_ +
           (has_half_ && is_afternoon_ ? 12 * kHourMs : 0);
  }

 private:
  Date date_;
  std::int64_t milliseconds_ = 0;
  bool has_half_ = false;
  bool is_afternoon_ = false;
};

// The value of the part that stands next in the text; nothing where it doesn't.
std::optional<std::int64_t> read_part(Reader& reader, char letter, std::size_t count,
                                      std::size_t width) {
  switch (letter) {
    case 'E':
      return reader.name(kDays);
    case 'X':
    case 'Z':
    case 'z':
      return reader.zone();
    case 'a':
      return reader.name(kHalves);
    case 'M':
      if (count >= 3) {
        const auto index = reader.name(kMonths);
        return index ? std::optional(*index + 1) : std::nullopt;
      }
      break;
    default:
      break;
  }
  return reader.number(width);
}

struct Moment {
  Date date;
  std::int64_t weekday = 0;  // since Thursday
  std::int64_t of_day_ms = 0;
};

// Nothing where the letter stands for a name.
std::optional<std::int64_t> number_of(const Moment& moment, char letter, std::size_t count) {
  const std::int64_t hour = moment.of_day_ms / kHourMs;
  switch (letter) {
    case 'y': {
      // Before Christ there is no year 0.
      const std::int64_t year = moment.date.year > 0 ? moment.date.year : 1 - moment.date.year;
      return count == 2 ? year % 100 : year;
    }
    case 'M':
      return count < 3 ? std::optional(moment.date.month) : std::nullopt;
    case 'd':
      return moment.date.day;
    case 'H':
      return hour;
    case 'k':
      return hour == 0 ? 24 : hour;
    case 'K':
      return hour % 12;
    case 'h':
      return hour % 12 == 0 ? 12 : hour % 12;
    case 'm':
      return moment.of_day_ms / 60'000 % 60;
    case 's':
      return moment.of_day_ms / 1000 % 60;
    case 'S':
      return moment.of_day_ms % 1000;
    default:
      return std::nullopt;
  }
}

std::string_view name_of(const Moment& moment, char letter, std::size_t count) {
  switch (letter) {
    case 'M': {
      const std::string_view name = kMonths[moment.date.month - 1];
      return count == 3 ? name.substr(0, 3) : name;
    }
    case 'E': {
      const std::string_view name = kDays[moment.weekday];
      return count < 4 ? name.substr(0, 3) : name;
    }
    case 'a':
      return kHalves[moment.of_day_ms < 12 * kHourMs ? 0 : 1];
    case 'X':
      return "Z";
    case 'Z':
      return "+0000";
    default:  // z
      return count < 4 ? "UTC" : "Coordinated Universal Time";
  }
}

}  // namespace

Result<DateFormat> DateFormat::compile(std::string_view pattern) {
  DateFormat format;
  format.pattern_ = pattern;
  const auto add_literal = [&format](char c) {
    if (format.parts_.empty() || format.parts_.back().letter != 0) format.parts_.emplace_back();
    format.parts_.back().literal += c;
  };
  bool is_quoted = false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\'') {
      const bool is_doubled = i + 1 < pattern.size() && pattern[i + 1] == '\'';
      if (is_doubled) {
        add_literal(c);
        ++i;
      } else {
        is_quoted = !is_quoted;
      }
    } else if (is_quoted || !is_letter(c)) {
      add_literal(c);
    } else if (kLetters.find(c) == kLetters.npos) {
      return definite_error("the letter " + std::string(1, c) + " of the pattern " +
                            format.pattern_ + " is not supported");
    } else if (!format.parts_.empty() && format.parts_.back().letter == c) {
      ++format.parts_.back().count;
    } else {
      format.parts_.push_back({c, 1});
    }
  }
  if (is_quoted) return definite_error("the pattern " + format.pattern_ + " has an open quote");
  return format;
}

void DateFormat::format(std::int64_t milliseconds, std::string& out) const {
  const std::int64_t days = floor_div(milliseconds, kDayMs);
  const Moment moment{date_of(days), days - floor_div(days, 7) * 7, milliseconds - days * kDayMs};
  for (const Part& part : parts_) {
    if (part.letter == 0) {
      out += part.literal;
    } else if (const auto number = number_of(moment, part.letter, part.count)) {
      append_padded(*number, part.count, out);
    } else {
      out += name_of(moment, part.letter, part.count);
    }
  }
}

Result<std::int64_t> DateFormat::parse(std::string_view text) const {
  Reader reader(text);
  Fields fields;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    const Part& part = parts_[i];
    // Numbers that stand side by side have as many digits as letters.
    const bool is_abutting = i + 1 < parts_.size() && parts_[i + 1].letter != 0;
    const std::size_t width = is_abutting ? part.count : kMostDigits;
    std::optional<std::int64_t> value;
    if (part.letter != 0) {
      value = read_part(reader, part.letter, part.count, width);
    } else if (reader.literal(part.literal)) {
      value = 0;
    }
    if (!value) return definite_error("'" + std::string(text) + "' is not of the form " + pattern_);
    if (part.letter == 'y' && part.count < 3 && *value < 100)
      return definite_error("years of two digits can't be read: " + pattern_);
    fields.set(part.letter, *value);
  }
  return fields.instant();
}

}  // namespace millrace::encode

#include "config/values.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

namespace millrace::config {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr Unit kSizeUnits[] = {
    {"", 1},
    {"B", 1},
    {"KiB", 1ULL << 10},
    {"MiB", 1ULL << 20},
    {"GiB", 1ULL << 30},
    {"TiB", 1ULL << 40},
    {"kB", 1000},
    {"KB", 1000},
    {"MB", 1000'000},
    {"GB", 1000'000'000},
    {"TB", 1000'000'000'000},
};
constexpr Unit kTimeUnits[] = {
    {"", 1},         {"ms", 1},        {"s", 1000},       {"m", 60'000},
    {"min", 60'000}, {"h", 3'600'000}, {"d", 86'400'000},
};

// A whole number and one of the units; nothing when it isn't that or doesn't fit.
template <std::size_t count>
std::optional<std::uint64_t> parse_with_unit(std::string_view text, const Unit (&units)[count]) {
  text = trim(text);
  std::uint64_t number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc()) return std::nullopt;
  const std::string_view name = trim(text.substr(static_cast<std::size_t>(end - text.data())));
  for (const Unit& unit : units) {
    if (unit.name != name) continue;
    constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (number > kMax / unit.factor) return std::nullopt;
    return number * unit.factor;
  }
  return std::nullopt;
}

// Levenshtein's distance, without case.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = diagonal + (lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replace, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

Result<std::int64_t> parse_integer(std::string_view text, std::int64_t min, std::int64_t max) {
  text = trim(text);
  std::int64_t number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc() || end != text.data() + text.size() || number < min || number > max) {
    return definite_error("is not a whole number from " + std::to_string(min) + " to " +
                          std::to_string(max));
  }
  return number;
}

Result<bool> parse_boolean(std::string_view text) {
  text = trim(text);
  if (equals_ignoring_case(text, "true")) return true;
  if (equals_ignoring_case(text, "false")) return false;
  return definite_error("is neither true nor false");
}

Result<std::uint64_t> parse_size(std::string_view text, std::uint64_t min) {
  const auto bytes = parse_with_unit(text, kSizeUnits);
  if (!bytes)
    return definite_error("is not a size: a number of bytes, or one with KiB, MiB or GiB");
  if (*bytes < min) return definite_error("is below " + std::to_string(min) + " bytes");
  return *bytes;
}

Result<std::chrono::milliseconds> parse_duration(std::string_view text,
                                                 std::chrono::milliseconds min) {
  const auto count = parse_with_unit(text, kTimeUnits);
  // A year in milliseconds is far from overflowing whatever it is added to.
  constexpr std::uint64_t kMaxMs = 366ULL * 86'400'000;
  if (!count || *count > kMaxMs) {
    return definite_error("is not a time: a number of milliseconds, or one with s, min or h");
  }
  const std::chrono::milliseconds duration(*count);
  if (duration < min) return definite_error("is below " + std::to_string(min.count()) + " ms");
  return duration;
}

Result<std::vector<std::string>> parse_patterns(std::string_view text) {
  std::vector<std::string> patterns;
  std::string pattern;
  const auto finish = [&] {
    if (const std::string_view trimmed = trim(pattern); !trimmed.empty())
      patterns.emplace_back(trimmed);
    pattern.clear();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ',') {
      finish();
    } else if (text[i] != '\\') {
      pattern += text[i];
    } else if (i + 1 == text.size()) {
      return definite_error("ends with a backslash that escapes nothing");
    } else {
      ++i;
      if (text[i] != ',') pattern += '\\';
      pattern += text[i];
    }
  }
  finish();
  return patterns;
}

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    if (const std::string_view word = trim(text.substr(0, comma)); !word.empty())
      words.emplace_back(word);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return words;
}

Result<Endpoint> parse_endpoint(std::string_view text) {
  const auto wrong = [] { return definite_error("is not an address: expected HOST:PORT"); };
  text = trim(text);
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return wrong();
  const auto port = parse_integer(text.substr(colon + 1), 0, 65535);
  if (!port) return wrong();
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return definite_error("is not an address: an IPv6 address stands in brackets, [::1]:8083");
  }
  return Endpoint{host.empty() ? "0.0.0.0" : std::string(host), static_cast<std::uint16_t>(*port)};
}

std::string nearest_name(std::string_view name, const std::vector<std::string_view>& names) {
  std::string_view best;
  // More than a third of the letters wrong is another word.
  std::size_t best_distance = std::max<std::size_t>(2, name.size() / 3) + 1;
  for (const std::string_view candidate : names) {
    const std::size_t distance = edit_distance(name, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return std::string(best);
}

}  // namespace millrace::config

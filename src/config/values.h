#pragma once

// Values from text. An error completes the sentence "'<value>' ...", without the value itself: it may have come from a
// secret.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "millrace/base/result.h"

namespace millrace::config {

std::string_view trim(std::string_view text);
bool equals_ignoring_case(std::string_view a, std::string_view b);

Result<std::int64_t> parse_integer(std::string_view text, std::int64_t min, std::int64_t max);
Result<bool> parse_boolean(std::string_view text);
// Bytes: a number, or one with B, KiB, MiB, GiB, TiB (1024) or kB, KB, MB, GB, TB (1000).
Result<std::uint64_t> parse_size(std::string_view text, std::uint64_t min);
// A number of milliseconds, or one with ms, s, min, m, h or d.
Result<std::chrono::milliseconds> parse_duration(std::string_view text,
                                                 std::chrono::milliseconds min);

// A comma-separated list of patterns as Debezium splits it: "\," is a comma inside a pattern, any other escape is left
// to the regular expression, blanks around a pattern and empty patterns don't count.
Result<std::vector<std::string>> parse_patterns(std::string_view text);
// A comma-separated list of plain words.
std::vector<std::string> split_words(std::string_view text);

// "host:port", "[v6]:port", ":port" (every address).
struct Endpoint {
  std::string host;
  std::uint16_t port = 0;
};
Result<Endpoint> parse_endpoint(std::string_view text);

template <typename Enum>
using Choices = std::vector<std::pair<std::string_view, Enum>>;

// One of a few words, without case.
template <typename Enum>
Result<Enum> parse_choice(std::string_view text, const Choices<Enum>& choices) {
  std::string names;
  for (const auto& [name, value] : choices) {
    if (equals_ignoring_case(trim(text), name)) return value;
    names.append(names.empty() ? "" : ", ").append(name);
  }
  return definite_error("is none of " + names);
}

// The one of `names` that was probably meant; empty when none is near.
std::string nearest_name(std::string_view name, const std::vector<std::string_view>& names);

}  // namespace millrace::config

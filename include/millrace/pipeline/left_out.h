#pragma once

// What a source leaves out because its configuration says that it shall not stop: counted by table and reason, with
// the first case of each in words. Nothing is left out without being counted here; the observer gets the counts with
// the commit that passes the place, so a repeated stretch of the stream isn't counted twice.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace millrace::pipeline {

class LeftOut {
 public:
  enum class Reason : std::uint8_t {
    kInconsistentSchema,  // a row event whose table's structure can't be known
    kUndecodable,         // the rest of a row event, from a row on whose bytes can't be understood
    kUnprocessable,       // a row that can't become a record
    kUnconvertible,       // a value that is null instead
  };
  struct What {
    std::string table;
    Reason reason = Reason::kUnprocessable;
    friend auto operator<=>(const What&, const What&) = default;
  };
  struct Count {
    std::uint64_t count = 0;
    std::string first;  // place and reason of the first case
  };

  void add(What what, std::string place_and_reason, std::uint64_t count = 1) {
    Count& known = counts_[std::move(what)];
    if (known.count == 0) known.first = std::move(place_and_reason);
    known.count += count;
  }
  void add(const LeftOut& other) {
    for (const auto& [what, count] : other.counts_) {
      Count& known = counts_[what];
      if (known.count == 0) known.first = count.first;
      known.count += count.count;
    }
  }
  const std::map<What, Count>& counts() const { return counts_; }

 private:
  std::map<What, Count> counts_;
};

// As metrics and logs call it.
constexpr std::string_view to_text(LeftOut::Reason reason) {
  switch (reason) {
    case LeftOut::Reason::kInconsistentSchema:
      return "inconsistent_schema";
    case LeftOut::Reason::kUndecodable:
      return "undecodable";
    case LeftOut::Reason::kUnprocessable:
      return "unprocessable";
    case LeftOut::Reason::kUnconvertible:
      return "unconvertible";
  }
  return "";
}

}  // namespace millrace::pipeline

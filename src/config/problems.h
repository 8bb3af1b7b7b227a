#pragma once

// What is wrong with a configuration, and what is only worth a warning: collected, so that a user sees everything at
// once. A line reads "file:line: key: sentence".

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::config {

// A place in a configuration file; line 0 is the file as a whole.
struct Place {
  std::string file;
  int line = 0;

  std::string to_text() const { return line == 0 ? file : file + ":" + std::to_string(line); }
};

class Problems {
 public:
  void error(const Place& place, std::string_view key, std::string_view sentence) {
    errors_.push_back(line_of(place, key, sentence));
  }
  void warn(const Place& place, std::string_view key, std::string_view sentence) {
    warnings_.push_back(line_of(place, key, sentence));
  }

  bool has_errors() const { return !errors_.empty(); }
  std::string error_text() const {
    std::string text;
    for (const std::string& line : errors_) {
      if (!text.empty()) text += '\n';
      text += line;
    }
    return text;
  }
  std::vector<std::string> take_warnings() { return std::move(warnings_); }

 private:
  static std::string line_of(const Place& place, std::string_view key, std::string_view sentence) {
    std::string line = place.to_text() + ": ";
    if (!key.empty()) line.append(key).append(": ");
    return line.append(sentence);
  }

  std::vector<std::string> errors_;
  std::vector<std::string> warnings_;
};

}  // namespace millrace::config

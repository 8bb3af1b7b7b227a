#pragma once

// Every key of the configuration that is known by name, with what becomes of it: for the documentation, which a test
// holds to this list, and for whoever asks. Static data: any thread, lives for ever.

#include <string>
#include <string_view>
#include <vector>

namespace millrace::config {

enum class Support {
  kImplemented,
  kOneValue,  // accepted with the values that `value` names, refused with any other
  kNoEffect,  // accepted with a warning: it has no meaning here
  kRefused,
};

struct PropertyInfo {
  std::string_view section;  // daemon, kafka, sink or source
  std::string_view name;     // "*" stands for any rest
  Support support = Support::kImplemented;
  std::string_view value;  // the default; kOneValue: the values that are accepted, separated by "|"
  std::string_view note;   // what it means, or the reason
};

// Sorted by section (daemon, kafka, sink, source), in a section as a reader wants them.
std::vector<PropertyInfo> known_properties();

// Does a property of a source hold a secret? Then it is shown only as the reference it was written as.
bool is_secret(std::string_view name);

}  // namespace millrace::config

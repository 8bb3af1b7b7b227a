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

// An option of a transform or predicate.
struct TransformOptionInfo {
  std::string_view name;
  // kOneValue: the values that are accepted, separated by "|". Else the default, or "required".
  Support support = Support::kImplemented;
  std::string_view value;
  // What is accepted: "text", "list", "boolean", or words separated by "|".
  std::string_view accepts;
  std::string_view note;
};

// A class that `transforms.<name>.type` or `predicates.<name>.type` may name.
struct TransformInfo {
  std::string_view type;  // without $Key and $Value
  bool is_predicate = false;
  bool has_parts = false;  // only as $Key or $Value
  std::vector<TransformOptionInfo> options;
  std::string_view note;  // what is other than in Connect; or empty
};

// Sorted as a reader wants them.
const std::vector<TransformInfo>& known_transforms();

// Sorted by section (daemon, kafka, sink, source), in a section as a reader wants them.
std::vector<PropertyInfo> known_properties();

// Does a property of a source hold a secret? Then it is shown only as the reference it was written as.
bool is_secret(std::string_view name);

}  // namespace millrace::config

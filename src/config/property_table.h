#pragma once

// One line a property: name, what becomes of it, default, note, and for implemented ones how the value is taken over.
// The reader (section_reader.h) walks a section by such a table; properties.h shows the tables to others.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "config/values.h"
#include "millrace/base/result.h"
#include "millrace/config/config.h"
#include "millrace/config/properties.h"

namespace millrace::config {

// A property and its value with references resolved, on the way into `Target`.
template <typename Target>
using Setter =
    std::function<Status(std::string_view key, const std::string& value, Target& target)>;

template <typename Target>
struct Property {
  std::string_view name;  // ends with "*": any rest
  Support support = Support::kImplemented;
  std::string_view value;
  std::string_view note;
  Setter<Target> set;  // of kImplemented; kNoEffect may have one that checks the value
};

template <typename Target>
using PropertyTable = std::vector<Property<Target>>;

const PropertyTable<DaemonConfig>& daemon_properties();
const PropertyTable<SinkConfig>& sink_properties();
const PropertyTable<SourceConfig>& source_properties();

// The part of source_properties() about a connector's schema history.
PropertyTable<SourceConfig> history_properties();

// The rest of source_properties(): names of Kafka Connect and Debezium that have no place in SourceConfig.
struct UnreadProperty {
  std::string_view name;
  Support support = Support::kRefused;
  std::string_view value;
  std::string_view note;
};
// Parts of source_properties(), a file each.
PropertyTable<SourceConfig> value_properties();
PropertyTable<SourceConfig> column_properties();
PropertyTable<SourceConfig> transform_properties();
PropertyTable<SourceConfig> policy_properties();
PropertyTable<SourceConfig> signal_properties();
PropertyTable<SourceConfig> snapshot_properties();
PropertyTable<SourceConfig> metadata_properties();
std::vector<UnreadProperty> other_connect_properties();
std::vector<UnreadProperty> other_debezium_properties();

// The words of database.ssl.mode and of what is like it.
const Choices<TlsMode>& tls_modes();

// Setters for the usual kinds of members.
template <typename Target>
Setter<Target> text(std::string Target::*member) {
  return [member](std::string_view, const std::string& value, Target& target) -> Status {
    target.*member = std::string(trim(value));
    return {};
  };
}

template <typename Target>
Setter<Target> boolean(bool Target::*member) {
  return [member](std::string_view, const std::string& value, Target& target) -> Status {
    MILLRACE_ASSIGN_OR_RETURN(target.*member, parse_boolean(value));
    return {};
  };
}

template <typename Target, typename Integer>
Setter<Target> integer(Integer Target::*member, std::int64_t min, std::int64_t max) {
  return [member, min, max](std::string_view, const std::string& value, Target& target) -> Status {
    MILLRACE_ASSIGN_OR_RETURN(const std::int64_t number, parse_integer(value, min, max));
    target.*member = static_cast<Integer>(number);
    return {};
  };
}

template <typename Target>
Setter<Target> size(std::uint64_t Target::*member, std::uint64_t min) {
  return [member, min](std::string_view, const std::string& value, Target& target) -> Status {
    MILLRACE_ASSIGN_OR_RETURN(target.*member, parse_size(value, min));
    return {};
  };
}

template <typename Target>
Setter<Target> duration(std::chrono::milliseconds Target::*member, std::chrono::milliseconds min) {
  return [member, min](std::string_view, const std::string& value, Target& target) -> Status {
    MILLRACE_ASSIGN_OR_RETURN(target.*member, parse_duration(value, min));
    return {};
  };
}

template <typename Target>
Setter<Target> patterns(std::vector<std::string> Target::*member) {
  return [member](std::string_view, const std::string& value, Target& target) -> Status {
    MILLRACE_ASSIGN_OR_RETURN(target.*member, parse_patterns(value));
    return {};
  };
}

// A member of a member.
template <typename Target, typename Part, typename Enum>
Setter<Target> choice(Part Target::*part, Enum Part::*member, Choices<Enum> choices) {
  return [part, member, choices = std::move(choices)](std::string_view, const std::string& value,
                                                      Target& target) -> Status {
    MILLRACE_ASSIGN_OR_RETURN((target.*part).*member, parse_choice<Enum>(value, choices));
    return {};
  };
}

template <typename Target, typename Part>
Setter<Target> boolean(Part Target::*part, bool Part::*member) {
  return [part, member](std::string_view, const std::string& value, Target& target) -> Status {
    MILLRACE_ASSIGN_OR_RETURN((target.*part).*member, parse_boolean(value));
    return {};
  };
}

template <typename Target, typename Part>
Setter<Target> patterns(Part Target::*part, std::vector<std::string> Part::*member) {
  return [part, member](std::string_view, const std::string& value, Target& target) -> Status {
    MILLRACE_ASSIGN_OR_RETURN((target.*part).*member, parse_patterns(value));
    return {};
  };
}

template <typename Target, typename Enum>
Setter<Target> choice(Enum Target::*member, Choices<Enum> choices) {
  return [member, choices = std::move(choices)](std::string_view, const std::string& value,
                                                Target& target) -> Status {
    MILLRACE_ASSIGN_OR_RETURN(target.*member, parse_choice<Enum>(value, choices));
    return {};
  };
}

}  // namespace millrace::config

#include "config/converters_reader.h"

#include "config/references.h"
#include "config/values.h"

namespace millrace::config {
namespace {

bool is_boolean_converter(std::string_view type) {
  return type == "io.debezium.connector.binlog.converters.TinyIntOneToBooleanConverter" ||
         type == "io.debezium.connector.mysql.converters.TinyIntOneToBooleanConverter";
}

Status take_option(std::string_view option, const std::string& value,
                   BooleanConverterConfig& converter) {
  if (option == "type") {
    if (is_boolean_converter(trim(value))) return {};
    return definite_error(
        "can't be used: Java classes can't run here; built in is "
        "io.debezium.connector.binlog.converters.TinyIntOneToBooleanConverter");
  }
  if (option == "selector") {
    MILLRACE_ASSIGN_OR_RETURN(converter.columns, parse_patterns(value));
    return {};
  }
  if (option == "length.checker") {
    MILLRACE_ASSIGN_OR_RETURN(converter.checks_length, parse_boolean(value));
    return {};
  }
  return definite_error("is no option of a converter: type, selector or length.checker");
}

}  // namespace

std::vector<std::string> owned_prefixes(const YamlNode& source, std::string_view owner) {
  std::vector<std::string> prefixes;
  const YamlEntry* entry = source.find(owner);
  if (entry == nullptr) return prefixes;
  for (const std::string& word : split_words(entry->value.text)) prefixes.push_back(word + ".");
  return prefixes;
}

void read_converters(const YamlNode& mapping, SourceConfig& source, Problems& problems,
                     std::map<std::string, std::string>& resolved) {
  for (const std::string& prefix : owned_prefixes(mapping, "converters")) {
    BooleanConverterConfig converter;
    if (const YamlEntry* names = mapping.find("converters");
        mapping.find(prefix + "type") == nullptr) {
      problems.error({source.file, names->line}, "converters", "needs " + prefix + "type");
      continue;
    }
    for (const YamlEntry& entry : mapping.entries) {
      if (!entry.key.starts_with(prefix)) continue;
      const Place place{source.file, entry.line};
      const auto value = resolve_references(entry.value.text);
      if (!value) {
        problems.error(place, entry.key, value.error().message());
        continue;
      }
      resolved[entry.key] = *value;
      const Status taken =
          take_option(std::string_view(entry.key).substr(prefix.size()), *value, converter);
      if (!taken) {
        problems.error(place, entry.key, "'" + entry.value.text + "' " + taken.error().message());
      }
    }
    source.columns.booleans.push_back(std::move(converter));
  }
}

}  // namespace millrace::config

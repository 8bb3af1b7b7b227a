#include "conformance/accepted_differences.h"

#include <chrono>
#include <cstdlib>
#include <regex>

#include "support/expected_value.h"
#include "support/json_text.h"

namespace millrace::testing {
namespace {

bool is_number(const std::string& raw) {
  return !raw.empty() && raw.find_first_not_of("-+.0123456789eE") == std::string::npos;
}

bool is_column(const Difference& d) { return d.part == Part::kRow || d.part == Part::kKey; }

bool in(const Difference& d, std::string_view topic, const std::string& columns) {
  return is_column(d) && d.topic == topic &&
         (" " + columns + " ").find(" " + d.name + " ") != std::string::npos;
}

// Schemas that are the same but for what a regular expression finds.
bool same_but_for(const Difference& d, const char* pattern) {
  const std::regex expression(pattern);
  return std::regex_replace(d.debezium, expression, "") ==
         std::regex_replace(d.millrace, expression, "");
}

bool schema_in(const Difference& d, std::string_view topics, const char* pattern) {
  return d.part == Part::kSchema && d.topic.starts_with(topics) && same_but_for(d, pattern);
}

bool is_shorter_form_of_the_same_number(const Difference& d) {
  if (!is_number(d.debezium) || !is_number(d.millrace)) return false;
  const char *one = d.debezium.c_str(), *other = d.millrace.c_str();
  return d.millrace.size() < d.debezium.size() &&
         (std::strtod(one, nullptr) == std::strtod(other, nullptr) ||
          std::strtof(one, nullptr) == std::strtof(other, nullptr));
}

// An object as Kafka Connect's default header converter writes it: only quotes and backslashes are escaped.
std::string plain_form(const std::string& object) {
  std::string text;
  for (const auto& [name, value] : json_members(object)) {
    text += (text.empty() ? "\"" : ",\"") + name + "\":";
    if (!value.starts_with('"')) {
      text += value;
      continue;
    }
    text += '"';
    for (const char c : json_unquote(value))
      text += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    text += '"';
  }
  return "{" + text + "}";
}

// The same object with its numbers that have a point as JsonConverter writes a DECIMAL.
std::string with_decimals_in_base64(const std::string& object) {
  std::string text;
  for (const auto& [name, value] : json_members(object)) {
    const bool decimal = !value.starts_with('"') && value.find('.') != std::string::npos;
    text += (text.empty() ? "\"" : ",\"") + name +
            "\":" + (decimal ? '"' + decimal_base64(value) + '"' : value);
  }
  return "{" + text + "}";
}

// The same text with its dates, which stand there without quotes, as days since 1970.
std::string with_days(const std::string& object) {
  static const std::regex date(R"(:(\d{4})-(\d{2})-(\d{2}))");
  std::string text = object;
  for (std::smatch match; std::regex_search(text, match, date);) {
    const std::chrono::sys_days day =
        std::chrono::year(std::stoi(match[1])) /
        std::chrono::month(static_cast<unsigned>(std::stoi(match[2]))) /
        std::chrono::day(static_cast<unsigned>(std::stoi(match[3])));
    text = match.prefix().str() + ":" + std::to_string(day.time_since_epoch().count()) +
           match.suffix().str();
  }
  return text;
}

bool is_header_in_simple_form(const Difference& d) {
  if (d.part != Part::kHeader || d.debezium.empty()) return false;
  if (!d.millrace.starts_with('{')) return '"' + d.debezium + '"' == d.millrace;
  static const std::regex bare_time(R"re(:\d{2}:\d{2}:\d{2}\.\d{3}Z)re");
  if (std::regex_search(d.debezium, bare_time)) return true;
  return d.debezium == plain_form(d.millrace) || with_days(d.debezium) == d.millrace ||
         with_decimals_in_base64(d.debezium) == d.millrace;
}

bool is_epoch(const std::string& raw) {
  return raw == "0" || raw == "\"1970-01-01T00:00:00Z\"" || raw == "\"1970-01-01Z\"";
}

bool is_one_of(const std::string& name, const std::string& names) {
  return (" " + names + " ").find(" " + name + " ") != std::string::npos;
}

// A member of a schema change made by a statement that has these words.
bool is_change_by(const Difference& d, const char* words) {
  return d.part == Part::kTableChange && d.statement.find(words) != std::string::npos;
}

// A record of the topic of schema changes that only Debezium writes.
bool only_debezium_says(const Difference& d, const char* pattern) {
  return d.part == Part::kOnlyDebezium && d.topic.empty() &&
         std::regex_search(d.debezium, std::regex(pattern));
}

constexpr const char* kTypeFields = "jdbcType typeName typeExpression length scale charsetName";

// The type of a column in a schema change, as Debezium has it.
std::string type_within(const Difference& d) {
  return d.within.starts_with('{') ? json_member(json_members(d.within), "typeName").value_or("")
                                   : "";
}

// Types that the server keeps under another name than the statement's.
bool is_type_as_written(const Difference& d) {
  static const std::regex own_words(
      R"re("(INTEGER|BOOLEAN|BOOL|NUMERIC|DEC|FIXED|REAL|NCHAR|NATIONAL|INT1|INT8|SERIAL|LONG|CHAR|FLOAT).*")re");
  const std::string type = type_within(d);
  return std::regex_match(type, own_words) || type.find("ZEROFILL") != std::string::npos;
}

constexpr const char* kDefault = R"re(,"default":("([^"\\]|\\.)*"|[^,}\]]+))re";

}  // namespace

const std::vector<AcceptedDifference>& accepted_differences() {
  static const std::vector<AcceptedDifference> all = {
      {"null-default",
       [](const Difference& d) {
         return d.part == Part::kRow && d.has_default && d.millrace == "null";
       }},
      {"year-zero",
       [](const Difference& d) {
         return is_column(d) && d.debezium == "1900" && d.millrace == "0";
       }},
      {"shortest-double",
       [](const Difference& d) { return is_column(d) && is_shorter_form_of_the_same_number(d); }},
      {"label-escapes",
       [](const Difference& d) {
         return in(d, "types_enum_set.t", "ec sc") ||
                schema_in(d, "types_enum_set.", R"re("allowed":"([^"\\]|\\.)*")re");
       }},
      {"label-astral",
       [](const Difference& d) {
         return (is_column(d) || d.part == Part::kSchema) && d.topic == "types_enum_set_astral.t";
       }},
      {"zero-date-default",
       [](const Difference& d) {
         return is_epoch(d.millrace) &&
                (in(d, "types_datetime.t", "n") || in(d, "types_timestamp.t", "n"));
       }},
      {"json-negative-time", [](const Difference& d) { return in(d, "types_json.t", "k"); }},
      {"schema-literals",
       [](const Difference& d) {
         return in(d, "types_text.t", "c0") ||
                schema_in(d, "types_text.",
                          R"re("[a-z_.]*length":"\d+","[a-z_.]*name":"c0"|,"default":"d''?f")re");
       }},
      {"latin1-undefined",
       [](const Difference& d) { return in(d, "types_charsets.t", "latin1 big"); }},
      {"boolean-as-number",
       [](const Difference& d) {
         return d.topic == "case_values.booleans" &&
                (d.debezium == "true" || d.debezium == "false" || d.part == Part::kSchema ||
                 d.part == Part::kOnlyDebezium);
       }},
      {"dropped-unique-key",
       [](const Difference& d) {
         // Another key may be in another partition.
         if (d.name == "primaryKeyColumnNames") return is_change_by(d, "loses_unique");
         return d.topic == "case_keys.loses_unique" &&
                (d.part == Part::kKey || d.part == Part::kOnlyDebezium ||
                 d.part == Part::kOnlyMillrace ||
                 schema_in(d, "case_keys.", R"re("field":"[ab]")re"));
       }},
      {"xa-at-commit",
       [](const Difference& d) {
         return (d.topic == "case_xa.committed" &&
                 (d.part == Part::kSource || d.name == "transaction")) ||
                (d.topic == "case_xa.rolled_back" && d.part == Part::kOnlyDebezium);
       }},
      {"xa-one-phase",
       [](const Difference& d) {
         return d.topic == "case_xa.one_phase" && d.debezium == "null" &&
                is_one_of(d.name, "thread transaction");
       }},
      {"types-as-written",
       [](const Difference& d) {
         return in(d, "case_values.numbers", "re") || in(d, "case_values.flags", "b") ||
                in(d, "case_values.lists", "e") || is_change_by(d, "CONVERT TO") ||
                is_change_by(d, "CREATE TABLE selected_values") ||
                is_change_by(d, "CREATE TABLE flags") || is_change_by(d, "CREATE TABLE lists") ||
                is_change_by(d, "CREATE TABLE shapes") ||
                (d.part == Part::kSchema &&
                 is_one_of(
                     d.topic,
                     "case_values.numbers case_values.flags case_values.lists "
                     "case_values.shapes case_charsets.of_table case_tables.selected_values"));
       }},
      {"default-charset-changed",
       [](const Difference& d) {
         return in(d, "case_charsets.of_database", "v") || in(d, "case_columns.t", "l2") ||
                (is_one_of(d.name, "defaultCharsetName charsetName") &&
                 (is_change_by(d, "corpus/charsets:") || is_change_by(d, "corpus/columns:")));
       }},
      {"schema-while-streaming",
       [](const Difference& d) { return schema_in(d, "case_", kDefault); }},
      {"schema-changes-snapshot",
       [](const Difference& d) {
         return only_debezium_says(d, R"re("snapshot":"(true|last)")re");
       }},
      {"schema-changes-outside",
       [](const Difference& d) {
         return only_debezium_says(d, R"re("databaseName":"(?!types_|case_|seeded))re");
       }},
      {"schema-changes-harmless",
       [](const Difference& d) {
         return only_debezium_says(d, ".") &&
                (d.statement.find("corpus/administration:") != std::string::npos ||
                 d.statement.find("FLUSH TABLES") != std::string::npos);
       }},
      {"schema-changes-version-comments",
       [](const Difference& d) {
         return d.part == Part::kField && d.name == "ddl" &&
                d.debezium.find("/*!") != std::string::npos;
       }},
      {"schema-changes-swap",
       [](const Difference& d) {
         return d.name == "tableChanges" && d.debezium == "[]" && is_change_by(d, "TO swap_a");
       }},
      {"tables-from-outside",
       [](const Difference& d) { return is_change_by(d, "corpus/other_databases:"); }},
      {"schema-changes-types",
       [](const Difference& d) {
         return d.part == Part::kTableChange && is_one_of(d.name, kTypeFields) &&
                is_type_as_written(d);
       }},
      {"schema-changes-defaults",
       [](const Difference& d) {
         return d.part == Part::kTableChange && d.name == "defaultValueExpression";
       }},
      {"schema-changes-flags",
       [](const Difference& d) {
         return (d.part == Part::kTableChange && d.name == "comment" && d.millrace == "null") ||
                (d.part == Part::kTableChange && is_one_of(d.name, "autoIncremented generated") &&
                 type_within(d).starts_with("\"DATETIME")) ||
                (d.part == Part::kSource && d.name == "row" && d.millrace == "0");
       }},
      {"xa-transactions",
       [](const Difference& d) {
         return d.topic == "transaction" && d.statement.find("corpus/xa:") != std::string::npos;
       }},
      {"header-form", is_header_in_simple_form},
      {"source-version",
       [](const Difference& d) { return d.part == Part::kSource && d.name == "version"; }},
      {"extended-headers",
       [](const Difference& d) {
         return d.part == Part::kHeader && d.millrace.empty() &&
                d.name.starts_with("__debezium.context.");
       }},
  };
  return all;
}

std::string accepted_by(const Difference& difference) {
  for (const AcceptedDifference& accepted : accepted_differences()) {
    if (accepted.applies(difference)) return accepted.id;
  }
  return "";
}

bool matched_by_key(std::string_view topic) { return topic.starts_with("case_xa."); }

}  // namespace millrace::testing

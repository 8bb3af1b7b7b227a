#include "integration/differential/allowed_differences.h"

#include <cstdlib>
#include <functional>
#include <regex>
#include <vector>

namespace millrace::testing {
namespace {

using Applies = std::function<bool(const ColumnDifference&)>;

struct Rule {
  const char* reason;
  Applies applies;
};

bool is_number(const std::string& raw) {
  return !raw.empty() && raw.find_first_not_of("-+.0123456789eE") == std::string::npos;
}

bool in(const ColumnDifference& difference, const std::string& table, const std::string& columns) {
  return difference.table == table &&
         (" " + columns + " ").find(" " + difference.column + " ") != std::string::npos;
}

const std::vector<Rule>& rules() {
  static const std::vector<Rule> all = {
      {"NULL in a column with a DEFAULT stays NULL",
       [](const ColumnDifference& d) { return d.has_default && d.millrace == "null"; }},
      {"YEAR 0 is 0",
       [](const ColumnDifference& d) { return d.debezium == "1900" && d.millrace == "0"; }},
      {"a number's shortest form that reads back the same",
       [](const ColumnDifference& d) {
         return is_number(d.debezium) && is_number(d.millrace) &&
                d.millrace.size() < d.debezium.size() &&
                (std::strtod(d.debezium.c_str(), nullptr) ==
                     std::strtod(d.millrace.c_str(), nullptr) ||
                 std::strtof(d.debezium.c_str(), nullptr) ==
                     std::strtof(d.millrace.c_str(), nullptr));
       }},
      {"labels of ENUM and SET are what the table says, a comma or backslash in them too",
       [](const ColumnDifference& d) { return in(d, "types_enum_set.t", "ec sc"); }},
      {"labels of ENUM and SET keep what lies above U+FFFF",
       [](const ColumnDifference& d) { return d.table == "types_enum_set_astral.t"; }},
      {"a zero date in a NOT NULL column is the epoch, whatever the column's DEFAULT",
       [](const ColumnDifference& d) {
         const bool is_epoch = d.millrace == "0" || d.millrace == "\"1970-01-01T00:00:00Z\"";
         return is_epoch && (in(d, "types_datetime.t", "n") || in(d, "types_timestamp.t", "n"));
       }},
      {"negative TIME and numbers of type UINT32 inside JSON",
       [](const ColumnDifference& d) { return in(d, "types_json.t", "j k"); }},
      {"CHAR(0) has no length that a hash could be cut to",
       [](const ColumnDifference& d) { return in(d, "types_text.t", "c0"); }},
      {"latin1 has all 256 codes",
       [](const ColumnDifference& d) { return in(d, "types_charsets.t", "latin1 big"); }},
  };
  return all;
}

struct SchemaRule {
  const char* reason;
  const char* tables;   // how their names begin
  const char* pattern;  // a regular expression of what may differ
};

constexpr const char* kDefault = R"re(,"default":("([^"\\]|\\.)*"|[^,}\]]+))re";

const std::vector<SchemaRule>& schema_rules() {
  static const std::vector<SchemaRule> all = {
      {"a table made while streaming: its schema shows no DEFAULT yet", "shapes", kDefault},
      {"labels of ENUM and SET are what the table says, in schemas too", "types_enum_set",
       R"re("allowed":"([^"\\]|\\.)*")re"},
      {"the length of a CHAR(0) is 0, and a quote in a DEFAULT is one quote", "types_text",
       R"re("[a-z_.]*length":"\d+","[a-z_.]*name":"c0"|,"default":"d''?f")re"},
  };
  return all;
}

}  // namespace

std::string allowed_schema_because(const std::string& table, const std::string& debezium,
                                   const std::string& millrace) {
  for (const SchemaRule& rule : schema_rules()) {
    const std::regex pattern(rule.pattern);
    if (table.starts_with(rule.tables) &&
        std::regex_replace(debezium, pattern, "") == std::regex_replace(millrace, pattern, ""))
      return rule.reason;
  }
  return "";
}

std::string allowed_because(const ColumnDifference& difference) {
  for (const Rule& rule : rules()) {
    if (rule.applies(difference)) return rule.reason;
  }
  return "";
}

}  // namespace millrace::testing

#include "millrace/mysql/grants.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace millrace::mysql {
namespace {

//   line    = ( "GRANT" | "REVOKE" ) list [ "ON" [ kind ] object ] ( "TO" | "FROM" ) account ...
//   list    = item { "," item }
//   item    = words [ "(" columns ")" ]  |  role
//   kind    = "TABLE" | "FUNCTION" | "PROCEDURE" | "LIBRARY"
//   object  = ( "*" | name ) "." ( "*" | name )
// Names are in backticks (5.7 puts accounts in single quotes); a role looks like `name`@`host`.
class LineReader {
 public:
  explicit LineReader(std::string_view line) : rest_(line) {}

  void skip_spaces() {
    while (!rest_.empty() && rest_.front() == ' ') rest_.remove_prefix(1);
  }
  bool take(char c) {
    skip_spaces();
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  // A run of letters and underscores; empty where there is none.
  std::string_view take_word() {
    skip_spaces();
    std::size_t length = 0;
    while (length < rest_.size() && is_word(rest_[length])) ++length;
    const std::string_view word = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return word;
  }
  std::string_view peek_word() {
    const std::string_view saved = rest_;
    const std::string_view word = take_word();
    rest_ = saved;
    return word;
  }
  bool at_quoted() {
    skip_spaces();
    return !rest_.empty() &&
           (rest_.front() == '`' || rest_.front() == '\'' || rest_.front() == '"');
  }
  // The text between quotes, doubled quotes undone; none where the quote doesn't end.
  std::optional<std::string> take_quoted() {
    const char quote = rest_.front();
    std::string text;
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] == quote) {
        if (i + 1 < rest_.size() && rest_[i + 1] == quote) {
          ++i;
        } else {
          rest_.remove_prefix(i + 1);
          return text;
        }
      }
      text += rest_[i];
    }
    return std::nullopt;
  }
  // Passes a list of columns, quoted names and all.
  bool skip_parentheses() {
    while (!take(')')) {
      if (rest_.empty()) return false;
      if (at_quoted()) {
        if (!take_quoted()) return false;
      } else {
        rest_.remove_prefix(1);
      }
    }
    return true;
  }

 private:
  static bool is_word(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  }
  std::string_view rest_;
};

struct ParsedLine {
  bool revokes = false;
  bool has_object = false;  // false: roles
  bool is_table_object = true;
  std::vector<std::string> privileges;
  std::string database, table;  // "*" as empty
};

bool parse_privileges(LineReader& reader, std::vector<std::string>& privileges) {
  do {
    if (reader.at_quoted()) {  // a role: `name`@`host`
      if (!reader.take_quoted()) return false;
      if (reader.take('@') && (!reader.at_quoted() || !reader.take_quoted())) return false;
      continue;
    }
    std::string privilege;
    for (;;) {
      const std::string_view next = reader.peek_word();
      if (next.empty() || next == "ON" || next == "TO" || next == "FROM") break;
      if (!privilege.empty()) privilege += ' ';
      privilege += reader.take_word();
    }
    if (privilege.empty()) return false;
    if (reader.take('(')) {  // on some columns only: not enough for anything asked here
      if (!reader.skip_parentheses()) return false;
      continue;
    }
    privileges.push_back(std::move(privilege));
  } while (reader.take(','));
  return true;
}

bool parse_name(LineReader& reader, std::string& name) {
  if (reader.take('*')) return true;
  if (reader.at_quoted()) {
    auto quoted = reader.take_quoted();
    if (!quoted) return false;
    name = std::move(*quoted);
    return true;
  }
  name = reader.take_word();
  return !name.empty();
}

bool parse_object(LineReader& reader, ParsedLine& parsed) {
  const std::string_view kind = reader.peek_word();
  if (kind == "TABLE" || kind == "FUNCTION" || kind == "PROCEDURE" || kind == "LIBRARY") {
    reader.take_word();
    parsed.is_table_object = kind == "TABLE";
  }
  if (reader.at_quoted() && parsed.privileges == std::vector<std::string>{"PROXY"}) {
    parsed.is_table_object = false;  // ON ''@'': an account
    if (!reader.take_quoted()) return false;
    return !reader.take('@') || (reader.at_quoted() && reader.take_quoted().has_value());
  }
  return parse_name(reader, parsed.database) && reader.take('.') &&
         parse_name(reader, parsed.table);
}

bool parse_line(std::string_view line, ParsedLine& parsed) {
  LineReader reader(line);
  const std::string_view verb = reader.take_word();
  if (verb != "GRANT" && verb != "REVOKE") return false;
  parsed.revokes = verb == "REVOKE";
  if (!parse_privileges(reader, parsed.privileges)) return false;
  std::string_view word = reader.take_word();
  if (word == "ON") {
    parsed.has_object = true;
    if (!parse_object(reader, parsed)) return false;
    word = reader.take_word();
  }
  return word == (parsed.revokes ? "FROM" : "TO");
}

// MySQL's LIKE as database grants use it: % any run, _ any character, \ takes the next as it is.
bool matches_pattern(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0;
  std::size_t after_percent = std::string_view::npos, retry_from = 0;
  while (t < text.size()) {
    const bool escaped = p + 1 < pattern.size() && pattern[p] == '\\';
    if (p < pattern.size() && pattern[p] == '%') {
      after_percent = ++p;
      retry_from = t;
    } else if (p < pattern.size() && (escaped ? pattern[p + 1] == text[t]
                                              : (pattern[p] == '_' || pattern[p] == text[t]))) {
      p += escaped ? 2 : 1;
      ++t;
    } else if (after_percent != std::string_view::npos) {
      p = after_percent;
      t = ++retry_from;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '%') ++p;
  return p == pattern.size();
}

}  // namespace

Status Grants::add_line(std::string_view line) {
  ParsedLine parsed;
  if (!parse_line(line, parsed)) {
    return definite_error("can't read a line of SHOW GRANTS: " + std::string(line));
  }
  if (!parsed.has_object || !parsed.is_table_object) return {};
  Privileges privileges(parsed.privileges.begin(), parsed.privileges.end());
  if (parsed.database.empty() && !parsed.revokes) {
    global_.merge(privileges);
    return {};
  }
  std::vector<Scope>& scopes = parsed.revokes ? revoked_ : scopes_;
  scopes.push_back({std::move(parsed.database), std::move(parsed.table), std::move(privileges)});
  return {};
}

bool Grants::holds(const Privileges& privileges, std::string_view privilege) {
  return privileges.contains(privilege) || privileges.contains("ALL PRIVILEGES") ||
         privileges.contains("ALL");
}

bool Grants::has_global(std::string_view privilege) const { return holds(global_, privilege); }

bool Grants::has_on_database(std::string_view privilege, std::string_view database) const {
  const bool revoked = std::any_of(revoked_.begin(), revoked_.end(), [&](const Scope& scope) {
    return scope.database == database && holds(scope.privileges, privilege);
  });
  if (has_global(privilege) && !revoked) return true;
  return std::any_of(scopes_.begin(), scopes_.end(), [&](const Scope& scope) {
    return scope.table.empty() && matches_pattern(scope.database, database) &&
           holds(scope.privileges, privilege);
  });
}

bool Grants::has_on_table(std::string_view privilege, std::string_view database,
                          std::string_view table) const {
  return has_on_database(privilege, database) ||
         std::any_of(scopes_.begin(), scopes_.end(), [&](const Scope& scope) {
           return scope.database == database && scope.table == table &&
                  holds(scope.privileges, privilege);
         });
}

}  // namespace millrace::mysql

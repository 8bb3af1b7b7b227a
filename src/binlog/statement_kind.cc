#include "binlog/statement_kind.h"

namespace millrace::binlog {
namespace {

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
char to_upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }
bool is_word(char c) {
  const char upper = to_upper(c);
  return (upper >= 'A' && upper <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;
}

// Takes words off the front of a statement; comments and white space between them don't count.
class Words {
 public:
  explicit Words(std::string_view sql) : rest_(sql) { skip(); }

  // `word` in upper case.
  bool accept(std::string_view word) {
    if (rest_.size() < word.size()) return false;
    for (std::size_t i = 0; i < word.size(); ++i) {
      if (to_upper(rest_[i]) != word[i]) return false;
    }
    if (rest_.size() > word.size() && is_word(rest_[word.size()])) return false;
    rest_.remove_prefix(word.size());
    skip();
    return true;
  }
  bool at_end() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }

 private:
  void skip() {
    while (!rest_.empty()) {
      if (is_space(rest_[0]) || rest_[0] == ';') {
        rest_.remove_prefix(1);
      } else if (rest_.starts_with("/*") && !rest_.starts_with("/*!")) {
        skip_past("*/");
      } else if (rest_[0] == '#' || is_dash_comment()) {
        skip_past("\n");
      } else {
        return;
      }
    }
  }
  // "--" opens a comment only before white space or the end.
  bool is_dash_comment() const {
    return rest_.starts_with("--") && (rest_.size() == 2 || is_space(rest_[2]));
  }
  void skip_past(std::string_view end) {
    const std::size_t at = rest_.find(end);
    rest_.remove_prefix(at == std::string_view::npos ? rest_.size() : at + end.size());
  }

  std::string_view rest_;
};

std::string_view trim_end(std::string_view text) {
  while (!text.empty() && (is_space(text.back()) || text.back() == ';')) text.remove_suffix(1);
  return text;
}

// "xid ONE PHASE": cuts the two words off.
bool take_one_phase(std::string_view& argument) {
  std::string_view text = argument;
  for (const std::string_view word : {"PHASE", "ONE"}) {
    if (text.size() <= word.size()) return false;
    const std::size_t at = text.size() - word.size();
    if (!Words(text.substr(at)).accept(word) || is_word(text[at - 1])) return false;
    text = trim_end(text.substr(0, at));
  }
  argument = text;
  return true;
}

Statement classify_xa(Words words) {
  Statement statement;
  if (words.accept("START") || words.accept("BEGIN")) {
    statement.kind = StatementKind::kXaStart;
  } else if (words.accept("END")) {
    statement.kind = StatementKind::kXaEnd;
  } else if (words.accept("PREPARE")) {
    statement.kind = StatementKind::kXaPrepare;
  } else if (words.accept("COMMIT")) {
    statement.kind = StatementKind::kXaCommit;
  } else if (words.accept("ROLLBACK")) {
    statement.kind = StatementKind::kXaRollback;
  }
  statement.argument = trim_end(words.rest());
  if (statement.kind == StatementKind::kXaCommit && take_one_phase(statement.argument)) {
    statement.kind = StatementKind::kXaCommitOnePhase;
  }
  return statement;
}

Statement classify_rollback(Words words) {
  words.accept("WORK");
  if (words.accept("TO")) {
    words.accept("SAVEPOINT");
    return {StatementKind::kRollbackToSavepoint, trim_end(words.rest())};
  }
  return {words.at_end() ? StatementKind::kRollback : StatementKind::kOther, {}};
}

}  // namespace

Statement classify_statement(std::string_view sql) {
  Words words(sql);
  if (words.accept("BEGIN")) {
    words.accept("WORK");
    return {words.at_end() ? StatementKind::kBegin : StatementKind::kOther, {}};
  }
  if (words.accept("START")) {
    const bool begins = words.accept("TRANSACTION") && words.at_end();
    return {begins ? StatementKind::kBegin : StatementKind::kOther, {}};
  }
  if (words.accept("COMMIT")) {
    words.accept("WORK");
    return {words.at_end() ? StatementKind::kCommit : StatementKind::kOther, {}};
  }
  if (words.accept("ROLLBACK")) return classify_rollback(words);
  if (words.accept("SAVEPOINT")) return {StatementKind::kSavepoint, trim_end(words.rest())};
  if (words.accept("RELEASE") && words.accept("SAVEPOINT")) {
    return {StatementKind::kReleaseSavepoint, trim_end(words.rest())};
  }
  if (words.accept("XA")) return classify_xa(words);
  return {};
}

}  // namespace millrace::binlog

#pragma once

// Which part a QUERY plays in the stream's grammar. Servers write the statements that open and
// close transactions in few forms, but forks and proxies differ in case, white space and comments,
// and a missed BEGIN would lose a transaction: so the words count, not the bytes. Everything that
// isn't one of these is a statement of its own.

#include <cstdint>
#include <string_view>

namespace millrace::binlog {

enum class StatementKind : std::uint8_t {
  kBegin,
  kCommit,
  kRollback,
  kSavepoint,            // SAVEPOINT x
  kRollbackToSavepoint,  // ROLLBACK TO x
  kReleaseSavepoint,
  kXaStart,
  kXaEnd,
  kXaPrepare,
  kXaCommit,
  kXaCommitOnePhase,
  kXaRollback,
  kOther,
};

struct Statement {
  StatementKind kind = StatementKind::kOther;
  // A savepoint's name as written, an XA statement's xid; a view into the statement.
  std::string_view argument;
};

Statement classify_statement(std::string_view sql);

}  // namespace millrace::binlog

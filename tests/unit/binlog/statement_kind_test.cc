#include "binlog/statement_kind.h"

#include <gtest/gtest.h>

#include <string>

namespace millrace::binlog {
namespace {

struct Case {
  const char* name;
  const char* sql;
  StatementKind kind;
  const char* argument = "";
};

class StatementKindTest : public testing::TestWithParam<Case> {};

TEST_P(StatementKindTest, Classify) {
  const Statement statement = classify_statement(GetParam().sql);
  EXPECT_EQ(statement.kind, GetParam().kind);
  if (GetParam().kind != StatementKind::kOther) {
    EXPECT_EQ(statement.argument, GetParam().argument);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Statements, StatementKindTest,
    testing::Values(
        Case{"begin", "BEGIN", StatementKind::kBegin},
        Case{"lower_case", "begin", StatementKind::kBegin},
        Case{"begin_work", "Begin Work;", StatementKind::kBegin},
        Case{"start_transaction", "START TRANSACTION", StatementKind::kBegin},
        Case{"comment_in_front", "/* app=shop */ BEGIN", StatementKind::kBegin},
        Case{"comment_behind", "BEGIN -- x", StatementKind::kBegin},
        Case{"comment_between", "begin/**/work", StatementKind::kBegin},
        Case{"hash_comment", "# x\nBEGIN", StatementKind::kBegin},
        Case{"only_a_comment", "/* BEGIN */", StatementKind::kOther},
        Case{"open_comment", "/* BEGIN", StatementKind::kOther},
        Case{"not_begin", "BEGINNING", StatementKind::kOther},
        Case{"compound_statement", "BEGIN NOT ATOMIC SELECT 1; END", StatementKind::kOther},
        Case{"start_replica", "START REPLICA", StatementKind::kOther},
        Case{"commit", " \tcommit ", StatementKind::kCommit},
        Case{"commit_work", "COMMIT WORK", StatementKind::kCommit},
        Case{"rollback", "ROLLBACK", StatementKind::kRollback},
        Case{"rollback_to", "ROLLBACK TO `x`", StatementKind::kRollbackToSavepoint, "`x`"},
        Case{"rollback_to_savepoint", "rollback work to savepoint x ;",
             StatementKind::kRollbackToSavepoint, "x"},
        Case{"savepoint", "SAVEPOINT `a b`", StatementKind::kSavepoint, "`a b`"},
        Case{"release", "RELEASE SAVEPOINT x", StatementKind::kReleaseSavepoint, "x"},
        Case{"xa_start", "XA START X'61',X'',1", StatementKind::kXaStart, "X'61',X'',1"},
        Case{"xa_begin", "xa begin 'a'", StatementKind::kXaStart, "'a'"},
        Case{"xa_end", "XA END X'61',X'',1", StatementKind::kXaEnd, "X'61',X'',1"},
        Case{"xa_prepare", "XA PREPARE X'61'", StatementKind::kXaPrepare, "X'61'"},
        Case{"xa_commit", "XA COMMIT X'61',X'',1", StatementKind::kXaCommit, "X'61',X'',1"},
        Case{"xa_commit_one_phase", "XA COMMIT X'61',X'',1 ONE PHASE",
             StatementKind::kXaCommitOnePhase, "X'61',X'',1"},
        Case{"xa_commit_named_one_phase", "XA COMMIT 'one phase'", StatementKind::kXaCommit,
             "'one phase'"},
        Case{"xa_rollback", "XA ROLLBACK X'61',X'',1", StatementKind::kXaRollback, "X'61',X'',1"},
        Case{"insert", "INSERT INTO t VALUES ('BEGIN')", StatementKind::kOther},
        Case{"create", "CREATE TABLE begin (a int)", StatementKind::kOther},
        Case{"empty", "", StatementKind::kOther},
        Case{"multibyte_word", "BEGIN\xc3\xa4", StatementKind::kOther}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace millrace::binlog

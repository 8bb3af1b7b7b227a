#include <cstddef>
#include <cstdint>
#include <string_view>

#include "ddl/lexer.h"
#include "millrace/base/assert.h"
#include "millrace/ddl/schema_change.h"
#include "millrace/ddl/statement.h"

using namespace millrace;  // NOLINT(google-build-using-namespace): one short file

namespace {

void check_lexer(std::string_view sql, std::uint64_t sql_mode) {
  ddl::Lexer lexer(sql, sql_mode);
  std::size_t covered = 0;
  for (ddl::Token token = lexer.next(); token.kind != ddl::TokenKind::kEnd; token = lexer.next()) {
    MILLRACE_ASSERT(token.offset == covered && !token.text.empty(), "tokens leave a gap");
    covered += token.text.size();
  }
  MILLRACE_ASSERT(covered == sql.size(), "the lexer lost bytes");
}

void check_statement(std::string_view sql, std::uint64_t sql_mode) {
  const ddl::Statement statement = ddl::classify_statement(sql, "session", sql_mode);
  const bool is_harmless = statement.kind == ddl::StatementKind::kHarmless;
  MILLRACE_ASSERT(
      statement.tables.empty() || (statement.kind != ddl::StatementKind::kUnknown && !is_harmless),
      "tables of a statement that has none");

  const auto change = ddl::parse_schema_change(sql, "session", sql_mode);
  if (!change) {
    MILLRACE_ASSERT(!change.error().is_transient(), "a text doesn't heal");
    MILLRACE_ASSERT(change.error().message().find("expected ") != std::string::npos,
                    "an error that doesn't say what was expected");
    return;
  }
  MILLRACE_ASSERT(!*change || !is_harmless, "a harmless statement changes a shape");
  const auto* const create = *change ? std::get_if<ddl::CreateTable>(&**change) : nullptr;
  if (create == nullptr) return;
  MILLRACE_ASSERT(create->like || create->has_select || !create->columns.empty(),
                  "a table without columns");
  for (const ddl::ColumnDefinition& column : create->columns) {
    MILLRACE_ASSERT(!column.type.name.empty(), "a column without a type");
  }
}

}  // namespace

// The first byte chooses the sql_mode that a corpus file was written for; the statement is read in
// all of them.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view sql(reinterpret_cast<const char*>(data) + 1, size - 1);
  for (unsigned bits = 0; bits < 8; ++bits) {
    const std::uint64_t sql_mode = ((bits & 1) != 0 ? ddl::kSqlModeAnsiQuotes : 0) |
                                   ((bits & 2) != 0 ? ddl::kSqlModeNoBackslashEscapes : 0) |
                                   ((bits & 4) != 0 ? ddl::kSqlModeRealAsFloat : 0);
    check_lexer(sql, sql_mode);
    check_statement(sql, sql_mode);
  }
  return 0;
}

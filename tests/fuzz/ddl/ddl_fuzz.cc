#include <cstddef>
#include <cstdint>
#include <string_view>

#include "ddl/lexer.h"
#include "millrace/base/assert.h"
#include "millrace/ddl/statement.h"

// The first byte chooses the sql_mode, the rest is a statement.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace millrace;  // NOLINT(google-build-using-namespace): one short file
  if (size == 0) return 0;
  const std::uint64_t sql_mode = ((data[0] & 1) != 0 ? ddl::kSqlModeAnsiQuotes : 0) |
                                 ((data[0] & 2) != 0 ? ddl::kSqlModeNoBackslashEscapes : 0);
  const std::string_view sql(reinterpret_cast<const char*>(data) + 1, size - 1);

  ddl::Lexer lexer(sql, sql_mode);
  std::size_t covered = 0;
  for (ddl::Token token = lexer.next(); token.kind != ddl::TokenKind::kEnd; token = lexer.next()) {
    MILLRACE_ASSERT(token.offset == covered && !token.text.empty(), "tokens leave a gap");
    covered += token.text.size();
  }
  MILLRACE_ASSERT(covered == sql.size(), "the lexer lost bytes");

  const ddl::Statement statement = ddl::classify_statement(sql, "session", sql_mode);
  const bool claims_tables = !statement.tables.empty();
  MILLRACE_ASSERT(!claims_tables || (statement.kind != ddl::StatementKind::kUnknown &&
                                     statement.kind != ddl::StatementKind::kHarmless),
                  "tables of a statement that has none");
  return 0;
}

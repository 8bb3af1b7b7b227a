#pragma once

// Statements with what they change, from the files of tests/unit/ddl/corpus. A file is lines:
//   # what follows is about
//   @mode ANSI_QUOTES          sql_mode of the statements that follow, by the server's names; empty: none
//   @setup CREATE TABLE ...    what must be there before each statement of the file can be executed
//   @norun why                 the statements that follow aren't executed on a server; @run ends it
//   CREATE TABLE ...           a statement, of one or more lines
//   = create s.t ...           what it changes, as change_text.h prints it
// The session's database is "s"; there is another one, "d".

#include <cstdint>
#include <string>
#include <vector>

namespace millrace::testing {

struct DdlCase {
  std::string place;  // file:line
  std::string sql;
  std::string expected;
  std::string mode;  // "ANSI_QUOTES,REAL_AS_FLOAT"
  std::uint64_t sql_mode = 0;
  bool is_executable = true;
  std::vector<std::string> setup;
};

// Throws where a file can't be read or isn't what its grammar says: a test can't go on then.
std::vector<DdlCase> read_ddl_corpus();

}  // namespace millrace::testing

#pragma once

// The statements that both programs follow: tests/golden/types (every type with its values), corpus/*.sql (every shape
// of statement, DDL in the middle of everything), and a seeded mix. A file of corpus/ reads as one of golden/types does:
// a statement ends in ";" at a line's end, "-- rows" parts what is made before the connectors start from what they
// follow; a first line "-- only metadata FULL" says for which setting it is. Lines before a statement say more about it:
//   -- other session    it is run by a second connection, as all up to "-- first session"
//   -- fails            the server must refuse it
// ${files} stands for the folder corpus/files. Databases are called case_<file>; others are not captured.

#include <cstdint>
#include <string>
#include <vector>

namespace millrace::testing {

struct Statement {
  std::string text;
  bool other_session = false;
  bool fails = false;
};

struct Case {
  std::string name;  // "types/decimal", "corpus/keys", "seeded"
  std::vector<std::string> before;
  std::vector<Statement> statements;
  bool needs_full_metadata = false;
};

// What database.include.list must be.
inline constexpr const char* kCapturedDatabases = "types_.*,case_.*,seeded";

// All, in the order in which they run; `seeded` is the number of statements made up.
std::vector<Case> corpus(int seeded);

}  // namespace millrace::testing

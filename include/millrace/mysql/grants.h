#pragma once

// What an account may do, read from SHOW GRANTS. Only as much as a change stream asks: global
// privileges, and privileges on databases and single tables, with the wildcards and the partial
// revokes that MySQL has.
//
// Values; pure.

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/base/result.h"

namespace millrace::mysql {

class Grants {
 public:
  // Takes one line of SHOW GRANTS. Lines that grant roles, proxies or routines add nothing. A line
  // that is neither is a definite error that quotes it.
  Status add_line(std::string_view line);

  // Whether the privilege ("REPLICATION SLAVE") is granted on *.*.
  bool has_global(std::string_view privilege) const;
  // Whether it is granted for every table of the database.
  bool has_on_database(std::string_view privilege, std::string_view database) const;
  // Whether it is granted for the table: globally, by its database or by itself.
  bool has_on_table(std::string_view privilege, std::string_view database,
                    std::string_view table) const;

 private:
  using Privileges = std::set<std::string, std::less<>>;
  struct Scope {
    std::string database;  // a LIKE pattern for `db`.* grants, a plain name otherwise
    std::string table;     // empty: all of the database
    Privileges privileges;
  };

  static bool holds(const Privileges& privileges, std::string_view privilege);

  Privileges global_;
  std::vector<Scope> scopes_;
  std::vector<Scope> revoked_;  // partial revokes: exceptions to global_
};

}  // namespace millrace::mysql

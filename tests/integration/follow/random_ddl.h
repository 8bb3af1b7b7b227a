#pragma once

// Statements by chance that change the shape of tables: mostly legal, over a few tables in databases of different
// charsets, in sessions of different modes. Seeded; knows the tables only through the catalog that it is shown.

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "millrace/schema/catalog.h"

namespace millrace::testing {

class RandomDdl {
 public:
  explicit RandomDdl(std::uint64_t seed) : random_(seed) {}

  // What a session is set to before the next statement; empty mostly.
  std::vector<std::string> session();
  // The next statement, given the tables that there are.
  std::string statement(const schema::Catalog& catalog);

 private:
  int roll(int sides) { return static_cast<int>(random_() % static_cast<std::uint64_t>(sides)); }
  bool chance(int percent) { return roll(100) < percent; }
  template <typename T>
  const T& pick(const std::vector<T>& from) {
    return from[static_cast<std::size_t>(roll(static_cast<int>(from.size())))];
  }

  std::string quoted(const std::string& name) const;
  std::string literal(const std::string& text) const;
  std::string new_column_name();
  std::string table_name(const schema::TableName& name) const;
  schema::TableName some_name();
  schema::TableName some_table(const schema::Catalog& catalog);
  std::string some_column(const schema::TableSchema& table);

  std::string charset_clause();
  std::string type();
  std::string text_type();
  std::string labels();
  std::string definition();
  std::string placement(const schema::TableSchema& table);
  std::string key_parts(const schema::TableSchema& table);

  std::string create_table();
  std::string alter_table(const schema::TableName& name, const schema::TableSchema& table);
  std::string column_specification(const schema::TableSchema& table);
  std::string key_specification(const schema::TableSchema& table);
  std::string table_specification();
  std::string rename(const schema::Catalog& catalog);
  std::string index_statement(const schema::TableName& name, const schema::TableSchema& table);

  std::mt19937_64 random_;
  bool ansi_quotes_ = false;
  bool backslash_escapes_ = true;
};

}  // namespace millrace::testing

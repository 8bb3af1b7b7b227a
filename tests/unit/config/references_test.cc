#include "config/references.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace millrace::config {
namespace {

namespace fs = std::filesystem;

class References : public ::testing::Test {
 protected:
  References() {
    fs::create_directories(folder_);
    write("password", "s3cret\n");
    write("two-lines", "a\nb\r\n");
    write("db.properties",
          "# comment\n! another\n\nuser=cdc\npassword = with blank \\\n   and more\ncolon: x\n"
          "tab\\tkey=1\nunicode=\\u00e9\\u20ac\nescaped\\=key=v\nempty=\nuser=last\n");
    setenv("MILLRACE_TEST_VARIABLE", "from env", 1);
    setenv("MILLRACE_TEST_EMPTY", "", 1);
  }
  ~References() override { fs::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }

  // "@" in a row stands for the test's folder.
  std::string located(std::string text) const {
    for (std::size_t at = 0; (at = text.find('@', at)) != std::string::npos;) {
      text.replace(at, 1, folder_.string());
    }
    return text;
  }

  const fs::path folder_ =
      fs::path(testing::TempDir()) / ("millrace_references_" + std::to_string(getpid()));
};

TEST_F(References, Resolve) {
  const struct {
    const char* name;
    const char* value;
    const char* expected;  // "!" and the message where it is an error
  } rows[] = {
      {"no reference", "plain", "plain"},
      {"environment", "${env:MILLRACE_TEST_VARIABLE}", "from env"},
      {"empty variable", "${env:MILLRACE_TEST_EMPTY}", ""},
      {"in the middle", "<${env:MILLRACE_TEST_VARIABLE}>", "<from env>"},
      {"two", "${env:MILLRACE_TEST_VARIABLE}${env:MILLRACE_TEST_VARIABLE}", "from envfrom env"},
      {"whole file", "${file:@/password}", "s3cret"},
      {"only the last line ends go", "${file:@/two-lines}", "a\nb"},
      {"key of a properties file", "${file:@/db.properties:colon}", "x"},
      {"the last of two counts", "${file:@/db.properties:user}", "last"},
      {"continued line", "${file:@/db.properties:password}", "with blank and more"},
      {"escapes in a key", "${file:@/db.properties:escaped=key}", "v"},
      {"unicode escapes", "${file:@/db.properties:unicode}", "\xc3\xa9\xe2\x82\xac"},
      {"empty value", "${file:@/db.properties:empty}", ""},
      {"file of a folder", "${dir:@:password}", "s3cret"},
      {"Connect's other name for it", "${directory:@:password}", "s3cret"},
      {"group of a pattern", "${1}", "${1}"},
      {"no end", "${env:X", "${env:X"},
      {"variable missing", "${env:MILLRACE_TEST_NONE}",
       "!${env:MILLRACE_TEST_NONE}: the environment variable MILLRACE_TEST_NONE is not set"},
      {"file missing", "${file:@/none}",
       "!${file:@/none}: can't read @/none: No such file or directory"},
      {"key missing", "${file:@/db.properties:none}",
       "!${file:@/db.properties:none}: @/db.properties has no key none"},
      {"folder without a file", "${dir:none}", "!${dir:none}: expected ${dir:PATH:FILE}"},
      {"path instead of a file", "${dir:@:../x}",
       "!${dir:@:../x}: '../x' is not the name of a file in that folder"},
      {"unknown provider", "${vault:a:b}",
       "!${vault:a:b}: 'vault' is not known: use env, file or dir"},
  };
  for (const auto& row : rows) {
    const auto resolved = resolve_references(located(row.value));
    EXPECT_EQ(resolved ? *resolved : "!" + resolved.error().message(), located(row.expected))
        << row.name;
  }
}

TEST_F(References, AFolderIsNoFile) {
  const auto read = read_small_file(folder_.string());
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message(), "can't read " + folder_.string() + ": Is a directory");
}

TEST_F(References, HasReference) {
  EXPECT_TRUE(has_reference("${env:X}"));
  EXPECT_TRUE(has_reference("a${x} ${env:X}"));
  EXPECT_FALSE(has_reference("${1} $env:X"));
}

}  // namespace
}  // namespace millrace::config

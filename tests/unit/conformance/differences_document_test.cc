// docs/differences.md and the rules of the conformance test are one list: each entry that is shown by `conformance` has
// a rule of the same id and each rule an entry; every other entry names a test, which is there.

#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "conformance/accepted_differences.h"
#include "support/process.h"

namespace millrace::testing {
namespace {

// Id -> what it is shown by, of every line of a table that begins with an id.
std::multimap<std::string, std::string> documented() {
  static const std::regex line_of_entry(R"(^\| `([a-z0-9-]+)` \|.*\| `([A-Za-z0-9_.]+)` \|$)");
  std::multimap<std::string, std::string> entries;
  std::istringstream in(read_file(source_folder() / "docs" / "differences.md"));
  for (std::string line; std::getline(in, line);) {
    std::smatch match;
    if (std::regex_match(line, match, line_of_entry)) {
      entries.emplace(match[1], match[2]);
    } else {
      const bool is_head = line.starts_with("| id |") || line.starts_with("| ---");
      EXPECT_TRUE(is_head || !line.starts_with("|")) << "an entry without an id: " << line;
    }
  }
  return entries;
}

// "Suite.Name" of every test below tests/.
std::set<std::string> tests() {
  static const std::regex head(R"(TEST(_F|_P)?\((\w+), (\w+)\))");
  std::set<std::string> names;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(source_folder() / "tests")) {
    if (entry.path().extension() != ".cc") continue;
    const std::string text = read_file(entry.path());
    for (std::sregex_iterator at(text.begin(), text.end(), head), end; at != end; ++at)
      names.insert((*at)[2].str() + "." + (*at)[3].str());
  }
  return names;
}

std::set<std::string> ids_of_rules() {
  std::set<std::string> ids;
  for (const AcceptedDifference& accepted : accepted_differences()) ids.insert(accepted.id);
  return ids;
}

TEST(DifferencesDocument, IdsAreUnique) {
  const auto entries = documented();
  EXPECT_GT(entries.size(), 20U);
  for (const auto& [id, shown_by] : entries) EXPECT_EQ(entries.count(id), 1U) << id;
}

TEST(DifferencesDocument, HasAnEntryForEachRuleAndARuleForEachEntry) {
  std::set<std::string> ids;
  for (const auto& [id, shown_by] : documented()) {
    if (shown_by == "conformance") ids.insert(id);
  }
  EXPECT_EQ(ids, ids_of_rules());
}

TEST(DifferencesDocument, OtherEntriesNameATestThatIsThere) {
  const auto names = tests();
  for (const auto& [id, shown_by] : documented()) {
    if (shown_by == "conformance") continue;
    EXPECT_TRUE(names.contains(shown_by)) << id << ": " << shown_by;
  }
}

}  // namespace
}  // namespace millrace::testing

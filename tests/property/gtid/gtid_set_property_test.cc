// GtidSet against the simplest model that can be right: a std::set of single transactions. Small
// numbers, so that intervals touch, overlap and split all the time.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <random>
#include <set>

#include "millrace/gtid/gtid_set.h"

namespace millrace::gtid {
namespace {

using Model = std::set<Gtid>;

std::uint64_t seed() {
  const char* text = std::getenv("MILLRACE_SEED");
  return text != nullptr ? std::strtoull(text, nullptr, 10) : std::random_device{}();
}

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}

  std::int64_t number(std::int64_t from, std::int64_t to) {
    return std::uniform_int_distribution<std::int64_t>(from, to)(random_);
  }
  Gtid gtid() {
    static const char* const kTags[] = {"", "a", "b_1"};
    Gtid gtid;
    gtid.uuid = Uuid::derive(number(0, 1) == 0 ? "one" : "two");
    gtid.tag = kTags[number(0, 2)];
    gtid.gno = Gno(number(1, 24));
    return gtid;
  }
  // Text of some intervals in any order, and what it means.
  std::string text(Model& model) {
    std::string out;
    for (std::int64_t i = number(0, 6); i > 0; --i) {
      Gtid g = gtid();
      const std::int64_t last = g.gno.value() + number(0, 6);
      if (!out.empty()) out += ",";
      out += g.to_text() + "-" + std::to_string(last);
      for (std::int64_t gno = g.gno.value(); gno <= last; ++gno) {
        g.gno = Gno(gno);
        model.insert(g);
      }
    }
    return out;
  }

 private:
  std::mt19937_64 random_;
};

void expect_same(const GtidSet& set, const Model& model, Generator& generator) {
  ASSERT_EQ(set.count(), model.size());
  ASSERT_EQ(set.empty(), model.empty());
  for (const Gtid& gtid : model) ASSERT_TRUE(set.contains(gtid)) << gtid.to_text();
  for (int i = 0; i < 8; ++i) {
    const Gtid gtid = generator.gtid();
    ASSERT_EQ(set.contains(gtid), model.contains(gtid)) << gtid.to_text();
  }
  const auto text = GtidSet::parse(set.to_text());
  ASSERT_TRUE(text);
  ASSERT_EQ(*text, set);
  ASSERT_EQ(text->to_text(), set.to_text());
  const auto decoded = GtidSet::decode(set.encode());
  ASSERT_TRUE(decoded);
  ASSERT_EQ(*decoded, set);
}

TEST(GtidSetProperty, AgreesWithASetOfSingleTransactions) {
  const std::uint64_t start = seed();
  std::printf("MILLRACE_SEED=%llu\n", static_cast<unsigned long long>(start));
  Generator generator(start);
  for (int round = 0; round < 300; ++round) {
    SCOPED_TRACE("MILLRACE_SEED=" + std::to_string(start) + " round " + std::to_string(round));
    Model model;
    auto parsed = GtidSet::parse(generator.text(model));
    ASSERT_TRUE(parsed);
    GtidSet set = *parsed;
    for (int step = 0; step < 40; ++step) {
      Model other_model;
      GtidSet other;
      switch (generator.number(0, 3)) {
        case 0: {
          const Gtid gtid = generator.gtid();
          set.add(gtid);
          model.insert(gtid);
          break;
        }
        case 1: {
          const Gtid gtid = generator.gtid();
          set.remove(gtid);
          model.erase(gtid);
          break;
        }
        case 2:
          other = *GtidSet::parse(generator.text(other_model));
          set.add(other);
          model.insert(other_model.begin(), other_model.end());
          ASSERT_TRUE(other.is_subset_of(set));
          break;
        default: {
          other = *GtidSet::parse(generator.text(other_model));
          ASSERT_EQ(other.is_subset_of(set), std::includes(model.begin(), model.end(),
                                                           other_model.begin(), other_model.end()));
          set.subtract(other);
          Model left;
          std::set_difference(model.begin(), model.end(), other_model.begin(), other_model.end(),
                              std::inserter(left, left.end()));
          model = std::move(left);
        }
      }
      ASSERT_NO_FATAL_FAILURE(expect_same(set, model, generator)) << set.to_text();
    }
  }
}

}  // namespace
}  // namespace millrace::gtid

// transforms.* and predicates.*: what a source's configuration makes of them, and what is said about those that can't be
// used.

#include <gtest/gtest.h>

#include <ostream>

#include "millrace/config/config.h"
#include "millrace/config/properties.h"
#include "unit/config/source_lines.h"

namespace millrace::config {
namespace {

const std::string kUnwrap = "type: io.debezium.transforms.ExtractNewRecordState";
const std::string kRegexRouter = "type: org.apache.kafka.connect.transforms.RegexRouter";
const std::string kFilter = "type: org.apache.kafka.connect.transforms.Filter";
const std::string kTombstone =
    "type: org.apache.kafka.connect.transforms.predicates.RecordIsTombstone";

TEST(Transforms, StandInTheirOrderWithTheirOptions) {
  const auto config = parse(
      "transforms: unwrap, drop\n"
      "transforms.drop." +
      kFilter +
      "\ntransforms.drop.predicate: none\ntransforms.drop.negate: true\n"
      "transforms.unwrap." +
      kUnwrap +
      "\n"
      "transforms.unwrap.delete.tombstone.handling.mode: REWRITE\n"
      "transforms.unwrap.add.fields: op,table\n"
      "predicates: none\npredicates.none." +
      kTombstone + "\n");
  ASSERT_TRUE(config) << config.error().message();
  const SourceConfig& source = config->sources.at(0);
  ASSERT_EQ(source.transforms.size(), 2U);
  EXPECT_EQ(source.transforms[0].name, "unwrap");
  EXPECT_EQ(source.transforms[0].options.at("delete.tombstone.handling.mode"), "rewrite");
  EXPECT_EQ(source.transforms[0].options.at("add.fields"), "op,table");
  EXPECT_EQ(source.transforms[1].predicate, "none");
  EXPECT_TRUE(source.transforms[1].negate);
  ASSERT_EQ(source.predicates.size(), 1U);
  EXPECT_TRUE(source.predicates[0].type.ends_with(".RecordIsTombstone"));
  EXPECT_EQ(source.properties.at("transforms.unwrap.add.fields"), "op,table");
}

TEST(Transforms, CountForTheFingerprint) {
  const auto of = [](const std::string& mode) {
    const auto config = parse("transforms: u\ntransforms.u." + kUnwrap +
                              "\ntransforms.u.delete.tombstone.handling.mode: " + mode);
    return config->sources.at(0).fingerprint;
  };
  EXPECT_NE(of("drop"), of("rewrite"));
}

struct Refusal {
  std::string name, lines, message;
  friend std::ostream& operator<<(std::ostream& out, const Refusal& r) { return out << r.name; }
};

class RefusedTransforms : public ::testing::TestWithParam<Refusal> {};

TEST_P(RefusedTransforms, SayWhereAndWhy) {
  const auto config = parse(GetParam().lines);
  ASSERT_FALSE(config);
  EXPECT_NE(config.error().message().find("m.yaml:" + GetParam().message), std::string::npos)
      << config.error().message();
}

INSTANTIATE_TEST_SUITE_P(
    All, RefusedTransforms,
    ::testing::Values(
        Refusal{"no_class", "transforms: a", "7: transforms: needs transforms.a.type"},
        Refusal{"another_class", "transforms: a\ntransforms.a.type: com.acme.Mine",
                "8: transforms.a.type: 'com.acme.Mine' is not built in, and Java classes can't run "
                "here; these are: io.debezium.transforms.ExtractNewRecordState, "},
        Refusal{"predicate_as_transform", "transforms: a\ntransforms.a." + kTombstone,
                "8: transforms.a.type: 'org.apache.kafka.connect.transforms.predicates."
                "RecordIsTombstone' is not built in"},
        Refusal{"another_predicate", "predicates: a\npredicates.a.type: com.acme.Mine",
                "8: predicates.a.type: 'com.acme.Mine' is not built in, and Java classes can't run "
                "here; these are: org.apache.kafka.connect.transforms.predicates."},
        Refusal{"option_missing",
                "transforms: a\ntransforms.a." + kRegexRouter + "\ntransforms.a.regex: x",
                "8: transforms.a.type: needs transforms.a.replacement"},
        Refusal{"option_misspelt",
                "transforms: a\ntransforms.a." + kUnwrap + "\ntransforms.a.add.field: op",
                "9: transforms.a.add.field: 'op' is no option of "
                "io.debezium.transforms.ExtractNewRecordState; did you mean add.fields?"},
        Refusal{"choice",
                "transforms: a\ntransforms.a." + kUnwrap +
                    "\ntransforms.a.delete.tombstone.handling.mode: keep",
                "9: transforms.a.delete.tombstone.handling.mode: 'keep' is none of drop or "
                "tombstone or rewrite or rewrite-with-tombstone or delete-to-tombstone"},
        Refusal{"boolean",
                "transforms: a\ntransforms.a." + kFilter + "\ntransforms.a.negate: maybe",
                "9: transforms.a.negate: 'maybe' is neither true nor false"},
        Refusal{"null_with_default",
                "transforms: a\ntransforms.a." + kUnwrap +
                    "\ntransforms.a.replace.null.with.default: true",
                "9: transforms.a.replace.null.with.default: 'true' can't be used, only false: NULL "
                "stays NULL"},
        Refusal{"negate_alone",
                "transforms: a\ntransforms.a." + kFilter + "\ntransforms.a.negate: true",
                "9: transforms.a.negate: needs a predicate"},
        Refusal{"predicate_unknown",
                "transforms: a\ntransforms.a." + kFilter + "\ntransforms.a.predicate: p",
                "9: transforms.a.predicate: 'p' is not among the names in predicates"},
        Refusal{"twice", "transforms: a,a\ntransforms.a." + kFilter,
                "7: transforms: names a twice"},
        Refusal{
            "unowned", "transforms.a." + kFilter,
            "7: transforms.a.type: 'org.apache.kafka.connect.transforms.Filter' belongs to none "
            "of the names in transforms"},
        Refusal{"empty",
                "transforms: a\ntransforms.a." + kRegexRouter +
                    "\ntransforms.a.replacement: x\ntransforms.a.regex: \"\"",
                "10: transforms.a.regex: '' is empty"}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace millrace::config

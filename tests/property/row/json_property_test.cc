// Random documents, in any form a server may leave them in, read as the model does; random partial
// updates give what the model gives; damaged documents end.

#include <gtest/gtest.h>

#include "json_model.h"
#include "millrace/row/json_partial.h"
#include "millrace/row/json_text.h"

namespace millrace::row {
namespace {

using test::Generator;
using test::Json;

std::string text_of(std::string_view document) {
  std::string out;
  const Status status = append_json_text(document, JsonTextForm::kMysql, out);
  return status ? out : "error: " + status.error().message();
}

TEST(JsonProperty, AnyFormOfADocumentHasItsText) {
  const std::uint64_t seed = test::seed();
  Generator generator(seed);
  for (int round = 0; round < 3000; ++round) {
    SCOPED_TRACE(test::trace(seed, round));
    const Json json = test::random_json(generator, 5);
    const std::string text = test::to_text(json);
    ASSERT_EQ(text_of(test::encode(json, generator, false)), text);
    ASSERT_EQ(text_of(test::encode(json, generator, true)), text);
  }
}

TEST(JsonProperty, PartialUpdatesGiveTheModelsDocument) {
  const std::uint64_t seed = test::seed();
  Generator generator(seed);
  for (int round = 0; round < 1000; ++round) {
    SCOPED_TRACE(test::trace(seed, round));
    Json json = test::random_json(generator, 4);
    std::string document = test::encode(json, generator, true);
    for (int update = 0; update < 4; ++update) {
      std::string difference;
      for (std::int64_t i = generator.number(0, 4); i > 0; --i) {
        difference += test::random_operation(json, generator);
      }
      const auto changed = apply_json_difference(document, difference);
      ASSERT_TRUE(changed) << changed.error().message();
      ASSERT_EQ(text_of(*changed), test::to_text(json));
      document = *changed;  // the next update's base is what this one made
    }
  }
}

TEST(JsonProperty, DamagedBytesGiveADocumentOrAnError) {
  const std::uint64_t seed = test::seed();
  Generator generator(seed);
  for (int round = 0; round < 5000; ++round) {
    SCOPED_TRACE(test::trace(seed, round));
    Json json = test::random_json(generator, 4);
    std::string document = test::encode(json, generator, true);
    std::string difference = test::random_operation(json, generator);
    for (std::int64_t i = generator.number(1, 4); i > 0; --i) {
      std::string& damaged = generator.one_in(3) && !difference.empty() ? difference : document;
      damaged[generator.index(damaged.size())] = static_cast<char>(generator.bits());
    }
    const auto changed = apply_json_difference(document, difference);
    if (!changed) continue;
    // What was copied unread may be malformed, what was written is not: it can be changed again.
    const auto again = apply_json_difference(*changed, "");
    ASSERT_TRUE(again) << again.error().message();
    ASSERT_EQ(text_of(*again), text_of(*changed));
  }
}

}  // namespace
}  // namespace millrace::row

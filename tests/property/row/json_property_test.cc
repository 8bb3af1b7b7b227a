// Random documents, in any form a server may leave them in, read as the model does, and so do those made of their text;
// random partial updates give what the model gives; damaged documents end.

#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "json_model.h"
#include "millrace/row/json_from_text.h"
#include "millrace/row/json_partial.h"
#include "millrace/row/json_text.h"
#include "row/json_number.h"

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

std::string debezium_text_of(std::string_view document) {
  std::string out;
  const Status status = append_json_text(document, JsonTextForm::kDebezium, out);
  return status ? out : "error: " + status.error().message();
}

TEST(JsonProperty, TextBecomesADocumentThatReadsTheSame) {
  const std::uint64_t seed = test::seed();
  Generator generator(seed);
  JsonFromText json_from_text;
  for (int round = 0; round < 3000; ++round) {
    SCOPED_TRACE(test::trace(seed, round));
    const Json json = test::random_json(generator, 5);
    const std::string text = test::to_text(json);
    std::string document;
    ASSERT_TRUE(json_from_text.append_document(text, document, nullptr));
    ASSERT_EQ(text_of(document), text);
    ASSERT_EQ(debezium_text_of(document), debezium_text_of(test::encode(json, generator, false)));
  }
}

// Whatever a number was stored as: where it is in no doubt it prints like that, and where it is, like that once it is
// settled.
class Numbers {
 public:
  void check(const std::string& text, const std::string& type, const std::string& debezium) {
    std::string document;
    std::vector<std::string> doubts;
    ASSERT_TRUE(json_from_text_.append_document(text, document, &doubts)) << text;
    ASSERT_EQ(text_of(document), text);
    if (!doubts.empty()) {
      document.clear();
      const std::vector<std::string> types = {type};
      ASSERT_TRUE(json_from_text_.append_settled_document(text, types, document));
      ASSERT_EQ(text_of(document), text);
      ++settled_;
    }
    ASSERT_EQ(debezium_text_of(document), debezium) << text << " of " << type;
  }
  int settled() const { return settled_; }

 private:
  JsonFromText json_from_text_;
  int settled_ = 0;
};

TEST(JsonProperty, DoublesReadAsDoubles) {
  const std::uint64_t seed = test::seed();
  Generator generator(seed);
  Numbers numbers;
  for (int round = 0; round < 50'000; ++round) {
    SCOPED_TRACE(test::trace(seed, round));
    // Of any magnitude, of those that people write, and of few digits.
    double number = std::bit_cast<double>(generator.bits());
    if (generator.one_in(2))
      number = static_cast<double>(generator.number(-1'000'000'000'000, 1'000'000'000'000)) / 1e5;
    if (generator.one_in(3))
      number =
          static_cast<double>(generator.number(-99, 99)) * std::pow(10, generator.number(-9, 20));
    if (!std::isfinite(number)) continue;
    std::string text, debezium;
    append_mysql_double(number, text);
    append_debezium_double(number, debezium);
    numbers.check(text, "DOUBLE", debezium);
  }
  EXPECT_GT(numbers.settled(), 1000);
}

TEST(JsonProperty, DecimalsReadAsDecimals) {
  const std::uint64_t seed = test::seed();
  Generator generator(seed);
  Numbers numbers;
  for (int round = 0; round < 50'000; ++round) {
    SCOPED_TRACE(test::trace(seed, round));
    const auto digits = [&](std::int64_t count) {
      std::string text;
      for (; count > 0; --count)
        text += static_cast<char>('0' + (generator.one_in(3) ? 0 : generator.number(0, 9)));
      return text;
    };
    std::string integer = digits(generator.number(1, generator.one_in(2) ? 9 : 35));
    integer.erase(0, std::min(integer.find_first_not_of('0'), integer.size() - 1));
    const std::string fraction = digits(generator.number(1, generator.one_in(2) ? 4 : 30));
    const bool is_zero = (integer + fraction).find_first_not_of('0') == std::string::npos;
    const std::string text = (is_zero || generator.one_in(2) ? "" : "-") + integer + "." + fraction;
    numbers.check(text, "DECIMAL", text);
  }
  EXPECT_GT(numbers.settled(), 1000);
}

TEST(JsonProperty, DamagedTextGivesADocumentOrAnError) {
  const std::uint64_t seed = test::seed();
  Generator generator(seed);
  JsonFromText json_from_text;
  for (int round = 0; round < 5000; ++round) {
    SCOPED_TRACE(test::trace(seed, round));
    std::string text = test::to_text(test::random_json(generator, 4));
    for (std::int64_t i = generator.number(1, 4); i > 0; --i) {
      static constexpr std::string_view kTokens = "{}[],:\"\\0-.etu ";
      text[generator.index(text.size())] = kTokens[generator.index(kTokens.size())];
    }
    std::string document;
    if (!json_from_text.append_document(text, document, nullptr)) continue;
    const std::string printed = text_of(document);
    std::string again;
    ASSERT_TRUE(json_from_text.append_document(printed, again, nullptr)) << printed;
    ASSERT_EQ(text_of(again), printed);
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

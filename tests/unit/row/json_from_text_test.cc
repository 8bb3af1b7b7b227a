// JSON text as the server prints it to documents: that they read as they were written, in both forms, and which values
// the text leaves in doubt.

#include "millrace/row/json_from_text.h"

#include <gtest/gtest.h>

#include "bytes.h"
#include "millrace/base/limits.h"
#include "millrace/row/json_text.h"

namespace millrace::row {
namespace {

using test::to_hex;

std::string text_of(std::string_view document, JsonTextForm form) {
  std::string out;
  const Status status = append_json_text(document, form, out);
  return status ? out : "error: " + status.error().message();
}

struct Made {
  std::string document;
  std::vector<std::string> doubts;
  std::string error;
};

Made make(std::string_view text) {
  Made made;
  JsonFromText json;
  const Status status = json.append_document(text, made.document, &made.doubts);
  if (!status) made.error = status.error().message();
  return made;
}

std::string settled(std::string_view text, const std::vector<std::string>& types) {
  JsonFromText json;
  std::string document;
  const Status status = json.append_settled_document(text, types, document);
  return status ? text_of(document, JsonTextForm::kDebezium) : "error: " + status.error().message();
}

// What the server prints for values that leave no doubt, with Debezium's form of them.
struct Certain {
  const char* name;
  const char* text;
  const char* debezium;
};

const Certain kCertain[] = {
    {"null", "null", "null"},
    {"true", "true", "true"},
    {"false", "false", "false"},
    {"empty_object", "{}", "{}"},
    {"empty_array", "[]", "[]"},
    {"empty_string", R"("")", R"("")"},
    {"empty_key", R"({"": 1})", R"({"":1})"},
    {"nested", R"({"a": [1, {"b": []}], "bb": {"c": null}})",
     R"({"a":[1,{"b":[]}],"bb":{"c":null}})"},
    {"integers_of_every_size",
     "[0, -1, 32767, 32768, -32768, -32769, 65535, 65536, 2147483647, 2147483648, -2147483648, "
     "-2147483649, "
     "9223372036854775807, -9223372036854775808, 18446744073709551615]",
     "[0,-1,32767,32768,-32768,-32769,65535,65536,2147483647,2147483648,-2147483648,-2147483649,"
     "9223372036854775807,-9223372036854775808,18446744073709551615]"},
    {"doubles_with_an_exponent", "[1e20, 1e-16, -1.5e300, 5e-324]", nullptr},
    {"double_1e20", "1e20", "100000000000000000000"},
    {"numbers_that_print_alike", "[1.5, 0.0, -0.0, 100.25, 0.001, 9999999.0, -2.5]",
     "[1.5,0.0,-0.0,100.25,0.001,9999999.0,-2.5]"},
    {"numbers_that_print_alike_digit_by_digit", "[-20000000.5, -4101603000700400.5, 0.00048828125]",
     "[-20000000.5,-4101603000700400.5,0.00048828125]"},
    {"decimal_with_a_zero_at_the_end", "1.50", "1.50"},
    {"decimal_of_zeros", "0.00", "0.00"},
    {"decimal_of_more_digits_than_a_double", "12345678901234567890.10", "12345678901234567890.10"},
    {"decimal_of_many_places", "0.0000000000000000000001", "0.0000000000000000000001"},
    {"integer_beyond_64_bits", "[18446744073709551616, -9223372036854775809]",
     "[18446744073709551616,-9223372036854775809]"},
    {"escapes", R"("q\" b\\ \b\f\n\r\t \u0001 /")", R"("q\" b\\ \b\f\n\r\t \u0001 /")"},
    {"text_of_all_lengths", R"("é中😀")", R"("é中😀")"},
    {"date", R"("2015-01-15")", R"("2015-01-15")"},
    {"time_with_all_digits", R"("10:11:12.512345")", R"("10:11:12.512345")"},
    {"datetime_with_all_digits", R"("2015-01-15 10:11:12.512345")",
     R"("2015-01-15 10:11:12.512345")"},
    {"no_time_minute", R"("10:60:12.500000")", R"("10:60:12.500000")"},
    {"no_time_hour", R"("839:00:12.500000")", R"("839:00:12.500000")"},
    {"no_time_zero_in_front", R"("010:00:12.500000")", R"("010:00:12.500000")"},
    {"no_time_negative_zero", R"("-00:00:00.000000")", R"("-00:00:00.000000")"},
    {"no_time_five_digits", R"("10:00:12.50000")", R"("10:00:12.50000")"},
    {"no_time_text_behind", R"("10:00:12.500000 ")", R"("10:00:12.500000 ")"},
    {"no_datetime_month", R"("2015-13-15 10:11:12.500000")", R"("2015-13-15 10:11:12.500000")"},
    {"no_datetime_t", R"("2015-01-15T10:11:12.500000")", R"("2015-01-15T10:11:12.500000")"},
    {"no_bytes_type", R"("base64:type256:AAAA")", R"("base64:type256:AAAA")"},
    {"no_bytes_zero_in_front", R"("base64:type015:AAAA")", R"("base64:type015:AAAA")"},
    {"no_bytes_known_type", R"("base64:type246:AAAA")", R"("base64:type246:AAAA")"},
    {"no_bytes_padding", R"("base64:type15:AAA")", R"("base64:type15:AAA")"},
    {"no_bytes_stray_bits", R"("base64:type15:q81=")", R"("base64:type15:q81=")"},
    {"no_bytes_behind_padding", R"("base64:type15:q80=AAAA")", R"("base64:type15:q80=AAAA")"},
    {"no_bytes_unset", R"("base64:type15")", R"("base64:type15")"},
};

TEST(JsonFromText, what_is_certain_reads_as_it_was_written) {
  for (const Certain& c : kCertain) {
    SCOPED_TRACE(c.name);
    const Made made = make(c.text);
    ASSERT_EQ(made.error, "");
    EXPECT_EQ(made.doubts, std::vector<std::string>());
    EXPECT_EQ(text_of(made.document, JsonTextForm::kMysql), c.text);
    if (c.debezium != nullptr) {
      EXPECT_EQ(text_of(made.document, JsonTextForm::kDebezium), c.debezium);
    }
  }
}

// A value in doubt, as it is taken, and as the server's answer settles it.
struct InDoubt {
  const char* name;
  const char* text;
  const char* taken;
  const char* type;
  const char* settled;
};

const InDoubt kInDoubt[] = {
    {"double_above_1e7", "12345678.9", "12345678.90000000037252902984619140625", "DOUBLE",
     "12345678.90000000037252902984619140625"},
    {"decimal_above_1e7", "12345678.9", "12345678.90000000037252902984619140625", "DECIMAL",
     "12345678.9"},
    {"decimal_without_fraction", "10000000.0", "10000000", "DECIMAL", "10000000.0"},
    {"decimal_below_1e_3", "0.0005",
     "0.0005000000000000000104083408558608425664715468883514404296875", "DECIMAL", "0.0005"},
    {"time", R"("10:11:12.500000")", R"("10:11:12.500000")", "TIME", R"("10:11:12.5")"},
    {"time_is_text", R"("10:11:12.500000")", R"("10:11:12.500000")", "STRING",
     R"("10:11:12.500000")"},
    {"time_without_fraction", R"("00:00:00.000000")", R"("00:00:00.000000")", "TIME",
     R"("00:00:00")"},
    {"negative_time", R"("-838:59:59.000000")", R"("-838:59:59.000000")", "TIME",
     R"("-838:59:59")"},
    {"datetime", R"("2015-01-15 23:24:25.120000")", R"("2015-01-15 23:24:25.120000")", "DATETIME",
     R"("2015-01-15 23:24:25.12")"},
    {"zero_timestamp", R"("0000-00-00 00:00:00.000000")", R"("0000-00-00 00:00:00.000000")",
     "TIMESTAMP", R"("0000-00-00 00:00:00")"},
    {"bytes", R"("base64:type15:q80=")", R"("q80=")", "BLOB", R"("q80=")"},
    {"no_bytes", R"("base64:type15:")", R"("")", "OPAQUE", R"("")"},
    {"bytes_are_text", R"("base64:type253:AAAA")", R"("AAAA")", "STRING",
     R"("base64:type253:AAAA")"},
    {"the_row_is_gone", "0.0005", "0.0005000000000000000104083408558608425664715468883514404296875",
     "", "0.0005000000000000000104083408558608425664715468883514404296875"},
    {"the_value_is_another", R"("10:11:12.500000")", R"("10:11:12.500000")", "DECIMAL",
     R"("10:11:12.500000")"},
};

TEST(JsonFromText, what_is_in_doubt_is_settled_by_the_servers_answer) {
  for (const InDoubt& c : kInDoubt) {
    SCOPED_TRACE(c.name);
    const Made made = make(c.text);
    ASSERT_EQ(made.error, "");
    EXPECT_EQ(text_of(made.document, JsonTextForm::kMysql), c.text);
    EXPECT_EQ(text_of(made.document, JsonTextForm::kDebezium), c.taken);
    EXPECT_EQ(made.doubts, std::vector<std::string>{"$"});
    EXPECT_EQ(settled(c.text, {c.type}), c.settled);
  }
}

// The server breaks lines of base64.
TEST(JsonFromText, long_bytes) {
  for (const std::size_t size : {56, 57, 58, 113, 114, 115, 1000}) {
    std::string base64;
    append_base64(std::string(size, '\xab'), base64);
    std::string broken = base64;
    for (std::size_t at = 76; at < broken.size(); at += 78) broken.insert(at, "\\n");
    const std::string text = "\"base64:type252:" + broken + "\"";
    const Made made = make(text);
    EXPECT_EQ(made.doubts.size(), 1U);
    EXPECT_EQ(text_of(made.document, JsonTextForm::kMysql), text);
    EXPECT_EQ(text_of(made.document, JsonTextForm::kDebezium), "\"" + base64 + "\"");
    if (broken != base64) {
      EXPECT_EQ(make("\"base64:type252:" + base64 + "\"").doubts.size(), 0U)
          << "it is text: no server prints it";
    }
  }
}

TEST(JsonFromText, paths_lead_to_the_values_in_their_order) {
  const std::string text =
      R"({"a": [1, [0.0001, "10:11:12.000000"]], "b c": {"q\"\\": 12345678.9}, "": 0.0002, "x": "00:00:01.000000"})";
  const Made made = make(text);
  EXPECT_EQ(made.doubts, (std::vector<std::string>{R"($."a"[1][0])", R"($."a"[1][1])",
                                                   R"($."b c"."q\"\\")", R"($."")", R"($."x")"}));
  EXPECT_EQ(
      settled(text, {"DECIMAL", "STRING", "DECIMAL", "DECIMAL", "TIME"}),
      R"({"a":[1,[0.0001,"10:11:12.000000"]],"b c":{"q\"\\":12345678.9},"":0.0002,"x":"00:00:01"})");
  EXPECT_EQ(
      settled(text, {"DECIMAL", "TIME", "DECIMAL", "DECIMAL"}),
      R"({"a":[1,[0.0001,"10:11:12"]],"b c":{"q\"\\":12345678.9},"":0.0002,"x":"00:00:01.000000"})");
}

// More values than are kept from the first walk to the second, all of them in doubt.
TEST(JsonFromText, answers_stay_with_their_values_in_a_document_of_any_size) {
  for (const int count : {1000, 1023, 1024, 1025, 3000}) {
    std::string text = "[", expected = "[";
    std::vector<std::string> types;
    for (int i = 0; i < count; ++i) {
      const bool is_decimal = i % 3 == 0;
      types.emplace_back(is_decimal ? "DECIMAL" : "DOUBLE");
      text += i == 0 ? "0.0001" : i % 2 == 0 ? ", 0.0001" : ", 7, {\"a\": 0.0001}";
      if (i > 0) expected += ",";
      if (i % 2 != 0) expected += "7,{\"a\":";
      expected += is_decimal
                      ? "0.0001"
                      : "0.000100000000000000004792173602385929598312941379845142364501953125";
      if (i % 2 != 0) expected += "}";
    }
    EXPECT_EQ(make(text + "]").doubts.size(), types.size());
    EXPECT_EQ(settled(text + "]", types), expected + "]");
  }
}

// Small containers hold up to 65535 bytes, and a number of 32 bits stands in a large container's entry.
TEST(JsonFromText, containers_of_every_size) {
  for (const std::size_t size : {65'400U, 65'510U, 65'520U, 65'530U, 65'540U, 70'000U}) {
    for (const char* other :
         {"1", "70000", "5000000000", "1.5", "{}", "[70000]", R"({"k": -70000})"}) {
      for (const bool is_object : {false, true}) {
        const std::string inner = "\"" + std::string(size, 'x') + "\"";
        const std::string text = is_object ? R"({"a": )" + inner + R"(, "b": )" + other + "}"
                                           : "[" + inner + ", " + other + "]";
        EXPECT_EQ(text_of(make(text).document, JsonTextForm::kMysql), text);
      }
    }
  }
}

// The bytes are those that the server writes for a document that was made of text.
TEST(JsonFromText, the_servers_own_bytes) {
  EXPECT_EQ(to_hex(make(R"({"a": 3, "b": 1, "aa": 2})").document),
            "0003001d00190001001a0001001b00020005030005010005020061626161");
  EXPECT_EQ(
      to_hex(make("[0, -1, 32767, 32768, -32768, -32769, 65535, 65536]").document),
      "0208002c0005000005ffff05ff7f071c0005008007200007240007280000800000ff7fffffffff000000000100");
  EXPECT_EQ(to_hex(make("\"top\"").document), "0c03746f70");
  EXPECT_EQ(to_hex(make("null").document), "0400");
}

TEST(JsonFromText, other_texts_of_the_same) {
  const auto debezium = [](std::string_view text) {
    return text_of(make(text).document, JsonTextForm::kDebezium);
  };
  EXPECT_EQ(debezium(" { \"a\" :\n[ 1 ,\t2 ] } \r\n"), R"({"a":[1,2]})");
  EXPECT_EQ(debezium(R"("\/\u00e9\u4e2d\ud83d\ude00")"), R"("/é中😀")");
  EXPECT_EQ(debezium("1E2"), "100.0");
  EXPECT_EQ(debezium("-0"), "0");
}

TEST(JsonFromText, what_is_no_json_is_an_error_and_appends_nothing) {
  const std::string deep(limits::kMaxJsonDepth + 1, '[');
  for (const std::string& text : {std::string(""),
                                  std::string(" "),
                                  std::string("{"),
                                  std::string("["),
                                  std::string("[1"),
                                  std::string("[1,"),
                                  std::string("[1,]"),
                                  std::string("[,1]"),
                                  std::string("[1 2]"),
                                  std::string("{1: 2}"),
                                  std::string("{\"a\"}"),
                                  std::string("{\"a\": }"),
                                  std::string("{\"a\" 1}"),
                                  std::string("\"a"),
                                  std::string("\"a\\\""),
                                  std::string("\"\\x\""),
                                  std::string("\"\\u12\""),
                                  std::string("\"\\ud83d\""),
                                  std::string("\"\\ude00\""),
                                  std::string("nul"),
                                  std::string("nulll"),
                                  std::string("tru e"),
                                  std::string("nan"),
                                  std::string("-inf"),
                                  std::string("infinity"),
                                  std::string("1.5.5"),
                                  std::string("--1"),
                                  std::string("-"),
                                  std::string("+1"),
                                  std::string(".5"),
                                  std::string("1e999"),
                                  std::string("1e"),
                                  std::string("1 1"),
                                  std::string("{} []"),
                                  std::string("1\0", 2),
                                  std::string("\0", 1),
                                  std::string("]"),
                                  deep}) {
    JsonFromText json;
    std::string out = "x";
    std::vector<std::string> doubts = {"of another"};
    EXPECT_FALSE(json.append_document("[0.0001, " + text, out, &doubts)) << text;
    EXPECT_FALSE(json.append_document(text, out, &doubts)) << text;
    EXPECT_EQ(out, "x");
    EXPECT_EQ(doubts.size(), 1U);
  }
}

TEST(JsonFromText, as_deep_as_the_server_allows) {
  const std::string text =
      std::string(limits::kMaxJsonDepth, '[') + std::string(limits::kMaxJsonDepth, ']');
  EXPECT_EQ(text_of(make(text).document, JsonTextForm::kMysql), text);
}

// One object makes one document after the other.
TEST(JsonFromText, nothing_is_left_of_the_last_document) {
  JsonFromText json;
  std::string out;
  std::vector<std::string> doubts;
  ASSERT_TRUE(json.append_document("[[], [], 0.0001]", out, &doubts));
  ASSERT_FALSE(json.append_document("[[[", out, &doubts));
  const std::size_t begin = out.size();
  ASSERT_TRUE(json.append_document("[1]", out, &doubts));
  EXPECT_EQ(text_of(std::string_view(out).substr(begin), JsonTextForm::kMysql), "[1]");
  EXPECT_EQ(text_of(std::string_view(out).substr(0, begin), JsonTextForm::kMysql),
            "[[], [], 0.0001]");
  EXPECT_EQ(doubts.size(), 1U);
}

}  // namespace
}  // namespace millrace::row

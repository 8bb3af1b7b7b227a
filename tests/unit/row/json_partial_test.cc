// Partial updates of JSON documents, operation by operation. What a server makes of them is
// compared in server_rows_test.cc.

#include "millrace/row/json_partial.h"

#include <gtest/gtest.h>

#include <string>

#include "bytes.h"
#include "millrace/row/json_text.h"

namespace millrace::row {
namespace {

using test::from_hex;

std::string length_prefixed(std::string_view bytes) {
  return std::string(1, static_cast<char>(bytes.size())) + std::string(bytes);
}
std::string replace(std::string_view path, std::string_view value) {
  return std::string(1, '\0') + length_prefixed(path) + length_prefixed(from_hex(value));
}
std::string insert(std::string_view path, std::string_view value) {
  return "\x01" + length_prefixed(path) + length_prefixed(from_hex(value));
}
std::string remove(std::string_view path) { return "\x02" + length_prefixed(path); }

std::string apply_text(std::string_view document, std::string_view difference) {
  const Result<std::string> changed = apply_json_difference(document, difference);
  if (!changed) return "error: " + changed.error().message();
  std::string text;
  const Status status = append_json_text(*changed, JsonTextForm::kMysql, text);
  return status ? text : "unreadable: " + status.error().message();
}

constexpr char kSeven[] = "05 0700";
constexpr char kText[] = "0c 0161";
constexpr char kEmptyObject[] = "00 0000 0400";
constexpr char kObject[] = "00 0100 0c00 0b00 0100 05 0100 61";  // {"a": 1}
constexpr char kArray[] = "02 0200 0a00 05 0100 05 0200";        // [1, 2]
constexpr char kInner[] = "00 0100 1600 0b00 0100 02 0c00 61 0200 0a00 05 0100 05 0200";
constexpr char kQuote[] = "00 0100 0e00 0b00 0300 05 0100 612262";          // {"a\"b": 1}
constexpr char kEmptyKey[] = "00 0100 0b00 0b00 0000 05 0100";              // {"": 1}
constexpr char kNested[] = "02 0200 1000 02 0a00 05 0300 0100 0600 05 ff";  // cut: see Malformed

struct Case {
  const char* name;
  const char* document;
  std::string difference;
  const char* text;
};

const Case kCases[] = {
    {"nothing", kObject, "", R"({"a": 1})"},
    {"replace_member", kObject, replace("$.a", kSeven), R"({"a": 7})"},
    {"replace_by_a_longer_value", kObject, replace("$.a", kText), R"({"a": "a"})"},
    {"replace_by_a_container", kObject, replace("$.a", kArray), R"({"a": [1, 2]})"},
    {"replace_root", kObject, replace("$", kArray), "[1, 2]"},
    {"replace_element", kArray, replace("$[1]", kSeven), "[1, 7]"},
    {"replace_last", kArray, replace("$[last]", kSeven), "[1, 7]"},
    {"replace_before_last", kArray, replace("$[last-1]", kSeven), "[7, 2]"},
    {"replace_below", kInner, replace("$.a[0]", kSeven), R"({"a": [7, 2]})"},
    {"insert_member", kObject, insert("$.b", kSeven), R"({"a": 1, "b": 7})"},
    {"insert_shorter_key_goes_first", kObject, insert("$.\"\"", kSeven), R"({"": 7, "a": 1})"},
    {"insert_into_empty_object", kEmptyObject, insert("$.a", kSeven), R"({"a": 7})"},
    {"insert_element_shifts", kArray, insert("$[0]", kSeven), "[7, 1, 2]"},
    {"insert_at_the_end", kArray, insert("$[2]", kSeven), "[1, 2, 7]"},
    {"insert_behind_the_end", kArray, insert("$[99]", kSeven), "[1, 2, 7]"},
    {"insert_before_the_first", kArray, insert("$[last-9]", kSeven), "[7, 1, 2]"},
    {"remove_member", kObject, remove("$.a"), "{}"},
    {"remove_element", kArray, remove("$[0]"), "[2]"},
    {"remove_below", kInner, remove("$.a[last]"), R"({"a": [1]})"},
    {"operations_in_order", kObject,
     insert("$.b", kArray) + remove("$.a") + replace("$.b[1]", kText) + insert("$.b[0]", kSeven),
     R"({"b": [7, 1, "a"]})"},
    {"what_was_inserted_is_changed", kEmptyObject,
     insert("$.o", kObject) + insert("$.o.z", kSeven) + replace("$.o.a", kText),
     R"({"o": {"a": "a", "z": 7}})"},
    {"quoted_key", kQuote, replace(R"($."a\"b")", kSeven), R"({"a\"b": 7})"},
    {"quoted_empty_key", kEmptyKey, replace(R"($."")", kSeven), R"({"": 7})"},
    {"key_with_path_characters", kEmptyObject, insert(R"($."x.y[0]$")", kSeven),
     R"({"x.y[0]$": 7})"},
    {"key_with_control_characters", kEmptyObject, insert(R"($."\u0001\u001f\n\t\\\/")", kSeven),
     R"({"\u0001\u001f\n\t\\/": 7})"},
    {"key_that_is_no_ascii", kEmptyObject, insert("$.\"\xc3\xa9\"", kSeven), "{\"\xc3\xa9\": 7}"},
    {"first_element_of_a_scalar_is_itself", kObject, replace("$.a[0]", kSeven), R"({"a": 7})"},
    {"document_without_bytes_is_null", "", replace("$", kSeven), "7"},
};

TEST(JsonPartialTest, Operations) {
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(apply_text(from_hex(c.document), c.difference), c.text);
  }
}

// A part that isn't touched is copied with the gaps that in-place updates left in it.
TEST(JsonPartialTest, HolesInTheBase) {
  const char* const kHoles = "02 0200 1400  0c 0a00 0c 1100  0161 ffffffffff 0162 ff";
  EXPECT_EQ(apply_text(from_hex(kHoles), insert("$[0]", kSeven)), R"([7, "a", "b"])");
  const char* const kShared = "02 0200 0c00  0c 0a00 0c 0a00  0161";
  EXPECT_EQ(apply_text(from_hex(kShared), replace("$[0]", kSeven)), R"([7, "a"])");
  const std::string around = "00 0100 2000 0b00 0100 02 0c00 61" + std::string(kHoles).substr(2);
  EXPECT_EQ(apply_text(from_hex(around), insert("$.b", kSeven)), R"({"a": ["a", "b"], "b": 7})");
}

// A small container that grows over 64 KiB becomes a large one, and back.
TEST(JsonPartialTest, ContainersGrowAndShrink) {
  const std::string text(70000, 'x');
  std::string value = "\x0c" + from_hex("f0a204") + text;
  std::string difference = "\x01" + length_prefixed("$.b") + "\xfd";
  for (int shift = 0; shift < 24; shift += 8) {
    difference.push_back(static_cast<char>(value.size() >> shift));
  }
  const auto grown = apply_json_difference(from_hex(kObject), difference + value);
  ASSERT_TRUE(grown) << grown.error().message();
  EXPECT_EQ(grown->front(), '\x01') << "a large object";
  EXPECT_EQ(apply_text(*grown, ""), R"({"a": 1, "b": ")" + text + R"("})");
  const auto shrunk = apply_json_difference(*grown, remove("$.b"));
  ASSERT_TRUE(shrunk);
  EXPECT_EQ(test::to_hex(*shrunk), test::to_hex(from_hex(kObject)));
}

struct Malformed {
  const char* name;
  const char* document;
  std::string difference;
  const char* message;
};

const Malformed kMalformed[] = {
    {"unknown_operation", kObject, "\x03" + length_prefixed("$.a"), "malformed at byte 5"},
    {"no_path", kObject, std::string(1, '\0'), "malformed at byte 1"},
    {"path_ends", kObject, std::string("\x02\x05$.a"), "malformed at byte 2"},
    {"no_value", kObject, std::string("\0\x03$.a", 5), "malformed at byte 5"},
    {"empty_path", kObject, remove(""), "the path  is malformed"},
    {"path_without_root", kObject, remove("a"), "the path a is malformed"},
    {"path_ends_after_dot", kObject, remove("$."), "the path $. is malformed"},
    {"key_without_end", kObject, remove("$.\"a"), "is malformed"},
    {"escape_without_end", kObject, remove("$.\"a\\"), "is malformed"},
    {"unknown_escape", kObject, remove("$.\"\\x\""), "is malformed"},
    {"escape_that_is_no_hex", kObject, remove("$.\"\\u00g1\""), "is malformed"},
    {"escape_of_no_control_character", kObject, remove("$.\"\\u0080\""), "is malformed"},
    {"index_without_end", kArray, remove("$[1"), "is malformed"},
    {"index_without_number", kArray, remove("$[]"), "is malformed"},
    {"index_of_wildcard", kArray, remove("$[*]"), "is malformed"},
    {"index_too_large", kArray, remove("$[99999999999999999999]"), "is malformed"},
    {"last_of_a_sum", kArray, remove("$[last+1]"), "is malformed"},
    {"path_of_other_characters", kObject, remove("$a"), "is malformed"},
    {"replace_what_isnt_there", kObject, replace("$.z", kSeven), "there is nothing to replace"},
    {"replace_element_of_object", kObject, replace("$[1]", kSeven), "there is nothing to replace"},
    {"replace_behind_the_end", kArray, replace("$[2]", kSeven), "there is nothing to replace"},
    {"remove_what_isnt_there", kObject, remove("$.z"), "there is nothing to remove"},
    {"remove_behind_the_end", kArray, remove("$[last-2]"), "there is nothing to remove"},
    {"remove_root", kObject, remove("$"), "the root can only be replaced"},
    {"insert_what_is_there", kObject, insert("$.a", kSeven), "there is such a member already"},
    {"insert_into_scalar", kObject, insert("$.a.b", kSeven), "no container to insert into"},
    {"insert_element_into_object", kObject, insert("$[0]", kSeven), "no container to insert into"},
    {"way_through_a_scalar", kObject, remove("$.a.b.c"), "the path leads nowhere"},
    {"value_of_unknown_type", kObject, replace("$.a", "0d 00"), "unknown value type"},
    {"value_ends", kObject, replace("$.a", "05 01"), "a value ends early"},
    {"base_is_malformed", "02 ffff 0400", replace("$[0]", kSeven), "a container ends early"},
    {"touched_part_is_malformed", kNested, remove("$[0][0]"), "a container ends early"},
};

TEST(JsonPartialTest, MalformedIsAnError) {
  for (const Malformed& c : kMalformed) {
    SCOPED_TRACE(c.name);
    const std::string text = apply_text(from_hex(c.document), c.difference);
    EXPECT_TRUE(text.starts_with("error: ")) << text;
    EXPECT_NE(text.find(c.message), std::string::npos) << text;
  }
}

TEST(JsonPartialTest, PathsAreNotDeeperThanDocuments) {
  std::string path = "$";
  for (int i = 0; i < 101; ++i) path += "[0]";
  // 304 bytes: a lenenc of two.
  std::string difference = "\x02\xfc";
  difference.push_back(static_cast<char>(path.size()));
  difference.push_back(static_cast<char>(path.size() >> 8));
  EXPECT_NE(apply_text(from_hex(kArray), difference + path).find("is malformed"),
            std::string::npos);
}

}  // namespace
}  // namespace millrace::row

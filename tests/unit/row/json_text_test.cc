// Binary JSON as text. The documents of kDocuments are what MySQL 9.7 wrote into its binlog, their
// text in MySQL's form what it answers for CAST(... AS CHAR).

#include "millrace/row/json_text.h"

#include <gtest/gtest.h>

#include <string>

#include "bytes.h"
#include "millrace/base/limits.h"

namespace millrace::row {
namespace {

using test::from_hex;

std::string text_of(std::string_view document, JsonTextForm form) {
  std::string out;
  const Status status = append_json_text(document, form, out);
  return status ? out : "error: " + status.error().message();
}

struct Document {
  const char* name;
  const char* document;
  const char* mysql;
  const char* debezium;
};

const Document kDocuments[] = {
    {"empty_object", "0000000400", R"({})", R"({})"},
    {"empty_array", "0200000400", R"([])", R"([])"},
    {"null", "0400", R"(null)", R"(null)"},
    {"true", "0401", R"(true)", R"(true)"},
    {"false", "0402", R"(false)", R"(false)"},
    {"string", "0c03746f70", R"("top")", R"("top")"},
    {"empty_key", "0001000b000b000000050100", R"({"": 1})", R"({"":1})"},
    {"keys_by_length_then_bytes", "0003001d00190001001a0001001b00020005030005010005020061626161",
     R"({"a": 3, "b": 1, "aa": 2})", R"({"a":3,"b":1,"aa":2})"},
    {"small_integers",
     "0208002c0005000005ffff05ff7f071c0005008007200007240007280000800000ff7fffffffff000000"
     "000100",
     R"([0, -1, 32767, 32768, -32768, -32769, 65535, 65536])",
     R"([0,-1,32767,32768,-32768,-32769,65535,65536])"},
    {"medium_integers",
     "0206003e00071600091a00072200092600092e000a3600ffffff7f000000800000000000000080ffffff"
     "7fffffffffffffffff000000000000000001000000",
     R"([2147483647, 2147483648, -2147483648, -2147483649, 4294967295, 4294967296])",
     R"([2147483647,2147483648,-2147483648,-2147483649,4294967295,4294967296])"},
    {"large_integers",
     "02040030000a10000a18000920000a2800ffffffffffffff7f00000000000000800000000000000080ff"
     "ffffffffffffff",
     R"([9223372036854775807, 9223372036854775808, -9223372036854775808, 184467440737095)"
     R"(51615])",
     R"([9223372036854775807,9223372036854775808,-9223372036854775808,184467440737095516)"
     R"(15])"},
    {"doubles",
     "020d0093000b2b000b33000b3b000b43000b4b000b53000b5b000b63000b6b000b73000b7b000b83000a"
     "8b00000000000000f03f00000000000000809a9999999999b93f408cb5781daf154448afbc9af2d77a3e"
     "00003426f56b0c430000901ec4bcd6429b2ba1869b84063d1656e79eaf03d23c355800662deb417e0100"
     "000000000000cdccccdc298c674150f330a64b9bb601",
     R"([1.0, -0.0, 0.1, 1e20, 0.0000001, 1e15, 100000000000000.0, 0.00000000000001, 0.0)"
     R"(00000000000001, 1.5e300, 5e-324, 12345678.9, 123456789012345680])",
     R"([1.0,-0.0,0.1,100000000000000000000,0.000000099999999999999995474811182588625868)"
     R"(5613938723690807819366455078125,1000000000000000,100000000000000,0.0000000000000)"
     R"(09999999999999999988193093545598986971343290729163921781719182035885751247406005)"
     R"(859375,0.00000000000000100000000000000007770539987666107923830718560119501514549)"
     R"(256171449087560176849365234375,1500000000000000078757140382806630373056702871662)"
     R"(23873237378117326770368698336229367955706262067179606555666574932581726541378485)"
     R"(30406458634671882771800604742725808013898637056067453506921821350890534298524561)"
     R"(99917621678558451461320111979114170213741868888183230085264257173504208294580298)"
     R"(189100810240,0.00000000000000000000000000000000000000000000000000000000000000000)"
     R"(00000000000000000000000000000000000000000000000000000000000000000000000000000000)"
     R"(00000000000000000000000000000000000000000000000000000000000000000000000000000000)"
     R"(00000000000000000000000000000000000000000000000000000000000000000000000000000000)"
     R"(00000000000000000049406564584124654417656879286822137236505980261432476442558568)"
     R"(25006755072702087518652998363616359923797965646954457177309266567103559397963987)"
     R"(74796010781878126300713190311404527845817167848982103688718636056998730723050006)"
     R"(38740915356498438731247339727316961514003171538539807412623856559117102665855668)"
     R"(67681870395603106249319452715914924553293054565444011274801297099995419319894090)"
     R"(80416563324524757147869014726780159355238611550134803526493472019379026810710749)"
     R"(17033322268447533357208324319360923828934583680601060115061698097530783422773183)"
     R"(29247904982524730776375927247874656084778203734469699533647017972677717585125660)"
     R"(55119913150489110145103786273816725095583738973359899366480994116420570263709027)"
     R"(9242767544565229087538682506419718265533447265625,12345678.900000000372529029846)"
     R"(19140625,123456789012345680])"},
    {"decimals",
     "0204004c000f10000f19000f22000f4400f6070b028000000c32f6070a017ffffffffaf620421e7a0a1f"
     "00c4653600c4653600c4653600c4653600c4653600c4653600fc18f606090080000000",
     R"([12.50, -0.5, -99999999999999999999999999999999999.99999999999999999999999999999)"
     R"(9, 0])",
     R"([12.50,-0.5,-99999999999999999999999999999999999.999999999999999999999999999999,)"
     R"(0])"},
    {"dates",
     "000500640027000100280002002a0002002c0003002f0003000f32000f3c000f46000f50000f5a006464"
     "74747364743064747a0a080000000000bab2190c0840e2018310bab2190c080000000100c202190c0800"
     "0000fb7efff37e0c08c0d4018310bab219",
     R"({"d": "2024-02-29", "dt": "2024-02-29 01:02:03.123456", "ts": "1970-01-01 00:00:)"
     R"(01.000000", "dt0": "9999-12-31 23:59:59.000000", "dtz": "2024-02-29 01:02:03.120)"
     R"(000"})",
     R"({"d":"2024-02-29","dt":"2024-02-29 01:02:03.123456","ts":"1970-01-01 00:00:01",")"
     R"(dt0":"9999-12-31 23:59:59","dtz":"2024-02-29 01:02:03.12"})"},
    {"zero_and_impossible_dates",
     "0203002b000f0d000f17000f21000a0800000000000000000a080000000000beb2190c08000000000000"
     "0000",
     R"(["0000-00-00", "2024-02-31", "0000-00-00 00:00:00.000000"])",
     R"(["0000-00-00","2024-02-31","0000-00-00 00:00:00"])"},
    {"times",
     "02050045000f13000f1d000f27000f31000f3b000b08e05ef87cefffffff0b0800000000000000000b08"
     "000000fb6e3400000b08c1bdf00591cbffff0b08ffffffffffffffff",
     R"(["-01:02:03.500000", "00:00:00.000000", "838:59:59.000000", "-838:59:58.999999",)"
     R"( "-00:00:00.000001"])",
     R"(["-01:02:03.5","00:00:00","838:59:59","-838:59:58.999999","-00:00:00.000001"])"},
    {"opaque_values", "02050023000f13000f19000f1b000f200006e8070f04cafebabe0f000f036162630f010a",
     R"(["base64:type15:yv66vg==", "base64:type15:", "base64:type15:YWJj", "base64:type1)"
     R"(5:Cg==", 2024])",
     R"(["yv66vg==","","YWJj","Cg==",2024])"},
    {"geometry_is_geojson",
     "0201009f0000070003009800190003001c00040020000b00002b000c7800027e0063727374797065636f"
     "6f7264696e6174657302004d001200040016000a000c20000025007479706570726f7065727469657304"
     "6e616d65010028000b0004000c0f006e616d651875726e3a6f67633a6465663a6372733a4d7953514c3a"
     "3a3005506f696e7402001a000b0a000b1200000000000000f03f0000000000000040",
     R"([{"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:MySQL::0"}}, ")"
     R"(type": "Point", "coordinates": [1.0, 2.0]}])",
     R"([{"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:MySQL::0"}},"type":)"
     R"("Point","coordinates":[1.0,2.0]}])"},
    {"escapes",
     "02060035000c16000c18000c1a000c1c000c20000c28000101011f017f03612f620708660a0d09225c0c"
     "e4b8ade69687c3a9f09f9880",
     "[\"\\u0001\", \"\\u001f\", \"\x7f\", \"a/b\", \"\\bf\\n\\r\\t\\\"\\\\\", \"中文é😀\"]",
     "[\"\\u0001\",\"\\u001F\",\"\x7f\",\"a/b\",\"\\bf\\n\\r\\t\\\"\\\\\",\"中文é😀\"]"},
    {"nested",
     "0002004b001200010013000100021400003f00616303002b00050100020d0000270002001a0005020000"
     "0a00010010000b000100020c0062000004000000040001000c000b00010004000064",
     R"({"a": [1, [2, {"b": []}], {}], "c": {"d": null}})",
     R"({"a":[1,[2,{"b":[]}],{}],"c":{"d":null}})"},
    {"lengths_of_two_bytes",
     "0202000c010c0a000c8a007f787878787878787878787878787878787878787878787878787878787878"
     "787878787878787878787878787878787878787878787878787878787878787878787878787878787878"
     "787878787878787878787878787878787878787878787878787878787878787878787878787878787878"
     "787878787878787878787878788001797979797979797979797979797979797979797979797979797979"
     "797979797979797979797979797979797979797979797979797979797979797979797979797979797979"
     "797979797979797979797979797979797979797979797979797979797979797979797979797979797979"
     "7979797979797979797979797979797979",
     R"(["xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx)"
     R"(xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "yyyyyyyyyyyyyyyyyyyyyyyyyyy)"
     R"(yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy)"
     R"(yyyyyyyyyyyyyyyyyyyyy"])",
     R"(["xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx)"
     R"(xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx","yyyyyyyyyyyyyyyyyyyyyyyyyyyy)"
     R"(yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy)"
     R"(yyyyyyyyyyyyyyyyyyyy"])"},
    {"keys_with_escapes", "0002001c0012000200140003000c17000c19006b0a6b2271010002765c",
     R"({"k\n": "\u0000", "k\"q": "v\\"})", R"({"k\n":"\u0000","k\"q":"v\\"})"},
};

TEST(JsonTextTest, ServersDocuments) {
  for (const Document& c : kDocuments) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(text_of(from_hex(c.document), JsonTextForm::kMysql), c.mysql);
    EXPECT_EQ(text_of(from_hex(c.document), JsonTextForm::kDebezium), c.debezium);
  }
}

TEST(JsonTextTest, NoDocumentIsTheNullLiteral) {
  EXPECT_EQ(text_of("", JsonTextForm::kMysql), "null");
  EXPECT_EQ(text_of("", JsonTextForm::kDebezium), "null");
}

TEST(JsonTextTest, AppendsBehindWhatIsThere) {
  std::string out = "1E5 ";
  ASSERT_TRUE(append_json_text(from_hex("0b 000000000000f83f"), JsonTextForm::kDebezium, out));
  EXPECT_EQ(out, "1E5 1.5");
}

struct Layout {
  const char* name;
  const char* document;
  const char* text;
};

// What in-place updates leave behind, and forms that the server reads but seldom writes.
const Layout kLayouts[] = {
    // JSON_REMOVE kept "b": its key and value lie behind the gap of what was removed.
    {"hole_before_key", "00 0100 1400  0e00 0100  05 0200  ffffff 62 ffffffffff", R"({"b":2})"},
    {"hole_between_values", "02 0200 1400  0c 0a00 0c 1100  0161 ffffffffff 0162 ff",
     R"(["a","b"])"},
    {"values_out_of_order", "02 0200 0e00  0c 0c00 0c 0a00  0162 0161", R"(["a","b"])"},
    {"shared_value", "02 0300 0f00  0c 0d00 0c 0d00 0c 0d00  0161", R"(["a","a","a"])"},
    {"shared_key_bytes", "00 0200 1500  1200 0100 1200 0200  05 0100 05 0200  616200",
     R"({"a":1,"ab":2})"},
    {"document_longer_than_its_container", "02 0100 0700 05 0100 ffff", "[1]"},
    {"large_array_inlines_32_bits", "03 01000000 0d000000 07 ffffffff", "[-1]"},
    {"large_array_inlines_16_bits", "03 01000000 0d000000 05 feff0000", "[-2]"},
    {"large_array_inlines_unsigned", "03 01000000 0d000000 08 ffffffff", "[4294967295]"},
    {"large_object", "01 01000000 14000000  13000000 0100  04 01000000 61", R"({"a":true})"},
    {"uint32_behind_an_offset", "02 0100 0b00 08 0700 ffffffff", "[4294967295]"},
    {"uint16", "06 ffff", "65535"},
    {"varlen_with_superfluous_bytes", "0c 8300 616263", R"("abc")"},
};

TEST(JsonTextTest, Layouts) {
  for (const Layout& c : kLayouts) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(text_of(from_hex(c.document), JsonTextForm::kDebezium), c.text);
  }
}

// `depth` arrays, each the only element of the one around it.
std::string nested_arrays(int depth) {
  std::string document = from_hex("0000 0400");  // the innermost, behind its type byte
  for (int i = 1; i < depth; ++i) {
    std::string outer = from_hex("0100 0000 02 0700");
    const std::size_t size = outer.size() + document.size();
    outer[2] = static_cast<char>(size);
    outer[3] = static_cast<char>(size >> 8);
    document = outer + document;
  }
  return "\x02" + document;
}

TEST(JsonTextTest, DepthIsBounded) {
  const std::string deepest = nested_arrays(limits::kMaxJsonDepth);
  EXPECT_EQ(text_of(deepest, JsonTextForm::kMysql),
            std::string(limits::kMaxJsonDepth, '[') + std::string(limits::kMaxJsonDepth, ']'));
  EXPECT_EQ(text_of(nested_arrays(limits::kMaxJsonDepth + 1), JsonTextForm::kMysql),
            "error: malformed JSON document: nested too deeply");
}

// Thirty levels of an array whose two elements are one and the same would be 2^30 elements of text.
TEST(JsonTextTest, SharingIsBounded) {
  std::string document = from_hex("0000 0400");
  for (int i = 0; i < 30; ++i) {
    std::string outer = from_hex("0200 0000 02 0a00 02 0a00");
    const std::size_t size = outer.size() + document.size();
    outer[2] = static_cast<char>(size);
    outer[3] = static_cast<char>(size >> 8);
    document = outer + document;
  }
  EXPECT_EQ(text_of("\x02" + document, JsonTextForm::kMysql),
            "error: malformed JSON document: values overlap");
}

TEST(JsonTextTest, AContainerInItselfIsAnError) {
  EXPECT_NE(
      text_of(from_hex("02 0100 0700 02 0000"), JsonTextForm::kMysql).find("error: malformed"),
      std::string::npos);
}

struct Malformed {
  const char* name;
  const char* document;
  const char* message;
};

const Malformed kMalformed[] = {
    {"unknown_type", "0d 00", "unknown value type"},
    {"unknown_literal", "04 03", "unknown literal"},
    {"literal_ends", "04", "a value ends early"},
    {"int16_ends", "05 01", "a value ends early"},
    {"int32_ends", "07 010203", "a value ends early"},
    {"double_ends", "0b 01020304050607", "a value ends early"},
    {"double_is_infinite", "0b 000000000000f07f", "a number that is none"},
    {"double_is_no_number", "0b 010000000000f07f", "a number that is none"},
    {"string_ends", "0c 05 61626364", "a value ends early"},
    {"string_without_length", "0c", "a value ends early"},
    {"length_of_six_bytes", "0c 808080808000", "a value ends early"},
    {"opaque_ends", "0f fc 02 61", "a value ends early"},
    {"container_without_size", "00 0100", "a container ends early"},
    {"container_larger_than_bytes", "02 0100 0800 05 0100", "a container ends early"},
    {"container_smaller_than_its_header", "02 0100 0600 05 0100", "a container ends early"},
    {"more_elements_than_bytes", "03 ffffffff 0d000000 05 00000000", "a container ends early"},
    {"more_members_than_bytes", "01 ffffffff 14000000 00000000 0000 00 00000000",
     "a container ends early"},
    {"key_outside", "00 0100 0c00 0b00 0200 05 0100 61", "a key ends early"},
    {"key_offset_outside", "00 0100 0c00 ffff 0000 05 0100 61", "a key ends early"},
    {"value_outside", "02 0100 0700 0c 0700", "a value's offset is outside its container"},
    {"value_far_outside", "02 0100 0900 0c ffff 0161", "a value's offset is outside its container"},
    {"value_ends_at_its_container", "02 0100 0900 0c 0700 0261 62", "a value ends early"},
    {"hour_24", "0f 0c 08 0000000080bbb219", "a date or time that can't be"},
    {"date_is_short", "0f 0a 04 00000000", "a date or time that can't be"},
    {"date_is_negative", "0f 0c 08 ffffffffffffffff", "a date or time that can't be"},
    {"time_of_1000_hours", "0f 0b 08 000000 00803e0000", "a date or time that can't be"},
    {"decimal_without_bytes", "0f f6 00", "DECIMAL(0,0)"},
    {"decimal_of_200_digits", "0f f6 03 c80080", "DECIMAL(200,0)"},
};

TEST(JsonTextTest, MalformedIsAnError) {
  for (const Malformed& c : kMalformed) {
    SCOPED_TRACE(c.name);
    for (const JsonTextForm form : {JsonTextForm::kMysql, JsonTextForm::kDebezium}) {
      std::string out;
      const Status status = append_json_text(from_hex(c.document), form, out);
      ASSERT_FALSE(status) << out;
      EXPECT_FALSE(status.error().is_transient());
      EXPECT_NE(status.error().message().find(c.message), std::string::npos)
          << status.error().message();
    }
  }
}

// Every prefix of every document, and every document with one byte changed, ends: with text or with
// an error.
TEST(JsonTextTest, DamagedDocumentsEnd) {
  int errors = 0;
  for (const Document& c : kDocuments) {
    SCOPED_TRACE(c.name);
    const std::string whole = from_hex(c.document);
    for (std::size_t i = 1; i < whole.size(); ++i) {
      // A copy of its own size: a read behind it is seen by the address sanitizer.
      const std::vector<char> prefix(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(i));
      const std::string text = text_of({prefix.data(), i}, JsonTextForm::kMysql);
      EXPECT_EQ(text.find("error: "), 0U) << "the first " << i << " bytes give " << text;
      std::string changed = whole;
      for (const int bit : {0, 3, 7}) {
        changed[i] = static_cast<char>(whole[i] ^ (1 << bit));
        errors += text_of(changed, JsonTextForm::kDebezium).starts_with("error: ");
      }
    }
  }
  EXPECT_GT(errors, 100);
}

}  // namespace
}  // namespace millrace::row

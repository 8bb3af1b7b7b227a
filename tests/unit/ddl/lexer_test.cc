#include "ddl/lexer.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "millrace/ddl/statement.h"

namespace millrace::ddl {
namespace {

// Tokens as text, a letter for the kind and the bytes: "W:CREATE _: I:`t`"; white space and comments included.
std::string dump(std::string_view sql, std::uint64_t sql_mode) {
  static constexpr std::string_view kLetters = "_C<>WNIS.$";
  Lexer lexer(sql, sql_mode);
  std::string text;
  for (Token token = lexer.next(); token.kind != TokenKind::kEnd; token = lexer.next()) {
    if (!text.empty()) text += '|';
    text += kLetters[static_cast<std::size_t>(token.kind)];
    text += token.text;
    if (token.is_unterminated) text += '!';
  }
  return text;
}

struct LexerCase {
  const char* name;
  const char* sql;
  std::uint64_t sql_mode;
  const char* tokens;
};

class LexerTest : public testing::TestWithParam<LexerCase> {};

TEST_P(LexerTest, splits) {
  EXPECT_EQ(dump(GetParam().sql, GetParam().sql_mode), GetParam().tokens);
}

constexpr std::uint64_t kAnsi = kSqlModeAnsiQuotes;
constexpr std::uint64_t kNoEscapes = kSqlModeNoBackslashEscapes;

INSTANTIATE_TEST_SUITE_P(
    Cases, LexerTest,
    testing::Values(LexerCase{"empty", "", 0, ""},
                    LexerCase{"words", "drop TABLE $a_1", 0, "Wdrop|_ |WTABLE|_ |W$a_1"},
                    LexerCase{"numbers", "12 1a 0x1f", 0, "N12|_ |W1a|_ |W0x1f"},
                    LexerCase{"utf8_word", "t\xc3\xa9", 0, "Wt\xc3\xa9"},
                    LexerCase{"symbols", "a.b,(=)", 0, "Wa|..|Wb|.,|.(|.=|.)"},
                    LexerCase{"white_space", "a \t\r\n\v\fb", 0, "Wa|_ \t\r\n\v\f|Wb"},
                    LexerCase{"backticks", "`a``b`", 0, "I`a``b`"},
                    LexerCase{"backslash_in_backticks", "`a\\` b", 0, "I`a\\`|_ |Wb"},
                    LexerCase{"string", "'a''b'", 0, "S'a''b'"},
                    LexerCase{"string_escape", "'a\\'b' c", 0, "S'a\\'b'|_ |Wc"},
                    LexerCase{"string_no_escape", "'a\\' c", kNoEscapes, "S'a\\'|_ |Wc"},
                    LexerCase{"double_quotes", "\"a\\\"'\"\"\" b", 0, "S\"a\\\"'\"\"\"|_ |Wb"},
                    LexerCase{"double_quotes_ansi", "\"a\\\" b", kAnsi, "I\"a\\\"|_ |Wb"},
                    LexerCase{"single_quotes_ansi", "'a\\'b'", kAnsi, "S'a\\'b'"},
                    LexerCase{"open_string", "a 'b", 0, "Wa|_ |S'b!"},
                    LexerCase{"open_string_at_escape", "'b\\", 0, "S'b\\!"},
                    LexerCase{"open_identifier", "`b", 0, "I`b!"},
                    LexerCase{"hash_comment", "a# b'\nc", 0, "Wa|C# b'\n|Wc"},
                    LexerCase{"dash_comment", "-- a'\nb", 0, "C-- a'\n|Wb"},
                    LexerCase{"dash_comment_tab", "--\ta", 0, "C--\ta"},
                    LexerCase{"dash_comment_end", "a --", 0, "Wa|_ |C--"},
                    LexerCase{"no_dash_comment", "5--3", 0, "N5|.-|.-|N3"},
                    LexerCase{"block_comment", "a/* ' */b", 0, "Wa|C/* ' */|Wb"},
                    LexerCase{"hint_is_comment", "/*+ x */", 0, "C/*+ x */"},
                    LexerCase{"open_comment", "/* a", 0, "C/* a!"},
                    LexerCase{"almost_comment", "/*/", 0, "C/*/!"},
                    LexerCase{"division", "a/b*c", 0, "Wa|./|Wb|.*|Wc"},
                    LexerCase{"version", "/*!50100 a */b", 0, "</*!50100|_ |Wa|_ |>*/|Wb"},
                    LexerCase{"version_six_digits", "/*!080013a*/", 0, "</*!080013|Wa|>*/"},
                    LexerCase{"version_seven_digits", "/*!0800131*/", 0, "</*!080013|N1|>*/"},
                    LexerCase{"version_without_number", "/*!a*/", 0, "</*!|Wa|>*/"},
                    LexerCase{"version_mariadb", "/*M!100100 a*/", 0, "</*M!100100|_ |Wa|>*/"},
                    LexerCase{"version_nested", "/*!1 a /*!2 b */ c */d", 0,
                              "</*!1|_ |Wa|_ |</*!2|_ |Wb|_ |>*/|_ |Wc|_ |>*/|Wd"},
                    LexerCase{"comment_in_version", "/*!1 /* x */ a */", 0,
                              "</*!1|_ |C/* x */|_ |Wa|_ |>*/"},
                    LexerCase{"close_without_version", "a */ b", 0, "Wa|_ |.*|./|_ |Wb"}),
    [](const testing::TestParamInfo<LexerCase>& row) { return std::string(row.param.name); });

TEST(LexerIdentifier, unquotes) {
  const auto first = [](std::string_view sql, std::uint64_t sql_mode = 0) {
    return Lexer(sql, sql_mode).next().identifier();
  };
  EXPECT_EQ(first("plain"), "plain");
  EXPECT_EQ(first("`a``b`"), "a`b");
  EXPECT_EQ(first("````"), "`");
  EXPECT_EQ(first("``"), "");
  EXPECT_EQ(first("`a\"\"b`"), "a\"\"b");
  EXPECT_EQ(first("\"a\"\"b\"", kAnsi), "a\"b");
  EXPECT_EQ(first("`open"), "open");
  EXPECT_EQ(first("`"), "");
}

TEST(LexerEnd, stays) {
  Lexer lexer("a", 0);
  EXPECT_EQ(lexer.next().kind, TokenKind::kWord);
  EXPECT_EQ(lexer.next().kind, TokenKind::kEnd);
  EXPECT_EQ(lexer.next().kind, TokenKind::kEnd);
  EXPECT_EQ(lexer.next().offset, 1U);
}

TEST(LexerZeroByte, is_a_symbol) {
  Lexer lexer(std::string_view("a\0b", 3), 0);
  EXPECT_EQ(lexer.next().text, "a");
  EXPECT_EQ(lexer.next().kind, TokenKind::kSymbol);
  EXPECT_EQ(lexer.next().text, "b");
}

}  // namespace
}  // namespace millrace::ddl

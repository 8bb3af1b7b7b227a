#include "integration/snapshot_values/random_tables.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace millrace::testing {
namespace {

constexpr const char* kCharsets[] = {
    "latin1",   "latin2",  "latin5",  "latin7", "cp1250",   "cp1251",  "cp1256",  "cp1257",
    "cp850",    "cp852",   "cp866",   "koi8r",  "koi8u",    "greek",   "hebrew",  "hp8",
    "armscii8", "geostd8", "keybcs2", "macce",  "macroman", "swe7",    "dec8",    "tis620",
    "ascii",    "utf8mb3", "utf8mb4", "ucs2",   "utf16",    "utf16le", "utf32",   "gbk",
    "gb2312",   "gb18030", "big5",    "sjis",   "cp932",    "ujis",    "eucjpms", "euckr"};

bool is_multibyte(const std::string& charset) {
  static const std::vector<std::string> kMultibyte = {
      "utf8mb3", "utf8mb4", "ucs2", "utf16", "utf16le", "utf32",   "gbk",  "gb2312",
      "gb18030", "big5",    "sjis", "cp932", "ujis",    "eucjpms", "euckr"};
  return std::find(kMultibyte.begin(), kMultibyte.end(), charset) != kMultibyte.end();
}

bool is_double_byte(const std::string& charset) {
  return is_multibyte(charset) && !charset.starts_with("utf") && charset != "gb18030";
}

// Of all scripts: what a character set lacks becomes '?'.
constexpr const char* kCharacters[] = {
    "a",  "Z",  "0",  " ", "  ", "~",  "\\\\", "''", "\"", "/", "\\n",  "\\t", "\\0", "é",
    "ß",  "ł",  "č",  "Ω", "α",  "Я",  "ж",    "ש",  "ع",  "ก", "ა",    "Ա",   "中",  "文",
    "日", "本", "ア", "ｱ", "①",  "한", "€",    "™",  "😀",  "𝄞", "\x7f", "ÿ",   "好",  "你"};

std::string quoted(const std::string& text) { return "'" + text + "'"; }

std::string hex(const std::string& bytes) {
  std::string text = "X'";
  for (const char c : bytes) {
    char pair[3];
    std::snprintf(pair, sizeof(pair), "%02X", static_cast<unsigned char>(c));
    text += pair;
  }
  return text + "'";
}

std::string padded(std::uint64_t number, int width) {
  char text[24];
  std::snprintf(text, sizeof(text), "%0*llu", width, static_cast<unsigned long long>(number));
  return text;
}

}  // namespace

std::string RandomTables::create(const std::string& name, std::size_t columns) {
  shapes_.clear();
  std::string sql = "CREATE TABLE " + name + " (id BIGINT UNSIGNED PRIMARY KEY";
  for (std::size_t i = 0; i < columns; ++i) {
    shapes_.push_back(shape());
    sql +=
        ", c" + std::to_string(i) + " " + shapes_.back().type + (chance(5) ? " NOT NULL" : " NULL");
  }
  return sql + ")";
}

// IGNORE: a NULL where none may be becomes what the type has for nothing.
std::string RandomTables::insert(const std::string& name, std::uint64_t id) {
  std::string sql = "INSERT IGNORE INTO " + name + " VALUES (" + std::to_string(id);
  for (const Shape& shape : shapes_) sql += ", " + (chance(7) ? "NULL" : value(shape));
  return sql + ")";
}

RandomTables::Shape RandomTables::shape() {
  const auto fraction = [&] { return "(" + std::to_string(below(7)) + ")"; };
  switch (below(has_vectors_ ? 22 : 21)) {
    case 0:
    case 1: {
      constexpr const char* kTypes[] = {"TINYINT", "SMALLINT", "MEDIUMINT",
                                        "INT",     "BIGINT",   "BOOL"};
      constexpr const char* kSigns[] = {"", " UNSIGNED", " ZEROFILL"};
      const std::string type = one_of(kTypes);
      return {Kind::kInteger, type + (type == "BOOL" ? "" : one_of(kSigns)), 0, ""};
    }
    case 2: {
      constexpr const char* kTypes[] = {"FLOAT",        "FLOAT(7,3)",      "DOUBLE",
                                        "DOUBLE(12,4)", "DOUBLE UNSIGNED", "FLOAT(30)"};
      return {Kind::kFloat, one_of(kTypes), 0, ""};
    }
    case 3:
    case 4: {
      const std::uint64_t precision = 1 + below(65),
                          scale = below(std::min<std::uint64_t>(precision, 30) + 1);
      return {Kind::kDecimal,
              "DECIMAL(" + std::to_string(precision) + "," + std::to_string(scale) + ")" +
                  (chance(4) ? " UNSIGNED" : ""),
              0, ""};
    }
    case 5: {
      const std::uint64_t bits = 1 + below(64);
      return {Kind::kBit, "BIT(" + std::to_string(bits) + ")", bits, ""};
    }
    case 6:
      return {Kind::kYear, "YEAR", 0, ""};
    case 7:
      return {Kind::kDate, "DATE", 0, ""};
    case 8:
      return {Kind::kDatetime, "DATETIME" + fraction(), 0, ""};
    case 9:
      return {Kind::kTimestamp, "TIMESTAMP" + fraction(), 0, ""};
    case 10:
      return {Kind::kTime, "TIME" + fraction(), 0, ""};
    case 11:
      return label_shape(false);
    case 12:
      return label_shape(true);
    case 13: {
      const std::uint64_t length = 1 + below(300);
      if (chance(2))
        return {Kind::kBinary, "VARBINARY(" + std::to_string(length) + ")", length, ""};
      const std::uint64_t fixed = 1 + below(20);
      return {Kind::kBinary, "BINARY(" + std::to_string(fixed) + ")", fixed, ""};
    }
    case 14: {
      constexpr const char* kTypes[] = {"TINYBLOB", "BLOB", "MEDIUMBLOB", "LONGBLOB"};
      return {Kind::kBinary, one_of(kTypes), 255, ""};
    }
    case 15:
    case 16:
      return {Kind::kJson, "JSON", 0, ""};
    case 17:
      return {Kind::kGeometry, "GEOMETRY", 0, ""};
    case 21: {
      const std::uint64_t dimensions = 1 + below(5);
      return {Kind::kVector, "VECTOR(" + std::to_string(dimensions) + ")", dimensions, ""};
    }
    default:
      return text_shape();
  }
}

RandomTables::Shape RandomTables::text_shape() {
  Shape shape;
  shape.kind = Kind::kText;
  shape.charset = one_of(kCharsets);
  constexpr const char* kTypes[] = {"CHAR",     "CHAR", "VARCHAR",    "VARCHAR",
                                    "TINYTEXT", "TEXT", "MEDIUMTEXT", "LONGTEXT"};
  shape.type = one_of(kTypes);
  shape.length = 1 + below(shape.type == "CHAR" ? 20 : 90);
  if (shape.type.ends_with("CHAR")) shape.type += "(" + std::to_string(shape.length) + ")";
  shape.type += " CHARACTER SET " + shape.charset;
  return shape;
}

RandomTables::Shape RandomTables::label_shape(bool is_set) {
  Shape shape;
  shape.kind = is_set ? Kind::kSet : Kind::kEnum;
  shape.charset = one_of(kCharsets);
  shape.length = is_set ? 1 + below(64) : chance(4) ? 300 : 1 + below(12);
  for (std::size_t i = 0; i < shape.length; ++i) {
    shape.type += (i == 0 ? "" : ",") + ("'l" + std::to_string(i) + "'");
  }
  shape.type = (is_set ? "SET(" : "ENUM(") + shape.type + ") CHARACTER SET " + shape.charset;
  return shape;
}

std::string RandomTables::value(const Shape& shape) {
  switch (shape.kind) {
    case Kind::kInteger:
      return integer();
    case Kind::kFloat:
      return real();
    case Kind::kDecimal:
      return (chance(2) ? "-" : "") + digits(36) + "." + digits(30);
    case Kind::kBit:
      return chance(4) ? "-1" : hex(bytes((shape.length + 7) / 8));
    case Kind::kYear:
      return chance(4) ? "0" : std::to_string(1901 + below(255));
    case Kind::kDate:
      return quoted(date());
    case Kind::kDatetime:
      return quoted(date() + " " + clock(true));
    case Kind::kTimestamp:
      if (chance(5)) return "0";
      return quoted(std::to_string(1970 + below(68)) + "-" + padded(1 + below(12), 2) + "-" +
                    padded(1 + below(28), 2) + " " + clock(true));
    case Kind::kTime:
      return quoted((chance(2) ? "-" : "") + clock(false));
    case Kind::kEnum:
      return chance(6) ? "0" : std::to_string(1 + below(shape.length));
    case Kind::kSet:
      return set_of(shape);
    case Kind::kText:
      return text(shape.length, shape.charset);
    case Kind::kBinary:
      return hex(bytes(shape.length));
    case Kind::kJson:
      return json(0);
    case Kind::kGeometry:
      return geometry();
    case Kind::kVector: {
      std::string numbers;
      for (std::size_t i = 0; i < shape.length; ++i) {
        numbers += (i == 0 ? "" : ",") + std::to_string(static_cast<double>(below(2000)) / 7 - 100);
      }
      return "STRING_TO_VECTOR('[" + numbers + "]')";
    }
  }
  return "NULL";
}

std::string RandomTables::integer() {
  constexpr const char* kEdges[] = {"0",
                                    "1",
                                    "-1",
                                    "127",
                                    "128",
                                    "-128",
                                    "255",
                                    "256",
                                    "32767",
                                    "-32768",
                                    "65535",
                                    "8388607",
                                    "-8388608",
                                    "16777215",
                                    "2147483647",
                                    "-2147483648",
                                    "4294967295",
                                    "9223372036854775807",
                                    "-9223372036854775808",
                                    "18446744073709551615"};
  if (chance(2)) return one_of(kEdges);
  const std::string number = std::to_string(random_() >> below(64));
  return (chance(3) ? "-" : "") + number;
}

std::string RandomTables::real() {
  constexpr const char* kEdges[] = {
      "0e0",   "-0e0",         "1e0",    "0.1e0",    "3.4028234e38",
      "1e-38", "1e308",        "5e-324", "-1.5e300", "1e15",
      "1e16",  "123456.789e0", "1e-15",  "1e-16",    "9007199254740993e0"};
  if (chance(2)) return one_of(kEdges);
  return (chance(2) ? "-" : "") + digits(9) + "." + digits(9) + "e" +
         std::to_string(static_cast<int>(below(40)) - 20);
}

std::string RandomTables::digits(std::size_t most) {
  std::string text;
  for (std::size_t i = 1 + below(most); i > 0; --i) {
    text += chance(3) ? '0' : static_cast<char>('0' + below(10));
  }
  return text;
}

std::string RandomTables::date() {
  constexpr const char* kEdges[] = {"0000-00-00", "0000-01-01", "2024-00-00", "2024-02-00",
                                    "1000-01-01", "9999-12-31", "1969-12-31", "0003-00-00",
                                    "1970-01-01", "2024-02-29"};
  if (chance(3)) return one_of(kEdges);
  return padded(below(10000), 4) + "-" + padded(1 + below(12), 2) + "-" + padded(1 + below(28), 2);
}

std::string RandomTables::clock(bool is_day) {
  if (!is_day && chance(4)) return chance(2) ? "838:59:59.000000" : "838:59:58.999999";
  const std::string hours = padded(below(is_day ? 24 : 839), 2);
  const std::string time = hours + ":" + padded(below(60), 2) + ":" + padded(below(60), 2);
  constexpr const char* kFractions[] = {"", ".000001", ".1", ".12", ".999999", ".500000", ".0001"};
  return time + (chance(2) ? one_of(kFractions) : "." + padded(below(1000000), 6));
}

// Half of what stands in a single-byte set is any byte, some of what stands in a double-byte one any pair of bytes.
std::string RandomTables::text(std::size_t most, const std::string& charset) {
  if (!is_multibyte(charset) && chance(2)) return "_" + charset + " " + hex(bytes(most));
  if (is_double_byte(charset) && chance(3)) return "_" + charset + " " + hex(double_bytes(most));
  std::string text;
  for (std::size_t i = below(most + 1); i > 0; --i) text += one_of(kCharacters);
  return quoted(text);
}

std::string RandomTables::double_bytes(std::size_t most) {
  std::string bytes;
  for (std::size_t i = below(most / 2 + 1); i > 0; --i) {
    bytes += static_cast<char>(0xa1 + below(0x57));
    bytes += static_cast<char>(0xa1 + below(0x5c));
  }
  return bytes;
}

std::string RandomTables::bytes(std::size_t most) {
  std::string bytes;
  for (std::size_t i = below(most + 1); i > 0; --i) bytes += static_cast<char>(random_());
  if (chance(3)) bytes.append(below(3), '\0');
  return bytes.substr(0, most);
}

std::string RandomTables::set_of(const Shape& shape) {
  if (chance(5)) return "''";
  const std::uint64_t all = shape.length == 64 ? ~0ULL : (1ULL << shape.length) - 1;
  return std::to_string((chance(4) ? all : random_()) & all);
}

std::string RandomTables::json(int depth) {
  const std::uint64_t children = chance(12) ? 400 : below(6);
  if (depth > 3 || chance(4)) {
    return depth > 0 ? json_scalar() : "JSON_EXTRACT(JSON_ARRAY(" + json_scalar() + "), '$[0]')";
  }
  const bool is_object = chance(2);
  std::string sql = is_object ? "JSON_OBJECT(" : "JSON_ARRAY(";
  for (std::uint64_t i = 0; i < children; ++i) {
    if (i > 0) sql += ", ";
    // Two thirds of the keys are unlike the others, so that few members replace each other.
    if (is_object) {
      sql += chance(3) ? text(5, "utf8mb4")
                       : "'" + std::string(below(4), 'k') + std::to_string(i) + "'";
      sql += ", ";
    }
    sql += children > 10 ? json_scalar() : json(depth + 1);
  }
  return sql + ")";
}

std::string RandomTables::json_scalar() {
  constexpr const char* kLiterals[] = {"NULL", "true", "false"};
  switch (below(16)) {
    case 0:
      return one_of(kLiterals);
    case 1:
    case 2:
      return integer();
    case 3:
    case 4:
      return real();
    case 5:
    case 6: {
      // Also with few digits: what a DOUBLE would print alike.
      const std::string number = (chance(3) ? "-" : "") + (chance(2) ? digits(4) : digits(30)) +
                                 "." + (chance(2) ? digits(3) : digits(25));
      return chance(2) ? "CAST('" + number + "' AS DECIMAL(65,25))" : number;
    }
    case 7:
      return "CAST('" + digits(9) + "." + digits(4) + "' AS DECIMAL(20,3))";
    case 8:
      return "CAST('" + date() + "' AS DATE)";
    case 9:
      return "CAST('" + date() + " " + clock(true) + "' AS DATETIME(" + std::to_string(below(7)) +
             "))";
    case 10:
      return std::string("CAST('") + (chance(2) ? "-" : "") + clock(false) + "' AS TIME(" +
             std::to_string(below(7)) + "))";
    case 11:
      return "CAST(" + hex(bytes(chance(5) ? 200 : 12)) + " AS BINARY)";
    case 12:
      return "CAST(b'1011' AS BINARY)";
    default:
      return json_string();
  }
}

// Text, also such that reads like something else.
std::string RandomTables::json_string() {
  switch (below(8)) {
    case 0:
      return quoted(date() + " " + clock(true));
    case 1:
      return quoted("2024-02-29 01:02:03." + padded(below(100), 2) + "0000");
    case 2:
      return quoted((chance(2) ? "-" : "") + padded(below(900), 2) + ":01:02." +
                    padded(below(10), 1) + "00000");
    case 3:
      return quoted("base64:type" + std::to_string(below(260)) + (chance(2) ? ":q80=" : ":AAAA"));
    case 4:
      return quoted("12.50");
    case 5:
      return quoted(std::string(100 + below(200), 'x'));
    default:
      return text(20, "utf8mb4");
  }
}

std::string RandomTables::geometry() {
  constexpr const char* kTexts[] = {"POINT(1 2)",
                                    "LINESTRING(0 0,1.5 -2,3 3)",
                                    "POLYGON((0 0,10 0,10 10,0 0),(1 1,2 1,2 2,1 1))",
                                    "MULTIPOINT(1 1,2 2)",
                                    "GEOMETRYCOLLECTION EMPTY",
                                    "GEOMETRYCOLLECTION(POINT(1 1),LINESTRING(0 0,1 1))"};
  constexpr const char* kSystems[] = {"0", "4326", "3857"};
  return std::string("ST_GeomFromText('") + one_of(kTexts) + "', " + one_of(kSystems) + ")";
}

}  // namespace millrace::testing

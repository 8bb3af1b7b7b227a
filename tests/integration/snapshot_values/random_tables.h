#pragma once

// Tables of columns of every type and character set, and rows of what they can hold and of what a server without
// strictness makes of the rest: extremes, zero dates, NULLs, documents made by SQL functions. From a seed, the same again.

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace millrace::testing {

class RandomTables {
 public:
  // `has_vectors`: MySQL 9.
  RandomTables(std::uint64_t seed, bool has_vectors) : random_(seed), has_vectors_(has_vectors) {}

  // CREATE TABLE `name` with an id and `columns` columns of chance.
  std::string create(const std::string& name, std::size_t columns);
  // INSERT of a row into the table made last.
  std::string insert(const std::string& name, std::uint64_t id);

 private:
  enum class Kind : std::uint8_t {
    kInteger,
    kFloat,
    kDecimal,
    kBit,
    kYear,
    kDate,
    kDatetime,
    kTimestamp,
    kTime,
    kEnum,
    kSet,
    kText,
    kBinary,
    kJson,
    kGeometry,
    kVector
  };
  struct Shape {
    Kind kind = Kind::kInteger;
    std::string type;
    std::size_t length = 0;  // characters, bytes, bits, labels, dimensions
    std::string charset;
  };

  std::uint64_t below(std::uint64_t end) { return random_() % end; }
  bool chance(std::uint64_t one_of) { return below(one_of) == 0; }
  template <typename Items>
  auto one_of(const Items& items) {
    return items[below(std::size(items))];
  }

  Shape shape();
  Shape text_shape();
  Shape label_shape(bool is_set);
  std::string value(const Shape& shape);
  std::string integer();
  std::string real();
  std::string digits(std::size_t most);
  std::string date();
  std::string clock(bool is_day);
  std::string text(std::size_t most, const std::string& charset);
  std::string bytes(std::size_t most);
  std::string double_bytes(std::size_t most);
  std::string set_of(const Shape& shape);
  std::string json(int depth);
  std::string json_scalar();
  std::string json_string();
  std::string geometry();

  std::mt19937_64 random_;
  bool has_vectors_;
  std::vector<Shape> shapes_;
};

}  // namespace millrace::testing

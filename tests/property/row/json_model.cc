#include "json_model.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

namespace millrace::row::test {
namespace {

std::string le(std::uint64_t value, std::size_t width) {
  std::string out;
  for (std::size_t i = 0; i < width; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
  return out;
}

std::string lenenc(std::uint64_t value) {
  if (value < 251) return le(value, 1);
  if (value < 65536) return "\xfc" + le(value, 2);
  return "\xfd" + le(value, 3);
}

bool key_less(std::string_view a, std::string_view b) {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

std::string random_key(Generator& generator) {
  static const char* const kKeys[] = {"",     "a",        "b",      "ab", "key",
                                      "a b",  "q\"u",     "x.y[0]", "\\", "\x01",
                                      "\n\t", "\xc3\xa9", "$",      "1a", "_z"};
  return kKeys[generator.index(std::size(kKeys))];
}

Json integer(Json::Kind kind, std::uint64_t number) {
  Json json;
  json.kind = kind;
  json.number = number;
  return json;
}

Json random_scalar(Generator& generator) {
  Json json;
  switch (generator.number(0, 6)) {
    case 0:
      json.kind = Json::Kind::kNull;
      return json;
    case 1:
      json.kind = generator.one_in(2) ? Json::Kind::kTrue : Json::Kind::kFalse;
      return json;
    case 2:
      return integer(Json::Kind::kInt, generator.bits());
    case 3:
      return integer(Json::Kind::kUint, generator.bits());
    case 4:  // all widths, near their ends
      return integer(Json::Kind::kInt,
                     static_cast<std::uint64_t>((generator.one_in(2) ? -1 : 1) *
                                                    (std::int64_t{1} << generator.number(0, 40)) +
                                                generator.number(-1, 1)));
    default:
      json.kind = Json::Kind::kText;
      json.text.assign(generator.index(generator.one_in(50) ? 20000 : 8), 'a');
      for (char& c : json.text) c = static_cast<char>(generator.number(1, 127));
      return json;
  }
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    static constexpr std::string_view kEscaped = "\"\\\b\f\n\r\t";
    static constexpr std::string_view kLetters = "\"\\bfnrt";
    if (const auto at = kEscaped.find(c); at != std::string_view::npos) {
      out += {'\\', kLetters[at]};
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char code[8];
      std::snprintf(code, sizeof(code), "\\u%04x", static_cast<unsigned>(c));
      out += code;
    } else {
      out.push_back(c);
    }
  }
  return out + "\"";
}

// Writes values the way a server may have left them.
class Encoder {
 public:
  Encoder(Generator& generator, bool loose) : generator_(generator), loose_(loose) {}

  struct Encoded {
    unsigned char type;
    std::string bytes;
  };

  Encoded value(const Json& json) {
    switch (json.kind) {
      case Json::Kind::kNull:
        return {0x04, le(0, 1)};
      case Json::Kind::kTrue:
        return {0x04, le(1, 1)};
      case Json::Kind::kFalse:
        return {0x04, le(2, 1)};
      case Json::Kind::kInt:
        return signed_integer(static_cast<std::int64_t>(json.number));
      case Json::Kind::kUint:
        return unsigned_integer(json.number);
      case Json::Kind::kText:
        return {0x0c, variable_length(json.text.size()) + json.text};
      case Json::Kind::kArray:
      case Json::Kind::kObject:
        return container(json);
    }
    return {};
  }

 private:
  bool wide() { return loose_ && generator_.one_in(4); }

  Encoded signed_integer(std::int64_t number) {
    const auto raw = static_cast<std::uint64_t>(number);
    if (number == static_cast<std::int16_t>(number) && !wide()) return {0x05, le(raw, 2)};
    if (number == static_cast<std::int32_t>(number) && !wide()) return {0x07, le(raw, 4)};
    return {0x09, le(raw, 8)};
  }
  Encoded unsigned_integer(std::uint64_t number) {
    if (number == static_cast<std::uint16_t>(number) && !wide()) return {0x06, le(number, 2)};
    if (number == static_cast<std::uint32_t>(number) && !wide()) return {0x08, le(number, 4)};
    return {0x0a, le(number, 8)};
  }

  static std::string variable_length(std::size_t length) {
    std::string out;
    for (; length > 127; length >>= 7) out.push_back(static_cast<char>(length | 0x80));
    out.push_back(static_cast<char>(length));
    return out;
  }

  static bool is_inlined(const Encoded& value, bool large) {
    return (value.type >= 0x04 && value.type <= 0x06) ||
           (large && (value.type == 0x07 || value.type == 0x08));
  }

  Encoded container(const Json& json) {
    std::vector<Encoded> values;
    for (const Json& child : json.children) values.push_back(value(child));
    if (!wide()) {
      if (auto small = lay_out(json, values, false)) return *small;
    }
    return *lay_out(json, values, true);
  }

  // Small values only: more sharing than a server leaves is refused.
  static bool is_shared(const Encoded& value, const Encoded* last) {
    constexpr std::size_t kMostBytes = 16;
    return last != nullptr && last->type == value.type && last->bytes == value.bytes &&
           value.bytes.size() <= kMostBytes;
  }

  std::string gap() {
    return loose_ && generator_.one_in(3) ? std::string(generator_.index(9), '\xff') : "";
  }

  // Nothing where the offsets don't fit.
  std::optional<Encoded> lay_out(const Json& json, const std::vector<Encoded>& values, bool large) {
    const bool is_object = json.kind == Json::Kind::kObject;
    const std::size_t width = large ? 4 : 2;
    const std::size_t header =
        2 * width + values.size() * (width + 1) + (is_object ? values.size() * (width + 2) : 0);
    std::string data = gap();
    std::vector<std::size_t> key_offsets, value_offsets(values.size());
    for (const std::string& key : json.keys) {
      key_offsets.push_back(header + data.size());
      data += key + gap();
    }
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), 0);
    if (loose_) std::shuffle(order.begin(), order.end(), generator_.random());
    for (std::size_t at = 0; at < order.size(); ++at) {
      const Encoded& value = values[order[at]];
      if (is_inlined(value, large)) continue;
      const Encoded* last = at > 0 ? &values[order[at - 1]] : nullptr;
      if (loose_ && is_shared(value, last)) {
        value_offsets[order[at]] = value_offsets[order[at - 1]];
        continue;
      }
      value_offsets[order[at]] = header + data.size();
      data += value.bytes + gap();
    }
    const std::size_t size = header + data.size();
    if (!large && size > 65535) return std::nullopt;
    std::string out = le(values.size(), width) + le(size, width);
    for (std::size_t i = 0; i < json.keys.size(); ++i) {
      out += le(key_offsets[i], width) + le(json.keys[i].size(), 2);
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
      out.push_back(static_cast<char>(values[i].type));
      if (is_inlined(values[i], large)) {
        std::string inlined = values[i].bytes;
        inlined.resize(width, '\0');
        out += inlined;
      } else {
        out += le(value_offsets[i], width);
      }
    }
    const int type = (is_object ? 0 : 2) + (large ? 1 : 0);
    return Encoded{static_cast<unsigned char>(type), out + data};
  }

  Generator& generator_;
  const bool loose_;
};

// A random place in the tree, and the path to it.
Json* random_container(Json& root, Generator& generator, std::string& path) {
  Json* at = &root;
  path = "$";
  while (true) {
    std::vector<std::size_t> containers;
    for (std::size_t i = 0; i < at->children.size(); ++i) {
      if (at->children[i].kind >= Json::Kind::kArray) containers.push_back(i);
    }
    if (containers.empty() || generator.one_in(3)) return at;
    const std::size_t i = containers[generator.index(containers.size())];
    path +=
        at->kind == Json::Kind::kObject ? "." + quoted(at->keys[i]) : "[" + std::to_string(i) + "]";
    at = &at->children[i];
  }
}

}  // namespace

std::size_t Json::find(std::string_view key) const {
  return static_cast<std::size_t>(std::find(keys.begin(), keys.end(), key) - keys.begin());
}

void Json::set(std::string_view key, Json value) {
  if (const std::size_t at = find(key); at < children.size()) {
    children[at] = std::move(value);
    return;
  }
  const auto at = std::lower_bound(keys.begin(), keys.end(), key, key_less) - keys.begin();
  keys.emplace(keys.begin() + at, key);
  children.insert(children.begin() + at, std::move(value));
}

Json random_json(Generator& generator, int depth) {
  if (depth == 0 || generator.one_in(4)) return random_scalar(generator);
  Json json;
  json.kind = generator.one_in(2) ? Json::Kind::kArray : Json::Kind::kObject;
  for (std::int64_t i = generator.number(0, 5); i > 0; --i) {
    Json child = random_json(generator, depth - 1);
    if (json.kind == Json::Kind::kObject) {
      json.set(random_key(generator), std::move(child));
    } else {
      json.children.push_back(child);
      if (generator.one_in(3)) json.children.push_back(std::move(child));  // to be shared
    }
  }
  return json;
}

std::string to_text(const Json& json) {
  switch (json.kind) {
    case Json::Kind::kNull:
      return "null";
    case Json::Kind::kTrue:
      return "true";
    case Json::Kind::kFalse:
      return "false";
    case Json::Kind::kInt:
      return std::to_string(static_cast<std::int64_t>(json.number));
    case Json::Kind::kUint:
      return std::to_string(json.number);
    case Json::Kind::kText:
      return quoted(json.text);
    case Json::Kind::kArray:
    case Json::Kind::kObject:
      break;
  }
  const bool is_object = json.kind == Json::Kind::kObject;
  std::string out = is_object ? "{" : "[";
  for (std::size_t i = 0; i < json.children.size(); ++i) {
    if (i > 0) out += ", ";
    if (is_object) out += quoted(json.keys[i]) + ": ";
    out += to_text(json.children[i]);
  }
  return out + (is_object ? "}" : "]");
}

std::string encode(const Json& json, Generator& generator, bool loose) {
  const Encoder::Encoded encoded = Encoder(generator, loose).value(json);
  return std::string(1, static_cast<char>(encoded.type)) + encoded.bytes;
}

std::string random_operation(Json& root, Generator& generator) {
  constexpr char kReplace = 0, kInsert = 1, kRemove = 2;
  std::string path;
  Json& parent = *random_container(root, generator, path);
  Json value = random_json(generator, 2);
  const std::string encoded = encode(value, generator, false);
  const std::string with_value = lenenc(encoded.size()) + encoded;
  const auto operation = [&](char code) {
    return std::string(1, code) + lenenc(path.size()) + path;
  };
  const std::int64_t choice = generator.number(0, 2);
  if (parent.kind < Json::Kind::kArray || (choice != kInsert && parent.children.empty())) {
    path = "$";
    root = std::move(value);
    return operation(kReplace) + with_value;
  }
  const bool is_object = parent.kind == Json::Kind::kObject;
  if (choice == kInsert) {
    const std::string key = random_key(generator) + std::to_string(generator.index(1000000));
    const std::size_t at = generator.index(parent.children.size() + 1);
    path += is_object ? "." + quoted(key) : "[" + std::to_string(at) + "]";
    if (is_object) {
      if (parent.find(key) < parent.keys.size()) return "";
      parent.set(key, std::move(value));
    } else {
      parent.children.insert(parent.children.begin() + static_cast<std::ptrdiff_t>(at),
                             std::move(value));
    }
    return operation(kInsert) + with_value;
  }
  const std::size_t at = generator.index(parent.children.size());
  path += is_object ? "." + quoted(parent.keys[at]) : "[" + std::to_string(at) + "]";
  if (choice == kReplace) {
    parent.children[at] = std::move(value);
    return operation(kReplace) + with_value;
  }
  parent.children.erase(parent.children.begin() + static_cast<std::ptrdiff_t>(at));
  if (is_object) parent.keys.erase(parent.keys.begin() + static_cast<std::ptrdiff_t>(at));
  return operation(kRemove);
}

}  // namespace millrace::row::test

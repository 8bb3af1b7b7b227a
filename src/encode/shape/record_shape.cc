#include "encode/shape/record_shape.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace millrace::encode {
namespace {

void append_utf8(char32_t c, std::string& out) {
  const auto byte = [&out](char32_t bits) { out += static_cast<char>(bits); };
  if (c < 0x80) {
    byte(c);
  } else if (c < 0x800) {
    byte(0xC0 | c >> 6);
    byte(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    byte(0xE0 | c >> 12);
    byte(0x80 | (c >> 6 & 0x3F));
    byte(0x80 | (c & 0x3F));
  } else {
    byte(0xF0 | c >> 18);
    byte(0x80 | (c >> 12 & 0x3F));
    byte(0x80 | (c >> 6 & 0x3F));
    byte(0x80 | (c & 0x3F));
  }
}

// The four digits of \u1234; 0 where they aren't.
char32_t hex4(std::string_view digits) {
  unsigned value = 0;
  if (digits.size() >= 4) std::from_chars(digits.data(), digits.data() + 4, value, 16);
  return value;
}

char plain_escape(char c) {
  switch (c) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return c;
  }
}

}  // namespace

const ShapeValue* ShapeValue::find(std::string_view field) const {
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [field](const ShapeField& each) { return each.name == field; });
  return found == fields.end() ? nullptr : &found->value;
}

ShapeValue* ShapeValue::find(std::string_view field) {
  return const_cast<ShapeValue*>(std::as_const(*this).find(field));
}

std::string quoted_json(std::string_view utf8) {
  JsonWriter writer;
  writer.quoted(utf8);
  return std::string(writer.written_since(0));
}

std::string text_of_json(std::string_view json) {
  std::string text;
  if (json.size() < 2) return text;
  const std::string_view inside = json.substr(1, json.size() - 2);
  for (std::size_t i = 0; i < inside.size(); ++i) {
    if (inside[i] != '\\' || i + 1 == inside.size()) {
      text += inside[i];
      continue;
    }
    const char escaped = inside[++i];
    if (escaped != 'u') {
      text += plain_escape(escaped);
      continue;
    }
    char32_t c = hex4(inside.substr(i + 1));
    i += 4;
    const bool is_pair = c >= 0xD800 && c < 0xDC00 && inside.substr(i + 1).starts_with("\\u");
    if (is_pair) {
      c = 0x10000 + ((c - 0xD800) << 10) + (hex4(inside.substr(i + 3)) - 0xDC00);
      i += 6;
    }
    append_utf8(c, text);
  }
  return text;
}

ConnectSchema primitive_schema(std::string type, bool is_optional) {
  ConnectSchema schema;
  schema.type = std::move(type);
  schema.is_optional = is_optional;
  return schema;
}

ShapeValue constant(ConnectSchema schema, std::string json) {
  ShapeValue value;
  value.schema = std::move(schema);
  value.kind = ShapeValue::Kind::kText;
  value.json = std::move(json);
  return value;
}

ShapeValue constant_text(std::string_view text, bool is_optional) {
  return constant(primitive_schema("string", is_optional), quoted_json(text));
}

ShapeValue copy_basics(const ShapeValue& from) {
  ShapeValue copy;
  copy.schema = from.schema;
  copy.schema.is_optional = false;
  copy.schema.default_json.clear();
  copy.kind = from.kind;
  return copy;
}

Status add_field(ShapeValue& target, std::string name, ShapeValue value) {
  if (target.find(name) != nullptr) {
    return definite_error("there is a field " + name + " already");
  }
  target.fields.push_back({std::move(name), std::move(value)});
  return {};
}

Status require_struct(const std::optional<ShapeValue>& value, std::string_view what) {
  if (!value || value->kind == ShapeValue::Kind::kNull)
    return definite_error(std::string(what) + " is null; a predicate can leave such records out");
  if (!value->is_struct() || value->kind != ShapeValue::Kind::kStruct)
    return definite_error(std::string(what) + " has no fields, it is of type " +
                          value->schema.type);
  return {};
}

std::string print_shape_schema(const ShapeValue& value, std::string_view field) {
  if (value.schema.type.empty()) return "null";
  if (!value.is_struct()) return print_schema(value.schema, field);
  ConnectSchema schema = value.schema;
  schema.parts = "\"fields\":[";
  for (const ShapeField& each : value.fields) {
    if (schema.parts.back() != '[') schema.parts += ',';
    schema.parts += print_shape_schema(each.value, each.name);
  }
  schema.parts += ']';
  return print_schema(schema, field);
}

}  // namespace millrace::encode

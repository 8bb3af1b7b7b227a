#include "support/ddl_corpus/change_text.h"

#include <string_view>

namespace millrace::testing {
namespace {

using namespace ddl;  // NOLINT(google-build-using-namespace): this file prints nothing else

std::string quote_text(std::string_view text) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string result = "'";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < ' ' || byte == 0x7f) {
      result += "\\x";
      result += kDigits[byte >> 4];
      result += kDigits[byte & 15];
    } else {
      if (c == '\'' || c == '\\') result += c;
      result += c;
    }
  }
  return result + "'";
}

std::string quote_name(std::string_view name) {
  bool is_plain = !name.empty();
  for (const char c : name) {
    is_plain &= (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                c == '_' || c == '$' || static_cast<unsigned char>(c) >= 0x80;
  }
  return is_plain ? std::string(name) : "`" + std::string(name) + "`";
}

std::string text_of(const TableReference& table) {
  return quote_name(table.database) + "." + quote_name(table.table);
}

std::string text_of(const CharsetClause& charset) {
  std::string text;
  if (!charset.charset.empty()) text += " charset=" + charset.charset;
  if (!charset.collation.empty()) text += " collate=" + charset.collation;
  if (charset.binary) text += " binary";
  return text;
}

std::string text_of(const DefaultClause& value) {
  switch (value.kind) {
    case DefaultClause::Kind::kNone:
      return "none";
    case DefaultClause::Kind::kNull:
      return "null";
    case DefaultClause::Kind::kLiteral:
      return quote_text(value.value);
    case DefaultClause::Kind::kExpression:
      return "()";
  }
  return "?";
}

std::string text_of(const ColumnTypeClause& type) {
  std::string text = type.name;
  if (type.length) {
    text += "(" + std::to_string(*type.length);
    if (type.decimals) text += "," + std::to_string(*type.decimals);
    text += ")";
  }
  if (!type.labels.empty()) {
    std::string labels;
    for (const std::string& label : type.labels) {
      labels += (labels.empty() ? "(" : ",") + quote_text(label);
    }
    text += labels + ")";
  }
  if (type.is_unsigned) text += " unsigned";
  if (type.zerofill) text += " zerofill";
  return text + text_of(type.charset);
}

std::string text_of(const ColumnDefinition& column) {
  std::string text = quote_name(column.name) + " " + text_of(column.type);
  if (column.nullable) text += *column.nullable ? " null" : " notnull";
  if (column.default_value.kind != DefaultClause::Kind::kNone) {
    text += " default=" + text_of(column.default_value);
  }
  if (column.is_generated) text += column.is_stored ? " stored" : " generated";
  if (column.is_auto_increment) text += " auto";
  if (column.visible) text += *column.visible ? " visible" : " invisible";
  if (column.is_primary_key) text += " pk";
  if (column.is_unique_key) text += " unique";
  if (column.has_references) text += " references";
  if (!column.comment.empty()) text += " comment=" + quote_text(column.comment);
  return text;
}

std::string text_of(const KeyDefinition& key) {
  std::string text;
  switch (key.kind) {
    case KeyDefinition::Kind::kPrimary:
      text = "primary";
      break;
    case KeyDefinition::Kind::kUnique:
      text = "unique";
      break;
    case KeyDefinition::Kind::kPlain:
      text = "key";
      break;
    case KeyDefinition::Kind::kForeign:
      text = "foreign";
      break;
  }
  if (!key.name.empty()) text += " " + quote_name(key.name);
  std::string parts;
  for (const KeyPart& part : key.parts) {
    parts += parts.empty() ? "(" : ",";
    parts += part.column.empty() ? "()" : quote_name(part.column);
    if (part.prefix_length) parts += "(" + std::to_string(*part.prefix_length) + ")";
  }
  return text + parts + ")";
}

std::string text_of(const Placement& placement) {
  switch (placement.where) {
    case Placement::Where::kUnsaid:
      return "";
    case Placement::Where::kFirst:
      return " first";
    case Placement::Where::kAfter:
      return " after " + quote_name(placement.after);
  }
  return "?";
}

std::string if_exists(bool flag) { return flag ? "if-exists " : ""; }
std::string if_not_exists(bool flag) { return flag ? "if-not-exists " : ""; }

struct SpecificationText {
  std::string operator()(const AddColumn& s) const {
    return "add " + if_not_exists(s.if_not_exists) + text_of(s.column) + text_of(s.placement);
  }
  std::string operator()(const AddKey& s) const {
    return "addkey " + if_not_exists(s.if_not_exists) + text_of(s.key);
  }
  std::string operator()(const DropColumn& s) const {
    return "drop " + if_exists(s.if_exists) + quote_name(s.column);
  }
  std::string operator()(const DropKey& s) const {
    return "dropkey " + if_exists(s.if_exists) + quote_name(s.name);
  }
  std::string operator()(const ChangeColumn& s) const {
    return "change " + if_exists(s.if_exists) + quote_name(s.old_name) + " -> " +
           text_of(s.column) + text_of(s.placement);
  }
  std::string operator()(const RenameColumn& s) const {
    return "rename " + if_exists(s.if_exists) + quote_name(s.from) + " -> " + quote_name(s.to);
  }
  std::string operator()(const RenameKey& s) const {
    return "renamekey " + if_exists(s.if_exists) + quote_name(s.from) + " -> " + quote_name(s.to);
  }
  std::string operator()(const SetColumnDefault& s) const {
    return "default " + if_exists(s.if_exists) + quote_name(s.column) + "=" +
           text_of(s.default_value);
  }
  std::string operator()(const SetColumnVisibility& s) const {
    return (s.visible ? "visible " : "invisible ") + quote_name(s.column);
  }
  std::string operator()(const ConvertCharset& s) const { return "convert" + text_of(s.charset); }
  std::string operator()(const DefaultCharset& s) const { return "options" + text_of(s.charset); }
  std::string operator()(const RenameTo& s) const { return "rename-to " + text_of(s.to); }
};

struct ChangeText {
  std::string operator()(const CreateTable& s) const {
    std::string text = "create " + if_not_exists(s.if_not_exists);
    if (s.or_replace) text += "or-replace ";
    text += text_of(s.table);
    if (s.like) text += " like " + text_of(*s.like);
    std::string elements;
    for (const ColumnDefinition& column : s.columns) {
      elements += (elements.empty() ? "" : ", ") + text_of(column);
    }
    for (std::size_t i = 0; i < s.keys.size(); ++i) {
      elements += (i == 0 ? "; " : ", ") + text_of(s.keys[i]);
    }
    if (!elements.empty()) text += " (" + elements + ")";
    text += text_of(s.charset);
    if (!s.comment.empty()) text += " comment=" + quote_text(s.comment);
    return s.has_select ? text + " select" : text;
  }
  std::string operator()(const AlterTable& s) const {
    std::string text = "alter " + if_exists(s.if_exists) + text_of(s.table) + ":";
    std::string separator = " ";
    for (const AlterSpecification& specification : s.specifications) {
      text += separator + std::visit(SpecificationText(), specification);
      separator = "; ";
    }
    if (s.comment) text += separator + "comment=" + quote_text(*s.comment);
    return text;
  }
  std::string operator()(const RenameTables& s) const {
    std::string text;
    for (const auto& [from, to] : s.pairs) {
      text += (text.empty() ? "" : ", ") + text_of(from) + " -> " + text_of(to);
    }
    return "rename " + if_exists(s.if_exists) + text;
  }
  std::string operator()(const DropTables& s) const {
    std::string text;
    for (const TableReference& table : s.tables) {
      text += (text.empty() ? "" : ", ") + text_of(table);
    }
    return "drop " + if_exists(s.if_exists) + text;
  }
  std::string operator()(const CreateDatabase& s) const {
    return "createdb " + if_not_exists(s.if_not_exists) + (s.or_replace ? "or-replace " : "") +
           quote_name(s.name) + text_of(s.charset);
  }
  std::string operator()(const AlterDatabase& s) const {
    return "alterdb " + quote_name(s.name) + text_of(s.charset);
  }
  std::string operator()(const DropDatabase& s) const {
    return "dropdb " + if_exists(s.if_exists) + quote_name(s.name);
  }
};

}  // namespace

std::string to_text(const std::optional<ddl::SchemaChange>& change) {
  return change ? std::visit(ChangeText(), *change) : "nothing";
}

}  // namespace millrace::testing

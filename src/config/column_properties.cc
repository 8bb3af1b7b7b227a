// The properties of a source that name columns: which are published, masked, put into keys.

#include <algorithm>
#include <array>

#include "config/property_table.h"

namespace millrace::config {
namespace {

constexpr Support kYes = Support::kImplemented;

constexpr std::int64_t kMostCharacters = 1'000'000;

// What Java's MessageDigest knows, but for MD2.
constexpr std::array<std::string_view, 13> kAlgorithms = {
    "MD5",         "SHA",         "SHA-1",    "SHA-224",  "SHA-256",  "SHA-384", "SHA-512",
    "SHA-512/224", "SHA-512/256", "SHA3-224", "SHA3-256", "SHA3-384", "SHA3-512"};

// The number in "column.truncate.to.<number>.chars".
Result<std::size_t> characters_of(std::string_view key, std::string_view prefix) {
  constexpr std::string_view kSuffix = ".chars";
  std::string_view number = key.substr(prefix.size());
  if (number.ends_with(kSuffix)) {
    number.remove_suffix(kSuffix.size());
    if (const auto count = parse_integer(number, 0, kMostCharacters))
      return static_cast<std::size_t>(*count);
  }
  return definite_error("stands under a name that is not " + std::string(prefix) +
                        "<number>.chars");
}

Setter<SourceConfig> set_length_mask(MaskKind kind, std::string_view prefix) {
  return [kind, prefix](std::string_view key, const std::string& value,
                        SourceConfig& source) -> Status {
    ColumnMaskConfig mask;
    mask.kind = kind;
    MILLRACE_ASSIGN_OR_RETURN(mask.length, characters_of(key, prefix));
    MILLRACE_ASSIGN_OR_RETURN(mask.columns, parse_patterns(value));
    source.columns.masks.push_back(std::move(mask));
    return {};
  };
}

Setter<SourceConfig> set_hash_mask(bool is_serialized, std::string_view prefix) {
  return [is_serialized, prefix](std::string_view key, const std::string& value,
                                 SourceConfig& source) -> Status {
    constexpr std::string_view kBetween = ".with.salt.";
    const std::string_view rest = key.substr(prefix.size());
    const std::size_t end = rest.find(kBetween);
    if (end == std::string_view::npos || end + kBetween.size() == rest.size()) {
      return definite_error("stands under a name that is not " + std::string(prefix) +
                            "<algorithm>.with.salt.<salt>");
    }
    ColumnMaskConfig mask;
    mask.kind = MaskKind::kHash;
    mask.is_serialized = is_serialized;
    mask.algorithm = std::string(rest.substr(0, end));
    mask.salt = std::string(rest.substr(end + kBetween.size()));
    const bool is_known = std::ranges::any_of(kAlgorithms, [&](std::string_view known) {
      return equals_ignoring_case(known, mask.algorithm);
    });
    if (!is_known) {
      return definite_error("needs a hash that is not known: " + mask.algorithm +
                            "; use SHA-256, SHA-512, SHA3-256 or the like");
    }
    MILLRACE_ASSIGN_OR_RETURN(mask.columns, parse_patterns(value));
    source.columns.masks.push_back(std::move(mask));
    return {};
  };
}

// "db.table:a,b;(.*).other:c" to the patterns db.table.a, db.table.b, (.*).other.c.
Status set_key_columns(std::string_view, const std::string& value, SourceConfig& source) {
  std::vector<std::string> all;
  std::string_view rest = value;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(';'), rest.size());
    const std::string_view entry = trim(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const std::size_t colon = entry.find(':');
    const auto columns = colon == std::string_view::npos ? std::vector<std::string>()
                                                         : split_words(entry.substr(colon + 1));
    if (colon == 0 || columns.empty() || entry.find(':', colon + 1) != std::string_view::npos) {
      return definite_error("is not a list like db.table:column,column;db.other:column");
    }
    for (const std::string& column : columns)
      all.push_back(std::string(entry.substr(0, colon)) + "." + column);
  }
  source.columns.key_columns = std::move(all);
  return {};
}

}  // namespace

PropertyTable<SourceConfig> column_properties() {
  using S = SourceConfig;
  using C = ColumnConfig;
  constexpr std::string_view kTruncate = "column.truncate.to.";
  constexpr std::string_view kMask = "column.mask.with.";
  constexpr std::string_view kHash = "column.mask.hash.";
  constexpr std::string_view kHash2 = "column.mask.hash.v2.";
  return {
      {"column.include.list", kYes, "",
       "regular expressions of `database.table.column`: which columns `before` and `after` have; "
       "key columns stay in the key",
       patterns(&S::columns, &C::include)},
      {"column.exclude.list", kYes, "", "the opposite; not together with the include list",
       patterns(&S::columns, &C::exclude)},
      {"column.truncate.to.*", kYes, "",
       "`column.truncate.to.<number>.chars`: text and binary data of these columns is cut",
       set_length_mask(MaskKind::kTruncate, kTruncate)},
      {"column.mask.with.*", kYes, "",
       "`column.mask.with.<number>.chars`: text of these columns is that many `*`; not in keys",
       set_length_mask(MaskKind::kAsterisks, kMask)},
      {"column.mask.hash.*", kYes, "",
       "`column.mask.hash.<algorithm>.with.salt.<salt>`: text of these columns is a hash of it as "
       "Java serializes it; not in keys",
       set_hash_mask(true, kHash)},
      {"column.mask.hash.v2.*", kYes, "",
       "`column.mask.hash.v2.<algorithm>.with.salt.<salt>`: the same of the text itself",
       set_hash_mask(false, kHash2)},
      {"message.key.columns", kYes, "",
       "`database.table:column,column;...`: columns of the key instead of the table's own",
       set_key_columns},
      {"skip.messages.without.change", kYes, "false",
       "leave out updates that change nothing in the published columns",
       boolean(&S::skip_unchanged)},
      {"converters",
       kYes,
       "",
       "names, each with `<name>.type: "
       "io.debezium.connector.binlog.converters.TinyIntOneToBooleanConverter`, `<name>.selector` "
       "and `<name>.length.checker`; other classes are refused",
       {}},
  };
}

}  // namespace millrace::config

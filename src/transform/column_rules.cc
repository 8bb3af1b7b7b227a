#include "millrace/transform/column_rules.h"

#include <utility>

#include "millrace/schema/source_type.h"
#include "transform/pattern_list.h"

namespace millrace::transform {
namespace {

Result<PatternList> compile_list(const std::vector<std::string>& patterns, std::string_view name) {
  auto list = PatternList::compile(patterns);
  if (!list) return list.error().with_context(std::string(name));
  return list;
}

// In doubt a column is taken and masked: rather too much is hidden than anything shown.
bool names(const PatternList& list, std::string_view column) {
  return list.match(column) != PatternList::Verdict::kNoMatch;
}

struct CompiledMask {
  PatternList columns;
  change::ColumnMask mask;
};

struct CompiledBoolean {
  PatternList columns;
  bool checks_length = true;

  bool applies(const schema::Column& column, std::string_view name) const {
    if (column.type != schema::ColumnType::kTiny) return false;
    if (checks_length && schema::source_type_length(column) != 1U) return false;
    if (schema::source_type_name(column).ends_with("ZEROFILL")) return false;
    return columns.empty() || columns.match(name) == PatternList::Verdict::kMatch;
  }
};

}  // namespace

class ColumnRules::Impl {
 public:
  change::ColumnTreatment treat(const schema::Column& column, const std::string& table) const {
    const std::string name = table + "." + column.name;
    change::ColumnTreatment treatment;
    treatment.is_left_out = is_left_out(name);
    treatment.as_bytes = bytes.match(name) == PatternList::Verdict::kMatch;
    for (const CompiledBoolean& boolean : booleans) {
      treatment.as_boolean = treatment.as_boolean || boolean.applies(column, name);
    }
    for (const CompiledMask& mask : masks) {
      if (!names(mask.columns, name)) continue;
      treatment.mask = mask.mask;
      break;
    }
    treatment.shows_source_type =
        names(source_types, name) ||
        (!source_datatypes.empty() &&
         names(source_datatypes, table + "." + schema::source_type_name(column)));
    return treatment;
  }

  // Each pattern brings the columns that it names, in the table's order.
  std::vector<std::size_t> key_of(const schema::TableSchema& table) const {
    std::vector<std::size_t> columns;
    const std::string stem = table.name.to_text() + ".";
    for (const PatternList& pattern : key_columns) {
      for (std::size_t i = 0; i < table.columns.size(); ++i) {
        if (pattern.match(stem + table.columns[i].name) == PatternList::Verdict::kMatch)
          columns.push_back(i);
      }
    }
    return columns;
  }

  PatternList include, exclude, bytes, source_types, source_datatypes;
  std::vector<CompiledMask> masks;
  std::vector<PatternList> key_columns;
  std::vector<CompiledBoolean> booleans;

 private:
  bool is_left_out(const std::string& name) const {
    if (!include.empty()) return !names(include, name);
    return exclude.match(name) == PatternList::Verdict::kMatch;
  }
};

ColumnRules::ColumnRules(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ColumnRules::ColumnRules(ColumnRules&&) noexcept = default;
ColumnRules& ColumnRules::operator=(ColumnRules&&) noexcept = default;
ColumnRules::~ColumnRules() = default;

Result<ColumnRules> ColumnRules::compile(const ColumnRulesOptions& options) {
  auto impl = std::make_unique<Impl>();
  MILLRACE_ASSIGN_OR_RETURN(impl->include, compile_list(options.include, "column.include.list"));
  MILLRACE_ASSIGN_OR_RETURN(impl->exclude, compile_list(options.exclude, "column.exclude.list"));
  MILLRACE_ASSIGN_OR_RETURN(impl->bytes, compile_list(options.bytes, "column.bytes.include.list"));
  MILLRACE_ASSIGN_OR_RETURN(impl->source_types,
                            compile_list(options.source_types, "column.propagate.source.type"));
  MILLRACE_ASSIGN_OR_RETURN(impl->source_datatypes, compile_list(options.source_datatypes,
                                                                 "datatype.propagate.source.type"));
  for (const MaskRule& rule : options.masks) {
    MILLRACE_ASSIGN_OR_RETURN(PatternList columns, compile_list(rule.columns, "column mask"));
    impl->masks.push_back({std::move(columns), rule.mask});
  }
  for (const std::string& column : options.key_columns) {
    MILLRACE_ASSIGN_OR_RETURN(PatternList pattern, compile_list({column}, "message.key.columns"));
    impl->key_columns.push_back(std::move(pattern));
  }
  for (const BooleanRule& rule : options.booleans) {
    MILLRACE_ASSIGN_OR_RETURN(PatternList columns,
                              compile_list(rule.columns, "TinyIntOneToBooleanConverter"));
    impl->booleans.push_back({std::move(columns), rule.checks_length});
  }
  return ColumnRules(std::move(impl));
}

change::TableTreatment ColumnRules::treat(const schema::TableSchema& table) const {
  change::TableTreatment treatment;
  const std::string name = table.name.to_text();
  for (const schema::Column& column : table.columns)
    treatment.columns.push_back(impl_->treat(column, name));
  std::vector<std::size_t> key = impl_->key_of(table);
  if (!key.empty()) treatment.key_columns = std::move(key);
  return treatment;
}

}  // namespace millrace::transform

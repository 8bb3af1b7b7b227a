#include "millrace/transform/table_filter.h"

#include <array>
#include <utility>

#include "transform/pattern_list.h"

namespace millrace::transform {
namespace {

constexpr std::array<std::string_view, 4> kBuiltinDatabases = {"mysql", "sys", "performance_schema",
                                                               "information_schema"};

bool equals_ignoring_case(std::string_view text, std::string_view lower_case) {
  if (text.size() != lower_case.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != lower_case[i])
      return false;
  }
  return true;
}

bool is_builtin(std::string_view database) {
  for (std::string_view builtin : kBuiltinDatabases) {
    if (equals_ignoring_case(database, builtin)) return true;
  }
  return false;
}

// An include list, or without one an exclude list, or neither: everything. (Both is refused by the configuration.)
struct Selection {
  PatternList include;
  PatternList exclude;

  static Result<Selection> compile(const std::vector<std::string>& include,
                                   const std::vector<std::string>& exclude,
                                   const std::string& include_property,
                                   const std::string& exclude_property) {
    auto included = PatternList::compile(include);
    if (!included) return included.error().with_context(include_property);
    auto excluded = PatternList::compile(exclude);
    if (!excluded) return excluded.error().with_context(exclude_property);
    return Selection{std::move(*included), std::move(*excluded)};
  }

  bool selects(std::string_view name) const {
    if (!include.empty()) return include.match(name) != PatternList::Verdict::kNoMatch;
    return exclude.match(name) != PatternList::Verdict::kMatch;
  }
};

}  // namespace

class TableFilter::Impl {
 public:
  Selection databases;
  Selection tables;
  std::string also;
  bool ignore_builtin = true;
};

TableFilter::TableFilter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TableFilter::TableFilter(TableFilter&&) noexcept = default;
TableFilter& TableFilter::operator=(TableFilter&&) noexcept = default;
TableFilter::~TableFilter() = default;

Result<TableFilter> TableFilter::compile(const TableFilterOptions& options) {
  auto impl = std::make_unique<Impl>();
  MILLRACE_ASSIGN_OR_RETURN(impl->databases,
                            Selection::compile(options.database_include, options.database_exclude,
                                               "database.include.list", "database.exclude.list"));
  MILLRACE_ASSIGN_OR_RETURN(
      impl->tables, Selection::compile(options.table_include, options.table_exclude,
                                       options.table_include_property, "table.exclude.list"));
  impl->also = options.also;
  impl->ignore_builtin = options.ignore_builtin;
  return TableFilter(std::move(impl));
}

bool TableFilter::captures(const schema::TableName& table) const {
  if (!impl_->also.empty() && table.to_text() == impl_->also) return true;
  if (impl_->ignore_builtin && is_builtin(table.database)) return false;
  return impl_->databases.selects(table.database) && impl_->tables.selects(table.to_text());
}

bool TableFilter::captures_database(std::string_view database) const {
  if (impl_->also.starts_with(database) && impl_->also.substr(database.size()).starts_with("."))
    return true;
  if (impl_->ignore_builtin && is_builtin(database)) return false;
  if (!impl_->databases.selects(database)) return false;
  const PatternList& include = impl_->tables.include;
  return include.empty() || include.could_match_prefix(std::string(database) + ".");
}

}  // namespace millrace::transform

#include <algorithm>
#include <optional>
#include <utility>

#include "millrace/charset/charset.h"
#include "millrace/schema/catalog.h"
#include "schema/column_from_ddl.h"
#include "schema/indexes.h"

// ALTER TABLE does all its specifications at once, against the table as it was: names in them are the old ones (but for
// AFTER, which may name a new column), so two columns can swap their names in one statement. The order of work is the
// server's: columns that stay, in their places; then columns are added and moved, in the statement's order; then a
// generated invisible primary key goes to the front; then the indexes that stay; then new ones.

namespace millrace::schema {
namespace {

template <typename T>
const T* as(const ddl::AlterSpecification& specification) {
  return std::get_if<T>(&specification);
}

std::uint32_t width_of(const Column& column) {
  return column.charset == nullptr ? 1 : static_cast<std::uint32_t>(column.charset->mbmaxlen());
}

bool is_text_or_bytes(const Column& column) {
  switch (column.type) {
    case ColumnType::kVarchar:
    case ColumnType::kVarString:
    case ColumnType::kString:
    case ColumnType::kBlob:
      return true;
    default:
      return false;
  }
}

// What the server counts as an ENUM's or SET's length: of its longest label, or of all with commas between them.
std::uint32_t declared_bytes(const Column& column) {
  std::size_t longest = 0, all = 0;
  for (const std::string& label : column.labels) {
    const auto characters = static_cast<std::size_t>(
        std::count_if(label.begin(), label.end(), [](char c) { return (c & 0xC0) != 0x80; }));
    longest = std::max(longest, characters);
    all += characters + (&label == &column.labels.front() ? 0 : 1);
  }
  return static_cast<std::uint32_t>(column.type == ColumnType::kEnum ? longest : all) *
         width_of(column);
}

// Of a column that isn't text, in an index.
std::uint32_t key_bytes(const Column& column) {
  const auto with_fraction = [&column](std::uint32_t bytes) {
    return bytes + (column.length + 1) / 2;
  };
  const auto of_digits = [](std::uint32_t digits) {
    constexpr std::uint32_t kDigits = 9, kBytes = 4;
    return digits / kDigits * kBytes + (digits % kDigits + 1) / 2;
  };
  switch (column.type) {
    case ColumnType::kTiny:
    case ColumnType::kYear:
      return 1;
    case ColumnType::kShort:
      return 2;
    case ColumnType::kInt24:
    case ColumnType::kDate:
      return 3;
    case ColumnType::kLong:
      return 4;
    case ColumnType::kLongLong:
      return 8;
    case ColumnType::kFloat:
    case ColumnType::kDouble:
    case ColumnType::kEnum:
    case ColumnType::kSet:
      return column.length;
    case ColumnType::kNewDecimal:
      return of_digits(column.length - column.scale) + of_digits(column.scale);
    case ColumnType::kTime2:
      return with_fraction(3);
    case ColumnType::kTimestamp2:
      return with_fraction(4);
    case ColumnType::kDatetime2:
      return with_fraction(5);
    case ColumnType::kBit:
      return (column.length + 7) / 8;
    default:
      return 0;
  }
}

class Alteration {
 public:
  Alteration(const TableSchema& before, const ddl::AlterTable& statement,
             std::uint32_t database_collation, const StatementContext& context)
      : before_(before),
        statement_(statement),
        database_collation_(database_collation),
        context_(context) {}

  Result<TableSchema> run() {
    MILLRACE_RETURN_IF_ERROR(find_collations());
    MILLRACE_RETURN_IF_ERROR(keep_columns());
    MILLRACE_RETURN_IF_ERROR(place_columns());
    keep_generated_key_first();
    convert_columns();
    keep_indexes();
    MILLRACE_RETURN_IF_ERROR(add_indexes());
    settle_indexes(after_);
    return std::move(after_);
  }

 private:
  Status find_collations() {
    after_.default_collation = before_.default_collation;
    for (const auto& specification : statement_.specifications) {
      const auto* convert = as<ddl::ConvertCharset>(specification);
      const auto* set_default = as<ddl::DefaultCharset>(specification);
      if (convert == nullptr && set_default == nullptr) continue;
      const ddl::CharsetClause& clause =
          convert != nullptr ? convert->charset : set_default->charset;
      const bool from_database = clause.charset == "default";
      MILLRACE_ASSIGN_OR_RETURN(
          after_.default_collation,
          resolve_collation(clause, from_database ? database_collation_ : after_.default_collation,
                            context_));
      if (convert != nullptr) converted_to_ = after_.default_collation;
    }
    return {};
  }

  // What the statement does to the column that was called `name`.
  template <typename T>
  const T* specification_of(const std::string& name, std::string T::*member) const {
    for (const auto& specification : statement_.specifications) {
      const T* found = as<T>(specification);
      if (found != nullptr && is_same_column_name(found->*member, name)) return found;
    }
    return nullptr;
  }

  Status keep_columns() {
    place_of_old_.assign(before_.columns.size(), std::nullopt);
    for (std::size_t i = 0; i < before_.columns.size(); ++i) {
      const Column& old = before_.columns[i];
      if (specification_of(old.name, &ddl::DropColumn::column) != nullptr) continue;
      if (const auto* change = specification_of(old.name, &ddl::ChangeColumn::old_name)) {
        MILLRACE_ASSIGN_OR_RETURN(Column changed, defined(change->column));
        keep(std::move(changed), i);
        continue;
      }
      Column kept = old;
      if (const auto* rename = specification_of(old.name, &ddl::RenameColumn::from)) {
        kept.name = rename->to;
      }
      if (const auto* set = specification_of(old.name, &ddl::SetColumnDefault::column)) {
        kept.default_value.reset();
        if (set->default_value.kind == ddl::DefaultClause::Kind::kLiteral) {
          kept.default_value = set->default_value.value;
        }
      }
      if (const auto* set = specification_of(old.name, &ddl::SetColumnVisibility::column)) {
        kept.is_visible = set->visible;
      }
      keep(std::move(kept), i);
    }
    return {};
  }

  Status place_columns() {
    for (const auto& specification : statement_.specifications) {
      if (const auto* add = as<ddl::AddColumn>(specification)) {
        MILLRACE_ASSIGN_OR_RETURN(Column column, defined(add->column));
        MILLRACE_RETURN_IF_ERROR(place(std::move(column), std::nullopt, add->placement));
      } else if (const auto* change = as<ddl::ChangeColumn>(specification)) {
        MILLRACE_ASSIGN_OR_RETURN(const std::size_t old, find_column(before_, change->old_name));
        if (change->placement.where == ddl::Placement::Where::kUnsaid) continue;
        MILLRACE_ASSIGN_OR_RETURN(Column column, take_out(old));
        MILLRACE_RETURN_IF_ERROR(place(std::move(column), old, change->placement));
      } else if (const auto* drop = as<ddl::DropColumn>(specification)) {
        MILLRACE_ASSIGN_OR_RETURN([[maybe_unused]] const std::size_t old,
                                  find_column(before_, drop->column));
      } else if (const auto* rename = as<ddl::RenameColumn>(specification)) {
        MILLRACE_ASSIGN_OR_RETURN([[maybe_unused]] const std::size_t old,
                                  find_column(before_, rename->from));
      }
    }
    return {};
  }

  Result<Column> defined(const ddl::ColumnDefinition& definition) const {
    return column_from_definition(definition, after_.default_collation, context_);
  }

  void keep(Column column, std::size_t old) {
    after_.columns.push_back(std::move(column));
    origins_.push_back(old);
  }

  // The column that is kept for the old one. Until then, others may be placed behind it.
  Result<Column> take_out(std::size_t old) {
    const auto at = std::find(origins_.begin(), origins_.end(), std::optional(old));
    if (at == origins_.end()) {
      return definite_error("the column " + before_.columns[old].name +
                            " is dropped and changed in one statement");
    }
    const auto column = after_.columns.begin() + (at - origins_.begin());
    Column taken = std::move(*column);
    after_.columns.erase(column);
    origins_.erase(at);
    return taken;
  }

  Status place(Column column, std::optional<std::size_t> old, const ddl::Placement& placement) {
    std::size_t at = after_.columns.size();
    if (placement.where == ddl::Placement::Where::kFirst) at = 0;
    if (placement.where == ddl::Placement::Where::kAfter) {
      MILLRACE_ASSIGN_OR_RETURN(at, find_column(after_, placement.after));
      ++at;
    }
    const auto offset = static_cast<std::ptrdiff_t>(at);
    after_.columns.insert(after_.columns.begin() + offset, std::move(column));
    origins_.insert(origins_.begin() + offset, old);
    return {};
  }

  // Also where the statement makes it visible. The server knows it by its name: a column that takes over the name of a
  // generated key takes over the place.
  void keep_generated_key_first() {
    const auto is_named_so = [](const Column& column) { return column.name == "my_row_id"; };
    if (before_.columns.empty()) return;
    const Column& old = before_.columns.front();
    if (!is_named_so(old) || old.is_visible || !old.is_auto_increment) return;
    const auto column = std::find_if(after_.columns.begin(), after_.columns.end(), is_named_so);
    if (column == after_.columns.end()) return;
    const auto origin = origins_.begin() + (column - after_.columns.begin());
    std::rotate(after_.columns.begin(), column, column + 1);
    std::rotate(origins_.begin(), origin, origin + 1);
  }

  void convert_columns() {
    if (!converted_to_) return;
    for (Column& column : after_.columns) {
      column = converted_column(column, *converted_to_, context_);
    }
  }

  bool is_dropped(const Index& index) const {
    return specification_of(index.name, &ddl::DropKey::name) != nullptr;
  }

  // Without the columns that are gone; an index of such columns alone goes with them. A new column with the name of one
  // that goes takes its place in indexes as well.
  void keep_indexes() {
    for (std::size_t i = 0; i < origins_.size(); ++i) {
      if (origins_[i]) place_of_old_[*origins_[i]] = i;
    }
    for (const Index& old : before_.indexes) {
      if (is_dropped(old)) continue;
      Index kept = old;
      kept.columns.clear();
      kept.prefixes.clear();
      for (std::size_t part = 0; part < old.columns.size(); ++part) {
        const std::size_t column = old.columns[part];
        if (column == Index::kExpression) {
          kept.columns.push_back(column);
          kept.prefixes.push_back(0);
        } else if (place_of_old_[column]) {
          kept.columns.push_back(*place_of_old_[column]);
          kept.prefixes.push_back(kept_prefix(old, part));
        } else if (const auto heir = added_column(before_.columns[column].name)) {
          kept.columns.push_back(*heir);
          kept.prefixes.push_back(part_length(old, part));
        }
      }
      if (kept.columns.empty()) continue;
      if (const auto* rename = specification_of(old.name, &ddl::RenameKey::from)) {
        kept.name = rename->to;
      }
      if (kept.kind == Index::Kind::kPrimary) {
        for (const std::size_t column : kept.columns) after_.columns[column].is_nullable = false;
      }
      kept.was_nullable = is_nullable(after_, kept);
      after_.indexes.push_back(std::move(kept));
    }
  }

  std::optional<std::size_t> added_column(const std::string& name) const {
    for (std::size_t i = 0; i < origins_.size(); ++i) {
      if (!origins_[i] && is_same_column_name(after_.columns[i].name, name)) return i;
    }
    return std::nullopt;
  }

  // As the index was defined; 0: the whole column.
  static std::uint32_t given_prefix(const Index& index, std::size_t part) {
    return part < index.prefixes.size() ? index.prefixes[part] : 0;
  }

  // How many characters or bytes of its column a part took, also where that is the whole column.
  std::uint32_t part_length(const Index& index, std::size_t part) const {
    if (const std::uint32_t given = given_prefix(index, part); given != 0) return given;
    const Column& column = before_.columns[index.columns[part]];
    return is_text_or_bytes(column) ? column.length / width_of(column) : key_bytes(column);
  }

  // What an index takes of a column. The server takes the bytes of an ENUM's or SET's number for a prefix where that
  // becomes text.
  std::uint32_t kept_prefix(const Index& index, std::size_t part) const {
    if (const std::uint32_t given = given_prefix(index, part); given != 0) return given;
    const Column& before = before_.columns[index.columns[part]];
    const Column& after = after_.columns[*place_of_old_[index.columns[part]]];
    const bool is_number_of_labels =
        before.type == ColumnType::kEnum || before.type == ColumnType::kSet;
    if (!is_number_of_labels || after.type == before.type || !is_text_or_bytes(after)) return 0;
    if (declared_bytes(before) == before.length) return 0;
    return before.length / width_of(before);
  }

  Status add_indexes() {
    for (const auto& specification : statement_.specifications) {
      if (const auto* add = as<ddl::AddColumn>(specification)) {
        MILLRACE_RETURN_IF_ERROR(add_inline_indexes(after_, add->column));
      } else if (const auto* change = as<ddl::ChangeColumn>(specification)) {
        MILLRACE_RETURN_IF_ERROR(add_inline_indexes(after_, change->column));
      } else if (const auto* key = as<ddl::AddKey>(specification)) {
        MILLRACE_RETURN_IF_ERROR(add_index(after_, key->key));
      }
    }
    return {};
  }

  const TableSchema& before_;
  const ddl::AlterTable& statement_;
  const std::uint32_t database_collation_;
  const StatementContext& context_;
  TableSchema after_;
  std::vector<std::optional<std::size_t>> origins_;       // of after_.columns: where they were
  std::vector<std::optional<std::size_t>> place_of_old_;  // of before_.columns: where they are
  std::optional<std::uint32_t> converted_to_;
};

}  // namespace

Result<TableSchema> altered_table(const TableSchema& table, const ddl::AlterTable& statement,
                                  std::uint32_t database_collation,
                                  const StatementContext& context) {
  return Alteration(table, statement, database_collation, context).run();
}

}  // namespace millrace::schema

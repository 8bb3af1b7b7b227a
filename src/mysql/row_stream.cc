#include "millrace/mysql/row_stream.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "mysql/session.h"

namespace millrace::mysql {
namespace {

// What a text column starts with, and the most that it keeps from row to row; a longer value gets memory of its own for
// as long as it is the row's.
constexpr std::size_t kFirstBufferBytes = 256;
constexpr std::size_t kKeptBufferBytes = 1U << 20;

struct StatementCloser {
  void operator()(MYSQL_STMT* statement) const { mysql_stmt_close(statement); }
};
using StatementHandle = std::unique_ptr<MYSQL_STMT, StatementCloser>;

struct ResultCloser {
  void operator()(MYSQL_RES* result) const { mysql_free_result(result); }
};
using MetadataHandle = std::unique_ptr<MYSQL_RES, ResultCloser>;

// A buffer that is not cleared when it is made.
struct Buffer {
  std::unique_ptr<char[]> bytes;
  std::size_t size = 0;

  explicit Buffer(std::size_t wanted = 0) { resize(wanted); }
  void resize(std::size_t wanted) {
    bytes = wanted == 0 ? nullptr : std::make_unique_for_overwrite<char[]>(wanted);
    size = wanted;
  }
};

// Where the library puts a column's value.
struct Slot {
  enum class Form : std::uint8_t {
    kInt8,
    kInt16,
    kInt32,
    kInt64,
    kFloat,
    kDouble,
    kTemporal,
    kBytes
  };
  Form form = Form::kBytes;
  bool is_unsigned = false;
  bool is_null = false;
  bool is_cut = false;
  unsigned long length = 0;
  std::uint64_t number = 0;
  MYSQL_TIME time = {};
  Buffer text;  // kBytes
  Buffer long_text;
};

Slot::Form form_of(enum_field_types type) {
  switch (type) {
    case MYSQL_TYPE_TINY:
      return Slot::Form::kInt8;
    case MYSQL_TYPE_SHORT:
    case MYSQL_TYPE_YEAR:
      return Slot::Form::kInt16;
    case MYSQL_TYPE_INT24:
    case MYSQL_TYPE_LONG:
      return Slot::Form::kInt32;
    case MYSQL_TYPE_LONGLONG:
      return Slot::Form::kInt64;
    case MYSQL_TYPE_FLOAT:
      return Slot::Form::kFloat;
    case MYSQL_TYPE_DOUBLE:
      return Slot::Form::kDouble;
    case MYSQL_TYPE_DATE:
    case MYSQL_TYPE_TIME:
    case MYSQL_TYPE_DATETIME:
    case MYSQL_TYPE_TIMESTAMP:
      return Slot::Form::kTemporal;
    default:
      return Slot::Form::kBytes;
  }
}

// Asking for the type that is sent lets the library copy; it would convert between most others.
enum_field_types asked_type(enum_field_types sent) {
  switch (sent) {
    case MYSQL_TYPE_BIT:
    case MYSQL_TYPE_JSON:
    case MYSQL_TYPE_NEWDECIMAL:
      return sent;
    default:
      return form_of(sent) == Slot::Form::kBytes ? MYSQL_TYPE_BLOB : sent;
  }
}

ResultColumn described(const MYSQL_FIELD& field) {
  ResultColumn column;
  column.name.assign(field.name, field.name_length);
  column.type = static_cast<std::uint8_t>(field.type);
  column.is_unsigned = (field.flags & UNSIGNED_FLAG) != 0;
  column.is_nullable = (field.flags & NOT_NULL_FLAG) == 0;
  column.collation = static_cast<std::uint16_t>(field.charsetnr);
  column.length = static_cast<std::uint32_t>(field.length);
  column.decimals = static_cast<std::uint8_t>(field.decimals);
  return column;
}

void set_temporal(const MYSQL_TIME& time, Cell& cell) {
  cell.kind = Cell::Kind::kTemporal;
  cell.time.year = static_cast<std::uint16_t>(time.year);
  cell.time.month = static_cast<std::uint8_t>(time.month);
  cell.time.day = static_cast<std::uint8_t>(time.day);
  cell.time.hour = static_cast<std::uint16_t>(time.hour);
  cell.time.minute = static_cast<std::uint8_t>(time.minute);
  cell.time.second = static_cast<std::uint8_t>(time.second);
  cell.time.microsecond = static_cast<std::uint32_t>(time.second_part);
  cell.time.is_negative = time.neg;
}

template <typename Signed, typename Unsigned>
void set_integer(const Slot& slot, Cell& cell) {
  if (slot.is_unsigned) {
    cell.kind = Cell::Kind::kUnsigned;
    cell.u64 = static_cast<Unsigned>(slot.number);
  } else {
    cell.kind = Cell::Kind::kSigned;
    cell.i64 = std::int64_t{static_cast<Signed>(slot.number)};
  }
}

}  // namespace

class RowStream::Impl {
 public:
  explicit Impl(Session& session) : session_(session) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    // Closing a statement reads what is left of its result, which may be the rest of a huge table: end that first.
    if (is_running_) session_.shut_down();
  }

  Status start(std::string_view sql);
  Result<bool> next();
  std::span<const ResultColumn> columns() const { return columns_; }
  std::span<const Cell> cells() const { return cells_; }

 private:
  Error failure();
  Status describe();
  Status bind();
  Status fetch_long_values();
  void free_long_values();
  void fill_cell(const Slot& slot, Cell& cell) const;

  Session& session_;
  StatementHandle statement_;
  std::vector<ResultColumn> columns_;
  std::vector<Slot> slots_;
  std::vector<MYSQL_BIND> binds_;
  std::vector<Cell> cells_;
  bool is_running_ = false;  // the server has rows that were not read
  bool is_stale_ = false;    // a buffer has grown since the library was told of it
  bool has_long_values_ = false;
};

Error RowStream::Impl::failure() {
  MysqlError error = classify_error(mysql_stmt_errno(statement_.get()),
                                    mysql_stmt_error(statement_.get()), session_.endpoint());
  return session_.failure(error.cause, std::move(error.error));
}

Status RowStream::Impl::start(std::string_view sql) {
  statement_.reset(mysql_stmt_init(session_.handle()));
  if (statement_ == nullptr) return session_.failure();
  if (mysql_stmt_prepare(statement_.get(), sql.data(), sql.size()) != 0) return failure();
  MILLRACE_RETURN_IF_ERROR(describe());
  if (mysql_stmt_execute(statement_.get()) != 0) return failure();
  is_running_ = true;
  // Executing may have told of other types than preparing: the table was altered between the two.
  MILLRACE_RETURN_IF_ERROR(describe());
  return bind();
}

Status RowStream::Impl::describe() {
  const MetadataHandle metadata(mysql_stmt_result_metadata(statement_.get()));
  if (metadata == nullptr) {
    if (mysql_stmt_errno(statement_.get()) != 0) return failure();
    return session_.failure(ErrorCause::kOther,
                            definite_error("a statement that reads rows has no result"));
  }
  const MYSQL_FIELD* fields = mysql_fetch_fields(metadata.get());
  const std::size_t count = mysql_num_fields(metadata.get());
  columns_.clear();
  slots_.clear();
  slots_.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    columns_.push_back(described(fields[i]));
    Slot& slot = slots_[i];
    slot.form = form_of(fields[i].type);
    // A YEAR is unsigned to the server, and no number that it matters for.
    slot.is_unsigned = columns_[i].is_unsigned && fields[i].type != MYSQL_TYPE_YEAR;
    if (slot.form == Slot::Form::kBytes) {
      slot.text.resize(std::clamp<std::size_t>(columns_[i].length, 1, kFirstBufferBytes));
    }
  }
  cells_.resize(count);
  binds_.resize(count);
  return {};
}

Status RowStream::Impl::bind() {
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    Slot& slot = slots_[i];
    MYSQL_BIND& bind = binds_[i];
    bind = {};
    bind.buffer_type = asked_type(static_cast<enum_field_types>(columns_[i].type));
    bind.is_unsigned = slot.is_unsigned;
    bind.is_null = &slot.is_null;
    bind.error = &slot.is_cut;
    bind.length = &slot.length;
    if (slot.form == Slot::Form::kBytes) {
      bind.buffer = slot.text.bytes.get();
      bind.buffer_length = slot.text.size;
    } else if (slot.form == Slot::Form::kTemporal) {
      bind.buffer = &slot.time;
      bind.buffer_length = sizeof(slot.time);
    } else {
      bind.buffer = &slot.number;
      bind.buffer_length = sizeof(slot.number);
    }
  }
  is_stale_ = false;
  if (mysql_stmt_bind_result(statement_.get(), binds_.data())) return failure();
  return {};
}

Result<bool> RowStream::Impl::next() {
  if (!is_running_) return false;
  if (has_long_values_) free_long_values();
  if (is_stale_) MILLRACE_RETURN_IF_ERROR(bind());
  switch (mysql_stmt_fetch(statement_.get())) {
    case 0:
      break;
    case MYSQL_DATA_TRUNCATED:
      MILLRACE_RETURN_IF_ERROR(fetch_long_values());
      break;
    case MYSQL_NO_DATA:
      is_running_ = false;
      return false;
    default:
      return failure();
  }
  for (std::size_t i = 0; i < slots_.size(); ++i) fill_cell(slots_[i], cells_[i]);
  return true;
}

// Values that were longer than their buffers: the row is still in the library's.
Status RowStream::Impl::fetch_long_values() {
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    Slot& slot = slots_[i];
    if (slot.is_null || !slot.is_cut || slot.form != Slot::Form::kBytes) continue;
    Buffer* target = &slot.long_text;
    if (slot.length <= kKeptBufferBytes) {
      target = &slot.text;
      is_stale_ = true;
    } else {
      has_long_values_ = true;
    }
    target->resize(std::bit_ceil(slot.length));
    MYSQL_BIND bind = binds_[i];
    bind.buffer = target->bytes.get();
    bind.buffer_length = target->size;
    if (mysql_stmt_fetch_column(statement_.get(), &bind, static_cast<unsigned>(i), 0) != 0) {
      return failure();
    }
  }
  return {};
}

void RowStream::Impl::free_long_values() {
  for (Slot& slot : slots_) {
    if (slot.long_text.size > 0) slot.long_text.resize(0);
  }
  has_long_values_ = false;
}

void RowStream::Impl::fill_cell(const Slot& slot, Cell& cell) const {
  if (slot.is_null) {
    cell.kind = Cell::Kind::kNull;
    return;
  }
  switch (slot.form) {
    case Slot::Form::kInt8:
      return set_integer<std::int8_t, std::uint8_t>(slot, cell);
    case Slot::Form::kInt16:
      return set_integer<std::int16_t, std::uint16_t>(slot, cell);
    case Slot::Form::kInt32:
      return set_integer<std::int32_t, std::uint32_t>(slot, cell);
    case Slot::Form::kInt64:
      return set_integer<std::int64_t, std::uint64_t>(slot, cell);
    case Slot::Form::kFloat:
      cell.kind = Cell::Kind::kFloat;
      cell.f64 = std::bit_cast<float>(static_cast<std::uint32_t>(slot.number));
      return;
    case Slot::Form::kDouble:
      cell.kind = Cell::Kind::kDouble;
      cell.f64 = std::bit_cast<double>(slot.number);
      return;
    case Slot::Form::kTemporal:
      return set_temporal(slot.time, cell);
    case Slot::Form::kBytes:
      cell.kind = Cell::Kind::kBytes;
      cell.bytes = {slot.long_text.size > 0 ? slot.long_text.bytes.get() : slot.text.bytes.get(),
                    slot.length};
      return;
  }
}

Result<RowStream> RowStream::open(Connection& connection, std::string_view sql) {
  auto impl = std::make_unique<Impl>(*connection.session_);
  MILLRACE_RETURN_IF_ERROR(impl->start(sql));
  return RowStream(std::move(impl));
}

RowStream::RowStream(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RowStream::RowStream(RowStream&&) noexcept = default;
RowStream& RowStream::operator=(RowStream&&) noexcept = default;
RowStream::~RowStream() = default;

std::span<const ResultColumn> RowStream::columns() const { return impl_->columns(); }
Result<bool> RowStream::next() { return impl_->next(); }
std::span<const Cell> RowStream::cells() const { return impl_->cells(); }

}  // namespace millrace::mysql

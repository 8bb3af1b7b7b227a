#include "sink/state_database.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>

#include <filesystem>

namespace millrace::sink {
namespace {

// Raised when a table changes its meaning.
constexpr int kSchemaVersion = 1;

struct Finalizer {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, Finalizer>;

Statement prepare(sqlite3* database, const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  sqlite3_prepare_v2(database, sql.c_str(), static_cast<int>(sql.size()), &statement, nullptr);
  return Statement(statement);
}

// The bytes outlive the statement's steps.
void bind_text(sqlite3_stmt* statement, int index, std::string_view text) {
  sqlite3_bind_text64(statement, index, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
}

std::string_view text_of(sqlite3_stmt* statement, int column) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
  return text == nullptr
             ? std::string_view()
             : std::string_view(text,
                                static_cast<std::size_t>(sqlite3_column_bytes(statement, column)));
}

bool is_transient(int code) {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_NOMEM:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_INTERRUPT:
      return true;
    default:
      return false;
  }
}

Result<Descriptor> lock(const std::string& path, const std::string& source) {
  Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
  if (!file) return errno_error("lock file " + path);
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return errno_error("lock file " + path);
    return definite_error("another daemon runs the source " + source + ": it holds the lock on " +
                          path);
  }
  return file;
}

}  // namespace

void StateDatabase::Closer::operator()(sqlite3* database) const { sqlite3_close_v2(database); }

StateDatabase::StateDatabase(Descriptor lock, std::unique_ptr<sqlite3, Closer> database,
                             std::string name)
    : lock_(std::move(lock)), database_(std::move(database)), name_(std::move(name)) {}

Result<StateDatabase> StateDatabase::open(const std::string& directory, const std::string& source) {
  if (source.empty() || source.front() == '.' || source.find('/') != std::string::npos) {
    return definite_error("source \"" + source + "\": its name can't be that of a file in " +
                          directory);
  }
  std::error_code code;
  std::filesystem::create_directories(directory, code);
  if (code) return errno_error("state directory " + directory, code.value());
  const std::string base = directory + "/" + source;
  MILLRACE_ASSIGN_OR_RETURN(auto held, lock(base + ".lock", source));

  sqlite3* handle = nullptr;
  const std::string name = base + ".db";
  const int result =
      sqlite3_open_v2(name.c_str(), &handle,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  StateDatabase database(std::move(held), std::unique_ptr<sqlite3, Closer>(handle), name);
  if (result != SQLITE_OK) return database.error("can't be opened");
  MILLRACE_RETURN_IF_ERROR(database.prepare_schema());
  return database;
}

Status StateDatabase::prepare_schema() {
  // A committed transaction survives a power cut; the lock file keeps others out, so the database needs no locks.
  MILLRACE_RETURN_IF_ERROR(
      execute("PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL"));
  int version = 0;
  {
    const Statement statement = prepare(database_.get(), "PRAGMA user_version");
    if (!statement || sqlite3_step(statement.get()) != SQLITE_ROW) return error("can't be read");
    version = sqlite3_column_int(statement.get(), 0);
  }
  if (version > kSchemaVersion) {
    return definite_error("state database " + name_ + " was written by a later version (schema " +
                          std::to_string(version) + "); this one knows " +
                          std::to_string(kSchemaVersion));
  }
  if (version == kSchemaVersion) return {};
  return execute(
      "BEGIN;"
      "CREATE TABLE IF NOT EXISTS \"offset\"(k TEXT PRIMARY KEY, v TEXT NOT NULL) WITHOUT ROWID;"
      "CREATE TABLE IF NOT EXISTS state(k TEXT PRIMARY KEY, v TEXT NOT NULL) WITHOUT ROWID;"
      "CREATE TABLE IF NOT EXISTS file(path TEXT PRIMARY KEY, length INTEGER NOT NULL, rotations "
      "INTEGER NOT NULL);"
      "PRAGMA user_version=1;"
      "COMMIT");
}

Status StateDatabase::load(state::StateLoader& loader) {
  for (const char* table : {"\"offset\"", "state"}) {
    const Statement statement = prepare(database_.get(), std::string("SELECT k, v FROM ") + table);
    if (!statement) return error("can't be read");
    int step = SQLITE_ROW;
    while ((step = sqlite3_step(statement.get())) == SQLITE_ROW) {
      if (auto status = loader.apply(text_of(statement.get(), 0), text_of(statement.get(), 1));
          !status) {
        return status.error().with_context("state database " + name_);
      }
    }
    if (step != SQLITE_DONE) return error("can't be read");
  }
  return {};
}

Result<OutputState> StateDatabase::load_output(const std::string& path) {
  const Statement statement =
      prepare(database_.get(), "SELECT length, rotations FROM file WHERE path = ?");
  if (!statement) return error("can't be read");
  bind_text(statement.get(), 1, path);
  OutputState output;
  const int step = sqlite3_step(statement.get());
  if (step == SQLITE_ROW) {
    output.length = static_cast<std::uint64_t>(sqlite3_column_int64(statement.get(), 0));
    output.rotations = static_cast<std::uint64_t>(sqlite3_column_int64(statement.get(), 1));
  } else if (step != SQLITE_DONE) {
    return error("can't be read");
  }
  return output;
}

Status StateDatabase::store_early(const std::vector<state::StateRecord>& state) {
  MILLRACE_RETURN_IF_ERROR(begin());
  for (const auto& record : state) MILLRACE_RETURN_IF_ERROR(put("state", record));
  return {};
}

Status StateDatabase::store(const state::StateRecord& offset,
                            const std::vector<state::StateRecord>& state, const std::string& path,
                            const OutputState& output) {
  return transaction([&]() -> Status {
    MILLRACE_RETURN_IF_ERROR(put("\"offset\"", offset));
    for (const auto& record : state) MILLRACE_RETURN_IF_ERROR(put("state", record));
    return path.empty() ? Status() : store_output(path, output);
  });
}

Status StateDatabase::store_output(const std::string& path, const OutputState& output) {
  const Statement statement = prepare(
      database_.get(), "INSERT OR REPLACE INTO file(path, length, rotations) VALUES(?, ?, ?)");
  if (!statement) return error("can't be written");
  bind_text(statement.get(), 1, path);
  sqlite3_bind_int64(statement.get(), 2, static_cast<sqlite3_int64>(output.length));
  sqlite3_bind_int64(statement.get(), 3, static_cast<sqlite3_int64>(output.rotations));
  if (sqlite3_step(statement.get()) != SQLITE_DONE) return error("can't be written");
  return {};
}

Status StateDatabase::put(const char* table, const state::StateRecord& record) {
  const Statement statement =
      prepare(database_.get(),
              record.value ? std::string("INSERT OR REPLACE INTO ") + table + "(k, v) VALUES(?, ?)"
                           : std::string("DELETE FROM ") + table + " WHERE k = ?");
  if (!statement) return error("can't be written");
  bind_text(statement.get(), 1, record.key);
  if (record.value) bind_text(statement.get(), 2, *record.value);
  if (sqlite3_step(statement.get()) != SQLITE_DONE) return error("can't be written");
  return {};
}

Status StateDatabase::begin() {
  if (in_transaction_) return {};
  MILLRACE_RETURN_IF_ERROR(execute("BEGIN IMMEDIATE"));
  in_transaction_ = true;
  return {};
}

template <typename Statements>
Status StateDatabase::transaction(Statements&& statements) {
  MILLRACE_RETURN_IF_ERROR(begin());
  Status status = statements();
  if (status) status = execute("COMMIT");
  in_transaction_ = false;
  // Fails where the error has ended the transaction already, and that is fine.
  if (!status) sqlite3_exec(database_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
  return status;
}

Status StateDatabase::execute(const char* sql) {
  if (sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK)
    return error("can't be written");
  return {};
}

Error StateDatabase::error(std::string_view what) const {
  sqlite3* database = database_.get();
  const int code = database == nullptr ? SQLITE_NOMEM : sqlite3_extended_errcode(database);
  std::string message = "state database " + name_ + " " + std::string(what) + ": " +
                        (database == nullptr ? "out of memory" : sqlite3_errmsg(database));
  return is_transient(code) ? transient_error(std::move(message))
                            : definite_error(std::move(message));
}

}  // namespace millrace::sink

#include "support/reshaper.h"

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include "support/json_text.h"

namespace millrace::testing {
namespace {

constexpr std::size_t kMostAdded = 5;  // in a table
constexpr const char* kAddedType = "VARCHAR(30)";

bool is_added(std::string_view column) { return column.starts_with('x'); }

// "x7_2" was added as "x7".
std::string first_name(const std::string& column) { return column.substr(0, column.find('_')); }

}  // namespace

Reshaper::Reshaper(const std::string& socket, ReshaperOptions options)
    : options_(std::move(options)),
      client_(SqlClient::connect_socket(socket, "root", "")),
      random_(options_.seed) {
  client_.execute("SET SESSION lock_wait_timeout = 1");
  client_.execute("SET SESSION innodb_lock_wait_timeout = 1");
  client_.execute("USE " + options_.database);
  for (const std::string& name : options_.tables) {
    Table table{name, {}, {}};
    for (const SqlRow& row : client_.rows(
             "SELECT column_name, column_type, is_nullable, extra FROM information_schema.columns "
             "WHERE table_schema = '" +
             options_.database + "' AND table_name = '" + name + "' ORDER BY ordinal_position")) {
      table.own.push_back(
          {row[0].value_or(""),
           row[1].value_or("") + (row[2] == "NO" ? " NOT NULL " : " NULL ") + row[3].value_or("")});
    }
    tables_.push_back(std::move(table));
  }
}

Reshaper::~Reshaper() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

void Reshaper::start() {
  stopping_ = false;
  thread_ = std::thread([this] { run(); });
}

void Reshaper::run() {
  try {
    while (!stopping_) {
      step();
      std::this_thread::sleep_for(std::chrono::milliseconds(roll(120)));
    }
  } catch (const std::exception& failure) {
    const std::lock_guard lock(mutex_);
    error_ = failure.what();
  }
}

void Reshaper::stop() {
  if (!thread_.joinable()) return;
  stopping_ = true;
  thread_.join();
  for (Table& table : tables_) restore(table);
}

std::string Reshaper::error() const {
  const std::lock_guard lock(mutex_);
  return error_;
}

void Reshaper::step() {
  Table& table = tables_[static_cast<std::size_t>(roll(tables_.size()))];
  const int dice = roll(10);
  if (table.added.empty() || (dice < 4 && table.added.size() < kMostAdded)) {
    add_column(table);
  } else if (dice < 6) {
    drop_column(table);
  } else if (dice < 8) {
    rename_column(table);
  } else {
    move_column(table);
  }
}

void Reshaper::add_column(Table& table) {
  const std::string name = "x" + std::to_string(++names_);
  if (alter(table, "ADD COLUMN " + name + " " + kAddedType + " DEFAULT '" + name + "'" +
                       random_place(table, name))) {
    table.added.push_back(name);
  }
}

void Reshaper::drop_column(Table& table) {
  const auto dropped = table.added.begin() + roll(table.added.size());
  if (alter(table, "DROP COLUMN " + *dropped)) table.added.erase(dropped);
}

void Reshaper::rename_column(Table& table) {
  std::string& name = table.added[static_cast<std::size_t>(roll(table.added.size()))];
  const std::string other = first_name(name) + "_" + std::to_string(++names_);
  if (alter(table, "RENAME COLUMN " + name + " TO " + other)) name = other;
}

void Reshaper::move_column(const Table& table) {
  const auto which = static_cast<std::size_t>(roll(table.own.size() + table.added.size()));
  if (which < table.own.size()) {
    const Column& column = table.own[which];
    alter(table, "MODIFY COLUMN " + column.name + " " + column.definition +
                     random_place(table, column.name));
    return;
  }
  const std::string& name = table.added[which - table.own.size()];
  alter(table, "MODIFY COLUMN " + name + " " + kAddedType + " DEFAULT '" + first_name(name) + "'" +
                   random_place(table, name));
}

std::string Reshaper::random_place(const Table& table, const std::string& moved) {
  std::vector<std::string> others = table.added;
  for (const Column& column : table.own) others.push_back(column.name);
  std::erase(others, moved);
  const auto which = static_cast<std::size_t>(roll(others.size() + 1));
  return which == others.size() ? " FIRST" : " AFTER " + others[which];
}

bool Reshaper::alter(const Table& table, const std::string& specifications) {
  const std::string statement = "ALTER TABLE " + table.name + " " + specifications;
  const std::string error = client_.try_execute(statement);
  if (error.empty()) {
    ++statements_;
    return true;
  }
  if (error.find("Lock wait") != std::string::npos || error.find("Deadlock") != std::string::npos) {
    return false;
  }
  throw std::runtime_error(error + "\n  in: " + statement);
}

void Reshaper::restore(Table& table) {
  std::string specifications;
  for (const std::string& name : table.added) {
    specifications += (specifications.empty() ? "" : ", ") + std::string("DROP COLUMN ") + name;
  }
  std::string place = " FIRST";
  for (const Column& column : table.own) {
    specifications += (specifications.empty() ? "" : ", ") + std::string("MODIFY COLUMN ") +
                      column.name + " " + column.definition + place;
    place = " AFTER " + column.name;
  }
  constexpr int kMostTries = 60;  // a second each
  for (int tries = 0; !alter(table, specifications); ++tries) {
    if (tries == kMostTries) throw std::runtime_error(table.name + " is never free");
  }
  table.added.clear();
}

Faults check_added_columns(const std::vector<Event>& events) {
  Faults faults;
  for (const Event& event : events) {
    for (const auto& row : {event.before, event.after}) {
      if (!row) continue;
      for (const auto& [name, value] : json_members(*row)) {
        if (is_added(name) && value != "\"" + first_name(name) + "\"") {
          faults.push_back(name + " has the value " + value + ": " + event.describe());
        }
      }
    }
  }
  return faults;
}

std::string without_reshaping(const std::string& row) {
  std::vector<JsonMember> members = json_members(row);
  std::erase_if(members, [](const JsonMember& member) { return is_added(member.first); });
  std::sort(members.begin(), members.end());
  std::string text;
  for (const auto& [name, value] : members) {
    text += (text.empty() ? "{\"" : ",\"") + name + "\":" + value;
  }
  return text + "}";
}

std::vector<Event> without_reshaping(std::vector<Event> events) {
  for (Event& event : events) {
    for (auto* row : {&event.before, &event.after}) {
      if (*row) *row = without_reshaping(**row);
    }
  }
  return events;
}

}  // namespace millrace::testing

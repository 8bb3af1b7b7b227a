#include "integration/types/expected_changes.h"

#include "support/json_text.h"

namespace millrace::testing {
namespace {

// Debezium's rule for topics: what Kafka doesn't take becomes "_", a byte that begins a character at a time.
std::string topic_part(const std::string& name) {
  static const std::string kAllowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
  std::string part;
  for (const char c : name) {
    if ((static_cast<unsigned char>(c) & 0xc0) == 0x80) continue;
    part += kAllowed.find(c) == std::string::npos ? '_' : c;
  }
  return part;
}

std::string text_or_null(const std::optional<std::string>& text) { return text.value_or("null"); }

// Every member of `part` is in `whole` with the same value.
std::string first_difference(const std::string& part, const std::string& whole) {
  const auto all = json_members(whole);
  for (const auto& [name, value] : json_members(part)) {
    const auto right = json_member(all, name);
    if (!right) return "column " + name + " is not in the table";
    if (*right != value) return "column " + name + ": event " + value + ", server " + *right;
  }
  return "";
}

std::string missing_change(const Change& expected, const Event& event) {
  const auto before = json_members(*expected.before);
  const auto in_event = json_members(*event.after);
  for (const auto& [name, value] : json_members(*expected.after)) {
    if (json_member(before, name) != value && !json_member(in_event, name)) {
      return "column " + name + " changed and is not in after";
    }
  }
  return "";
}

std::string compare_image(const char* which, const std::optional<std::string>& expected,
                          const std::optional<std::string>& actual, bool whole_rows) {
  if (expected.has_value() != actual.has_value()) {
    return std::string(which) + ": event " + text_or_null(actual) + ", server " +
           text_or_null(expected);
  }
  if (!expected || *expected == *actual) return "";
  const std::string difference = first_difference(*actual, *expected);
  if (!difference.empty()) return std::string(which) + ": " + difference;
  return whole_rows ? std::string(which) + ": event " + *actual + "\n      server " + *expected
                    : "";
}

}  // namespace

std::string Change::describe() const {
  return topic + " " + key + " " + op + " before " + text_or_null(before) + " after " +
         text_or_null(after);
}

DatabaseRows::DatabaseRows(SqlClient& client, const std::string& database,
                           const std::string& topic_prefix)
    : client_(client), topic_prefix_(topic_prefix) {
  client_.execute("SET SESSION time_zone = '+00:00'");
  for (const SqlRow& row :
       client_.rows("SELECT table_name FROM information_schema.tables WHERE table_schema = '" +
                    database + "' AND table_type = 'BASE TABLE' ORDER BY 1")) {
    shapes_.push_back(read_shape(client_, database, row[0].value_or("")));
    rows_.push_back(read(shapes_.back()));
  }
}

DatabaseRows::TableRows DatabaseRows::read(const TableShape& shape) const {
  TableRows rows;
  for (const SqlRow& row : client_.rows(select_statement(shape))) {
    Row one{shape.key.empty() ? "" : key_json(shape, row), row_json(shape, row)};
    const std::string identity = one.key.empty() ? one.text : one.key;
    rows.emplace(identity, std::move(one));
  }
  return rows;
}

std::vector<Change> DatabaseRows::changes() {
  std::vector<Change> all;
  for (std::size_t i = 0; i < shapes_.size(); ++i) {
    const std::string topic =
        topic_prefix_ + "." + topic_part(shapes_[i].database) + "." + topic_part(shapes_[i].name);
    TableRows now = read(shapes_[i]);
    TableRows rest = now;
    for (const auto& [identity, old] : rows_[i]) {
      const auto it = rest.find(identity);
      if (it == rest.end()) {
        all.push_back({topic, old.key, 'd', old.text, std::nullopt});
        continue;
      }
      if (it->second.text != old.text)
        all.push_back({topic, old.key, 'u', old.text, it->second.text});
      rest.erase(it);
    }
    for (const auto& [identity, added] : rest)
      all.push_back({topic, added.key, 'c', std::nullopt, added.text});
    rows_[i] = std::move(now);
  }
  return all;
}

std::string compare_change(const Change& expected, const Event& event, bool whole_rows) {
  if (event.op != expected.op)
    return std::string("op: event ") + event.op + ", server " + expected.op;
  if (event.key != expected.key) return "key: event " + event.key + ", server " + expected.key;
  for (const std::string& fault :
       {compare_image("before", expected.before, event.before, whole_rows),
        compare_image("after", expected.after, event.after, whole_rows)}) {
    if (!fault.empty()) return fault;
  }
  return expected.op == 'u' ? missing_change(expected, event) : "";
}

}  // namespace millrace::testing

// Debezium's TimezoneConverter, for zones that are a fixed distance from UTC: times of the row in another zone. What a
// zone is on which day is not known here: a process of one library has no database of zones.

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <utility>

#include "encode/shape/date_format.h"
#include "encode/shape/transform.h"

namespace millrace::encode {
namespace {

using Kind = ShapeValue::Kind;

constexpr std::string_view kEnvelopeSuffix = ".Envelope";
constexpr std::int64_t kNanosecond = 1'000'000'000;

Result<std::int64_t> number_of(std::string_view json) {
  std::int64_t number = 0;
  const auto [end, code] = std::from_chars(json.data(), json.data() + json.size(), number);
  if (code != std::errc() || end != json.data() + json.size())
    return definite_error("'" + std::string(json) + "' is no instant");
  return number;
}

class Shifted final : public ValueChange {
 public:
  explicit Shifted(std::int64_t by) : by_(by) {}
  Status apply(std::string_view json, JsonWriter& out) const override {
    MILLRACE_ASSIGN_OR_RETURN(const std::int64_t number, number_of(json));
    // Modulo 2^64, as in Java.
    out.integer(static_cast<std::int64_t>(static_cast<std::uint64_t>(number) +
                                          static_cast<std::uint64_t>(by_)));
    return {};
  }

 private:
  std::int64_t by_;
};

// "2024-02-29T13:14:15.678Z" at another offset, without zeros at the end of the fraction.
class Rezoned final : public ValueChange {
 public:
  Rezoned(std::int64_t offset_seconds, std::string suffix,
          std::shared_ptr<const DateFormat> seconds)
      : offset_ms_(offset_seconds * 1000),
        suffix_(std::move(suffix)),
        seconds_(std::move(seconds)) {}

  Status apply(std::string_view json, JsonWriter& out) const override {
    const std::string text = text_of_json(json);
    if (!text.ends_with('Z')) return definite_error("'" + text + "' is no instant of UTC");
    MILLRACE_ASSIGN_OR_RETURN(const std::int64_t instant, seconds_->parse(text));
    std::string moved;
    seconds_->format(instant + offset_ms_, moved);
    std::string fraction;
    if (const std::size_t point = text.find('.'); point != text.npos)
      fraction = text.substr(point, text.size() - 1 - point);
    fraction.erase(fraction.find_last_not_of('0') + 1);
    if (fraction != ".") moved += fraction;
    out.quoted(moved + suffix_);
    return {};
  }

 private:
  std::int64_t offset_ms_;
  std::string suffix_;
  std::shared_ptr<const DateFormat> seconds_;
};

// "+08:00", "-03:30:15" or a name of UTC, in seconds.
Result<std::int64_t> parse_offset(const std::string& zone) {
  for (const std::string_view utc : {"UTC", "GMT", "Z", "Etc/UTC", "Etc/GMT", "UCT", "Zulu"})
    if (zone == utc) return 0;
  const auto refuse = [&zone] {
    return definite_error("converted.timezone: '" + zone +
                          "' can't be used, only offsets such as +08:00, and UTC: there is no "
                          "database of time zones here");
  };
  if ((zone.size() != 6 && zone.size() != 9) || (zone[0] != '+' && zone[0] != '-')) return refuse();
  std::int64_t seconds = 0;
  std::int64_t unit = 3600;
  for (std::size_t at = 1; at < zone.size(); at += 3, unit /= 60) {
    int part = 0;
    const auto [end, code] = std::from_chars(zone.data() + at, zone.data() + at + 2, part);
    const bool is_last = at + 2 == zone.size();
    if (code != std::errc() || end != zone.data() + at + 2 || part > 59 ||
        (!is_last && zone[at + 2] != ':')) {
      return refuse();
    }
    seconds += part * unit;
  }
  if (seconds > 18 * 3600) return refuse();
  return zone[0] == '-' ? -seconds : seconds;
}

using FieldSets = std::map<std::string, std::set<std::string>>;

class TimezoneConverter final : public Transform {
 public:
  TimezoneConverter(std::int64_t offset_seconds, const std::string& zone, DateFormat seconds)
      : offset_(offset_seconds),
        suffix_(offset_seconds == 0 ? "Z" : zone),
        seconds_(std::make_shared<const DateFormat>(std::move(seconds))) {
    if (suffix_.ends_with(":00") && suffix_.size() == 9) suffix_.resize(6);
  }

  // `source:table:field`, `topic:name`, `name:field`: a prefix counts for the rules behind it, too.
  Status read_rules(const std::vector<std::string>& rules, bool are_included) {
    is_listed_ = !rules.empty();
    are_included_ = are_included;
    std::string prefix;
    for (const std::string& rule : rules) {
      std::vector<std::string> parts;
      for (std::size_t at = 0; at <= rule.size();) {
        const std::size_t end = std::min(rule.find(':', at), rule.size());
        parts.push_back(rule.substr(at, end - at));
        at = end + 1;
      }
      if (parts.size() < 2 || parts.size() > 3)
        return definite_error("'" + rule +
                              "' is no rule of the form source:table, topic:name or name:field");
      if (parts.size() > 1 && (parts[0] == "source" || parts[0] == "topic")) {
        prefix = parts[0];
        parts.erase(parts.begin());
      }
      FieldSets& sets = prefix == "topic" ? topics_ : prefix == "source" ? tables_ : names_;
      std::set<std::string>& fields = sets[parts[0]];
      if (parts.size() > 1) fields.insert(parts[1]);
    }
    return {};
  }

  Result<Outcome> apply(RecordShape& record, Answers&) const override {
    if (is_null(record.value) || !record.value->schema.name.ends_with(kEnvelopeSuffix))
      return Outcome::kRecord;
    if (!is_listed_) {
      convert(*record.value, Which::kAll, {});
      return Outcome::kRecord;
    }
    const std::set<std::string>* fields = find_rule(record);
    if (fields == nullptr) {
      if (!are_included_) convert(*record.value, Which::kAll, {});
    } else if (!fields->empty()) {
      convert(*record.value, are_included_ ? Which::kNamed : Which::kOthers, *fields);
    } else if (are_included_) {
      convert(*record.value, Which::kAll, {});
    }
    return Outcome::kRecord;
  }

 private:
  enum class Which : std::uint8_t { kAll, kNamed, kOthers };

  const std::set<std::string>* find_rule(const RecordShape& record) const {
    const auto in = [](const FieldSets& sets, const std::string& name) {
      const auto found = sets.find(name);
      return found == sets.end() ? nullptr : &found->second;
    };
    for (const auto* found : {in(topics_, record.topic), in(tables_, record.table),
                              in(names_, record.topic), in(names_, record.table)}) {
      if (found != nullptr) return found;
    }
    return nullptr;
  }

  void convert(ShapeValue& envelope, Which which, const std::set<std::string>& fields) const {
    std::set<std::string> before, after, source;
    for (const std::string& field : fields) {
      const auto inside = [&field](std::string_view parent) {
        return field.starts_with(parent) ? field.substr(parent.size()) : std::string();
      };
      if (const std::string name = inside("source."); !name.empty()) {
        source.insert(name);
      } else if (const std::string old = inside("before."); !old.empty()) {
        before.insert(old);
      } else if (const std::string now = inside("after."); !now.empty()) {
        after.insert(now);
      } else {
        before.insert(field);
        after.insert(field);
      }
    }
    convert_struct(envelope.find("before"), which, before, false);
    convert_struct(envelope.find("after"), which, after, false);
    if (!source.empty()) convert_struct(envelope.find("source"), which, source, true);
  }

  void convert_struct(ShapeValue* target, Which which, const std::set<std::string>& names,
                      bool is_source) const {
    if (target == nullptr || target->kind != Kind::kStruct) return;
    for (ShapeField& field : target->fields) {
      const bool is_named = names.contains(field.name);
      if (which == Which::kAll || is_named == (which == Which::kNamed))
        convert_field(field, is_source);
    }
  }

  void convert_field(ShapeField& field, bool is_source) const {
    const std::string& type = field.value.schema.name;
    const auto shift = [&field](std::int64_t by) {
      field.value.changes.push_back(std::make_shared<Shifted>(by));
    };
    if (type == "io.debezium.time.ZonedTimestamp") {
      field.value.changes.push_back(std::make_shared<Rezoned>(offset_, suffix_, seconds_));
    } else if (type == "io.debezium.time.Timestamp" ||
               type == "org.apache.kafka.connect.data.Timestamp") {
      shift(-offset_ * 1000);
    } else if (type == "io.debezium.time.MicroTimestamp") {
      shift(-offset_ * 1'000'000);
    } else if (type == "io.debezium.time.NanoTimestamp") {
      shift(-offset_ * kNanosecond);
    } else if (is_source && type.empty() && field.name == "ts_ms") {
      shift(offset_ * 1000);
    } else if (is_source && type.empty() && field.name == "ts_us") {
      shift(offset_ * 1'000'000);
    } else if (is_source && type.empty() && field.name == "ts_ns") {
      shift(offset_ * kNanosecond);
    }
  }

  std::int64_t offset_;
  std::string suffix_;
  std::shared_ptr<const DateFormat> seconds_;
  bool is_listed_ = false;
  bool are_included_ = false;
  FieldSets topics_, tables_, names_;
};

}  // namespace

Result<TransformPtr> make_timezone_converter(RecordPart, const OptionReader& options) {
  const std::string zone = options.text("converted.timezone");
  MILLRACE_ASSIGN_OR_RETURN(const std::int64_t offset, parse_offset(zone));
  MILLRACE_ASSIGN_OR_RETURN(DateFormat seconds, DateFormat::compile("yyyy-MM-dd'T'HH:mm:ss"));
  const std::vector<std::string> included = options.list("include.list");
  const std::vector<std::string> excluded = options.list("exclude.list");
  if (!included.empty() && !excluded.empty())
    return definite_error("exclude.list: can't be used together with include.list");
  auto converter = std::make_unique<TimezoneConverter>(offset, zone, std::move(seconds));
  const Status read =
      converter->read_rules(included.empty() ? excluded : included, !included.empty());
  if (!read) return read.error().with_context(included.empty() ? "exclude.list" : "include.list");
  return TransformPtr(std::move(converter));
}

}  // namespace millrace::encode

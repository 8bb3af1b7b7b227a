// Debezium's TimezoneConverter: times of the row in another zone.

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <map>
#include <set>
#include <utility>

#include "encode/shape/date_format.h"
#include "encode/shape/time_zone.h"
#include "encode/shape/transform.h"

namespace millrace::encode {
namespace {

using Kind = ShapeValue::Kind;

constexpr std::string_view kEnvelopeSuffix = ".Envelope";
// In a second.
constexpr std::int64_t kMilliseconds = 1000;
constexpr std::int64_t kMicroseconds = 1'000'000;
constexpr std::int64_t kNanoseconds = 1'000'000'000;

Result<std::int64_t> number_of(std::string_view json) {
  std::int64_t number = 0;
  const auto [end, code] = std::from_chars(json.data(), json.data() + json.size(), number);
  if (code != std::errc() || end != json.data() + json.size())
    return definite_error("'" + std::string(json) + "' is no instant");
  return number;
}

std::int64_t floor_division(std::int64_t number, std::int64_t by) {
  return number / by - (number % by < 0 ? 1 : 0);
}

// A DATETIME, by the zone's clock, as the instant that it is; or the other way around.
class Shifted final : public ValueChange {
 public:
  enum class Direction : std::uint8_t { kToUtc, kToLocal };
  Shifted(TimeZone zone, Direction direction, std::int64_t units)
      : zone_(std::move(zone)), direction_(direction), units_(units) {}

  Status apply(std::string_view json, JsonWriter& out) const override {
    MILLRACE_ASSIGN_OR_RETURN(const std::int64_t number, number_of(json));
    const std::int64_t seconds = floor_division(number, units_);
    const std::int64_t by = direction_ == Direction::kToUtc ? -zone_.offset_of_local(seconds)
                                                            : zone_.offset_at(seconds);
    // Modulo 2^64, as in Java.
    out.integer(static_cast<std::int64_t>(static_cast<std::uint64_t>(number) +
                                          static_cast<std::uint64_t>(by * units_)));
    return {};
  }

 private:
  TimeZone zone_;
  Direction direction_;
  std::int64_t units_;  // of the number, in a second
};

// "Z", "+05:30" or "-03:30:15".
std::string offset_text(std::int64_t seconds) {
  if (seconds == 0) return "Z";
  std::string text(1, seconds < 0 ? '-' : '+');
  const auto append = [&text](std::int64_t number) {
    text += static_cast<char>('0' + number / 10);
    text += static_cast<char>('0' + number % 10);
  };
  const std::int64_t all = std::abs(seconds);
  append(all / 3600);
  text += ':';
  append(all / 60 % 60);
  if (all % 60 == 0) return text;
  text += ':';
  append(all % 60);
  return text;
}

// "2024-02-29T13:14:15.678Z" at another offset, without zeros at the end of the fraction. The offset is Debezium's: it
// takes the time of UTC for one by the zone's clock, so within hours of a change it may be the one before the change.
class Rezoned final : public ValueChange {
 public:
  Rezoned(TimeZone zone, std::shared_ptr<const DateFormat> seconds)
      : zone_(std::move(zone)), seconds_(std::move(seconds)) {}

  Status apply(std::string_view json, JsonWriter& out) const override {
    const std::string text = text_of_json(json);
    if (!text.ends_with('Z')) return definite_error("'" + text + "' is no instant of UTC");
    MILLRACE_ASSIGN_OR_RETURN(const std::int64_t instant, seconds_->parse(text));
    const std::int64_t offset = zone_.offset_of_local(floor_division(instant, kMilliseconds));
    std::string moved;
    seconds_->format(instant + offset * kMilliseconds, moved);
    std::string fraction;
    if (const std::size_t point = text.find('.'); point != text.npos)
      fraction = text.substr(point, text.size() - 1 - point);
    fraction.erase(fraction.find_last_not_of('0') + 1);
    if (fraction != ".") moved += fraction;
    out.quoted(moved + offset_text(offset));
    return {};
  }

 private:
  TimeZone zone_;
  std::shared_ptr<const DateFormat> seconds_;
};

using FieldSets = std::map<std::string, std::set<std::string>>;

class TimezoneConverter final : public Transform {
 public:
  TimezoneConverter(TimeZone zone, DateFormat seconds)
      : zone_(std::move(zone)), seconds_(std::make_shared<const DateFormat>(std::move(seconds))) {}

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
    const auto shift = [&](Shifted::Direction direction, std::int64_t units) {
      field.value.changes.push_back(std::make_shared<Shifted>(zone_, direction, units));
    };
    const auto to_utc = [&](std::int64_t units) { shift(Shifted::Direction::kToUtc, units); };
    const auto to_local = [&](std::int64_t units) { shift(Shifted::Direction::kToLocal, units); };
    if (type == "io.debezium.time.ZonedTimestamp") {
      field.value.changes.push_back(std::make_shared<Rezoned>(zone_, seconds_));
    } else if (type == "io.debezium.time.Timestamp" ||
               type == "org.apache.kafka.connect.data.Timestamp") {
      to_utc(kMilliseconds);
    } else if (type == "io.debezium.time.MicroTimestamp") {
      to_utc(kMicroseconds);
    } else if (type == "io.debezium.time.NanoTimestamp") {
      to_utc(kNanoseconds);
    } else if (is_source && type.empty() && field.name == "ts_ms") {
      to_local(kMilliseconds);
    } else if (is_source && type.empty() && field.name == "ts_us") {
      to_local(kMicroseconds);
    } else if (is_source && type.empty() && field.name == "ts_ns") {
      to_local(kNanoseconds);
    }
  }

  TimeZone zone_;
  std::shared_ptr<const DateFormat> seconds_;
  bool is_listed_ = false;
  bool are_included_ = false;
  FieldSets topics_, tables_, names_;
};

}  // namespace

Result<TransformPtr> make_timezone_converter(RecordPart, const OptionReader& options) {
  auto zone = TimeZone::find(options.text("converted.timezone"));
  if (!zone) return zone.error().with_context("converted.timezone");
  MILLRACE_ASSIGN_OR_RETURN(DateFormat seconds, DateFormat::compile("yyyy-MM-dd'T'HH:mm:ss"));
  const std::vector<std::string> included = options.list("include.list");
  const std::vector<std::string> excluded = options.list("exclude.list");
  if (!included.empty() && !excluded.empty())
    return definite_error("exclude.list: can't be used together with include.list");
  auto converter = std::make_unique<TimezoneConverter>(std::move(*zone), std::move(seconds));
  const Status read =
      converter->read_rules(included.empty() ? excluded : included, !included.empty());
  if (!read) return read.error().with_context(included.empty() ? "exclude.list" : "include.list");
  return TransformPtr(std::move(converter));
}

}  // namespace millrace::encode

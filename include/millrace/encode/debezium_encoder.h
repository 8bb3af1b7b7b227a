#pragma once

// ChangeEvent to key and value bytes: Debezium 3.6's JSON envelope as Kafka Connect's JsonConverter prints it, with and
// without its schema. What can be computed once a table is computed once: a TablePlan holds the columns' codecs and
// the constant fragments of JSON (quoted column names, the source block up to what varies), so that a row is a
// straight run of appends into one buffer.
//
// A TablePlan is immutable and shared between threads, but for its counters, which are atomic. A DebeziumEncoder
// belongs to one thread. Errors are definite and name table and column; a failed event leaves the batch as it was.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/base/clock.h"
#include "millrace/base/result.h"
#include "millrace/change/change_event.h"
#include "millrace/change/table_treatment.h"
#include "millrace/encode/record_batch.h"
#include "millrace/encode/transforms.h"
#include "millrace/schema/table_schema.h"

namespace millrace::encode {

// charset.invalid: what becomes of text whose bytes are not valid in the column's character set.
enum class InvalidText : std::uint8_t {
  kReplace,  // U+FFFD as Debezium does; counted, one notice a column
  kBase64,   // the value's bytes in base64; counted, one notice a column
  kFail,     // stop the source
};

// decimal.handling.mode: what a DECIMAL is.
enum class DecimalMode : std::uint8_t {
  kPrecise,  // the unscaled value's bytes in base64, or a number (decimal.format)
  kString,
  kDouble,
};
// binary.handling.mode: what BINARY, VARBINARY and BLOB are. kBytes and kBase64 differ in the schema only.
enum class BinaryMode : std::uint8_t { kBytes, kBase64, kBase64UrlSafe, kHex };
// time.precision.mode: what DATE, TIME and DATETIME are.
enum class TimePrecision : std::uint8_t {
  kAdaptive,  // TIME in microseconds, DATETIME in milliseconds up to three digits, else microseconds
  kConnect,   // milliseconds; TIME within a day only
  kMicroseconds,
  kNanoseconds,
  kIsoString,  // TIME within a day only
};

struct ValueModes {
  DecimalMode decimal = DecimalMode::kPrecise;
  bool precise_unsigned_bigint =
      false;  // bigint.unsigned.handling.mode=precise: as a DECIMAL(20,0)
  BinaryMode binary = BinaryMode::kBytes;
  TimePrecision time = TimePrecision::kAdaptive;
};

// schema.name.adjustment.mode, field.name.adjustment.mode: names as Avro allows them.
enum class NameAdjustment : std::uint8_t {
  kNone,
  kAvro,         // an underscore for what Avro doesn't allow
  kAvroUnicode,  // _u and the character's number
};

// key.converter and value.converter, a JsonConverter each.
struct ConverterOptions {
  bool schemas_enable = false;     // {"schema":...,"payload":...}
  bool decimal_as_number = false;  // decimal.format=NUMERIC
};

struct EncoderOptions {
  std::string logical_name;  // topic.prefix, source.name
  std::string version;       // source.version
  bool tombstones_on_delete = true;
  bool extended_headers = false;
  std::string connector_name;  // extended headers
  std::string task_id = "0";
  std::string run_id;
  bool enable_time_adjuster = true;
  InvalidText invalid_text = InvalidText::kReplace;
  // A value of `before` or `after` that can't be converted is null and counted, instead of an error. In a key it stays
  // one: another key is another row.
  bool null_for_failures = false;
  // unavailable.value.placeholder: what an absent column of strings, ENUM, SET or JSON says (in base64 where the
  // column holds bytes). Empty leaves absent columns out. Numbers, dates, spatial values and vectors are always left
  // out: nobody expects a string there.
  std::string unavailable_placeholder;
  bool json_mysql_form = false;  // json.format=mysql
  bool skip_unchanged = false;   // skip.messages.without.change
  ValueModes values;
  ConverterOptions key_converter, value_converter;
  NameAdjustment schema_names = NameAdjustment::kNone;
  NameAdjustment field_names = NameAdjustment::kNone;
  bool schema_comments = false;                      // include.schema.comments
  std::shared_ptr<const TransformChain> transforms;  // null: none
  std::string
      transaction_topic;  // provide.transaction.metadata: where transactions begin and end; empty: nowhere
  std::string heartbeat_topic;
  std::string schema_change_topic;  // include.schema.changes: where statements go; empty: nowhere
};

class TablePlan {
 public:
  // `options` outlives the plan. `treatment` is of this table.
  TablePlan(schema::TableSchemaPtr table, Topic topic, const EncoderOptions& options,
            const change::TableTreatment& treatment = {});
  ~TablePlan();

  const schema::TableSchema& table() const;
  const Topic& topic() const;

  class Impl;
  const Impl& impl() const { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

class DebeziumEncoder {
 public:
  // `options` and `clock` outlive the encoder, and so do the plans that it is given.
  DebeziumEncoder(const EncoderOptions& options, const Clock& clock);
  DebeziumEncoder(DebeziumEncoder&&) noexcept;
  DebeziumEncoder& operator=(DebeziumEncoder&&) noexcept;
  ~DebeziumEncoder();

  // Appends the event's records:
  //   create, update, read   one
  //   delete                 one, and its tombstone (a null key too, as Debezium)
  //   update of the key      delete, tombstone, create; the first two have the new key in a header, the third the old
  //   truncate               one, with a null key
  // An update that leaves the published columns as they were has no records where skip_unchanged says so.
  // Transforms change these records one by one, and may leave some of them out.
  // A column that the after image of an update leaves out is unchanged: `after` and the key take it from the before
  // image where that has it.
  Status encode(const change::ChangeEvent& event, const TablePlan& plan, RecordBatch& out);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// topic.naming.strategy and topic.delimiter.
struct TopicNaming {
  std::string delimiter = ".";
  // False: prefix.table (Debezium's Schema strategies, to which MySQL's databases are no schemas).
  bool has_database = true;
  // What Kafka doesn't allow, and '_', becomes '_u' and the character's number (the Unicode strategies), else '_'.
  bool writes_unicode = false;
};

// Debezium's topic for a table: prefix.db.table with every character outside [A-Za-z0-9._-] replaced, cut at 249
// characters. A character is one of UTF-16, as in Java: an emoji gives two.
std::string topic_name(std::string_view prefix, const schema::TableName& table,
                       const TopicNaming& naming = {});

// One record as a line of JSON, as the stdout and file sinks and `decode` print it:
// {"topic":...,"partition":null,"key":...,"value":...,"headers":{...}} and a line feed.
void append_record_line(const RecordBatch& batch, const Record& record, std::string& out);

}  // namespace millrace::encode

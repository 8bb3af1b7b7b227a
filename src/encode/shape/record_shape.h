#pragma once

// A record as far as it is known before any row: a tree of Connect structs whose leaves say where a value will come
// from. What transforms work on, once a table and kind of record; never met by a row. Values; no threads.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "encode/connect_schema.h"
#include "encode/json_writer.h"
#include "millrace/base/result.h"

namespace millrace::encode {

// The records that events become, each with fields that are there or not.
enum class RecordKind : std::uint8_t {
  kCreate,
  kRead,
  kUpdate,
  kDelete,
  kTombstone,
  // An update that changes the key.
  kMoveDelete,
  kMoveTombstone,
  kMoveCreate,
  kTruncate,
};
inline constexpr std::size_t kRecordKinds = 9;

inline bool is_tombstone(RecordKind kind) {
  return kind == RecordKind::kTombstone || kind == RecordKind::kMoveTombstone;
}

enum class RowImage : std::uint8_t { kBefore, kAfter };
// The envelope's ts_ms, ts_us, ts_ns.
enum class InstantUnit : std::uint8_t { kMilliseconds, kMicroseconds, kNanoseconds };

// What a transform makes of a value that isn't null, once a row. Immutable.
class ValueChange {
 public:
  virtual ~ValueChange() = default;
  // Appends what becomes of the value with this JSON.
  virtual Status apply(std::string_view json, JsonWriter& out) const = 0;
};

struct ShapeField;

struct ShapeValue {
  enum class Kind : std::uint8_t {
    kNull,
    kText,       // the same JSON in each record
    kColumn,     // of the row
    kSource,     // a member of the source block
    kSourceRow,  // the row's index
    kOrder,      // a member of the transaction block
    kInstant,    // when the record was made
    kStruct,
  };
  ConnectSchema schema;  // of a struct without `parts`: they are the fields'
  Kind kind = Kind::kNull;
  std::string json = {};  // kText
  // kColumn: the place in the plan's key or columns.
  std::size_t column = 0;
  bool is_of_key = false;
  RowImage image = RowImage::kAfter;
  std::size_t member = 0;  // kSource, kOrder
  InstantUnit unit = InstantUnit::kMilliseconds;
  std::vector<ShapeField> fields;  // of a struct; kNull has them too
  std::vector<std::shared_ptr<const ValueChange>> changes = {};

  bool is_struct() const { return schema.type == "struct" && schema.parts.empty(); }
  const ShapeValue* find(std::string_view field) const;
  ShapeValue* find(std::string_view field);
};

struct ShapeField {
  std::string name;
  ShapeValue value;
};

struct ShapeHeader {
  std::string name;
  ShapeValue value;
  // A string without quotes, as SimpleHeaderConverter writes it.
  bool is_text = false;
};

struct RecordShape {
  std::string topic;
  std::string table;  // that the row is of
  // Without a value: null, and no schema either.
  std::optional<ShapeValue> key, value;
  std::vector<ShapeHeader> headers;
  std::optional<ShapeValue> timestamp;  // milliseconds since 1970; else the time of sending
  std::optional<ShapeValue> partition;  // else by the key
  std::string notice;                   // what the log says of a record that is left out
};

// A JSON string of UTF-8 text.
std::string quoted_json(std::string_view utf8);
// What a JSON string says.
std::string text_of_json(std::string_view json);

ConnectSchema primitive_schema(std::string type, bool is_optional);
ShapeValue constant(ConnectSchema schema, std::string json);
// A string, or null of the same schema.
ShapeValue constant_text(std::string_view text, bool is_optional);

// The struct's schema with other fields to come: what Connect's SchemaUtil.copySchemaBasics leaves of it, so it is no
// longer optional and has no default.
ShapeValue copy_basics(const ShapeValue& from);
// An error where the struct has that field already.
Status add_field(ShapeValue& target, std::string name, ShapeValue value);
// A struct that isn't null, or an error that says what is there instead. `what` is "the key" or "the value".
Status require_struct(const std::optional<ShapeValue>& value, std::string_view what);

// The schema as JsonConverter prints it.
std::string print_shape_schema(const ShapeValue& value, std::string_view field = {});

}  // namespace millrace::encode

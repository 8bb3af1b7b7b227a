#pragma once

// The schema half of JsonConverter's {"schema":...,"payload":...} with schemas.enable=true: the Connect schemas that
// Debezium builds for a table, as JsonConverter prints them. Text that is made once a table and copied into each
// record. Pure.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "encode/column_plan.h"
#include "millrace/change/table_treatment.h"
#include "millrace/encode/debezium_encoder.h"

namespace millrace::encode {

// A Connect schema, before it is printed.
struct ConnectSchema {
  std::string type;   // "int32"
  std::string parts;  // of "struct" `"fields":[...]`, of "array" `"items":...`
  bool is_optional = false;
  std::string name;
  int version = 0;  // 0: none
  std::string doc;
  std::vector<std::pair<std::string, std::string>> parameters;
  std::string default_json;  // empty: none
};

struct SchemaField {
  std::string name;
  ConnectSchema schema;
};

// The envelope's parts that are the same for every table.
inline constexpr std::string_view kSourceSchemaName = "io.debezium.connector.mysql.Source";
inline constexpr std::string_view kTransactionSchemaName = "event.block";
inline constexpr int kEnvelopeVersion = 2;
std::vector<SchemaField> source_fields();
std::vector<SchemaField> transaction_fields();

// `field` is the name of the struct's field that it is the schema of, or empty.
std::string print_schema(const ConnectSchema& schema, std::string_view field = {});

ConnectSchema struct_of(std::string_view fields);
// With version 1.
ConnectSchema named_struct(std::string_view fields, std::string_view name);
ConnectSchema array_of(const ConnectSchema& items);
// A field of a struct without a name of its own, printed.
std::string schema_field(std::string_view name, std::string type, bool is_optional);
// The field `source`, printed.
std::string source_schema();

// The schema of a column's values in the form of its plan; without treatment, as a key has it.
ConnectSchema column_schema(const ColumnPlan& plan, const EncoderOptions& options,
                            const change::ColumnTreatment* treatment, std::string default_json);

// What stands between "schema": and ,"payload": for a key or a value whose fields are printed already, separated by
// commas. `topic` gives the names.
std::string key_schema(std::string_view fields, const std::string& topic,
                       const EncoderOptions& options);
std::string value_schema(std::string_view fields, const std::string& topic,
                         const EncoderOptions& options);

}  // namespace millrace::encode

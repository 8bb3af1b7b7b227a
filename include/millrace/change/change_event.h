#pragma once

// The nouns of the stream: what happened to one row, and where in the source's history. A ChangeEvent is a view, made
// by a decode worker for one row, read by the encoder, and gone with the next row. No behaviour lives here.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "millrace/base/strong_id.h"
#include "millrace/change/transaction_counts.h"
#include "millrace/row/value.h"
#include "millrace/schema/table_schema.h"

namespace millrace::change {

enum class Operation : char {
  kCreate = 'c',
  kUpdate = 'u',
  kDelete = 'd',
  kRead = 'r',
  kTruncate = 't',
};

// What all events of one transaction share. Immutable; held by every batch that carries rows of it.
struct TransactionInfo {
  std::string gtid;             // "uuid:5", "uuid:tag:5"; empty without GTIDs
  std::uint64_t commit_us = 0;  // original commit since 1970; 0: take the event header's second
  std::uint32_t thread_id = 0;  // of the session, from BEGIN
  std::string file;             // binlog file of the row events
  // With transaction metadata: the GTID, or "file=binlog.000001,pos=4" of its BEGIN.
  std::string id;
};

// Where the event of a row stands. The rows of one event share all but `row`.
struct SourceInfo {
  const TransactionInfo* transaction = nullptr;
  ServerId server_id;           // that executed it first
  std::uint32_t timestamp = 0;  // of the event header, seconds since 1970
  std::uint64_t position = 0;   // start of the row event in the file
  std::uint32_t row = 0;        // index of the row in the event
  bool has_thread = true;       // false for TRUNCATE and other statements
  std::string_view query;       // the statement's text where include.query asks for it
  // source.snapshot: "false" for the stream; a snapshot's rows say "first", "true", "last" ...
  std::string_view snapshot = "false";
};

struct ChangeEvent {
  Operation operation = Operation::kCreate;
  const schema::TableSchema* table = nullptr;
  const row::Row* before = nullptr;  // null where the operation has none
  const row::Row* after = nullptr;
  SourceInfo source;
  // With transaction metadata: counted on with every record of the event that has a value. Null without, and for what
  // belongs to no transaction.
  TransactionOrder* order = nullptr;
};

}  // namespace millrace::change

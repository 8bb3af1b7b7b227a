#include "millrace/binlog/events.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/binlog/binlog_builder.h"

namespace millrace::binlog {
namespace {

using test::BinlogBuilder;
using test::BinlogBuilderOptions;
using test::from_hex;
using test::to_hex;
using testing::HasSubstr;

std::string_view body_of(const std::string& event) {
  return std::string_view{event}.substr(kEventHeaderBytes, event.size() - kEventHeaderBytes - 4);
}

TEST(EventHeader, Fields) {
  const auto header = decode_header(from_hex("ce2b2262 0f 70680300 7a000000 7e000000 0100"));
  ASSERT_TRUE(header);
  EXPECT_EQ(header->timestamp, 0x62222bceU);
  EXPECT_EQ(header->type, EventType::kFormatDescription);
  EXPECT_EQ(header->server_id.value(), 0x36870U);
  EXPECT_EQ(header->event_bytes, 122U);
  EXPECT_EQ(header->log_pos, 126U);
  EXPECT_EQ(header->flags, kFlagBinlogInUse);
  const auto cut = decode_header(from_hex("ce2b2262 0f 706803"));
  ASSERT_FALSE(cut);
  EXPECT_THAT(cut.error().message(), HasSubstr("field 'server id'"));
}

TEST(EventTypeName, KnownAndUnknown) {
  EXPECT_EQ(event_type_name(EventType::kUnknown), "UNKNOWN");
  EXPECT_EQ(event_type_name(EventType::kFormatDescription), "FORMAT_DESCRIPTION");
  EXPECT_EQ(event_type_name(EventType::kPartialUpdateRows), "PARTIAL_UPDATE_ROWS");
  EXPECT_EQ(event_type_name(EventType::kGtidTagged), "GTID_TAGGED");
  EXPECT_EQ(event_type_name(EventType::kAuroraPadding), "AURORA_PADDING");
  EXPECT_EQ(event_type_name(EventType{163}), "GTID_LIST");
  EXPECT_EQ(event_type_name(EventType{77}), "event type 77");
  EXPECT_EQ(event_type_name(EventType{255}), "event type 255");
}

struct VersionRow {
  const char* name;
  const char* version;
  bool has_checksums;
  bool mariadb = false;
};

class FormatDescriptionTest : public testing::TestWithParam<VersionRow> {};

TEST_P(FormatDescriptionTest, AlgorithmIsThereSince561) {
  BinlogBuilderOptions options;
  options.server_version = GetParam().version;
  BinlogBuilder binlog(options);
  std::string event = binlog.format_description().events()[0];
  // An older server's event ends with the lengths.
  if (!GetParam().has_checksums) event.resize(event.size() - 5);
  const auto format = decode_format_description(event);
  ASSERT_TRUE(format) << format.error().message();
  EXPECT_EQ(format->server_version, GetParam().version);
  EXPECT_EQ(format->is_mariadb, GetParam().mariadb);
  EXPECT_EQ(format->checksum,
            GetParam().has_checksums ? ChecksumAlgorithm::kCrc32 : ChecksumAlgorithm::kOff);
  EXPECT_EQ(format->table_map_header_bytes, 8);
  EXPECT_EQ(format->rows_v1_header_bytes, 8);
}

INSTANTIATE_TEST_SUITE_P(
    Versions, FormatDescriptionTest,
    testing::Values(VersionRow{"v5_5", "5.5.62-log", false}, VersionRow{"v5_6_0", "5.6.0", false},
                    VersionRow{"v5_6_1", "5.6.1-m5", true},
                    VersionRow{"aurora", "5.7.12-log", true},
                    VersionRow{"percona", "5.7.25-28-log", true},
                    VersionRow{"google", "8.0.32-google", true}, VersionRow{"v9", "9.7.4-2", true},
                    VersionRow{"two_digits", "26.7", true},
                    VersionRow{"mariadb", "5.5.5-10.11.6-MariaDB-log", true, true}),
    [](const auto& row) { return row.param.name; });

TEST(FormatDescription, WhatItRefuses) {
  const std::string good = BinlogBuilder().format_description().events()[0];
  const auto changed = [&good](std::size_t at, char value) {
    std::string event = good;
    event[at] = value;
    return event;
  };
  const struct {
    const char* name;
    std::string event;
    const char* message;
  } rows[] = {
      {"format_3", changed(19, 3), "binlog format 3 of server 8.4.0"},
      {"long_headers", changed(19 + 56, 20), "event headers of 20 bytes"},
      {"algorithm", changed(good.size() - 5, 2), "checksum algorithm 2 is unknown"},
      {"cut_in_version", good.substr(0, 40), "field 'server version'"},
      {"no_algorithm", good.substr(0, 19 + 57 + 4),
       "checksum algorithm and the checksum are missing"},
      {"few_types", good.substr(0, 19 + 57 + 20), "post-header lengths of only 15 types"},
  };
  for (const auto& row : rows) {
    const auto format = decode_format_description(row.event);
    ASSERT_FALSE(format) << row.name;
    EXPECT_THAT(format.error().message(), HasSubstr(row.message)) << row.name;
  }
  EXPECT_EQ(decode_format_description(changed(good.size() - 5, '\xff'))->checksum,
            ChecksumAlgorithm::kOff);
}

TEST(Rotate, Fields) {
  const std::string body = from_hex("0400000001000000 62696e2e303032");
  const auto rotate = decode_rotate(body);
  ASSERT_TRUE(rotate);
  EXPECT_EQ(rotate->position, 0x100000004ULL);
  EXPECT_EQ(rotate->file, "bin.002");
  EXPECT_FALSE(decode_rotate(from_hex("0400000000000000")));
  EXPECT_FALSE(decode_rotate(from_hex("04000000")));
}

TEST(Query, FieldsAndStatusVariables) {
  BinlogBuilder binlog;
  const std::string event = binlog
                                .query("CREATE TABLE t (a int)", {.database = "shop",
                                                                  .thread_id = 99,
                                                                  .error_code = 1,
                                                                  .sql_mode = 0x100004,
                                                                  .client_collation = 8,
                                                                  .server_collation = 255})
                                .events()[0];
  const auto query = decode_query(body_of(event));
  ASSERT_TRUE(query) << query.error().message();
  EXPECT_EQ(query->thread_id, 99U);
  EXPECT_EQ(query->error_code, 1);
  EXPECT_EQ(query->database, "shop");
  EXPECT_EQ(query->sql, "CREATE TABLE t (a int)");
  EXPECT_EQ(query->sql_mode, 0x100004U);
  EXPECT_EQ(query->client_collation, 8);
  EXPECT_EQ(query->server_collation, 255);
}

std::string query_body(const std::string& status_hex) {
  const std::string status = from_hex(status_hex);
  return from_hex("01000000 00000000 01 0000") + test::le(status.size(), 2) + status + "d" + '\0' +
         "S";
}

TEST(Query, EveryStatusVariableHasItsLength) {
  // In front of the SQL mode, so that a wrong length would lose it.
  const std::string mode = "01 0500000000000000";
  const struct {
    const char* name;
    const char* hex;
  } rows[] = {
      {"flags2", "00 00000000"},
      {"catalog_with_nul", "02 03 73746400"},
      {"auto_increment", "03 0100 0100"},
      {"charset", "04 0800 0800 0800"},
      {"time_zone", "05 06 53595354454d"},
      {"catalog", "06 03 737464"},
      {"lc_time", "07 0100"},
      {"database_charset", "08 ff00"},
      {"table_map_for_update", "09 0100000000000000"},
      {"source_data_written", "0a 00000000"},
      {"invoker", "0b 01 61 02 6262"},
      {"updated_databases", "0c 02 6100 626200"},
      {"too_many_databases", "0c fe"},
      {"no_databases", "0c 00"},
      {"microseconds", "0d 010203"},
      {"explicit_defaults", "10 01"},
      {"ddl_xid", "11 0100000000000000"},
      {"default_collation", "12 ff00"},
      {"require_key", "13 01"},
      {"table_encryption", "14 01"},
  };
  for (const auto& row : rows) {
    const std::string body = query_body(row.hex + mode);
    const auto query = decode_query(body);
    ASSERT_TRUE(query) << row.name << ": " << query.error().message();
    EXPECT_EQ(query->sql_mode, 5U) << row.name;
    EXPECT_EQ(query->sql, "S");
    // Cut inside the variable.
    const std::string hex(row.hex);
    if (hex != "0c fe" && hex != "0c 00") {
      const std::string cut = query_body(hex.substr(0, hex.size() - 2));
      EXPECT_FALSE(decode_query(cut)) << row.name;
    }
  }
}

TEST(Query, AnUnknownStatusVariableEndsTheBlock) {
  const std::string body = query_body("01 0500000000000000 63 0102 01 0900000000000000");
  const auto query = decode_query(body);
  ASSERT_TRUE(query);
  EXPECT_EQ(query->sql_mode, 5U);
  EXPECT_EQ(query->sql, "S");
}

TEST(Query, StatusBlockBeyondTheEnd) {
  const auto query = decode_query(from_hex("01000000 00000000 01 0000 ff00 0000"));
  ASSERT_FALSE(query);
  EXPECT_THAT(query.error().message(), HasSubstr("field 'status variables'"));
}

TEST(RowsQuery, LengthByteIsMeaningless) {
  EXPECT_EQ(*decode_rows_query("\3INSERT"), "INSERT");
  EXPECT_EQ(*decode_rows_query("\7"), "");
  EXPECT_FALSE(decode_rows_query(""));
}

test::Table wide_table() {
  return {.columns = {test::int_column("id", true).key(), test::enum_column("e", {"a", "b"}),
                      test::varchar_column("name", 256), test::json_column("j")}};
}

TEST(TableMap, Fields) {
  test::Table table = wide_table();
  table.id = 0x0102030405;
  table.flags = TableMap::kGeneratedInvisiblePrimaryKey | 1;
  const std::string body = table.encode(test::Metadata::kMinimal);
  const auto map = decode_table_map(body, FormatDescription());
  ASSERT_TRUE(map) << map.error().message();
  EXPECT_EQ(map->id.value(), 0x0102030405U);
  EXPECT_EQ(map->flags, 5);
  EXPECT_EQ(map->database, "shop");
  EXPECT_EQ(map->table, "orders");
  EXPECT_EQ(map->column_count, 4U);
  EXPECT_EQ(to_hex(map->types), "03fe0ff5");
  EXPECT_EQ(to_hex(map->metadata), "f701000104");
  EXPECT_EQ(to_hex(map->null_bitmap), "0e");
  EXPECT_EQ(to_hex(map->optional_metadata), "0101800303fcff00");
}

TEST(TableMap, OldServersHaveShortIds) {
  FormatDescription format;
  format.table_map_header_bytes = 6;
  const std::string body = from_hex("05000000 0100 01 6400 01 7400 00 00");
  const auto map = decode_table_map(body, format);
  ASSERT_TRUE(map) << map.error().message();
  EXPECT_EQ(map->id.value(), 5U);
  EXPECT_EQ(map->database, "d");
  EXPECT_EQ(map->column_count, 0U);
}

TEST(TableMap, EveryCutIsAnErrorUntilTheOptionalMetadata) {
  const std::string body = wide_table().encode(test::Metadata::kNone);
  for (std::size_t size = 0; size < body.size(); ++size) {
    const auto map = decode_table_map(std::string_view{body}.substr(0, size), FormatDescription());
    ASSERT_FALSE(map) << size;
    EXPECT_THAT(map.error().message(), HasSubstr("of field '"));
  }
}

TEST(TableMap, TooManyColumns) {
  const auto map = decode_table_map(from_hex("050000000000 0100 01 6400 01 7400 fd ffffff"),
                                    FormatDescription());
  ASSERT_FALSE(map);
  EXPECT_THAT(map.error().message(), HasSubstr("16777215 columns"));
}

TEST(Rows, FieldsOfAllKinds) {
  const test::Table table = wide_table();
  const test::Row row = {test::le(1, 4), std::nullopt, test::sized("x", 2), std::nullopt};
  const struct {
    const char* name;
    std::string event;
    EventType type;
    RowsKind kind;
    bool partial;
  } rows[] = {
      {"write", BinlogBuilder().write_rows(table, {row}).events()[0], EventType::kWriteRows,
       RowsKind::kWrite, false},
      {"write_v1", BinlogBuilder().write_rows(table, {row}, {.version = 1}).events()[0],
       EventType::kWriteRowsV1, RowsKind::kWrite, false},
      {"update", BinlogBuilder().update_rows(table, {{row, row}}).events()[0],
       EventType::kUpdateRows, RowsKind::kUpdate, false},
      {"update_v1", BinlogBuilder().update_rows(table, {{row, row}}, {.version = 1}).events()[0],
       EventType::kUpdateRowsV1, RowsKind::kUpdate, false},
      {"delete", BinlogBuilder().delete_rows(table, {row}).events()[0], EventType::kDeleteRows,
       RowsKind::kDelete, false},
      {"delete_v1", BinlogBuilder().delete_rows(table, {row}, {.version = 1}).events()[0],
       EventType::kDeleteRowsV1, RowsKind::kDelete, false},
      {"partial", BinlogBuilder().partial_update_rows(table, "xy").events()[0],
       EventType::kPartialUpdateRows, RowsKind::kUpdate, true},
      {"partition_info",
       BinlogBuilder().write_rows(table, {row}, {.extra = from_hex("010100")}).events()[0],
       EventType::kWriteRows, RowsKind::kWrite, false},
  };
  for (const auto& r : rows) {
    SCOPED_TRACE(r.name);
    const auto event = decode_rows(body_of(r.event), r.type, FormatDescription());
    ASSERT_TRUE(event) << event.error().message();
    EXPECT_EQ(event->kind, r.kind);
    EXPECT_EQ(event->partial_json, r.partial);
    EXPECT_EQ(event->table_id.value(), 100U);
    EXPECT_TRUE(event->statement_end);
    EXPECT_EQ(event->column_count, 4U);
    EXPECT_EQ(to_hex(event->columns_before), "0f");
    EXPECT_EQ(to_hex(event->columns_after), r.kind == RowsKind::kUpdate ? "0f" : "");
    EXPECT_EQ(to_hex(event->rows).substr(0, 16), r.partial ? "7879" : "0a01000000010078");
  }
}

TEST(Rows, WhatItRefuses) {
  const struct {
    const char* name;
    const char* hex;
    const char* message;
  } rows[] = {
      {"empty", "", "field 'table id'"},
      {"extra_length_below_itself", "640000000000 0100 0100 01 ff", "an extra data length of 1"},
      {"extra_data_beyond_the_end", "640000000000 0100 ff00 01 ff", "field 'extra data'"},
      {"too_many_columns", "640000000000 0100 0200 fcffff", "65535 columns"},
      {"bitmap_beyond_the_end", "640000000000 0100 0200 09 ff", "field 'columns present'"},
      {"null_column_count", "640000000000 0100 0200 fb", "field 'column count'"},
  };
  for (const auto& row : rows) {
    const auto event = decode_rows(from_hex(row.hex), EventType::kWriteRows, FormatDescription());
    ASSERT_FALSE(event) << row.name;
    EXPECT_THAT(event.error().message(), HasSubstr(row.message)) << row.name;
  }
}

TEST(Incident, Fields) {
  const std::string body = from_hex("0100 04 6c6f7374");
  const auto incident = decode_incident(body);
  ASSERT_TRUE(incident);
  EXPECT_EQ(incident->kind, 1);
  EXPECT_EQ(incident->message, "lost");
  EXPECT_FALSE(decode_incident(from_hex("0100 05 6c6f7374")));
}

TEST(Heartbeat, BothVersions) {
  EventHeader header;
  header.type = EventType::kHeartbeat;
  header.log_pos = 500;
  const auto first = decode_heartbeat("bin.000001", header);
  EXPECT_EQ(first->file, "bin.000001");
  EXPECT_EQ(first->position, 500U);
  header.type = EventType::kHeartbeatV2;
  const auto second =
      decode_heartbeat(from_hex("01 03 62696e 09 01 00 02 09 fe 0000000002000000 00 ff"), header);
  ASSERT_TRUE(second) << second.error().message();
  EXPECT_EQ(second->file, "bin");
  EXPECT_EQ(second->position, 0x200000000ULL);
  EXPECT_FALSE(decode_heartbeat(from_hex("01 03 6269"), header));
  EXPECT_FALSE(decode_heartbeat(from_hex("02 01 fe"), header));
}

}  // namespace
}  // namespace millrace::binlog

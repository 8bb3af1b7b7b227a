#include "daemon/source_start.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <map>
#include <set>
#include <thread>
#include <utility>

#include "daemon/catalog_loading.h"
#include "daemon/mysql_streams.h"
#include "daemon/notifications.h"
#include "daemon/snapshot_plan.h"
#include "daemon/start_point.h"
#include "millrace/base/clock.h"
#include "millrace/daemon/logging.h"
#include "millrace/state/catalog_records.h"

namespace millrace::daemon {
namespace {

using StateRecords = std::vector<state::StateRecord>;

// State records are written so many at a time.
constexpr std::size_t kRecordsAtOnce = 10'000;

// Which tables the catalog holds: also those that aren't captured, because one may be renamed into capture. The patterns
// are asked once a database.
discovery::TablePredicate followed_by(const transform::TableFilter& filter) {
  return [&filter, known = std::map<std::string, bool>()](const schema::TableName& name) mutable {
    const auto [it, is_new] = known.try_emplace(name.database, false);
    if (is_new) it->second = filter.captures_database(name.database);
    return it->second;
  };
}

// guardrail.collections.max: more tables than somebody meant are better noticed before their topics are made.
Status check_guardrail(const config::SourceConfig& source, const transform::TableFilter& filter,
                       const schema::Catalog& catalog) {
  const std::uint64_t most = source.guardrail.most_tables;
  if (most == 0) return {};
  std::uint64_t count = 0;
  catalog.for_each([&](const schema::TableName& name, const schema::TableSchemaPtr&) {
    if (filter.captures(name)) ++count;
  });
  if (count <= most) return {};
  const std::string sentence =
      std::to_string(count) +
      " tables are captured, above guardrail.collections.max=" + std::to_string(most);
  if (source.guardrail.fails) {
    return definite_error(sentence + ": narrow table.include.list, or raise the limit");
  }
  logger("source")->warn("{} source={}", sentence, source.name);
  return {};
}

// information_schema shows characters above U+FFFF as '?'; only TABLE_MAPs with full metadata have them.
void warn_of_doubtful_labels(const std::string& source, const schema::Catalog& catalog) {
  std::set<const schema::TableSchema*> seen;
  catalog.for_each([&](const schema::TableName& name, const schema::TableSchemaPtr& table) {
    if (table == nullptr || !seen.insert(table.get()).second) return;
    for (const schema::Column& column : table->columns) {
      for (const std::string& label : column.labels) {
        if (label.find('?') == std::string::npos) continue;
        logger("source")->warn(
            "a label of {}.{} holds '?', which may stand for a character above U+FFFF that the "
            "server doesn't show: {}; binlog_row_metadata=FULL brings the label as it is source={}",
            name.to_text(), column.name, label, source);
      }
    }
  });
}

// Rows by table, as the server guesses.
Result<std::map<schema::TableName, std::uint64_t>> fetch_row_estimates(
    mysql::Connection& connection) {
  std::map<schema::TableName, std::uint64_t> estimates;
  MILLRACE_RETURN_IF_ERROR(connection.query_rows(
      "SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_ROWS FROM information_schema.TABLES "
      "WHERE TABLE_TYPE = 'BASE TABLE' AND TABLE_ROWS > 0",
      [&](const mysql::RowView& row) {
        std::uint64_t rows = 0;
        const std::string_view text = row.values[2].value_or("");
        std::from_chars(text.data(), text.data() + text.size(), rows);
        estimates[{std::string(row.values[0].value_or("")),
                   std::string(row.values[1].value_or(""))}] = rows;
        return Status();
      }));
  return estimates;
}

class Starter {
 public:
  Starter(const Takeover& context, const SourceFilters& filters, bool full_metadata,
          const encode::EncoderOptions& encoder, state::SourceState state, sink::Sink& sink)
      : context_(context),
        source_(context.source),
        filters_(filters),
        full_metadata_(full_metadata),
        encoder_(encoder),
        sink_(sink) {
    start_.state = std::move(state);
  }

  Result<SourceStart> run() {
    state::SourceState& state = start_.state;
    had_offset_ = state.offset.has_value();
    MILLRACE_ASSIGN_OR_RETURN(decision_, decide_snapshot(source_.snapshot, state, context_.facts));
    start_.stops_after = decision_.stops_after;
    if (decision_.ends) {
      start_.is_done = true;
      return std::move(start_);
    }
    if (decision_.begins) MILLRACE_RETURN_IF_ERROR(delay());
    if (decision_.renews_offset && state.offset) {
      logger("source")->warn(
          "the server can't go on from the offset: a new snapshot begins source={} gtids={}",
          source_.name, state.offset->gtids.to_text());
    }
    if (decision_.renews_offset) state.offset.reset();
    if (decision_.renews_offset && !decision_.begins) forget_snapshot();
    MILLRACE_RETURN_IF_ERROR(open_copy());
    MILLRACE_RETURN_IF_ERROR(complete_state());
    MILLRACE_RETURN_IF_ERROR(check_guardrail(source_, filters_.tables, state.catalog));
    if (renews_catalog_ && !full_metadata_) warn_of_doubtful_labels(source_.name, state.catalog);
    if (decision_.begins) {
      MILLRACE_RETURN_IF_ERROR(begin_snapshot());
    } else {
      MILLRACE_RETURN_IF_ERROR(add_new_tables());
    }
    if (state.snapshot) {
      MILLRACE_RETURN_IF_ERROR(apply_overrides(
          source_.snapshot, state.catalog,
          [this](const schema::TableName& name) { return is_wanted(name); },
          state.snapshot_tables));
    }
    MILLRACE_RETURN_IF_ERROR(store());
    return std::move(start_);
  }

 private:
  // snapshot.delay.ms
  Status delay() {
    const auto until = std::chrono::steady_clock::now() + source_.snapshot.delay;
    while (std::chrono::steady_clock::now() < until) {
      if (context_.interrupted) return transient_error("interrupted before the snapshot began");
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return {};
  }

  // It went on from an offset that isn't there any more.
  void forget_snapshot() {
    state::SourceState& state = start_.state;
    if (!state.snapshot && state.snapshot_tables.empty()) return;
    records_.push_back(state::snapshot_deletion(source_.name));
    for (const state::SnapshotTable& table : state.snapshot_tables) {
      records_.push_back(state::snapshot_table_deletion(source_.name, table.name));
    }
    state.snapshot.reset();
    state.snapshot_tables.clear();
  }

  Status open_copy() {
    const state::SourceState& state = start_.state;
    const bool goes_on = !decision_.begins && state.snapshot && state.snapshot->is_frozen;
    if (!decision_.reads_copy && !goes_on) return {};
    if (!source_.snapshot.clone.is_given()) {
      return definite_error(
          "the snapshot of a frozen copy is not complete, and the configuration names no copy any "
          "more: set snapshot.clone.* again, or delete the source's offset to begin anew");
    }
    MILLRACE_ASSIGN_OR_RETURN(start_.clone, open_clone(source_, context_.connection, context_.facts,
                                                       context_.interrupted));
    if (!goes_on) return {};
    if (std::string change = describe_change(*start_.clone, *state.snapshot, *state.offset);
        !change.empty()) {
      logger("snapshot")->warn("{} source={}", change, source_.name);
    }
    return {};
  }

  // Gives the state what it lacks: an offset and the catalog at a first start, what a connector's offset leaves out, a
  // catalog where only an offset is stored.
  Status complete_state() {
    state::SourceState& state = start_.state;
    const discovery::TablePredicate is_followed = followed_by(context_.filter);
    const auto connect = [this] { return mysql::Connection::connect(connection_options(source_)); };
    if (!state.offset) {
      stored_ = std::exchange(state.catalog, {});
      renews_catalog_ = true;
      if (start_.clone) return take_place_of_copy(is_followed);
      MILLRACE_ASSIGN_OR_RETURN(const state::Offset start, first_offset(context_.facts));
      // Where each TABLE_MAP tells all, structures may be of now; but a snapshot reads rows before their map comes.
      if (full_metadata_ && !decision_.begins) {
        MILLRACE_ASSIGN_OR_RETURN(state.catalog,
                                  read_catalog(context_.connection, is_followed, connect));
        state.offset = start;
        return {};
      }
      MILLRACE_ASSIGN_OR_RETURN(LoadedCatalog loaded,
                                load_first_catalog(context_.connection, context_.streams,
                                                   context_.facts, start, is_followed, connect));
      state.offset = std::move(loaded.offset);
      state.catalog = std::move(loaded.catalog);
      return {};
    }
    if (!state.offset->own) {
      MILLRACE_ASSIGN_OR_RETURN(records_, context_.run(state));
      renews_catalog_ = true;
      return {};
    }
    leave_out_servers(context_.servers, context_.facts, *state.offset);
    MILLRACE_RETURN_IF_ERROR(check_offset(*state.offset, context_.facts));
    const bool has_catalog = full_metadata_ || state.catalog.table_count() != 0;
    if (has_catalog && !decision_.renews_catalog) return {};
    stored_ = std::exchange(state.catalog, {});
    renews_catalog_ = true;
    MILLRACE_ASSIGN_OR_RETURN(state.catalog,
                              load_catalog_at(context_.connection, context_.streams, context_.facts,
                                              *state.offset, is_followed, connect));
    return {};
  }

  // Nothing changes there, so the structures are those of its place.
  Status take_place_of_copy(const discovery::TablePredicate& is_followed) {
    const auto connect = [this] { return mysql::Connection::connect(start_.clone->options); };
    MILLRACE_ASSIGN_OR_RETURN(start_.state.catalog,
                              read_catalog(start_.clone->connection, is_followed, connect));
    start_.state.offset = start_.clone->offset;
    return {};
  }

  bool is_wanted(const schema::TableName& name) const {
    // The table of signals is there to be written to, not to be read.
    if (source_.signals.source_enabled && name.to_text() == source_.signals.table) return false;
    return filters_.tables.captures(name) && filters_.snapshot_tables.captures(name);
  }

  Status begin_snapshot() {
    state::SourceState& state = start_.state;
    MILLRACE_ASSIGN_OR_RETURN(
        const auto estimates,
        fetch_row_estimates(start_.clone ? start_.clone->connection : context_.connection));
    for (const state::SnapshotTable& table : state.snapshot_tables) {
      records_.push_back(state::snapshot_table_deletion(source_.name, table.name));
    }
    state.snapshot_tables = plan_tables(
        source_.snapshot, state.catalog,
        [this](const schema::TableName& name) { return is_wanted(name); }, estimates);
    // The topics of a source that ran before have rows: their end must not be kept back until a table's turn.
    for (state::SnapshotTable& table : state.snapshot_tables) table.has_begun = had_offset_;
    begin(state.snapshot_tables.size());
    state.snapshot->is_frozen = start_.clone.has_value();
    if (start_.clone) {
      state.snapshot->clone_server_uuid = start_.clone->facts.server_uuid;
      state.clone_name = start_.clone->name;
      if (!state.clone_name.empty()) {
        records_.push_back(state::clone_record(source_.name, state.clone_name));
      }
    }
    if (decision_.renews_offset) state.offset->in_snapshot = true;
    new_tables_ = state.snapshot_tables;
    logger("snapshot")
        ->info("snapshot begins source={} tables={} from={}", source_.name, new_tables_.size(),
               start_.clone ? start_.clone->connection.endpoint() : context_.connection.endpoint());
    return {};
  }

  void begin(std::size_t tables) {
    state::Snapshot& snapshot = start_.state.snapshot.emplace();
    snapshot.begun_ms = system_clock().wall_ns() / 1'000'000;
    snapshot.tables = tables;
  }

  // Tables that the configuration didn't capture when the source last ran: nobody has published their rows.
  Status add_new_tables() {
    state::SourceState& state = start_.state;
    using config::SnapshotMode;
    const SnapshotMode mode = source_.snapshot.mode;
    const bool wants_rows =
        mode != SnapshotMode::kNoData && mode != SnapshotMode::kRecovery &&
        (mode != SnapshotMode::kConfigurationBased || source_.snapshot.reads_data);
    if (!wants_rows || !state.captured || *state.captured == captured_text(source_)) return {};
    MILLRACE_ASSIGN_OR_RETURN(const transform::TableFilter before, parse_captured(*state.captured));
    const auto is_new = [&](const schema::TableName& name) {
      const bool is_planned =
          std::ranges::find(state.snapshot_tables, name, &state::SnapshotTable::name) !=
          state.snapshot_tables.end();
      return is_wanted(name) && !before.captures(name) && !is_planned;
    };
    new_tables_ = plan_tables(source_.snapshot, state.catalog, is_new, {});
    if (new_tables_.empty()) return {};
    if (std::string why = why_not_live(context_.facts); !why.empty() && !start_.clone) {
      return definite_error(
          "tables are captured that weren't before, and their rows are to be "
          "published: " +
          why);
    }
    if (!state.snapshot) begin(0);
    std::uint64_t order =
        state.snapshot_tables.empty() ? 0 : state.snapshot_tables.back().order + 1;
    for (state::SnapshotTable& table : new_tables_) {
      table.order = order++;
      state.snapshot_tables.push_back(table);
    }
    state.snapshot->tables += new_tables_.size();
    logger("snapshot")
        ->info("tables are new to the source: their rows are read source={} tables={}",
               source_.name, new_tables_.size());
    return {};
  }

  Status store() {
    state::SourceState& state = start_.state;
    const auto start = decision_.begins             ? StartOfSnapshot::kBegun
                       : state.snapshot.has_value() ? StartOfSnapshot::kGoesOn
                       : !had_offset_               ? StartOfSnapshot::kOfStructures
                                                    : StartOfSnapshot::kSkipped;
    MILLRACE_ASSIGN_OR_RETURN(const bool has_notified,
                              notify_start(source_, encoder_, start, sink_));
    const auto write = [this](const StateRecords& portion) { return sink_.write_state(portion); };
    if (renews_catalog_) {
      MILLRACE_RETURN_IF_ERROR(state::write_catalog(source_.name, state.catalog, stored_, write));
      logger("source")->info("structures read source={} tables={}", source_.name,
                             state.catalog.table_count());
    }
    MILLRACE_RETURN_IF_ERROR(write_snapshot(write));
    if (const std::string captured = captured_text(source_); state.captured != captured) {
      records_.push_back(state::captured_record(source_.name, captured));
    }
    if (!has_notified && !renews_catalog_ && records_.empty() && new_tables_.empty()) return {};
    return sink_.commit({*state.offset, std::move(records_)});
  }

  Status write_snapshot(const state::WriteRecords& write) {
    if (new_tables_.empty() && !decision_.begins) return {};
    records_.push_back(state::snapshot_record(source_.name, *start_.state.snapshot));
    StateRecords portion;
    for (const state::SnapshotTable& table : new_tables_) {
      portion.push_back(state::snapshot_table_record(source_.name, table));
      if (portion.size() < kRecordsAtOnce) continue;
      MILLRACE_RETURN_IF_ERROR(write(portion));
      portion.clear();
    }
    return portion.empty() ? Status() : write(portion);
  }

  const Takeover& context_;
  const config::SourceConfig& source_;
  const SourceFilters& filters_;
  const bool full_metadata_;
  const encode::EncoderOptions& encoder_;
  sink::Sink& sink_;

  SourceStart start_;
  SnapshotDecision decision_;
  bool had_offset_ = false;
  // What the commit holds: a new catalog in the place of `stored_`, tables to be read, and other records.
  bool renews_catalog_ = false;
  schema::Catalog stored_;
  std::vector<state::SnapshotTable> new_tables_;
  StateRecords records_;
};

}  // namespace

Status require_fit(const config::SourceConfig& source, const mysql::ServerFacts& facts) {
  std::string unmet;
  mysql::SourceNeeds needs;
  needs.gtid =
      false;  // without GTIDs a source starts by file and position; start_point.cc minds the offset
  needs.user = source.user;
  for (const mysql::Requirement& requirement : mysql::check_requirements(facts, needs)) {
    if (requirement.ok || requirement.severity != mysql::Severity::kRequired) continue;
    unmet += (unmet.empty() ? "" : "; ") + requirement.name + " must be " + requirement.needed +
             ", is " + requirement.found + ": " + requirement.fix;
  }
  return unmet.empty() ? Status() : definite_error("the server is not fit: " + unmet);
}

Result<SourceStart> start_source(const Takeover& context, const SourceFilters& filters,
                                 bool full_metadata, const encode::EncoderOptions& encoder,
                                 state::SourceState state, sink::Sink& sink) {
  return Starter(context, filters, full_metadata, encoder, std::move(state), sink).run();
}

}  // namespace millrace::daemon

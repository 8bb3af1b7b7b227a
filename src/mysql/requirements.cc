#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "millrace/mysql/server_facts.h"

namespace millrace::mysql {
namespace {

constexpr std::uint32_t kOldestServer = 50700;
constexpr std::uint32_t kRowMetadataSince = 80001;
// Shorter, and a weekend's outage ends in a new snapshot.
constexpr std::chrono::hours kLeastRetention{72};

std::string or_nothing(const std::string& text) { return text.empty() ? "(not there)" : text; }

class Checklist {
 public:
  Checklist(const ServerFacts& facts, const SourceNeeds& needs) : facts_(facts), needs_(needs) {}

  std::vector<Requirement> run() && {
    check_brand();
    if (facts_.is_mariadb) return std::move(list_);  // nothing else is asked the same way
    check_version();
    check_binlog();
    check_gtid();
    check_privileges();
    check_recommended();
    return std::move(list_);
  }

 private:
  void add(Severity severity, bool ok, std::string name, std::string needed, std::string found,
           std::string fix) {
    list_.push_back(
        {std::move(name), std::move(needed), std::move(found), std::move(fix), severity, ok});
  }

  void check_brand() {
    add(Severity::kRequired, !facts_.is_mariadb, "server", "MySQL",
        facts_.is_mariadb ? "MariaDB" : "MySQL",
        "MariaDB is not supported yet: point the source to a MySQL server.");
  }

  void check_version() {
    add(Severity::kRequired, facts_.version_number >= kOldestServer, "version", "5.7 or later",
        facts_.version, "Upgrade the server to MySQL 5.7 or later.");
  }

  void check_binlog() {
    add(Severity::kRequired, facts_.log_bin, "log_bin", "ON", facts_.log_bin ? "ON" : "OFF",
        facts_.is_rds ? "Turn on automated backups (RDS), or set binlog_format=ROW in the "
                        "cluster's parameter group "
                        "and restart (Aurora)."
                      : "Start the server with --log-bin (log_bin can't be set while it runs).");
    add(Severity::kRequired, facts_.server_id != 0, "server_id", "not 0",
        std::to_string(facts_.server_id),
        "SET PERSIST server_id = 1; (any number unique among the server's replicas).");
    add(Severity::kRequired, facts_.binlog_format == "ROW", "binlog_format", "ROW",
        facts_.binlog_format,
        set_variable("binlog_format", "'ROW'") +
            " Sessions that are open keep the old format until they reconnect.");
  }

  void check_gtid() {
    if (needs_.gtid) {
      add(Severity::kRequired, facts_.gtid_mode == "ON", "gtid_mode", "ON",
          or_nothing(facts_.gtid_mode),
          facts_.is_rds
              ? "Set gtid-mode=ON and enforce_gtid_consistency=ON in the parameter group and "
                "restart."
              : "Go from OFF by way of OFF_PERMISSIVE and ON_PERMISSIVE to ON, after SET GLOBAL "
                "enforce_gtid_consistency = ON; or start the source by file and position.");
    } else {
      add(Severity::kRecommended, facts_.gtid_mode == "ON", "gtid_mode", "ON",
          or_nothing(facts_.gtid_mode),
          "Without GTIDs the source can't follow a failover to another server.");
    }
  }

  void check_privileges() {
    for (const std::string privilege : {"REPLICATION SLAVE", "REPLICATION CLIENT"}) {
      const bool granted = facts_.grants.has_global(privilege);
      add(Severity::kRequired, granted, "privilege " + privilege, "granted on *.*",
          granted ? "granted" : "not granted", grant(privilege, "*.*"));
    }
    if (needs_.databases.empty()) {
      add_select(facts_.grants.has_global("SELECT"), "*.*");
      return;
    }
    for (const std::string& database : needs_.databases) {
      add_select(facts_.grants.has_on_database("SELECT", database),
                 quote_identifier(database) + ".*");
    }
  }

  // The structure of tables comes from information_schema, which shows a table only to who may read
  // it.
  void add_select(bool granted, const std::string& scope) {
    // Everything is more than most sources capture: not having all of it is no mistake by itself.
    const Severity severity =
        needs_.databases.empty() ? Severity::kRecommended : Severity::kRequired;
    add(severity, granted, "privilege SELECT", "granted on " + scope,
        granted ? "granted" : "not granted", grant("SELECT", scope));
  }

  void check_recommended() {
    if (facts_.version_number >= kRowMetadataSince) {
      add(Severity::kRecommended, facts_.binlog_row_metadata == "FULL", "binlog_row_metadata",
          "FULL", or_nothing(facts_.binlog_row_metadata),
          set_variable("binlog_row_metadata", "'FULL'") +
              " Then every event carries its columns' names, and no change of a table can be "
              "misread.");
    }
    add(Severity::kRecommended, facts_.binlog_row_image == "FULL", "binlog_row_image", "FULL",
        facts_.binlog_row_image,
        set_variable("binlog_row_image", "'FULL'") +
            " With less, events lack the columns that a statement didn't touch.");
    if (facts_.is_rds || !facts_.binlog_retention) return;
    const auto kept = *facts_.binlog_retention;
    add(Severity::kRecommended, kept.count() == 0 || kept >= kLeastRetention, "binlog retention",
        "72 hours or more", kept.count() == 0 ? "for ever" : std::to_string(kept.count()) + " s",
        facts_.version_number >= 80000 ? set_variable("binlog_expire_logs_seconds", "604800")
                                       : set_variable("expire_logs_days", "7"));
  }

  std::string set_variable(const std::string& name, const std::string& value) const {
    if (facts_.is_rds) return "Set " + name + " = " + value + " in the parameter group.";
    // 5.7 has no SET PERSIST.
    if (facts_.version_number < 80000) {
      return "SET GLOBAL " + name + " = " + value + "; and the same in my.cnf.";
    }
    return "SET PERSIST " + name + " = " + value + ";";
  }

  std::string grant(const std::string& privilege, const std::string& scope) const {
    return "GRANT " + privilege + " ON " + scope + " TO " + quote_string(needs_.user) + "@'%';";
  }

  const ServerFacts& facts_;
  const SourceNeeds& needs_;
  std::vector<Requirement> list_;
};

}  // namespace

std::vector<Requirement> check_requirements(const ServerFacts& facts, const SourceNeeds& needs) {
  return Checklist(facts, needs).run();
}

}  // namespace millrace::mysql

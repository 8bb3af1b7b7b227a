#include "millrace/state/catalog_records.h"

#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace millrace::state {
namespace {

constexpr std::size_t kRecordsAtATime = 1000;

class Portions {
 public:
  explicit Portions(const WriteRecords& write) : write_(write) {}

  // After an error nothing more is written.
  void add(StateRecord record) {
    if (!status_) return;
    records_.push_back(std::move(record));
    if (records_.size() >= kRecordsAtATime) flush();
  }

  Status finish() {
    if (status_ && !records_.empty()) flush();
    return status_;
  }

 private:
  void flush() {
    status_ = write_(records_);
    records_.clear();
  }

  const WriteRecords& write_;
  std::vector<StateRecord> records_;
  Status status_;
};

void add_content(std::string_view source, const schema::Catalog& catalog, Portions& portions) {
  catalog.for_each_database([&](const std::string& name, std::uint32_t collation) {
    portions.add(database_record(source, name, collation));
  });
  std::unordered_map<const schema::TableSchema*, std::string> hashes;
  catalog.for_each([&](const schema::TableName& name, const schema::TableSchemaPtr& structure) {
    if (structure == nullptr) return;
    std::string& hash = hashes[structure.get()];
    if (hash.empty()) {
      const std::string serialized = schema::serialize_structure(*structure);
      hash = schema::structure_hash(serialized);
      portions.add(structure_record(source, serialized));
    }
    portions.add(table_record(source, name, hash));
  });
}

void add_deletions(std::string_view source, const schema::Catalog& catalog,
                   const schema::Catalog& stored, Portions& portions) {
  stored.for_each([&](const schema::TableName& name, const schema::TableSchemaPtr&) {
    if (catalog.find(name) == nullptr) portions.add(table_deletion(source, name));
  });
  std::unordered_set<std::string> databases;
  catalog.for_each_database(
      [&](const std::string& name, std::uint32_t) { databases.insert(name); });
  stored.for_each_database([&](const std::string& name, std::uint32_t) {
    if (!databases.contains(name)) portions.add(database_deletion(source, name));
  });
  std::unordered_set<std::uint64_t> structures;
  catalog.for_each_structure(
      [&](std::uint64_t number, const schema::TableSchema&) { structures.insert(number); });
  stored.for_each_structure([&](std::uint64_t number, const schema::TableSchema&) {
    if (!structures.contains(number)) portions.add(structure_deletion(source, number));
  });
}

}  // namespace

Status write_catalog(std::string_view source, const schema::Catalog& catalog,
                     const schema::Catalog& stored, const WriteRecords& write) {
  Portions portions(write);
  add_content(source, catalog, portions);
  add_deletions(source, catalog, stored, portions);
  return portions.finish();
}

}  // namespace millrace::state

#pragma once

// Kafka Connect's transforms and predicates, by the options that a connector's configuration gives them. A chain isn't
// run for each record: it is compiled once a table and kind of record (create, delete, tombstone ...) into the shape
// that the record gets: which fields stand in key and value and where each comes from, the headers, the topic, or that
// nothing is left. The encoder prints that shape in one pass. Where a row's value decides (a topic named by a column),
// the shape is compiled once for each answer.
//
// A chain is immutable and shared by all plans of a source; threads may share it. What Connect would throw for a record
// (a field that isn't there, a type that doesn't fit) is a definite error of the first record that meets it.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "millrace/base/result.h"

namespace millrace::encode {

struct TransformSpec {
  std::string name;                            // as `transforms` lists it
  std::string type;                            // the Java class, with $Key or $Value
  std::map<std::string, std::string> options;  // without the prefix
  std::string predicate;                       // empty: for every record
  bool negate = false;
};

struct PredicateSpec {
  std::string name;
  std::string type;
  std::map<std::string, std::string> options;
};

struct TransformSpecs {
  std::vector<TransformSpec> transforms;
  std::vector<PredicateSpec> predicates;
  // header.converter is a JsonConverter: strings in headers have quotes.
  bool json_headers = false;
  bool value_schemas = false;  // value.converter.schemas.enable
};

class TransformChain {
 public:
  // An error names the property that it stands at.
  static Result<std::shared_ptr<const TransformChain>> compile(const TransformSpecs& specs);
  ~TransformChain();

  class Impl;
  const Impl& impl() const { return *impl_; }

 private:
  explicit TransformChain(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace millrace::encode

#pragma once

// The inside of TransformChain: what the plans of tables run over the shapes of their records.

#include <optional>
#include <string>
#include <vector>

#include "encode/shape/transform.h"
#include "millrace/encode/transforms.h"

namespace millrace::encode {

class TransformChain::Impl {
 public:
  static Result<std::unique_ptr<Impl>> compile(const TransformSpecs& specs);

  // All transforms in turn, with the answers that are known by now.
  Result<Outcome> run(RecordShape& record, Answers& answers) const;

 private:
  struct Link {
    std::string name;
    TransformPtr transform;
    const Predicate* predicate = nullptr;
    bool negate = false;
  };
  static Result<Outcome> run_one(const Link& link, RecordShape& record, Answers& answers);

  std::map<std::string, PredicatePtr> predicates_;
  std::vector<Link> links_;
};

}  // namespace millrace::encode

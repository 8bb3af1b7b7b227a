#include "encode/shape/transform_chain.h"

#include <utility>

namespace millrace::encode {
namespace {

// "org.apache.kafka.connect.transforms.InsertField$Key": "InsertField", and whether it works on the key.
struct ClassName {
  explicit ClassName(std::string_view type) {
    const std::size_t dollar = type.find('$');
    if (dollar != type.npos && type.substr(dollar) == "$Key") part = RecordPart::kKey;
    type = type.substr(0, dollar);
    const std::size_t point = type.rfind('.');
    name = point == type.npos ? type : type.substr(point + 1);
  }
  std::string_view name;
  RecordPart part = RecordPart::kValue;
};

}  // namespace

Result<std::unique_ptr<TransformChain::Impl>> TransformChain::Impl::compile(
    const TransformSpecs& specs) {
  auto chain = std::make_unique<Impl>();
  for (const PredicateSpec& spec : specs.predicates) {
    auto predicate = make_predicate(ClassName(spec.type).name, OptionReader(spec.options, specs));
    if (!predicate) return predicate.error().with_context("predicates." + spec.name);
    chain->predicates_[spec.name] = std::move(*predicate);
  }
  for (const TransformSpec& spec : specs.transforms) {
    const ClassName type(spec.type);
    auto transform = make_transform(type.name, type.part, OptionReader(spec.options, specs));
    if (!transform) return transform.error().with_context("transforms." + spec.name);
    Link link;
    link.name = spec.name;
    link.transform = std::move(*transform);
    link.negate = spec.negate;
    if (!spec.predicate.empty()) {
      const auto found = chain->predicates_.find(spec.predicate);
      if (found == chain->predicates_.end()) {
        return definite_error("transforms." + spec.name + ".predicate: there is no predicate " +
                              spec.predicate);
      }
      link.predicate = found->second.get();
    }
    chain->links_.push_back(std::move(link));
  }
  return chain;
}

Result<Outcome> TransformChain::Impl::run(RecordShape& record, Answers& answers) const {
  for (const Link& link : links_) {
    auto outcome = run_one(link, record, answers);
    if (!outcome) return outcome.error().with_context("transforms." + link.name);
    if (*outcome != Outcome::kRecord) return outcome;
  }
  return Outcome::kRecord;
}

Result<Outcome> TransformChain::Impl::run_one(const Link& link, RecordShape& record,
                                              Answers& answers) {
  if (link.predicate != nullptr) {
    MILLRACE_ASSIGN_OR_RETURN(const std::optional<bool> holds,
                              link.predicate->test(record, answers));
    if (!holds) return Outcome::kQuestion;
    if (*holds == link.negate) return Outcome::kRecord;
  }
  return link.transform->apply(record, answers);
}

Result<std::shared_ptr<const TransformChain>> TransformChain::compile(const TransformSpecs& specs) {
  MILLRACE_ASSIGN_OR_RETURN(std::unique_ptr<Impl> impl, Impl::compile(specs));
  return std::shared_ptr<const TransformChain>(new TransformChain(std::move(impl)));
}

TransformChain::TransformChain(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TransformChain::~TransformChain() = default;

}  // namespace millrace::encode

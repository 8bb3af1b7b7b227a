#include "encode/shape/table_shapes.h"

#include <utility>

#include "millrace/base/limits.h"

namespace millrace::encode {
namespace {

// Null is no text.
std::string key_of(const Answer& answer) { return answer.is_null ? "" : "=" + answer.text; }

}  // namespace

TableShapes::TableShapes(const TablePlan::Impl& plan, const EncoderOptions& options,
                         std::vector<change::ColumnTreatment> treatments)
    : treatments_(std::move(treatments)), context_{plan, options, treatments_} {}

TableShapes::~TableShapes() {
  for (const auto& step : first_) delete step.load(std::memory_order_relaxed);
}

Result<const ShapeStep*> TableShapes::first(RecordKind kind) const {
  std::atomic<const ShapeStep*>& step = first_[static_cast<std::size_t>(kind)];
  if (const ShapeStep* found = step.load(std::memory_order_acquire)) return found;
  const std::lock_guard lock(mutex_);
  if (const ShapeStep* found = step.load(std::memory_order_relaxed)) return found;
  MILLRACE_ASSIGN_OR_RETURN(std::unique_ptr<const ShapeStep> compiled, compile(kind, {}));
  step.store(compiled.get(), std::memory_order_release);
  return const_cast<const ShapeStep*>(compiled.release());
}

Result<const ShapeStep*> TableShapes::next(const ShapeStep& step, const Answer& answer) const {
  const std::string key = key_of(answer);
  {
    const std::shared_lock lock(step.mutex);
    if (const auto found = step.next.find(key); found != step.next.end())
      return const_cast<const ShapeStep*>(found->second.get());
  }
  const std::unique_lock lock(step.mutex);
  auto& child = step.next[key];
  if (child != nullptr) return const_cast<const ShapeStep*>(child.get());
  auto compiled = [&]() -> Result<std::unique_ptr<const ShapeStep>> {
    if (step.next.size() > limits::kMaxRoutesOfTable) {
      return definite_error("transforms route " + context_.plan.table->name.to_text() +
                            " to more than " + std::to_string(limits::kMaxRoutesOfTable) +
                            " topics by its values");
    }
    std::vector<Answer> answers = step.answers;
    answers.push_back(answer);
    return compile(step.kind, std::move(answers));
  }();
  if (!compiled) {
    step.next.erase(key);
    return compiled.error();
  }
  child = std::move(*compiled);
  return const_cast<const ShapeStep*>(child.get());
}

Result<std::unique_ptr<const ShapeStep>> TableShapes::compile(RecordKind kind,
                                                              std::vector<Answer> answers) const {
  RecordShape record = initial_shape(context_, kind);
  auto step = std::make_unique<ShapeStep>();
  step->kind = kind;
  step->answers = std::move(answers);
  Answers known(step->answers);
  MILLRACE_ASSIGN_OR_RETURN(const Outcome outcome,
                            context_.options.transforms->impl().run(record, known));
  step->is_dropped = outcome == Outcome::kDropped;
  step->notice = std::move(record.notice);
  if (outcome == Outcome::kQuestion) {
    step->asked = known.question()->asked;
    MILLRACE_ASSIGN_OR_RETURN(step->question,
                              finish_value(context_, known.question()->value, step->own_columns));
  } else if (outcome == Outcome::kRecord) {
    MILLRACE_ASSIGN_OR_RETURN(step->shape, finish_shape(context_, record));
  }
  return std::unique_ptr<const ShapeStep>(std::move(step));
}

}  // namespace millrace::encode

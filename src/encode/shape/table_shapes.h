#pragma once

// The shapes of a table's records, compiled when the first record of a kind comes. Where transforms ask the row (a topic
// from a column), the way to a shape is a tree: a question, and for each answer seen the next question or the shape.
//
// Shared by all threads that encode rows of the table; what it hands out lives as long as the table's plan.

#include <array>
#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "encode/shape/finished_shape.h"
#include "encode/shape/initial_shape.h"
#include "encode/shape/transform_chain.h"
#include "millrace/base/result.h"

namespace millrace::encode {

struct ShapeStep {
  // One of the three.
  bool is_dropped = false;
  std::string notice;  // for the log, once, when a record is left out
  mutable std::atomic<bool> is_noticed{false};
  std::unique_ptr<const FinishedShape> shape;
  PrintField question;
  Answers::Asked asked = Answers::Asked::kText;

  RecordKind kind = RecordKind::kCreate;
  std::vector<Answer> answers;  // that led here
  std::deque<ColumnPlan> own_columns;
  mutable std::shared_mutex mutex;
  mutable std::unordered_map<std::string, std::unique_ptr<const ShapeStep>> next;  // by answer
};

class TableShapes {
 public:
  // The references outlive the object.
  TableShapes(const TablePlan::Impl& plan, const EncoderOptions& options,
              std::vector<change::ColumnTreatment> treatments);
  ~TableShapes();

  // Errors are definite: what Connect would throw for the first such record.
  Result<const ShapeStep*> first(RecordKind kind) const;
  Result<const ShapeStep*> next(const ShapeStep& step, const Answer& answer) const;

 private:
  Result<std::unique_ptr<const ShapeStep>> compile(RecordKind kind,
                                                   std::vector<Answer> answers) const;

  std::vector<change::ColumnTreatment> treatments_;
  ShapeContext context_;
  mutable std::mutex mutex_;
  mutable std::array<std::atomic<const ShapeStep*>, kRecordKinds> first_{};
};

}  // namespace millrace::encode

#include "millrace/pipeline/memory_budget.h"

#include "millrace/base/assert.h"
#include "millrace/base/mark.h"

namespace millrace::pipeline {

std::size_t MemoryBudget::used_bytes() const {
  const std::lock_guard lock(mutex_);
  return used_bytes_;
}

MemoryBudget::Share::~Share() {
  dequeue(queued_);
  give(held_);
}

bool MemoryBudget::Share::take(std::size_t bytes) {
  if (budget_ == nullptr) return true;
  std::unique_lock lock(budget_->mutex_);
  const auto may_go = [&] {
    return is_stopped_ || queued_ == 0 || budget_->used_bytes_ + bytes <= budget_->limit_bytes_;
  };
  if (!may_go()) {
    MILLRACE_MARK("memory_is_scarce");
    budget_->room_.wait(lock, may_go);
  }
  if (is_stopped_) return false;
  queued_ += bytes;
  budget_->used_bytes_ += bytes;
  return true;
}

void MemoryBudget::Share::change(std::size_t from, std::size_t to) {
  if (budget_ == nullptr || from == to) return;
  const std::lock_guard lock(budget_->mutex_);
  MILLRACE_ASSERT(from <= queued_, "a share changes what it has queued");
  queued_ = queued_ - from + to;
  budget_->used_bytes_ = budget_->used_bytes_ - from + to;
  budget_->room_.notify_all();
}

void MemoryBudget::Share::dequeue(std::size_t bytes) {
  if (budget_ == nullptr || bytes == 0) return;
  const std::lock_guard lock(budget_->mutex_);
  MILLRACE_ASSERT(bytes <= queued_, "a share takes out what it has queued");
  queued_ -= bytes;
  held_ += bytes;
  budget_->room_.notify_all();
}

void MemoryBudget::Share::add(std::size_t bytes) {
  if (budget_ == nullptr) return;
  const std::lock_guard lock(budget_->mutex_);
  held_ += bytes;
  budget_->used_bytes_ += bytes;
}

void MemoryBudget::Share::give(std::size_t bytes) {
  if (budget_ == nullptr || bytes == 0) return;
  const std::lock_guard lock(budget_->mutex_);
  MILLRACE_ASSERT(bytes <= held_, "a share gives back what it holds");
  held_ -= bytes;
  budget_->used_bytes_ -= bytes;
  budget_->room_.notify_all();
}

bool MemoryBudget::Share::is_scarce() const {
  if (budget_ == nullptr) return false;
  const std::lock_guard lock(budget_->mutex_);
  return queued_ + held_ != 0 && budget_->used_bytes_ >= budget_->limit_bytes_;
}

void MemoryBudget::Share::stop() {
  if (budget_ == nullptr) return;
  const std::lock_guard lock(budget_->mutex_);
  is_stopped_ = true;
  budget_->room_.notify_all();
}

}  // namespace millrace::pipeline

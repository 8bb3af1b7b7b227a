#pragma once

// The envelope's `source` and `transaction`. Everything but the row's index is the same for all rows of an event, so it
// is printed once an event and copied for every row.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "encode/json_writer.h"
#include "encode/table_plan.h"
#include "millrace/change/change_event.h"

namespace millrace::encode {

class SourceBlock {
 public:
  // Makes head() and tail() those of `event`; cheap when they are already.
  void prepare(const change::ChangeEvent& event, const TablePlan::Impl& plan);

  std::string_view head() const { return head_; }  // ,"source":{ ... "row":
  std::string_view tail() const {
    return tail_;
  }  // ,"thread":16,"query":null},"transaction":null,"op":" or, with an order, up to "total_order":

  // For transforms. The object alone, before and after the row's index, and its members' values in the order of
  // source_fields(); the row's is empty. Worked out at the first call for an event.
  std::string_view object_head();
  std::string_view object_tail();
  std::string_view member(std::size_t index);

 private:
  // Everything that head and tail are printed from, by value: addresses may be used again.
  struct Origin {
    const TablePlan::Impl* plan = nullptr;
    std::uint64_t position = 0;
    std::int64_t instant_us = 0;
    std::uint32_t server_id = 0;
    std::uint32_t thread_id = 0;
    bool has_thread = false;
    bool has_order = false;
    friend bool operator==(const Origin&, const Origin&) = default;
  };

  void print(const change::ChangeEvent& event);
  void write_query();
  void split();

  Origin origin_;
  std::string gtid_, file_, id_, query_, snapshot_;
  std::string head_, tail_;
  bool is_split_ = false;
  std::string_view object_head_, object_tail_;  // of head_ and tail_
  std::vector<std::string_view> members_;
  JsonWriter writer_;
};

}  // namespace millrace::encode

#pragma once

// The DEFAULT of a column as its schema shows it: the catalog's literal as JSON, in the form of the column's values. Pure.

#include <string>

#include "encode/table_plan.h"

namespace millrace::encode {

// Empty where there is none, or none that is known: the defaults of expressions, and of binary data, whose literals the
// catalog doesn't give.
std::string default_json(const TablePlan::Impl& table, const ColumnPlan& plan,
                         const EncoderOptions& options);

}  // namespace millrace::encode

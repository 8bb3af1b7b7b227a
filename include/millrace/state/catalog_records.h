#pragma once

// A whole catalog as records of the state store: what a first start writes. A million tables are more than a list of
// records should hold, so they come in portions.
//
// Pure; an error of the callback ends it and is returned.

#include <functional>
#include <string_view>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/schema/catalog.h"
#include "millrace/state/source_state.h"

namespace millrace::state {

using WriteRecords = std::function<Status(const std::vector<StateRecord>&)>;

// Everything that `catalog` holds, a structure before its tables; then the deletions of what only `stored` holds, so that
// nothing is left of an earlier life of the source. A table whose structure is unknown is deleted.
Status write_catalog(std::string_view source, const schema::Catalog& catalog,
                     const schema::Catalog& stored, const WriteRecords& write);

}  // namespace millrace::state

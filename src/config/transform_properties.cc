// The properties of a source that name its transforms and predicates; what belongs to each is read by
// transforms_reader.cc.

#include "config/property_table.h"

namespace millrace::config {
namespace {

// Of the keys that no name in `list` owns.
Setter<SourceConfig> refuse_unowned(std::string_view list) {
  return [list](std::string_view, const std::string&, SourceConfig&) -> Status {
    return definite_error("belongs to none of the names in " + std::string(list));
  };
}

}  // namespace

PropertyTable<SourceConfig> transform_properties() {
  constexpr Support kYes = Support::kImplemented;
  return {
      {"transforms",
       kYes,
       "",
       "names of transforms, in the order in which records go through them: docs/transforms.md",
       {}},
      {"transforms.*", kYes, "",
       "`transforms.<name>.type` is the class; beside it the class's options, `predicate` and "
       "`negate`",
       refuse_unowned("transforms")},
      {"predicates", kYes, "", "names of predicates", {}},
      {"predicates.*", kYes, "",
       "`predicates.<name>.type` is the class; beside it the class's options",
       refuse_unowned("predicates")},
  };
}

}  // namespace millrace::config

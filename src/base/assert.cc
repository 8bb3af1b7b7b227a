#include "millrace/base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace millrace {

void assertion_failed(const char* expression, const char* message, const char* file,
                      int line) noexcept {
  std::fprintf(stderr, "bug: %s (%s) at %s:%d\n", message, expression, file, line);
  std::abort();
}

}  // namespace millrace

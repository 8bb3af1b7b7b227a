#include "daemon/heap.h"

#include <cstdlib>  // tells which library this is

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace millrace::daemon {

void keep_heap_small() {
#ifdef __GLIBC__
  constexpr int kArenas = 2;
  constexpr int kOfItsOwnFromBytes = 512 << 10;  // given back to the system as soon as it is freed
  constexpr int kFreeAtTopBytes = 4 << 20;
  mallopt(M_ARENA_MAX, kArenas);
  mallopt(M_MMAP_THRESHOLD, kOfItsOwnFromBytes);
  mallopt(M_TRIM_THRESHOLD, kFreeAtTopBytes);
#endif
}

void trim_heap() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

}  // namespace millrace::daemon

#pragma once

// What the process keeps of the memory that it has freed. Memory is taken by one thread and given back by another, up to a
// megabyte at a time and far more of it after an outage than before: with glibc's defaults the process would keep several
// times what it uses.

namespace millrace::daemon {

// At the start, before there are other threads: few arenas, and large blocks of their own.
void keep_heap_small();

// Gives the pages back that are free between what is used; what came with the last burst would stay otherwise. Takes
// milliseconds, in which who allocates waits.
void trim_heap();

}  // namespace millrace::daemon

// How the program's allocator, jemalloc, works; MALLOC_CONF in the environment wins.
//
// Buffers are taken by one thread and given back by another, up to megabytes at a time, and far more of them after an
// outage than before. A malloc that keeps what it gets (an arena a thread, holes between small blocks) would grow with
// every burst; one that gives back at once pays for each page again. Here free pages wait a fifth of a second for whoever
// needs them next, and a thread of the allocator's own then gives them back, whether or not anything is going on.

extern "C" {
extern const char* malloc_conf;
const char* malloc_conf = "narenas:1,dirty_decay_ms:200,muzzy_decay_ms:0,background_thread:true";
}

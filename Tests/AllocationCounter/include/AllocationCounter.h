#ifndef ALLOCATION_COUNTER_H
#define ALLOCATION_COUNTER_H

#include <stdint.h>

/// How many allocations the calling thread has made since the process began; 0 always where the C library is not glibc
/// or a sanitizer has its own allocator.
uint64_t allocation_count_of_this_thread(void);

/// Whether allocations are counted here.
int allocations_are_counted(void);

#endif

#include "AllocationCounter.h"

#if defined(__GLIBC__) || defined(__linux__)
#include <features.h>
#endif

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif

#if defined(__GLIBC__) && !defined(SANITIZED)

#include <errno.h>
#include <stddef.h>

static _Thread_local uint64_t allocation_count;

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

void *malloc(size_t size) {
    allocation_count += 1;
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    allocation_count += 1;
    return __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size) {
    allocation_count += 1;
    return __libc_realloc(memory, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    allocation_count += 1;
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
    allocation_count += 1;
    void *allocated = __libc_memalign(alignment, size);
    if (allocated == NULL) {
        return ENOMEM;
    }
    *memory = allocated;
    return 0;
}

uint64_t allocation_count_of_this_thread(void) { return allocation_count; }

int allocations_are_counted(void) { return 1; }

#else

uint64_t allocation_count_of_this_thread(void) { return 0; }

int allocations_are_counted(void) { return 0; }

#endif

// What Swift's modules for the C library leave out, or cannot be relied on for.
#include <stdint.h>
#include <sys/stat.h>

// How much memory the C library has given out.
#if defined(__linux__)
#include <malloc.h>
#endif

/// What the system tells of a file. Swift finds `struct stat` now in one module and now in another, by the order in which
/// it happens to load them, and refuses it in the wrong one.
struct file_status {
    uint64_t device;
    uint64_t number;
    uint64_t name_count;
    uint32_t mode;
    uint32_t user;
    uint32_t group;
};

static inline int file_status_take(int result, const struct stat *from, struct file_status *to) {
    if (result != 0) return result;
    to->device = (uint64_t)from->st_dev;
    to->number = (uint64_t)from->st_ino;
    to->name_count = (uint64_t)from->st_nlink;
    to->mode = (uint32_t)from->st_mode;
    to->user = (uint32_t)from->st_uid;
    to->group = (uint32_t)from->st_gid;
    return 0;
}

static inline int file_status_of_descriptor(int descriptor, struct file_status *status) {
    struct stat found;
    return file_status_take(fstat(descriptor, &found), &found, status);
}

/// Of a symbolic link itself, unless `follows` is set.
static inline int file_status_of_path(const char *path, int follows, struct file_status *status) {
    struct stat found;
    return file_status_take(follows ? stat(path, &found) : lstat(path, &found), &found, status);
}

/// The resolver, by the name that each system's library has for it. Its own header would bring structures of the C
/// library into this module, where Swift would find them instead of where they belong.
#if defined(__APPLE__)
extern int resolver_query(const char *, int, int, unsigned char *, int) __asm("_res_9_query");
extern int h_errno;
#define resolver_error h_errno
#else
extern int resolver_query(const char *, int, int, unsigned char *, int) __asm__("res_query");
extern int *resolver_error_location(void) __asm__("__h_errno_location");
#define resolver_error (*resolver_error_location())
#endif

/// The name does not exist, or has no service record.
#define SERVICE_RECORD_NONE (-1)
/// No name server has said either.
#define SERVICE_RECORD_UNKNOWN (-2)

/// Asks the name servers for the service records of `name`. Returns how many bytes of `answer` they have filled.
static inline int service_record_query(const char *name, unsigned char *answer, int capacity) {
    const int class_internet = 1, type_service = 33, host_not_found = 1, no_data = 4;
    int count = resolver_query(name, class_internet, type_service, answer, capacity);
    if (count >= 0) return count < capacity ? count : capacity;
    int error = resolver_error;
    return error == host_not_found || error == no_data ? SERVICE_RECORD_NONE : SERVICE_RECORD_UNKNOWN;
}

/// The processors that a thread is bound to, as bits. The C library hides it behind a macro that would change what else
/// its headers declare.
#if defined(__linux__)
extern int thread_affinity(int thread, unsigned long size, unsigned long *bits) __asm__("sched_getaffinity");
#endif

/// How many processors the calling thread is bound to; 0 where the system does not say, or has more than 1,024.
static inline int bound_processor_count(void) {
    int count = 0;
#if defined(__linux__)
    unsigned long bits[1024 / 8 / sizeof(unsigned long)] = {0};
    if (thread_affinity(0, sizeof bits, bits) != 0) return 0;
    for (unsigned index = 0; index < sizeof bits / sizeof *bits; index++) count += __builtin_popcountl(bits[index]);
#endif
    return count;
}

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

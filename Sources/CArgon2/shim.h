// The reference implementation of Argon2, as Debian's libargon2-dev brings it.
#include <argon2.h>

/// The library's function for a context, by a name of whole words.
static inline int argon2_hash_context(argon2_context *context, argon2_type type) {
    return argon2_ctx(context, type);
}

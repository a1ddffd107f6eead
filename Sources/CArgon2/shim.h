// The reference implementation of Argon2, as Debian's libargon2-dev brings it.
#include <argon2.h>

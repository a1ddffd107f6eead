// How much memory the C library has given out: a header of its own, which Swift's modules for Linux leave out.
#if defined(__linux__)
#include <malloc.h>
#endif

/* clock.h - the time that goes by.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_GEN_CLOCK_H
#define EMBED_GEN_CLOCK_H

#include <stdint.h>
#include <time.h>

/** Nanoseconds of CLOCK_MONOTONIC. */
static inline uint64_t
eg_clock_ns(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/** The milliseconds since a time that eg_clock_ns() gave. */
static inline double
eg_clock_ms_since(uint64_t begin_ns)
{
    return (double)(eg_clock_ns() - begin_ns) / 1e6;
}

#endif /* EMBED_GEN_CLOCK_H */

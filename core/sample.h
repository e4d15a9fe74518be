/* sample.h - which of an extension's calls are timed, as reading the clock
 * takes as long as a short call.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CORE_SAMPLE_H
#define EMBED_CORE_SAMPLE_H

#include <stdbool.h>
#include <stdint.h>

/* Of so many short calls one is timed. */
#define EC_SAMPLE_EACH    32u
#define EC_SAMPLE_LONG_NS 5000u

/** How many calls a call stands for; 0: it is not timed.
 *  @param n        calls before it
 *  @param is_long  the last one that was timed was */
static inline uint64_t
ec_sample_weight(uint64_t n, bool is_long)
{
    return is_long ? 1 : n % EC_SAMPLE_EACH == 0 ? EC_SAMPLE_EACH : 0;
}

/** Are calls that take as long worth timing each? */
static inline bool
ec_sample_is_long(uint64_t ns)
{
    return ns > EC_SAMPLE_LONG_NS;
}

#endif /* EMBED_CORE_SAMPLE_H */

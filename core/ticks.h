/* ticks.h - a clock that is cheap enough to be read three times for each call.
 *
 * The processor's own counter where the kernel keeps its time by it, for then
 * it counts at one rate and is the same on all processors; else CLOCK_MONOTONIC.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CORE_TICKS_H
#define EMBED_CORE_TICKS_H

#include <stdbool.h>
#include <stdint.h>

#if defined(__x86_64__) || defined(__i386__)
# include <x86intrin.h>
#endif

#include "core/lock.h"

/** Is the processor's counter good?  Constant after ec_ticks_init(); before, the
 *  other clock is read. */
extern bool ec_ticks_are_cpus;

/** Chooses the clock.  No call is timed yet. */
void ec_ticks_init(void);

/** How many nanoseconds a number of ticks are.  Takes a millisecond once. */
uint64_t ec_ticks_ns(uint64_t ticks);

/** Now, from an unknown start. */
static inline uint64_t
ec_ticks_now(void)
{
#if defined(__x86_64__) || defined(__i386__)
    if (__builtin_expect(ec_ticks_are_cpus, 1)) {
        return __rdtsc();
    }
#elif defined(__aarch64__)
    if (__builtin_expect(ec_ticks_are_cpus, 1)) {
        uint64_t now = 0;
        __asm__ volatile("mrs %0, cntvct_el0" : "=r"(now));
        return now;
    }
#endif
    return ec_now_ns();
}

/** From one moment to a later one.  Counters of two processors may differ by a
 *  little. */
static inline uint64_t
ec_ticks_between(uint64_t begin, uint64_t end)
{
    uint64_t ticks = end - begin;
    return (int64_t)ticks < 0 ? 0 : ticks;
}

#endif /* EMBED_CORE_TICKS_H */

/* ticks.c - a clock that is cheap enough to be read three times for each call.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/ticks.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* How long the rate is measured: reading both clocks takes some 50 ns, so it
 * is right to 0.01 %. */
#define MEASURE_NS 1000000u
/* How often both clocks are read for one pair: the pair that took least counts,
 * as the thread may have to wait in between. */
#define PAIR_TRIES 8

/* Both clocks at one moment. */
typedef struct pair {
    uint64_t ticks, ns;
} pair;

bool ec_ticks_are_cpus;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static double ns_per_tick; /* constant after rate_measure() */

#if defined(__x86_64__) || defined(__i386__)
/* The kernel compares the counters of all processors as long as it runs, and
 * takes another clock when they disagree. */
static bool
cpus_are_good(void)
{
    char name[16] = "";
    FILE *in = fopen("/sys/devices/system/clocksource/clocksource0/"
                     "current_clocksource",
                     "re");
    bool ok = in != NULL && fgets(name, sizeof name, in) != NULL &&
              strcmp(name, "tsc\n") == 0;
    if (in != NULL) {
        (void)fclose(in);
    }
    return ok;
}
#elif defined(__aarch64__)
/* One counter for all processors, at a fixed rate.  Source: Arm Architecture
 * Reference Manual for A-profile, D12 "The Generic Timer". */
static bool
cpus_are_good(void)
{
    return true;
}
#else
static bool
cpus_are_good(void)
{
    return false;
}
#endif

void
ec_ticks_init(void)
{
    ec_ticks_are_cpus = cpus_are_good();
}

static pair
pair_read(void)
{
    pair best = {0, 0};
    uint64_t least = UINT64_MAX;
    for (int i = 0; i < PAIR_TRIES; i++) {
        uint64_t begin = ec_ticks_now();
        uint64_t ns = ec_now_ns();
        uint64_t took = ec_ticks_between(begin, ec_ticks_now());
        if (took < least) {
            least = took;
            best = (pair){begin + took / 2, ns};
        }
    }
    return best;
}

static void
rate_measure(void)
{
    ns_per_tick = 1;
    if (ec_ticks_are_cpus) {
        pair first = pair_read();
        pair last = first;
        while (last.ns - first.ns < MEASURE_NS || last.ticks <= first.ticks) {
            last = pair_read();
        }
        ns_per_tick =
            (double)(last.ns - first.ns) / (double)(last.ticks - first.ticks);
    }
}

uint64_t
ec_ticks_ns(uint64_t ticks)
{
    (void)pthread_once(&once, rate_measure);
    return (uint64_t)((double)ticks * ns_per_tick);
}

/* stats.h - time, memory, and the samples of one measurement.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_BENCH_STATS_H
#define EMBED_BENCH_STATS_H

#include <stddef.h>

/** Most samples kept of one measurement; later ones are dropped. */
#define BENCH_SAMPLES 512

/** Samples in the order they came; all zero: none yet. */
typedef struct bench_samples {
    double value[BENCH_SAMPLES];
    size_t n;
} bench_samples;

/** Returns a monotonic time. */
double bench_now_ns(void);

/** Returns the memory that is this process's own, or 0 when unknown. */
long bench_private_kb(void);

void bench_samples_add(bench_samples *s, double value);

/** Returns the smallest sample; 0 when there is none. */
double bench_samples_min(const bench_samples *s);

/** Returns the median; 0 when there is no sample. */
double bench_samples_median(const bench_samples *s);

#endif /* EMBED_BENCH_STATS_H */

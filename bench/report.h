/* report.h - the results of a run, as tables and as JSON.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_BENCH_REPORT_H
#define EMBED_BENCH_REPORT_H

#include <stdio.h>

#include "bench/bench.h"
#include "bench/further.h"
#include "bench/inside.h"
#include "bench/stats.h"

/** All that a run comes to. */
typedef struct bench_results {
    const char *python; /* "3.13.0", "PyPy 7.3.11" */
    size_t rounds;
    bool has[BENCH_VARIANTS];
    bench_samples calls[BENCH_PLACES][BENCH_FNS][BENCH_VARIANTS]; /* ns; of
                           two threads together, so lower than for one */
    bench_samples first[BENCH_VARIANTS];                          /* ms */
    bench_samples second[BENCH_VARIANTS];                         /* ms */
    long first_kb[BENCH_VARIANTS];
    bench_mark further[BENCH_VARIANTS][BENCH_MARKS];
    bench_inside inside;
} bench_results;

/** Prints the tables. */
void bench_report_print(FILE *out, const bench_results *r);

/** Prints one JSON object. */
void bench_report_json(FILE *out, const bench_results *r);

#endif /* EMBED_BENCH_REPORT_H */

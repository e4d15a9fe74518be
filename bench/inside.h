/* inside.h - what operations of ffi and lib cost inside Python.
 *
 * One plug-in times itself: inside/inside.py, built by libembed and by CFFI.
 *
 * Threads: the main thread only.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_BENCH_INSIDE_H
#define EMBED_BENCH_INSIDE_H

#include <stdio.h>

#include "bench/modules.h"
#include "bench/stats.h"

/** Most operations that are measured. */
#define BENCH_INSIDE_ROWS 80

/** Times of all operations. */
typedef struct bench_inside {
    size_t n;
    char name[BENCH_INSIDE_ROWS][32];
    bench_samples ns[BENCH_INSIDE_ROWS][BENCH_VARIANTS]; /* of one operation;
                                          libembed and CFFI only */
} bench_inside;

/**
 * Measures the operations for some time, the variants in turn.
 *
 * @param modules  open; CFFI is left out where it is.
 *
 * Returns:  false, and a message on stderr, when a library does not work.
 */
bool bench_inside_run(const bench_paths *paths, const bench_modules *modules,
                      double seconds, bench_inside *out);

/** Prints the table. */
void bench_inside_print(FILE *out, const bench_inside *r);

/** Prints the elements of a JSON array. */
void bench_inside_json(FILE *out, const bench_inside *r);

#endif /* EMBED_BENCH_INSIDE_H */

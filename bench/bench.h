/* bench.h - what is measured: the variants, the functions, the places.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_BENCH_BENCH_H
#define EMBED_BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>

#include "bench/plugin.h"

/** Ways to get from C into Python.  ORDER(variant): variant_names. */
enum bench_variant {
    BENCH_HELD,       /* hand-written C API, the GIL held all the time */
    BENCH_FLOOR,      /* hand-written, cached thread state, own GIL */
    BENCH_EMBED,      /* libembed */
    BENCH_EMBED_HELD, /* libembed, between embed_hold() and embed_release() */
    BENCH_EMBED_COUNTED, /* libembed, while embed_count() is on */
    BENCH_CFFI,          /* CFFI embedding */
    BENCH_VARIANTS
};

/** The functions of plugin.h.  ORDER(fn): fn_names. */
enum bench_fn {
    BENCH_NOP,
    BENCH_ADD,
    BENCH_HALF,
    BENCH_LEN,
    BENCH_SUM,
    BENCH_TRIP,
    BENCH_FNS
};

/** Who calls.  ORDER(place): place_names. */
enum bench_place {
    BENCH_MAIN,       /* the main thread */
    BENCH_THREAD,     /* one pthread */
    BENCH_TWO_TO_TWO, /* two pthreads, an extension each */
    BENCH_TWO_TO_ONE, /* two pthreads, one extension */
    BENCH_PLACES
};

/** The measured functions of one loaded extension. */
typedef struct bench_api {
    void (*nop)(void);
    int (*add)(int a, int b);
    double (*half)(double x);
    int (*len)(const char *text);
    int (*sum)(bench_point *p);
    int (*trip)(int n);
    void (*enter)(void); /* called once before a batch; may be NULL */
    void (*leave)(void); /* called once after it; may be NULL */
} bench_api;

#endif /* EMBED_BENCH_BENCH_H */

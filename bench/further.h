/* further.h - first calls and further interpreters, measured in processes of
 * their own.
 *
 * A process starts Python once, so the parent runs its own program again with
 * other arguments and reads what the child prints.
 *
 * Threads: the main thread only.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_BENCH_FURTHER_H
#define EMBED_BENCH_FURTHER_H

#include "bench/bench.h"
#include "bench/modules.h"

/** How many numbers of further interpreters are looked at. */
#define BENCH_MARKS 4

/** What the first call of a process takes. */
typedef struct bench_first {
    double call_ms;
    double second_ms; /* first call of a second extension */
    long private_kb;  /* of the process, after both */
} bench_first;

/** The state of things after `count` further interpreters. */
typedef struct bench_mark {
    size_t count;      /* 0: not reached */
    double least_ms;   /* to create one, minimum of the last up to ten */
    double create_ms;  /* their median */
    double private_kb; /* for each further one */
    double oldest_ns;  /* a call of the first extension, minimum */
    double newest_ns;  /* a call of the last extension, minimum */
} bench_mark;

/** Measures the first call in a new process.  Returns false when it fails. */
bool bench_first_run(const bench_paths *paths, enum bench_variant v,
                     bench_first *out);

/**
 * Measures `count` further interpreters in a new process, from
 * DIR/VARIANT_000.so and up in the directory "many" of its libraries.
 *
 * Returns:  false when the process fails.
 */
bool bench_further_run(const bench_paths *paths, enum bench_variant v,
                       size_t count, bench_mark out[BENCH_MARKS]);

/**
 * The child's side: does what the arguments ask for.
 *
 * Returns:  its exit status, or -1 when they ask for nothing of this file.
 */
int bench_child_main(int argc, char **argv);

#endif /* EMBED_BENCH_FURTHER_H */

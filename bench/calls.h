/* calls.h - batches of calls of one function.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_BENCH_CALLS_H
#define EMBED_BENCH_CALLS_H

#include "bench/bench.h"

/**
 * Finds the measured functions in a loaded library.
 *
 * @param library  from dlopen().
 * @param prefix   of the symbols, such as "bench_".
 *
 * Returns:  false when one is missing.
 */
bool bench_api_find(void *library, const char *prefix, bench_api *out);

/**
 * Finds one symbol and stores it in the function pointer at `out`.
 *
 * Returns:  false when there is none; *out is then untouched.
 */
bool bench_symbol_find(void *library, const char *name, void *out);

/** Calls `fn` `calls` times.  Returns false when a result was wrong. */
bool bench_calls_run(const bench_api *api, enum bench_fn fn, size_t calls);

#endif /* EMBED_BENCH_CALLS_H */

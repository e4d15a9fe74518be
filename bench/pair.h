/* pair.h - two long-lived threads that run batches of calls on request.
 *
 * They live as long as the process, so each has its cached thread states, as
 * the threads of a real host do.
 *
 * Threads: the main thread only.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_BENCH_PAIR_H
#define EMBED_BENCH_PAIR_H

#include "bench/bench.h"

/** Starts the threads.  Returns false when the system refuses. */
bool bench_pair_start(void);

/**
 * Runs `calls` calls of `fn` on the first thread, in `first`, and, unless
 * `second` is NULL, at the same time as many on the second, in `second`.
 *
 * A tenth as many calls go before them.
 *
 * @param ns  set to the time from the first call to the last.
 *
 * Returns:  false when a result was wrong.
 */
bool bench_pair_run(const bench_api *first, const bench_api *second,
                    enum bench_fn fn, size_t calls, double *ns);

#endif /* EMBED_BENCH_PAIR_H */

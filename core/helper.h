/* helper.h - threads of libembed's own.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CORE_HELPER_H
#define EMBED_CORE_HELPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * Starts a detached thread with all signals blocked: the host's handlers do not
 * run on it.
 *
 * @param stack_size  bytes; 0: as the host's threads have
 *
 * Returns 0 or an errno value.
 */
int ec_helper_start(void *(*run)(void *arg), void *arg, size_t stack_size);

/**
 * Calls `job(arg)` on such a thread and waits for its end, for some time.
 *
 * @param drop  frees `arg` when that belongs to nobody else any more
 *
 * Returns:  true: it is done, and `arg` is the caller's again; false: it is not,
 *           or could not be started, and `arg` is not the caller's.
 */
bool ec_helper_run(void (*job)(void *arg), void *arg, void (*drop)(void *arg),
                   uint64_t deadline_ns);

#endif /* EMBED_CORE_HELPER_H */

/* helper.h - threads of libembed's own.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CORE_HELPER_H
#define EMBED_CORE_HELPER_H

#include <stddef.h>

/**
 * Starts a detached thread with all signals blocked: the host's handlers do not
 * run on it.
 *
 * @param stack_size  bytes; 0: as the host's threads have
 *
 * Returns 0 or an errno value.
 */
int ec_helper_start(void *(*run)(void *arg), void *arg, size_t stack_size);

#endif /* EMBED_CORE_HELPER_H */

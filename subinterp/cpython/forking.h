/* forking.h - interpreters across fork().
 *
 * Before: the gates of all interpreters are shut and calls in flight get a
 * moment to finish; then the forking thread holds the main interpreter's GIL,
 * so that the runtime is whole.  After, in the child: interpreters that nobody
 * was inside go on; the others are lost and made anew on their next call (R11,
 * C12).  Never PyOS_AfterFork_Child(): it crashes with live subinterpreters.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_FORKING_H
#define EMBED_SUBINTERP_CPYTHON_FORKING_H

#include <stddef.h>
#include <stdint.h>

#include "core/lock.h"

/* What one of them locks another unlocks, for fork() lies between. */
void es_fork_prepare(void *const *insts, size_t n,
                     uint64_t deadline_ns) EC_UNCHECKED;
void es_fork_lock(void) EC_UNCHECKED;
void es_fork_parent(void *const *insts, size_t n) EC_UNCHECKED;
void es_fork_child(void *const *insts, size_t n,
                   void (*lost)(void *inst)) EC_UNCHECKED;

#endif /* EMBED_SUBINTERP_CPYTHON_FORKING_H */

/* forking.h - interpreters across fork().
 *
 * Before: the gates of all interpreters are shut and calls in flight get a
 * moment to finish.  Then the GILs of all interpreters in which threads may run
 * are held over the fork: main's by the forking thread, the others by a thread
 * of libembed's for each.  So the child finds every interpreter between two
 * steps of Python code, whatever threads did in it.  After, in the child: the
 * GILs are made new, and all goes on with the state it had; only an interpreter
 * in which C code kept the GIL is lost (R11, C12).  Never
 * PyOS_AfterFork_Child(): it crashes with live subinterpreters.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_FORKING_H
#define EMBED_SUBINTERP_CPYTHON_FORKING_H

#include <stddef.h>
#include <stdint.h>

#include "core/lock.h"
#include "core/slot.h"

/* ec_backend.fork_prepare and so on.  What one of them locks another unlocks,
 * for fork() lies between. */
void es_fork_prepare(uint64_t deadline_ns) EC_UNCHECKED;
void es_fork_lock(void) EC_UNCHECKED;
void es_fork_parent(void) EC_UNCHECKED;
void es_fork_child(void (*lost)(ec_slot *slot)) EC_UNCHECKED;

#endif /* EMBED_SUBINTERP_CPYTHON_FORKING_H */

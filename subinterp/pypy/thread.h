/* thread.h - what the PyPy backend knows of each thread: its stack, and whether
 * it is in a call.
 *
 * PyPy keeps its own state of a thread.  But it trusts sys.getrecursionlimit()
 * to fit every thread's stack, and crashes where it does not (C13's trap in
 * PyPy's form): so the limit follows the smallest stack that came in.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_PYPY_THREAD_H
#define EMBED_SUBINTERP_PYPY_THREAD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/err.h"
#include "core/lock.h"
#include "core/stack.h"

/** Made on a thread's first call. */
typedef struct pp_thread {
    _Atomic unsigned inside; /* calls in flight; written by its thread only */
    ec_stack stack;
    struct pp_thread *next; /* guarded by: threads lock */
} pp_thread;

/** This thread's record, or NULL before the first call. */
extern __thread pp_thread *pp_self;

/** Makes the record.  EMBED_OK; EMBED_E_STACK: too little for Python;
 *  EMBED_E_NOMEM. */
embed_status pp_thread_make(ec_err *err);

/** Waits until no other thread is in a call; false when time is up. */
bool pp_threads_drain(uint64_t deadline_ns);

/** Around fork(): nobody changes the list. */
void pp_threads_lock(void) EC_UNCHECKED;
void pp_threads_unlock(void) EC_UNCHECKED;
/** In a fork child, instead of unlocking: forgets all other threads. */
void pp_threads_after_fork(void) EC_UNCHECKED;

#endif /* EMBED_SUBINTERP_PYPY_THREAD_H */

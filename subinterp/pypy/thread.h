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

/** Made on a thread's first call. */
typedef struct pp_thread {
    _Atomic unsigned inside; /* calls in flight; written by its thread only */
    uintptr_t stack_low;     /* lowest address of its stack */
    size_t stack_reserve;    /* bytes to keep free above it; 0: unknown stack */
    struct pp_thread *next;  /* guarded by: threads lock */
} pp_thread;

/** This thread's record, or NULL before the first call. */
extern __thread pp_thread *pp_self;

/** Makes the record.  EMBED_OK; EMBED_E_STACK: too little for Python;
 *  EMBED_E_NOMEM. */
embed_status pp_thread_make(ec_err *err);

/** Is too little stack left for another call?  Addresses outside of the
 *  thread's own stack (coroutines) cannot be judged and pass. */
static inline bool
pp_stack_is_low(const pp_thread *thread)
{
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    return here - thread->stack_low < thread->stack_reserve;
}

/** Waits until no other thread is in a call; false when time is up. */
bool pp_threads_drain(uint64_t deadline_ns);

/** Around fork(): nobody changes the list. */
void pp_threads_lock(void) EC_UNCHECKED;
void pp_threads_unlock(void) EC_UNCHECKED;
/** In a fork child, instead of unlocking: forgets all other threads. */
void pp_threads_after_fork(void) EC_UNCHECKED;

#endif /* EMBED_SUBINTERP_PYPY_THREAD_H */

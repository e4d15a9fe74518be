/* control.h - what a host can do about running code: hold, interrupt, set
 * deadlines.
 *
 * An interrupt is an asynchronous exception (PyThreadState_SetAsyncExc) in all
 * threads that are in a call.  It is marked in their es_state, too: whoever
 * leaves a call takes back what has not been raised by then, so that it cannot
 * reach the next one.
 *
 * Only a call that has a deadline pays for that: a bit of the gate, or of the
 * thread, sends it through the slow path.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_CONTROL_H
#define EMBED_SUBINTERP_CPYTHON_CONTROL_H

#include "subinterp/cpython/thread.h"

/** A call in flight that has a deadline; on its stack. */
typedef struct es_watch {
    uint64_t expires_ns;           /* CLOCK_MONOTONIC; 0: not watched */
    es_state *state;               /* of the call */
    struct es_watch *next, **link; /* guarded by: the watch lock; NULL link:
                                     has expired */
} es_watch;

/** Starts the time of a call that has just been entered, if it has any. */
void
es_watch_begin(es_watch *watch, const es_inst *inst, const es_entry *entry);

/** Ends it, attached. */
void es_watch_end(es_watch *watch);

/** ec_backend.hold, unhold, interrupt, deadline, thread_deadline; arg:
 *  es_inst */
embed_status es_hold(void *arg, ec_err *err);
embed_status es_unhold(const ec_slot *slot, ec_err *err);
embed_status es_interrupt(void *arg, uint64_t deadline_ns, ec_err *err);
void es_deadline(void *arg);
uint64_t es_thread_deadline(uint64_t limit_ns);

/** At the end of a thread: lets go of what it holds. */
void es_holds_drop(void);

/** In a fork child. */
void es_control_after_fork(void);

/** Makes time.sleep() of the interpreter end when it is interrupted.  0, or -1
 *  with an exception set. */
int es_sleep_install(void);

#endif /* EMBED_SUBINTERP_CPYTHON_CONTROL_H */

/* control.h - what a host can do about running code: hold and interrupt.
 *
 * An interrupt is an asynchronous exception (PyThreadState_SetAsyncExc) in all
 * threads that are in a call.  It is marked in their es_state, too: whoever
 * leaves a call takes back what has not been raised by then, so that it cannot
 * reach the next one.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_CONTROL_H
#define EMBED_SUBINTERP_CPYTHON_CONTROL_H

#include "subinterp/cpython/thread.h"

/** Interrupts one call whose time is up, if it is still in flight.
 *  @param call  its number; see es_state.watched
 *  @param all   also in the middle of an import
 *  Returns false when it must be tried again. */
bool es_interrupt_call(es_interp *interp, const es_state *state, uint64_t call,
                       bool all);

/** ec_backend.hold, unhold, interrupt; arg: es_inst */
embed_status es_hold(void *arg, ec_err *err);
embed_status es_unhold(const ec_slot *slot, ec_err *err);
embed_status es_interrupt(void *arg, uint64_t deadline_ns, ec_err *err);

/** Lets go of the GIL that a hold has attached on this thread, and of no other,
 *  for the time of a fork.  Returns what es_hold_attach() takes; NULL: there is
 *  none. */
void *es_hold_detach(void);
void es_hold_attach(void *held);

/** At the end of a thread: gives up the calls that it was in, of which nothing
 *  is left; then lets go of what it holds. */
void es_calls_drop(const es_thread *thread);
void es_holds_drop(void);

/** The state that this thread's innermost hold has attached; NULL: none. */
PyThreadState *es_held_now(void);

/** Forgets that a state was to be interrupted. */
void es_interrupt_drop(es_state *state);

/** In a fork child. */
void es_control_after_fork(void);

/** Makes time.sleep() of the interpreter end when it is interrupted.  0, or -1
 *  with an exception set. */
int es_sleep_install(void);

#endif /* EMBED_SUBINTERP_CPYTHON_CONTROL_H */

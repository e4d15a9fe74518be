/* deadline.h - calls that may take only so long.
 *
 * Only a call that has a deadline pays for that: a bit of the gate, or of the
 * thread, sends it through the slow path.
 *
 * A thread looks at the clock for the calls of one interpreter, and interrupts
 * them: it is there before the call begins, so that nothing is needed when the
 * time is up, and it waits for no GIL but that of the calls.  It ends with the last
 * call; where one call follows the other, a moment later.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_DEADLINE_H
#define EMBED_SUBINTERP_CPYTHON_DEADLINE_H

#include "subinterp/cpython/thread.h"

/** Starts the time of a call that has just been entered, if it has any.
 *  @param out_watched  set when it has, and the other two must follow
 *  Returns EMBED_OK; EMBED_E_NOMEM: nobody can look after it. */
embed_status es_watch_begin(const es_inst *inst, const es_entry *entry,
                            bool *out_watched, ec_err *err);

/** Ends it, attached. */
void es_watch_end(es_state *state);

/** After the call has been left: ends the thread that looked after it. */
void es_watch_settle(const es_interp *interp);

/** ec_backend.deadline, thread_deadline; arg: es_inst */
void es_deadline(void *arg);
uint64_t es_thread_deadline(uint64_t limit_ns);

/** In a fork child: there are no watching threads.  When everything else is in
 *  order again: calls of this thread that have a deadline keep it. */
void es_deadline_after_fork(void);
void es_deadline_resume(void);

#endif /* EMBED_SUBINTERP_CPYTHON_DEADLINE_H */

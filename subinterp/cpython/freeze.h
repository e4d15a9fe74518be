/* freeze.h - thread states are made, but not during a fork().
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_FREEZE_H
#define EMBED_SUBINTERP_CPYTHON_FREEZE_H

#include "subinterp/cpython/interp.h"

/** A new state of this thread in `interp`; the gilstate slot is as before.
 *  NULL: out of memory, or the interpreter ends. */
PyThreadState *es_tstate_new(es_interp *interp);

/** Waits for all es_tstate_new() that did not see es_interp.is_ending. */
void es_tstates_wait(void);

/** Before a fork(): from here on until es_thaw() other threads wait, without a
 *  GIL, where they would make a thread state, enter at a gate that is shut for
 *  the fork, or enter without a gate.  Who is inside may go on. */
void es_freeze(void);
/** On a thread that helps the one that froze. */
void es_freeze_exempt(void);
/** Ends it, on the thread that froze; gates are open again. */
void es_thaw(void);
/** The same in the child. */
void es_thaw_after_fork(void);

/** Does this thread have to wait? */
bool es_is_frozen_here(void);
/** Waits until it has not, without any GIL. */
void es_frozen_wait(void);
/** Is this thread the one that froze, or one that helps it? */
bool es_freeze_is_exempt(void);

/** Once, before all of this. */
void es_freeze_init(void);

#endif /* EMBED_SUBINTERP_CPYTHON_FREEZE_H */

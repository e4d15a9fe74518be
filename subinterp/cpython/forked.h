/* forked.h - the first entry into an interpreter in a fork child.
 *
 * Only the thread that forked is in the child.  Whoever enters an interpreter
 * first drops the states of the others and tells Python; until that is done,
 * other threads wait.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_FORKED_H
#define EMBED_SUBINTERP_CPYTHON_FORKED_H

#include "subinterp/cpython/interp.h"

/** Has os.register_at_fork() remember what is to be called in a child: CPython
 *  keeps it to itself.  Attached; before other modules are imported.  0, or -1
 *  with an exception set. */
int es_forked_watch(es_interp *interp);

/** In the child, which has only this thread: the next entry is the first. */
void es_forked_mark(es_interp *interp);

/** The same, once for all interpreters. */
void es_forked_init(void);

embed_status es_forked_settle_slow(es_interp *interp, ec_err *err);

/** Does what the first entry has to do, attached.  EMBED_OK; EMBED_E_FORK: a
 *  thread that is not in this process keeps the import lock. */
static inline embed_status
es_forked_settle(es_interp *interp, ec_err *err)
{
    return atomic_load_explicit(&interp->is_forked, memory_order_acquire)
               ? es_forked_settle_slow(interp, err)
               : EMBED_OK;
}

/** Does some thread hold the lock of all imports?  Attached. */
bool es_import_is_locked(void);

/** Is a thread state that of a thread that a fork left behind?  Attached, or
 *  the only thread. */
bool es_forked_is_gone(es_interp *interp, PyThreadState *tstate);

#endif /* EMBED_SUBINTERP_CPYTHON_FORKED_H */

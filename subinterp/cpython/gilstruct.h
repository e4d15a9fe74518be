/* gilstruct.h - CPython's GIL, seen from outside.
 *
 * A GIL consists of mutexes and condition variables.  Threads that wait for it
 * at a fork() leave those in a state that nobody in the child undoes, so the
 * first thread that lets go of the GIL, or takes it, would hang.  CPython makes
 * it new in PyOS_AfterFork_Child(), which cannot be called with live
 * subinterpreters and does not export the part that does it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_GILSTRUCT_H
#define EMBED_SUBINTERP_CPYTHON_GILSTRUCT_H

#include "subinterp/cpython/py.h"

/** Finds where an interpreter has its GIL; once for the process.  Attached to
 *  main, or to an interpreter with a GIL of its own, by its initial thread
 *  state. */
void es_gil_discover(void);

/** Was it found?  If not, a GIL that threads waited for is of no use in a fork
 *  child. */
bool es_gil_is_known(void);

/** In a fork child, which has only this thread: makes the GIL of `is` new.
 *  @param is          main or an interpreter with a GIL of its own
 *  @param attached    this thread's state that holds it, and still does after
 *                     this; NULL: it is free then */
void es_gil_reset(PyInterpreterState *is, PyThreadState *attached);

/** Asks the thread that runs in `is`, on main's GIL, to let go of it.  3.12 has
 *  threads ask only those of their own interpreter.  Somebody must be waiting
 *  for that GIL: who lets go waits until another thread has had it. */
void es_gil_nudge(PyInterpreterState *is);

/** Takes that back, with the GIL held. */
void es_gil_calm(PyInterpreterState *is);

#endif /* EMBED_SUBINTERP_CPYTHON_GILSTRUCT_H */

/* runtime.h - Python's start in this process.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_RUNTIME_H
#define EMBED_SUBINTERP_CPYTHON_RUNTIME_H

#include "subinterp/cpython/interp.h"

/** Starts Python on the service thread, or joins the one that runs.
 *  ec_backend.start */
embed_status
es_runtime_start(const ec_core *core, const ec_python *python, ec_err *err);

/** Attaches the service thread's own state of the main interpreter.  On the
 *  service thread, which holds no GIL.  False when there is none (after a fork
 *  that lost the main interpreter, or out of memory). */
bool es_main_attach(void);
/** Undoes it. */
void es_main_detach(void);

/** Did libembed start this Python (else a host did)? */
bool es_main_is_ours(void);

/** In a fork child: the service thread's state is gone with its thread.
 *  @param is_lost  the main interpreter did not survive */
void es_main_after_fork(bool is_lost);

#endif /* EMBED_SUBINTERP_CPYTHON_RUNTIME_H */

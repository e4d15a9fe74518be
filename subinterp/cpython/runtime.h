/* runtime.h - Python's start in this process.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_RUNTIME_H
#define EMBED_SUBINTERP_CPYTHON_RUNTIME_H

#include "subinterp/cpython/interp.h"

/** Starts Python on the service thread, or joins the one that runs.
 *  ec_backend.start */
embed_status es_runtime_start(const ec_core *core, const ec_python *python,
                              bool *is_final, ec_err *err);

/** Attaches the service thread's own state of the main interpreter.  On the
 *  service thread, which holds no GIL.  False when there is none (after a fork
 *  that lost the main interpreter, or out of memory). */
bool es_main_attach(void);
/** Undoes it. */
void es_main_detach(void);

/** Did libembed start this Python (else a host did)? */
bool es_main_is_ours(void);

/** What a fork child can do with the main interpreter; the later the less. */
typedef enum es_main_use {
    ES_MAIN_WHOLE,
    ES_MAIN_LOST, /* its GIL belongs to a thread that is not there */
} es_main_use;

/** In a fork child: the service thread's state is gone with its thread. */
void es_main_after_fork(es_main_use use);

/** May extensions live in the main interpreter?  EMBED_E_FORK after a fork that lost it. */
embed_status es_main_check(ec_err *err);

#endif /* EMBED_SUBINTERP_CPYTHON_RUNTIME_H */

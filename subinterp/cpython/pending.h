/* pending.h - C functions that are called inside an extension.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_PENDING_H
#define EMBED_SUBINTERP_CPYTHON_PENDING_H

#include "core/backend.h"
#include "subinterp/cpython/interp.h"

/** ec_backend.call_pending; arg: es_inst */
embed_status
es_call_pending(void *arg, embed_pending_fn *fn, void *fn_arg, ec_err *err);

/** In a fork child: what has not been called is forgotten, as its thread is not
 *  there. */
void es_pending_after_fork(es_inst *inst);

#endif /* EMBED_SUBINTERP_CPYTHON_PENDING_H */

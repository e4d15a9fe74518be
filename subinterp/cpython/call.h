/* call.h - the entry of every export of a READY extension.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_CALL_H
#define EMBED_SUBINTERP_CPYTHON_CALL_H

#include "core/backend.h"

/** What core offers; constant after es_runtime_start(). */
extern const ec_core *es_core;

/** ec_backend.call: routes a call to its extension's interpreter, on this
 *  thread.  errno: Python sees the caller's, the caller sees Python's. */
void es_call(struct embed_externpy *fn, char *buffer);

/** ec_backend.call_counted: the same, and counts. */
void es_call_counted(struct embed_externpy *fn, char *buffer);

#endif /* EMBED_SUBINTERP_CPYTHON_CALL_H */

/* service.h - the thread that starts Python and owns every interpreter's
 * initial thread state (C3).
 *
 * Creating or ending an interpreter on a host's thread would leave a dangling
 * pointer in that thread's gilstate slot; on some versions creation on the
 * process's main thread is also slow.  The service thread blocks all signals,
 * runs no plug-in code, and holds no GIL between jobs.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_SERVICE_H
#define EMBED_SUBINTERP_CPYTHON_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/err.h"

typedef void es_service_fn(void *arg);

/** Runs `fn(arg)` on the service thread and waits for its end; makes the
 *  thread when there is none.  The caller holds no GIL.
 *  Returns EMBED_OK; EMBED_E_REENTRY on the service thread itself;
 *  EMBED_E_NOMEM when no thread can be made. */
embed_status es_service_run(es_service_fn *fn, void *arg, ec_err *err);

/** Queues `fn(arg)` without waiting. `arg` belongs to the job. */
embed_status es_service_post(es_service_fn *fn, void *arg, ec_err *err);

/** Is this the service thread? */
bool es_service_is_self(void);

/** Takes this thread, which the service thread waits for, for that one: calls
 *  on it fail at once (R7). */
void es_service_join(void);

/** In a fork child: the thread is gone, its queue is dropped. */
void es_service_after_fork(void);

#endif /* EMBED_SUBINTERP_CPYTHON_SERVICE_H */

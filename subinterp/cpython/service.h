/* service.h - the thread that starts Python and owns every interpreter's
 * initial thread state (C3).
 *
 * Creating or ending an interpreter on a host's thread would leave a dangling
 * pointer in that thread's gilstate slot; on some versions creation on the
 * process's main thread is also slow.  The service thread blocks all signals,
 * runs no plug-in code, and holds no GIL between jobs.
 *
 * It is there only while it has jobs: some calls of hosts (unshare(2), setuid(2)
 * of one thread) want a process of one thread.  Each one has the same stack, which
 * is kept, so that it has the same pthread_t: for CPython all of them are the one
 * main thread, and no thread of the host's is ever taken for that.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_SERVICE_H
#define EMBED_SUBINTERP_CPYTHON_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/err.h"
#include "subinterp/cpython/py.h"

typedef void es_service_fn(void *arg);

/** Runs `fn(arg)` on the service thread and waits for its end, and for the end of
 *  the thread if there are no more jobs.  The caller holds no GIL.
 *  Returns EMBED_OK; EMBED_E_REENTRY on the service thread itself;
 *  EMBED_E_NOMEM when no thread can be made; EMBED_E_TIMEOUT: it is done later,
 *  and `arg` has to stay. */
embed_status
es_service_run(es_service_fn *fn, void *arg, uint64_t deadline_ns, ec_err *err);

/** Queues `fn(arg)` without waiting. `arg` belongs to the job. */
embed_status es_service_post(es_service_fn *fn, void *arg, ec_err *err);

/** Waits until the service thread has ended: it has no jobs any more, or is
 *  about to end the last one. */
void es_service_settle(uint64_t deadline_ns);

/** Is this the service thread? */
bool es_service_is_self(void);

/** Takes this thread, which the service thread waits for, for that one: calls
 *  on it fail at once (R7). */
void es_service_join(void);

/** On the service thread: attaches a state that belongs to it, whichever thread
 *  has had it before. */
void es_service_attach(PyThreadState *tstate);

/** In a fork child: the thread is gone, its queue is dropped. */
void es_service_after_fork(void);

#endif /* EMBED_SUBINTERP_CPYTHON_SERVICE_H */

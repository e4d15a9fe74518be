/* gil.h - leaving Python around C code, and the errno of Python code.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_GIL_H
#define EMBED_SUBINTERP_CPYTHON_GIL_H

#include "subinterp/cpython/py.h"

#include <errno.h>
#include <stdint.h>

typedef struct es_thread es_thread;
typedef struct es_released es_released;

/* A GIL given up for a call of C code. */
struct es_released {
    PyThreadState *tstate;
    es_released *outer; /* further up the stack of the same thread */
};

/* What the backend keeps for each thread, all in static TLS. */
typedef struct es_tls {
    es_thread *thread;     /* this thread's cached states, or NULL */
    es_released *released; /* innermost state given up by es_gil_release() */
    uint64_t deadline_ns;  /* for each call of this thread; 0: none */
    unsigned n_guarded;    /* calls in flight through es_call_guarded() */
    es_released *guarded;  /* `released` at the begin of the innermost */
    int py_errno;          /* what ffi.errno shows */
    void **gilslot;        /* this thread's gilstate slot, or NULL: see
                                gilslot.h */
    unsigned char *cancel; /* this thread's cancelability, or NULL: see
                              cancel.h */
    const struct es_inst *held;  /* of the innermost hold, or NULL */
    struct es_state *held_state; /* then: attached by it */
} es_tls;

extern __thread es_tls es_tls_self
    __attribute__((tls_model("initial-exec"), visibility("hidden")));

/* Releases the GIL before C code runs and loads Python's errno.  The state is
 * remembered: a call that comes back into the same interpreter uses it. */
static inline void
es_gil_release(es_released *r)
{
    r->outer = es_tls_self.released;
    r->tstate = PyEval_SaveThread();
    es_tls_self.released = r;
    errno = es_tls_self.py_errno;
}

/* Takes the GIL again and keeps errno for Python. */
static inline void
es_gil_regain(es_released *r)
{
    es_tls_self.py_errno = errno;
    es_tls_self.released = r->outer;
    PyEval_RestoreThread(r->tstate);
}

#endif /* EMBED_SUBINTERP_CPYTHON_GIL_H */

/* gilstruct.c - CPython's GIL, seen from outside.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/gilstruct.h"

#include <pthread.h>

#include "core/lock.h"

/* CPython's struct _gil_runtime_state, the same since 3.2 where Python has a
 * GIL: Include/internal/pycore_gil.h. */
typedef struct gil {
    unsigned long interval; /* microseconds */
    void *last_holder;
    int locked;
    unsigned long switch_number;
    pthread_cond_t cond;
    pthread_mutex_t mutex;
    pthread_cond_t switch_cond;
    pthread_mutex_t switch_mutex;
} gil;

/* Longer than any switch interval. */
#define INTERVAL_MAX_US 100000000u

static size_t offset; /* in an interpreter's struct; 0: not found; constant */

/* The GIL at an offset of an interpreter's struct. */
static gil *
gil_at(PyInterpreterState *is, size_t at)
{
    return (gil *)(void *)((char *)is + at);
}

static bool
is_held_by(const gil *g, const PyThreadState *tstate)
{
    return g->last_holder == tstate && g->locked == 1 && g->interval > 0 &&
           g->interval < INTERVAL_MAX_US;
}

void
es_gil_discover(void)
{
    PyThreadState *tstate = PyThreadState_Get();
    PyInterpreterState *is = tstate->interp;
    size_t found = 0;
    size_t n = 0;
    /* The initial thread state is part of the interpreter's struct, behind the
     * GIL; the memory up to it may be read. */
    size_t end =
        (char *)tstate > (char *)is ? (size_t)((char *)tstate - (char *)is) : 0;
    for (size_t at = sizeof(void *); at + sizeof(gil) <= end;
         at += sizeof(void *)) {
        if (is_held_by(gil_at(is, at), tstate)) {
            found = at;
            n++;
        }
    }
    offset = n == 1 ? found : 0;
}

bool
es_gil_is_known(void)
{
    return offset != 0;
}

void
es_gil_reset(PyInterpreterState *is, PyThreadState *attached)
{
    if (offset == 0) {
        return;
    }
    gil *g = gil_at(is, offset);
    static const pthread_mutex_t fresh = PTHREAD_MUTEX_INITIALIZER;
    g->mutex = fresh;
    g->switch_mutex = fresh;
    ec_cond_init(&g->cond); /* CPython's have the same clock */
    ec_cond_init(&g->switch_cond);
    g->locked = attached != NULL;
    if (attached != NULL) {
        es_drop_request_set(attached->interp, attached, g, offset, false);
    }
}

void
es_gil_nudge(PyInterpreterState *is)
{
    if (offset != 0 && ES_DROP_REQUESTS_ARE_LOCAL) {
        es_drop_request_set(is, NULL, gil_at(PyInterpreterState_Main(), offset),
                            offset, true);
    }
}

void
es_gil_calm(PyInterpreterState *is)
{
    if (offset != 0 && ES_DROP_REQUESTS_ARE_LOCAL) {
        es_drop_request_set(is, NULL, gil_at(PyInterpreterState_Main(), offset),
                            offset, false);
    }
}

/* freeze.c - thread states are made, but not during a fork().
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/freeze.h"

#include "core/inside.h"
#include "subinterp/cpython/thread.h"

static pthread_cond_t changed; /* with es_threads_lock; of the next two */
static size_t n_making;        /* guarded by: es_threads_lock; threads that make
                                   a PyThreadState right now */
static _Atomic bool is_frozen; /* written with es_threads_lock */
static __thread bool is_exempt; /* from that: it forks, or helps */

void
es_freeze_init(void)
{
    ec_cond_init(&changed);
}

bool
es_is_frozen_here(void)
{
    return atomic_load(&is_frozen) && !is_exempt;
}

void
es_frozen_wait(void)
{
    void *outer = es_detach();
    ec_mutex_lock(&es_threads_lock);
    while (es_is_frozen_here()) {
        (void)ec_cond_wait(&changed, &es_threads_lock, UINT64_MAX);
    }
    ec_mutex_unlock(&es_threads_lock);
    es_attach(outer);
}

/* Counts a thread as one that makes a state; false when it must wait. */
static bool
making_begin(void)
{
    ec_mutex_lock(&es_threads_lock);
    bool ok = !es_is_frozen_here();
    n_making += ok;
    ec_mutex_unlock(&es_threads_lock);
    return ok;
}

static void
making_end(void)
{
    ec_mutex_lock(&es_threads_lock);
    n_making--;
    (void)pthread_cond_broadcast(&changed);
    ec_mutex_unlock(&es_threads_lock);
}

PyThreadState *
es_tstate_new(es_interp *interp)
{
    while (!making_begin()) {
        es_frozen_wait();
    }
    bool is_ending = es_interp_is_ending(interp);
    void *slot = es_gilslot_get();
    ec_inside_enter(); /* CPython's locks are held */
    PyThreadState *tstate = is_ending ? NULL : PyThreadState_New(interp->is);
    ec_inside_leave();
    /* The first state of a thread takes the slot. */
    es_gilslot_restore(slot);
    making_end();
    return tstate;
}

static void
making_wait_locked(void) EC_REQUIRES(es_threads_lock)
{
    while (n_making > 0) {
        (void)ec_cond_wait(&changed, &es_threads_lock, UINT64_MAX);
    }
}

void
es_tstates_wait(void)
{
    ec_mutex_lock(&es_threads_lock);
    making_wait_locked();
    ec_mutex_unlock(&es_threads_lock);
}

void
es_freeze(void)
{
    is_exempt = true;
    ec_mutex_lock(&es_threads_lock);
    atomic_store(&is_frozen, true);
    making_wait_locked();
    ec_mutex_unlock(&es_threads_lock);
}

void
es_freeze_exempt(void)
{
    is_exempt = true;
}

bool
es_freeze_is_exempt(void)
{
    return is_exempt;
}

void
es_thaw(void)
{
    is_exempt = false;
    ec_mutex_lock(&es_threads_lock);
    atomic_store(&is_frozen, false);
    (void)pthread_cond_broadcast(&changed);
    ec_mutex_unlock(&es_threads_lock);
}

void
es_thaw_after_fork(void)
{
    ec_cond_init(&changed);
    n_making = 0;
    atomic_store(&is_frozen, false);
    is_exempt = false;
}

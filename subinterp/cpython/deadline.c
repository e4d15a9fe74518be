/* deadline.c - calls that may take only so long.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/deadline.h"

#include <stdlib.h>

#include "core/helper.h"
#include "subinterp/cpython/control.h"

/* How long a call that is in the middle of an import is let go on, and how often
 * it is looked at. */
#define RETRY_NS  UINT64_C(1000000)
#define RETRY_MAX 100u

/* How long a watching thread stays without calls when they come that fast. */
#define LINGER_NS UINT64_C(10000000)

/* How long the end of a call waits for a watching thread that still has the GIL,
 * or wants it. */
#define BUSY_WAIT_NS UINT64_C(20000000)

typedef enum guard_life {
    GUARD_NONE,
    GUARD_RUNNING,
    GUARD_ENDING /* somebody joins it */
} guard_life;

/* The thread that watches the calls of an interpreter. */
struct es_guard {
    es_interp *interp; /* constant */
    ec_helper helper;  /* guarded by: lock; the thread that there is */
    pthread_cond_t changed;
    guard_life now;        /* guarded by: lock */
    bool is_busy;          /* guarded by: lock; interrupts a call */
    es_watch *watches;     /* guarded by: lock; in no order */
    uint64_t started_ns;   /* guarded by: lock; when the thread was made */
    uint64_t ended_ns;     /* guarded by: lock; when the last call ended */
    uint64_t wakes_ns;     /* guarded by: lock; when the thread looks again */
    struct es_guard *next; /* constant */
};

static ec_mutex lock = EC_MUTEX_INIT(EC_RANK_LEAF);
static es_guard *guards;   /* guarded by: lock; all that ever were: as many as
                              interpreters */
static uint64_t n_watched; /* guarded by: lock; numbers calls */

static void
link_locked(es_guard *guard, es_watch *watch) EC_REQUIRES(lock)
{
    watch->next = guard->watches;
    watch->link = &guard->watches;
    if (guard->watches != NULL) {
        guard->watches->link = &watch->next;
    }
    guard->watches = watch;
}

static void
unlink_locked(es_watch *watch) EC_REQUIRES(lock)
{
    *watch->link = watch->next;
    if (watch->next != NULL) {
        watch->next->link = watch->link;
    }
    watch->link = NULL;
}

/* --- the watching thread --------------------------------------------------*/

/* The watch of a call whose time is up; NULL: there is none.
 * @param out_next_ns  when the next one will be */
static es_watch *
expired_locked(const es_guard *guard, uint64_t *out_next_ns) EC_REQUIRES(lock)
{
    uint64_t now = ec_now_ns();
    *out_next_ns = UINT64_MAX;
    for (es_watch *w = guard->watches; w != NULL; w = w->next) {
        if (w->expires_ns <= now) {
            return w;
        }
        if (w->expires_ns < *out_next_ns) {
            *out_next_ns = w->expires_ns;
        }
    }
    return NULL;
}

/* Interrupts a call, which may end meanwhile. */
static void
interrupt_locked(es_guard *guard, es_watch *watch) EC_REQUIRES(lock)
{
    const es_state *state = watch->state;
    uint64_t call = atomic_load(&state->watched);
    bool all = watch->n_tries >= RETRY_MAX;
    guard->is_busy = true;
    ec_mutex_unlock(&lock);
    bool is_done = es_interrupt_call(guard->interp, state, call, all);
    ec_mutex_lock(&lock);
    guard->is_busy = false;
    (void)pthread_cond_broadcast(&guard->changed);
    /* Its thread may be gone, and the watch with it. */
    for (es_watch *w = guard->watches; w != NULL; w = w->next) {
        if (w == watch && atomic_load(&w->state->watched) == call) {
            if (is_done) {
                unlink_locked(w);
                return;
            }
            w->n_tries++;
            w->expires_ns = ec_now_ns() + RETRY_NS;
        }
    }
}

/* Has the thread nothing to do, and nothing to wait for?
 * @param out_end_ns  when it will not have; UINT64_MAX: not known */
static bool
is_over_locked(const es_guard *guard, uint64_t *out_end_ns) EC_REQUIRES(lock)
{
    *out_end_ns = UINT64_MAX;
    if (guard->now == GUARD_RUNNING && guard->watches == NULL) {
        uint64_t idle = guard->ended_ns > guard->started_ns ? guard->ended_ns
                                                            : guard->started_ns;
        *out_end_ns = idle + LINGER_NS;
    }
    return guard->now == GUARD_ENDING || ec_now_ns() >= *out_end_ns;
}

static void
guard_run(void *arg)
{
    es_guard *guard = arg;
    uint64_t end = 0;
    ec_mutex_lock(&lock);
    while (!is_over_locked(guard, &end)) {
        uint64_t next = 0;
        es_watch *watch = expired_locked(guard, &next);
        if (watch != NULL) {
            interrupt_locked(guard, watch);
        } else {
            guard->wakes_ns = next < end ? next : end;
            (void)ec_cond_wait(&guard->changed, &lock, guard->wakes_ns);
        }
    }
    if (guard->now == GUARD_RUNNING) {
        (void)pthread_detach(pthread_self());
        guard->now = GUARD_NONE;
    }
    ec_mutex_unlock(&lock);
}

/* The guard of an interpreter, made when there is none; NULL: out of memory. */
static es_guard *
guard_of_locked(es_interp *interp) EC_REQUIRES(lock)
{
    if (interp->guard == NULL) {
        es_guard *guard = calloc(1, sizeof *guard);
        if (guard != NULL) {
            guard->interp = interp;
            ec_cond_init(&guard->changed);
            guard->next = guards;
            guards = guard;
            interp->guard = guard;
        }
    }
    return interp->guard;
}

static bool
guard_start_locked(es_guard *guard) EC_REQUIRES(lock)
{
    while (guard->now == GUARD_ENDING) {
        (void)ec_cond_wait(&guard->changed, &lock, UINT64_MAX);
    }
    if (guard->now == GUARD_NONE) {
        guard->helper = (ec_helper){
            .name = "embed-deadline", .run = guard_run, .arg = guard};
        guard->started_ns = ec_now_ns();
        if (ec_helper_open(&guard->helper) == 0) {
            guard->now = GUARD_RUNNING;
        }
    }
    return guard->now == GUARD_RUNNING;
}

/* --- calls ----------------------------------------------------------------*/

/* How long a call may take; 0: for ever. */
static uint64_t
limit_of(const es_inst *inst, const es_entry *entry)
{
    uint64_t limit = atomic_load(&inst->slot->deadline_ns);
    uint64_t own = es_tls_self.deadline_ns;
    if (limit == 0 || (own != 0 && own < limit)) {
        limit = own;
    }
    /* A call from inside the same interpreter has the time of the outer one. */
    return entry->state == NULL || inst->interp == &es_main ||
                   atomic_load(&entry->state->watched) != 0
               ? 0
               : limit;
}

embed_status
es_watch_begin(const es_inst *inst, const es_entry *entry, bool *out_watched,
               ec_err *err)
{
    es_state *state = entry->state;
    uint64_t limit = limit_of(inst, entry);
    *out_watched = limit != 0;
    if (limit == 0) {
        return EMBED_OK;
    }
    ec_mutex_lock(&lock);
    es_guard *guard = guard_of_locked(inst->interp);
    bool is_watched = guard != NULL && guard_start_locked(guard);
    if (is_watched) {
        state->watch =
            (es_watch){.state = state, .expires_ns = ec_now_ns() + limit};
        link_locked(guard, &state->watch);
        atomic_store(&state->watched, ++n_watched);
        (void)pthread_cond_broadcast(&guard->changed);
    }
    ec_mutex_unlock(&lock);
    return is_watched
               ? EMBED_OK
               : ec_fail(err, EMBED_E_NOMEM,
                         "not called: it has a deadline, and no thread can be "
                         "started that looks after that");
}

void
es_watch_end(es_state *state)
{
    ec_mutex_lock(&lock);
    if (state->watch.link != NULL) {
        unlink_locked(&state->watch);
    }
    atomic_store(&state->watched, 0);
    ec_mutex_unlock(&lock);
}

/* Has a guard look for itself when it is to end: it may sleep until the time of
 * a call that has ended long before. */
static void
guard_wake_locked(es_guard *guard) EC_REQUIRES(lock)
{
    if (guard->wakes_ns > guard->ended_ns + LINGER_NS) {
        (void)pthread_cond_broadcast(&guard->changed);
    }
}

/* Has a guard without calls end; joined. */
static void
guard_end_locked(es_guard *guard) EC_REQUIRES(lock)
{
    guard->now = GUARD_ENDING;
    (void)pthread_cond_broadcast(&guard->changed);
    ec_mutex_unlock(&lock);
    ec_helper_join(&guard->helper);
    ec_mutex_lock(&lock);
    guard->now = GUARD_NONE;
    (void)pthread_cond_broadcast(&guard->changed);
}

void
es_watch_settle(const es_interp *interp)
{
    es_guard *guard = interp->guard;
    bool in_time = true;
    ec_mutex_lock(&lock);
    uint64_t now = ec_now_ns();
    bool is_rare = now - guard->ended_ns > LINGER_NS;
    guard->ended_ns = now;
    while (guard->is_busy && guard->watches == NULL && in_time) {
        in_time = ec_cond_wait(&guard->changed, &lock, now + BUSY_WAIT_NS);
    }
    if (guard->now == GUARD_RUNNING && guard->watches == NULL &&
        !guard->is_busy) {
        if (is_rare) {
            guard_end_locked(guard);
        } else {
            guard_wake_locked(guard);
        }
    }
    ec_mutex_unlock(&lock);
}

/* --- setting, forking -----------------------------------------------------*/

void
es_deadline(void *arg)
{
    es_inst *inst = arg;
    if (atomic_load(&inst->slot->deadline_ns) != 0) {
        es_gate_shut(inst, ES_GATE_WATCHED);
    } else {
        es_gate_open(inst, ES_GATE_WATCHED);
    }
}

uint64_t
es_thread_deadline(uint64_t limit_ns)
{
    uint64_t before = es_tls_self.deadline_ns;
    es_tls_self.deadline_ns = limit_ns;
    return before;
}

void
es_deadline_after_fork(void)
{
    ec_mutex_reinit(&lock);
    ec_mutex_lock(&lock);
    for (es_guard *guard = guards; guard != NULL; guard = guard->next) {
        es_watch *next = NULL;
        for (es_watch *w = guard->watches; w != NULL; w = next) {
            next = w->next;
            if (w->state->thread != es_tls_self.thread) {
                unlink_locked(w);
            }
        }
        ec_cond_init(&guard->changed);
        guard->now = GUARD_NONE;
        guard->is_busy = false;
    }
    ec_mutex_unlock(&lock);
}

void
es_deadline_resume(void)
{
    ec_mutex_lock(&lock);
    for (es_guard *guard = guards; guard != NULL; guard = guard->next) {
        if (guard->watches != NULL) {
            (void)guard_start_locked(guard);
        }
    }
    ec_mutex_unlock(&lock);
}

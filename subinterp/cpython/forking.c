/* forking.c - interpreters across fork().
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/forking.h"

#include <stdlib.h>

#include "subinterp/cpython/runtime.h"
#include "subinterp/cpython/service.h"
#include "subinterp/cpython/thread.h"

/* What the service thread found out about the interpreters, in order; main
 * last.  Shared with a job that may outlive the wait: freed by the last. */
typedef struct probe {
    ec_mutex lock;
    pthread_cond_t changed; /* with lock */
    unsigned refs;          /* guarded by: lock */
    size_t done;            /* guarded by: lock; how many are known */
    size_t n;
    struct {
        es_interp *interp;
        bool is_quiet; /* guarded by: lock; only libembed's own states */
    } item[];
} probe;

/* How long fork() waits for the main interpreter: without it no interpreter
 * can be made in the child. */
#define MAIN_WAIT_NS 500000000u

/* Held by a thread that prepared a fork() until that is over: only one may play
 * with the gates.  A thread that forks from inside Python does not take it. */
static ec_mutex fork_lock = EC_MUTEX_INIT(EC_RANK_FORK);

/* What prepare leaves for parent and child. */
static __thread struct {
    es_entry entry;    /* of the forking thread into main */
    bool has_main;     /* entered; PyOS_BeforeFork() was called */
    bool was_attached; /* forked from inside Python: nothing was prepared */
    PyThreadState *attached;
} now;

/* --- prepare --------------------------------------------------------------*/

/* Counts the states that libembed made in an interpreter. */
static size_t
states_count(es_interp *interp)
{
    size_t n = interp->initial != NULL ? 1 : 0;
    ec_mutex_lock(&es_threads_lock);
    for (es_state *s = interp->states; s != NULL; s = s->next) {
        n++;
    }
    ec_mutex_unlock(&es_threads_lock);
    return n;
}

/* Are all states of a subinterpreter libembed's?  Threads of Python's own
 * making would be missing in the child, with what they hold.  Blocks while
 * the GIL is held by somebody. */
static bool
probe_one(es_interp *interp)
{
    if (interp == &es_main) {
        bool ok = es_main_attach();
        if (ok) {
            es_main_detach();
        }
        return ok;
    }
    PyEval_RestoreThread(interp->initial);
    size_t n = 0;
    for (PyThreadState *t = PyInterpreterState_ThreadHead(interp->is);
         t != NULL; t = PyThreadState_Next(t)) {
        n++;
    }
    (void)PyEval_SaveThread();
    return n <= states_count(interp);
}

static void probe_unref_locked(probe *p) EC_RELEASE(p->lock);

static void
probe_unref_locked(probe *p)
{
    bool last = --p->refs == 0;
    ec_mutex_unlock(&p->lock);
    if (last) {
        (void)pthread_cond_destroy(&p->changed);
        free(p);
    }
}

static void
probe_job(void *arg)
{
    probe *p = arg;
    for (size_t i = 0; i < p->n; i++) {
        bool quiet = p->item[i].interp != NULL && probe_one(p->item[i].interp);
        ec_mutex_lock(&p->lock);
        p->item[i].is_quiet = quiet;
        p->done++;
        (void)pthread_cond_broadcast(&p->changed);
        bool is_alone = p->refs == 1;
        ec_mutex_unlock(&p->lock);
        if (is_alone) {
            break; /* nobody waits any more */
        }
    }
    ec_mutex_lock(&p->lock);
    probe_unref_locked(p);
}

/* Asks the service thread about `insts` and main; NULL: out of memory. */
static probe *
probe_start(void *const *insts, size_t n)
{
    probe *p = calloc(1, sizeof *p + (n + 1) * sizeof p->item[0]);
    if (p == NULL) {
        return NULL;
    }
    p->lock = (ec_mutex)EC_MUTEX_INIT(EC_RANK_LEAF);
    ec_cond_init(&p->changed);
    p->refs = 2;
    p->n = n + 1;
    p->item[0].interp = &es_main;
    for (size_t i = 0; i < n; i++) {
        es_interp *interp = ((es_inst *)insts[i])->interp;
        bool idle = interp != &es_main && !es_interp_is_busy(interp) &&
                    interp->initial != NULL;
        p->item[i + 1].interp = idle ? interp : NULL;
    }
    ec_err ignored = EC_ERR_INIT;
    if (es_service_post(probe_job, p, &ignored) != EMBED_OK) {
        ec_err_clear(&ignored);
        free(p);
        return NULL;
    }
    return p;
}

/* An instance that was probed quiet keeps its gate's mark; see child. */
enum {
    GATE_QUIET = 8
};

/* Takes what is known by the deadline, and waits longer for main.  Returns
 * whether that answered. */
static bool
probe_finish(probe *p, void *const *insts, uint64_t deadline_ns)
{
    uint64_t main_deadline = ec_now_ns() + MAIN_WAIT_NS;
    bool in_time = true;
    ec_mutex_lock(&p->lock);
    while (p->done < p->n && in_time) {
        in_time = ec_cond_wait(&p->changed, &p->lock,
                               p->done == 0 ? main_deadline : deadline_ns);
    }
    bool has_main = p->done > 0 && p->item[0].is_quiet;
    for (size_t i = 1; i < p->done; i++) {
        if (p->item[i].is_quiet) {
            es_inst *inst = insts[i - 1];
            (void)atomic_fetch_or(&inst->gate, GATE_QUIET);
        }
    }
    probe_unref_locked(p);
    return has_main;
}

void
es_fork_prepare(void *const *insts, size_t n, uint64_t deadline_ns)
{
    now.has_main = false;
    now.attached = PyThreadState_GetUnchecked();
    now.was_attached = now.attached != NULL || es_service_is_self();
    if (now.was_attached) {
        return;
    }
    ec_mutex_lock(&fork_lock);
    for (size_t i = 0; i < n; i++) {
        es_gate_shut(insts[i], ES_GATE_FORK);
    }
    es_barrier();
    /* Half of the time for calls in flight, the rest for the probe. */
    uint64_t start = ec_now_ns();
    uint64_t half = start + (deadline_ns - start) / 2;
    for (size_t i = 0; i < n; i++) {
        (void)es_interp_drain(((es_inst *)insts[i])->interp, half);
    }
    probe *p = probe_start(insts, n);
    if (p != NULL && probe_finish(p, insts, deadline_ns)) {
        ec_err ignored = EC_ERR_INIT;
        now.has_main =
            es_enter_interp(&es_main, &now.entry, &ignored) == EMBED_OK;
        ec_err_clear(&ignored);
        if (now.has_main) {
            PyOS_BeforeFork();
        }
    }
}

void
es_fork_lock(void)
{
    ec_mutex_lock(&es_threads_lock);
}

/* --- after ----------------------------------------------------------------*/

static void
main_leave(void)
{
    if (now.has_main) {
        PyOS_AfterFork_Parent(); /* in the child too: C12 */
        es_leave(&now.entry);
        now.has_main = false;
    }
}

void
es_fork_parent(void *const *insts, size_t n)
{
    ec_mutex_unlock(&es_threads_lock);
    if (now.was_attached) {
        return;
    }
    main_leave();
    for (size_t i = 0; i < n; i++) {
        es_gate_open(insts[i], ES_GATE_FORK | GATE_QUIET);
    }
    ec_mutex_unlock(&fork_lock);
}

/* Did the instance's interpreter come over whole? */
static bool
inst_survived(const es_inst *inst, bool is_main_whole)
{
    if (inst->interp == &es_main) {
        return is_main_whole;
    }
    if (now.was_attached) {
        return now.attached != NULL && now.attached->interp == inst->interp->is;
    }
    return (atomic_load(&inst->gate) & GATE_QUIET) != 0;
}

/* The child's view of the main interpreter: what can be done with it? */
static es_main_use
main_use(void)
{
    if (now.was_attached) {
        bool is_in_main =
            now.attached != NULL && now.attached->interp == es_main.is;
        return is_in_main ? ES_MAIN_WHOLE : ES_MAIN_LOST;
    }
    if (!now.has_main) {
        return ES_MAIN_LOST;
    }
    /* Whoever was inside may have held locks of Python code. */
    return es_interp_is_busy(&es_main) ? ES_MAIN_BROKEN : ES_MAIN_WHOLE;
}

void
es_fork_child(void *const *insts, size_t n, void (*lost)(void *inst))
{
    ec_mutex_unlock(&es_threads_lock);
    ec_mutex_reinit(&es_threads_lock);
    if (!now.was_attached) {
        ec_mutex_unlock(&fork_lock);
    }
    ec_mutex_reinit(&fork_lock);
    es_gate_after_fork();
    es_service_after_fork();
    es_main_use use = main_use();
    es_main_after_fork(use);
    main_leave();
    for (size_t i = 0; i < n; i++) {
        es_inst *inst = insts[i];
        bool whole = inst_survived(inst, use == ES_MAIN_WHOLE);
        es_threads_after_fork(inst->interp);
        es_gate_shut(inst, ES_GATE_FORKED);
        es_gate_open(inst, ES_GATE_FORK | GATE_QUIET);
        if (!whole) {
            es_gate_shut(inst, ES_GATE_CLOSED);
            lost(inst);
            if (inst->interp != &es_main) {
                es_interp_abandon(inst->interp);
            }
        }
    }
    es_threads_after_fork(&es_main);
}

/* forking.c - interpreters across fork().
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/forking.h"

#include <stdlib.h>
#include <time.h>

#include "subinterp/cpython/runtime.h"
#include "subinterp/cpython/service.h"
#include "subinterp/cpython/thread.h"

/* What the service thread found out about the interpreters, in order; main
 * last.  Shared with a job that may outlive the wait: freed by the last. */
typedef struct probe {
    ec_mutex lock;
    pthread_cond_t changed;  /* with lock */
    unsigned refs;           /* guarded by: lock */
    size_t done;             /* guarded by: lock; how many are known */
    bool has_main;           /* with done: main's GIL could be taken */
    const es_thread *forker; /* the thread that forks: ours, */
    unsigned long ident;     /* and as Python names it */
    size_t n;
    struct {
        es_interp *interp;
        bool is_quiet; /* guarded by: lock; only libembed's own states */
    } item[];
} probe;

/* How long fork() waits for the main interpreter: without it the child has no
 * shared extensions, nor new ones on its GIL. */
#define MAIN_WAIT_NS 500000000u

/* Main's switch interval during a fork with other threads in main. */
#define FORK_INTERVAL_S 0.05

/* Held by a thread that prepared a fork() until that is over: only one may play
 * with the gates.  A thread that forks from inside Python does not take it. */
static ec_mutex fork_lock = EC_MUTEX_INIT(EC_RANK_FORK);

/* What prepare leaves for parent and child. */
static __thread struct {
    PyThreadState *main; /* held across the fork; NULL: main was not reached */
    es_entry entry;      /* with it */
    double interval;     /* of main, to be restored; 0: as it was */
    bool is_main_quiet;  /* no other thread is in it */
    bool was_attached;   /* forked from inside Python: nothing was prepared */
    PyThreadState *attached;
} now;

/* --- prepare --------------------------------------------------------------*/

/* Counts the states in an interpreter that libembed knows, without those of
 * `forker`; the service thread has one in each. */
static size_t
states_count(es_interp *interp, const es_thread *forker)
{
    ec_mutex_lock(&es_threads_lock);
    size_t n = 1 + interp->n_left_behind;
    for (es_state *s = interp->states; s != NULL; s = s->next) {
        n += s->thread != forker;
    }
    ec_mutex_unlock(&es_threads_lock);
    return n;
}

/* Are all states of an interpreter libembed's, or the forking thread's?
 * Threads of Python's own making would be missing in the child, with what they
 * hold.  Blocks while the GIL is held by somebody. */
static bool
probe_one(es_interp *interp, probe *p)
{
    if (interp == &es_main) {
        p->has_main = es_main_attach();
        if (!p->has_main) {
            return false;
        }
    } else {
        PyEval_RestoreThread(interp->initial);
    }
    size_t n = 0;
    for (PyThreadState *t = PyInterpreterState_ThreadHead(interp->is);
         t != NULL; t = PyThreadState_Next(t)) {
        n += t->thread_id != p->ident;
    }
    (void)PyEval_SaveThread();
    return n <= states_count(interp, p->forker);
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
        bool quiet =
            p->item[i].interp != NULL && probe_one(p->item[i].interp, p);
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
    p->forker = es_tls_self.thread;
    p->ident = PyThread_get_thread_ident();
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
    bool is_main_busy =
        es_interp_is_busy(&es_main); /* no one enters any more */
    ec_mutex_lock(&p->lock);
    while (p->done < p->n && in_time) {
        in_time = ec_cond_wait(&p->changed, &p->lock,
                               p->done == 0 ? main_deadline : deadline_ns);
    }
    bool has_main = p->done > 0 && p->has_main;
    now.is_main_quiet = p->item[0].is_quiet && !is_main_busy;
    for (size_t i = 1; i < p->done; i++) {
        if (p->item[i].is_quiet) {
            es_inst *inst = insts[i - 1];
            (void)atomic_fetch_or(&inst->gate, GATE_QUIET);
        }
    }
    probe_unref_locked(p);
    return has_main;
}

/* Sets main's switch interval, attached to it; returns what it was. */
static double
interval_set(double seconds)
{
    PyObject *get = PySys_GetObject("getswitchinterval"); /* borrowed */
    PyObject *set = PySys_GetObject("setswitchinterval"); /* borrowed */
    ES_OWNED PyObject *old = get == NULL ? NULL : PyObject_CallNoArgs(get);
    double was = old == NULL ? 0 : PyFloat_AsDouble(old);
    if (set != NULL) {
        Py_XDECREF(PyObject_CallFunction(set, "d", seconds));
    }
    PyErr_Clear();
    return was;
}

/* Attaches to main for the time of the fork.  With a state of its own: in the
 * child it is deleted at once, as a state that just lets go of the GIL would
 * wait until one of those who asked for it has it, and they are gone. */
static void
main_enter(void)
{
    void *slot = es_gilslot_get();
    now.main = PyThreadState_New(es_main.is);
    es_gilslot_restore(slot);
    if (now.main == NULL) {
        return;
    }
    es_attach_state(&now.entry, now.main);
    if (!now.is_main_quiet) {
        /* Who waits for the GIL looks after it once in an interval, under a
         * lock that the child needs: let them sleep through the fork. */
        now.interval = interval_set(FORK_INTERVAL_S);
        const struct timespec nap = {.tv_nsec = (long)(now.interval * 2e9)};
        (void)nanosleep(&nap, NULL);
    }
    PyOS_BeforeFork();
}

void
es_fork_prepare(void *const *insts, size_t n, uint64_t deadline_ns)
{
    now.main = NULL;
    now.interval = 0;
    now.is_main_quiet = false;
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
        main_enter();
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
    if (now.main == NULL) {
        return;
    }
    PyOS_AfterFork_Parent(); /* in the child too: C12 */
    if (now.interval != 0) {
        (void)interval_set(now.interval);
    }
    PyThreadState_Clear(now.main);
    PyThreadState_DeleteCurrent();
    es_gilslot_restore(now.entry.outer_slot);
    now.main = NULL;
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

/* What is the main interpreter good for in the child? */
static es_main_use
main_use(void)
{
    if (now.was_attached) {
        bool is_in_main =
            now.attached != NULL && now.attached->interp == es_main.is;
        return is_in_main ? ES_MAIN_WHOLE : ES_MAIN_LOST;
    }
    if (now.main == NULL) {
        return ES_MAIN_LOST;
    }
    return now.is_main_quiet ? ES_MAIN_WHOLE : ES_MAIN_BROKEN;
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
            es_interp_abandon(inst->interp);
        }
    }
    es_threads_after_fork(&es_main);
    if (use != ES_MAIN_WHOLE) {
        es_interp_abandon(&es_main);
    }
}

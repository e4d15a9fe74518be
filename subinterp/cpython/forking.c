/* forking.c - interpreters across fork().
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/forking.h"

#include <stdlib.h>

#include "core/helper.h"
#include "subinterp/cpython/control.h"
#include "subinterp/cpython/deadline.h"
#include "subinterp/cpython/pending.h"
#include "subinterp/cpython/runtime.h"
#include "subinterp/cpython/service.h"
#include "subinterp/cpython/thread.h"

/* What the service thread found out about the interpreters, in order; main
 * first.  Then that thread stays in its job until the fork is over: while it
 * makes or ends an interpreter it holds locks of the whole of Python's, which
 * the child would find locked.  Shared with a job that may outlive the wait:
 * freed by the last. */
typedef struct probe {
    ec_mutex lock;
    pthread_cond_t changed;  /* with lock */
    unsigned refs;           /* guarded by: lock */
    size_t done;             /* guarded by: lock; how many are known */
    bool is_parked;          /* guarded by: lock; the service thread stays */
    bool is_late;            /* guarded by: lock; nobody waits for the rest */
    bool is_over;            /* guarded by: lock; the fork is: let go */
    size_t waiting;          /* guarded by: lock; holders without their GIL */
    bool has_main;           /* with done: main's GIL could be taken */
    const es_thread *forker; /* the thread that forks: ours, */
    unsigned long ident;     /* and as Python names it */
    size_t n;
    struct {
        es_interp *interp;
        bool is_idle;  /* no call in flight: worth a look */
        bool is_quiet; /* guarded by: lock; only libembed's own states */
    } item[];
} probe;

/* A thread that keeps the GIL of a busy interpreter during the fork. */
typedef struct holder {
    probe *probe;
    es_interp *interp;
} holder;

/* How long fork() waits for the main interpreter: without it the child has no
 * shared extensions, nor new ones on its GIL. */
#define MAIN_WAIT_NS 500000000u

/* How long it waits for the GILs of busy interpreters: many switch intervals
 * (5 ms), as the machine may be busy too. */
#define HOLD_WAIT_NS 250000000u

/* And then for their threads to leave main: 3.13 imports C modules there. */
#define HOLD_NAP_NS 5000000u

/* How long the service thread may take to end after the fork. */
#define SETTLE_NS 20000000u

/* Main's switch interval during a fork with other threads in main. */
#define FORK_INTERVAL_S 0.25

/* Held by a thread that prepared a fork() until that is over: only one may play
 * with the gates.  A thread that forks from inside Python does not take it. */
static ec_mutex fork_lock = EC_MUTEX_INIT(EC_RANK_FORK);

/* What prepare leaves for parent and child. */
static __thread struct {
    probe *probe;        /* keeps the service thread; NULL: out of memory */
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
    size_t n = 1 + interp->n_left_behind + interp->n_helpers;
    for (es_state *s = interp->states; s != NULL; s = s->next) {
        n += s->thread != forker;
    }
    ec_mutex_unlock(&es_threads_lock);
    return n;
}

/* Are all states of an interpreter libembed's, or the forking thread's?
 * Threads of Python's own making would be missing in the child, with what they
 * hold.  Attached to it.
 * @param ident  the forking thread, as Python names it */
static bool
is_quiet(es_interp *interp, const es_thread *forker, unsigned long ident)
{
    size_t n = 0;
    for (PyThreadState *t = PyInterpreterState_ThreadHead(interp->is);
         t != NULL; t = PyThreadState_Next(t)) {
        n += t->thread_id != ident;
    }
    return n <= states_count(interp, forker);
}

/* The same, not attached.  Blocks while the GIL is held by somebody. */
static bool
probe_one(es_interp *interp, probe *p)
{
    if (interp == &es_main) {
        p->has_main = es_main_attach();
        if (!p->has_main) {
            return false;
        }
    } else {
        es_service_attach(interp->initial);
    }
    bool quiet = is_quiet(interp, p->forker, p->ident);
    (void)PyEval_SaveThread();
    return quiet;
}

static void probe_unref_locked(probe *p) EC_RELEASE(p->lock);

static void
probe_unref_locked(probe *p)
{
    bool last = --p->refs == 0;
    (void)pthread_cond_broadcast(&p->changed);
    ec_mutex_unlock(&p->lock);
    if (last) {
        (void)pthread_cond_destroy(&p->changed);
        free(p);
    }
}

/* Waits until the fork is over. */
static void
probe_stay_locked(probe *p) EC_REQUIRES(p->lock)
{
    while (!p->is_over) {
        (void)ec_cond_wait(&p->changed, &p->lock, UINT64_MAX);
    }
}

static void
probe_job(void *arg)
{
    probe *p = arg;
    for (size_t i = 0; i < p->n; i++) {
        bool quiet = p->item[i].is_idle && probe_one(p->item[i].interp, p);
        ec_mutex_lock(&p->lock);
        p->item[i].is_quiet = quiet;
        p->done++;
        (void)pthread_cond_broadcast(&p->changed);
        bool is_late = p->is_late;
        ec_mutex_unlock(&p->lock);
        if (is_late) {
            break;
        }
    }
    ec_mutex_lock(&p->lock);
    p->is_parked = true;
    (void)pthread_cond_broadcast(&p->changed);
    probe_stay_locked(p);
    probe_unref_locked(p);
}

/* Makes a probe of up to `n` interpreters; NULL: out of memory. */
static probe *
probe_make(size_t n)
{
    probe *p = calloc(1, sizeof *p + n * sizeof p->item[0]);
    if (p != NULL) {
        p->lock = (ec_mutex)EC_MUTEX_INIT(EC_RANK_LEAF);
        ec_cond_init(&p->changed);
        p->refs = 2;
        p->forker = es_tls_self.thread;
        p->ident = PyThread_get_thread_ident();
    }
    return p;
}

/* Hands a probe to the service thread; returns it, or NULL when out of memory. */
static probe *
probe_post(probe *p)
{
    ec_err ignored = EC_ERR_INIT;
    if (p == NULL || es_service_post(probe_job, p, &ignored) == EMBED_OK) {
        return p;
    }
    ec_err_clear(&ignored);
    free(p);
    return NULL;
}

/* Asks the service thread about all interpreters, main first. */
static probe *
probe_start(void)
{
    size_t n = 0;
    es_interp **all = es_interps_snapshot(&n);
    probe *p = probe_make(n + 1);
    if (p != NULL) {
        p->item[0].interp = &es_main;
        p->item[0].is_idle = true;
        p->n = 1;
    }
    for (size_t i = 0; i < n; i++) {
        all[i]->survives_fork = false;
        if (p != NULL && all[i] != &es_main && all[i]->initial != NULL) {
            p->item[p->n].interp = all[i];
            p->item[p->n++].is_idle = !es_interp_is_busy(all[i]);
        }
    }
    free(all);
    return probe_post(p);
}

/* Has the service thread stay without asking it anything: this thread is inside
 * Python, and that may wait for it. */
static probe *
probe_park(uint64_t deadline_ns)
{
    probe *p = probe_post(probe_make(1));
    if (p != NULL) {
        ec_mutex_lock(&p->lock);
        while (!p->is_parked &&
               ec_cond_wait(&p->changed, &p->lock, deadline_ns)) {
        }
        ec_mutex_unlock(&p->lock);
    }
    return p;
}

/* In the parent: lets the service thread and the holders go. */
static void
probe_end(void)
{
    if (now.probe != NULL) {
        ec_mutex_lock(&now.probe->lock);
        now.probe->is_over = true;
        probe_unref_locked(now.probe);
        now.probe = NULL;
    }
}

/* In the child, which has only this thread. */
static void
probe_after_fork(void)
{
    free(now.probe);
    now.probe = NULL;
}

/* Takes what is known by the deadline, and waits longer for main.  Returns
 * whether that answered. */
static bool
probe_finish(probe *p, uint64_t deadline_ns)
{
    uint64_t main_deadline = ec_now_ns() + MAIN_WAIT_NS;
    bool in_time = true;
    bool is_main_busy =
        es_interp_is_busy(&es_main); /* no one enters any more */
    ec_mutex_lock(&p->lock);
    while (!p->is_parked && in_time) {
        in_time = ec_cond_wait(&p->changed, &p->lock,
                               p->done == 0 ? main_deadline : deadline_ns);
    }
    bool has_main = p->done > 0 && p->has_main;
    now.is_main_quiet = p->item[0].is_quiet && !is_main_busy;
    for (size_t i = 1; i < p->done; i++) {
        p->item[i].interp->survives_fork = p->item[i].is_quiet;
    }
    p->is_late = true;
    ec_mutex_unlock(&p->lock);
    return has_main;
}

static void
helpers_count(es_interp *interp, int change)
{
    ec_mutex_lock(&es_threads_lock);
    interp->n_helpers += (unsigned)change;
    ec_mutex_unlock(&es_threads_lock);
}

static void
holder_main(void *arg)
{
    holder h = *(holder *)arg;
    free(arg);
    es_freeze_exempt();
    helpers_count(h.interp, 1);
    PyThreadState *tstate = es_tstate_new(h.interp);
    void *slot = es_gilslot_set(tstate);
    if (tstate != NULL) {
        PyEval_RestoreThread(tstate);
    }
    ec_mutex_lock(&h.probe->lock);
    h.probe->waiting--;
    (void)pthread_cond_broadcast(&h.probe->changed);
    probe_stay_locked(h.probe);
    ec_mutex_unlock(&h.probe->lock);
    if (tstate != NULL) {
        PyThreadState_Clear(tstate);
        PyThreadState_DeleteCurrent();
    }
    es_gilslot_restore(slot);
    helpers_count(h.interp, -1);
    ec_mutex_lock(&h.probe->lock);
    probe_unref_locked(h.probe);
}

/* Has a thread take the GIL of a busy interpreter: what runs there may be
 * importing or starting threads, with locks of the whole of Python's. */
static void
holder_start(probe *p, es_interp *interp)
{
    holder *h = calloc(1, sizeof *h);
    if (h == NULL) {
        return;
    }
    *h = (holder){.probe = p, .interp = interp};
    ec_mutex_lock(&p->lock);
    p->refs++;
    p->waiting++;
    ec_mutex_unlock(&p->lock);
    if (ec_helper_start("embed-fork", holder_main, h) != 0) {
        ec_mutex_lock(&p->lock);
        p->refs--;
        p->waiting--;
        ec_mutex_unlock(&p->lock);
        free(h);
    }
}

/* Stops the interpreters that are busy with a GIL of their own.  One that runs
 * C code without giving up its GIL is let go on. */
static void
busy_hold(probe *p, uint64_t deadline_ns)
{
    for (size_t i = 1; i < p->n; i++) {
        es_interp *interp = p->item[i].interp;
        if (interp->level == EMBED_ISOLATION_OWN && !interp->survives_fork) {
            holder_start(p, interp);
        }
    }
    ec_mutex_lock(&p->lock);
    bool any = p->refs > 2;
    while (p->waiting > 0 && ec_cond_wait(&p->changed, &p->lock, deadline_ns)) {
    }
    ec_mutex_unlock(&p->lock);
    if (any) {
        ec_nap(HOLD_NAP_NS);
    }
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
    now.main = es_tstate_new(&es_main);
    if (now.main == NULL) {
        return;
    }
    es_attach_state(&now.entry, now.main);
    now.is_main_quiet =
        now.is_main_quiet &&
        is_quiet(&es_main, es_tls_self.thread, PyThread_get_thread_ident());
    if (!now.is_main_quiet) {
        /* Who waits for the GIL looks after it once in an interval, under a
         * lock that the child needs: let them sleep through the fork. */
        now.interval = interval_set(FORK_INTERVAL_S);
        ec_nap((uint64_t)(now.interval * 4e9));
    }
    PyOS_BeforeFork(); /* takes CPython's lock of all states (3.13) */
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
        now.probe = es_service_is_self() ? NULL : probe_park(deadline_ns);
        return;
    }
    ec_mutex_lock(&fork_lock);
    es_freeze();
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
    now.probe = probe_start();
    if (now.probe == NULL) {
        return;
    }
    bool has_main = probe_finish(now.probe, deadline_ns);
    busy_hold(now.probe, ec_now_ns() + HOLD_WAIT_NS);
    if (has_main) {
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
        probe_end();
        return;
    }
    main_leave();
    probe_end();
    es_service_settle(ec_now_ns() + SETTLE_NS);
    for (size_t i = 0; i < n; i++) {
        es_gate_open(insts[i], ES_GATE_FORK);
    }
    es_thaw();
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
    return inst->interp->survives_fork;
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
    es_thaw_after_fork();
    es_service_after_fork();
    es_control_after_fork();
    es_deadline_after_fork();
    probe_after_fork();
    es_main_use use = main_use();
    es_main_after_fork(use);
    main_leave();
    for (size_t i = 0; i < n; i++) {
        es_inst *inst = insts[i];
        bool whole = inst_survived(inst, use == ES_MAIN_WHOLE);
        es_threads_after_fork(inst->interp);
        es_pending_after_fork(inst);
        es_gate_shut(inst, ES_GATE_FORKED);
        es_gate_open(inst, ES_GATE_FORK);
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
    es_deadline_resume();
}

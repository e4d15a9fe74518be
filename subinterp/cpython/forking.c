/* forking.c - interpreters across fork().
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/forking.h"

#include <stdlib.h>

#include "core/helper.h"
#include "subinterp/cpython/control.h"
#include "subinterp/cpython/deadline.h"
#include "subinterp/cpython/forked.h"
#include "subinterp/cpython/gilstruct.h"
#include "subinterp/cpython/pending.h"
#include "subinterp/cpython/runtime.h"
#include "subinterp/cpython/service.h"
#include "subinterp/cpython/thread.h"

/* What is found out about the interpreters; main first.  The service thread
 * looks, and then stays in its job until the fork is over: while it makes or
 * ends an interpreter it holds locks of the whole of Python's, which the child
 * would find locked.  Shared with threads that may outlive the wait: freed by
 * the last. */
typedef struct probe {
    ec_mutex lock;
    pthread_cond_t changed; /* with lock */
    unsigned refs;          /* guarded by: lock */
    size_t done;            /* guarded by: lock; how many are known */
    bool is_parked;         /* guarded by: lock; the service thread stays */
    bool is_late;           /* guarded by: lock; nobody waits for the rest */
    bool is_over;           /* guarded by: lock; the fork is: let go */
    size_t waiting;         /* guarded by: lock; holders without their GIL */
    bool is_park_only;      /* constant; nothing is to be looked at */
    bool is_wanted; /* guarded by: lock; a thread waits for main's GIL */
    bool has_main;  /* with done: main's GIL could be taken */
    const es_thread *forker;       /* the thread that forks: ours, */
    unsigned long ident;           /* as Python names it, */
    const PyThreadState *attached; /* and what it has attached, or NULL */
    struct item *item;             /* guarded by: lock; item[n] */
    size_t n;                      /* guarded by: lock; 0: not known yet */
} probe;

/* What is found out about one interpreter. */
struct item {
    es_interp *interp; /* constant */
    bool is_worth;     /* constant; no call in flight: worth a look */
    bool is_quiet;     /* guarded by: lock; no thread in it will run */
    bool is_held;      /* guarded by: lock; a holder has its GIL */
};

/* A thread that keeps the GIL of an interpreter during the fork. */
typedef struct holder {
    probe *probe;
    size_t i; /* which item */
} holder;

/* How long fork() waits for the main interpreter: without it the child has no
 * shared extensions, nor new ones on its GIL. */
#define MAIN_WAIT_NS 1000000000u

/* How long it waits for the GILs of busy interpreters: many switch intervals
 * (5 ms), as the machine may be busy too. */
#define HOLD_WAIT_NS 1000000000u

/* How often threads are asked to let go of main's GIL. */
#define NUDGE_NS 1000000u

/* How long a holder sleeps between two looks at the import lock. */
#define HOLD_NAP_NS 200000u

/* How long the service thread may take to end after the fork. */
#define SETTLE_NS 20000000u

/* Held by a thread that prepared a fork() until that is over: only one may play
 * with the gates.  A thread that forks from inside Python does not take it. */
static ec_mutex fork_lock = EC_MUTEX_INIT(EC_RANK_FORK);

/* How much of a fork is prepared. */
typedef enum fork_kind {
    FORK_FULL,    /* from outside of Python, or a hold */
    FORK_INSIDE,  /* attached: others may wait for what this thread has, so main
                     is left alone, unless this is it */
    FORK_PARTIAL, /* the same during another thread's fork: only the
                     interpreter that is attached comes over */
} fork_kind;

/* What prepare leaves for parent and child. */
static __thread struct {
    fork_kind kind;
    probe *probe;        /* keeps the service thread; NULL: out of memory */
    PyThreadState *main; /* held across the fork; NULL: main was not reached */
    es_entry entry;      /* with it */
    PyThreadState *attached; /* forked from inside Python with it */
    void *hold;              /* what embed_hold() had attached; NULL: nothing */
} now;

/* --- prepare --------------------------------------------------------------*/

/* Asks threads in interpreters on main's GIL for that, which a thread waits for;
 * see es_gil_nudge(). */
static void
nudge_locked(probe *p) EC_REQUIRES(p->lock)
{
    for (size_t i = 1; p->is_wanted && i < p->n; i++) {
        if (p->item[i].interp->level == EMBED_ISOLATION_SUB) {
            es_gil_nudge(p->item[i].interp->is);
        }
    }
}

/* This thread has main's GIL now. */
static void
wanted_end(probe *p)
{
    ec_mutex_lock(&p->lock);
    p->is_wanted = false;
    for (size_t i = 1; i < p->n; i++) {
        if (p->item[i].interp->level == EMBED_ISOLATION_SUB) {
            es_gil_calm(p->item[i].interp->is);
        }
    }
    ec_mutex_unlock(&p->lock);
}

/* Has the thread whose state is attached the GIL of an interpreter? */
static bool
is_attached(const es_interp *interp, const PyThreadState *attached)
{
    return attached != NULL && (attached->interp == interp->is ||
                                (interp->level != EMBED_ISOLATION_OWN &&
                                 es_interp_shares_main(attached->interp)));
}

static bool
is_attached_here(const es_interp *interp)
{
    return is_attached(interp, now.attached);
}

/* Will nothing run in an interpreter but calls that come through its gate?  Not
 * so with threads of Python's own making.  Attached to it. */
static bool
is_quiet(es_interp *interp, unsigned long ident)
{
    for (PyThreadState *t = PyInterpreterState_ThreadHead(interp->is);
         t != NULL; t = PyThreadState_Next(t)) {
        if (t != interp->initial && t->thread_id != ident &&
            !es_state_is_ours(interp, t) && !es_forked_is_gone(interp, t)) {
            return false;
        }
    }
    return true;
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
    if (interp == &es_main) {
        wanted_end(p);
    }
    bool quiet = is_quiet(interp, p->ident);
    (void)PyEval_SaveThread();
    return quiet;
}

static void
probe_free(probe *p)
{
    (void)pthread_cond_destroy(&p->changed);
    free(p->item);
    free(p);
}

static void probe_unref_locked(probe *p) EC_RELEASE(p->lock);

static void
probe_unref_locked(probe *p)
{
    bool last = --p->refs == 0;
    (void)pthread_cond_broadcast(&p->changed);
    ec_mutex_unlock(&p->lock);
    if (last) {
        probe_free(p);
    }
}

/* Waits until the fork is over. */
static void
probe_stay_locked(probe *p) EC_REQUIRES(p->lock)
{
    while (!p->is_over) {
        nudge_locked(p);
        (void)ec_cond_wait(&p->changed, &p->lock,
                           p->is_wanted ? ec_now_ns() + NUDGE_NS : UINT64_MAX);
    }
}

/* Finds all interpreters.  On the service thread, which makes and ends them: so
 * there are no others until the fork is over. */
static void
items_find(probe *p)
{
    size_t cap = p->is_park_only ? 0 : es_interps_count() + 1;
    struct item *item = cap == 0 ? NULL : calloc(cap, sizeof *item);
    size_t n = 0;
    if (item != NULL) {
        item[n++].interp = &es_main;
    }
    for (size_t i = 0; item != NULL && i + 1 < cap; i++) {
        es_interp *interp = es_interp_at(i);
        if (interp != NULL && interp != &es_main && interp->initial != NULL &&
            !es_interp_is_ending(interp)) {
            item[n++].interp = interp;
        }
    }
    for (size_t i = 0; i < n; i++) {
        item[i].is_worth =
            !is_attached(item[i].interp, p->attached) &&
            (i == 0 || !es_interp_is_busy_but(item[i].interp, p->forker));
    }
    ec_mutex_lock(&p->lock);
    p->item = item;
    p->n = n;
    p->is_wanted = n > 0 && item[0].is_worth;
    ec_mutex_unlock(&p->lock);
}

static void
probe_job(void *arg)
{
    probe *p = arg;
    items_find(p);
    for (size_t i = 0; i < p->n; i++) {
        bool quiet = p->item[i].is_worth && probe_one(p->item[i].interp, p);
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

/* Makes a probe; NULL: out of memory. */
static probe *
probe_make(void)
{
    probe *p = calloc(1, sizeof *p);
    if (p != NULL) {
        p->lock = (ec_mutex)EC_MUTEX_INIT(EC_RANK_LEAF);
        ec_cond_init(&p->changed);
        p->refs = 2;
        p->forker = es_tls_self.thread;
        p->ident = PyThread_get_thread_ident();
        p->attached = now.attached;
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
    probe_free(p);
    return NULL;
}

/* Asks the service thread about all interpreters, main first. */
static probe *
probe_start(void)
{
    for (size_t i = 0; i < es_interps_count(); i++) {
        es_interp *interp = es_interp_at(i);
        if (interp != NULL) {
            interp->survives_fork = false;
        }
    }
    return probe_post(probe_make());
}

/* Has the service thread stay without asking it anything: this thread is inside
 * Python, and that may wait for it. */
static probe *
probe_park(uint64_t deadline_ns)
{
    probe *p = probe_make();
    if (p != NULL) {
        p->is_park_only = true;
    }
    p = probe_post(p);
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
    if (now.probe != NULL) {
        free(now.probe->item);
        free(now.probe);
        now.probe = NULL;
    }
}

/* Takes what is known by the deadline, and waits longer for main.  Returns
 * whether that answered. */
static bool
probe_finish(probe *p, uint64_t deadline_ns)
{
    uint64_t main_deadline = ec_now_ns() + MAIN_WAIT_NS;
    bool in_time = true;
    ec_mutex_lock(&p->lock);
    while (!p->is_parked && in_time) {
        uint64_t end = p->done == 0 ? main_deadline : deadline_ns;
        uint64_t soon = ec_now_ns() + NUDGE_NS;
        nudge_locked(p);
        in_time =
            ec_cond_wait(&p->changed, &p->lock, soon < end ? soon : end) ||
            soon < end;
    }
    bool has_main = p->done > 0 && p->has_main;
    p->is_late = true;
    ec_mutex_unlock(&p->lock);
    return has_main;
}

/* Which interpreters will come over: those that nobody can be running in. */
static void
survivors_note(probe *p)
{
    bool has_reset = es_gil_is_known();
    ec_mutex_lock(&p->lock);
    for (size_t i = 1; i < p->n; i++) {
        es_interp *interp = p->item[i].interp;
        bool is_own = interp->level == EMBED_ISOLATION_OWN;
        bool is_quiet_there = p->item[i].is_quiet;
        interp->survives_fork =
            is_attached_here(interp) ||
            (is_own ? is_quiet_there || (p->item[i].is_held && has_reset)
                    : now.main != NULL && (is_quiet_there || has_reset));
    }
    ec_mutex_unlock(&p->lock);
}

static bool
is_over(probe *p)
{
    ec_mutex_lock(&p->lock);
    bool over = p->is_over;
    ec_mutex_unlock(&p->lock);
    return over;
}

/* Takes the GIL at a moment when no thread has the import lock, which the child
 * could not unlock: it is held for a few steps only. */
static void
holder_attach(PyThreadState *tstate, probe *p)
{
    PyEval_RestoreThread(tstate);
    while (es_import_is_locked() && !is_over(p)) {
        (void)PyEval_SaveThread();
        ec_nap(HOLD_NAP_NS);
        PyEval_RestoreThread(tstate);
    }
}

static void
holder_main(void *arg)
{
    holder h = *(holder *)arg;
    es_interp *interp = h.probe->item[h.i].interp;
    free(arg);
    es_freeze_exempt();
    PyThreadState *tstate = es_tstate_new(interp);
    void *slot = es_gilslot_set(tstate);
    if (tstate != NULL) {
        holder_attach(tstate, h.probe);
    }
    ec_mutex_lock(&h.probe->lock);
    h.probe->item[h.i].is_held = tstate != NULL;
    h.probe->waiting--;
    (void)pthread_cond_broadcast(&h.probe->changed);
    probe_stay_locked(h.probe);
    ec_mutex_unlock(&h.probe->lock);
    if (tstate != NULL) {
        PyThreadState_Clear(tstate);
        PyThreadState_DeleteCurrent();
    }
    es_gilslot_restore(slot);
    ec_mutex_lock(&h.probe->lock);
    probe_unref_locked(h.probe);
}

/* Has a thread take the GIL of an interpreter in which threads may run: the
 * child finds it between two steps of theirs, and without locks of the whole of
 * Python's, which importing and starting threads take. */
static void
holder_start(probe *p, size_t i)
{
    holder *h = calloc(1, sizeof *h);
    if (h == NULL) {
        return;
    }
    *h = (holder){.probe = p, .i = i};
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

/* How many interpreters there are; they do not change once they are known. */
static size_t
items_count(probe *p)
{
    ec_mutex_lock(&p->lock);
    size_t n = p->n;
    ec_mutex_unlock(&p->lock);
    return n;
}

/* Stops the interpreters with a GIL of their own in which something may run.
 * C code that does not give up its GIL is let go on. */
static void
busy_hold(probe *p, uint64_t deadline_ns)
{
    size_t n = items_count(p);
    for (size_t i = 1; i < n; i++) {
        const es_interp *interp = p->item[i].interp;
        ec_mutex_lock(&p->lock);
        bool is_quiet_there = p->item[i].is_quiet;
        ec_mutex_unlock(&p->lock);
        if (interp->level == EMBED_ISOLATION_OWN && !is_quiet_there &&
            !is_attached_here(interp)) {
            holder_start(p, i);
        }
    }
    ec_mutex_lock(&p->lock);
    while (p->waiting > 0 && ec_cond_wait(&p->changed, &p->lock, deadline_ns)) {
    }
    ec_mutex_unlock(&p->lock);
}

/* Attaches to main for the time of the fork, with a state of its own. */
static void
main_enter(void)
{
    now.main = es_tstate_new(&es_main);
    if (now.main != NULL) {
        ec_mutex_lock(&now.probe->lock);
        now.probe->is_wanted = true;
        (void)pthread_cond_broadcast(&now.probe->changed);
        ec_mutex_unlock(&now.probe->lock);
        es_attach_state(&now.entry, now.main);
        wanted_end(now.probe);
        PyOS_BeforeFork(); /* takes CPython's lock of all states (3.13) */
    }
}

/* Decides what can be prepared. */
static fork_kind kind_choose(void) EC_UNCHECKED;

static fork_kind
kind_choose(void)
{
    now.hold = es_hold_detach();
    now.attached = PyThreadState_GetUnchecked();
    if (now.attached == NULL && !es_service_is_self()) {
        ec_mutex_lock(&fork_lock);
        return FORK_FULL;
    }
    /* Another thread that forks may wait for the GIL that this one has. */
    return !es_service_is_self() && ec_mutex_trylock(&fork_lock) ? FORK_INSIDE
                                                                 : FORK_PARTIAL;
}

/* Shuts all gates and waits for calls in flight. */
static void
gates_shut(uint64_t deadline_ns)
{
    es_insts_gate(ES_GATE_FORK, true);
    es_barrier();
    for (size_t i = 0; i < es_interps_count(); i++) {
        es_interp *interp = es_interp_at(i);
        if (interp != NULL) {
            (void)es_interp_drain(interp, deadline_ns);
        }
    }
}

void
es_fork_prepare(uint64_t deadline_ns)
{
    now.probe = NULL;
    now.main = NULL;
    now.kind = kind_choose();
    if (now.kind == FORK_PARTIAL) {
        now.probe = es_service_is_self() ? NULL : probe_park(deadline_ns);
        return;
    }
    es_freeze();
    /* Half of the time for calls in flight, the rest for the probe. */
    uint64_t start = ec_now_ns();
    gates_shut(start + (deadline_ns - start) / 2);
    now.probe = probe_start();
    if (now.probe == NULL) {
        return;
    }
    bool has_main = probe_finish(now.probe, deadline_ns);
    busy_hold(now.probe, ec_now_ns() + HOLD_WAIT_NS);
    if (has_main && now.kind == FORK_FULL) {
        main_enter();
    }
    survivors_note(now.probe);
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
    PyThreadState_Clear(now.main);
    PyThreadState_DeleteCurrent();
    es_gilslot_restore(now.entry.outer_slot);
    now.main = NULL;
}

void
es_fork_parent(void)
{
    ec_mutex_unlock(&es_threads_lock);
    main_leave();
    probe_end();
    es_service_settle(ec_now_ns() + SETTLE_NS);
    if (now.kind != FORK_PARTIAL) {
        es_insts_gate(ES_GATE_FORK, false);
        es_thaw();
        ec_mutex_unlock(&fork_lock);
    }
    es_hold_attach(now.hold);
}

/* What is the main interpreter good for in the child?  One in which other
 * threads ran comes over whole, too, if its GIL can be made new. */
static bool
main_survives(const probe *p)
{
    return is_attached_here(&es_main) ||
           (now.main != NULL &&
            (es_gil_is_known() ||
             (p != NULL && p->n > 0 && p->item[0].is_quiet &&
              !es_interp_is_busy(&es_main))));
}

/* Does this thread go back into the interpreter, whatever became of it? */
static bool
is_inside_here(const es_interp *interp)
{
    const PyThreadState *hold = now.hold;
    bool is = is_attached_here(interp) ||
              (hold != NULL && hold->interp == interp->is);
    for (const es_released *r = es_tls_self.released; r != NULL; r = r->outer) {
        is = is || r->tstate->interp == interp->is;
    }
    return is;
}

/* Makes the GIL of one interpreter usable in the child.  Where this thread goes
 * back to an interpreter that could not be stopped, that is better than to wait
 * for a thread that is not here. */
static void
gil_renew(es_interp *interp, bool survives)
{
    if (interp == &es_main) {
        PyThreadState *mine =
            now.main != NULL ? now.main
                             : (is_attached_here(interp) ? now.attached : NULL);
        if (survives || is_inside_here(interp)) {
            es_gil_reset(interp->is, mine);
        }
    } else if (interp->level == EMBED_ISOLATION_OWN &&
               (survives || is_inside_here(interp))) {
        es_gil_reset(interp->is,
                     is_attached_here(interp) ? now.attached : NULL);
    }
}

/* Brings all interpreters into order, first of all their GILs. */
static void
interps_after_fork(bool has_main)
{
    if (now.kind == FORK_PARTIAL) {
        for (size_t i = 0; i < es_interps_count(); i++) {
            es_interp *interp = es_interp_at(i);
            if (interp != NULL) {
                interp->survives_fork = is_attached_here(interp);
            }
        }
    }
    gil_renew(&es_main, has_main);
    for (size_t i = 0; i < es_interps_count(); i++) {
        es_interp *interp = es_interp_at(i);
        if (interp != NULL && interp != &es_main) {
            gil_renew(interp, interp->survives_fork);
        }
    }
    es_main_after_fork(has_main ? ES_MAIN_WHOLE : ES_MAIN_LOST);
    main_leave();
    for (size_t i = 0; i < es_interps_count(); i++) {
        es_interp *interp = es_interp_at(i);
        if (interp != NULL) {
            es_threads_after_fork(interp);
            es_forked_mark(interp);
        }
    }
}

/* Decides on one instance. */
static void
inst_after_fork(es_inst *inst, bool has_main, void (*lost)(ec_slot *slot))
{
    ec_slot *slot = inst->slot;
    if ((atomic_load(&inst->gate) & ES_GATE_CLOSED) != 0) {
        return; /* its interpreter may be gone */
    }
    es_interp *interp = inst->interp;
    bool is_current = atomic_load(&slot->inst) == inst;
    bool is_used = is_current || atomic_load(&slot->pending) == inst;
    bool is_there = interp == &es_main ? has_main : interp->survives_fork;
    es_pending_after_fork(inst);
    es_gate_shut(inst, ES_GATE_FORKED);
    es_gate_open(inst, ES_GATE_FORK);
    if (is_there && is_used && slot->on_fork == EC_ON_FORK_KEEP) {
        return;
    }
    es_gate_shut(inst, ES_GATE_CLOSED);
    if (is_current) {
        lost(slot);
    }
    if (interp != &es_main && !inst->is_guest) {
        es_interp_abandon(interp);
    }
}

void
es_fork_child(void (*lost)(ec_slot *slot))
{
    ec_mutex_unlock(&es_threads_lock);
    ec_mutex_reinit(&es_threads_lock);
    if (now.kind != FORK_PARTIAL) {
        ec_mutex_unlock(&fork_lock);
    }
    ec_mutex_reinit(&fork_lock);
    bool has_main = main_survives(now.probe);
    es_thaw_after_fork();
    es_service_after_fork();
    es_control_after_fork();
    es_deadline_after_fork();
    es_forked_init();
    interps_after_fork(has_main);
    probe_after_fork();
    for (es_inst *inst = es_insts_first(); inst != NULL; inst = inst->next) {
        inst_after_fork(inst, has_main, lost);
    }
    if (!has_main) {
        es_interp_abandon(&es_main);
    }
    es_deadline_resume();
    es_hold_attach(now.hold);
}

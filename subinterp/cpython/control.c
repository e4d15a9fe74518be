/* control.c - hold, interrupt, time.sleep().
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/control.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>

#include "core/helper.h"
#include "subinterp/cpython/ffi/state.h"

#define NS_PER_S 1000000000u
/* How long an import may go on before it is interrupted, too; in how many of
 * the innermost frames it is looked for. */
#define IMPORT_NAP_NS 1000000
#define IMPORT_NAPS   100
#define IMPORT_FRAMES 64
#define SLEEP_MAX_S   1e9 /* longer ones end early, by then */

/* --- hold -----------------------------------------------------------------*/

/* An interpreter that this thread keeps attached between calls. */
typedef struct hold {
    es_inst *inst;
    es_entry entry;
    struct hold *outer;
} hold;

static __thread hold *innermost;

/* Tells the hot path what the innermost hold is.  One in the interpreter of
 * another hold is attached by that. */
static void
held_publish(void)
{
    const hold *h = innermost;
    while (h != NULL && h->entry.state == NULL) {
        h = h->outer;
    }
    bool is_same = h != NULL && h->inst->interp == innermost->inst->interp;
    es_tls_self.held = is_same ? innermost->inst : NULL;
    es_tls_self.held_state = is_same ? h->entry.state : NULL;
}

/* Adds to the number of holds among a state's entries. */
static void
held_count(const es_entry *entry, int change)
{
    if (entry->state != NULL) {
        entry->state->held += (unsigned)change;
    }
}

embed_status
es_hold(void *arg, ec_err *err)
{
    es_inst *inst = arg;
    if (es_tls_self.released != NULL ||
        (innermost == NULL && PyThreadState_GetUnchecked() != NULL)) {
        return ec_fail(err, EMBED_E_STATE, "called from inside Python");
    }
    hold *h = calloc(1, sizeof *h);
    if (h == NULL) {
        return ec_fail(err, EMBED_E_NOMEM, "out of memory");
    }
    embed_status status = es_enter_slow(inst, &h->entry, err);
    if (status != EMBED_OK) {
        free(h);
        return status;
    }
    held_count(&h->entry, 1);
    h->inst = inst;
    h->outer = innermost;
    innermost = h;
    held_publish();
    return EMBED_OK;
}

/* Undoes the innermost hold. */
static void
hold_drop(void)
{
    hold *h = innermost;
    innermost = h->outer;
    held_publish();
    held_count(&h->entry, -1);
    es_leave(&h->entry);
    free(h);
}

embed_status
es_unhold(const ec_slot *slot, ec_err *err)
{
    if (es_tls_self.released != NULL) {
        return ec_fail(err, EMBED_E_STATE, "called from inside Python");
    }
    if (innermost == NULL || innermost->inst->slot != slot) {
        return ec_fail(err, EMBED_E_STATE,
                       innermost == NULL
                           ? "this thread holds nothing"
                           : "this thread holds another extension, which must "
                             "be released first");
    }
    hold_drop();
    return EMBED_OK;
}

void *
es_hold_detach(void)
{
    PyThreadState *attached = PyThreadState_GetUnchecked();
    return attached != NULL && es_is_held(attached) ? PyEval_SaveThread()
                                                    : NULL;
}

void
es_hold_attach(void *held)
{
    if (held != NULL) {
        PyEval_RestoreThread(held);
    }
}

PyThreadState *
es_held_now(void)
{
    const hold *h = innermost;
    while (h != NULL && h->entry.state == NULL) {
        h = h->outer;
    }
    return h == NULL ? NULL : h->entry.state->tstate;
}

void
es_holds_drop(void)
{
    while (innermost != NULL) {
        hold_drop();
    }
}

/* --- interrupts -----------------------------------------------------------*/

_Atomic unsigned es_n_interrupts;

/* Guards sleepers only: they look at es_state.interrupt. */
static ec_mutex sleep_lock = EC_MUTEX_INIT(EC_RANK_LEAF);
static pthread_cond_t interrupted; /* with sleep_lock */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static _Atomic uint64_t n_orders;

/* WAITING <--GIL taken--> CLAIMED --> OVER; WAITING --given up--> OVER. */
typedef enum phase {
    PHASE_WAITING,
    PHASE_CLAIMED,
    PHASE_OVER,
} phase;

/* Who is to be interrupted, and why. */
typedef struct order {
    uint64_t number; /* used once */
    es_interp *interp;
    const es_state *state; /* NULL: all that are in a call */
    uint64_t call;         /* of `state`: its number; see es_state.watched */
    es_interrupt_kind kind;
    bool is_waited_for; /* else the rest is not used */

    ec_mutex lock;
    pthread_cond_t changed; /* with lock */
    bool lacks_memory;      /* guarded by: lock; an attempt did */
    phase phase;            /* guarded by: lock */
} order;

static PyObject *
exception_of(const es_py *py, es_interrupt_kind kind)
{
    return kind == ES_INTERRUPT_DEADLINE ? py->deadline_exceeded
                                         : py->interrupted;
}

/* Is a thread that is not running in the middle of an import?  An exception
 * there may leave importlib's locks locked. */
static bool
is_importing(PyThreadState *tstate)
{
    bool is = false;
    PyFrameObject *frame = PyThreadState_GetFrame(tstate);
    for (int i = 0; i < IMPORT_FRAMES && frame != NULL && !is; i++) {
        ES_OWNED PyObject *code = (PyObject *)PyFrame_GetCode(frame);
        is = PyUnicode_CompareWithASCIIString(
                 ((PyCodeObject *)code)->co_filename,
                 "<frozen importlib._bootstrap>") == 0;
        PyFrameObject *back = PyFrame_GetBack(frame);
        Py_DECREF(frame);
        frame = back;
    }
    Py_XDECREF(frame);
    return is;
}

/* Is this state of another thread in a call that the order means? */
static bool
is_meant(const order *o, const es_state *s)
{
    bool is_named = o->state == NULL ||
                    (s == o->state && atomic_load(&s->watched) == o->call);
    return is_named && s->thread != es_tls_self.thread &&
           s->interrupted_by != o->number && atomic_load(&s->inside) > s->held;
}

/* The next state that is meant, after `s` or the first for NULL; NULL: there is
 * none.  Attached: states stay, as their threads would need the GIL. */
static es_state *
target_next(const order *o, es_state *s)
{
    ec_mutex_lock(&es_threads_lock);
    s = s == NULL ? o->interp->states : s->next;
    while (s != NULL && !is_meant(o, s)) {
        s = s->next;
    }
    ec_mutex_unlock(&es_threads_lock);
    return s;
}

void
es_interrupt_drop(es_state *state)
{
    if (atomic_exchange(&state->interrupt, 0) != 0) {
        (void)atomic_fetch_sub(&es_n_interrupts, 1);
    }
}

/* Marks a state, and has its thread raise, attached. */
static void
target_hit(const order *o, es_state *state)
{
    if (atomic_exchange(&state->interrupt, o->kind) == 0) {
        (void)atomic_fetch_add(&es_n_interrupts, 1);
    }
    state->interrupted_by = o->number;
    /* A thread lets go of the GIL before it counts itself out: it does not see
     * the mark then, or is not counted any more. */
    es_barrier();
    if (atomic_load(&state->inside) <= state->held) {
        es_interrupt_drop(state);
        return;
    }
    /* A call that is over already but for its report: those around it get it
     * when this one is left. */
    if (!atomic_load(&state->thread->is_reporting)) {
        (void)PyThreadState_SetAsyncExc(state->tstate->thread_id,
                                        exception_of(o->interp->py, o->kind));
    }
}

/* Has the threads raise, attached; those that import only if `all`.  Returns
 * how many are left; more than none when out of memory. */
static size_t
deliver(const order *o, bool all)
{
    size_t left = 0;
    es_state *s = NULL;
    while (o->interp->py != NULL && (s = target_next(o, s)) != NULL) {
        if (!all && is_importing(s->tstate)) {
            left++;
        } else {
            target_hit(o, s);
        }
    }
    ec_mutex_lock(&sleep_lock);
    (void)pthread_cond_broadcast(&interrupted);
    ec_mutex_unlock(&sleep_lock);
    return left;
}

/* This thread's state in the interpreter that it is attached to; NULL: it is a
 * thread of Python's own. */
static const es_state *
state_here(void)
{
    const es_interp *interp = es_interp_find(PyThreadState_Get()->interp);
    const es_thread *thread = es_tls_self.thread;
    return interp != NULL && thread != NULL && interp->index < thread->n_states
               ? thread->states[interp->index]
               : NULL;
}

void
es_report_begin(void)
{
    if (es_tls_self.thread != NULL) {
        atomic_store(&es_tls_self.thread->is_reporting, true);
    }
    if (atomic_load(&es_n_interrupts) != 0) {
        (void)PyThreadState_SetAsyncExc(PyThreadState_Get()->thread_id, NULL);
    }
}

void
es_report_end(void)
{
    if (es_tls_self.thread != NULL) {
        atomic_store(&es_tls_self.thread->is_reporting, false);
    }
}

static void
once_init(void)
{
    ec_cond_init(&interrupted);
}

/* Takes a step; false: it is over already, as nobody waits any more. */
static bool
order_step(order *o, phase to)
{
    if (!o->is_waited_for) {
        return true;
    }
    ec_mutex_lock(&o->lock);
    bool ok = o->phase != PHASE_OVER;
    o->phase = ok ? to : PHASE_OVER;
    (void)pthread_cond_broadcast(&o->changed);
    ec_mutex_unlock(&o->lock);
    return ok;
}

/* Waits until it is over; false when time is up, and then nothing more is done:
 * calls made later must not be hit. */
static bool
order_wait(order *o, uint64_t deadline_ns)
{
    ec_mutex_lock(&o->lock);
    bool in_time = true;
    while (o->phase == PHASE_CLAIMED ||
           (o->phase == PHASE_WAITING && in_time)) {
        in_time =
            ec_cond_wait(&o->changed, &o->lock,
                         o->phase == PHASE_CLAIMED ? UINT64_MAX : deadline_ns);
    }
    bool is_over = o->phase == PHASE_OVER;
    o->phase = PHASE_OVER;
    ec_mutex_unlock(&o->lock);
    return is_over;
}

/* One attempt, with the GIL.  False: there is more to do. */
static bool
order_carry_out(order *o, bool all)
{
    es_entry entry;
    ec_err ignored = EC_ERR_INIT;
    embed_status status = es_enter_interp(o->interp, &entry, &ignored);
    /* There may be memory again: who waits does so for a bounded time, and a
     * deadline must not be lost.  Nobody is in what ends or has no number. */
    bool is_done = status == EMBED_E_CLOSED || o->interp->index == UINT_MAX;
    if (status == EMBED_OK) {
        is_done = true;
        if (order_step(o, PHASE_CLAIMED)) {
            is_done = deliver(o, all) == 0;
            (void)order_step(o, is_done ? PHASE_OVER : PHASE_WAITING);
        }
        es_leave_last(&entry);
    } else if (o->is_waited_for) {
        ec_mutex_lock(&o->lock);
        o->lacks_memory = !is_done;
        ec_mutex_unlock(&o->lock);
    }
    ec_err_clear(&ignored);
    return is_done;
}

bool
es_interrupt_call(es_interp *interp, const es_state *state, uint64_t call,
                  bool all)
{
    (void)pthread_once(&once, once_init);
    order o = {.number = atomic_fetch_add(&n_orders, 1) + 1,
               .interp = interp,
               .state = state,
               .call = call,
               .kind = ES_INTERRUPT_DEADLINE};
    return order_carry_out(&o, all);
}

/* A thread for each order: C code may keep the GIL for as long as it likes. */
static void
order_run(void *arg)
{
    order *o = arg;
    for (int i = 0;
         order_step(o, PHASE_WAITING) && !order_carry_out(o, i >= IMPORT_NAPS);
         i++) {
        ec_nap(IMPORT_NAP_NS);
    }
    (void)order_step(o, PHASE_OVER);
}

static void
order_free(void *arg)
{
    order *o = arg;
    (void)pthread_cond_destroy(&o->changed);
    free(o);
}

/* Makes an order to interrupt all calls; NULL: out of memory. */
static order *
order_make(es_interp *interp)
{
    order *o = calloc(1, sizeof *o);
    if (o != NULL) {
        (void)pthread_once(&once, once_init);
        *o = (order){.number = atomic_fetch_add(&n_orders, 1) + 1,
                     .interp = interp,
                     .kind = ES_INTERRUPT_ASKED,
                     .is_waited_for = true,
                     .lock = EC_MUTEX_INIT(EC_RANK_LEAF)};
        ec_cond_init(&o->changed);
    }
    return o;
}

embed_status
es_interrupt(void *arg, uint64_t deadline_ns, ec_err *err)
{
    const es_inst *inst = arg;
    if (inst->interp == &es_main || inst->is_guest) {
        return ec_fail(err, EMBED_E_STATE,
                       "it shares its interpreter: calls of others would be "
                       "interrupted, too");
    }
    order *o = order_make(inst->interp);
    if (o == NULL) {
        return ec_fail(err, EMBED_E_NOMEM, "out of memory");
    }
    ec_task *task = ec_task_start("embed-interrupt", order_run, o, order_free);
    if (task == NULL) {
        order_free(o);
        return ec_fail(err, EMBED_E_NOMEM, "no thread can be started for it");
    }
    bool is_done = order_wait(o, deadline_ns);
    ec_mutex_lock(&o->lock);
    bool lacks_memory = o->lacks_memory;
    ec_mutex_unlock(&o->lock);
    /* One that is done has the GIL, and lets go of it at once. */
    o = ec_task_end(task, is_done ? UINT64_MAX : 0);
    if (o != NULL) {
        order_free(o);
    }
    if (is_done) {
        return EMBED_OK;
    }
    return lacks_memory ? ec_fail(err, EMBED_E_NOMEM, "out of memory")
                        : ec_fail(err, EMBED_E_TIMEOUT,
                                  "C code keeps the GIL: no Python code can be "
                                  "interrupted");
}

/* Has this thread raise, attached, what its state is marked with. */
static void
raise_again(const es_state *state)
{
    unsigned kind = atomic_load(&state->interrupt);
    if (kind != 0) {
        (void)PyThreadState_SetAsyncExc(
            PyThreadState_Get()->thread_id,
            exception_of(state->interp->py, (es_interrupt_kind)kind));
    }
}

/* One attempt.  False: a call around this one has what is left of it. */
static bool
settle_once(es_state *state)
{
    es_entry entry = {.state = NULL};
    (void)atomic_fetch_add(&state->inside, 1);
    es_attach_state(&entry, state->tstate);
    bool is_outermost = atomic_load(&state->inside) == state->held + 1;
    if (is_outermost) {
        (void)PyThreadState_SetAsyncExc(PyThreadState_Get()->thread_id, NULL);
        es_interrupt_drop(state);
    } else {
        raise_again(state);
    }
    if (entry.is_attached) {
        (void)PyEval_SaveThread();
        es_gilslot_restore(entry.outer_slot);
        es_attach(entry.outer);
    }
    (void)atomic_fetch_sub(&state->inside, 1);
    return is_outermost;
}

void
es_interrupt_settle(es_state *state)
{
    /* Another order may find this thread inside, as in es_leave(). */
    while (settle_once(state) && atomic_load(&state->interrupt) != 0) {
    }
}

void
es_interrupt_hand_out(void)
{
    const es_state *state = state_here();
    if (state != NULL) {
        raise_again(state);
    }
}

void
es_control_after_fork(void)
{
    ec_mutex_reinit(&sleep_lock);
    ec_cond_init(&interrupted);
}

/* --- time.sleep() ---------------------------------------------------------*/

/* Waits without a GIL until the time is up or the state is interrupted. */
static void
sleep_wait(const es_state *state, uint64_t deadline_ns)
{
    (void)pthread_once(&once, once_init);
    ec_mutex_lock(&sleep_lock);
    while (atomic_load(&state->interrupt) == 0 &&
           ec_cond_wait(&interrupted, &sleep_lock, deadline_ns)) {
    }
    ec_mutex_unlock(&sleep_lock);
}

static PyObject *
interruptible_sleep(PyObject *self, PyObject *arg)
{
    const es_interp *interp = es_interp_find(PyThreadState_Get()->interp);
    const es_thread *thread = es_tls_self.thread;
    const es_state *state =
        interp != NULL && thread != NULL && interp->index < thread->n_states
            ? thread->states[interp->index]
            : NULL;
    double seconds = PyFloat_AsDouble(arg);
    if (state == NULL || (seconds == -1 && PyErr_Occurred()) ||
        !(seconds >= 0 && seconds <= SLEEP_MAX_S)) {
        /* A thread of Python's own; or an error, which is its to say. */
        PyErr_Clear();
        return PyObject_CallOneArg(self, arg);
    }
    uint64_t deadline = ec_now_ns() + (uint64_t)ceil(seconds * NS_PER_S);
    es_released released;
    es_gil_release(&released);
    sleep_wait(state, deadline);
    es_gil_regain(&released);
    Py_RETURN_NONE;
}

int
es_sleep_install(void)
{
    static PyMethodDef def = {
        "sleep", interruptible_sleep, METH_O,
        "sleep(seconds)\n\nDelays execution for a number of seconds; a host "
        "can end it."};
    ES_OWNED PyObject *module = PyImport_ImportModule("time");
    ES_OWNED PyObject *original = NULL;
    ES_OWNED PyObject *ours = NULL;
    if (module != NULL) {
        original = PyObject_GetAttrString(module, "sleep");
    }
    if (original != NULL) {
        ours = PyCFunction_New(&def, original);
    }
    return ours == NULL ? -1 : PyObject_SetAttrString(module, "sleep", ours);
}

/* thread.c - the cached thread states of each thread, and entering with them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/thread.h"

#include "subinterp/cpython/cancel.h"

#include "subinterp/cpython/control.h"

#include <linux/membarrier.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "subinterp/cpython/forked.h"
#include "subinterp/cpython/freeze.h"
#include "subinterp/cpython/service.h"

/* Stack to keep for Python on a thread: enough for the deepest C code of the
 * standard library.  A small thread makes do with less; with less than the
 * minimum not even an exception can be reported safely (C13). */
#define STACK_RESERVE_MIN ((size_t)128 << 10)
#define STACK_RESERVE_MAX ((size_t)256 << 10)

/* How long a drain sleeps between two looks. */
#define DRAIN_POLL_NS 200000

__thread es_tls es_tls_self;
ec_mutex es_threads_lock = EC_MUTEX_INIT(EC_RANK_THREADS);

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t exit_key; /* constant after es_runtime_start() */
static _Atomic bool is_abandoned;
static __thread bool has_exited; /* thread_exit() ran on this thread */

/* --- barrier --------------------------------------------------------------*/

#ifdef ES_LIGHT_FENCE
bool es_barrier_is_heavy;
#endif

static void
barrier_init(void)
{
    es_barrier_is_heavy =
        syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0,
                0) == 0;
}

void
es_barrier(void)
{
    if (es_barrier_is_heavy) {
        (void)syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
    }
    atomic_thread_fence(memory_order_seq_cst);
}

/* --- process-wide -----------------------------------------------------------*/

static void thread_exit(void *arg);

static void
process_init(void)
{
    barrier_init();
    es_freeze_init();
    (void)pthread_key_create(&exit_key, thread_exit);
}

bool
es_threads_init(void)
{
    (void)pthread_once(&once, process_init);
    return es_gilslot_discover();
}

/* --- thread states --------------------------------------------------------*/

/* Counts this thread as inside, where no gate is asked.  Whoever is inside
 * already belongs to what is being waited for. */
static void
state_count_in(es_state *state)
{
    while (atomic_fetch_add(&state->inside, 1) == 0 && es_is_frozen_here()) {
        (void)atomic_fetch_sub(&state->inside, 1);
        es_frozen_wait();
    }
}

/* --- threads --------------------------------------------------------------*/

/* Links a state into its interpreter, which is not ended from then on; false
 * when that has begun already. */
static bool
state_link(es_state *state)
{
    es_interp *interp = state->interp;
    ec_mutex_lock(&es_threads_lock);
    bool ok = !interp->is_ending;
    if (ok) {
        state->next = interp->states;
        interp->states = state;
    }
    ec_mutex_unlock(&es_threads_lock);
    return ok;
}

/* Unlinks a state from its interpreter; true when that is to be ended now. */
static bool
state_unlink(es_state *state)
{
    es_interp *interp = state->interp;
    ec_mutex_lock(&es_threads_lock);
    es_state **link = &interp->states;
    while (*link != NULL && *link != state) {
        link = &(*link)->next;
    }
    if (*link == state) {
        *link = state->next;
    }
    bool end =
        interp->is_orphan && !interp->is_ending && interp->states == NULL;
    interp->is_ending = interp->is_ending || end;
    ec_mutex_unlock(&es_threads_lock);
    return end;
}

bool
es_state_is_ours(es_interp *interp, const PyThreadState *tstate)
{
    ec_mutex_lock(&es_threads_lock);
    const es_state *s = interp->states;
    while (s != NULL && s->tstate != tstate) {
        s = s->next;
    }
    ec_mutex_unlock(&es_threads_lock);
    return s != NULL;
}

/* Deletes a state of this thread, attached, and undoes the entry; its
 * thread-locals die here, on the thread that owns them. */
static void
state_delete(es_state *state, const es_entry *entry)
{
    es_interp *interp = state->interp;
    state->held = UINT_MAX; /* no call, from here on */
    PyThreadState_Clear(state->tstate);
    PyThreadState_DeleteCurrent();
    es_gilslot_restore(entry->outer_slot);
    if (entry->outer != NULL) {
        PyEval_RestoreThread(entry->outer);
    }
    if (state_unlink(state)) {
        ec_err ignored = EC_ERR_INIT;
        (void)es_service_post(es_interp_end_job, interp, &ignored);
        ec_err_clear(&ignored);
    }
    free(state);
}

static void
state_destroy(es_state *state)
{
    es_entry entry = {.state = NULL};
    state_count_in(state);
    es_attach_state(&entry, state->tstate);
    state_delete(state, &entry);
}

/* Deletes all states of this thread that are there; false: there were none. */
static bool
states_sweep(es_thread *thread)
{
    bool any = false;
    for (size_t i = 0; i < thread->n_states; i++) {
        es_state *state = thread->states[i];
        if (state != NULL) {
            /* Kept in the table until it is gone: finalisers that call an
             * export find it. */
            state_destroy(state);
            thread->states[i] = NULL;
            any = true;
        }
    }
    return any;
}

/* Deletes all states of this thread, and those that finalisers make by calling
 * extensions; what finalisers make for ever is left, as by pthread keys. */
static void
states_destroy(es_thread *thread)
{
    int rounds = 0;
    while (rounds < PTHREAD_DESTRUCTOR_ITERATIONS && states_sweep(thread)) {
        rounds++;
    }
}

static bool
has_states(const es_thread *thread)
{
    bool any = false;
    for (size_t i = 0; i < thread->n_states; i++) {
        any = any || thread->states[i] != NULL;
    }
    return any;
}

/* Is this thread in the middle of a call into an extension? */
static bool
thread_is_inside(const es_thread *thread)
{
    for (size_t i = 0; i < thread->n_states; i++) {
        const es_state *state = thread->states[i];
        if (state != NULL &&
            atomic_load_explicit(&state->inside, memory_order_relaxed) != 0) {
            return true;
        }
    }
    return false;
}

/* Runs at the end of a thread, before pthread keys are torn down (C5); again
 * among those when a destructor of the host's called an extension after that.
 * Not on the process's main thread: there it runs inside exit(). */
static void
thread_exit(void *arg)
{
    es_thread *thread = arg;
    has_exited = true;
    if (syscall(SYS_gettid) == (long)getpid()) {
        return;
    }
    if (!atomic_load_explicit(&is_abandoned, memory_order_acquire)) {
        es_calls_drop(thread);
        es_holds_drop();
        states_destroy(thread);
    } else if (has_states(thread)) {
        return; /* they know it */
    }
    es_tls_self.thread = NULL;
    (void)pthread_setspecific(exit_key, NULL);
    free(thread->states);
    free(thread);
}

// NOLINTNEXTLINE(readability-identifier-naming): the C++ ABI's name
extern int __cxa_thread_atexit_impl(void (*fn)(void *), void *arg, void *dso);
// NOLINTNEXTLINE(readability-identifier-naming): the linker's name
extern void *__dso_handle __attribute__((visibility("hidden")));

/* This thread's record, made when there is none; NULL: out of memory. */
static es_thread *
thread_self(void)
{
    if (es_tls_self.thread == NULL) {
        es_thread *thread = calloc(1, sizeof *thread);
        if (thread != NULL) {
            thread->tid = syscall(SYS_gettid);
            ec_stack_measure(&thread->stack, STACK_RESERVE_MIN,
                             STACK_RESERVE_MAX);
            es_gilslot_learn();
            es_cancel_learn();
            if (!has_exited) {
                (void)__cxa_thread_atexit_impl(thread_exit, thread,
                                               &__dso_handle);
            }
            (void)pthread_setspecific(exit_key, thread);
        }
        es_tls_self.thread = thread;
    }
    return es_tls_self.thread;
}

/* This thread's state in `interp`, made when there is none; NULL: out of
 * memory, or the interpreter ends. */
static es_state *
state_get(es_thread *thread, es_interp *interp)
{
    if (interp->index >= thread->n_states) {
        if (interp->index == UINT_MAX) {
            return NULL;
        }
        size_t n = (size_t)interp->index + 8;
        es_state **grown = realloc(thread->states, n * sizeof(es_state *));
        if (grown == NULL) {
            return NULL;
        }
        for (size_t i = thread->n_states; i < n; i++) {
            grown[i] = NULL;
        }
        thread->states = grown;
        thread->n_states = n;
    }
    es_state *state = thread->states[interp->index];
    if (state != NULL) {
        return state;
    }
    state = calloc(1, sizeof *state);
    if (state == NULL) {
        return NULL;
    }
    state->interp = interp;
    state->thread = thread;
    if (!state_link(state)) {
        free(state);
        return NULL;
    }
    state->tstate = es_tstate_new(interp);
    if (state->tstate == NULL) {
        (void)state_unlink(state);
        free(state);
        return NULL;
    }
    thread->states[interp->index] = state;
    return state;
}

/* --- entering -------------------------------------------------------------*/

/* The innermost state of `interp` that Python code of this thread gave up for
 * a call of C code; NULL: none. */
static PyThreadState *
released_in(const es_interp *interp)
{
    for (const es_released *r = es_tls_self.released; r != NULL; r = r->outer) {
        if (r->tstate->interp == interp->is) {
            return r->tstate;
        }
    }
    return NULL;
}

bool
es_is_held(const PyThreadState *attached)
{
    const es_state *state = es_tls_self.held_state;
    return state != NULL && state->tstate == attached &&
           es_tls_self.released == NULL &&
           atomic_load_explicit(&state->inside, memory_order_relaxed) ==
               state->held;
}

/* Attaches a state that this thread has already because it is a thread of
 * Python's own making, or one that is in the middle of a call from Python. */
static bool
enter_borrowed(es_interp *interp, es_entry *entry)
{
    PyThreadState *mine = PyThreadState_GetUnchecked();
    if (mine != NULL && es_is_held(mine)) {
        return false;
    }
    if (mine == NULL || mine->interp != interp->is) {
        mine = released_in(interp);
    }
    if (mine == NULL) {
        return false;
    }
    entry->state = NULL;
    es_attach_state(entry, mine);
    es_levels_cut(entry, es_tls_self.thread, mine);
    return true;
}

/* Is the C function that Python code has called not on the stack any more?  That
 * code goes on never, and no other can on this thread. */
static bool
is_left_by_jump(const ec_stack *stack)
{
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    uintptr_t call = (uintptr_t)es_tls_self.released;
    return call != 0 && call < here && call - stack->low < stack->size &&
           here - stack->low < stack->size;
}

static embed_status
thread_prepare(es_entry *entry, es_thread **out_thread, ec_err *err)
{
    es_thread *thread = thread_self();
    *out_thread = thread;
    if (thread == NULL) {
        return ec_fail(err, EMBED_E_NOMEM, "out of memory");
    }
    if (ec_stack_is_low(&thread->stack)) {
        return ec_fail(err, EMBED_E_STACK,
                       "too little C stack is left on this thread");
    }
    if (is_left_by_jump(&thread->stack)) {
        return ec_fail(err, EMBED_E_STATE,
                       "a longjmp() of this thread has left Python code that "
                       "had not returned");
    }
    entry->state = NULL;
    return EMBED_OK;
}

embed_status
es_stack_check(ec_err *err)
{
    es_entry unused;
    es_thread *thread = NULL;
    return thread_prepare(&unused, &thread, err);
}

embed_status
es_enter_interp(es_interp *interp, es_entry *entry, ec_err *err)
{
    es_thread *thread = NULL;
    embed_status status = thread_prepare(entry, &thread, err);
    if (status != EMBED_OK || enter_borrowed(interp, entry)) {
        return status;
    }
    es_state *state = state_get(thread, interp);
    if (state == NULL) {
        ec_mutex_lock(&es_threads_lock);
        bool is_ending = interp->is_ending;
        ec_mutex_unlock(&es_threads_lock);
        return is_ending ? ec_fail(err, EMBED_E_CLOSED, "its interpreter ends")
                         : ec_fail(err, EMBED_E_NOMEM, "out of memory");
    }
    state_count_in(state);
    entry->state = state;
    es_attach_state(entry, state->tstate);
    es_levels_cut(entry, thread, state->tstate);
    status = es_forked_settle(interp, err);
    if (status != EMBED_OK) {
        es_leave(entry);
    }
    return status;
}

/* Counts this thread in, unless the gate is shut for good. */
static embed_status
gate_pass(es_inst *inst, es_state *state, unsigned *out_gate, ec_err *err)
{
    for (;;) {
        atomic_fetch_add_explicit(&state->inside, 1, memory_order_seq_cst);
        unsigned gate = atomic_load_explicit(&inst->gate, memory_order_seq_cst);
        *out_gate = gate;
        /* A nested call of a thread that is inside already belongs to what is
         * being waited for. */
        if ((gate & (ES_GATE_CLOSED | ES_GATE_FORK)) == 0 ||
            (es_freeze_is_exempt() && (gate & ES_GATE_CLOSED) == 0) ||
            atomic_load_explicit(&state->inside, memory_order_relaxed) > 1) {
            return EMBED_OK;
        }
        (void)atomic_fetch_sub_explicit(&state->inside, 1,
                                        memory_order_seq_cst);
        if ((gate & ES_GATE_CLOSED) != 0) {
            return ec_fail(err, EMBED_E_CLOSED, "the extension is closed");
        }
        es_frozen_wait();
    }
}

embed_status
es_enter_slow(es_inst *inst, es_entry *entry, ec_err *err)
{
    es_interp *interp = inst->interp;
    es_thread *thread = NULL;
    unsigned gate = 0;
    if (es_service_is_self()) {
        return ec_fail(err, EMBED_E_REENTRY,
                       "Python is being started on this thread");
    }
    embed_status status = thread_prepare(entry, &thread, err);
    if (status != EMBED_OK || enter_borrowed(interp, entry)) {
        return status;
    }
    bool is_new = interp->index >= thread->n_states ||
                  thread->states[interp->index] == NULL;
    if (is_new && (atomic_load_explicit(&inst->gate, memory_order_acquire) &
                   ES_GATE_CLOSED) != 0) {
        return ec_fail(err, EMBED_E_CLOSED, "the extension is closed");
    }
    es_state *state = state_get(thread, interp);
    if (state == NULL) {
        gate = atomic_load_explicit(&inst->gate, memory_order_acquire);
        return (gate & ES_GATE_CLOSED) != 0
                   ? ec_fail(err, EMBED_E_CLOSED, "the extension is closed")
                   : ec_fail(err, EMBED_E_NOMEM, "out of memory");
    }
    status = gate_pass(inst, state, &gate, err);
    if (status != EMBED_OK) {
        return status;
    }
    entry->state = state;
    es_attach_state(entry, state->tstate);
    es_levels_cut(entry, thread, state->tstate);
    if ((gate & ES_GATE_FORKED) != 0) {
        status = es_forked_settle(interp, err);
        if (status == EMBED_OK) {
            es_gate_open(inst, ES_GATE_FORKED);
        } else {
            es_leave(entry);
        }
    }
    return status;
}

/* --- leaving for good -----------------------------------------------------*/

embed_status
es_thread_release(ec_err *err)
{
    es_thread *thread = es_tls_self.thread;
    if (es_tls_self.released != NULL || PyThreadState_GetUnchecked() != NULL ||
        (thread != NULL && thread_is_inside(thread))) {
        return ec_fail(err, EMBED_E_STATE, "called from inside Python");
    }
    if (thread != NULL && !atomic_load(&is_abandoned)) {
        states_destroy(thread);
    }
    return EMBED_OK;
}

void
es_leave_last(es_entry *entry)
{
    es_state *state = entry->state;
    state->thread->states[state->interp->index] = NULL;
    state_delete(state, entry);
}

void
es_thread_drop(es_interp *interp)
{
    es_thread *thread = es_tls_self.thread;
    if (thread == NULL || interp->index >= thread->n_states ||
        atomic_load(&is_abandoned)) {
        return;
    }
    es_state *state = thread->states[interp->index];
    if (state != NULL &&
        atomic_load_explicit(&state->inside, memory_order_relaxed) == 0) {
        state_destroy(state);
        thread->states[interp->index] = NULL;
    }
}

bool
es_interp_is_busy(es_interp *interp)
{
    return es_interp_is_busy_but(interp, es_tls_self.thread);
}

bool
es_interp_is_busy_but(es_interp *interp, const es_thread *but)
{
    bool busy = false;
    ec_mutex_lock(&es_threads_lock);
    for (es_state *s = interp->states; s != NULL && !busy; s = s->next) {
        busy = s->thread != but &&
               atomic_load_explicit(&s->inside, memory_order_acquire) != 0;
    }
    ec_mutex_unlock(&es_threads_lock);
    return busy;
}

bool
es_interp_drain(es_interp *interp, uint64_t deadline_ns)
{
    while (es_interp_is_busy(interp)) {
        if (ec_now_ns() >= deadline_ns) {
            return false;
        }
        ec_nap(DRAIN_POLL_NS);
    }
    return true;
}

void
es_gate_shut(es_inst *inst, unsigned bits)
{
    (void)atomic_fetch_or(&inst->gate, bits);
}

void
es_gate_open(es_inst *inst, unsigned bits)
{
    (void)atomic_fetch_and(&inst->gate, ~bits);
}

void
es_insts_gate(unsigned bits, bool shut)
{
    for (es_inst *inst = es_insts_first(); inst != NULL; inst = inst->next) {
        if (shut) {
            es_gate_shut(inst, bits);
        } else {
            es_gate_open(inst, bits);
        }
    }
}

/* Takes an idle state out of the interpreter's list; NULL: none is left. */
static es_state *
state_take_idle(es_interp *interp)
{
    ec_mutex_lock(&es_threads_lock);
    es_state **link = &interp->states;
    while (*link != NULL && atomic_load(&(*link)->inside) != 0) {
        link = &(*link)->next;
    }
    es_state *state = *link;
    if (state != NULL) {
        *link = state->next;
    }
    ec_mutex_unlock(&es_threads_lock);
    return state;
}

void
es_states_delete_idle(es_interp *interp)
{
    es_state *state = NULL;
    while ((state = state_take_idle(interp)) != NULL) {
        PyThreadState_Clear(state->tstate);
        /* CPython clears the slot of the deleting thread, not of the owner
         * (whose slot names it no more since es_leave()). */
        void *slot = es_gilslot_set(state->tstate);
        PyThreadState_Delete(state->tstate);
        es_gilslot_restore(slot);
        /* `state` stays: its thread's table points to it. */
    }
}

void
es_threads_after_fork(es_interp *interp)
{
    es_state **link = &interp->states;
    while (*link != NULL) {
        es_state *state = *link;
        if (state->thread == es_tls_self.thread) {
            state->thread->tid = syscall(SYS_gettid);
            link = &state->next;
        } else {
            *link = state->next;
            state->thread = NULL;
            state->next = interp->gone_states;
            interp->gone_states = state;
        }
    }
}

es_state *
es_state_take_gone(es_interp *interp)
{
    ec_mutex_lock(&es_threads_lock);
    es_state *state = interp->gone_states;
    if (state != NULL) {
        interp->gone_states = state->next;
    }
    ec_mutex_unlock(&es_threads_lock);
    return state;
}

void
es_interp_abandon(es_interp *interp)
{
    const es_thread *thread = es_tls_self.thread;
    if (thread != NULL && interp->index < thread->n_states) {
        thread->states[interp->index] = NULL;
    }
    if (interp != &es_main) {
        es_interp_unnumber(interp);
    }
}

void
es_threads_abandon(void)
{
    atomic_store_explicit(&is_abandoned, true, memory_order_release);
}

/* --- for core -------------------------------------------------------------*/

void *
es_detach(void)
{
    return PyThreadState_GetUnchecked() == NULL ? NULL : PyEval_SaveThread();
}

void
es_attach(void *outer)
{
    if (outer != NULL) {
        PyEval_RestoreThread(outer);
    }
}

bool
es_belongs(void *arg, void *outer)
{
    const es_inst *inst = arg;
    const es_interp *interp = inst->interp;
    const PyThreadState *attached = outer;
    /* In the shared interpreter it would say nothing: its threads may be those
     * of other extensions, and must wait like all others. */
    return interp != &es_main &&
           ((attached != NULL && attached->interp == interp->is) ||
            released_in(interp) != NULL);
}

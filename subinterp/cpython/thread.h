/* thread.h - the cached thread states of each thread, and entering with them.
 *
 * One PyThreadState per (thread, interpreter), made on the first entry, used
 * for all later ones, deleted by its own thread only (R1, C5).  As long as a
 * thread has one, the interpreter is not ended.
 *
 * An entry announces itself in es_state.inside before it looks at the gate;
 * who shuts a gate calls es_barrier() and then looks at `inside` of all
 * states: so calls in flight are known exactly without a shared counter (R8).
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_SUBINTERP_CPYTHON_THREAD_H
#define EMBED_SUBINTERP_CPYTHON_THREAD_H

#include "subinterp/cpython/freeze.h"
#include "subinterp/cpython/gil.h"
#include "subinterp/cpython/gilslot.h"
#include "subinterp/cpython/interp.h"
#include "subinterp/cpython/interps.h"

#include "core/lock.h"
#include "core/stack.h"

/** Why a call is interrupted. */
typedef enum es_interrupt_kind {
    ES_INTERRUPT_ASKED = 1,
    ES_INTERRUPT_DEADLINE = 2,
} es_interrupt_kind;

/** A call in flight that has a deadline; see deadline.h. */
typedef struct es_watch {
    uint64_t expires_ns;           /* CLOCK_MONOTONIC */
    unsigned n_tries;              /* to interrupt it */
    es_state *state;               /* of the call */
    struct es_watch *next, **link; /* guarded by: the deadline lock; NULL link:
                                      it is not in the list */
} es_watch;

/** A thread's state in one interpreter. */
struct es_state {
    PyThreadState *tstate;
    es_interp *interp;
    _Atomic unsigned inside; /* calls in flight; written by its thread only */
    unsigned held;           /* guarded by: the GIL; of `inside`: not calls, but
                                es_hold() */
    _Atomic unsigned interrupt; /* es_interrupt_kind that its calls must raise,
                                   0: none; written with the GIL held */
    uint64_t interrupted_by;  /* guarded by: the GIL; the last order's number */
    _Atomic uint64_t watched; /* the number of its call that has a deadline;
                                   0: none.  Numbers are used once. */
    es_watch watch;           /* of that call */
    es_thread *thread;        /* NULL in a fork child: its thread is gone */
    es_state *next;           /* guarded by: threads lock; in interp->states */
};

/** What libembed knows of a thread; made on its first entry. */
struct es_thread {
    es_state **states; /* states[n_states]; NULL where it never was */
    long tid;          /* the kernel's number */
    size_t n_states;
    ec_stack stack;
    _Atomic bool is_reporting; /* its call has failed, and we say so in
                                  Python: nothing is interrupted */
};

/** One entry into an interpreter, to be undone by es_leave(). */
typedef struct es_entry {
    es_state *state;      /* whose `inside` was counted; NULL: none */
    PyThreadState *outer; /* state to attach again; NULL: none */
    void *outer_slot;     /* what CPython's gilstate slot held */
    bool is_attached;     /* es_enter attached; else `outer` was right */
    int levels;           /* what es_levels_cut() took */
} es_entry;

/** Guards the lists of states and the indexes of interpreters. */
extern ec_mutex es_threads_lock;

/** Makes this thread attached to an instance's interpreter; everything that
 *  es_enter_fast() does not handle.
 *
 *  Returns EMBED_OK; EMBED_E_CLOSED; EMBED_E_STACK; EMBED_E_NOMEM. */
embed_status es_enter_slow(es_inst *inst, es_entry *entry, ec_err *err);

/** Has this thread the stack that an entry needs?  EMBED_OK; EMBED_E_STACK;
 *  EMBED_E_NOMEM. */
embed_status es_stack_check(ec_err *err);

/** As es_enter_slow(), for the interpreter itself: no gate.  EMBED_E_CLOSED: it
 *  ends, or has ended. */
embed_status es_enter_interp(es_interp *interp, es_entry *entry, ec_err *err);

/** Undoes es_enter_interp() on a thread of ours that does not come back, and
 *  deletes its state with the GIL that it has: its end waits for nobody then. */
void es_leave_last(es_entry *entry);

/** Is the state that is attached so by a hold alone, with no call in flight? */
bool es_is_held(const PyThreadState *attached);

/** Undoes an entry: the thread has again what it had before (R4). */
static inline void es_leave(es_entry *entry);

/** How many states are to be interrupted. */
extern _Atomic unsigned es_n_interrupts;

/** After a call that was to be interrupted has been left: what it has not raised
 *  is taken back, or given to the call around it. */
void es_interrupt_settle(es_state *state);

/** At the end of a call from inside Python, attached: the call around it is to
 *  be interrupted, too. */
void es_interrupt_hand_out(void);

/** Around the report of a failed call, attached: nothing interrupts that. */
void es_report_begin(void);
void es_report_end(void);

/** Gives up this thread's states in all interpreters.  EMBED_E_STATE inside a
 *  call. ec_backend.thread_release */
embed_status es_thread_release(ec_err *err);

/** Gives up this thread's state in one interpreter, if it has one and is not
 *  inside. */
void es_thread_drop(es_interp *interp);

/** Prepares what entries need of the process: fences, gates, the gilstate slot.
 *  The main interpreter runs and is not attached.  False: no thread can be had
 *  for that now. */
bool es_threads_init(void);

/** Is it one of the cached states of an interpreter? */
bool es_state_is_ours(es_interp *interp, const PyThreadState *tstate);

/** Deletes the idle states of all threads in an interpreter that is attached,
 *  gates shut, on the service thread: only when Python itself ends, as it
 *  would abort otherwise.  The threads never look at their states again. */
void es_states_delete_idle(es_interp *interp);

/** Are calls of threads in flight in `interp` that are not this one, or not
 *  `but`? */
bool es_interp_is_busy(es_interp *interp);
bool es_interp_is_busy_but(es_interp *interp, const es_thread *but);

/** Waits until no other thread is inside; false when time is up. */
bool es_interp_drain(es_interp *interp, uint64_t deadline_ns);

/** Makes stores of all threads before this point visible to this one, and
 *  stores of this one visible to them.  Pairs with the compiler barrier in
 *  es_enter_fast(). */
void es_barrier(void);

/** Opens and shuts gates; of one instance, and of all. */
void es_gate_shut(es_inst *inst, unsigned bits);
void es_gate_open(es_inst *inst, unsigned bits);
void es_insts_gate(unsigned bits, bool shut);

/** In a fork child: sets aside the states of all other threads in `interp`. */
void es_threads_after_fork(es_interp *interp);

/** One of those, no longer listed, for the caller to free; NULL: none is left. */
es_state *es_state_take_gone(es_interp *interp);

/** In a fork child: gives up an interpreter that other threads were in.  It
 *  stays as it is, and this thread never touches it again. */
void es_interp_abandon(es_interp *interp);

/** Process exit or the end of Python: threads that end later leave their
 *  states alone. */
void es_threads_abandon(void);

/** ec_backend.detach, attach, belongs */
void *es_detach(void);
void es_attach(void *outer);
bool es_belongs(void *inst, void *outer);

/* --- the hot path ---------------------------------------------------------*/

/* The fence that es_barrier() pairs with: none at all where the kernel can
 * interrupt all threads instead. */
#if defined(__SANITIZE_THREAD__)
# define ES_LIGHT_FENCE() atomic_thread_fence(memory_order_seq_cst)
#elif defined(__has_feature)
# if __has_feature(thread_sanitizer)
#  define ES_LIGHT_FENCE() atomic_thread_fence(memory_order_seq_cst)
# endif
#endif
#ifndef ES_LIGHT_FENCE
extern bool es_barrier_is_heavy; /* constant after es_runtime_start() */
# define ES_LIGHT_FENCE()                                          \
  (es_barrier_is_heavy ? atomic_signal_fence(memory_order_seq_cst) \
                       : atomic_thread_fence(memory_order_seq_cst))
#endif

/* Attaches `tstate`, or finds that its interpreter is attached already. */
static inline void
es_attach_state(es_entry *entry, PyThreadState *tstate)
{
    PyThreadState *outer = PyThreadState_GetUnchecked();
    entry->outer = outer;
    entry->is_attached = true;
    if (ES_UNLIKELY(outer != NULL)) {
        if (outer->interp == tstate->interp) {
            entry->is_attached = false;
            return;
        }
        (void)PyEval_SaveThread();
    }
    entry->outer_slot = es_gilslot_set(tstate);
    PyEval_RestoreThread(tstate);
}

/* CPython until 3.13 counts levels of C recursion and does not look at the
 * stack.  A level takes up to 440 bytes of it, in rare cases (sorted()) 1700.
 * Where there is less stack than CPython hopes for, it gets fewer levels, and
 * raises RecursionError instead of crashing (C13). */
#define ES_STACK_ROOMY ((size_t)5 << 20) /* CPython's own limit is right */
#if !defined(__SANITIZE_THREAD__)
# define ES_STACK_CUT   ES_STACK_ROOMY
# define ES_LEVEL_SHIFT 10 /* bytes of a level, as power of 2 */
#else
/* Our own frames in between are larger. */
# define ES_STACK_CUT   ((size_t)64 << 20)
# define ES_LEVEL_SHIFT 11
#endif

/* After attaching: limits the levels to the stack that is left. */
static inline void
es_levels_cut(es_entry *entry, const es_thread *thread, PyThreadState *tstate)
{
    int *levels = es_c_levels(entry->is_attached ? tstate : entry->outer);
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    size_t room = here - thread->stack.low;
    entry->levels = 0;
    if (levels != NULL && room < ES_STACK_CUT) {
        int cut = *levels - (int)(room >> ES_LEVEL_SHIFT);
        entry->levels = cut > 0 ? cut : 0;
        *levels -= entry->levels;
    }
}

/* Before or after detaching `tstate`: undoes it. */
static inline void
es_levels_give(const es_entry *entry, PyThreadState *tstate)
{
    int *levels = es_c_levels(tstate);
    if (levels != NULL && entry->levels != 0) {
        *levels += entry->levels;
    }
}

/* Counts a call of this thread, unless the gate is shut. */
static inline bool
es_count_in(const es_inst *inst, es_state *state)
{
    unsigned inside =
        atomic_load_explicit(&state->inside, memory_order_relaxed);
    atomic_store_explicit(&state->inside, inside + 1, memory_order_relaxed);
    ES_LIGHT_FENCE(); /* pairs with es_barrier() */
    if (ES_UNLIKELY(atomic_load_explicit(&inst->gate, memory_order_acquire) !=
                    0)) {
        atomic_store_explicit(&state->inside, inside, memory_order_release);
        return false;
    }
    return true;
}

/* Counts it out, and settles an interrupt that has come too late for it. */
static inline void
es_count_out(es_state *state)
{
    unsigned inside =
        atomic_load_explicit(&state->inside, memory_order_relaxed);
    atomic_store_explicit(&state->inside, inside - 1, memory_order_release);
    ES_LIGHT_FENCE(); /* pairs with es_barrier() */
    if (ES_UNLIKELY(atomic_load_explicit(&state->interrupt,
                                         memory_order_relaxed) != 0)) {
        es_interrupt_settle(state);
    }
}

/* Enters where nothing is special: the thread was here before, is not in
 * Python code of this interpreter further up, and the gate is open. */
static inline __attribute__((always_inline)) bool
es_enter_fast(es_inst *inst, const es_tls *tls, es_entry *entry)
{
    const es_thread *thread = tls->thread;
    unsigned index = inst->interp->index;
    if (ES_UNLIKELY(thread == NULL || index >= thread->n_states ||
                    ((uintptr_t)tls->released | tls->deadline_ns) != 0)) {
        return false;
    }
    es_state *state = thread->states[index];
    if (ES_UNLIKELY(state == NULL || ec_stack_is_low(&thread->stack) ||
                    !es_count_in(inst, state))) {
        return false;
    }
    entry->state = state;
    es_attach_state(entry, state->tstate);
    es_levels_cut(entry, thread, state->tstate);
    return true;
}

static inline void
es_leave(es_entry *entry)
{
    es_state *state = entry->state;
    if (ES_UNLIKELY(state == NULL &&
                    atomic_load_explicit(&es_n_interrupts,
                                         memory_order_relaxed) != 0)) {
        es_interrupt_hand_out();
    }
    if (ES_LIKELY(entry->is_attached)) {
        es_levels_give(entry, PyEval_SaveThread());
        es_gilslot_restore(entry->outer_slot);
        if (ES_UNLIKELY(entry->outer != NULL)) {
            PyEval_RestoreThread(entry->outer);
        }
    } else {
        es_levels_give(entry, entry->outer);
    }
    if (ES_LIKELY(state != NULL)) {
        es_count_out(state);
    }
}

/* Enters an instance that this thread holds: it is attached already, and a call
 * is counted, no more.  False: something is special. */
static inline bool
es_enter_held(const es_inst *inst, const es_tls *tls)
{
    es_state *state = tls->held_state;
    uintptr_t room = (uintptr_t)__builtin_frame_address(0) -
                     (uintptr_t)tls->thread->stack.low;
    return ((uintptr_t)tls->released | tls->deadline_ns) == 0 &&
           room >= ES_STACK_ROOMY && es_is_attached(state->tstate) &&
           es_count_in(inst, state);
}

#endif /* EMBED_SUBINTERP_CPYTHON_THREAD_H */

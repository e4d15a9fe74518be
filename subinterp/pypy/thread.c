/* thread.c - what the PyPy backend knows of each thread.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/pypy/thread.h"

#include <pthread.h>
#include <stdlib.h>

#include "subinterp/pypy/start.h"

/* Bytes of stack to count for a level of PyPy's recursion limit: 768, twice.  On
 * memory that was the stack of another thread PyPy first measures from where
 * that one began, and only then from where this one is. */
#define LEVEL_SIZE ((size_t)2 * 768)

/* Stack that Python's code needs beside its recursion, and to start at all. */
#define RESERVE_MIN ((size_t)64 << 10)
#define RESERVE_MAX ((size_t)1 << 20)
#define STACK_MIN   ((size_t)192 << 10)

/* How long a drain sleeps between two looks. */
#define DRAIN_POLL_NS 200000

__thread pp_thread *pp_self;

static ec_mutex lock = EC_MUTEX_INIT(EC_RANK_THREADS);
static pp_thread *first; /* guarded by: lock */
static size_t smallest;  /* guarded by: lock; bytes for recursion that the limit
                            is for; 0: none yet */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t exit_key;

/* At the end of a thread. */
static void
thread_exit(void *arg)
{
    pp_thread *thread = arg;
    ec_mutex_lock(&lock);
    pp_thread **link = &first;
    while (*link != NULL && *link != thread) {
        link = &(*link)->next;
    }
    if (*link != NULL) {
        *link = thread->next;
    }
    ec_mutex_unlock(&lock);
    pp_self = NULL;
    free(thread);
}

static void
key_make(void)
{
    (void)pthread_key_create(&exit_key, thread_exit);
}

/* Learns the bounds of this thread's stack; false when it is too small. */
static bool
stack_measure(pp_thread *thread, size_t *out_room)
{
    ec_stack *stack = &thread->stack;
    ec_stack_measure(stack, RESERVE_MIN, RESERVE_MAX);
    /* PyPy counts from where a thread comes in first. */
    size_t left = (uintptr_t)__builtin_frame_address(0) - stack->low;
    *out_room =
        stack->size != 0 && left > stack->reserve ? left - stack->reserve : 0;
    return stack->size == 0 ||
           (stack->size >= STACK_MIN && !ec_stack_is_low(stack));
}

/* Takes a new smallest room; true when the limit must follow. */
static bool
room_take(size_t room)
{
    ec_mutex_lock(&lock);
    bool is_less = room != 0 && (smallest == 0 || room < smallest);
    if (is_less) {
        smallest = room;
    }
    ec_mutex_unlock(&lock);
    return is_less;
}

embed_status
pp_thread_make(ec_err *err)
{
    size_t room = 0;
    pp_thread *thread = calloc(1, sizeof *thread);
    if (thread == NULL) {
        return ec_fail(err, EMBED_E_NOMEM, "out of memory");
    }
    if (!stack_measure(thread, &room)) {
        free(thread);
        return ec_fail(err, EMBED_E_STACK,
                       "too little C stack is left on this thread");
    }
    (void)pthread_once(&once, key_make);
    (void)pthread_setspecific(exit_key, thread);
    ec_mutex_lock(&lock);
    thread->next = first;
    first = thread;
    ec_mutex_unlock(&lock);
    pp_self = thread;
    if (room_take(room) && pp_is_ours()) {
        (void)pp_the_bridge.limit((int)(room / LEVEL_SIZE));
    }
    return EMBED_OK;
}

static bool
is_busy(void)
{
    bool busy = false;
    ec_mutex_lock(&lock);
    for (const pp_thread *t = first; t != NULL && !busy; t = t->next) {
        busy = t != pp_self &&
               atomic_load_explicit(&t->inside, memory_order_acquire) != 0;
    }
    ec_mutex_unlock(&lock);
    return busy;
}

bool
pp_threads_drain(uint64_t deadline_ns)
{
    while (is_busy()) {
        if (ec_now_ns() >= deadline_ns) {
            return false;
        }
        ec_nap(DRAIN_POLL_NS);
    }
    return true;
}

void
pp_threads_lock(void)
{
    ec_mutex_lock(&lock);
}

void
pp_threads_unlock(void)
{
    ec_mutex_unlock(&lock);
}

void
pp_threads_after_fork(void)
{
    ec_mutex_unlock(&lock);
    ec_mutex_reinit(&lock);
    while (first != NULL) {
        pp_thread *thread = first;
        first = thread->next;
        if (thread != pp_self) {
            free(thread);
        }
    }
    if (pp_self != NULL) {
        pp_self->next = NULL;
        first = pp_self;
    }
}

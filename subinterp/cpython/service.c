/* service.c - the thread that starts Python and owns every interpreter's
 * initial thread state.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/service.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/helper.h"
#include "core/lock.h"
#include "subinterp/cpython/gilslot.h"

/* Python's start-up nests deeper than small default stacks of hosts allow. */
#define STACK_SIZE ((size_t)8 << 20)

/* How long a job may wait behind one that is overdue: code of an extension's that
 * keeps its interpreter from ending may never let the thread go. */
#define OVERDUE_WAIT_NS UINT64_C(2000000000)

typedef struct job {
    es_service_fn *fn;
    void *arg;
    bool is_left; /* guarded by: lock; nobody waits: the thread frees it */
    bool is_done; /* guarded by: lock */
    struct job *next;
} job;

/* NONE --start--> RUNNING --no more jobs--> ENDED --joined--> NONE */
typedef enum life {
    LIFE_NONE,
    LIFE_RUNNING,
    LIFE_ENDED, /* takes no more jobs, and has not been joined */
    LIFE_JOINING
} life;

static ec_mutex lock = EC_MUTEX_INIT(EC_RANK_SERVICE);
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_cond_t queued;  /* with lock */
static pthread_cond_t changed; /* with lock; jobs that are done, `now` */
static job *first;             /* guarded by: lock */
static job **last = &first;    /* guarded by: lock */
static const job *overdue;     /* guarded by: lock; who waited for it has gone,
                                  and it is not done; NULL: none */
static life now;               /* guarded by: lock */
static ec_helper helper;       /* of the thread that there is */
static char *stack;            /* guarded by: lock; of all of them */
static __thread bool is_self;

static void
conds_init(void)
{
    ec_cond_init(&queued);
    ec_cond_init(&changed);
}

/* --- the thread -----------------------------------------------------------*/

/* Takes the next job; NULL: there is none, and the thread has to end. */
static job *
take_locked(void) EC_REQUIRES(lock)
{
    /* A state attached on one thread is attached on the next one by way of the
     * slot only. */
    while (first == NULL && !es_gilslot_is_known()) {
        (void)ec_cond_wait(&queued, &lock, UINT64_MAX);
    }
    job *j = first;
    if (j != NULL) {
        first = j->next;
        if (first == NULL) {
            last = &first;
        }
    }
    return j;
}

static void
thread_run(void *unused)
{
    (void)unused;
    is_self = true;
    ec_mutex_lock(&lock);
    for (job *j = take_locked(); j != NULL; j = take_locked()) {
        ec_mutex_unlock(&lock);
        j->fn(j->arg);
        /* Until it is unlocked again it has another job, or has ended: who waits
         * for this one sees which. */
        ec_mutex_lock(&lock);
        if (overdue == j) {
            overdue = NULL;
        }
        if (j->is_left) {
            free(j);
        } else {
            j->is_done = true;
            (void)pthread_cond_broadcast(&changed);
        }
    }
    now = LIFE_ENDED;
    (void)pthread_cond_broadcast(&changed);
    ec_mutex_unlock(&lock);
}

/* The stack of all service threads, with a page below it that nobody can use;
 * NULL: out of memory. */
static char *
stack_locked(void) EC_REQUIRES(lock)
{
    if (stack == NULL) {
        size_t guard = (size_t)sysconf(_SC_PAGESIZE);
        char *low = mmap(
            NULL, STACK_SIZE + guard, PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);
        if (low == MAP_FAILED) {
            return NULL;
        }
        (void)mprotect(low, guard, PROT_NONE);
        stack = low + guard;
    }
    return stack;
}

/* Waits until a thread that has ended is gone, and its stack is free. */
static void
join_locked(void) EC_REQUIRES(lock)
{
    while (now == LIFE_JOINING) {
        (void)ec_cond_wait(&changed, &lock, UINT64_MAX);
    }
    if (now == LIFE_ENDED) {
        now = LIFE_JOINING;
        ec_mutex_unlock(&lock);
        ec_helper_join(&helper);
        ec_mutex_lock(&lock);
        (void)madvise(stack, STACK_SIZE, MADV_DONTNEED);
        now = LIFE_NONE;
        (void)pthread_cond_broadcast(&changed);
    }
}

static embed_status
start_locked(ec_err *err) EC_REQUIRES(lock)
{
    if (is_self && now != LIFE_RUNNING) {
        return ec_fail(err, EMBED_E_REENTRY, "the service thread is ending");
    }
    while (now == LIFE_ENDED || now == LIFE_JOINING) {
        join_locked();
    }
    if (now == LIFE_RUNNING) {
        return EMBED_OK;
    }
    helper = (ec_helper){.name = "embed-service",
                         .run = thread_run,
                         .stack = stack_locked(),
                         .stack_size = STACK_SIZE};
    if (helper.stack == NULL || ec_helper_open(&helper) != 0) {
        return ec_fail(err, EMBED_E_NOMEM, "cannot start the service thread");
    }
    now = LIFE_RUNNING;
    return EMBED_OK;
}

/* --- jobs -----------------------------------------------------------------*/

static embed_status
enqueue_locked(job *j, ec_err *err) EC_REQUIRES(lock)
{
    embed_status status = start_locked(err);
    if (status == EMBED_OK) {
        *last = j;
        last = &j->next;
        (void)pthread_cond_signal(&queued);
    }
    return status;
}

/* Takes a job out of the queue; false: it is not there any more. */
static bool
dequeue_locked(const job *j) EC_REQUIRES(lock)
{
    job **link = &first;
    while (*link != NULL && *link != j) {
        link = &(*link)->next;
    }
    if (*link == NULL) {
        return false;
    }
    *link = j->next;
    if (*link == NULL) {
        last = link;
    }
    return true;
}

/* Waits for as long as the thread comes to new jobs at all; false: it does not,
 * and the job is not in the queue any more. */
static bool
turn_wait_locked(job *j) EC_REQUIRES(lock)
{
    uint64_t deadline_ns = ec_now_ns() + OVERDUE_WAIT_NS;
    while (!j->is_done && overdue != NULL) {
        if (!ec_cond_wait(&changed, &lock, deadline_ns)) {
            return overdue == NULL || !dequeue_locked(j);
        }
    }
    return true;
}

/* Waits for a job; EMBED_E_TIMEOUT: it belongs to the thread from then on. */
static embed_status
done_wait_locked(job *j, uint64_t deadline_ns, ec_err *err) EC_REQUIRES(lock)
{
    bool in_time = true;
    while (!j->is_done && in_time) {
        in_time = ec_cond_wait(&changed, &lock, deadline_ns);
    }
    if (!j->is_done) {
        j->is_left = true;
        overdue = overdue == NULL ? j : overdue;
        return ec_fail(err, EMBED_E_TIMEOUT,
                       "the service thread is not done with it yet");
    }
    join_locked(); /* if that was the last job */
    return EMBED_OK;
}

embed_status
es_service_run(es_service_fn *fn, void *arg, uint64_t deadline_ns, ec_err *err)
{
    if (is_self) {
        return ec_fail(err, EMBED_E_REENTRY,
                       "called on libembed's own service thread");
    }
    (void)pthread_once(&once, conds_init);
    job *j = calloc(1, sizeof *j);
    if (j == NULL) {
        return ec_fail(err, EMBED_E_NOMEM, "out of memory");
    }
    *j = (job){.fn = fn, .arg = arg};
    ec_mutex_lock(&lock);
    embed_status status = enqueue_locked(j, err);
    bool is_ours = status != EMBED_OK;
    if (status == EMBED_OK && deadline_ns == UINT64_MAX &&
        !turn_wait_locked(j)) {
        is_ours = true;
        status = ec_fail(err, EMBED_E_TIMEOUT,
                         "an extension that was closed keeps libembed's "
                         "service thread: its interpreter does not end");
    } else if (status == EMBED_OK) {
        status = done_wait_locked(j, deadline_ns, err);
        is_ours = status == EMBED_OK;
    }
    ec_mutex_unlock(&lock);
    if (is_ours) {
        free(j);
    }
    // NOLINTNEXTLINE(clang-analyzer-unix.Malloc): else the thread has it
    return status;
}

embed_status
es_service_post(es_service_fn *fn, void *arg, ec_err *err)
{
    (void)pthread_once(&once, conds_init);
    job *j = calloc(1, sizeof *j);
    if (j == NULL) {
        return ec_fail(err, EMBED_E_NOMEM, "out of memory");
    }
    *j = (job){.fn = fn, .arg = arg, .is_left = true};
    ec_mutex_lock(&lock);
    embed_status status = enqueue_locked(j, err);
    ec_mutex_unlock(&lock);
    if (status != EMBED_OK) {
        free(j);
    }
    // NOLINTNEXTLINE(clang-analyzer-unix.Malloc): the queue has it
    return status;
}

void
es_service_join(void)
{
    is_self = true;
}

void
es_service_settle(uint64_t deadline_ns)
{
    bool in_time = true;
    (void)pthread_once(&once, conds_init);
    ec_mutex_lock(&lock);
    while (now == LIFE_RUNNING && in_time) {
        in_time = ec_cond_wait(&changed, &lock, deadline_ns);
    }
    join_locked();
    ec_mutex_unlock(&lock);
}

bool
es_service_is_self(void)
{
    return is_self;
}

void
es_service_attach(PyThreadState *tstate)
{
    /* CPython believes that the state is in the slot of its thread. */
    (void)es_gilslot_set(tstate);
    PyEval_RestoreThread(tstate);
}

void
es_service_after_fork(void)
{
    ec_mutex_reinit(&lock);
    conds_init();
    first = NULL;
    overdue = NULL;
    last = &first;
    now = LIFE_NONE;
    if (is_self) {
        stack = NULL; /* of the only thread that there is here */
    }
    is_self = false;
}

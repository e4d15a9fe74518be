/* service.c - the thread that starts Python and owns every interpreter's
 * initial thread state.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/service.h"

#include <pthread.h>
#include <stdlib.h>

#include "core/helper.h"
#include "core/lock.h"

/* Python's start-up nests deeper than small default stacks of hosts allow. */
#define STACK_SIZE ((size_t)8 << 20)

typedef struct job {
    es_service_fn *fn;
    void *arg;
    bool is_posted; /* nobody waits: the thread frees it */
    bool is_done;   /* guarded by: lock */
    struct job *next;
} job;

static ec_mutex lock = EC_MUTEX_INIT(EC_RANK_SERVICE);
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_cond_t queued; /* with lock */
static pthread_cond_t done;   /* with lock */
static job *first;            /* guarded by: lock */
static job **last = &first;   /* guarded by: lock */
static bool is_running;       /* guarded by: lock */
static __thread bool is_self;

static void
conds_init(void)
{
    ec_cond_init(&queued);
    ec_cond_init(&done);
}

static job *
take_locked(void) EC_REQUIRES(lock)
{
    while (first == NULL) {
        (void)ec_cond_wait(&queued, &lock, UINT64_MAX);
    }
    job *j = first;
    first = j->next;
    if (first == NULL) {
        last = &first;
    }
    return j;
}

static void *
thread_main(void *unused)
{
    (void)unused;
    is_self = true;
    ec_mutex_lock(&lock);
    for (;;) {
        job *j = take_locked();
        ec_mutex_unlock(&lock);
        j->fn(j->arg);
        ec_mutex_lock(&lock);
        if (j->is_posted) {
            free(j);
        } else {
            j->is_done = true;
            (void)pthread_cond_broadcast(&done);
        }
    }
    return NULL; /* not reached */
}

static embed_status
enqueue_locked(job *j, ec_err *err) EC_REQUIRES(lock)
{
    if (!is_running && ec_helper_start(thread_main, NULL, STACK_SIZE) != 0) {
        return ec_fail(err, EMBED_E_NOMEM, "cannot start the service thread");
    }
    is_running = true;
    *last = j;
    last = &j->next;
    (void)pthread_cond_signal(&queued);
    return EMBED_OK;
}

embed_status
es_service_run(es_service_fn *fn, void *arg, ec_err *err)
{
    if (is_self) {
        return ec_fail(err, EMBED_E_REENTRY,
                       "called on libembed's own service thread");
    }
    (void)pthread_once(&once, conds_init);
    job j = {.fn = fn, .arg = arg};
    ec_mutex_lock(&lock);
    embed_status status = enqueue_locked(&j, err);
    while (status == EMBED_OK && !j.is_done) {
        (void)ec_cond_wait(&done, &lock, UINT64_MAX);
    }
    ec_mutex_unlock(&lock);
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
    *j = (job){.fn = fn, .arg = arg, .is_posted = true};
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

bool
es_service_is_self(void)
{
    return is_self;
}

void
es_service_after_fork(void)
{
    ec_mutex_reinit(&lock);
    conds_init();
    first = NULL;
    last = &first;
    is_running = false;
    is_self = false;
}

/* helper.c - threads of libembed's own.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/helper.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "core/libc.h"
#include "core/lock.h"

int
ec_helper_start(void *(*run)(void *arg), void *arg, size_t stack_size)
{
    pthread_attr_t attr;
    pthread_t thread;
    sigset_t all;
    sigset_t old;
    int rc = pthread_attr_init(&attr);
    if (rc != 0) {
        return rc;
    }
    (void)pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    if (stack_size != 0) {
        (void)pthread_attr_setstacksize(&attr, stack_size);
    }
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &old);
    rc = ec_libc_now.pthread_create(&thread, &attr, run, arg);
    (void)pthread_sigmask(SIG_SETMASK, &old, NULL);
    (void)pthread_attr_destroy(&attr);
    if (rc == 0) {
        (void)pthread_setname_np(thread, "embed-helper");
    }
    return rc;
}

/* A job that is waited for; freed by the last that knows it. */
typedef struct run {
    void (*job)(void *arg);
    void *arg;
    void (*drop)(void *arg);
    ec_mutex lock;
    pthread_cond_t changed; /* with lock */
    bool is_done;           /* guarded by: lock */
    bool is_left;           /* guarded by: lock; nobody waits any more */
} run;

static void
run_free(run *r)
{
    (void)pthread_cond_destroy(&r->changed);
    free(r);
}

static void *
run_main(void *arg)
{
    run *r = arg;
    r->job(r->arg);
    ec_mutex_lock(&r->lock);
    r->is_done = true;
    bool is_left = r->is_left;
    (void)pthread_cond_broadcast(&r->changed);
    ec_mutex_unlock(&r->lock);
    if (is_left) {
        r->drop(r->arg);
        run_free(r);
    }
    return NULL;
}

bool
ec_helper_run(void (*job)(void *arg), void *arg, void (*drop)(void *arg),
              uint64_t deadline_ns)
{
    run *r = calloc(1, sizeof *r);
    if (r == NULL) {
        drop(arg);
        return false;
    }
    *r = (run){.job = job,
               .arg = arg,
               .drop = drop,
               .lock = EC_MUTEX_INIT(EC_RANK_LEAF)};
    ec_cond_init(&r->changed);
    if (ec_helper_start(run_main, r, 0) != 0) {
        drop(arg);
        run_free(r);
        return false;
    }
    bool in_time = true;
    ec_mutex_lock(&r->lock);
    while (!r->is_done && in_time) {
        in_time = ec_cond_wait(&r->changed, &r->lock, deadline_ns);
    }
    bool is_done = r->is_done;
    r->is_left = true;
    ec_mutex_unlock(&r->lock);
    if (is_done) {
        run_free(r);
    }
    return is_done;
}

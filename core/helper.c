/* helper.c - threads of libembed's own.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/helper.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/libc.h"
#include "core/lock.h"

/* How long the kernel may take to forget a thread that has ended. */
#define FORGET_NS UINT64_C(100000000)

/* A thread names itself: another one could meet a thread that has ended. */
static void
self_prepare(const char *name)
{
    (void)ec_cancel_off();
    (void)pthread_setname_np(pthread_self(), name);
}

static int
thread_make(pthread_t *out, const pthread_attr_t *attr, void *(*run)(void *),
            void *arg)
{
    sigset_t all;
    sigset_t old;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &old);
    int rc = ec_libc_now.pthread_create(out, attr, run, arg);
    (void)pthread_sigmask(SIG_SETMASK, &old, NULL);
    return rc;
}

/* --- waited for -----------------------------------------------------------*/

static void *
helper_main(void *arg)
{
    ec_helper *h = arg;
    atomic_store(&h->tid, syscall(SYS_gettid));
    self_prepare(h->name);
    h->run(h->arg);
    return NULL;
}

int
ec_helper_open(ec_helper *h)
{
    pthread_attr_t attr;
    int rc = pthread_attr_init(&attr);
    if (rc != 0) {
        return rc;
    }
    if (h->stack != NULL) {
        rc = pthread_attr_setstack(&attr, h->stack, h->stack_size);
    }
    atomic_store(&h->tid, 0);
    if (rc == 0) {
        rc = thread_make(&h->thread, &attr, helper_main, h);
    }
    (void)pthread_attr_destroy(&attr);
    return rc;
}

void
ec_helper_join(const ec_helper *h)
{
    int cancel = ec_cancel_off();
    (void)pthread_join(h->thread, NULL);
    ec_cancel_restore(cancel);
    /* The kernel says that a thread has ended before it takes it out of the
     * process. */
    uint64_t end = ec_now_ns() + FORGET_NS;
    int saved = errno;
    while (syscall(SYS_tgkill, getpid(), atomic_load(&h->tid), 0) == 0 &&
           ec_now_ns() < end) {
        (void)sched_yield();
    }
    errno = saved;
}

/* --- not waited for -------------------------------------------------------*/

typedef struct start {
    const char *name;
    void (*run)(void *arg);
    void *arg;
} start;

static void *
start_main(void *arg)
{
    start s = *(start *)arg;
    free(arg);
    self_prepare(s.name);
    s.run(s.arg);
    return NULL;
}

int
ec_helper_start(const char *name, void (*run)(void *arg), void *arg)
{
    pthread_attr_t attr;
    pthread_t thread;
    start *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return ENOMEM;
    }
    *s = (start){.name = name, .run = run, .arg = arg};
    int rc = pthread_attr_init(&attr);
    if (rc == 0) {
        (void)pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
        rc = thread_make(&thread, &attr, start_main, s);
        (void)pthread_attr_destroy(&attr);
    }
    if (rc != 0) {
        free(s);
    }
    // NOLINTNEXTLINE(clang-analyzer-unix.Malloc): the thread has it
    return rc;
}

/* --- tasks ----------------------------------------------------------------*/

struct ec_task {
    ec_helper helper;
    void (*job)(void *arg);
    void *arg;
    void (*drop)(void *arg);
    ec_mutex lock;
    pthread_cond_t changed; /* with lock */
    bool is_done;           /* guarded by: lock */
    bool is_left;           /* guarded by: lock; nobody waits any more */
};

static void
task_free(ec_task *t)
{
    (void)pthread_cond_destroy(&t->changed);
    free(t);
}

static void
task_run(void *arg)
{
    ec_task *t = arg;
    t->job(t->arg);
    ec_mutex_lock(&t->lock);
    t->is_done = true;
    bool is_left = t->is_left;
    (void)pthread_cond_broadcast(&t->changed);
    ec_mutex_unlock(&t->lock);
    if (is_left) {
        t->drop(t->arg);
        task_free(t);
    }
}

ec_task *
ec_task_start(const char *name, void (*job)(void *arg), void *arg,
              void (*drop)(void *arg))
{
    ec_task *t = calloc(1, sizeof *t);
    if (t == NULL) {
        return NULL;
    }
    t->helper = (ec_helper){.name = name, .run = task_run, .arg = t};
    t->job = job;
    t->arg = arg;
    t->drop = drop;
    t->lock = (ec_mutex)EC_MUTEX_INIT(EC_RANK_LEAF);
    ec_cond_init(&t->changed);
    if (ec_helper_open(&t->helper) != 0) {
        task_free(t);
        return NULL;
    }
    return t;
}

void *
ec_task_end(ec_task *t, uint64_t deadline_ns)
{
    bool in_time = true;
    ec_mutex_lock(&t->lock);
    while (!t->is_done && in_time) {
        in_time = ec_cond_wait(&t->changed, &t->lock, deadline_ns);
    }
    bool is_done = t->is_done;
    void *arg = is_done ? t->arg : NULL;
    t->is_left = !is_done;
    if (!is_done) {
        (void)pthread_detach(t->helper.thread);
    }
    ec_mutex_unlock(&t->lock);
    if (is_done) {
        ec_helper_join(&t->helper);
        task_free(t);
    }
    return arg;
}

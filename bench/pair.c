/* pair.c - two long-lived threads that run batches of calls on request.
 *
 * SPDX-License-Identifier: MIT
 */
#include "bench/pair.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "bench/calls.h"
#include "bench/stats.h"

/** One of the two threads.  All guarded by: lock, but start and end, which
 * belong to the thread while it is busy. */
typedef struct worker {
    pthread_t thread;
    const bench_api *api;
    enum bench_fn fn;
    size_t calls;
    bool busy;
    bool good;
    double start_ns;
    double end_ns;
} worker;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static worker workers[2];

/* How many threads have yet to reach the start line of this batch. */
static atomic_int missing;

/* Waits, spinning, for the other thread: waking up takes longer than a batch
 * of short calls. */
static void
line_up(void)
{
    (void)atomic_fetch_sub(&missing, 1);
    while (atomic_load(&missing) > 0) {
        (void)sched_yield();
    }
}

static void *
worker_main(void *arg)
{
    worker *self = arg;

    (void)pthread_mutex_lock(&lock);
    for (;;) {
        while (!self->busy) {
            (void)pthread_cond_wait(&changed, &lock);
        }
        (void)pthread_mutex_unlock(&lock);
        bool good = bench_calls_run(self->api, self->fn, self->calls / 10);
        line_up();
        self->start_ns = bench_now_ns();
        good = bench_calls_run(self->api, self->fn, self->calls) && good;
        self->end_ns = bench_now_ns();
        (void)pthread_mutex_lock(&lock);
        self->good = good;
        self->busy = false;
        (void)pthread_cond_broadcast(&changed);
    }
    return NULL;
}

/* Gives each thread a processor of its own, where there are two: schedulers
 * that save power or pack virtual machines let both run on one for longer
 * than a batch takes. */
static void
workers_pin(void)
{
    cpu_set_t allowed;
    int pinned = 0;

    if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0 ||
        CPU_COUNT(&allowed) < 2) {
        return;
    }
    for (size_t cpu = 0; cpu < CPU_SETSIZE && pinned < 2; cpu++) {
        cpu_set_t one;
        if (!CPU_ISSET(cpu, &allowed)) {
            continue;
        }
        CPU_ZERO(&one);
        CPU_SET(cpu, &one);
        (void)pthread_setaffinity_np(workers[pinned].thread, sizeof(one), &one);
        pinned++;
    }
}

bool
bench_pair_start(void)
{
    for (int i = 0; i < 2; i++) {
        if (pthread_create(&workers[i].thread, NULL, worker_main,
                           &workers[i]) != 0) {
            return false;
        }
    }
    workers_pin();
    return true;
}

bool
bench_pair_run(const bench_api *first, const bench_api *second,
               enum bench_fn fn, size_t calls, double *ns)
{
    const bench_api *apis[2] = {first, second};
    int n = second != NULL ? 2 : 1;
    double start = 0;
    double end = 0;
    bool good = true;

    (void)pthread_mutex_lock(&lock);
    atomic_store(&missing, n);
    for (int i = 0; i < n; i++) {
        workers[i].api = apis[i];
        workers[i].fn = fn;
        workers[i].calls = calls;
        workers[i].busy = true;
    }
    (void)pthread_cond_broadcast(&changed);
    for (int i = 0; i < n; i++) {
        const worker *w = &workers[i];
        while (w->busy) {
            (void)pthread_cond_wait(&changed, &lock);
        }
        good &= w->good;
        start = i == 0 || w->start_ns < start ? w->start_ns : start;
        end = i == 0 || w->end_ns > end ? w->end_ns : end;
    }
    (void)pthread_mutex_unlock(&lock);
    *ns = end - start;
    return good;
}

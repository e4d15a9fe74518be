/* lock.c - mutexes with a rank.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/lock.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/inside.h"
#include "core/libc.h"

#define NS_PER_S 1000000000u

/* A mutex operation fails only when memory is corrupt: stop there. */
static void
must(int rc, const char *what)
{
    if (rc != 0) {
        (void)fprintf(stderr, "libembed: %s failed: %d\n", what, rc);
        abort();
    }
}

#ifdef EC_DEBUG
# define HELD_MAX 8
void (*ec_lock_violation)(enum ec_rank held, enum ec_rank wanted);
static __thread enum ec_rank held[HELD_MAX];
static __thread int n_held;

static void
rank_push(enum ec_rank rank)
{
    if (n_held > 0 && held[n_held - 1] >= rank) {
        if (ec_lock_violation != NULL) {
            ec_lock_violation(held[n_held - 1], rank);
        } else {
            (void)fprintf(stderr, "libembed: lock order: %d after %d\n",
                          (int)rank, (int)held[n_held - 1]);
            abort();
        }
    }
    must(n_held == HELD_MAX, "rank_push");
    held[n_held++] = rank;
}

static void
rank_pop(enum ec_rank rank)
{
    int i = n_held - 1;
    while (i >= 0 && held[i] != rank) {
        i--;
    }
    must(i < 0, "rank_pop");
    for (; i < n_held - 1; i++) {
        held[i] = held[i + 1];
    }
    n_held--;
}
#else
static void
rank_push(enum ec_rank rank)
{
    (void)rank;
}

static void
rank_pop(enum ec_rank rank)
{
    (void)rank;
}
#endif

/* The two that make locks out of the system's. */
// NOLINTBEGIN(readability-redundant-declaration): the marks differ
void ec_mutex_lock(ec_mutex *m) EC_UNCHECKED;
void ec_mutex_unlock(ec_mutex *m) EC_UNCHECKED;
bool ec_mutex_trylock(ec_mutex *m) EC_UNCHECKED;
// NOLINTEND(readability-redundant-declaration)

void
ec_mutex_lock(ec_mutex *m)
{
    rank_push(m->rank);
    ec_inside_enter();
    must(pthread_mutex_lock(&m->os), "pthread_mutex_lock");
}

bool
ec_mutex_trylock(ec_mutex *m)
{
    bool ok = pthread_mutex_trylock(&m->os) == 0;
    if (ok) {
        rank_push(m->rank);
    }
    return ok;
}

void
ec_mutex_unlock(ec_mutex *m)
{
    /* First: who waited for the mutex may free it. */
    enum ec_rank rank = m->rank;
    must(pthread_mutex_unlock(&m->os), "pthread_mutex_unlock");
    ec_inside_leave();
    rank_pop(rank);
}

void
ec_mutex_reinit(ec_mutex *m)
{
    static const pthread_mutex_t fresh = PTHREAD_MUTEX_INITIALIZER;
    m->os = fresh;
}

void
ec_cond_init(pthread_cond_t *cond)
{
    pthread_condattr_t attr;
    must(pthread_condattr_init(&attr), "pthread_condattr_init");
    must(pthread_condattr_setclock(&attr, CLOCK_MONOTONIC),
         "pthread_condattr_setclock");
    must(pthread_cond_init(cond, &attr), "pthread_cond_init");
    (void)pthread_condattr_destroy(&attr);
}

int
ec_cancel_off(void)
{
    int before = PTHREAD_CANCEL_ENABLE;
    (void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
    return before;
}

void
ec_cancel_restore(int before)
{
    (void)pthread_setcancelstate(before, NULL);
}

static struct timespec
timespec_of(uint64_t ns)
{
    return (struct timespec){.tv_sec = (time_t)(ns / NS_PER_S),
                             .tv_nsec = (long)(ns % NS_PER_S)};
}

bool
ec_cond_wait(pthread_cond_t *cond, ec_mutex *m, uint64_t deadline_ns)
{
    bool in_time = true;
    int cancel = ec_cancel_off();
    if (deadline_ns == UINT64_MAX) {
        must(pthread_cond_wait(cond, &m->os), "pthread_cond_wait");
    } else {
        struct timespec end = timespec_of(deadline_ns);
        in_time = pthread_cond_timedwait(cond, &m->os, &end) == 0;
    }
    ec_cancel_restore(cancel);
    return in_time;
}

void
ec_nap(uint64_t ns)
{
    struct timespec left = timespec_of(ns);
    int cancel = ec_cancel_off();
    (void)nanosleep(&left, NULL);
    ec_cancel_restore(cancel);
}

uint64_t
ec_now_ns(void)
{
    struct timespec ts;
    (void)ec_libc_now.clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

/* lock.h - mutexes with a rank.
 *
 * Debug builds (EC_DEBUG) check on every lock that ranks only grow on a
 * thread; the order is the table in design.md, section "Locks".  clang's
 * -Wthread-safety checks the EC_* marks.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CORE_LOCK_H
#define EMBED_CORE_LOCK_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#if defined(__clang__)
# define EC_LOCK_ATTR(x) __attribute__((x))
#else
# define EC_LOCK_ATTR(x)
#endif
#define EC_CAPABILITY     EC_LOCK_ATTR(capability("mutex"))
#define EC_ACQUIRE(m)     EC_LOCK_ATTR(acquire_capability(m))
#define EC_TRY_ACQUIRE(m) EC_LOCK_ATTR(try_acquire_capability(true, m))
#define EC_RELEASE(m)     EC_LOCK_ATTR(release_capability(m))
#define EC_REQUIRES(m)    EC_LOCK_ATTR(requires_capability(m))
#define EC_EXCLUDES(m)    EC_LOCK_ATTR(locks_excluded(m))
/* For functions that the analysis cannot follow: each says why. */
#define EC_UNCHECKED EC_LOCK_ATTR(no_thread_safety_analysis)

/* Outer to inner. The GIL is between SERVICE and REGISTRY: no lock of a lower
 * rank is held while a GIL is taken, and none of a higher rank while Python
 * code may run. */
enum ec_rank {
    EC_RANK_FORK = 5,      /* one fork() at a time; held while main's GIL is
                              taken, never waited for with a GIL */
    EC_RANK_RUNTIME = 10,  /* states of Python and of all extensions */
    EC_RANK_SERVICE = 15,  /* the service thread's queue */
    EC_RANK_CFFI = 25,     /* extensions whose C code CFFI has generated */
    EC_RANK_REGISTRY = 30, /* name -> slot */
    EC_RANK_THREADS = 40,  /* cached thread states, interpreter indexes */
    EC_RANK_LEAF = 90,     /* error hook, counters */
};

typedef struct EC_CAPABILITY ec_mutex {
    pthread_mutex_t os;
    enum ec_rank rank;
} ec_mutex;

#define EC_MUTEX_INIT(rank)       \
 {                                \
  PTHREAD_MUTEX_INITIALIZER, rank \
 }

/** Until it is unlocked, this thread is inside libembed (inside.h). */
void ec_mutex_lock(ec_mutex *m) EC_ACQUIRE(m);
void ec_mutex_unlock(ec_mutex *m) EC_RELEASE(m);
/** Returns whether it is locked now. */
bool ec_mutex_trylock(ec_mutex *m) EC_TRY_ACQUIRE(m);

/** Makes a mutex new in a fork child, where its owner may not exist. */
void ec_mutex_reinit(ec_mutex *m);

/** Makes a condition variable whose timed waits use CLOCK_MONOTONIC. */
void ec_cond_init(pthread_cond_t *cond);

/** Waits on `cond`.  @param deadline_ns  CLOCK_MONOTONIC; UINT64_MAX: for
 *  ever.  Returns false when the deadline has passed.  No cancellation point. */
bool ec_cond_wait(pthread_cond_t *cond, ec_mutex *m, uint64_t deadline_ns)
    EC_REQUIRES(m);

/** Sleeps. */
void ec_nap(uint64_t ns);

/** Holds off the cancellation of this thread.  Nothing of ours cleans up when a
 *  thread is cancelled: so each entry of libembed does this, and each wait.
 *  Returns what ec_cancel_restore() wants. */
int ec_cancel_off(void);
void ec_cancel_restore(int before);

/** CLOCK_MONOTONIC in nanoseconds. */
uint64_t ec_now_ns(void);

#ifdef EC_DEBUG
/** What a violation calls instead of abort(); NULL: abort.  For tests. */
extern void (*ec_lock_violation)(enum ec_rank held, enum ec_rank wanted);
#endif

#endif /* EMBED_CORE_LOCK_H */

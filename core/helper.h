/* helper.h - threads of libembed's own.
 *
 * No other file makes threads.  Each has all signals blocked, so that the host's
 * handlers do not run on it, and cannot be cancelled.  Making one can fail at any
 * time; what happens then is decided where it is made.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CORE_HELPER_H
#define EMBED_CORE_HELPER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** A thread that somebody waits for.  It stays where it is from
 *  ec_helper_open() to ec_helper_join(). */
typedef struct ec_helper {
    const char *name; /* of the thread: up to 15 bytes, constant */
    void (*run)(void *arg);
    void *arg;
    void *stack;       /* its lowest byte; NULL: the system's choice */
    size_t stack_size; /* of `stack` */
    pthread_t thread;  /* set by ec_helper_open() */
    _Atomic long tid;  /* the kernel's number; set by the thread itself */
} ec_helper;

/** Starts a thread; `name`, `run`, `arg` and the stack are set.
 *  Returns 0 or an errno value. */
int ec_helper_open(ec_helper *h);

/** Waits for the end of a thread.  Then the kernel does not know it any more:
 *  calls that want a process of one thread (unshare(2)) find it gone. */
void ec_helper_join(const ec_helper *h);

/** Starts a thread that nobody waits for.  Returns 0 or an errno value. */
int ec_helper_start(const char *name, void (*run)(void *arg), void *arg);

/** A job on a thread of its own, which is waited for, for some time. */
typedef struct ec_task ec_task;

/**
 * Starts `job(arg)`.
 *
 * @param drop  frees `arg` when that belongs to nobody else any more
 *
 * Returns NULL when there is no thread or no memory for it; `arg` is then the
 * caller's.
 */
ec_task *ec_task_start(const char *name, void (*job)(void *arg), void *arg,
                       void (*drop)(void *arg));

/** Waits for a job, and frees the task.
 *  Returns:  its `arg`, which is the caller's again: it is done, and its thread
 *            has ended; NULL: it goes on, and `arg` belongs to it. */
void *ec_task_end(ec_task *task, uint64_t deadline_ns);

#endif /* EMBED_CORE_HELPER_H */

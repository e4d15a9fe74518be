/* libc.h - the functions of the C library that libembed cannot do without, when
 * an extension exports one of that name.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CORE_LIBC_H
#define EMBED_CORE_LIBC_H

#include <pthread.h>
#include <time.h>

/** What core and a backend call; each has a copy. */
typedef struct ec_libc {
    int (*clock_gettime)(clockid_t clock, struct timespec *ts);
    int (*pthread_create)(pthread_t *thread, const pthread_attr_t *attr,
                          void *(*run)(void *arg), void *arg);
    int (*open)(const char *path, int flags, ...);
} ec_libc;

extern ec_libc ec_libc_now;

/**
 * Returns the C library's function `name` when the process finds another one of
 * that name before it, in the file that `object` is in; else NULL.  core calls
 * the C library's from then on.
 *
 * Threads: a plug-in's constructor.
 */
void *ec_libc_replaced(const char *name, const void *object);

#endif /* EMBED_CORE_LIBC_H */

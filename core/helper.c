/* helper.c - threads of libembed's own.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/helper.h"

#include <pthread.h>
#include <signal.h>

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
    rc = pthread_create(&thread, &attr, run, arg);
    (void)pthread_sigmask(SIG_SETMASK, &old, NULL);
    (void)pthread_attr_destroy(&attr);
    if (rc == 0) {
        (void)pthread_setname_np(thread, "embed-helper");
    }
    return rc;
}

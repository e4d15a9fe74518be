/* process.c - process-wide events: exit and fork.
 *
 * At exit every extension's exit handlers run and its streams are flushed,
 * for a bounded time, when the host's own have run; exports called later give
 * their failure value (R10).
 * Around fork the gates of all interpreters are shut, so that the child finds
 * them whole (R11).
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/process.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "core/cffi.h"
#include "core/config.h"
#include "core/life.h"
#include "core/lock.h"
#include "core/registry.h"
#include "core/report.h"

#define NS_PER_MS UINT64_C(1000000)

/* How long fork() waits for calls in flight on other threads to end: what goes
 * on for longer is not there in the child. */
#define FORK_WAIT_MS 20

static pthread_once_t once = PTHREAD_ONCE_INIT;

/* --- exit -----------------------------------------------------------------*/

static void
exit_run(void)
{
    const ec_backend *backend = ec_life_backend();
    if (backend == NULL || backend->on_service_thread()) {
        return;
    }
    /* exit() may come from inside Python code. */
    void *outer = backend->detach();
    uint64_t wait = (uint64_t)ec_config_exit_timeout_ms() * NS_PER_MS;
    uint64_t deadline = ec_now_ns() + wait;
    size_t n = ec_life_close();
    void **insts = n == 0 ? NULL : calloc(n, sizeof(void *));
    /* Without memory one after the other. */
    void *one = NULL;
    void **out = insts == NULL ? &one : insts;
    size_t cap = insts == NULL ? 1 : n;
    while ((n = ec_life_closed(out, cap)) > 0) {
        backend->exit(out, n, deadline);
    }
    free(insts);
    backend->attach(outer);
}

/* After all that atexit() knows, also what the host has registered before its
 * first call: those handlers may call extensions.  Of a program that has libembed
 * inside, after its own destructors. */
__attribute__((destructor(101))) static void
process_end(void)
{
    ec_report_hush();
    exit_run();
}

void
ec_process_python_gone(void)
{
    exit_run();
}

/* --- fork -----------------------------------------------------------------*/

/* What prepare hands to parent and child; one fork at a time, under the
 * runtime lock. */
static const ec_backend *fork_backend;

static void
fork_prepare(void)
{
    int saved = errno;
    const ec_backend *backend = ec_life_fork_begin();
    if (backend != NULL) {
        backend->fork_prepare(ec_now_ns() + FORK_WAIT_MS * NS_PER_MS);
    }
    ec_life_fork_prepare();
    ec_cffi_fork_prepare();
    ec_registry_fork_prepare();
    if (backend != NULL) {
        backend->fork_lock();
    }
    ec_report_fork_prepare();
    fork_backend = backend;
    errno = saved;
}

static void
fork_parent(void)
{
    int saved = errno;
    const ec_backend *backend = fork_backend;
    ec_report_fork_parent();
    ec_registry_fork_parent();
    ec_cffi_fork_parent();
    ec_life_fork_parent(backend);
    if (backend != NULL) {
        backend->fork_parent();
    }
    errno = saved;
}

static void
fork_child(void)
{
    int saved = errno;
    ec_report_fork_child();
    ec_registry_fork_child();
    ec_cffi_fork_child();
    ec_life_fork_child(fork_backend);
    errno = saved;
}

static void
watch(void)
{
    (void)pthread_atfork(fork_prepare, fork_parent, fork_child);
}

void
ec_process_watch(void)
{
    (void)pthread_once(&once, watch);
}

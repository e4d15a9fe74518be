/* test_races.c - the end and the retry of extensions while threads call them.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dlfcn.h>
#include <link.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "embed.h"
#include "tests/support/e2e.h"
#include "tests/support/fam.h"
#include "tests/support/life.h"

#define THREADS    6
#define ROUNDS     4
#define CALLS_MAX  2000
#define RETRIES    12
#define EXTENSIONS 4

static fam fams[EXTENSIONS];
static const int numbers[EXTENSIONS] = {0, 1, 2, 3};
static atomic_int n_calls;
static atomic_int n_closed;
static atomic_bool over;

/* --- shutdown under load --------------------------------------------------*/

/* A result is right, or the failure value because of the shutdown. */
static void
check_result(int got, int want)
{
    if (got == want) {
        return;
    }
    E2E_CHECK_INT(got, FAM_FAILED);
    atomic_fetch_add(&n_closed, 1);
}

static void
race_once(unsigned seed)
{
    unsigned i = seed % EXTENSIONS;
    fam_peers p = {.n = EXTENSIONS};
    for (int k = 0; k < EXTENSIONS; k++) {
        p.way[k] = k % 2 == 0 ? fams[k].nest : fams[k].nest_lib;
    }
    switch (seed / 7 % 5) {
    case 0:
        check_result(fams[i].nest(&p, seed, 4),
                     fam_nest_expected((int)i, numbers, EXTENSIONS, seed, 4));
        break;
    case 1:
        check_result(fams[i].busy(200) >= 0 ? 0 : FAM_FAILED, 0);
        break;
    case 2:
        check_result(fams[i].import((int)(seed / 64 % FAM_IMPORTS)),
                     fam_imported((int)i, (int)(seed / 64 % FAM_IMPORTS)));
        break;
    default:
        check_result(fams[i].add((int)i, 5), (int)i + 5);
        break;
    }
    atomic_fetch_add(&n_calls, 1);
}

/* Threads come and go: new ones meet the gate, too. */
static void *
short_caller(void *arg)
{
    uint64_t random = (uint64_t)(uintptr_t)arg;
    for (int i = 0; i < 20; i++) {
        race_once(fam_random(&random));
    }
    return NULL;
}

static void *
caller(void *arg)
{
    uint64_t random = (uint64_t)(uintptr_t)arg;
    while (!atomic_load(&over)) {
        race_once(fam_random(&random));
        if (fam_random(&random) % 32 == 0) {
            fam_join(fam_thread(short_caller,
                                (void *)(uintptr_t)fam_random(&random), 0));
        }
    }
    return NULL;
}

static void
ignore(const embed_error *error, void *arg)
{
    (void)error;
    (void)arg;
}

static void
shutdown_scenario(void *arg)
{
    int after = *(int *)arg;
    pthread_t t[THREADS];
    embed_set_error_hook(ignore, NULL);
    for (int i = 0; i < EXTENSIONS; i++) {
        fam_load(&fams[i], i);
    }
    for (uintptr_t i = 0; i < THREADS; i++) {
        t[i] = fam_thread(caller, (void *)(i * 131 + (uintptr_t)after), 0);
    }
    while (atomic_load(&n_calls) < after) {
        (void)sched_yield();
    }
    E2E_CHECK_INT(embed_shutdown(20000), EMBED_OK);
    int calls = atomic_load(&n_calls);
    while (atomic_load(&n_calls) < calls + 100) {
        (void)sched_yield();
    }
    for (int i = 0; i < EXTENSIONS; i++) {
        embed_info info = EMBED_INFO_INIT;
        E2E_CHECK_INT(fams[i].add(1, 1), FAM_FAILED);
        E2E_CHECK_INT(embed_last_error()->status, EMBED_E_CLOSED);
        E2E_CHECK_INT(embed_lookup(fams[i].name, &info), EMBED_OK);
        E2E_CHECK(info.state == EMBED_STATE_CLOSED ||
                  info.state == EMBED_STATE_PARKED ||
                  info.state == EMBED_STATE_EMPTY);
    }
    atomic_store(&over, true);
    for (int i = 0; i < THREADS; i++) {
        fam_join(t[i]);
    }
    E2E_CHECK(atomic_load(&n_closed) > 0);
}

static void
shutdown_under_load(void)
{
    int rounds = e2e_is_sanitized() ? 2 : ROUNDS;
    for (int i = 0; i < rounds; i++) {
        int after = i * CALLS_MAX / ROUNDS;
        e2e_expect_ok(shutdown_scenario, &after, 40);
    }
}

static void
calls_during_a_shutdown_are_right_or_fail(void **state)
{
    (void)state; /* R8, R9 */
    shutdown_under_load();
}

static void
calls_during_a_shutdown_of_the_shared_interpreter_are_right_or_fail(
    void **state)
{
    (void)state; /* R8, R9, R20 */
    (void)setenv("EMBED_SHARED_INTERP", "1", 1);
    shutdown_under_load();
    (void)unsetenv("EMBED_SHARED_INTERP");
}

static void
exit_scenario(void *arg)
{
    int after = *(int *)arg;
    embed_set_error_hook(ignore, NULL);
    for (int i = 0; i < EXTENSIONS; i++) {
        fam_load(&fams[i], i);
    }
    for (uintptr_t i = 0; i < THREADS; i++) {
        (void)fam_thread(caller, (void *)(i * 17 + (uintptr_t)after), 0);
    }
    while (atomic_load(&n_calls) < after) {
        (void)sched_yield();
    }
    /* exit() follows, with all threads still calling. */
}

static void
a_process_exits_while_threads_call(void **state)
{
    (void)state; /* R10 */
    int rounds = e2e_is_sanitized() ? 2 : ROUNDS;
    for (int i = 0; i < rounds; i++) {
        int after = i * CALLS_MAX / ROUNDS;
        e2e_expect_ok(exit_scenario, &after, 20);
    }
}

/* --- retry while threads call ---------------------------------------------*/

static life l;
static atomic_int n_inits;

/* The first inits fail. */
static int
init_hook(int what)
{
    (void)what;
    return atomic_fetch_add(&n_inits, 1) + 1 < RETRIES;
}

static void *
retry_caller(void *unused)
{
    (void)unused;
    while (!atomic_load(&over)) {
        int got = l.add(2, 3);
        E2E_CHECK(got == 5 || got == LIFE_FAILED);
        atomic_fetch_add(&n_calls, 1);
    }
    E2E_CHECK_INT(l.add(2, 3), 5);
    return NULL;
}

static void *
retry_thread(void *unused)
{
    (void)unused;
    embed_status status = EMBED_OK;
    do {
        status = embed_retry(l.name);
        E2E_CHECK(status == EMBED_OK || status == EMBED_E_INIT);
    } while (status != EMBED_OK);
    return NULL;
}

static void
retry_with(const char *script)
{
    pthread_t t[THREADS];
    pthread_t r[2];
    embed_set_error_hook(ignore, NULL);
    life_load(&l, 'a', script, init_hook);
    for (int i = 0; i < THREADS; i++) {
        t[i] = fam_thread(retry_caller, NULL, 0);
    }
    for (int i = 0; i < 2; i++) {
        r[i] = fam_thread(retry_thread, NULL, 0);
    }
    for (int i = 0; i < 2; i++) {
        fam_join(r[i]);
    }
    E2E_CHECK_INT(atomic_load(&n_inits), RETRIES);
    atomic_store(&over, true);
    for (int i = 0; i < THREADS; i++) {
        fam_join(t[i]);
    }
    E2E_CHECK_INT(l.add(2, 3), 5);
}

static void
retry_scenario(void *unused)
{
    (void)unused;
    retry_with("if lib.life_host(0):\n"
               "    raise ImportError('not yet')\n");
}

static void
retries_and_calls_may_race(void **state)
{
    (void)state; /* R12 */
    e2e_expect_ok(retry_scenario, NULL, 60);
}

static void
retry_thread_scenario(void *unused)
{
    (void)unused;
    /* A thread of the failing init code calls the extension on and on, also
     * after that has failed. */
    retry_with("import threading\n"
               "bad = lib.life_host(0)\n"
               "begun = threading.Event()\n"
               "def work(n):\n"
               "    for i in range(n):\n"
               "        lib.life_add(1, 2)\n"
               "        begun.set()\n"
               "if bad:\n"
               "    threading.Thread(target=work, args=(500,)).start()\n"
               "    begun.wait()\n"
               "    raise ImportError('not yet')\n");
}

static void
threads_of_failed_init_code_may_go_on_calling(void **state)
{
    (void)state; /* R6, R12 */
    e2e_expect_ok(retry_thread_scenario, NULL, 60);
}

/* --- the loader -----------------------------------------------------------*/

/* While the loader walks its list, another thread loads a library: each of the
 * two may then hold a lock that the other waits for. */

#define BLOCKED_S 0.2 /* long enough to get as far as the lock */

static _Thread_local bool is_searching;
static atomic_int loader_step; /* 1: loading begins, 2: loaded */
static pthread_t loader;

static void *
loader_main(void *unused)
{
    (void)unused;
    atomic_store(&loader_step, 1);
    (void)e2e_load("deffail");
    atomic_store(&loader_step, 2);
    return NULL;
}

typedef int phdr_visit(struct dl_phdr_info *info, size_t size, void *arg);
typedef int phdr_iterate(phdr_visit *visit, void *arg);

typedef struct phdr_call {
    phdr_visit *visit;
    void *arg;
} phdr_call;

static int
visit_during_load(struct dl_phdr_info *info, size_t size, void *arg)
{
    phdr_call *call = arg;
    if (is_searching && strstr(info->dlpi_name, "libpython") != NULL) {
        is_searching = false;
        loader = fam_thread(loader_main, NULL, 0);
        double start = e2e_now();
        while (atomic_load(&loader_step) < 2 && e2e_now() < start + BLOCKED_S) {
            (void)sched_yield();
        }
        E2E_CHECK(atomic_load(&loader_step) == 1);
    }
    return call->visit(info, size, call->arg);
}

/* In place of libc's, for this program and libembed. */
#if !defined __SANITIZE_THREAD__ && !defined __SANITIZE_ADDRESS__
EMBED_API int
dl_iterate_phdr(phdr_visit *visit, void *arg)
{
    phdr_call call = {visit, arg};
    phdr_iterate *next = E2E_FN(phdr_iterate *, RTLD_NEXT, "dl_iterate_phdr");
    return next(visit_during_load, &call);
}
#endif

static void
loader_scenario(void *unused)
{
    (void)unused;
    fam_load(&fams[0], 0);
    E2E_CHECK(dlopen(e2e_libpython_path(), RTLD_NOW | RTLD_LOCAL) != NULL);
    is_searching = true;
    E2E_CHECK_INT(fams[0].add(1, 2), 3);
    E2E_CHECK(!is_searching);
    fam_join(loader);
    E2E_CHECK_INT(atomic_load(&loader_step), 2);
}

static void
a_library_may_be_loaded_while_python_is_looked_for(void **state)
{
    (void)state; /* R5 */
    if (e2e_is_sanitized()) {
        skip(); /* dl_iterate_phdr() is the sanitizer's */
    }
    e2e_expect_ok(loader_scenario, NULL, 10);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_during_a_shutdown_are_right_or_fail),
        cmocka_unit_test(
            calls_during_a_shutdown_of_the_shared_interpreter_are_right_or_fail),
        cmocka_unit_test(a_process_exits_while_threads_call),
        cmocka_unit_test(retries_and_calls_may_race),
        cmocka_unit_test(threads_of_failed_init_code_may_go_on_calling),
        cmocka_unit_test(a_library_may_be_loaded_while_python_is_looked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

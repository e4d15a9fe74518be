/* test_thread_faults.c - no thread can be had: what is asked for then fails and
 * says so, or is done all the same.
 *
 * This program has a pthread_create() of its own, which libembed and Python find
 * before the system's.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/e2e.h"
#include "tests/support/life.h"

/* No start needs as many threads. */
#define THREADS_MAX 40

/* Threads that libembed makes; which of them fails; whether those after it do. */
static atomic_int n_made;
static atomic_int fails_at; /* 0: none */
static atomic_bool all_fail;

typedef int create_fn(pthread_t *thread, const pthread_attr_t *attr,
                      void *(*run)(void *arg), void *arg);

__attribute__((visibility("default"))) int
pthread_create(pthread_t *thread, const pthread_attr_t *attr,
               void *(*run)(void *arg), void *arg)
{
    static create_fn *real;
    if (real == NULL) {
        real = E2E_FN(create_fn *, RTLD_NEXT, "pthread_create");
    }
    int n = atomic_fetch_add(&n_made, 1) + 1;
    int at = atomic_load(&fails_at);
    return at != 0 && (n == at || (n > at && atomic_load(&all_fail)))
               ? EAGAIN
               : real(thread, attr, run, arg);
}

static void
fail_at(int n)
{
    atomic_store(&n_made, 0);
    atomic_store(&all_fail, false);
    atomic_store(&fails_at, n);
}

static void
fail_all(void)
{
    fail_at(1);
    atomic_store(&all_fail, true);
}

static life a;
static life b;

/* --- start ----------------------------------------------------------------*/

/* Status 3: it needs fewer threads than `n`. */
static void
start_scenario(void *n)
{
    life_load(&a, 'a', NULL, NULL);
    fail_at(*(const int *)n);
    embed_status status = embed_start("lifea");
    if (atomic_load(&n_made) < *(const int *)n) {
        E2E_CHECK_INT(status, EMBED_OK);
        _exit(3);
    }
    if (status != EMBED_OK) {
        E2E_CHECK(strstr(embed_last_error()->message, "thread") != NULL);
        E2E_CHECK_INT(a.add(1, 2), LIFE_FAILED);
        embed_status again = embed_retry("lifea");
        E2E_CHECK_STR(embed_last_error()->message, "");
        E2E_CHECK_INT(again, EMBED_OK);
    }
    E2E_CHECK_INT(a.add(1, 2), 3);
    life_load(&b, 'b', NULL, NULL);
    E2E_CHECK_INT(b.add(1, 2), 3);
}

static void
a_start_without_a_thread_is_tried_again(void **state)
{
    (void)state;
    static e2e_result r;
    int n = 0;
    do {
        n++;
        e2e_run(start_scenario, &n, 60, &r);
        if (r.exit_code != 0 && r.exit_code != 3) {
            fail_msg("thread %d: %s; %s", n, e2e_ending(&r), r.err);
        }
    } while (r.exit_code == 0 && n < THREADS_MAX);
    assert_in_range(n, 2, THREADS_MAX - 1);
}

static void
no_start_scenario(void *unused)
{
    (void)unused;
    life_load(&a, 'a', NULL, NULL);
    fail_all();
    for (int i = 0; i < 3; i++) {
        E2E_CHECK_INT(embed_retry("lifea"), EMBED_E_NOMEM);
        E2E_CHECK_INT(a.add(1, 2), LIFE_FAILED);
    }
    fail_at(0);
    E2E_CHECK_INT(embed_retry("lifea"), EMBED_OK);
    E2E_CHECK_INT(a.add(1, 2), 3);
}

static void
nothing_before_pythons_own_start_is_final(void **state)
{
    (void)state;
    e2e_expect_ok(no_start_scenario, NULL, 60);
}

/* --- deadlines ------------------------------------------------------------*/

static void
deadline_scenario(void *unused)
{
    (void)unused;
    life_load(&a, 'a', NULL, NULL);
    life_load(&b, 'b', NULL, NULL);
    E2E_CHECK_INT(a.add(1, 2), 3);
    E2E_CHECK_INT(b.add(1, 2), 3);
    E2E_CHECK_INT(embed_set_deadline("lifea", 100), EMBED_OK);
    fail_all();
    E2E_CHECK_INT(a.run("while True: pass"), LIFE_FAILED);
    E2E_CHECK_INT(embed_last_error()->status, EMBED_E_NOMEM);
    E2E_CHECK(strstr(embed_last_error()->message, "deadline") != NULL);
    E2E_CHECK_INT(b.add(1, 2), 3); /* has none */
    for (int i = 1; i < 4; i++) {
        fail_at(i);
        E2E_CHECK_INT(a.run("while True: pass"), LIFE_FAILED);
        E2E_CHECK_INT(embed_last_error()->status,
                      i == 1 ? EMBED_E_NOMEM : EMBED_E_DEADLINE);
        E2E_CHECK_INT(embed_set_thread_deadline(100, NULL), EMBED_OK);
        fail_at(i);
        E2E_CHECK_INT(b.run("while True: pass"), LIFE_FAILED);
        E2E_CHECK_INT(embed_set_thread_deadline(0, NULL), EMBED_OK);
    }
    fail_at(0);
    E2E_CHECK_INT(a.add(3, 4), 7);
    E2E_CHECK_INT(a.run("while True: pass"), LIFE_FAILED);
    E2E_CHECK_INT(embed_last_error()->status, EMBED_E_DEADLINE);
}

/* After the call has begun nothing more is needed. */
static int
no_more(int what)
{
    fail_all();
    return what;
}

static void
deadline_late_scenario(void *unused)
{
    (void)unused;
    life_load(&a, 'a', NULL, no_more);
    E2E_CHECK_INT(a.add(1, 2), 3);
    E2E_CHECK_INT(embed_set_deadline("lifea", 100), EMBED_OK);
    E2E_CHECK_INT(a.run("lib.life_host(1)\nwhile True: pass"), LIFE_FAILED);
    E2E_CHECK_INT(embed_last_error()->status, EMBED_E_DEADLINE);
}

static void
a_deadline_never_passes_unseen(void **state)
{
    (void)state;
    e2e_not_on_pypy();
    e2e_not_shared();
    e2e_expect_ok(deadline_scenario, NULL, 60);
    e2e_expect_ok(deadline_late_scenario, NULL, 60);
}

/* --- the end --------------------------------------------------------------*/

static const char said[] = "import atexit\n"
                           "atexit.register(print, 'handler ran')\n"
                           "print('text', end='')\n";

static void
exit_scenario(void *unused)
{
    (void)unused;
    life_load(&a, 'a', said, NULL);
    E2E_CHECK_INT(a.add(1, 2), 3);
    fail_all();
}

static void
exit_handlers_run_without_a_thread(void **state)
{
    (void)state;
    const e2e_result *r = e2e_expect_ok(exit_scenario, NULL, 60);
    assert_non_null(strstr(r->out, "texthandler ran"));
}

static void
unload_scenario(void *unused)
{
    (void)unused;
    life_load(&a, 'a', said, NULL);
    life_load(&b, 'b', said, NULL);
    E2E_CHECK_INT(a.add(1, 2), 3);
    E2E_CHECK_INT(b.add(1, 2), 3);
    fail_all();
    /* The handlers have run; ending the interpreter needs the thread. */
    E2E_CHECK_INT(embed_unload("lifea", 2000), EMBED_E_NOMEM);
    E2E_CHECK(strstr(embed_last_error()->message, "thread") != NULL);
    E2E_CHECK_INT(life_state(&a), EMBED_STATE_PARKED);
    E2E_CHECK_INT(a.add(1, 2), LIFE_FAILED);
    E2E_CHECK_INT(embed_shutdown(2000), EMBED_E_NOMEM);
    E2E_CHECK(strstr(embed_last_error()->message, "running") == NULL);
    fail_at(0);
}

static void
an_end_without_a_thread_says_so(void **state)
{
    (void)state;
    e2e_not_on_pypy();
    e2e_not_shared();
    const e2e_result *r = e2e_expect_ok(unload_scenario, NULL, 60);
    assert_int_equal(life_count(r->out, "texthandler ran"), 2);
}

/* --- what is asked for ----------------------------------------------------*/

static void
pending_fn(void *unused)
{
    (void)unused;
}

static void
ask_scenario(void *unused)
{
    (void)unused;
    life_load(&a, 'a', NULL, NULL);
    E2E_CHECK_INT(a.add(1, 2), 3);
    fail_all();
    E2E_CHECK_INT(embed_interrupt("lifea"), EMBED_E_NOMEM);
    E2E_CHECK(strstr(embed_last_error()->message, "thread") != NULL);
    E2E_CHECK_INT(embed_call_pending("lifea", pending_fn, NULL), EMBED_E_NOMEM);
    E2E_CHECK(strstr(embed_last_error()->message, "thread") != NULL);
    embed_dump(stdout);
    E2E_CHECK_INT(embed_reload("lifea", 2000), EMBED_E_NOMEM);
    E2E_CHECK_INT(a.add(1, 2), 3);
    fail_at(0);
    E2E_CHECK_INT(embed_interrupt("lifea"), EMBED_OK);
    E2E_CHECK_INT(embed_call_pending("lifea", pending_fn, NULL), EMBED_OK);
    E2E_CHECK_INT(embed_reload("lifea", 2000), EMBED_OK);
    E2E_CHECK_INT(a.add(1, 2), 3);
}

static void
what_needs_a_thread_fails_without_one(void **state)
{
    (void)state;
    e2e_not_on_pypy();
    e2e_not_shared();
    const e2e_result *r = e2e_expect_ok(ask_scenario, NULL, 60);
    assert_non_null(strstr(r->out, "no thread can be started"));
}

/* --- many -----------------------------------------------------------------*/

#define MANY    60
#define CALLERS 8

typedef int add_fn(int a, int b);
static add_fn *added[MANY];

static void *
caller(void *unused)
{
    for (int i = 0; i < MANY; i++) {
        E2E_CHECK_INT(added[i](i, 1), i + 1);
    }
    return unused;
}

/* Extensions by the dozen, called by many threads; then the process ends, which
 * takes a thread for each. */
static void
many_scenario(void *unused)
{
    (void)unused;
    char name[16];
    char code[128];
    for (int i = 0; i < MANY; i++) {
        (void)snprintf(name, sizeof name, "many%d", i);
        (void)snprintf(code, sizeof code,
                       "from many%d import ffi\n@ffi.def_extern()\n"
                       "def add(a, b): return a + b\n",
                       i);
        E2E_CHECK_INT(
            embed_open_source(name, "int add(int a, int b);", code, NULL),
            EMBED_OK);
        E2E_CHECK_INT(embed_start(name), EMBED_OK);
        added[i] = (add_fn *)embed_symbol(name, "add");
    }
    pthread_t threads[CALLERS];
    for (int i = 0; i < CALLERS; i++) {
        threads[i] = life_thread(caller, NULL);
    }
    for (int i = 0; i < CALLERS; i++) {
        life_join(threads[i]);
    }
}

static void
many_extensions_end_in_order(void **state)
{
    (void)state;
    e2e_not_on_pypy();
    e2e_expect_ok(many_scenario, NULL, 100);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_start_without_a_thread_is_tried_again),
        cmocka_unit_test(nothing_before_pythons_own_start_is_final),
        cmocka_unit_test(a_deadline_never_passes_unseen),
        cmocka_unit_test(exit_handlers_run_without_a_thread),
        cmocka_unit_test(an_end_without_a_thread_says_so),
        cmocka_unit_test(what_needs_a_thread_fails_without_one),
        cmocka_unit_test(many_extensions_end_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

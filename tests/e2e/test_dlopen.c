/* test_dlopen.c - declarations and libraries at run time, in plug-ins.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdlib.h>

#include "tests/support/e2e.h"

typedef int int_fn(void);
typedef int int_int_fn(int);
typedef long long_int_fn(int);

static void
run_checks(void)
{
    void *library = e2e_load("dyn/dyn");
    int n = E2E_FN(int_fn *, library, "dyn_checks")();

    E2E_CHECK(n > 0);
    for (int i = 0; i < n; i++) {
        E2E_CHECK_INT(E2E_FN(int_int_fn *, library, "dyn_check")(i), 1);
    }
}

static void
own_scenario(void *unused)
{
    (void)unused;
    run_checks();
}

static void
an_extension_of_its_own_declares_and_opens(void **state)
{
    (void)state;
    e2e_expect_ok(own_scenario, NULL, 20);
}

static void
shared_scenario(void *unused)
{
    (void)unused;
    (void)setenv("EMBED_SHARED_INTERP", "1", 1);
    void *other = e2e_load("dyn/dynother");
    E2E_CHECK_INT(E2E_FN(int_fn *, other, "dynother_ready")(), 1);
    run_checks();
}

static void
extensions_that_share_an_interpreter_share_types(void **state)
{
    (void)state;
    e2e_expect_ok(shared_scenario, NULL, 20);
}

static void
loop_scenario(void *unused)
{
    int rounds = e2e_is_sanitized() ? 200 : 2000;

    (void)unused;
    void *library = e2e_load("dyn/dyn");
    long_int_fn *loop = E2E_FN(long_int_fn *, library, "dyn_loop");
    (void)loop(rounds);
    long before = e2e_rss_kib();
    E2E_CHECK(loop(rounds) < 50);
    E2E_CHECK(e2e_is_sanitized() || e2e_rss_kib() - before < 1024);
}

static void
opening_and_closing_leaves_nothing_behind(void **state)
{
    (void)state;
    e2e_expect_ok(loop_scenario, NULL, 60);
}

static void *
checks_thread(void *unused)
{
    (void)unused;
    run_checks();
    return NULL;
}

static void
thread_scenario(void *unused)
{
    pthread_t thread;

    (void)unused;
    E2E_CHECK(pthread_create(&thread, NULL, checks_thread, NULL) == 0);
    E2E_CHECK(pthread_join(thread, NULL) == 0);
    run_checks();
}

static void
it_works_on_any_thread(void **state)
{
    (void)state;
    e2e_expect_ok(thread_scenario, NULL, 20);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_extension_of_its_own_declares_and_opens),
        cmocka_unit_test(extensions_that_share_an_interpreter_share_types),
        cmocka_unit_test(opening_and_closing_leaves_nothing_behind),
        cmocka_unit_test(it_works_on_any_thread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

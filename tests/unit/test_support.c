/* test_support.c - tests/support/e2e.c: what becomes of children that crash.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/e2e.h"
#include "tests/support/forks.h"

static e2e_result result;

static void
crash(void *signal)
{
    (void)raise(*(int *)signal);
}

/* The sanitizers report crashes themselves and exit. */
static bool
is_crash(const e2e_result *r, int signal)
{
    return r->signal == signal ||
           (e2e_is_sanitized() && strstr(r->err, "Sanitizer") != NULL);
}

static void
a_crash_of_a_child_is_told_by_its_signal(void **state)
{
    static int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGSYS, SIGABRT};
    (void)state;
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        e2e_run(crash, &signals[i], 20, &result);
        assert_true(is_crash(&result, signals[i]));
        assert_false(result.timed_out);
        /* cmocka did not go on in the child. */
        assert_null(strstr(result.out, "["));
        assert_null(strstr(result.err, "[  FAILED"));
    }
}

static void
segv(void)
{
    (void)raise(SIGSEGV);
}

static void
forks_that_crash(void *unused)
{
    (void)unused;
    int got = forks_wait(segv);
    E2E_CHECK(e2e_is_sanitized() ? got != 0 : got == -SIGSEGV);
}

static void
so_is_that_of_a_childs_child(void **state)
{
    (void)state;
    e2e_expect_ok(forks_that_crash, NULL, 20);
}

/* What cmocka's assertions do in a child. */
static void
next_test(void *unused)
{
    (void)unused;
    e2e_expect_ok(next_test, NULL, 20);
}

static void
no_test_runs_in_a_child(void **state)
{
    (void)state;
    e2e_run(next_test, NULL, 20, &result);
    assert_int_equal(result.exit_code, 99);
    assert_non_null(strstr(result.err, "check failed: !is_child"));
}

static void
sleeper(void *unused)
{
    (void)unused;
    (void)pause();
}

static void
the_ending_is_told_in_words(void **state)
{
    (void)state;
    result = (e2e_result){.signal = SIGSEGV, .exit_code = -1};
    assert_string_equal(e2e_ending(&result),
                        "ended by signal 11, Segmentation fault");
    result = (e2e_result){.exit_code = 99};
    assert_string_equal(e2e_ending(&result), "exit status 99");
    e2e_run(sleeper, NULL, 1, &result);
    assert_string_equal(e2e_ending(&result), "out of time");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_crash_of_a_child_is_told_by_its_signal),
        cmocka_unit_test(so_is_that_of_a_childs_child),
        cmocka_unit_test(no_test_runs_in_a_child),
        cmocka_unit_test(the_ending_is_told_in_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

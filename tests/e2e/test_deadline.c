/* test_deadline.c - deadlines of a thread, one inside of another.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>

#include "tests/support/e2e.h"
#include "tests/support/life.h"

#define SHORT_MS 100
#define LONG_MS  60000

static life a;

static int
swap(int timeout_ms)
{
    int before = -1;
    E2E_CHECK_INT(embed_set_thread_deadline(timeout_ms, &before), EMBED_OK);
    return before;
}

static void
expect_deadline(void)
{
    E2E_CHECK_INT(a.run("while True: pass"), LIFE_FAILED);
    E2E_CHECK_INT(embed_last_error()->status, EMBED_E_DEADLINE);
}

static void
nested_scenario(void *unused)
{
    (void)unused;
    life_load(&a, 'a', NULL, NULL);
    E2E_CHECK_INT(swap(SHORT_MS), 0);
    E2E_CHECK_INT(swap(LONG_MS), SHORT_MS);
    E2E_CHECK_INT(a.run("import time\ntime.sleep(.2)\nresult = 4"), 4);
    E2E_CHECK_INT(swap(SHORT_MS), LONG_MS);
    expect_deadline();
    E2E_CHECK_INT(embed_set_thread_deadline(INT_MAX, NULL), EMBED_OK);
    E2E_CHECK_INT(swap(-1), INT_MAX);
    E2E_CHECK_INT(swap(0), 0);
    E2E_CHECK_INT(a.run("import time\ntime.sleep(.2)\nresult = 4"), 4);
}

static void
a_deadline_can_be_given_back(void **state)
{
    (void)state;
    e2e_expect_ok(nested_scenario, NULL, 60);
}

static void *
other_thread(void *unused)
{
    (void)unused;
    E2E_CHECK_INT(swap(0), 0);
    E2E_CHECK_INT(swap(LONG_MS), 0);
    return NULL;
}

static void
thread_scenario(void *unused)
{
    (void)unused;
    life_load(&a, 'a', NULL, NULL);
    E2E_CHECK_INT(swap(SHORT_MS), 0);
    life_join(life_thread(other_thread, NULL));
    expect_deadline();
    E2E_CHECK_INT(swap(0), SHORT_MS);
}

static void
each_thread_has_its_own(void **state)
{
    (void)state;
    e2e_expect_ok(thread_scenario, NULL, 60);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_deadline_can_be_given_back),
        cmocka_unit_test(each_thread_has_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

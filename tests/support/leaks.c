/* leaks.c - the tests of the plug-in leaks.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/leaks.h"

#include <stdio.h>

#include "tests/support/e2e.h"

/* Times under sanitizers. */
#define SANITIZED_TIMES 200

/* What resident memory may grow by in all operations together. */
#define RSS_MAY_GROW_KIB 16384

#define TIME_LIMIT 300

typedef int count_fn(void);
typedef void run_fn(int row, int n, char *out, int cap);

static int times;

/* Runs all operations.  Returns how many leave something behind. */
static int
operations_run(run_fn *run, int count, int n)
{
    int bad = 0;

    for (int row = 0; row < count; row++) {
        char text[1024] = "not run";

        run(row, n, text, sizeof(text));
        if (text[0] != '\0') {
            (void)fprintf(stderr, "%s\n", text);
            bad++;
        }
    }
    return bad;
}

static void
operations_scenario(void *unused)
{
    void *library = e2e_load("leaks/leaks");
    run_fn *run = E2E_FN(run_fn *, library, "leaks_run");
    int count = E2E_FN(count_fn *, library, "leaks_count")();
    long before;

    (void)unused;
    E2E_CHECK(count > 100);
    E2E_CHECK_INT(operations_run(run, count, 10), 0);
    before = e2e_rss_kib();
    E2E_CHECK_INT(operations_run(run, count, times), 0);
    if (!e2e_is_sanitized()) {
        E2E_CHECK(e2e_rss_kib() - before < RSS_MAY_GROW_KIB);
    }
}

static void
operations_leave_nothing_behind(void **state)
{
    (void)state;
    e2e_expect_ok(operations_scenario, NULL, TIME_LIMIT);
}

int
leaks_test_run(int n)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operations_leave_nothing_behind),
    };

    times = e2e_is_sanitized() ? SANITIZED_TIMES : n;
    return cmocka_run_group_tests(tests, NULL, NULL);
}

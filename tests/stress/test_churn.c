/* test_churn.c - what is done very often leaves no memory behind.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "embed.h"
#include "tests/support/e2e.h"
#include "tests/support/fam.h"

#define THREADS       20000
#define TOGETHER      8
#define CALLS         100000
#define CALLS_PRINTED 20000 /* of those that print a traceback */
#define SANITIZED_BY  20    /* sanitizers: so many times fewer */
#define WARM_UP       10    /* one in so many first */
#define SLACK_KIB     1024
#define GONE_S        10

static fam a;
static fam b;
static atomic_int ends;

typedef void churn(int i);

/* Does something `n` times; memory must not grow. */
static void
check_flat(const char *what, churn *once, int n)
{
    n = e2e_is_sanitized() ? n / SANITIZED_BY : n;
    for (int i = 0; i < n / WARM_UP; i++) {
        once(i);
    }
    int threads = fam_threads_now();
    long before = e2e_rss_kib();
    for (int i = 0; i < n; i++) {
        once(i);
    }
    long grown = e2e_rss_kib() - before;
    (void)printf("%d %s: %+ld KiB\n", n, what, grown);
    /* Python's join() comes back a little before the thread is gone. */
    double deadline = e2e_now() + GONE_S;
    while (fam_threads_now() > threads && e2e_now() < deadline) {
        (void)sched_yield();
    }
    E2E_CHECK_INT(fam_threads_now(), threads);
    E2E_CHECK(grown <= SLACK_KIB || e2e_is_sanitized());
}

/* --- threads --------------------------------------------------------------*/

static void
on_end(void *arg, int thread)
{
    (void)arg;
    (void)thread;
    atomic_fetch_add(&ends, 1);
}

static void *
short_thread(void *arg)
{
    int i = (int)(intptr_t)arg;
    E2E_CHECK_INT(a.add(i, 1), i + 1);
    E2E_CHECK_INT(a.watch_end(on_end, NULL), 0);
    E2E_CHECK_INT(b.swap_local(i), -1);
    return NULL;
}

static void
threads_once(int i)
{
    pthread_t t[TOGETHER];
    for (intptr_t k = 0; k < TOGETHER; k++) {
        t[k] = fam_thread(short_thread, (void *)(i + k), 0);
    }
    for (int k = 0; k < TOGETHER; k++) {
        fam_join(t[k]);
    }
}

static void
thread_of_python_once(int i)
{
    fam_peers p = {.n = 1, .way = {b.nest_lib}};
    (void)i;
    E2E_CHECK_INT(a.nest_thread(&p, 1, 1), 2 * 31 + 1);
}

static void
release_once(int i)
{
    E2E_CHECK_INT(a.add(i, 1), i + 1);
    E2E_CHECK_INT(b.swap_local(i), -1);
    E2E_CHECK_INT(embed_thread_release(), EMBED_OK);
}

static void
threads_scenario(void *unused)
{
    (void)unused;
    fam_load(&a, 1);
    fam_load(&b, 2);
    check_flat("rounds of 8 threads", threads_once, THREADS / TOGETHER);
    E2E_CHECK(atomic_load(&ends) >= THREADS / SANITIZED_BY);
    check_flat("threads of Python", thread_of_python_once, THREADS / 10);
    check_flat("releases", release_once, THREADS / 4);
    E2E_CHECK_INT(embed_shutdown(-1), EMBED_OK);
    embed_info info = EMBED_INFO_INIT;
    E2E_CHECK_INT(embed_lookup(a.name, &info), EMBED_OK);
    /* Not one thread state was left: where interpreters can end, it did. */
    E2E_CHECK_INT(info.state, e2e_python_version() < 0x030d
                                  ? EMBED_STATE_PARKED
                                  : EMBED_STATE_CLOSED);
}

/* --- calls ----------------------------------------------------------------*/

static void
call_once(int i)
{
    const fam_point points[2] = {{.x = i, .y = 1}, {.x = 1, .y = 2}};
    E2E_CHECK_INT(a.add(i, 2), i + 2);
    E2E_CHECK_INT(a.length("some text"), 9);
    E2E_CHECK_INT(a.move(points, 2).x, i + 1 + 2 * FAM_MOVE_BY);
    E2E_CHECK(b.scale(points[0], 2.0) > 0);
}

static void
nest_once(int i)
{
    fam_peers p = {.n = 2, .way = {b.nest_lib, a.nest}};
    const int numbers[2] = {2, 1};
    E2E_CHECK_INT(a.nest(&p, (unsigned)i, 3),
                  fam_nest_expected(1, numbers, 2, (unsigned)i, 3));
}

static void
missing_once(int i)
{
    (void)i;
    E2E_CHECK_INT(a.missing(), FAM_FAILED);
    E2E_CHECK_INT(embed_last_error()->status, EMBED_E_UNATTACHED);
}

static void
raise_once(int i)
{
    E2E_CHECK_INT(a.raise(i % FAM_RAISES), FAM_FAILED);
    E2E_CHECK(embed_last_error()->traceback[0] != '\0');
}

static void
clear_once(int i)
{
    if (i % 2 == 0) {
        missing_once(i);
    }
    embed_clear_error();
    E2E_CHECK_INT(embed_start("no such extension"), EMBED_E_NAME);
    embed_info info = EMBED_INFO_INIT;
    E2E_CHECK(embed_list(&info, 1) == 2);
}

static void
ignore(const embed_error *error, void *arg)
{
    (void)error;
    (void)arg;
}

static void
calls_scenario(void *unused)
{
    (void)unused;
    fam_load(&a, 1);
    fam_load(&b, 2);
    embed_set_error_hook(ignore, NULL);
    check_flat("calls", call_once, CALLS);
    check_flat("nested calls", nest_once, CALLS);
    check_flat("unattached calls", missing_once, CALLS);
    check_flat("last errors", clear_once, CALLS);
    check_flat("exceptions", raise_once, CALLS_PRINTED);
}

/* --- tests ----------------------------------------------------------------*/

static void
show(e2e_scenario *scenario)
{
    static e2e_result r;
    e2e_run(scenario, NULL, 240, &r);
    (void)printf("%s", r.out);
    if (r.exit_code != 0) {
        size_t n = strlen(r.err);
        fail_msg("exit %d, signal %d%s\n%s", r.exit_code, r.signal,
                 r.timed_out ? ", out of time" : "",
                 r.err + (n > 2000 ? n - 2000 : 0));
    }
}

static void
twenty_thousand_threads_leave_nothing(void **state)
{
    (void)state; /* R1 */
    show(threads_scenario);
}

static void
a_hundred_thousand_calls_leave_nothing(void **state)
{
    (void)state;
    show(calls_scenario);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(twenty_thousand_threads_leave_nothing),
        cmocka_unit_test(a_hundred_thousand_calls_leave_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_stats.c - what is known of an extension in numbers.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/e2e.h"
#include "tests/support/life.h"

#define N_THREADS 8
#define N_CALLS   500
#define MS        UINT64_C(1000000)

static life a;
static life b;

static embed_statistics
stats_of(const char *name)
{
    embed_statistics out = EMBED_STATISTICS_INIT;
    E2E_CHECK_INT(embed_stats(name, &out), EMBED_OK);
    return out;
}

/* --- counting -------------------------------------------------------------*/

static void *
caller(void *unused)
{
    (void)unused;
    for (int i = 0; i < N_CALLS; i++) {
        E2E_CHECK_INT(a.add(i, 1), i + 1);
    }
    E2E_CHECK_INT(a.run("1/0"), LIFE_FAILED);
    return NULL;
}

static void
threads_run(void *(*run)(void *arg))
{
    pthread_t threads[N_THREADS];
    for (int i = 0; i < N_THREADS; i++) {
        threads[i] = life_thread(run, NULL);
    }
    for (int i = 0; i < N_THREADS; i++) {
        life_join(threads[i]);
    }
}

static void
count_scenario(void *unused)
{
    (void)unused;
    life_load(&a, 'a', NULL, NULL);
    life_load(&b, 'b', NULL, NULL);
    E2E_CHECK_INT(a.add(1, 2), 3);
    E2E_CHECK_INT((long long)stats_of("lifea").calls, 0); /* off */
    E2E_CHECK_INT(embed_count("lifea", 1), EMBED_OK);
    E2E_CHECK_INT(embed_count("lifeb", 1), EMBED_OK); /* before its start */
    threads_run(caller);
    embed_statistics s = stats_of("lifea");
    E2E_CHECK_INT((long long)s.calls, N_THREADS * (N_CALLS + 1));
    E2E_CHECK_INT((long long)s.errors, N_THREADS);
    E2E_CHECK(s.call_ns > 0);
    E2E_CHECK_INT((long long)stats_of("lifeb").calls, 0);
    E2E_CHECK_INT(b.add(1, 2), 3);
    E2E_CHECK_INT(b.add(1, 2), 3);
    E2E_CHECK_INT((long long)stats_of("lifeb").calls, 2);
    E2E_CHECK_INT(embed_count("lifea", 0), EMBED_OK);
    E2E_CHECK_INT(a.add(1, 2), 3);
    E2E_CHECK_INT((long long)stats_of("lifea").calls, (long long)s.calls);
    /* No code: an error like others. */
    E2E_CHECK_INT(embed_open_source("none", "int f(void);", "", NULL),
                  EMBED_OK);
    E2E_CHECK_INT(embed_start("none"), EMBED_OK);
    E2E_CHECK_INT(embed_count("none", 1), EMBED_OK);
    E2E_CHECK_INT(((int (*)(void))embed_symbol("none", "f"))(), 0);
    E2E_CHECK_INT((long long)stats_of("none").errors, 1);
}

static void
calls_are_counted_from_all_threads(void **state)
{
    (void)state;
    e2e_expect_ok(count_scenario, NULL, 60);
}

/* --- times ----------------------------------------------------------------*/

static void *
sleeper(void *unused)
{
    (void)unused;
    E2E_CHECK_INT(a.run("import time; time.sleep(0.1); result = 1"), 1);
    return NULL;
}

/* Keeps the GIL. */
static void *
holder(void *unused)
{
    (void)unused;
    E2E_CHECK_INT(a.run("import sys, time\nsys.setswitchinterval(10)\n"
                        "end = time.monotonic() + 0.1\n"
                        "while time.monotonic() < end: pass\n"
                        "sys.setswitchinterval(0.005)\nresult = 1"),
                  1);
    return NULL;
}

static void
time_scenario(void *unused)
{
    (void)unused;
    life_load(&a, 'a', NULL, NULL);
    E2E_CHECK_INT(embed_start("lifea"), EMBED_OK);
    E2E_CHECK_INT(embed_count("lifea", 1), EMBED_OK);
    /* The first one is timed and long, so the next ones are, too. */
    (void)sleeper(NULL);
    threads_run(sleeper);
    embed_statistics s = stats_of("lifea");
    uint64_t first_ms = s.call_ns / MS;
    E2E_CHECK(first_ms >= 100);
    E2E_CHECK(first_ms <= 32 * 100 + 2 * 9 * 1000);
    uint64_t wait_before = s.wait_ns;
    threads_run(holder);
    s = stats_of("lifea");
    /* Each waits for all before it: 0 + 1 + ... + 7 times 100 ms. */
    uint64_t waited_ms = (s.wait_ns - wait_before) / MS;
    E2E_CHECK(e2e_is_pypy() || waited_ms >= 1000);
}

static void
times_are_measured(void **state)
{
    (void)state;
    e2e_expect_ok(time_scenario, NULL, 60);
}

/* Short calls: one in 32 stands for all. */
static void
estimate_scenario(void *unused)
{
    (void)unused;
    life_load(&a, 'a', NULL, NULL);
    E2E_CHECK_INT(embed_start("lifea"), EMBED_OK);
    E2E_CHECK_INT(embed_count("lifea", 1), EMBED_OK);
    double begin = e2e_now();
    for (int i = 0; i < 100000; i++) {
        E2E_CHECK_INT(a.add(i, 1), i + 1);
    }
    double all = e2e_now() - begin;
    embed_statistics s = stats_of("lifea");
    double seen = (double)(s.call_ns + s.wait_ns) / 1e9;
    E2E_CHECK(seen > all / 10);
    E2E_CHECK(seen < all * 10);
}

static void
short_calls_are_estimated(void **state)
{
    (void)state;
    e2e_expect_ok(estimate_scenario, NULL, 60);
}

/* --- memory, life ---------------------------------------------------------*/

static void
memory_scenario(void *unused)
{
    (void)unused;
    life_load(&a, 'a', NULL, NULL);
    life_load(&b, 'b', NULL, NULL);
    E2E_CHECK_INT((long long)stats_of("lifea").memory, 0);
    E2E_CHECK_INT(a.add(1, 2), 3);
    E2E_CHECK_INT(b.add(1, 2), 3);
    uint64_t before = stats_of("lifea").memory;
    uint64_t other = stats_of("lifeb").memory;
    E2E_CHECK(before >= 256 * 1024);
    /* 400000 tuples of 56 bytes or more. */
    E2E_CHECK_INT(a.run("global kept\nkept = [(x, x) for x in range(400000)]\n"
                        "result = 1"),
                  1);
    uint64_t after = stats_of("lifea").memory;
    E2E_CHECK(after >= before + 20000000);
    E2E_CHECK(after <= before + 60000000);
    E2E_CHECK_INT((long long)stats_of("lifeb").memory, (long long)other);
    E2E_CHECK_INT(a.run("global kept\nkept = None\nresult = 1"), 1);
    E2E_CHECK(stats_of("lifea").memory < before + 20000000);
}

static void
memory_is_known_for_each(void **state)
{
    (void)state;
    e2e_not_shared();
    e2e_expect_ok(memory_scenario, NULL, 60);
}

static void
life_scenario(void *unused)
{
    (void)unused;
    life_load(&a, 'a', NULL, NULL);
    E2E_CHECK_INT(embed_start("lifea"), EMBED_OK);
    E2E_CHECK_INT(embed_count("lifea", 1), EMBED_OK);
    E2E_CHECK_INT(a.add(1, 2), 3);
    E2E_CHECK_INT(embed_reload("lifea", -1), EMBED_OK);
    E2E_CHECK_INT(a.add(1, 2), 3);
    E2E_CHECK_INT((long long)stats_of("lifea").calls, 2);
    E2E_CHECK_INT(embed_unload("lifea", -1), EMBED_OK);
    E2E_CHECK_INT(a.add(1, 2), LIFE_FAILED);
    E2E_CHECK_INT(embed_retry("lifea"), EMBED_OK);
    E2E_CHECK_INT(a.add(1, 2), 3);
    E2E_CHECK(stats_of("lifea").calls >= 3);
}

static void
numbers_outlive_an_interpreter(void **state)
{
    (void)state;
    e2e_not_shared();
    e2e_expect_ok(life_scenario, NULL, 60);
}

static void *
wrong_use(void *unused)
{
    embed_statistics out = EMBED_STATISTICS_INIT;
    (void)unused;
    E2E_CHECK_INT(embed_count("nothing", 1), EMBED_E_NAME);
    E2E_CHECK_INT(embed_count(NULL, 1), EMBED_E_INVALID);
    E2E_CHECK_INT(embed_stats("nothing", &out), EMBED_E_NAME);
    E2E_CHECK_INT(embed_stats(NULL, &out), EMBED_E_INVALID);
    E2E_CHECK_INT(embed_stats("lifea", NULL), EMBED_E_INVALID);
    out.size = 0;
    E2E_CHECK_INT(embed_stats("lifea", &out), EMBED_E_INVALID);
    out.size = sizeof out.size - 1;
    E2E_CHECK_INT(embed_stats("lifea", &out), EMBED_E_INVALID);
    /* A smaller one of an older host's. */
    out = (embed_statistics){.size = offsetof(embed_statistics, errors),
                             .errors = 77};
    E2E_CHECK_INT(embed_stats("lifea", &out), EMBED_OK);
    E2E_CHECK_INT((long long)out.errors, 77);
    E2E_CHECK_INT((long long)out.size, offsetof(embed_statistics, errors));
    /* A larger one of a newer host's. */
    struct {
        embed_statistics known;
        uint64_t later;
    } newer = {.known.size = sizeof newer, .known.memory = 77, .later = 78};
    E2E_CHECK_INT(embed_stats("lifea", &newer.known), EMBED_OK);
    E2E_CHECK_INT((long long)newer.known.size, sizeof newer.known);
    E2E_CHECK_INT((long long)newer.later, 78);
    E2E_CHECK(newer.known.memory != 77);
    E2E_CHECK_INT(embed_shutdown(-1), EMBED_OK);
    E2E_CHECK_INT(embed_count("lifea", 1), EMBED_OK);
    E2E_CHECK_INT((long long)stats_of("lifea").calls, 0);
    return NULL;
}

static void
wrong_use_scenario(void *unused)
{
    (void)unused;
    life_load(&a, 'a', NULL, NULL);
    E2E_CHECK_INT(a.add(1, 2), 3);
    life_join(life_thread(wrong_use, NULL));
}

static void
wrong_use_is_refused(void **state)
{
    (void)state;
    e2e_expect_ok(wrong_use_scenario, NULL, 60);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_are_counted_from_all_threads),
        cmocka_unit_test(times_are_measured),
        cmocka_unit_test(short_calls_are_estimated),
        cmocka_unit_test(memory_is_known_for_each),
        cmocka_unit_test(numbers_outlive_an_interpreter),
        cmocka_unit_test(wrong_use_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

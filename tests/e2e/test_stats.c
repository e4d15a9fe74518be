/* test_stats.c - what is known of an extension in numbers.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/e2e.h"
#include "tests/support/life.h"

#define N_THREADS 8
#define N_CALLS   500

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

/* Measures itself, from the inside. */
static const char timed_h[] =
    "int spin(int us); int doze(int us); long long measured(void);\n"
    "int cross(int (*fn)(int), int us);";
static const char timed_py[] = "import sys, time\n"
                               "from timed import ffi\n"
                               "now, times = time.perf_counter_ns, []\n"
                               "sys.setswitchinterval(10)\n"
                               "@ffi.def_extern()\n"
                               "def spin(us):\n"
                               "    begin = now()\n"
                               "    while now() - begin < us * 1000: pass\n"
                               "    times.append(now() - begin)\n"
                               "    return 1\n"
                               "@ffi.def_extern()\n"
                               "def doze(us):\n"
                               "    begin = now()\n"
                               "    time.sleep(us / 1e6)\n"
                               "    times.append(now() - begin)\n"
                               "    return 1\n"
                               "@ffi.def_extern()\n"
                               "def cross(fn, us):\n"
                               "    return fn(us)\n"
                               "@ffi.def_extern()\n"
                               "def measured():\n"
                               "    return sum(times)\n";

typedef int timed_fn(int us);

static timed_fn *spin;
static timed_fn *doze;

static double times_before;

/* Since timed_open(). */
static double
measured_ns(void)
{
    long long (*measured)(void) =
        (long long (*)(void))embed_symbol("timed", "measured");
    return (double)measured() - times_before;
}

static void
timed_open(void)
{
    E2E_CHECK_INT(embed_open_source("timed", timed_h, timed_py, NULL),
                  EMBED_OK);
    spin = (timed_fn *)embed_symbol("timed", "spin");
    doze = (timed_fn *)embed_symbol("timed", "doze");
    /* PyPy compiles what is called often. */
    for (int i = 0; i < 3000; i++) {
        E2E_CHECK_INT(spin(1), 1);
    }
    times_before = measured_ns();
    E2E_CHECK_INT(embed_count("timed", 1), EMBED_OK);
}

/* Calls, and adds how long that has taken. */
static void
timed_call(timed_fn *fn, int us, double *outer_ns)
{
    double begin = e2e_now();
    E2E_CHECK_INT(fn(us), 1);
    *outer_ns += (e2e_now() - begin) * 1e9;
}

/* It cannot be less than what the code has measured, nor more than what the
 * caller has. */
static void
expect_between(uint64_t seen_ns, double inner_ns, double outer_ns)
{
    E2E_CHECK((double)seen_ns > inner_ns * 0.9);
    E2E_CHECK((double)seen_ns < outer_ns * 1.1);
}

/* Calls of `n_short` * 100 us and then one of `long_us`, `rounds` times. */
typedef struct mix {
    int n_first; /* short ones before all */
    int rounds;
    int n_short;
    int long_us;
    bool dozes; /* the long ones let go of the GIL */
} mix;

static void
mix_scenario(void *arg)
{
    const mix *m = arg;
    double outer_ns = 0;
    timed_open();
    for (int i = 0; i < m->n_first; i++) {
        timed_call(spin, 100, &outer_ns);
    }
    for (int i = 0; i < m->rounds; i++) {
        timed_call(m->dozes ? doze : spin, m->long_us, &outer_ns);
        for (int k = 0; k < m->n_short; k++) {
            timed_call(spin, 100, &outer_ns);
        }
    }
    embed_statistics s = stats_of("timed");
    expect_between(s.call_ns, measured_ns(), outer_ns);
    expect_between(s.call_ns + s.wait_ns, measured_ns(), outer_ns);
    E2E_CHECK_INT((long long)s.calls,
                  m->n_first + m->rounds * (m->n_short + 1));
}

static void
times_are_right_for_any_mix_of_calls(void **state)
{
    (void)state;
    static mix mixes[] = {
        {0, 1, 100, 300000, false}, /* a long one first */
        {2, 1, 100, 300000, false}, /* third */
        {31, 1, 0, 300000, true},   /* last, where one in 32 is */
        {32, 1, 0, 300000, true},   {0, 20, 1, 10000, false},  /* in turn */
        {0, 20, 1, 10000, true},    {99, 4, 99, 50000, false}, /* 1 % */
        {99, 4, 99, 50000, true},   {0, 1, 3000, 0, false},    /* none */
    };
    for (size_t i = 0; i < sizeof mixes / sizeof mixes[0]; i++) {
        e2e_expect_ok(mix_scenario, &mixes[i], 60);
    }
}

/* Keeps the GIL. */
static void *
holder(void *outer_ns)
{
    timed_call(spin, 100000, outer_ns);
    return NULL;
}

static void
wait_scenario(void *unused)
{
    pthread_t threads[N_THREADS];
    double took_ns[N_THREADS] = {0};
    double outer_ns = 0;
    (void)unused;
    timed_open();
    for (int i = 0; i < N_THREADS; i++) {
        threads[i] = life_thread(holder, &took_ns[i]);
    }
    for (int i = 0; i < N_THREADS; i++) {
        life_join(threads[i]);
        outer_ns += took_ns[i];
    }
    embed_statistics s = stats_of("timed");
    double inner_ns = measured_ns();
    expect_between(s.call_ns + s.wait_ns, outer_ns, outer_ns);
    if (!e2e_is_pypy()) {
        expect_between(s.call_ns, inner_ns, inner_ns);
        expect_between(s.wait_ns, outer_ns - inner_ns, outer_ns - inner_ns);
    }
}

static void
waits_for_the_gil_are_times_of_their_own(void **state)
{
    (void)state;
    e2e_expect_ok(wait_scenario, NULL, 60);
}

static void
nested_scenario(void *unused)
{
    (void)unused;
    timed_open();
    int (*cross)(timed_fn * fn, int us) =
        (int (*)(timed_fn *, int))embed_symbol("timed", "cross");
    double begin = e2e_now();
    E2E_CHECK_INT(cross(spin, 100000), 1);
    E2E_CHECK_INT(cross(doze, 100000), 1);
    double outer_ns = (e2e_now() - begin) * 1e9;
    embed_statistics s = stats_of("timed");
    E2E_CHECK_INT((long long)s.calls, 4);
    expect_between(s.call_ns, 2 * measured_ns(), 2 * outer_ns);
}

static void
a_call_from_inside_another_is_in_both_times(void **state)
{
    (void)state;
    e2e_expect_ok(nested_scenario, NULL, 60);
}

static void
short_scenario(void *unused)
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
    E2E_CHECK(seen > all / 5);
    E2E_CHECK(seen < all * 1.01);
}

static void
short_calls_are_timed(void **state)
{
    (void)state;
    e2e_expect_ok(short_scenario, NULL, 60);
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
    E2E_CHECK_INT(embed_shutdown(20000), EMBED_OK);
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
        cmocka_unit_test(times_are_right_for_any_mix_of_calls),
        cmocka_unit_test(waits_for_the_gil_are_times_of_their_own),
        cmocka_unit_test(a_call_from_inside_another_is_in_both_times),
        cmocka_unit_test(short_calls_are_timed),
        cmocka_unit_test(memory_is_known_for_each),
        cmocka_unit_test(numbers_outlive_an_interpreter),
        cmocka_unit_test(wrong_use_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

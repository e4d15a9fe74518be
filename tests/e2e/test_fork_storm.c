/* test_fork_storm.c - threads that fork, call, reload and create, all at once:
 * no child crashes, hangs or has lost what it had.
 *
 * FORKS says how many forks there are, for longer runs.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/support/e2e.h"
#include "tests/support/forks.h"
#include "tests/support/life.h"

#define USUAL_FORKS 60
#define N_FORKING   4
#define N_CALLING   4

static life a;
static life b;
static life s;
static life u;
static atomic_bool stop;
static atomic_int forks_left;
static atomic_int n_created;
static atomic_int n_reloads;

/* The longest of each in seconds; each of one thread. */
static double slowest_reload;
static double slowest_unload;

static const char script[] = "import threading, time\n"
                             "value = 3\n"
                             "def tick():\n"
                             "    while True: time.sleep(0.002)\n"
                             "threading.Thread(target=tick).start()\n";

/* Has the state in each, whatever other threads were doing; reloads make `b`
 * anew. */
static void
child(void)
{
    E2E_CHECK_INT(a.run("value += 1\nresult = value"), 4);
    E2E_CHECK_INT(a.run("result = value"), 4);
    E2E_CHECK_INT(u.run("value += 1\nresult = value"), 4);
    E2E_CHECK_INT(s.run("value += 1\nresult = value"), 4);
    E2E_CHECK_INT(b.add(1, 2), 3);
}

static void *
forking(void *unused)
{
    (void)unused;
    while (atomic_fetch_sub(&forks_left, 1) > 0) {
        E2E_CHECK_INT(forks_wait(child), 0);
    }
    return NULL;
}

static void *
calling(void *arg)
{
    life *const all[] = {&a, &b, &s, &u};
    for (size_t i = *(size_t *)arg; !atomic_load(&stop); i++) {
        life *l = all[i % 4];
        E2E_CHECK_INT(l->add(20, 22), 42);
        E2E_CHECK_INT(l->late(6), 7);
    }
    return NULL;
}

/* Notes the time since `start`. */
static void
slowest(double *longest, double start)
{
    double took = e2e_now() - start;
    if (took > *longest) {
        *longest = took;
    }
}

static void *
reloading(void *unused)
{
    (void)unused;
    while (!atomic_load(&stop)) {
        double start = e2e_now();
        E2E_CHECK_INT(embed_reload(b.name, 60000), EMBED_OK);
        slowest(&slowest_reload, start);
        atomic_fetch_add(&n_reloads, 1);
    }
    return NULL;
}

static void *
creating(void *unused)
{
    (void)unused;
    while (!atomic_load(&stop)) {
        char name[32];
        char source[128];
        (void)snprintf(name, sizeof name, "storm%d",
                       atomic_fetch_add(&n_created, 1));
        (void)snprintf(source, sizeof source,
                       "from %s import ffi\n"
                       "@ffi.def_extern()\n"
                       "def twice(x): return 2 * x\n",
                       name);
        E2E_CHECK_INT(
            embed_open_source(name, "int twice(int x);", source, NULL),
            EMBED_OK);
        int (*twice)(int) = (int (*)(int))embed_symbol(name, "twice");
        E2E_CHECK_INT(twice(21), 42);
        double start = e2e_now();
        E2E_CHECK_INT(embed_unload(name, 60000), EMBED_OK);
        slowest(&slowest_unload, start);
    }
    return NULL;
}

static void
storm_scenario(void *count)
{
    pthread_t threads[N_FORKING + N_CALLING + 2];
    size_t numbers[N_CALLING];
    size_t n = 0;
    atomic_store(&forks_left, *(int *)count);
    life_load(&a, 'a', script, NULL);
    life_load(&b, 'b', NULL, NULL);
    life_load(&s, 's', script, NULL);
    life_load(&u, 'u', script, NULL);
    E2E_CHECK_INT(a.add(1, 2) + b.add(1, 2) + s.add(1, 2) + u.add(1, 2), 12);
    for (size_t i = 0; i < N_FORKING; i++) {
        threads[n++] = life_thread(forking, NULL);
    }
    for (size_t i = 0; i < N_CALLING; i++) {
        numbers[i] = i;
        threads[n++] = life_thread(calling, &numbers[i]);
    }
    threads[n++] = life_thread(reloading, NULL);
    threads[n++] = life_thread(creating, NULL);
    for (size_t i = 0; i < N_FORKING; i++) {
        life_join(threads[i]);
    }
    atomic_store(&stop, true);
    for (size_t i = N_FORKING; i < n; i++) {
        life_join(threads[i]);
    }
    E2E_CHECK_INT(a.run("result = value"), 3);
    E2E_CHECK(atomic_load(&n_created) > 0);
    (void)printf("%d forks; %d reloads, the longest took %.2f s; %d unloads, "
                 "the longest took %.2f s\n",
                 *(int *)count, atomic_load(&n_reloads), slowest_reload,
                 atomic_load(&n_created), slowest_unload);
    (void)fflush(stdout);
    _exit(0); /* the threads of the scripts do not end */
}

static void
no_child_of_a_storm_crashes_hangs_or_loses_its_state(void **state)
{
    (void)state; /* R11 */
    e2e_not_shared();
    forks_need_quiet_allocator();
    int count = (int)e2e_number("FORKS", USUAL_FORKS);
    unsigned limit = count == USUAL_FORKS ? 100 : 3600;
    (void)printf("%s", e2e_expect_ok(storm_scenario, &count, limit)->out);
}

int
main(void)
{
#if defined(__SANITIZE_THREAD__)
    (void)puts("ThreadSanitizer cannot start threads in a fork child");
    return 77;
#endif
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_child_of_a_storm_crashes_hangs_or_loses_its_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

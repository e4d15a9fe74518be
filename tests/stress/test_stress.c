/* test_stress.c - a hundred extensions, eight threads that come and go, every
 * kind of call at random, every result checked.
 *
 * STRESS_SECONDS says for how long, STRESS_SEED repeats a run.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "embed.h"
#include "tests/support/e2e.h"
#include "tests/support/fam.h"

#define PLUGINS     100
#define THREADS     8
#define LIFE_MAX    600 /* operations in the life of a thread */
#define DEPTH_MAX   8
#define USUAL_S     30.0
#define EXTRA_S     120
#define TEXT_MAX    200
#define POINTS_MAX  20
#define LEVELS_DEEP 40

static fam fams[PLUGINS];
static atomic_ullong n_calls;
static atomic_ullong n_threads;
static _Atomic double stop_at;

/* One thread: what it must find again, by extension. */
typedef struct worker {
    uint64_t random;
    int locals[PLUGINS];
    int contexts[PLUGINS];
} worker;

typedef void operation(worker *w, int i);

/* --- operations -----------------------------------------------------------*/

static void
op_add(worker *w, int i)
{
    int x = (int)(fam_random(&w->random) % 1000000);
    int y = (int)(fam_random(&w->random) % 1000000);
    E2E_CHECK_INT(fams[i].add(x, y), x + y);
}

static void
op_number(worker *w, int i)
{
    (void)w;
    E2E_CHECK_INT(fams[i].number_of(), i);
}

static void
op_length(worker *w, int i)
{
    char text[TEXT_MAX + 1];
    size_t n = fam_random(&w->random) % TEXT_MAX;
    memset(text, 'a' + i % 26, n);
    text[n] = '\0';
    E2E_CHECK_INT(fams[i].length(text), (int)n);
}

static void
op_scale(worker *w, int i)
{
    fam_point p = {.x = (int)(fam_random(&w->random) % 1000), .y = 0.5};
    double got = fams[i].scale(p, 3.0);
    E2E_CHECK(got > p.x * 3.0 + 0.49 && got < p.x * 3.0 + 0.51);
}

static void
op_move(worker *w, int i)
{
    fam_point points[POINTS_MAX];
    int n = (int)(fam_random(&w->random) % POINTS_MAX);
    int sum = 0;
    for (int k = 0; k < n; k++) {
        points[k] = (fam_point){.x = k * i, .y = k};
        sum += k * i + FAM_MOVE_BY;
    }
    fam_point got = fams[i].move(points, n);
    E2E_CHECK_INT(got.x, sum);
    E2E_CHECK_INT((int)got.y, n * (n - 1) / 2);
    E2E_CHECK_STR(got.tag, fams[i].name + 3);
}

static void
op_raise(worker *w, int i)
{
    int kind = (int)(fam_random(&w->random) % FAM_RAISES);
    const char *const types[FAM_RAISES] = {"ValueError", "SystemExit",
                                           "TypeError", "KeyError"};
    E2E_CHECK_INT(fams[i].raise(kind), FAM_FAILED);
    const embed_error *error = embed_last_error();
    E2E_CHECK_STR(error->type, types[kind]);
    E2E_CHECK_STR(error->extension, fams[i].name);
}

static void
op_missing(worker *w, int i)
{
    (void)w;
    E2E_CHECK_INT(fams[i].missing(), FAM_FAILED);
    E2E_CHECK_INT(embed_last_error()->status, EMBED_E_UNATTACHED);
}

static void
op_import(worker *w, int i)
{
    int which = (int)(fam_random(&w->random) % FAM_IMPORTS);
    E2E_CHECK_INT(fams[i].import(which), fam_imported(i, which));
}

static void
op_local(worker *w, int i)
{
    int value = (int)(fam_random(&w->random) % 1000);
    E2E_CHECK_INT(fams[i].swap_local(value), w->locals[i]);
    w->locals[i] = value;
}

static void
op_context(worker *w, int i)
{
    int value = (int)(fam_random(&w->random) % 1000);
    E2E_CHECK_INT(fams[i].swap_context(value), w->contexts[i]);
    w->contexts[i] = value;
}

static void
op_nest(worker *w, int i)
{
    fam_peers p = {.n = 1 + fam_random(&w->random) % 8};
    int numbers[8];
    for (unsigned k = 0; k < p.n; k++) {
        numbers[k] = (int)(fam_random(&w->random) % PLUGINS);
        const fam *f = &fams[numbers[k]];
        p.way[k] = fam_random(&w->random) % 2 == 0 ? f->nest : f->nest_lib;
    }
    unsigned seed = fam_random(&w->random);
    int depth = (int)(fam_random(&w->random) % DEPTH_MAX);
    E2E_CHECK_INT(fams[i].nest(&p, seed, depth),
                  fam_nest_expected(i, numbers, p.n, seed, depth));
}

static void
op_nest_thread(worker *w, int i)
{
    int other = (int)(fam_random(&w->random) % PLUGINS);
    fam_peers p = {.n = 1, .way = {fams[other].nest_lib}};
    E2E_CHECK_INT(fams[i].nest_thread(&p, 1, 1), other * 31 + i);
}

static void
op_recurse(worker *w, int i)
{
    (void)w;
    E2E_CHECK_INT(fams[i].recurse(LEVELS_DEEP), LEVELS_DEEP);
}

static void
worker_forget(worker *w)
{
    for (int i = 0; i < PLUGINS; i++) {
        w->locals[i] = -1;
        w->contexts[i] = -1;
    }
}

static void
op_release(worker *w, int i)
{
    (void)i;
    E2E_CHECK_INT(embed_thread_release(), EMBED_OK);
    worker_forget(w);
}

/* With how often each comes. */
static const struct {
    operation *run;
    unsigned weight;
} operations[] = {
    {op_add, 20},    {op_number, 5},  {op_length, 10}, {op_scale, 10},
    {op_move, 10},   {op_raise, 2},   {op_missing, 1}, {op_import, 6},
    {op_local, 10},  {op_context, 5}, {op_nest, 10},   {op_nest_thread, 2},
    {op_recurse, 2}, {op_release, 1},
};

static void
operate(worker *w)
{
    size_t n = sizeof operations / sizeof operations[0];
    unsigned sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += operations[i].weight;
    }
    unsigned pick = fam_random(&w->random) % sum;
    size_t i = 0;
    while (pick >= operations[i].weight) {
        pick -= operations[i].weight;
        i++;
    }
    operations[i].run(w, (int)(fam_random(&w->random) % PLUGINS));
    atomic_fetch_add_explicit(&n_calls, 1, memory_order_relaxed);
}

/* --- threads that come and go ---------------------------------------------*/

static void *
worker_main(void *arg)
{
    worker w = {.random = *(uint64_t *)arg};
    worker_forget(&w);
    unsigned life = 1 + fam_random(&w.random) % LIFE_MAX;
    for (unsigned i = 0; i < life && e2e_now() < atomic_load(&stop_at); i++) {
        operate(&w);
    }
    return NULL;
}

/* Keeps one worker alive after the other. */
static void *
keeper_main(void *arg)
{
    uint64_t random = *(uint64_t *)arg;
    while (e2e_now() < atomic_load(&stop_at)) {
        uint64_t seed = fam_random(&random);
        /* Stacks from 512 KiB to 8 MiB; sanitizers take much of them. */
        unsigned least = e2e_is_sanitized() ? 3 : 0;
        unsigned more = least + fam_random(&random) % (5 - least);
        size_t stack = ((size_t)512 << 10) << more;
        fam_join(fam_thread(worker_main, &seed, stack));
        atomic_fetch_add_explicit(&n_threads, 1, memory_order_relaxed);
    }
    return NULL;
}

static void
quiet(const embed_error *error, void *arg)
{
    (void)arg;
    if (error->status != EMBED_E_EXCEPTION &&
        error->status != EMBED_E_CONVERT &&
        error->status != EMBED_E_UNATTACHED) {
        (void)fprintf(stderr, "%s.%s: status %d: %s\n", error->extension,
                      error->function, (int)error->status, error->message);
        E2E_CHECK(!"a failure that was not provoked");
    }
}

static void
stress_scenario(void *arg)
{
    uint64_t seed = *(uint64_t *)arg;
    pthread_t threads[THREADS];
    uint64_t seeds[THREADS];
    for (int i = 0; i < PLUGINS; i++) {
        fam_load(&fams[i], i);
    }
    embed_set_error_hook(quiet, NULL);
    atomic_store(&stop_at, e2e_now() + EXTRA_S);
    for (uint64_t i = 0; i < THREADS; i++) {
        seeds[i] = seed + i * 7919;
        threads[i] = fam_thread(keeper_main, &seeds[i], 0);
    }
    /* The time counts from when all are there. */
    for (int i = 0; i < PLUGINS; i++) {
        E2E_CHECK_INT(embed_start(fams[i].name), EMBED_OK);
    }
    atomic_store(&stop_at, e2e_now() + e2e_stress_seconds(USUAL_S));
    for (int i = 0; i < THREADS; i++) {
        fam_join(threads[i]);
    }
    (void)printf("\n%llu calls, %llu threads, %ld MiB\n",
                 (unsigned long long)atomic_load(&n_calls),
                 (unsigned long long)atomic_load(&n_threads),
                 e2e_rss_kib() / 1024);
}

/* Runs it with the environment variable `name` set to `value`. */
static void
run(const char *name, const char *value)
{
    static e2e_result r;
    uint64_t seed = e2e_stress_seed();
    unsigned limit = (unsigned)e2e_stress_seconds(USUAL_S) + EXTRA_S;
    (void)setenv(name, value, 1);
    e2e_run(stress_scenario, &seed, limit, &r);
    (void)unsetenv(name);
    (void)printf("STRESS_SEED=%llu, %.0f s: exit %d, signal %d%s\n%s",
                 (unsigned long long)seed, r.seconds, r.exit_code, r.signal,
                 r.timed_out ? ", out of time" : "", r.out);
    if (r.exit_code != 0) {
        size_t n = strlen(r.err);
        (void)printf("%s", r.err + (n > 4000 ? n - 4000 : 0));
    }
    assert_int_equal(r.exit_code, 0);
}

static void
a_hundred_extensions_under_random_calls(void **state)
{
    (void)state; /* own GILs; R1, R3, R4, R8, C2 */
    run("EMBED_SHARED_INTERP", "");
}

static void
a_hundred_extensions_in_one_interpreter(void **state)
{
    (void)state; /* R20 */
    run("EMBED_SHARED_INTERP", "1");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hundred_extensions_under_random_calls),
        cmocka_unit_test(a_hundred_extensions_in_one_interpreter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

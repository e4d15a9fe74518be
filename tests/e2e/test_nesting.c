/* test_nesting.c - extensions that call each other, and hosts inside Python.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "embed.h"
#include "tests/support/e2e.h"
#include "tests/support/fam.h"

#define DEPTH         100
#define CROSS_THREADS 8
#define CROSS_CALLS   300
#define ENDLESS       1000000000

static fam a;
static fam b;
static fam c;
static const int numbers[2] = {1, 2};

static void
load_all(void)
{
    fam_load(&a, 1);
    fam_load(&b, 2);
    fam_load(&c, 3);
}

/* Peers that call back and forth by one of the ways. */
static fam_peers
peers_of(size_t way)
{
    fam_peers p = {.n = 2};
    const fam *const both[2] = {&a, &b};
    for (int i = 0; i < 2; i++) {
        fam_nest_fn *const ways[] = {both[i]->nest, both[i]->nest_lib,
                                     both[i]->nest_raise};
        p.way[i] = ways[way];
    }
    return p;
}

/* --- depth ----------------------------------------------------------------*/

static void
deep_scenario(void *unused)
{
    (void)unused;
    load_all();
    for (size_t way = 0; way < 2; way++) {
        fam_peers p = peers_of(way);
        for (unsigned seed = 1; seed < 20; seed++) {
            for (int depth = 0; depth <= DEPTH; depth += 20) {
                int want = fam_nest_expected(1, numbers, 2, seed, depth);
                E2E_CHECK_INT((way == 0 ? a.nest : a.nest_lib)(&p, seed, depth),
                              want);
            }
        }
    }
    E2E_CHECK_INT(a.number_of(), 1);
    E2E_CHECK_INT(b.number_of(), 2);
}

static void
calls_nest_to_depth_100(void **state)
{
    (void)state; /* R3 */
    e2e_expect_ok(deep_scenario, NULL, 60);
}

static void
mixed_scenario(void *unused)
{
    (void)unused;
    load_all();
    const int all[6] = {1, 2, 3, 1, 2, 3};
    fam_peers p = {
        .n = 6,
        .way = {a.nest, b.nest_lib, c.nest, a.nest_lib, b.nest, c.nest_lib}};
    for (unsigned seed = 1; seed < 50; seed++) {
        E2E_CHECK_INT(a.nest(&p, seed, 30),
                      fam_nest_expected(1, all, 6, seed, 30));
    }
}

static void
three_extensions_nest_in_any_order(void **state)
{
    (void)state; /* R3 */
    e2e_expect_ok(mixed_scenario, NULL, 60);
}

static void
thread_locals_scenario(void *unused)
{
    (void)unused;
    load_all();
    E2E_CHECK_INT(a.swap_local(7), -1);
    E2E_CHECK_INT(b.swap_local(8), -1);
    fam_peers p = peers_of(1);
    E2E_CHECK(a.nest(&p, 5, DEPTH) >= 0);
    E2E_CHECK_INT(a.swap_local(9), 7);
    E2E_CHECK_INT(b.swap_local(9), 8);
}

static void
nested_calls_use_the_same_thread_states(void **state)
{
    (void)state; /* R1, R3 */
    e2e_expect_ok(thread_locals_scenario, NULL, 20);
}

/* --- threads of Python's own ----------------------------------------------*/

static void
python_thread_scenario(void *unused)
{
    (void)unused;
    load_all();
    /* A thread of A's goes to B, and on from there to A, on the same thread:
     * where it must find its own thread-locals. */
    fam_peers p = {.n = 1, .way = {b.nest_lib}};
    fam_peers chain = {.n = 2, .way = {a.nest_thread, b.nest}};
    E2E_CHECK_INT(a.nest_thread(&p, 1, 1), 2 * 31 + 1);
    /* seed 1 -> way[1] = b; then its successor's parity says where next. */
    unsigned seed = 1;
    while (((seed * 1103515245u + 12345u) & 0x7fffffffu) % 2 != 0 ||
           seed % 2 != 1) {
        seed++;
    }
    E2E_CHECK_INT(a.nest_thread(&chain, seed, 2), (1 * 31 + 2) * 31 + 1);
}

static void
threads_of_python_are_found_again_further_down(void **state)
{
    (void)state; /* R3 */
    e2e_expect_ok(python_thread_scenario, NULL, 20);
}

/* --- crossed under load ---------------------------------------------------*/

static pthread_barrier_t barrier;

static void *
crossing_thread(void *arg)
{
    unsigned seed = (unsigned)(uintptr_t)arg;
    const fam *first = seed % 2 == 0 ? &a : &b;
    fam_peers p = peers_of(seed / 2 % 2);
    (void)pthread_barrier_wait(&barrier);
    for (int i = 0; i < CROSS_CALLS; i++) {
        seed += 7;
        E2E_CHECK_INT(first->nest(&p, seed, 6),
                      fam_nest_expected(first->number, numbers, 2, seed, 6));
    }
    return NULL;
}

static void
crossing_scenario(void *unused)
{
    (void)unused;
    pthread_t t[CROSS_THREADS];
    load_all();
    E2E_CHECK_INT(pthread_barrier_init(&barrier, NULL, CROSS_THREADS), 0);
    for (uintptr_t i = 0; i < CROSS_THREADS; i++) {
        t[i] = fam_thread(crossing_thread, (void *)i, 0);
    }
    for (int i = 0; i < CROSS_THREADS; i++) {
        fam_join(t[i]);
    }
}

static void
crossed_calls_do_not_deadlock(void **state)
{
    (void)state; /* R3 */
    e2e_expect_ok(crossing_scenario, NULL, 60);
}

/* --- exceptions -----------------------------------------------------------*/

static void
exception_scenario(void *unused)
{
    (void)unused;
    load_all();
    fam_peers p = peers_of(2);
    for (unsigned seed = 1; seed < 10; seed++) {
        E2E_CHECK_INT(a.nest_raise(&p, seed, 5), FAM_FAILED);
        const embed_error *error = embed_last_error();
        E2E_CHECK_INT(error->status, EMBED_E_EXCEPTION);
        E2E_CHECK_STR(error->type, "RuntimeError");
        E2E_CHECK_STR(error->value, "on the way up");
        E2E_CHECK_STR(error->extension, a.name);
        E2E_CHECK(strstr(error->traceback, "KeyError") != NULL);
        E2E_CHECK(strstr(error->traceback, "at the bottom") == NULL);
    }
    E2E_CHECK_INT(a.nest_raise(&p, 1, 0), FAM_FAILED);
    E2E_CHECK_STR(embed_last_error()->type, "ValueError");
    E2E_CHECK_INT(a.add(1, 1), 2);
}

static void
exceptions_end_at_the_border_of_their_extension(void **state)
{
    (void)state; /* R3, D5 */
    e2e_expect_ok(exception_scenario, NULL, 20);
}

/* --- recursion without end ------------------------------------------------*/

static void *
endless_thread(void *unused)
{
    (void)unused;
    for (size_t way = 0; way < 2; way++) {
        fam_peers p = peers_of(way);
        for (unsigned seed = 1; seed < 4; seed++) {
            int got = a.nest(&p, seed, ENDLESS);
            E2E_CHECK_INT(got, FAM_FAILED);
        }
        fam_peers own = {.n = 1, .way = {a.nest}};
        E2E_CHECK_INT(a.nest(&own, 1, ENDLESS), FAM_FAILED);
        E2E_CHECK_INT(a.nest(&p, 3, DEPTH),
                      fam_nest_expected(1, numbers, 2, 3, DEPTH));
    }
    return NULL;
}

static void
endless_scenario(void *arg)
{
    size_t size = *(size_t *)arg;
    load_all();
    E2E_CHECK_INT(b.number_of(), 2);
    /* Sanitizers take most of a small stack for themselves. */
    fam_join(
        fam_thread(endless_thread, NULL, e2e_is_sanitized() ? size * 4 : size));
    E2E_CHECK_INT(a.add(2, 3), 5);
}

static void
endless_recursion_ends_with_8_MiB_of_stack(void **state)
{
    (void)state; /* C13, R4 */
    size_t size = (size_t)8 << 20;
    e2e_expect_ok(endless_scenario, &size, 60);
}

static void
endless_recursion_ends_with_1_MiB_of_stack(void **state)
{
    (void)state; /* C13, R4 */
    size_t size = (size_t)1 << 20;
    e2e_expect_ok(endless_scenario, &size, 60);
}

static void
endless_main_scenario(void *unused)
{
    (void)unused;
    load_all();
    (void)endless_thread(NULL);
}

static void
endless_recursion_ends_on_the_main_thread(void **state)
{
    (void)state; /* C13, R4 */
    e2e_expect_ok(endless_main_scenario, NULL, 60);
}

/* --- ctypes inside a plug-in ----------------------------------------------*/

static int
releasing_host(const fam_peers *peers, unsigned seed, int depth)
{
    (void)peers;
    (void)seed;
    (void)depth;
    E2E_CHECK_INT(embed_thread_release(), EMBED_E_STATE);
    E2E_CHECK_INT(embed_shutdown(100), EMBED_E_STATE);
    return 0;
}

static void
ctypes_scenario(void *unused)
{
    (void)unused;
    load_all();
    for (int held = 0; held < 2; held++) {
        fam_peers leaf = {.n = 1, .way = {b.nest}};
        fam_peers own = {.n = 1, .way = {a.nest}};
        fam_peers host = {.n = 1, .way = {releasing_host}};
        /* The last argument of the call is `held`: the depth below. */
        int below = held == 0 ? 2 : (2 * 31 + 2) & 0xffffff;
        E2E_CHECK_INT(a.nest_ctypes(&leaf, 1, held), below * 31 + 1);
        below = held == 0 ? 1 : 1 * 31 + 1;
        E2E_CHECK_INT(a.nest_ctypes(&own, 1, held), below * 31 + 1);
        E2E_CHECK_INT(a.nest_ctypes(&host, 1, held), 1);
        E2E_CHECK_INT(b.nest_ctypes(&leaf, 1, held),
                      (held == 0 ? 2 : 2 * 31 + 2) * 31 + 2);
    }
}

static void
ctypes_with_and_without_the_gil_may_call_extensions(void **state)
{
    (void)state; /* R4; _ctypes of 3.12 refuses own GILs */
    if (e2e_python_version() < 0x030d) {
        skip();
    }
    e2e_expect_ok(ctypes_scenario, NULL, 20);
}

static void
ctypes_shared_scenario(void *unused)
{
    (void)setenv("EMBED_SHARED_INTERP", "1", 1);
    ctypes_scenario(unused);
}

static void
ctypes_may_call_extensions_of_the_same_interpreter(void **state)
{
    (void)state; /* R4, R20 */
    e2e_expect_ok(ctypes_shared_scenario, NULL, 20);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_nest_to_depth_100),
        cmocka_unit_test(three_extensions_nest_in_any_order),
        cmocka_unit_test(nested_calls_use_the_same_thread_states),
        cmocka_unit_test(threads_of_python_are_found_again_further_down),
        cmocka_unit_test(crossed_calls_do_not_deadlock),
        cmocka_unit_test(exceptions_end_at_the_border_of_their_extension),
        cmocka_unit_test(endless_recursion_ends_with_8_MiB_of_stack),
        cmocka_unit_test(endless_recursion_ends_with_1_MiB_of_stack),
        cmocka_unit_test(endless_recursion_ends_on_the_main_thread),
        cmocka_unit_test(ctypes_with_and_without_the_gil_may_call_extensions),
        cmocka_unit_test(ctypes_may_call_extensions_of_the_same_interpreter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_start.c - the first call of an extension: once, in parallel, recursive,
 * in cycles, while Python starts.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dlfcn.h>
#include <locale.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/e2e.h"
#include "tests/support/life.h"

#define RACERS 10
#define ROUNDS 20

/* An argument of a scenario. */
#define TEXT(s) ((char[]){s})

static life a;
static life b;
static life c;

/* --- one creation ---------------------------------------------------------*/

static atomic_int n_inits;
static pthread_barrier_t gate;

static int
count_init(int what)
{
    return atomic_fetch_add(&n_inits, what);
}

static void *
racer(void *arg)
{
    const int i = *(int *)arg;
    (void)pthread_barrier_wait(&gate);
    E2E_CHECK_INT(a.add(i, 100), i + 100);
    E2E_CHECK_INT(a.late(i), i + 1);
    return NULL;
}

static void
race_scenario(void *script)
{
    int number[RACERS];
    pthread_t threads[RACERS];
    life_load(&a, 'a', script, count_init);
    (void)pthread_barrier_init(&gate, NULL, RACERS);
    for (int i = 0; i < RACERS; i++) {
        number[i] = i;
        threads[i] = life_thread(racer, &number[i]);
    }
    for (int i = 0; i < RACERS; i++) {
        life_join(threads[i]);
    }
    E2E_CHECK_INT(atomic_load(&n_inits), 1);
    E2E_CHECK_INT(life_state(&a), EMBED_STATE_READY);
}

static void
ten_threads_racing_the_first_call_run_the_init_code_once(void **state)
{
    (void)state; /* R6, I1, I3 */
    for (int round = 0; round < ROUNDS; round++) {
        e2e_expect_ok(race_scenario, TEXT("lib.life_host(1)"), 30);
    }
}

/* Nothing is created before the first call; embed_start() creates. */
static void
lazy_scenario(void *unused)
{
    (void)unused;
    life_load(&a, 'a', "lib.life_host(1)", count_init);
    life_load(&b, 'b', NULL, NULL);
    E2E_CHECK_INT(life_state(&a), EMBED_STATE_EMPTY);
    E2E_CHECK_INT(atomic_load(&n_inits), 0);
    E2E_CHECK_INT(embed_start("lifea"), EMBED_OK);
    E2E_CHECK_INT(embed_start("lifea"), EMBED_OK);
    E2E_CHECK_INT(life_state(&a), EMBED_STATE_READY);
    E2E_CHECK_INT(life_state(&b), EMBED_STATE_EMPTY);
    E2E_CHECK_INT(atomic_load(&n_inits), 1);
    E2E_CHECK_INT(a.add(1, 2), 3);
    E2E_CHECK_INT(embed_start("lifez"), EMBED_E_NAME);
    E2E_CHECK_STR(embed_last_error()->message,
                  "no extension named 'lifez' is loaded in this process");
}

static void
nothing_starts_before_the_first_call_or_embed_start(void **state)
{
    (void)state; /* I1 */
    e2e_expect_ok(lazy_scenario, NULL, 30);
}

/* --- in parallel ----------------------------------------------------------*/

static sem_t inside;
static sem_t leave;

/* Holds the init code that calls it. */
static int
hold_init(int what)
{
    (void)sem_post(&inside);
    life_wait(&leave);
    return what;
}

static void *
call_a(void *unused)
{
    (void)unused;
    E2E_CHECK_INT(a.add(1, 1), 2);
    return NULL;
}

static void
parallel_scenario(void *letter)
{
    (void)sem_init(&inside, 0, 0);
    (void)sem_init(&leave, 0, 0);
    life_load(&a, 'a', "lib.life_host(1)", hold_init);
    life_load(&b, *(const char *)letter, NULL, NULL);
    pthread_t slow = life_thread(call_a, NULL);
    life_wait(&inside);
    E2E_CHECK_INT(life_state(&a), EMBED_STATE_CREATING);
    E2E_CHECK_INT(b.add(2, 2), 4);
    E2E_CHECK_INT(life_state(&a), EMBED_STATE_CREATING);
    (void)sem_post(&leave);
    life_join(slow);
    E2E_CHECK_INT(life_state(&a), EMBED_STATE_READY);
}

static void
an_extension_does_not_wait_for_the_slow_init_of_another(void **state)
{
    (void)state; /* R6 */
    e2e_expect_ok(parallel_scenario, TEXT("b"), 30);
    e2e_expect_ok(parallel_scenario, TEXT("s"), 30);
    e2e_expect_ok(parallel_scenario, TEXT("u"), 30);
}

/* A call of another thread waits for the init code, then runs. */
static atomic_bool is_over;

static void *
call_a_late(void *unused)
{
    (void)unused;
    int got = a.late(1);
    E2E_CHECK(atomic_load(&is_over));
    E2E_CHECK_INT(got, 2);
    return NULL;
}

static int
hold_then_end(int what)
{
    (void)hold_init(what);
    atomic_store(&is_over, true);
    return what;
}

static void
waiter_scenario(void *unused)
{
    (void)unused;
    (void)sem_init(&inside, 0, 0);
    (void)sem_init(&leave, 0, 0);
    life_load(&a, 'a', "lib.life_host(1)", hold_then_end);
    pthread_t first = life_thread(call_a, NULL);
    life_wait(&inside);
    pthread_t second = life_thread(call_a_late, NULL);
    (void)life_dump_with("1 thread waiting for that");
    (void)sem_post(&leave);
    life_join(first);
    life_join(second);
}

static void
calls_of_other_threads_wait_for_the_init_code(void **state)
{
    (void)state; /* I3 */
    e2e_expect_ok(waiter_scenario, NULL, 30);
}

/* --- recursion ------------------------------------------------------------*/

static int
call_self(int what)
{
    if (what == 1) {
        return a.add(20, 22);
    }
    int got = a.late(1);
    E2E_CHECK_INT(embed_last_error()->status, EMBED_E_UNATTACHED);
    E2E_CHECK_STR(embed_last_error()->function, "life_late");
    return got;
}

static void
recursion_scenario(void *letter)
{
    life_load(&a, *(const char *)letter,
              "assert lib.life_host(1) == 42\n"
              "assert lib.life_host(2) == lib.LIFE_FAILED_VALUE\n",
              call_self);
    E2E_CHECK_INT(a.add(1, 2), 3);
    E2E_CHECK_INT(a.late(1), 2);
}

static void
init_code_may_call_what_it_attached_and_only_that(void **state)
{
    (void)state; /* I4, R6; section 5 */
    static e2e_result r;
    char *letters[] = {TEXT("a"), TEXT("s"), TEXT("u")};
    for (size_t i = 0; i < 3; i++) {
        char text[256];
        e2e_run(recursion_scenario, letters[i], 30, &r);
        (void)snprintf(text, sizeof text,
                       "extern \"Python\": function life%s.life_late() called, "
                       "but no code was attached to it yet with "
                       "@ffi.def_extern().  Returning its failure value.\n",
                       letters[i]);
        assert_string_equal(r.err, text);
        assert_int_equal(r.exit_code, 0);
    }
}

static void
thread_in_init_scenario(void *letter)
{
    life_load(&a, *(const char *)letter,
              "import threading\n"
              "got = []\n"
              "def run():\n"
              "    got.append(lib.life_host(1))\n"
              "    got.append(lib.life_host(2))\n"
              "t = threading.Thread(target=run)\n"
              "t.start()\n"
              "t.join()\n"
              "assert got == [42, lib.LIFE_FAILED_VALUE], got\n",
              call_self);
    E2E_CHECK_INT(a.late(1), 2);
}

static void
init_code_may_join_a_thread_that_calls_the_extension(void **state)
{
    (void)state; /* I5: the reference hangs; so does the shared interpreter,
                    where such a thread looks like any other extension's */
    e2e_expect_ok(thread_in_init_scenario, TEXT("a"), 30);
    e2e_expect_ok(thread_in_init_scenario, TEXT("u"), 30);
}

/* --- cycles ---------------------------------------------------------------*/

static int
a_calls_b(int what)
{
    return b.add(what, 10);
}

static int
b_calls_a(int what)
{
    return a.add(what, 100);
}

static void
nested_scenario(void *letters)
{
    const char *l = letters;
    life_load(&a, l[0], "assert lib.life_host(1) == 11", a_calls_b);
    life_load(&b, l[1], "assert lib.life_host(2) == 102", b_calls_a);
    E2E_CHECK_INT(a.late(1), 2);
    E2E_CHECK_INT(b.late(2), 3);
}

static void
init_codes_of_one_thread_may_call_each_other(void **state)
{
    (void)state; /* I6 */
    e2e_expect_ok(nested_scenario, TEXT("ab"), 30);
    e2e_expect_ok(nested_scenario, TEXT("as"), 30);
    e2e_expect_ok(nested_scenario, TEXT("sa"), 30);
    e2e_expect_ok(nested_scenario, TEXT("ua"), 30);
}

/* Both init codes are there before either calls the other. */
static int
a_meets_b(int what)
{
    (void)pthread_barrier_wait(&gate);
    return b.add(what, 10);
}

static int
b_meets_a(int what)
{
    (void)pthread_barrier_wait(&gate);
    return a.add(what, 100);
}

static void *
call_b(void *unused)
{
    (void)unused;
    E2E_CHECK_INT(b.add(1, 1), 2);
    return NULL;
}

static void
crossed_scenario(void *letters)
{
    const char *l = letters;
    (void)pthread_barrier_init(&gate, NULL, 2);
    life_load(&a, l[0], "answer = lib.life_host(1)", a_meets_b);
    life_load(&b, l[1], "answer = lib.life_host(2)", b_meets_a);
    pthread_t other = life_thread(call_b, NULL);
    (void)call_a(NULL);
    life_join(other);
    int from_a = a.run("result = answer");
    int from_b = b.run("result = answer");
    /* One of them got the failure value; the other waited for it, and got an
     * answer. */
    E2E_CHECK((from_a == LIFE_FAILED && from_b == 102) ||
              (from_a == 11 && from_b == LIFE_FAILED));
}

static void
init_codes_of_two_threads_that_call_each_other_do_not_hang(void **state)
{
    (void)state; /* I6, R6: the reference hangs */
    static e2e_result r;
    for (int round = 0; round < 5; round++) {
        e2e_run(crossed_scenario, round < 3 ? TEXT("ab") : TEXT("ua"), 30, &r);
        if (r.exit_code != 0) {
            fail_msg("exit %d signal %d\n%s", r.exit_code, r.signal, r.err);
        }
        assert_int_equal(life_count(r.err, "waits for this thread"), 1);
    }
}

static int
b_meets_c(int what)
{
    (void)pthread_barrier_wait(&gate);
    return c.add(what, 10);
}

static int
c_meets_a(int what)
{
    (void)pthread_barrier_wait(&gate);
    return a.add(what, 10);
}

static void *
call_c(void *unused)
{
    (void)unused;
    E2E_CHECK_INT(c.add(1, 1), 2);
    return NULL;
}

static void
three_scenario(void *unused)
{
    (void)unused;
    (void)pthread_barrier_init(&gate, NULL, 3);
    life_load(&a, 'a', "answer = lib.life_host(1)", a_meets_b);
    life_load(&b, 'b', "answer = lib.life_host(1)", b_meets_c);
    life_load(&c, 'c', "answer = lib.life_host(1)", c_meets_a);
    pthread_t with_b = life_thread(call_b, NULL);
    pthread_t with_c = life_thread(call_c, NULL);
    (void)call_a(NULL);
    life_join(with_b);
    life_join(with_c);
    const char *failed = "result = answer == lib.LIFE_FAILED_VALUE";
    E2E_CHECK_INT(a.run(failed) + b.run(failed) + c.run(failed), 1);
}

static void
a_cycle_of_three_threads_ends_with_one_failure(void **state)
{
    (void)state; /* R6 */
    e2e_expect_ok(three_scenario, NULL, 30);
}

/* Shared init codes take turns; with an own one in between, a thread waits for
 * the other's extension and the other for the turn. */
static void
token_scenario(void *unused)
{
    (void)unused;
    (void)setenv("EMBED_SHARED_INTERP", "lifeb", 1);
    (void)pthread_barrier_init(&gate, NULL, 2);
    life_load(&a, 'a', "answer = lib.life_host(1)", a_meets_b);
    life_load(&b, 'b', NULL, NULL);
    life_load(&c, 's', "answer = lib.life_host(2)", b_meets_a);
    pthread_t other = life_thread(call_c, NULL);
    (void)call_a(NULL);
    life_join(other);
    int from_a = a.run("result = answer");
    int from_c = c.run("result = answer");
    E2E_CHECK((from_a == LIFE_FAILED && from_c == 102) ||
              (from_a == 11 && from_c == LIFE_FAILED));
}

static void
a_cycle_through_the_shared_interpreter_is_found(void **state)
{
    (void)state; /* R6, R20 */
    e2e_expect_ok(token_scenario, NULL, 30);
}

/* --- while Python starts --------------------------------------------------*/

static atomic_int hook_armed;
static int hook_got;
static embed_status hook_status;

/* Python asks for the locale when it starts, on the thread that starts it:
 * this is what it calls.  Stands for any hook into the C library. */
__attribute__((visibility("default"))) char *
setlocale(int category, const char *locale)
{
    static char *(*next)(int category, const char *locale);
    if (next == NULL) {
        next = (__typeof__(next))(uintptr_t)dlsym(RTLD_NEXT, "setlocale");
    }
    if (atomic_exchange(&hook_armed, 0) == 1) {
        hook_got = a.add(1, 2);
        hook_status = embed_last_error()->status;
    }
    return next(category, locale);
}

static void
reentry_scenario(void *unused)
{
    (void)unused;
    life_load(&a, 'a', NULL, NULL);
    atomic_store(&hook_armed, 1);
    E2E_CHECK_INT(a.add(2, 3), 5);
    E2E_CHECK_INT(atomic_load(&hook_armed), 0);
    E2E_CHECK_INT(hook_got, LIFE_FAILED);
    E2E_CHECK_INT(hook_status, EMBED_E_REENTRY);
    E2E_CHECK_INT(a.add(2, 3), 5);
}

static void
a_call_from_the_thread_that_starts_python_fails_at_once(void **state)
{
    (void)state; /* R7, O3 */
    e2e_expect_ok(reentry_scenario, NULL, 30);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            ten_threads_racing_the_first_call_run_the_init_code_once),
        cmocka_unit_test(nothing_starts_before_the_first_call_or_embed_start),
        cmocka_unit_test(
            an_extension_does_not_wait_for_the_slow_init_of_another),
        cmocka_unit_test(calls_of_other_threads_wait_for_the_init_code),
        cmocka_unit_test(init_code_may_call_what_it_attached_and_only_that),
        cmocka_unit_test(init_code_may_join_a_thread_that_calls_the_extension),
        cmocka_unit_test(init_codes_of_one_thread_may_call_each_other),
        cmocka_unit_test(
            init_codes_of_two_threads_that_call_each_other_do_not_hang),
        cmocka_unit_test(a_cycle_of_three_threads_ends_with_one_failure),
        cmocka_unit_test(a_cycle_through_the_shared_interpreter_is_found),
        cmocka_unit_test(
            a_call_from_the_thread_that_starts_python_fails_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

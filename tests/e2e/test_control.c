/* test_control.c - holding, interrupting and bounding calls.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/e2e.h"
#include "tests/support/life.h"

/* On a machine that others use, one time says little: each has a generous bound,
 * and the best of a scenario is to be good. */
#define BOUND_S     20.0
#define GOOD_S      1.0
#define DEADLINE_MS 100

static life a;
static life b;
static sem_t begun;
static sem_t go_on;

static int
host(int what)
{
    (void)sem_post(&begun);
    return what;
}

static void
load_both(void)
{
    E2E_CHECK(sem_init(&begun, 0, 0) == 0);
    life_load(&a, 'a', NULL, host);
    life_load(&b, 'b', NULL, host);
    E2E_CHECK_INT(a.add(1, 2), 3);
    E2E_CHECK_INT(b.add(1, 2), 3);
}

static double best_s; /* the shortest time of the scenario */

static void
times_begin(void)
{
    best_s = BOUND_S;
}

static void
time_note(double seconds)
{
    E2E_CHECK(seconds < BOUND_S);
    best_s = seconds < best_s ? seconds : best_s;
}

static void
times_end(void)
{
    E2E_CHECK(best_s < GOOD_S);
}

/* Interrupts; on a busy machine the GIL may be far away. */
static void
interrupt(const char *name)
{
    double end = e2e_now() + BOUND_S;
    embed_status status = embed_interrupt(name);
    while (status == EMBED_E_TIMEOUT && e2e_now() < end) {
        status = embed_interrupt(name);
    }
    E2E_CHECK_INT(status, EMBED_OK);
}

static embed_status
status_of(const char *type)
{
    const embed_error *e = embed_last_error();
    E2E_CHECK_STR(e->type, type);
    return e->status;
}

/* --- interrupts -----------------------------------------------------------*/

/* What does not end by itself.  `begin` tells that it runs. */
static const char *const endless[] = {
    "lib.life_host(1)\nwhile True: pass",
    "lib.life_host(1)\n"
    "def f(): return f() if False else [f for i in range(10)]\n"
    "while True: f()",
    "import time\nlib.life_host(1)\ntime.sleep(1000)",
    "import time\nfrom time import sleep\nlib.life_host(1)\n"
    "while True:\n    try: sleep(1000)\n    except Exception: pass",
    "try:\n    lib.life_host(1)\n    while True: sum(range(1000))\n"
    "finally: done = 5",
    "import re\nlib.life_host(1)\nwhile True: re.match('(a+)+b', 'a' * 12)",
};

static void *
endless_thread(void *code)
{
    E2E_CHECK_INT(a.run(code), LIFE_FAILED);
    E2E_CHECK_INT(status_of("embed.Interrupted"), EMBED_E_INTERRUPTED);
    E2E_CHECK(strstr(embed_last_error()->traceback, "<code>") != NULL);
    E2E_CHECK_INT(a.add(3, 4), 7); /* the next call is clean */
    E2E_CHECK_INT(a.run("result = sum(i & 1 for i in range(100000))"), 50000);
    return NULL;
}

static void
interrupt_scenario(void *unused)
{
    (void)unused;
    load_both();
    times_begin();
    E2E_CHECK_INT(embed_interrupt("lifea"), EMBED_OK); /* nothing runs */
    E2E_CHECK_INT(a.add(1, 2), 3);
    for (size_t i = 0; i < sizeof endless / sizeof endless[0]; i++) {
        pthread_t t =
            life_thread(endless_thread, (char *)(uintptr_t)endless[i]);
        life_wait(&begun);
        double start = e2e_now();
        interrupt("lifea");
        life_join(t);
        time_note(e2e_now() - start);
        E2E_CHECK_INT(b.add(3, 4), 7);
    }
    times_end();
    E2E_CHECK_INT(a.run("result = done"), 5);
}

static void
endless_calls_can_be_interrupted(void **state)
{
    (void)state;
    e2e_expect_ok(interrupt_scenario, NULL, 60);
}

#define CALLERS 8

static void *
caller(void *arg)
{
    char *code = arg;
    int got = a.run(code);
    E2E_CHECK(got == LIFE_FAILED);
    return NULL;
}

static void
all_scenario(void *unused)
{
    static char forever[] = "lib.life_host(1)\nwhile True: pass";
    (void)unused;
    pthread_t t[CALLERS];
    load_both();
    for (int i = 0; i < CALLERS; i++) {
        t[i] = life_thread(caller, forever);
    }
    for (int i = 0; i < CALLERS; i++) {
        life_wait(&begun);
    }
    interrupt("lifea");
    for (int i = 0; i < CALLERS; i++) {
        life_join(t[i]);
    }
    E2E_CHECK_INT(a.add(1, 2), 3);
}

static void
all_calls_in_flight_are_interrupted(void **state)
{
    (void)state;
    e2e_expect_ok(all_scenario, NULL, 60);
}

/* A.run -> C -> A.run: the inner one runs for ever, the outer one would. */
static int
nest(int what)
{
    if (what == 7) {
        E2E_CHECK_INT(a.run("lib.life_host(1)\nwhile True: pass"), LIFE_FAILED);
        return 0;
    }
    return host(what);
}

static void *
nested_thread(void *unused)
{
    (void)unused;
    E2E_CHECK_INT(a.run("lib.life_host(7)\nwhile True: pass"), LIFE_FAILED);
    E2E_CHECK_INT(status_of("embed.Interrupted"), EMBED_E_INTERRUPTED);
    E2E_CHECK_INT(a.add(3, 4), 7);
    return NULL;
}

static void
nested_scenario(void *unused)
{
    (void)unused;
    E2E_CHECK(sem_init(&begun, 0, 0) == 0);
    life_load(&a, 'a', NULL, nest);
    E2E_CHECK_INT(a.add(1, 2), 3);
    pthread_t t = life_thread(nested_thread, NULL);
    life_wait(&begun);
    interrupt("lifea");
    life_join(t);
}

static void
calls_around_the_innermost_are_interrupted_too(void **state)
{
    (void)state;
    e2e_expect_ok(nested_scenario, NULL, 60);
}

/* Threads that call without end, while another interrupts: each call gives the
 * right result or the failure value; the first after the end is right. */
static atomic_bool over;
static atomic_int n_interrupted;
static embed_status what_interrupts;

/* `result` is the plug-in's: of one thread only. */
static const char counting[] = "result = sum(i & 1 for i in range(50000))";

static void *
busy_caller(void *is_first)
{
    for (int i = 0; !atomic_load(&over); i++) {
        bool counts = is_first != NULL && i % 16 == 0;
        int right = counts ? 25000 : i + 3;
        int got = counts ? a.run(counting) : a.add(i, 3);
        if (got != right) {
            E2E_CHECK_INT(got, LIFE_FAILED);
            E2E_CHECK_INT(embed_last_error()->status, what_interrupts);
            atomic_fetch_add(&n_interrupted, 1);
        }
    }
    E2E_CHECK_INT(a.add(3, 4), 7);
    return NULL;
}

static void
callers_start(pthread_t t[CALLERS], embed_status what)
{
    what_interrupts = what;
    for (int i = 0; i < CALLERS; i++) {
        t[i] = life_thread(busy_caller, i == 0 ? t : NULL);
    }
}

static void
callers_end(pthread_t t[CALLERS])
{
    atomic_store(&over, true);
    for (int i = 0; i < CALLERS; i++) {
        life_join(t[i]);
    }
    E2E_CHECK(atomic_load(&n_interrupted) > 0);
    E2E_CHECK_INT(a.run(counting), 25000);
}

static void
storm_scenario(void *unused)
{
    (void)unused;
    pthread_t t[CALLERS];
    load_both();
    callers_start(t, EMBED_E_INTERRUPTED);
    double end = e2e_now() + e2e_stress_seconds(1);
    while (e2e_now() < end) {
        interrupt("lifea");
    }
    callers_end(t);
}

static void
an_interrupt_never_reaches_a_later_call(void **state)
{
    (void)state;
    e2e_expect_ok(storm_scenario, NULL, 60);
}

static void *
init_thread(void *unused)
{
    (void)unused;
    E2E_CHECK_INT(embed_start("lifeb"), EMBED_E_INIT);
    E2E_CHECK(strstr(embed_last_error()->message, "Interrupted") != NULL);
    return NULL;
}

static void
init_scenario(void *unused)
{
    (void)unused;
    E2E_CHECK(sem_init(&begun, 0, 0) == 0);
    life_load(&b, 'b', "lib.life_host(1)\nwhile True: pass", host);
    pthread_t t = life_thread(init_thread, NULL);
    life_wait(&begun);
    interrupt("lifeb");
    life_join(t);
    life_set_script(&b, "");
    E2E_CHECK_INT(embed_retry("lifeb"), EMBED_OK);
    E2E_CHECK_INT(b.add(1, 2), 3);
}

static void
init_code_can_be_interrupted(void **state)
{
    (void)state;
    e2e_expect_ok(init_scenario, NULL, 60);
}

/* C code that keeps the GIL cannot be interrupted; that is told in time, and
 * nothing is interrupted later. */
static void
keep_gil(void *unused)
{
    (void)unused;
    (void)sem_post(&begun);
    life_wait(&go_on);
}

static void
kept_scenario(void *unused)
{
    (void)unused;
    E2E_CHECK(sem_init(&go_on, 0, 0) == 0);
    load_both();
    E2E_CHECK_INT(embed_call_pending("lifea", keep_gil, NULL), EMBED_OK);
    life_wait(&begun);
    double start = e2e_now();
    E2E_CHECK_INT(embed_interrupt("lifea"), EMBED_E_TIMEOUT);
    E2E_CHECK(e2e_now() - start < BOUND_S);
    (void)sem_post(&go_on);
    E2E_CHECK_INT(a.add(1, 2), 3);
}

static void
c_code_that_keeps_the_gil_is_told(void **state)
{
    (void)state;
    e2e_expect_ok(kept_scenario, NULL, 60);
}

/* --- under load -----------------------------------------------------------*/

static _Atomic bool is_over;
static _Atomic int n_interrupted;

/* Short and long calls; what fails was interrupted, and nothing else. */
static void *
loaded_caller(void *arg)
{
    const char *code = arg;
    while (!atomic_load(&is_over)) {
        embed_clear_error();
        int got = code == NULL ? a.add(1, 2) : a.run(code);
        if (got == LIFE_FAILED) {
            E2E_CHECK_INT(status_of("embed.Interrupted"), EMBED_E_INTERRUPTED);
            atomic_fetch_add(&n_interrupted, 1);
        } else {
            /* The threads that run code share its `result`. */
            E2E_CHECK(got == 3 || (code != NULL && got == 0));
            E2E_CHECK_INT(embed_last_error()->status, EMBED_OK);
        }
    }
    return NULL;
}

static void
load_scenario(void *unused)
{
    static const char *const codes[] = {
        NULL,
        NULL,
        NULL,
        NULL,
        "result = 3",
        "result = sum(range(1000)) and 3",
        "import time\ntime.sleep(0.001)\nresult = 3",
        "for i in range(2000): pass\nresult = 3"};
    enum {
        N = sizeof codes / sizeof codes[0]
    };
    pthread_t threads[N];
    (void)unused;
    load_both();
    for (int i = 0; i < N; i++) {
        threads[i] = life_thread(loaded_caller, (void *)(uintptr_t)codes[i]);
    }
    double end = e2e_now() + e2e_stress_seconds(1.5);
    while (e2e_now() < end) {
        /* On a busy machine the GIL may be far away. */
        embed_status status = embed_interrupt("lifea");
        E2E_CHECK(status == EMBED_OK || status == EMBED_E_TIMEOUT);
        /* What begins later is not touched. */
        for (int i = 0; i < 3; i++) {
            E2E_CHECK_INT(a.add(2, 3), 5);
        }
    }
    atomic_store(&is_over, true);
    for (int i = 0; i < N; i++) {
        life_join(threads[i]);
    }
    E2E_CHECK(atomic_load(&n_interrupted) > 10);
    E2E_CHECK_INT(a.add(1, 2), 3);
}

static void
interrupts_under_load_reach_what_is_in_flight_only(void **state)
{
    (void)state;
    e2e_expect_ok(load_scenario, NULL, 120);
}

/* --- deadlines ------------------------------------------------------------*/

static void
expect_deadline(const char *code)
{
    double start = e2e_now();
    E2E_CHECK_INT(a.run(code), LIFE_FAILED);
    double took = e2e_now() - start;
    E2E_CHECK_INT(status_of("embed.DeadlineExceeded"), EMBED_E_DEADLINE);
    E2E_CHECK(took > DEADLINE_MS * 0.95e-3);
    time_note(took - DEADLINE_MS * 1e-3);
    E2E_CHECK_INT(a.run("result = sum(i & 1 for i in range(1000))"), 500);
}

static void
deadline_scenario(void *per_thread)
{
    load_both();
    times_begin();
    E2E_CHECK_INT(per_thread != NULL
                      ? embed_set_thread_deadline(DEADLINE_MS, NULL)
                      : embed_set_deadline("lifea", DEADLINE_MS),
                  EMBED_OK);
    E2E_CHECK_INT(a.add(2, 3), 5);
    for (size_t i = 0; i < sizeof endless / sizeof endless[0]; i++) {
        expect_deadline(endless[i]);
    }
    expect_deadline("def f(n):\n    f(n - 1) if n else None\n    f(n)\n"
                    "while True:\n    try: f(400)\n"
                    "    except RecursionError: pass");
    times_end();
    /* Others have none, and it can be taken back. */
    if (per_thread == NULL) {
        E2E_CHECK_INT(b.run("import time\ntime.sleep(.2)\nresult = 4"), 4);
        E2E_CHECK_INT(embed_set_deadline("lifea", 0), EMBED_OK);
    } else {
        E2E_CHECK_INT(embed_set_thread_deadline(0, NULL), EMBED_OK);
    }
    E2E_CHECK_INT(a.run("import time\ntime.sleep(.2)\nresult = 4"), 4);
}

static void
a_deadline_bounds_each_call(void **state)
{
    (void)state;
    e2e_expect_ok(deadline_scenario, NULL, 60);
    e2e_expect_ok(deadline_scenario, (char[]){"per thread"}, 60);
}

static void
before_scenario(void *unused)
{
    (void)unused;
    times_begin();
    life_load(&a, 'a', NULL, NULL);
    E2E_CHECK_INT(embed_set_deadline("lifea", DEADLINE_MS), EMBED_OK);
    E2E_CHECK_INT(a.add(2, 3), 5);
    expect_deadline("while True: pass");
    /* The shorter one counts. */
    E2E_CHECK_INT(embed_set_thread_deadline(60000, NULL), EMBED_OK);
    expect_deadline("while True: pass");
    E2E_CHECK_INT(embed_set_deadline("lifea", 60000), EMBED_OK);
    E2E_CHECK_INT(embed_set_thread_deadline(DEADLINE_MS, NULL), EMBED_OK);
    expect_deadline("while True: pass");
    times_end();
    if (e2e_is_sanitized()) {
        return; /* ThreadSanitizer allows no threads after fork() */
    }
    pid_t child = e2e_fork();
    if (child == 0) {
        expect_deadline("while True: pass");
        _exit(0);
    }
    int status = -1;
    E2E_CHECK(waitpid(child, &status, 0) == child && status == 0);
}

static void
a_deadline_may_come_before_the_start_and_outlive_a_fork(void **state)
{
    (void)state;
    e2e_expect_ok(before_scenario, NULL, 60);
}

#define SHORT_CALLS 100

static void
short_scenario(void *unused)
{
    (void)unused;
    pthread_t t[CALLERS];
    load_both();
    E2E_CHECK_INT(embed_set_deadline("lifea", 1), EMBED_OK);
    callers_start(t, EMBED_E_DEADLINE);
    while (atomic_load(&n_interrupted) < SHORT_CALLS) {
        (void)sched_yield();
    }
    E2E_CHECK_INT(embed_set_deadline("lifea", 0), EMBED_OK);
    callers_end(t);
}

static void
deadlines_that_are_too_short_spoil_nothing(void **state)
{
    (void)state;
    e2e_expect_ok(short_scenario, NULL, 60);
}

/* --- hold -----------------------------------------------------------------*/

static void *
holding_thread(void *arg)
{
    sem_t *go = arg;
    E2E_CHECK_INT(embed_hold("lifea"), EMBED_OK);
    E2E_CHECK_INT(embed_hold("lifeb"), EMBED_OK);
    E2E_CHECK_INT(embed_hold("lifea"), EMBED_OK);
    for (int i = 0; i < 100; i++) {
        E2E_CHECK_INT(a.add(i, 1), i + 1);
        E2E_CHECK_INT(b.add(i, 2), i + 2);
    }
    E2E_CHECK_INT(a.run("raise ValueError"), LIFE_FAILED);
    E2E_CHECK_INT(embed_release("lifeb"), EMBED_E_STATE);
    E2E_CHECK_INT(embed_thread_release(), EMBED_E_STATE);
    E2E_CHECK_INT(embed_shutdown(1), EMBED_E_STATE);
    E2E_CHECK_INT(embed_release("lifea"), EMBED_OK);
    E2E_CHECK_INT(embed_release("lifeb"), EMBED_OK);
    (void)sem_post(&begun);
    life_wait(go);
    E2E_CHECK_INT(a.add(3, 4), 7);
    /* The thread ends and lets go. */
    return NULL;
}

static void *
other_thread(void *done)
{
    E2E_CHECK_INT(a.add(5, 6), 11);
    (void)sem_post(done);
    return NULL;
}

static void
hold_scenario(void *unused)
{
    (void)unused;
    sem_t go;
    sem_t done;
    load_both();
    E2E_CHECK(sem_init(&go, 0, 0) == 0 && sem_init(&done, 0, 0) == 0);
    E2E_CHECK_INT(embed_release("lifea"), EMBED_E_STATE);
    pthread_t t = life_thread(holding_thread, &go);
    life_wait(&begun);
    /* Others wait, for that extension only. */
    pthread_t o = life_thread(other_thread, &done);
    E2E_CHECK(!life_wait_ms(&done, 100));
    E2E_CHECK_INT(b.add(1, 2), 3);
    (void)sem_post(&go);
    life_wait(&done);
    life_join(o);
    life_join(t);
    E2E_CHECK_INT(embed_hold("lifea"), EMBED_OK);
    E2E_CHECK_INT(embed_interrupt("lifeb"), EMBED_OK);
    E2E_CHECK_INT(a.add(1, 2), 3);
    E2E_CHECK_INT(embed_release("lifea"), EMBED_OK);
    E2E_CHECK_INT(embed_shutdown(20000), EMBED_OK);
    E2E_CHECK_INT(embed_hold("lifea"), EMBED_E_CLOSED);
}

static void
a_thread_may_hold_extensions(void **state)
{
    (void)state;
    e2e_expect_ok(hold_scenario, NULL, 60);
}

/* Python code of one calls the host, which calls the other, and so on; what is
 * held is entered in between in other ways than by the hold. */
static int
cross(int depth)
{
    char code[64];
    (void)snprintf(code, sizeof code, "result = lib.life_host(%d) + 1",
                   depth - 1);
    E2E_CHECK_INT(a.add(depth, 1), depth + 1);
    E2E_CHECK_INT(b.add(depth, 1), depth + 1);
    return depth == 0 ? 0 : depth % 2 == 0 ? a.run(code) : b.run(code);
}

static void *
interrupter(void *unused)
{
    (void)unused;
    life_wait(&begun);
    E2E_CHECK_INT(embed_interrupt("lifea"), EMBED_OK);
    return NULL;
}

static void
hold_calls_scenario(void *unused)
{
    life hooked;
    (void)unused;
    load_both();
    life_load(&hooked, 'a', NULL, cross);
    life_load(&hooked, 'b', NULL, cross);
    E2E_CHECK_INT(embed_hold("lifea"), EMBED_OK);
    E2E_CHECK_INT(a.run("result = lib.life_host(7) + 1"), 8);
    E2E_CHECK_INT(embed_hold("lifeb"), EMBED_OK);
    E2E_CHECK_INT(a.run("result = lib.life_host(6) + 1"), 7);
    E2E_CHECK_INT(b.run("result = lib.life_host(7) + 1"), 8);
    E2E_CHECK_INT(embed_release("lifeb"), EMBED_OK);
    life_load(&hooked, 'a', NULL, host);
    /* An interrupt, a deadline, an error end a call, not the hold. */
    pthread_t t = life_thread(interrupter, NULL);
    E2E_CHECK_INT(a.run(endless[0]), LIFE_FAILED);
    E2E_CHECK_INT(status_of("embed.Interrupted"), EMBED_E_INTERRUPTED);
    life_join(t);
    E2E_CHECK_INT(a.add(1, 2), 3);
    E2E_CHECK_INT(embed_set_deadline("lifea", 50), EMBED_OK);
    E2E_CHECK_INT(a.run("while True: pass"), LIFE_FAILED);
    E2E_CHECK_INT(status_of("embed.DeadlineExceeded"), EMBED_E_DEADLINE);
    E2E_CHECK_INT(embed_set_deadline("lifea", 0), EMBED_OK);
    E2E_CHECK_INT(embed_set_thread_deadline(50, NULL), EMBED_OK);
    E2E_CHECK_INT(a.run("while True: pass"), LIFE_FAILED);
    E2E_CHECK_INT(embed_set_thread_deadline(0, NULL), EMBED_OK);
    E2E_CHECK_INT(a.run("raise ValueError"), LIFE_FAILED);
    E2E_CHECK_INT(status_of("ValueError"), EMBED_E_EXCEPTION);
    E2E_CHECK_INT(a.run("import threading\n"
                        "t = threading.Thread(target=int); t.start()\n"
                        "t.join()\nresult = 6"),
                  6);
    E2E_CHECK_INT(embed_release("lifea"), EMBED_OK);
    E2E_CHECK_INT(a.add(1, 2), 3);
}

static void
calls_of_what_is_held_are_as_others(void **state)
{
    (void)state;
    e2e_expect_ok(hold_calls_scenario, NULL, 60);
}

static int
inside(int what)
{
    E2E_CHECK_INT(embed_hold("lifea"), EMBED_E_STATE);
    E2E_CHECK_INT(embed_release("lifea"), EMBED_E_STATE);
    E2E_CHECK_INT(embed_set_deadline("lifea", 0), EMBED_OK);
    return what;
}

/* Interrupts itself: it is in flight, but no other thread's. */
static void
wrong_scenario(void *unused)
{
    (void)unused;
    E2E_CHECK_INT(embed_hold("nobody"), EMBED_E_NAME);
    E2E_CHECK_INT(embed_hold(NULL), EMBED_E_INVALID);
    E2E_CHECK_INT(embed_release("nobody"), EMBED_E_NAME);
    E2E_CHECK_INT(embed_interrupt("nobody"), EMBED_E_NAME);
    E2E_CHECK_INT(embed_interrupt(NULL), EMBED_E_INVALID);
    E2E_CHECK_INT(embed_set_deadline("nobody", 5), EMBED_E_NAME);
    life_load(&a, 'a', NULL, inside);
    E2E_CHECK_INT(embed_interrupt("lifea"), EMBED_OK);
    E2E_CHECK_INT(embed_release("lifea"), EMBED_E_STATE);
    E2E_CHECK_INT(a.run("result = lib.life_host(6)"), 6);
    life s;
    life_load(&s, 's', NULL, NULL);
    E2E_CHECK_INT(s.add(1, 2), 3);
    E2E_CHECK_INT(embed_interrupt("lifes"), EMBED_E_STATE);
    E2E_CHECK_INT(embed_set_deadline("lifes", 5), EMBED_E_STATE);
    E2E_CHECK_INT(embed_hold("lifes"), EMBED_OK);
    E2E_CHECK_INT(s.add(1, 2), 3);
    E2E_CHECK_INT(embed_release("lifes"), EMBED_OK);
    E2E_CHECK_INT(embed_set_thread_deadline(5, NULL), EMBED_OK);
    E2E_CHECK_INT(embed_shutdown(20000), EMBED_OK);
    E2E_CHECK_INT(embed_interrupt("lifea"), EMBED_OK);
    E2E_CHECK_INT(embed_set_deadline("lifea", 5), EMBED_OK);
    E2E_CHECK_INT(a.add(1, 2), LIFE_FAILED);
}

static void
wrong_use_is_refused(void **state)
{
    (void)state;
    e2e_expect_ok(wrong_scenario, NULL, 60);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(endless_calls_can_be_interrupted),
        cmocka_unit_test(all_calls_in_flight_are_interrupted),
        cmocka_unit_test(calls_around_the_innermost_are_interrupted_too),
        cmocka_unit_test(an_interrupt_never_reaches_a_later_call),
        cmocka_unit_test(init_code_can_be_interrupted),
        cmocka_unit_test(c_code_that_keeps_the_gil_is_told),
        cmocka_unit_test(a_deadline_bounds_each_call),
        cmocka_unit_test(
            a_deadline_may_come_before_the_start_and_outlive_a_fork),
        cmocka_unit_test(deadlines_that_are_too_short_spoil_nothing),
        cmocka_unit_test(interrupts_under_load_reach_what_is_in_flight_only),
        cmocka_unit_test(a_thread_may_hold_extensions),
        cmocka_unit_test(calls_of_what_is_held_are_as_others),
        cmocka_unit_test(wrong_use_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_cancel.c - threads that are cancelled in a call, end in it, or jump out.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/e2e.h"
#include "tests/support/life.h"

static life a;
static life b;
static sem_t begun;
static sem_t go_on;
static _Atomic int cancel_type;
static _Atomic int n_finished;

/* What a thread is to do in C code that Python calls. */
enum {
    TELL = 1,
    EXIT = 2,
    JUMP = 3,
    WAIT = 4,
    FINISH = 5
};

static __thread jmp_buf before;

static int
host(int what)
{
    if (what == FINISH) {
        (void)atomic_fetch_add(&n_finished, 1);
        return what;
    }
    (void)sem_post(&begun);
    if (what == EXIT) {
        pthread_exit(NULL);
    }
    if (what == JUMP) {
        longjmp(before, 1);
    }
    if (what == WAIT) {
        life_wait(&go_on);
    }
    return what;
}

static void
load_both(void)
{
    E2E_CHECK(sem_init(&begun, 0, 0) == 0);
    E2E_CHECK(sem_init(&go_on, 0, 0) == 0);
    life_load(&a, 'a', NULL, host);
    life_load(&b, 'b', NULL, host);
}

/* All that others do goes on. */
static void
check_others(void)
{
    E2E_CHECK_INT(a.add(1, 2), 3);
    E2E_CHECK_INT(b.add(1, 2), 3);
    E2E_CHECK_INT(a.run("import time; time.sleep(0.001); result = 4"), 4);
    E2E_CHECK_INT(b.run("import time; time.sleep(0.001); result = 4"), 4);
    life c;
    life_load(&c, 'c', NULL, host);
    E2E_CHECK_INT(c.add(1, 2), 3);
    E2E_CHECK_INT(embed_interrupt("lifea"), EMBED_OK);
    embed_dump(stderr);
}

static void
check_end(void)
{
    check_others();
    E2E_CHECK_INT(embed_reload("lifeb", 5000), EMBED_OK);
    E2E_CHECK_INT(embed_unload("lifea", 5000), EMBED_OK);
    E2E_CHECK_INT(b.add(1, 2), 3);
    E2E_CHECK_INT(embed_shutdown(5000), EMBED_OK);
}

/* --- cancelled ------------------------------------------------------------*/

static void *
cancelled_thread(void *code)
{
    int unused = 0;
    (void)pthread_setcanceltype(atomic_load(&cancel_type), &unused);
    (void)a.run(code);
    for (;;) {
        pthread_testcancel();
    }
    return NULL;
}

static const char *const codes[] = {
    "import time\nlib.life_host(1)\ntime.sleep(0.2)\nlib.life_host(5)",
    "lib.life_host(1)\nfor i in range(300000): pass\nlib.life_host(5)",
    "import os\nr, w = os.pipe()\nlib.life_host(1)\nos.write(w, b'x')\n"
    "os.read(r, 1)\nlib.life_host(5)",
    "lib.life_host(1)\nlib.life_host(4)\nlib.life_host(5)",
    "import os\nlib.life_host(1)\n"
    "for i in range(300): os.stat('/'); open('/dev/null').close()\n"
    "lib.life_host(5)",
};

/* Calls that compete for the GIL: it is waited for all the time. */
static _Atomic bool stop;

static void *
busy_thread(void *unused)
{
    while (!atomic_load(&stop)) {
        (void)a.run("for i in range(1000): pass"); /* `result` is shared */
        E2E_CHECK_INT(a.add(2, 4), 6);
    }
    return unused;
}

static void
cancel_scenario(void *type)
{
    atomic_store(&cancel_type, *(int *)type);
    load_both();
    E2E_CHECK_INT(a.add(1, 2), 3);
    for (int busy = 0; busy < 2; busy++) {
        pthread_t others[2];
        atomic_store(&stop, false);
        for (int i = 0; i < 2 && busy; i++) {
            others[i] = life_thread(busy_thread, NULL);
        }
        for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
            atomic_store(&n_finished, 0);
            pthread_t thread =
                life_thread(cancelled_thread, (void *)(uintptr_t)codes[i]);
            life_wait(&begun);
            E2E_CHECK_INT(pthread_cancel(thread), 0);
            (void)sem_post(&go_on);
            E2E_CHECK_INT(pthread_join(thread, NULL), 0);
            E2E_CHECK_INT(atomic_load(&n_finished), 1); /* was let finish */
            while (sem_trywait(&go_on) == 0 || sem_trywait(&begun) == 0) {
            }
        }
        atomic_store(&stop, true);
        for (int i = 0; i < 2 && busy; i++) {
            life_join(others[i]);
        }
    }
    check_end();
}

static void
a_cancelled_thread_finishes_its_call_first(void **state)
{
    (void)state;
    e2e_not_shared();
    e2e_not_on_pypy();
    e2e_expect_ok(cancel_scenario, (int[]){PTHREAD_CANCEL_DEFERRED}, 60);
    e2e_expect_ok(cancel_scenario, (int[]){PTHREAD_CANCEL_ASYNCHRONOUS}, 60);
}

/* One creates, the other waits for that; both are cancelled. */
static void *
start_thread(void *unused)
{
    int old = 0;
    (void)unused;
    (void)pthread_setcanceltype(atomic_load(&cancel_type), &old);
    (void)a.add(1, 2);
    for (;;) {
        pthread_testcancel();
    }
    return NULL;
}

static void
start_scenario(void *type)
{
    atomic_store(&cancel_type, *(int *)type);
    load_both();
    life_set_script(&a, "lib.life_host(4)");
    pthread_t one = life_thread(start_thread, NULL);
    life_wait(&begun);
    pthread_t two = life_thread(start_thread, NULL);
    E2E_CHECK_INT(pthread_cancel(one), 0);
    E2E_CHECK_INT(pthread_cancel(two), 0);
    (void)sem_post(&go_on);
    E2E_CHECK_INT(pthread_join(one, NULL), 0);
    E2E_CHECK_INT(pthread_join(two, NULL), 0);
    check_end();
}

static void
a_cancelled_thread_finishes_what_it_starts(void **state)
{
    (void)state;
    e2e_not_shared();
    e2e_not_on_pypy();
    e2e_expect_ok(start_scenario, (int[]){PTHREAD_CANCEL_DEFERRED}, 60);
    e2e_expect_ok(start_scenario, (int[]){PTHREAD_CANCEL_ASYNCHRONOUS}, 60);
}

/* --- pthread_exit() -------------------------------------------------------*/

static void *
exit_thread(void *code)
{
    (void)a.run(code);
    E2E_CHECK(!"returned");
    return NULL;
}

static void *
exit_held_thread(void *code)
{
    E2E_CHECK_INT(embed_hold("lifea"), EMBED_OK);
    return exit_thread(code);
}

static void *
exit_watched_thread(void *code)
{
    E2E_CHECK_INT(embed_set_thread_deadline(50, NULL), EMBED_OK);
    return exit_thread(code);
}

static void
exit_scenario(void *unused)
{
    (void)unused;
    load_both();
    E2E_CHECK_INT(a.add(1, 2), 3);
    void *(*const threads[])(void *) = {exit_thread, exit_held_thread,
                                        exit_watched_thread};
    static const char *const ways[] = {
        "lib.life_host(2)",
        "def f(n):\n    if n: f(n - 1)\n    else: lib.life_host(2)\n"
        "def g():\n    yield f(50)\nlist(g())",
        "try: 1 / 0\nexcept Exception: lib.life_host(2)",
    };
    for (size_t i = 0; i < 3; i++) {
        for (size_t k = 0; k < 3; k++) {
            life_join(life_thread(threads[i], (void *)(uintptr_t)ways[k]));
            check_others();
        }
    }
    check_end();
}

static void
a_thread_may_end_inside_a_call(void **state)
{
    (void)state;
    e2e_not_shared();
    e2e_not_on_pypy();
    e2e_expect_ok(exit_scenario, NULL, 60);
}

static void *
exit_init_thread(void *unused)
{
    (void)a.add(1, 2);
    return unused;
}

static void
exit_init_scenario(void *unused)
{
    (void)unused;
    load_both();
    life_set_script(&a, "lib.life_host(2)");
    life_join(life_thread(exit_init_thread, NULL));
    E2E_CHECK_INT(a.add(1, 2), LIFE_FAILED);
    E2E_CHECK_INT(embed_last_error()->status, EMBED_E_INIT);
    E2E_CHECK_INT(b.add(1, 2), 3);
    life_set_script(&a, NULL);
    E2E_CHECK_INT(embed_retry("lifea"), EMBED_OK);
    check_end();
}

static void
a_thread_that_ends_in_init_code_has_failed(void **state)
{
    (void)state;
    e2e_not_shared();
    e2e_not_on_pypy();
    e2e_expect_ok(exit_init_scenario, NULL, 60);
}

/* --- longjmp() ------------------------------------------------------------*/

static void
jump(void)
{
    if (setjmp(before) == 0) {
        (void)a.run("lib.life_host(3)");
        E2E_CHECK(!"returned");
    }
}

static void *
jump_thread(void *unused)
{
    jump();
    E2E_CHECK_INT(a.add(1, 2), LIFE_FAILED);
    E2E_CHECK_INT(embed_last_error()->status, EMBED_E_STATE);
    E2E_CHECK(strstr(embed_last_error()->message, "longjmp") != NULL);
    E2E_CHECK_INT(b.add(1, 2), LIFE_FAILED);
    return unused;
}

static void
jump_scenario(void *unused)
{
    (void)unused;
    load_both();
    E2E_CHECK_INT(a.add(1, 2), 3);
    life_join(life_thread(jump_thread, NULL));
    check_end();
}

static void
a_thread_that_jumps_out_is_told(void **state)
{
    (void)state;
    if (e2e_is_sanitized()) {
        skip(); /* AddressSanitizer keeps variables off the stack, whose depth
                   tells that frames are gone */
    }
    e2e_not_shared();
    e2e_not_on_pypy();
    e2e_expect_ok(jump_scenario, NULL, 60);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cancelled_thread_finishes_its_call_first),
        cmocka_unit_test(a_cancelled_thread_finishes_what_it_starts),
        cmocka_unit_test(a_thread_may_end_inside_a_call),
        cmocka_unit_test(a_thread_that_ends_in_init_code_has_failed),
        cmocka_unit_test(a_thread_that_jumps_out_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_fork_life.c - fork() while extensions are made and Python is busy with
 * what concerns all of it.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>

#include "tests/support/e2e.h"
#include "tests/support/forks.h"
#include "tests/support/life.h"

static life a;
static life b;
static life s;
static sem_t inside;
static sem_t leave;

/* With what Python has to put right in a child. */
static void
load_all(void)
{
    life_load(&a, 'a', "import threading, time\nvalue = 1", NULL);
    life_load(&b, 'b', "value = 2", NULL);
    life_load(&s, 's', "import threading, time\nvalue = 3", NULL);
}

/* --- the life cycle -------------------------------------------------------*/

static void
first_call(void)
{
    E2E_CHECK_INT(a.add(1, 2), 3);
    E2E_CHECK_INT(s.add(1, 2), 3);
}

static void
before_scenario(void *unused)
{
    (void)unused;
    load_all();
    E2E_CHECK_INT(forks_wait(first_call), 0);
    E2E_CHECK_INT(forks_wait(first_call), 0);
    first_call();
    E2E_CHECK_INT(forks_wait(first_call), 0);
    E2E_CHECK_INT(b.add(1, 2), 3);
}

static void
parent_and_child_may_each_make_the_first_call(void **state)
{
    (void)state; /* R11 */
    e2e_expect_ok(before_scenario, NULL, 60);
}

static void
new_in_child(void)
{
    E2E_CHECK_INT(a.add(1, 2), 3);
    E2E_CHECK_INT(b.add(1, 2), 3);
    E2E_CHECK_INT(s.add(1, 2), 3);
    E2E_CHECK_INT(a.add(20, 22), 42);
    E2E_CHECK_INT(b.add(20, 22), 42);
    E2E_CHECK_INT(s.add(20, 22), 42);
}

static void
created_in_child_scenario(void *unused)
{
    (void)unused;
    load_all();
    E2E_CHECK_INT(a.add(1, 2), 3);
    for (int i = 0; i < 5; i++) {
        E2E_CHECK_INT(forks_wait(new_in_child), 0);
    }
    new_in_child();
}

static void
extensions_may_be_created_in_the_child(void **state)
{
    (void)state; /* R11 */
    e2e_expect_ok(created_in_child_scenario, NULL, 60);
}

static int
hold(int what)
{
    (void)sem_post(&inside);
    life_wait(&leave);
    return what;
}

static void *
first_thread(void *l)
{
    E2E_CHECK_INT(((life *)l)->add(1, 2), 3);
    return NULL;
}

/* Another thread is in the init code. */
static void
child_of_creation(void)
{
    (void)sem_post(&leave); /* the child runs the init code itself */
    int got = a.add(1, 2);
    E2E_CHECK_INT(got, 3);
    E2E_CHECK_INT(b.add(1, 2), 3);
}

static void
creating_scenario(void *unused)
{
    (void)unused;
    (void)sem_init(&inside, 0, 0);
    (void)sem_init(&leave, 0, 0);
    life_load(&a, 'a', "lib.life_host(1)", hold);
    life_load(&b, 'b', NULL, NULL);
    pthread_t thread = life_thread(first_thread, &a);
    life_wait(&inside);
    for (int i = 0; i < 5; i++) {
        E2E_CHECK_INT(forks_wait(child_of_creation), 0);
    }
    (void)sem_post(&leave);
    life_join(thread);
    E2E_CHECK_INT(a.add(1, 2), 3);
}

static void
fork_while_another_thread_runs_init_code(void **state)
{
    (void)state; /* R11 */
    e2e_expect_ok(creating_scenario, NULL, 60);
}

/* Another thread is anywhere in its first call, Python's start included. */
static void
child_of_start(void)
{
    E2E_CHECK_INT(a.add(1, 2), 3);
    E2E_CHECK_INT(b.add(1, 2), 3);
}

static void
starting_scenario(void *arg)
{
    life_load(&a, 'a', NULL, NULL);
    life_load(&b, 'b', NULL, NULL);
    pthread_t thread = life_thread(first_thread, &a);
    double until = e2e_now() + *(double *)arg;
    while (e2e_now() < until) {
    }
    E2E_CHECK_INT(forks_wait(child_of_start), 0);
    life_join(thread);
    E2E_CHECK_INT(a.add(1, 2), 3);
    E2E_CHECK_INT(forks_wait(child_of_start), 0);
}

static void
fork_while_another_thread_starts_python(void **state)
{
    (void)state; /* R11 */
    forks_need_quiet_allocator();
    for (int i = 0; i < 25; i++) {
        double after = i * 1e-3;
        e2e_expect_ok(starting_scenario, &after, 60);
    }
}

/* What takes locks of the whole of Python's, over and over. */
static const char restless[] =
    "import importlib, sys, threading, time\n"
    "modules = '_json', '_struct', '_heapq', '_bisect', '_random', '_opcode'\n"
    "end = time.monotonic() + 2\n"
    "while time.monotonic() < end:\n"
    "    for name in modules:\n"
    "        sys.modules.pop(name, None)\n"
    "        importlib.import_module(name)\n"
    "    t = threading.Thread(target=int)\n"
    "    t.start()\n"
    "    t.join()\n"
    "result = 7";

static void *
restless_thread(void *l)
{
    E2E_CHECK_INT(((life *)l)->run(restless), 7);
    return NULL;
}

static void
child_of_restless(void)
{
    E2E_CHECK_INT(b.add(1, 2), 3);
    E2E_CHECK_INT(a.add(1, 2), 3); /* anew */
    E2E_CHECK_INT(b.run("import threading\n"
                        "t = threading.Thread(target=int)\n"
                        "t.start(); t.join(); result = 5"),
                  5);
}

static void
restless_scenario(void *unused)
{
    (void)unused;
    life_load(&a, 'a', NULL, NULL);
    life_load(&b, 'b', NULL, NULL);
    E2E_CHECK_INT(b.add(1, 2), 3);
    E2E_CHECK_INT(a.add(1, 2), 3);
    pthread_t thread = life_thread(restless_thread, &a);
    double end = e2e_now() + 2;
    while (e2e_now() < end) {
        E2E_CHECK_INT(forks_wait(child_of_restless), 0);
    }
    life_join(thread);
    E2E_CHECK_INT(a.add(1, 2), 3);
}

static void
fork_while_another_thread_imports_and_starts_threads(void **state)
{
    (void)state; /* R11 */
    forks_need_quiet_allocator();
    e2e_expect_ok(restless_scenario, NULL, 100);
}

int
main(void)
{
#if defined(__SANITIZE_THREAD__)
    (void)puts("ThreadSanitizer cannot start threads in a fork child");
    return 77;
#endif
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parent_and_child_may_each_make_the_first_call),
        cmocka_unit_test(extensions_may_be_created_in_the_child),
        cmocka_unit_test(fork_while_another_thread_runs_init_code),
        cmocka_unit_test(fork_while_another_thread_starts_python),
        cmocka_unit_test(fork_while_another_thread_imports_and_starts_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

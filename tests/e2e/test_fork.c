/* test_fork.c - fork() at every moment: the child goes on, the parent does not
 * notice.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/e2e.h"
#include "tests/support/forks.h"
#include "tests/support/life.h"

#define ROUNDS   (e2e_is_sanitized() || e2e_is_pypy() ? 8 : 50)
#define BAD_EXIT 70

static life a;
static life b;
static life s;
static sem_t inside;
static sem_t leave;

static void
load_all(life_hook_fn *hook)
{
    life_load(&a, 'a', "import threading, time\nvalue = 1", hook);
    life_load(&b, 'b', "value = 2", hook);
    life_load(&s, 's', "import threading, time\nvalue = 3", hook);
}

/* All work, with the state they had. */
static void
all_work(void)
{
    E2E_CHECK_INT(a.run("value += 1\nresult = value"), 2);
    E2E_CHECK_INT(b.run("result = value"), 2);
    E2E_CHECK_INT(s.run("result = value"), 3);
    E2E_CHECK_INT(a.run("import json\nresult = len(json.dumps([1, 2]))"), 6);
    E2E_CHECK_INT(a.run("t = threading.Thread(target=lambda: None)\n"
                        "t.start(); t.join(); result = 5"),
                  5);
}

/* The shared extension works or gives the failure value; the others work, in a
 * new interpreter where theirs was busy.  What is there can be ended. */
static void
all_answer(void)
{
    E2E_CHECK_INT(a.add(20, 22), 42);
    E2E_CHECK_INT(b.add(20, 22), 42);
    int got = s.add(20, 22);
    E2E_CHECK(got == 42 || (got == LIFE_FAILED &&
                            embed_last_error()->status == EMBED_E_FORK));
}

static void
all_answer_and_end(void)
{
    all_answer();
    E2E_CHECK_INT(embed_thread_release(), EMBED_OK);
    all_answer();
    (void)embed_shutdown(500);
    E2E_CHECK_INT(a.add(20, 22), LIFE_FAILED);
}

static void
nothing(void)
{
}

/* --- idle -----------------------------------------------------------------*/

static void
idle_scenario(void *unused)
{
    (void)unused;
    load_all(NULL);
    E2E_CHECK_INT(a.add(1, 2), 3);
    E2E_CHECK_INT(b.add(1, 2), 3);
    E2E_CHECK_INT(s.add(1, 2), 3);
    for (int i = 0; i < ROUNDS; i++) {
        E2E_CHECK_INT(forks_wait(i % 4 == 3 ? nothing : all_work), 0);
        E2E_CHECK_INT(a.run("result = value"), 1);
        E2E_CHECK_INT(s.add(i, 2), i + 2);
    }
}

static void
an_idle_host_forks_and_the_child_keeps_its_state(void **state)
{
    (void)state; /* R11, O4, X4 */
    const e2e_result *r = e2e_expect_ok(idle_scenario, NULL, 100);
    assert_string_equal(r->err, "");
}

static void *
thread_add(void *l)
{
    E2E_CHECK_INT(((life *)l)->add(1, 1), 2);
    return NULL;
}

static void
child_threads(void)
{
    for (int i = 0; i < 5; i++) {
        life_join(life_thread(thread_add, &a));
        life_join(life_thread(thread_add, &s));
    }
    all_work();
}

/* Other threads have states in the interpreters, and are idle. */
static void *
call_and_wait(void *unused)
{
    (void)unused;
    E2E_CHECK_INT(a.add(1, 1), 2);
    E2E_CHECK_INT(s.add(1, 1), 2);
    (void)sem_post(&inside);
    life_wait(&leave);
    E2E_CHECK_INT(a.add(1, 1), 2);
    E2E_CHECK_INT(s.add(1, 1), 2);
    return NULL;
}

static void
idle_threads_scenario(void *unused)
{
    (void)unused;
    pthread_t threads[3];
    (void)sem_init(&inside, 0, 0);
    (void)sem_init(&leave, 0, 0);
    load_all(NULL);
    for (int i = 0; i < 3; i++) {
        threads[i] = life_thread(call_and_wait, NULL);
        life_wait(&inside);
    }
    for (int i = 0; i < 5; i++) {
        E2E_CHECK_INT(forks_wait(child_threads), 0);
    }
    for (int i = 0; i < 3; i++) {
        (void)sem_post(&leave);
    }
    for (int i = 0; i < 3; i++) {
        life_join(threads[i]);
    }
    E2E_CHECK_INT(forks_wait(child_threads), 0);
}

static void
threads_may_come_and_go_in_the_child(void **state)
{
    (void)state; /* R11 */
    e2e_expect_ok(idle_threads_scenario, NULL, 60);
}

/* --- busy -----------------------------------------------------------------*/

static atomic_bool stop;

static void *
busy_thread(void *l)
{
    while (!atomic_load(&stop)) {
        (void)((life *)l)->run("n = 0\n"
                               "for i in range(20000): n += i\n"
                               "result = 1");
        (void)sem_post(&inside);
    }
    return NULL;
}

/* `which` says whose threads are busy: the host's, in short calls, or one in
 * a call that does not end. */
static int
spin_until(int what)
{
    (void)sem_post(&inside);
    return atomic_load(&stop) ? 0 : what;
}

static void
busy_scenario(void *which)
{
    (void)sem_init(&inside, 0, 0);
    load_all(spin_until);
    E2E_CHECK_INT(b.add(1, 2), 3);
    E2E_CHECK_INT(s.add(1, 2), 3);
    const char kind = *(const char *)which;
    life *busy = kind == 's' ? &s : &a;
    pthread_t thread = life_thread(busy_thread, busy);
    life_wait(&inside);
    for (int i = 0; i < ROUNDS; i++) {
        E2E_CHECK_INT(forks_wait(i % 4 == 3   ? nothing
                                 : i % 4 == 2 ? all_answer_and_end
                                              : all_answer),
                      0);
        E2E_CHECK_INT(b.add(i, 2), i + 2);
        E2E_CHECK_INT(busy->add(i, 2), i + 2);
    }
    atomic_store(&stop, true);
    life_join(thread);
}

static void
a_busy_host_thread_does_not_disturb_parent_or_child(void **state)
{
    (void)state; /* R11, O4 */
    forks_need_quiet_allocator();
    e2e_expect_ok(busy_scenario, (char[]){"a"}, 100);
    e2e_expect_ok(busy_scenario, (char[]){"s"}, 100);
}

/* A call that lasts longer than fork() waits. */
static void *
long_thread(void *l)
{
    E2E_CHECK_INT(((life *)l)->run("import time\n"
                                   "while lib.life_host(1): pass\n"
                                   "result = 6"),
                  6);
    return NULL;
}

static void
long_scenario(void *which)
{
    (void)sem_init(&inside, 0, 0);
    load_all(spin_until);
    E2E_CHECK_INT(b.add(1, 2), 3);
    E2E_CHECK_INT(s.add(1, 2), 3);
    life *busy = *(const char *)which == 's' ? &s : &a;
    pthread_t thread = life_thread(long_thread, busy);
    life_wait(&inside);
    for (int i = 0; i < 10; i++) {
        E2E_CHECK_INT(forks_wait(all_answer), 0);
        E2E_CHECK_INT(b.add(i, 2), i + 2);
    }
    atomic_store(&stop, true);
    life_join(thread);
    E2E_CHECK_INT(busy->add(1, 2), 3);
}

static void
a_call_that_does_not_end_does_not_hold_fork(void **state)
{
    (void)state; /* R11 */
    e2e_expect_ok(long_scenario, (char[]){"a"}, 100);
    e2e_expect_ok(long_scenario, (char[]){"s"}, 100);
}

static void
python_thread_scenario(void *which)
{
    load_all(NULL);
    E2E_CHECK_INT(b.add(1, 2), 3);
    E2E_CHECK_INT(s.add(1, 2), 3);
    life *busy = *(const char *)which == 's' ? &s : &a;
    E2E_CHECK_INT(busy->run("go = True\n"
                            "def run():\n"
                            "    n = 0\n"
                            "    while go: n += 1\n"
                            "t = threading.Thread(target=run)\n"
                            "t.start()\n"),
                  0);
    for (int i = 0; i < ROUNDS; i++) {
        E2E_CHECK_INT(forks_wait(i % 4 == 3   ? nothing
                                 : i % 4 == 2 ? all_answer_and_end
                                              : all_answer),
                      0);
        E2E_CHECK_INT(busy->add(i, 2), i + 2);
        E2E_CHECK_INT(b.add(i, 2), i + 2);
    }
    E2E_CHECK_INT(busy->run("go = False\nt.join()\nresult = 4"), 4);
}

static void
a_busy_thread_of_pythons_does_not_disturb_parent_or_child(void **state)
{
    (void)state; /* R11 */
    forks_need_quiet_allocator();
    e2e_expect_ok(python_thread_scenario, (char[]){"a"}, 100);
    e2e_expect_ok(python_thread_scenario, (char[]){"s"}, 100);
}

/* --- from inside ----------------------------------------------------------*/

static int
fork_here(int what)
{
    pid_t pid = e2e_fork();
    if (pid == 0) {
        forks_in_child();
        int got = a.add(1, 2);
        int other = b.add(1, 2);
        if ((got != 3 && got != LIFE_FAILED) ||
            (other != 3 && other != LIFE_FAILED)) {
            _exit(BAD_EXIT);
        }
        if (what == 1) {
            _exit(0);
        }
        if (what == 2) {
            exit(0); /* NOLINT(concurrency-mt-unsafe): the point */
        }
        return 1; /* the child goes back into Python */
    }
    int status = 0;
    (void)waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void
inside_scenario(void *which)
{
    load_all(fork_here);
    E2E_CHECK_INT(b.add(1, 2), 3);
    life *l = *(const char *)which == 's' ? &s : &a;
    pid_t parent = getpid();
    for (int i = 0; i < 5; i++) {
        E2E_CHECK_INT(l->run("result = lib.life_host(1)"), 0);
        E2E_CHECK_INT(l->run("result = lib.life_host(2)"), 0);
        int got = l->run("result = lib.life_host(3)");
        if (getpid() != parent) {
            /* Back from the call, in the child. */
            E2E_CHECK(got == 1 || got == LIFE_FAILED);
            got = l->add(1, 2);
            E2E_CHECK(got == 3 || got == LIFE_FAILED);
            exit(0); /* NOLINT(concurrency-mt-unsafe) */
        }
        E2E_CHECK_INT(got, 0);
        E2E_CHECK_INT(l->add(1, 2), 3);
        E2E_CHECK_INT(b.add(1, 2), 3);
    }
}

static void
fork_from_a_c_function_that_python_calls(void **state)
{
    (void)state; /* R11 */
    e2e_expect_ok(inside_scenario, (char[]){"a"}, 60);
    e2e_expect_ok(inside_scenario, (char[]){"s"}, 60);
}

static void
grandchild(void)
{
    all_work();
}

static void
child_that_forks(void)
{
    E2E_CHECK_INT(b.add(1, 2), 3);
    E2E_CHECK_INT(forks_wait(grandchild), 0);
    E2E_CHECK_INT(forks_wait(nothing), 0);
    all_work();
    E2E_CHECK_INT(a.run("value = 1"), 0);
    E2E_CHECK_INT(forks_wait(grandchild), 0);
}

static void
grandchild_scenario(void *unused)
{
    (void)unused;
    load_all(NULL);
    E2E_CHECK_INT(a.add(1, 2), 3);
    for (int i = 0; i < 3; i++) {
        E2E_CHECK_INT(forks_wait(child_that_forks), 0);
    }
    all_work();
}

static void
children_may_fork(void **state)
{
    (void)state; /* R11 */
    e2e_expect_ok(grandchild_scenario, NULL, 60);
}

static void
subprocess_scenario(void *which)
{
    life *l = &a;
    life_load(l, *(const char *)which, NULL, NULL);
    for (int i = 0; i < 5; i++) {
        E2E_CHECK_INT(l->run("import subprocess, os, sys\n"
                             "p = subprocess.run(['/bin/echo', 'hello'],\n"
                             "                   capture_output=True)\n"
                             "assert p.stdout == b'hello\\n', p\n"
                             "p = subprocess.run([sys.executable, '-c',\n"
                             "                    'import sys; sys.exit(4)'])\n"
                             "assert p.returncode == 4, p\n"
                             "assert os.system('exit 3') == 3 << 8\n"
                             "result = 1\n"),
                      1);
        E2E_CHECK_INT(l->add(i, 2), i + 2);
    }
}

static void
subprocesses_work_inside_extensions(void **state)
{
    (void)state; /* R11 */
    e2e_expect_ok(subprocess_scenario, (char[]){"a"}, 60);
    e2e_expect_ok(subprocess_scenario, (char[]){"u"}, 60);
    e2e_expect_ok(subprocess_scenario, (char[]){"s"}, 60);
}

static void
os_fork_scenario(void *unused)
{
    (void)unused;
    load_all(NULL);
    E2E_CHECK_INT(a.run("import os\n"
                        "try: os.fork()\n"
                        "except RuntimeError as e: result = 8\n"),
                  8);
    E2E_CHECK_INT(a.add(1, 2), 3);
}

static void
python_code_of_an_own_interpreter_may_not_fork(void **state)
{
    (void)state; /* R11, C8 */
    e2e_not_on_pypy();
    e2e_expect_ok(os_fork_scenario, NULL, 30);
}

/* --- daemons --------------------------------------------------------------*/

/* Parent and child of a daemonising host, between load and first use, or
 * after it. */
static void
daemon_scenario(void *when)
{
    int fds[2];
    load_all(NULL);
    if (*(const char *)when == 'l') {
        E2E_CHECK_INT(a.add(1, 2), 3);
    }
    E2E_CHECK_INT(pipe(fds), 0);
    if (e2e_fork() == 0) {
        (void)setsid();
        if (e2e_fork() != 0) {
            _exit(0);
        }
        forks_in_child();
        char ok = 'y';
        all_work();
        life_join(life_thread(thread_add, &b));
        E2E_CHECK_INT(write(fds[1], &ok, 1), 1);
        exit(0); /* NOLINT(concurrency-mt-unsafe) */
    }
    (void)close(fds[1]);
    char got = 'n';
    E2E_CHECK_INT(read(fds[0], &got, 1), 1);
    E2E_CHECK_INT(got, 'y');
    (void)wait(NULL);
}

static void
a_host_that_becomes_a_daemon_may_use_extensions(void **state)
{
    (void)state; /* R11, O4 */
    e2e_expect_ok(daemon_scenario, (char[]){"first"}, 60);
    e2e_expect_ok(daemon_scenario, (char[]){"later"}, 60);
}

/* What the child prints and registers is its own. */
static void
child_prints(void)
{
    E2E_CHECK_INT(a.run("import atexit, os\nprint('child')\n"
                        "atexit.register(print, 'child ends')"),
                  0);
}

static void
printing_scenario(void *unused)
{
    (void)unused;
    life_load(&a, 'a', NULL, NULL);
    E2E_CHECK_INT(a.run("print('parent', flush=True)"), 0);
    E2E_CHECK_INT(forks_wait(child_prints), 0);
    E2E_CHECK_INT(a.run("print('parent ends')"), 0);
}

static void
the_child_flushes_what_it_printed(void **state)
{
    (void)state; /* R10, R11 */
    const e2e_result *r = e2e_expect_ok(printing_scenario, NULL, 30);
    assert_string_equal(r->out, "parent\nchild\nchild ends\nparent ends\n");
}

/* The child does not repeat the parent's random numbers. */
static void
child_random(void)
{
    exit(a.run("result = random.getrandbits(6)")); /* NOLINT */
}

static void
random_scenario(void *unused)
{
    (void)unused;
    life_load(&a, 'a', "import random", NULL);
    E2E_CHECK_INT(a.add(1, 2), 3);
    int first = forks_wait(child_random);
    int differs = 0;
    for (int i = 0; i < 6; i++) {
        differs += forks_wait(child_random) != first;
    }
    E2E_CHECK(first >= 0 && first < 64);
    E2E_CHECK(differs > 0);
}

static void
random_numbers_of_children_differ(void **state)
{
    (void)state; /* C12 */
    e2e_expect_ok(random_scenario, NULL, 30);
}

/* fork() and first calls and ordinary calls on several threads at once. */
static void *
fork_thread(void *unused)
{
    (void)unused;
    for (int i = 0; i < 10; i++) {
        E2E_CHECK_INT(forks_wait(all_answer), 0);
    }
    return NULL;
}

static void
many_forks_scenario(void *unused)
{
    (void)unused;
    pthread_t threads[3];
    (void)sem_init(&inside, 0, 0);
    load_all(NULL);
    pthread_t busy = life_thread(busy_thread, &a);
    for (int i = 0; i < 3; i++) {
        threads[i] = life_thread(fork_thread, NULL);
    }
    E2E_CHECK_INT(b.add(1, 2), 3);
    for (int i = 0; i < 3; i++) {
        life_join(threads[i]);
    }
    atomic_store(&stop, true);
    life_join(busy);
    E2E_CHECK_INT(s.add(1, 2), 3);
}

static void
several_threads_may_fork_at_once(void **state)
{
    (void)state;       /* R11 */
    e2e_not_on_pypy(); /* a known gap */
    forks_need_quiet_allocator();
    e2e_expect_ok(many_forks_scenario, NULL, 60);
}

int
main(void)
{
#if defined(__SANITIZE_THREAD__)
    (void)puts("ThreadSanitizer cannot start threads in a fork child");
    return 77;
#endif
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_idle_host_forks_and_the_child_keeps_its_state),
        cmocka_unit_test(threads_may_come_and_go_in_the_child),
        cmocka_unit_test(a_busy_host_thread_does_not_disturb_parent_or_child),
        cmocka_unit_test(a_call_that_does_not_end_does_not_hold_fork),
        cmocka_unit_test(
            a_busy_thread_of_pythons_does_not_disturb_parent_or_child),
        cmocka_unit_test(fork_from_a_c_function_that_python_calls),
        cmocka_unit_test(children_may_fork),
        cmocka_unit_test(subprocesses_work_inside_extensions),
        cmocka_unit_test(python_code_of_an_own_interpreter_may_not_fork),
        cmocka_unit_test(a_host_that_becomes_a_daemon_may_use_extensions),
        cmocka_unit_test(the_child_flushes_what_it_printed),
        cmocka_unit_test(random_numbers_of_children_differ),
        cmocka_unit_test(several_threads_may_fork_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

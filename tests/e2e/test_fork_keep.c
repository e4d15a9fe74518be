/* test_fork_keep.c - a fork child has the state of its extensions, whatever
 * their threads were doing; where it cannot have it, it says so.
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
#include <string.h>
#include <unistd.h>

#include "tests/support/e2e.h"
#include "tests/support/forks.h"
#include "tests/support/life.h"

#define ROUNDS (e2e_is_sanitized() || e2e_is_pypy() ? 5 : 20)

static life a;
static life b;
static sem_t inside;
static sem_t leave;

/* What lib.life_host(1) is: C code without the GIL, until the test says. */
static int
block(int what)
{
    if (what == 1) {
        (void)sem_post(&inside);
        life_wait(&leave);
    }
    return what;
}

static const char script[] = "import threading, time\n"
                             "value = 3\n"
                             "def bump():\n"
                             "    global value\n"
                             "    value += 1\n"
                             "    return value\n"
                             "def spawn(target):\n"
                             "    global t\n"
                             "    t = threading.Thread(target=target)\n"
                             "    t.start()\n";

/* Whose plug-ins a test takes: of each level. */
static const char *
letters(void)
{
    return e2e_is_pypy() ? "s" : "aus";
}

static void
load(char letter)
{
    (void)sem_init(&inside, 0, 0);
    (void)sem_init(&leave, 0, 0);
    life_load(&a, letter, script, block);
    E2E_CHECK_INT(a.add(1, 2), 3);
}

/* Lets a thread go that block() holds, and ends `t`. */
static void
thread_end(void)
{
    (void)sem_post(&leave);
    E2E_CHECK_INT(a.run("go = False\nt.join()\nresult = bump()"), 4);
}

/* --- threads of Python's --------------------------------------------------*/

static void
child_goes_on(void)
{
    E2E_CHECK_INT(a.run("result = bump()"), 4);
    E2E_CHECK_INT(a.run("t2 = threading.Thread(target=bump)\n"
                        "t2.start(); t2.join(); result = bump()"),
                  6);
}

/* PyPy does not tell its threading module of the end of threads. */
static void
child_knows_its_threads(void)
{
    child_goes_on();
    E2E_CHECK_INT(a.run("result = threading.active_count()"), 1);
    E2E_CHECK_INT(a.run("t.join(10); result = not t.is_alive()"), 1);
    E2E_CHECK_INT(a.run("import sys; result = len(sys._current_frames())"), 1);
}

/* Where a thread is when the process forks; it has been there before. */
static const struct {
    const char *code;
    bool is_announced; /* by block() */
} places[] = {
    {"spawn(lambda: lib.life_host(1))", true},
    {"go = True\nasleep = threading.Event()\n"
     "def run():\n"
     "    asleep.set()\n"
     "    while go: time.sleep(0.001)\n"
     "spawn(run)\nasleep.wait()\n",
     false},
    {"import os\nr, w = os.pipe()\n"
     "def run():\n"
     "    lib.life_host(2)\n"
     "    os.read(r, 1)\n"
     "spawn(run)\n",
     false},
    {"lock = threading.Lock()\nlock.acquire()\nspawn(lock.acquire)\n", false},
    {"go = True\ncomputing = threading.Event()\n"
     "def run():\n"
     "    n = 0\n"
     "    while go:\n"
     "        n += 1\n"
     "        if n == 1000: computing.set()\n"
     "spawn(run)\ncomputing.wait()\n",
     false},
};
#define N_PLACES (sizeof places / sizeof places[0])

/* Has the thread end, whatever it is doing. */
static const char end_code[] = "import os\n"
                               "go = False\n"
                               "if 'w' in globals(): os.write(w, b'x')\n"
                               "if 'lock' in globals(): lock.release()\n"
                               "t.join()\n"
                               "result = bump()\n";

typedef struct keep_case {
    char letter;
    size_t place;
} keep_case;

static void
keep_scenario(void *arg)
{
    const keep_case *c = arg;
    load(c->letter);
    E2E_CHECK_INT(a.run(places[c->place].code), 0);
    if (places[c->place].is_announced) {
        life_wait(&inside);
    }
    for (int i = 0; i < ROUNDS; i++) {
        E2E_CHECK_INT(
            forks_wait(e2e_is_pypy() ? child_goes_on : child_knows_its_threads),
            0);
    }
    (void)sem_post(&leave);
    E2E_CHECK_INT(a.run(end_code), 4); /* the parent has noticed nothing */
}

static void
the_state_is_kept_whatever_threads_are_doing(void **state)
{
    (void)state; /* R11 */
    forks_need_quiet_allocator();
    for (size_t i = 0; i < N_PLACES; i++) {
        for (const char *letter = letters(); *letter != '\0'; letter++) {
            keep_case c = {.letter = *letter, .place = i};
            const e2e_result *r = e2e_expect_ok(keep_scenario, &c, 60);
            assert_string_equal(r->err, "");
        }
    }
}

/* --- calls of other threads -----------------------------------------------*/

static void *
blocked_call(void *unused)
{
    (void)unused;
    E2E_CHECK_INT(a.run("bump(); lib.life_host(1); result = 9"), 9);
    return NULL;
}

static void
child_of_call(void)
{
    E2E_CHECK_INT(a.run("result = bump()"), 5);
    E2E_CHECK_INT(embed_unload(a.name, 1000), EMBED_OK);
}

static void
call_scenario(void *unused)
{
    (void)unused;
    load('a');
    pthread_t thread = life_thread(blocked_call, NULL);
    life_wait(&inside);
    for (int i = 0; i < ROUNDS; i++) {
        E2E_CHECK_INT(forks_wait(child_of_call), 0);
    }
    (void)sem_post(&leave);
    life_join(thread);
    E2E_CHECK_INT(a.run("result = bump()"), 5);
}

static void
the_state_is_kept_while_a_call_is_blocked(void **state)
{
    (void)state; /* R11 */
    e2e_not_shared();
    e2e_expect_ok(call_scenario, NULL, 60);
}

/* --- what modules have to put right ---------------------------------------*/

static void
child_logs(void)
{
    E2E_CHECK_INT(a.run("logging.getLogger().error('x')\nresult = 5"), 5);
}

static void
logging_scenario(void *unused)
{
    (void)unused;
    load('a');
    /* The thread blocks while it has the handler's lock. */
    E2E_CHECK_INT(a.run("import logging\n"
                        "class Handler(logging.Handler):\n"
                        "    def emit(self, record):\n"
                        "        if record.msg == 'stop': lib.life_host(1)\n"
                        "logging.getLogger().addHandler(Handler())\n"
                        "spawn(lambda: logging.getLogger().error('stop'))\n"),
                  0);
    life_wait(&inside);
    E2E_CHECK_INT(forks_wait(child_logs), 0);
    thread_end();
}

static void
locks_of_logging_are_free_in_the_child(void **state)
{
    (void)state;       /* R11 */
    e2e_not_on_pypy(); /* it calls no os.register_at_fork() functions */
    e2e_expect_ok(logging_scenario, NULL, 60);
}

static void
child_asks_hooks(void)
{
    E2E_CHECK_INT(a.run("result = len(called)"), 2);
    E2E_CHECK_INT(a.run("result = called == [1, 2]"), 1);
}

static void
hooks_scenario(void *letter)
{
    load(*(const char *)letter);
    E2E_CHECK_INT(
        a.run("import os\ncalled = []\n"
              "def wrong(): raise ValueError('a hook')\n"
              "os.register_at_fork(after_in_child=lambda: called.append(1))\n"
              "os.register_at_fork(after_in_child=wrong)\n"
              "os.register_at_fork(after_in_child=lambda: called.append(2))\n"
              "try: os.register_at_fork(after_in_child=3)\n"
              "except TypeError: result = 8\n"),
        8);
    for (int i = 0; i < 3; i++) {
        E2E_CHECK_INT(forks_wait(child_asks_hooks), 0);
    }
    E2E_CHECK_INT(a.run("result = len(called)"), 0);
}

static void
functions_of_register_at_fork_are_called_in_the_child(void **state)
{
    (void)state; /* R11 */
    e2e_not_on_pypy();
    for (const char *letter = letters(); *letter != '\0'; letter++) {
        char which[] = {*letter, '\0'};
        const e2e_result *r = e2e_expect_ok(hooks_scenario, which, 60);
        assert_int_equal(life_count(r->err, "ValueError: a hook"), 3);
    }
}

static void
child_imports(void)
{
    (void)sem_post(&leave); /* the child runs the module itself */
    E2E_CHECK_INT(a.run("import halfway\nresult = halfway.x"), 7);
}

static void
import_scenario(void *unused)
{
    (void)unused;
    char code[512];
    char dir[] = "/tmp/embed-fork-XXXXXX";
    E2E_CHECK(mkdtemp(dir) != NULL);
    load('a');
    (void)snprintf(code, sizeof code,
                   "import sys\nsys.path.insert(0, '%s')\n"
                   "with open('%s/halfway.py', 'w') as f:\n"
                   "    f.write('from lifea import lib\\n'\n"
                   "            'lib.life_host(1)\\nx = 7\\n')\n"
                   "def run(): import halfway\n"
                   "spawn(run)\n",
                   dir, dir);
    E2E_CHECK_INT(a.run(code), 0);
    life_wait(&inside);
    E2E_CHECK_INT(forks_wait(child_imports), 0);
    E2E_CHECK_INT(forks_wait(child_imports), 0);
    thread_end();
    E2E_CHECK_INT(a.run("import shutil\n"
                        "shutil.rmtree(sys.path[0])\nresult = 1"),
                  1);
}

static void
an_import_of_another_thread_is_done_again_in_the_child(void **state)
{
    (void)state; /* R11 */
    e2e_not_shared();
    e2e_expect_ok(import_scenario, NULL, 60);
}

/* --- what cannot be kept --------------------------------------------------*/

/* With the GIL. */
static void
keep_gil(void *unused)
{
    (void)unused;
    (void)block(1);
}

static void
child_is_told(void)
{
    E2E_CHECK_INT(a.add(1, 2), LIFE_FAILED);
    E2E_CHECK_INT(embed_last_error()->status, EMBED_E_FORK);
    E2E_CHECK_INT(a.add(1, 2), LIFE_FAILED);
    E2E_CHECK_INT(b.add(1, 2), 3); /* others go on */
    E2E_CHECK_INT(embed_retry(a.name), EMBED_OK);
    E2E_CHECK_INT(a.run("result = bump()"), 4); /* anew */
}

static void
child_starts_anew(void)
{
    E2E_CHECK_INT(a.run("result = bump()"), 4);
    E2E_CHECK_INT(a.run("result = bump()"), 5);
}

static void
child_fails(void)
{
    E2E_CHECK_INT(a.add(1, 2), LIFE_FAILED);
    E2E_CHECK_INT(embed_last_error()->status, EMBED_E_FORK);
}

static void
gil_scenario(void *policy)
{
    E2E_CHECK_INT(setenv("EMBED_LOG", "warning", 1), 0);
    life_load(&a, 'a', NULL, NULL); /* known before it starts */
    if (policy != NULL) {
        E2E_CHECK_INT(embed_set_option(a.name, "on_fork", policy), EMBED_OK);
    }
    load('a');
    life_load(&b, 'b', NULL, NULL);
    E2E_CHECK_INT(b.add(1, 2), 3);
    E2E_CHECK_INT(a.run("result = bump()"), 4);
    E2E_CHECK_INT(embed_call_pending(a.name, keep_gil, NULL), EMBED_OK);
    life_wait(&inside);
    E2E_CHECK_INT(
        forks_wait(policy == NULL ? child_is_told : child_starts_anew), 0);
    (void)sem_post(&leave);
    E2E_CHECK_INT(a.run("result = bump()"), 5);
}

static void
what_cannot_be_kept_fails_and_says_so_once(void **state)
{
    (void)state; /* R11 */
    e2e_not_shared();
    const e2e_result *r = e2e_expect_ok(gil_scenario, NULL, 60);
    assert_int_equal(life_count(r->err, "libembed: warning: lifea: "), 1);
    assert_int_equal(life_count(r->err, "lifea.life_add() called"), 2);
    r = e2e_expect_ok(gil_scenario, (char[]){"restart"}, 60);
    assert_string_equal(r->err, "");
}

static void
policy_scenario(void *arg)
{
    const keep_case *c = arg;
    life_load(&a, c->letter, NULL, NULL);
    E2E_CHECK_INT(embed_set_option(a.name, "on_fork", "sometimes"),
                  EMBED_E_INVALID);
    E2E_CHECK(strstr(embed_last_error()->message, "keep, restart or fail") !=
              NULL);
    E2E_CHECK_INT(
        embed_set_option(a.name, "on_fork", c->place == 0 ? "restart" : "fail"),
        EMBED_OK);
    load(c->letter);
    E2E_CHECK_INT(a.run("result = bump()"), 4);
    for (int i = 0; i < 3; i++) {
        E2E_CHECK_INT(
            forks_wait(c->place == 0 ? child_starts_anew : child_fails), 0);
    }
    E2E_CHECK_INT(a.run("result = bump()"), 5);
}

static void
an_extension_may_start_anew_or_fail_in_the_child(void **state)
{
    (void)state;
    bool is_shared = e2e_is_pypy() || getenv("EMBED_SHARED_INTERP") != NULL;
    for (const char *letter = letters(); *letter != '\0'; letter++) {
        if (*letter != 's' && !is_shared) {
            e2e_expect_ok(policy_scenario, &(keep_case){.letter = *letter}, 60);
        }
        e2e_expect_ok(policy_scenario,
                      &(keep_case){.letter = *letter, .place = 1}, 60);
    }
}

static void
restart_shared_scenario(void *unused)
{
    (void)unused;
    life_load(&a, 's', NULL, NULL);
    E2E_CHECK_INT(embed_set_option(a.name, "on_fork", "restart"), EMBED_OK);
    E2E_CHECK_INT(embed_start(a.name), EMBED_E_INIT);
    E2E_CHECK(strstr(embed_last_error()->message, "on_fork") != NULL);
    E2E_CHECK_INT(embed_set_option(a.name, "on_fork", NULL), EMBED_OK);
    E2E_CHECK_INT(embed_retry(a.name), EMBED_OK);
}

static void
a_shared_interpreter_cannot_start_anew(void **state)
{
    (void)state;
    e2e_expect_ok(restart_shared_scenario, NULL, 60);
}

/* --- moments --------------------------------------------------------------*/

static void
child_of_hold(void)
{
    E2E_CHECK_INT(a.run("result = bump()"), 4);
    E2E_CHECK_INT(b.add(1, 2), 3);
    E2E_CHECK_INT(embed_release(a.name), EMBED_OK);
    E2E_CHECK_INT(a.run("result = bump()"), 5);
    E2E_CHECK_INT(b.add(1, 2), 3);
}

static void
hold_scenario(void *unused)
{
    (void)unused;
    load('a');
    life_load(&b, 'b', NULL, NULL);
    E2E_CHECK_INT(b.add(1, 2), 3);
    E2E_CHECK_INT(embed_hold(a.name), EMBED_OK);
    E2E_CHECK_INT(a.add(1, 2), 3);
    for (int i = 0; i < ROUNDS; i++) {
        E2E_CHECK_INT(forks_wait(child_of_hold), 0);
    }
    E2E_CHECK_INT(a.run("result = bump()"), 4);
    E2E_CHECK_INT(embed_release(a.name), EMBED_OK);
}

static void
fork_during_a_hold_keeps_all_extensions(void **state)
{
    (void)state; /* R11 */
    e2e_not_on_pypy();
    e2e_expect_ok(hold_scenario, NULL, 60);
}

static void
child_ends(void)
{
}

/* The exit handlers do not wait for threads that are not there. */
static void
exit_scenario(void *unused)
{
    (void)unused;
    E2E_CHECK_INT(setenv("EMBED_EXIT_TIMEOUT_MS", "40000", 1), 0);
    load('a');
    E2E_CHECK_INT(a.run(places[0].code), 0);
    life_wait(&inside);
    double start = e2e_now();
    E2E_CHECK_INT(forks_wait(child_ends), 0);
    E2E_CHECK(e2e_now() - start < 10);
    thread_end();
}

static void
a_child_does_not_wait_for_lost_threads_at_its_exit(void **state)
{
    (void)state; /* R10 */
    e2e_not_on_pypy();
    e2e_expect_ok(exit_scenario, NULL, 60);
}

static void
grandchild(void)
{
    E2E_CHECK_INT(a.run("result = bump()"), 5);
}

static void
child_that_forks(void)
{
    E2E_CHECK_INT(a.run("result = bump()"), 4);
    E2E_CHECK_INT(forks_wait(grandchild), 0);
    E2E_CHECK_INT(a.run("t = threading.Thread(target=lib.life_host, args=(1,))"
                        "\nt.start()"),
                  0);
    life_wait(&inside);
    E2E_CHECK_INT(forks_wait(grandchild), 0);
    (void)sem_post(&leave);
    E2E_CHECK_INT(a.run("t.join(); result = bump()"), 5);
}

static void
untouched_child_that_forks(void)
{
    E2E_CHECK_INT(forks_wait(child_goes_on), 0);
    child_goes_on();
}

static void
grandchild_scenario(void *unused)
{
    (void)unused;
    load('a');
    E2E_CHECK_INT(a.run(places[0].code), 0);
    life_wait(&inside);
    for (int i = 0; i < 5; i++) {
        E2E_CHECK_INT(forks_wait(child_that_forks), 0);
        E2E_CHECK_INT(forks_wait(untouched_child_that_forks), 0);
    }
    thread_end();
}

static void
children_with_lost_threads_may_fork(void **state)
{
    (void)state; /* R11 */
    forks_need_quiet_allocator();
    e2e_expect_ok(grandchild_scenario, NULL, 60);
}

static atomic_bool stop;

static void *
reloading(void *unused)
{
    (void)unused;
    while (!atomic_load(&stop)) {
        E2E_CHECK_INT(embed_reload(a.name, 2000), EMBED_OK);
        (void)sem_post(&inside);
    }
    return NULL;
}

static void
child_of_reload(void)
{
    E2E_CHECK_INT(a.add(1, 2), 3);
    E2E_CHECK_INT(b.add(1, 2), 3);
}

static void
reload_scenario(void *unused)
{
    (void)unused;
    load('a');
    life_load(&b, 'b', NULL, NULL);
    E2E_CHECK_INT(b.add(1, 2), 3);
    pthread_t thread = life_thread(reloading, NULL);
    life_wait(&inside);
    for (int i = 0; i < ROUNDS * 3; i++) {
        E2E_CHECK_INT(forks_wait(child_of_reload), 0);
    }
    atomic_store(&stop, true);
    life_join(thread);
    E2E_CHECK_INT(a.add(1, 2), 3);
}

static void
fork_while_another_thread_reloads(void **state)
{
    (void)state; /* R11 */
    e2e_not_shared();
    forks_need_quiet_allocator();
    e2e_expect_ok(reload_scenario, NULL, 100);
}

int
main(void)
{
#if defined(__SANITIZE_THREAD__)
    (void)puts("ThreadSanitizer cannot start threads in a fork child");
    return 77;
#endif
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_state_is_kept_whatever_threads_are_doing),
        cmocka_unit_test(the_state_is_kept_while_a_call_is_blocked),
        cmocka_unit_test(locks_of_logging_are_free_in_the_child),
        cmocka_unit_test(functions_of_register_at_fork_are_called_in_the_child),
        cmocka_unit_test(
            an_import_of_another_thread_is_done_again_in_the_child),
        cmocka_unit_test(what_cannot_be_kept_fails_and_says_so_once),
        cmocka_unit_test(an_extension_may_start_anew_or_fail_in_the_child),
        cmocka_unit_test(a_shared_interpreter_cannot_start_anew),
        cmocka_unit_test(fork_during_a_hold_keeps_all_extensions),
        cmocka_unit_test(a_child_does_not_wait_for_lost_threads_at_its_exit),
        cmocka_unit_test(children_with_lost_threads_may_fork),
        cmocka_unit_test(fork_while_another_thread_reloads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

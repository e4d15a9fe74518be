/* test_generations.c - children of forks that fork, with Python threads that
 * compute in parent, child and grandchild: each has the state that its parent
 * had.
 *
 * STRESS_SECONDS says for how long.  A process that fails or hangs writes a line
 * with its stage; one that hangs then ends by SIGABRT, for a core file.
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

#define USUAL_S       30.0
#define EXTRA_S       120
#define FORKING       2 /* threads of the first process */
#define GRANDCHILDREN 3 /* of each child */
#define GENERATIONS   3
#define FAILED_EXIT   98

static const char *const letters = "asu";
#define N_LIVES 3

static life lives[N_LIVES];
static double stop_at;
static atomic_int n_children; /* of the first process */
static int generation;

/* Where this process is, for who reads of its end. */
static const char *_Atomic stage = "start";

/* The value that was found is the parent's. */
static const char script[] =
    "import threading, time\n"
    "value = 0\n"
    "threads = []\n"
    "go = True\n"
    "def compute():\n"
    "    n = 0\n"
    "    while go: n += len([n])\n"
    "def sleep():\n"
    "    while go: time.sleep(0.001)\n"
    "def spawn(*targets):\n"
    "    global go\n"
    "    go = True\n"
    "    for target in targets:\n"
    "        threads.append(threading.Thread(target=target, daemon=False))\n"
    "        threads[-1].start()\n"
    "def end():\n"
    "    global go\n"
    "    go = False\n"
    "    for t in threads: t.join()\n"
    "    threads.clear()\n"
    "spawn(compute, sleep)\n";

/* --- what is told ---------------------------------------------------------*/

static void
tell(const char *what, int number)
{
    const embed_error *error = embed_last_error();
    (void)fprintf(stderr, "%d: generation %d, %s: %s %d; status %d, %s\n",
                  (int)getpid(), generation, atomic_load(&stage), what, number,
                  (int)error->status, error->message);
}

static void
hanging(int signal)
{
    static const char text[] = " does not end; it hangs at: ";
    const char *at = atomic_load(&stage);
    (void)signal;
    if (write(STDERR_FILENO, text, sizeof text - 1) < 0 ||
        write(STDERR_FILENO, at, strlen(at)) < 0) {
        _exit(FAILED_EXIT);
    }
    abort();
}

/* Runs code in an extension; it must leave `expected`. */
static void
run(const life *l, const char *what, const char *code, int expected)
{
    atomic_store(&stage, what);
    int got = l->run(code);
    if (got != expected) {
        tell(l->name, got);
        _exit(FAILED_EXIT);
    }
}

/* --- generations ----------------------------------------------------------*/

typedef struct child_args {
    int value; /* what each extension has */
    int number;
} child_args;

static void generation_run(child_args args);

static void
child_main(child_args args)
{
    generation++;
    forks_in_child();
    (void)signal(SIGALRM, hanging);
    generation_run(args);
    atomic_store(&stage, "exit");
    if (args.number % 2 == 0) {
        exit(0); /* NOLINT(concurrency-mt-unsafe): handlers are the point */
    }
    _exit(0);
}

static void
child_wait(child_args args)
{
    int status = 0;
    pid_t pid = e2e_fork();
    E2E_CHECK(pid >= 0);
    if (pid == 0) {
        child_main(args);
    }
    while (waitpid(pid, &status, 0) < 0) {
        E2E_CHECK_INT(errno, EINTR);
    }
    if (status != 0) {
        tell("the status of a child is", status);
        _exit(FAILED_EXIT);
    }
}

/* All have the value of the parent, and take the next. */
static void
values_bump(int value)
{
    for (int i = 0; i < N_LIVES; i++) {
        run(&lives[i], "has its value", "result = value", value);
        run(&lives[i], "takes the next", "value += 1; result = value",
            value + 1);
    }
}

static void
generation_run(child_args args)
{
    values_bump(args.value);
    for (int i = 0; i < N_LIVES; i++) {
        run(&lives[i], "has no threads",
            "result = threading.active_count()\n"
            "result = any(t.is_alive() for t in threads)\n",
            0);
        run(&lives[i], "ends what is not there", "end()", 0);
        run(&lives[i], "computes", "spawn(compute, sleep)", 0);
    }
    if (generation < GENERATIONS) {
        for (int i = 0; i < GRANDCHILDREN; i++) {
            atomic_store(&stage, "forks");
            child_wait((child_args){args.value + 1, args.number + i});
        }
    }
    for (int i = 0; i < N_LIVES; i++) {
        run(&lives[i], "has kept its value", "result = value", args.value + 1);
        run(&lives[i], "ends its threads", "end()", 0);
    }
}

static void *
forking(void *unused)
{
    (void)unused;
    while (e2e_now() < stop_at) {
        child_wait((child_args){0, atomic_fetch_add(&n_children, 1)});
    }
    return NULL;
}

static void *
calling(void *unused)
{
    (void)unused;
    for (int i = 0; e2e_now() < stop_at; i++) {
        E2E_CHECK_INT(lives[i % N_LIVES].add(i, 1), i + 1);
    }
    return NULL;
}

static void
generations_scenario(void *seconds)
{
    pthread_t threads[FORKING + 1];
    for (int i = 0; i < N_LIVES; i++) {
        life_load(&lives[i], letters[i], script, NULL);
        E2E_CHECK_INT(embed_start(lives[i].name), EMBED_OK);
    }
    stop_at = e2e_now() + *(double *)seconds;
    for (int i = 0; i < FORKING; i++) {
        threads[i] = life_thread(forking, NULL);
    }
    threads[FORKING] = life_thread(calling, NULL);
    for (int i = 0; i < FORKING + 1; i++) {
        life_join(threads[i]);
    }
    for (int i = 0; i < N_LIVES; i++) {
        run(&lives[i], "has noticed nothing", "end(); result = value", 0);
    }
    int n = atomic_load(&n_children);
    (void)printf("%d children with %d grandchildren, and %d of these\n", n,
                 n * GRANDCHILDREN, n * GRANDCHILDREN * GRANDCHILDREN);
}

static void
each_generation_has_the_state_of_the_one_before(void **state)
{
    (void)state; /* R11 */
    forks_need_quiet_allocator();
    double seconds = e2e_stress_seconds(USUAL_S);
    const e2e_result *r = e2e_expect_ok(generations_scenario, &seconds,
                                        (unsigned)seconds + EXTRA_S);
    (void)printf("%s", r->out);
    assert_string_equal(r->err, "");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_generation_has_the_state_of_the_one_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

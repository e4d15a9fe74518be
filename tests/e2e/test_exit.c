/* test_exit.c - the end of the process and embed_shutdown().
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
#include "tests/support/life.h"
#include "tests/support/shell.h"

/* Exit waits this long for what does not end (EMBED_EXIT_TIMEOUT_MS). */
#define EXIT_MS   "300"
#define EXIT_SLOW 20.0 /* seconds; a child that hangs takes longer */

static life a;
static life b;

static e2e_result r;

/* Runs a scenario that is to end with `code`, without being killed. */
static void
run_to(e2e_scenario *scenario, void *arg, int code)
{
    e2e_run(scenario, arg, 30, &r);
    if (r.exit_code != code) {
        fail_msg("exit %d, signal %d%s, expected exit %d\n--- stdout\n%s--- "
                 "stderr\n%s",
                 r.exit_code, r.signal, r.timed_out ? ", out of time" : "",
                 code, r.out, r.err);
    }
}

/* --- ways to end ----------------------------------------------------------*/

static int
exit_inside(int code)
{
    exit(code); /* NOLINT(concurrency-mt-unsafe): the point */
}

static void *
exit_thread(void *code)
{
    exit(*(int *)code); /* NOLINT(concurrency-mt-unsafe): the point */
}

static void
say(life *l, char letter)
{
    static char code[256];
    life_load(l, letter, NULL, exit_inside);
    (void)snprintf(code, sizeof code,
                   "import atexit\n"
                   "print('hello %c')\n"
                   "atexit.register(lambda: print('bye %c'))\n"
                   "def end():\n"
                   "    print('not flushed', end=' ')\n"
                   "    lib.life_host(7)\n",
                   letter, letter);
    E2E_CHECK_INT(l->run(code), 0);
}

typedef enum way {
    WAY_RETURN,
    WAY_EXIT,
    WAY_THREAD,
    WAY_INSIDE,
    WAY_INSIDE_THREAD,
    WAY_SHUTDOWN,
} way;

static void *
end_inside(void *unused)
{
    (void)unused;
    (void)a.run("end()");
    return NULL;
}

static void
end_scenario(void *arg)
{
    static int seven = 7;
    say(&a, 'a');
    say(&b, 's');
    switch (*(way *)arg) {
    case WAY_RETURN:
        return;
    case WAY_EXIT:
        exit(7); /* NOLINT(concurrency-mt-unsafe) */
    case WAY_THREAD:
        life_join(life_thread(exit_thread, &seven));
        break;
    case WAY_INSIDE:
        (void)end_inside(NULL);
        break;
    case WAY_INSIDE_THREAD:
        life_join(life_thread(end_inside, NULL));
        break;
    case WAY_SHUTDOWN:
        E2E_CHECK_INT(embed_shutdown(20000), EMBED_OK);
        _exit(7);
    }
}

static void
output_is_flushed_and_exit_handlers_run(void **state)
{
    (void)state; /* R10, O10, X1 */
    for (way w = WAY_RETURN; w <= WAY_SHUTDOWN; w++) {
        run_to(end_scenario, &w, w == WAY_RETURN ? 0 : 7);
        assert_int_equal(life_count(r.out, "hello a\n"), 1);
        assert_int_equal(life_count(r.out, "bye a\n"), 1);
        assert_int_equal(life_count(r.out, "hello s\n"), 1);
        assert_int_equal(life_count(r.out, "bye s\n"), 1);
        assert_int_equal(life_count(r.out, "not flushed"),
                         w == WAY_INSIDE || w == WAY_INSIDE_THREAD);
        assert_string_equal(r.err, "");
        assert_true(r.seconds < EXIT_SLOW);
    }
}

static void
underscore_exit_scenario(void *unused)
{
    (void)unused;
    say(&a, 'a');
    _exit(5);
}

static void
underscore_exit_ends_at_once_and_runs_nothing(void **state)
{
    (void)state; /* R10 */
    e2e_not_on_pypy();
    run_to(underscore_exit_scenario, NULL, 5);
    assert_string_equal(r.out, "");
    assert_string_equal(r.err, "");
}

/* What handlers and finalisers may do. */
static void
handler_scenario(void *unused)
{
    (void)unused;
    life_load(&a, 'a', NULL, NULL);
    E2E_CHECK_INT(a.run("import atexit, sys, threading, json\n"
                        "def fails(): raise ValueError('in handler')\n"
                        "def leaves(): sys.exit(9)\n"
                        "def works():\n"
                        "    t = threading.Thread(target=print, args=['t'])\n"
                        "    t.start(); t.join()\n"
                        "    print(json.dumps(lib.LIFE_FAILED_VALUE))\n"
                        "atexit.register(works)\n"
                        "atexit.register(leaves)\n"
                        "atexit.register(fails)\n"),
                  0);
}

static void
a_failing_exit_handler_does_not_stop_the_others(void **state)
{
    (void)state; /* R10 */
    run_to(handler_scenario, NULL, 0);
    assert_non_null(strstr(r.out, "-9\n"));
    assert_int_equal(life_count(r.err, "ValueError: in handler"), 1);
}

/* --- threads about --------------------------------------------------------*/

static void
threads_scenario(void *code)
{
    (void)setenv("EMBED_EXIT_TIMEOUT_MS", EXIT_MS, 1);
    life_load(&a, 'a', NULL, NULL);
    E2E_CHECK_INT(a.run("import threading, time\nprint('begun')"), 0);
    E2E_CHECK_INT(a.run(code), 0);
}

static void
python_threads_that_do_not_end_do_not_hold_the_exit(void **state)
{
    (void)state; /* R10 */
    const char *const endless[] = {
        "threading.Thread(target=time.sleep, args=[1000]).start()",
        "def busy():\n"
        "    while True: pass\n"
        "threading.Thread(target=busy).start()",
        "def busy():\n"
        "    while True: pass\n"
        "for i in range(4): threading.Thread(target=busy).start()",
        "import concurrent.futures\n"
        "pool = concurrent.futures.ThreadPoolExecutor(2)\n"
        "pool.submit(time.sleep, 1000)",
        "lock = threading.Lock(); lock.acquire()\n"
        "threading.Thread(target=lock.acquire).start()",
        "import _thread\n_thread.start_new_thread(time.sleep, (1000,))",
        "import asyncio\n"
        "threading.Thread(target=lambda: asyncio.run("
        "asyncio.sleep(1000))).start()",
    };
    for (size_t i = 0; i < sizeof endless / sizeof endless[0]; i++) {
        char code[512];
        (void)snprintf(code, sizeof code, "%s", endless[i]);
        run_to(threads_scenario, code, 0);
        assert_string_equal(r.out, "begun\n");
        assert_true(r.seconds < EXIT_SLOW);
    }
}

static void
python_threads_that_do_not_end_are_told_of(void **state)
{
    (void)state;
    e2e_not_shared(); /* in main of 3.13 they are daemons */
    char ends[] = "threading.Thread(target=lambda: None).start()";
    char endless[] = "threading.Thread(target=time.sleep, args=[1000]).start()";
    run_to(threads_scenario, ends, 0);
    assert_string_equal(r.err, "");
    run_to(threads_scenario, endless, 0);
    assert_string_equal(r.err,
                        "libembed: warning: lifea: threads of Python code "
                        "have not ended in time: they are left "
                        "behind\n");
}

/* Exit handlers that block. */
static void
exit_handlers_that_do_not_end_do_not_hold_the_exit(void **state)
{
    (void)state; /* R10 */
    const char *const endless[] = {
        "import atexit\natexit.register(time.sleep, 1000)",
        "import atexit\nlock = threading.Lock(); lock.acquire()\n"
        "atexit.register(lock.acquire)",
        "import atexit\n"
        "def busy():\n"
        "    while True: pass\n"
        "atexit.register(busy)",
    };
    for (size_t i = 0; i < sizeof endless / sizeof endless[0]; i++) {
        char code[512];
        (void)snprintf(code, sizeof code, "%s", endless[i]);
        run_to(threads_scenario, code, 0);
        assert_string_equal(r.out, "begun\n");
        assert_int_equal(life_count(r.err, "exit handlers of Python code have "
                                           "not ended in time"),
                         1);
        assert_true(r.seconds < EXIT_SLOW);
    }
}

/* An exit handler of C code waits for a thread of Python's, which still runs. */
static sem_t asked;
static sem_t answered;

/* 1: waits to be asked; 2: answers. */
static int
question_or_answer(int what)
{
    if (what == 1) {
        life_wait(&asked);
    } else {
        (void)sem_post(&answered);
    }
    return what;
}

static void
ask(void)
{
    (void)sem_post(&asked);
    life_wait(&answered);
    (void)printf("answered\n");
}

static void
c_handler_scenario(void *is_first)
{
    (void)sem_init(&asked, 0, 0);
    (void)sem_init(&answered, 0, 0);
    if (*(bool *)is_first) {
        (void)atexit(ask);
    }
    life_load(&a, 'a', NULL, question_or_answer);
    E2E_CHECK_INT(a.run("import threading\n"
                        "def run():\n"
                        "    lib.life_host(1)\n"
                        "    lib.life_host(2)\n"
                        "threading.Thread(target=run).start()\n"),
                  0);
    if (!*(bool *)is_first) {
        (void)atexit(ask);
    }
}

static void
exit_handlers_of_c_may_wait_for_python_threads(void **state)
{
    (void)state; /* R10 */
    for (int i = 0; i < 2; i++) {
        bool is_first = i == 0;
        run_to(c_handler_scenario, &is_first, 0);
        assert_string_equal(r.out, "answered\n");
        assert_string_equal(r.err, "");
        assert_true(r.seconds < EXIT_SLOW);
    }
}

static void
python_threads_that_end_are_waited_for(void **state)
{
    (void)state; /* R10 */
    if (!e2e_is_pypy() && e2e_python_version() >= 0x030d) {
        /* In main, threads of the host are daemons to Python 3.13, and so are
         * those that they start. */
        e2e_not_shared();
    }
    char thread[] = "def run():\n"
                    "    time.sleep(.05)\n"
                    "    print('thread done')\n"
                    "threading.Thread(target=run).start()";
    char pool[] = "import concurrent.futures\n"
                  "def run():\n"
                  "    time.sleep(.05)\n"
                  "    print('thread done')\n"
                  "pool = concurrent.futures.ThreadPoolExecutor(2)\n"
                  "pool.submit(run)";
    run_to(threads_scenario, thread, 0);
    assert_string_equal(r.out, "begun\nthread done\n");
    run_to(threads_scenario, pool, 0);
    assert_string_equal(r.out, "begun\nthread done\n");
}

static sem_t inside;
static sem_t never;

static int
stuck(int what)
{
    (void)sem_post(&inside);
    while (sem_wait(&never) != 0) {
    }
    return what;
}

static void *
run_code(void *code)
{
    (void)a.run(code);
    return NULL;
}

/* The caller is in C code, or in Python code, for ever. */
static void
stuck_scenario(void *code)
{
    (void)setenv("EMBED_EXIT_TIMEOUT_MS", EXIT_MS, 1);
    (void)sem_init(&inside, 0, 0);
    (void)sem_init(&never, 0, 0);
    life_load(&a, 'a', "print('begun')", stuck);
    pthread_t thread = life_thread(run_code, code);
    (void)pthread_detach(thread);
    life_wait(&inside);
}

static void
a_call_in_flight_does_not_hold_the_exit(void **state)
{
    (void)state; /* R10 */
    char in_c[] = "lib.life_host(1)";
    char in_python[] = "import threading\n"
                       "threading.Thread(target=lib.life_host, "
                       "args=[1]).start()\n"
                       "while True: pass";
    char in_init[] = "lib.life_host(1)";
    run_to(stuck_scenario, in_c, 0);
    assert_string_equal(r.out, "begun\n");
    assert_true(r.seconds < EXIT_SLOW);
    run_to(stuck_scenario, in_python, 0);
    assert_string_equal(r.out, "begun\n");
    assert_true(r.seconds < EXIT_SLOW);
    run_to(stuck_scenario, in_init, 0);
}

/* The first call is in flight: Python is being started or init code runs. */
static void
stuck_init_scenario(void *unused)
{
    (void)unused;
    (void)setenv("EMBED_EXIT_TIMEOUT_MS", EXIT_MS, 1);
    (void)sem_init(&inside, 0, 0);
    (void)sem_init(&never, 0, 0);
    life_load(&a, 'a', "print('lost')\nlib.life_host(1)", stuck);
    life_load(&b, 'b', "print('kept')", NULL);
    E2E_CHECK_INT(b.add(1, 2), 3);
    (void)pthread_detach(life_thread(run_code, (char[]){"pass"}));
    life_wait(&inside);
}

static void
init_code_in_flight_does_not_hold_the_exit(void **state)
{
    (void)state; /* R10 */
    run_to(stuck_init_scenario, NULL, 0);
    assert_non_null(strstr(r.out, "kept\n"));
    assert_true(r.seconds < EXIT_SLOW);
}

/* Calls go on while the process ends. */
static atomic_bool hammer_stop;

static void *
hammer(void *unused)
{
    (void)unused;
    while (!atomic_load(&hammer_stop)) {
        int got = a.add(1, 2);
        if (got != 3 && got != LIFE_FAILED) {
            _exit(66);
        }
        (void)sem_post(&inside);
    }
    return NULL;
}

static void
hammer_scenario(void *unused)
{
    (void)unused;
    (void)sem_init(&inside, 0, 0);
    life_load(&a, 'a', "print('begun')", NULL);
    for (int i = 0; i < 4; i++) {
        (void)pthread_detach(life_thread(hammer, NULL));
    }
    for (int i = 0; i < 100; i++) {
        life_wait(&inside);
    }
}

static void
threads_that_go_on_calling_do_not_disturb_the_exit(void **state)
{
    (void)state; /* R10 */
    for (int round = 0; round < 10; round++) {
        run_to(hammer_scenario, NULL, 0);
        assert_string_equal(r.out, "begun\n");
    }
}

/* --- after ----------------------------------------------------------------*/

static void
host_handler(void)
{
    (void)printf("handler saw %d %d\n", a.add(1, 2), b.add(1, 2));
}

static void
after_scenario(void *twice)
{
    (void)atexit(host_handler); /* before ours: runs after it */
    life_load(&a, 'a', "print('begun a')", NULL);
    life_load(&b, 'b', "print('begun b')", NULL);
    E2E_CHECK_INT(a.add(1, 2), 3);
    E2E_CHECK_INT(a.run("import atexit\natexit.register(print, 'bye')"), 0);
    if (*(bool *)twice) {
        (void)atexit(host_handler); /* after: runs before the other */
    }
}

static void
exit_handlers_of_the_host_may_call(void **state)
{
    (void)state; /* R10, O10: extensions that were there, and new ones */
    bool twice = false;
    run_to(after_scenario, &twice, 0);
    assert_non_null(strstr(r.out, "handler saw 3 3\n"));
    assert_int_equal(life_count(r.out, "begun a\n"), 1);
    assert_int_equal(life_count(r.out, "begun b\n"), 1);
    assert_int_equal(life_count(r.out, "bye\n"), 1);
    assert_string_equal(r.err, "");
    twice = true;
    run_to(after_scenario, &twice, 0);
    assert_int_equal(life_count(r.out, "handler saw 3 3\n"), 2);
    assert_int_equal(life_count(r.out, "bye\n"), 1);
    assert_string_equal(r.err, "");
}

#define LATE_LIBRARY                                                         \
 "#include <unistd.h>\n"                                                     \
 "int (*late_call)(int x);\n"                                                \
 "__attribute__((destructor)) static void end(void)\n{\n"                    \
 "    const char *said = late_call(1) == -5 ? \"late\\n\" : \"wrong\\n\";\n" \
 "    (void)!write(1, said, 5);\n}\n"

/* A host that has its handler before its first call, and a library whose
 * destructor calls after us.  Linked with the plug-in, opened, and with libembed
 * inside. */
static void
calls_after_our_end_fail_without_a_word(void **state)
{
    (void)state; /* R10 */
    shell_only_plain();
    shell_write("ext.h", "#include \"embed/plugin.h\"\n"
                         "int ext(int x) EMBED_ON_FAILURE(-5);\n");
    shell_write("ext.py", "import atexit\nfrom ext import ffi\n"
                          "atexit.register(print, 'python ends')\n"
                          "@ffi.def_extern()\ndef ext(x): return x + 1\n");
    shell_write("late.c", LATE_LIBRARY);
    shell_write("host.c",
                "#include <dlfcn.h>\n#include <stdio.h>\n#include <stdlib.h>\n"
                "#ifdef OPENED\nstatic int (*ext)(int);\n#else\n"
                "int ext(int);\n#endif\n"
                "static void first(void) { printf(\"first %d\\n\", ext(1)); "
                "fflush(stdout); }\n"
                "__attribute__((destructor)) static void end(void)\n"
                "{ printf(\"end %d\\n\", ext(2)); fflush(stdout); }\n"
                "int main(void)\n{\n    atexit(first);\n"
                "#ifdef OPENED\n"
                "    ext = (int (*)(int))dlsym(dlopen(\"./libext.so\", "
                "RTLD_NOW), \"ext\");\n#endif\n"
                "    if (ext(0) != 1) return 1;\n"
                "    void *late = dlopen(\"./late.so\", RTLD_NOW);\n"
                "    if (late == NULL) return 2;\n"
                "    *(int (**)(int))dlsym(late, \"late_call\") = ext;\n"
                "    return 0;\n}\n");
    shell_expect(0, "$EMBED build ext.h ext.py -o libext.so --emit-c ext.c && "
                    "export L=\"-L$BUILD/lib -Wl,-rpath,$PWD,-rpath,$BUILD/lib "
                    "-ldl -lpthread\" I=-I$BUILD/include && "
                    "$CC -w -shared -fPIC $I late.c -o late.so && "
                    "$CC -w host.c -o linked -rdynamic -L. -lext -lembed $L && "
                    "$CC -w -DOPENED host.c -o opened -lembed $L && "
                    "$CC -w host.c ext.c -o inside $I -rdynamic "
                    "-Wl,--whole-archive $BUILD/lib/libembed.a "
                    "-Wl,--no-whole-archive $L");
    const char *const hosts[] = {"linked", "opened", "inside"};
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        shell_expect(0, "EMBED_HOME=$BUILD timeout 60 ./%s", hosts[i]);
        shell_expect_output("first 2\nend 3\npython ends\nlate\n");
    }
    shell_expect(0, "EMBED_LOG=debug,log timeout 60 ./linked >out && grep -c "
                    "'debug: function ext.ext() called, but the extension is "
                    "closed' log");
    shell_expect_output("1\n");
}

/* --- embed_shutdown() -----------------------------------------------------*/

static int
shut(int what)
{
    E2E_CHECK_INT(embed_shutdown(100), EMBED_E_STATE);
    E2E_CHECK_INT(a.add(1, 2), 3);
    return what;
}

static void
shutdown_scenario(void *letter)
{
    bool ends = e2e_python_version() >= 0x030d;
    life_load(&a, *(const char *)letter,
              "import atexit\nprint('begun')\n"
              "atexit.register(print, 'handler')\n",
              shut);
    life_load(&b, 'b', NULL, NULL);
    E2E_CHECK_INT(a.run("result = lib.life_host(5)"), 5);
    E2E_CHECK_INT(embed_shutdown(20000), EMBED_OK);
    embed_state state = life_state(&a);
    E2E_CHECK_INT(state, *(const char *)letter == 's' || ends
                             ? EMBED_STATE_CLOSED
                             : EMBED_STATE_PARKED);
    (void)fprintf(stderr, "closed\n");
    E2E_CHECK_INT(a.add(1, 2), LIFE_FAILED);
    E2E_CHECK_INT(embed_last_error()->status, EMBED_E_CLOSED);
    E2E_CHECK_INT(b.add(1, 2), LIFE_FAILED);
    E2E_CHECK_INT(embed_last_error()->status, EMBED_E_CLOSED);
    E2E_CHECK_INT(embed_start("lifea"),
                  *(const char *)letter == 'a' ? EMBED_E_CLOSED : EMBED_E_NAME);
    E2E_CHECK_INT(embed_retry("lifeb"), EMBED_E_CLOSED);
    E2E_CHECK_INT(embed_shutdown(20000), EMBED_OK);
    E2E_CHECK_INT(embed_shutdown(0), EMBED_OK);
    E2E_CHECK_INT(a.zero(), 0);
}

static void
shutdown_ends_extensions_and_calls_give_the_failure_value(void **state)
{
    (void)state; /* R9 */
    e2e_not_shared();
    char *letters[] = {(char[]){"a"}, (char[]){"s"}, (char[]){"u"}};
    for (size_t i = 0; i < 3; i++) {
        run_to(shutdown_scenario, letters[i], 0);
        assert_string_equal(r.out, "begun\nhandler\n");
    }
}

static void
shutdown_first_scenario(void *unused)
{
    (void)unused;
    E2E_CHECK_INT(embed_shutdown(20000), EMBED_OK);
    life_load(&a, 'a', "print('never')", NULL);
    E2E_CHECK_INT(embed_shutdown(20000), EMBED_OK);
    E2E_CHECK_INT(a.add(1, 2), LIFE_FAILED);
    E2E_CHECK_INT(embed_last_error()->status, EMBED_E_CLOSED);
}

static void
after_a_shutdown_nothing_starts(void **state)
{
    (void)state; /* R9 */
    run_to(shutdown_first_scenario, NULL, 0);
    assert_string_equal(r.out, "");
}

/* A call is in flight when the host shuts down. */
static void *
call_zero(void *unused)
{
    (void)unused;
    E2E_CHECK_INT(a.run("lib.life_host(1)\nresult = 3"), 3);
    return NULL;
}

static void
shutdown_busy_scenario(void *unused)
{
    (void)unused;
    (void)sem_init(&inside, 0, 0);
    (void)sem_init(&never, 0, 0);
    life_load(&a, 'a', "print('begun')", stuck);
    pthread_t thread = life_thread(call_zero, NULL);
    life_wait(&inside);
    double start = e2e_now();
    E2E_CHECK_INT(embed_shutdown(200), EMBED_E_TIMEOUT);
    E2E_CHECK(e2e_now() - start < EXIT_SLOW);
    E2E_CHECK(strstr(embed_last_error()->message, "lifea") != NULL);
    E2E_CHECK_INT(life_state(&a), EMBED_STATE_PARKED);
    E2E_CHECK_INT(a.add(1, 2), LIFE_FAILED);
    (void)sem_post(&never);
    life_join(thread);
    E2E_CHECK_INT(embed_shutdown(200), EMBED_OK);
}

static void
shutdown_parks_what_does_not_end_in_time(void **state)
{
    (void)state; /* R8, R9 */
    run_to(shutdown_busy_scenario, NULL, 0);
    assert_string_equal(r.out, "begun\n");
}

/* Its init code is under way. */
static void
shutdown_creating_scenario(void *unused)
{
    (void)unused;
    (void)sem_init(&inside, 0, 0);
    (void)sem_init(&never, 0, 0);
    life_load(&a, 'a', "lib.life_host(1)", stuck);
    pthread_t thread = life_thread(run_code, (char[]){"pass"});
    life_wait(&inside);
    E2E_CHECK_INT(embed_shutdown(50), EMBED_E_TIMEOUT);
    E2E_CHECK_STR(embed_last_error()->message, "lifea is still being created");
    (void)sem_post(&never);
    life_join(thread);
    E2E_CHECK_INT(embed_shutdown(20000), EMBED_OK);
    E2E_CHECK_INT(a.add(1, 2), LIFE_FAILED);
    E2E_CHECK_INT(embed_last_error()->status, EMBED_E_CLOSED);
}

static void
shutdown_does_not_wait_for_init_code_for_ever(void **state)
{
    (void)state; /* R9 */
    run_to(shutdown_creating_scenario, NULL, 0);
}

/* With threads of Python's own about, and cached states of other threads. */
static void *
call_and_stay(void *unused)
{
    (void)unused;
    E2E_CHECK_INT(a.add(1, 2), 3);
    (void)sem_post(&inside);
    life_wait(&never);
    E2E_CHECK_INT(a.add(1, 2), LIFE_FAILED);
    return NULL;
}

static void
shutdown_states_scenario(void *unused)
{
    (void)unused;
    (void)sem_init(&inside, 0, 0);
    (void)sem_init(&never, 0, 0);
    life_load(&a, 'a', "import json, datetime", NULL);
    pthread_t thread = life_thread(call_and_stay, NULL);
    life_wait(&inside);
    E2E_CHECK_INT(embed_shutdown(20000), EMBED_OK);
    embed_state state = life_state(&a);
    E2E_CHECK(state == EMBED_STATE_PARKED || state == EMBED_STATE_CLOSED);
    (void)sem_post(&never);
    life_join(thread);
    E2E_CHECK_INT(a.add(1, 2), LIFE_FAILED);
}

static void
shutdown_leaves_idle_threads_of_the_host_alone(void **state)
{
    (void)state; /* R1, R9 */
    run_to(shutdown_states_scenario, NULL, 0);
}

static void *
shutdown_thread(void *unused)
{
    (void)unused;
    embed_status status = embed_shutdown(2000);
    E2E_CHECK(status == EMBED_OK);
    return NULL;
}

static void
shutdown_race_scenario(void *unused)
{
    (void)unused;
    pthread_t threads[4];
    life_load(&a, 'a', "print('begun')", NULL);
    life_load(&b, 'b', NULL, NULL);
    E2E_CHECK_INT(a.add(1, 2), 3);
    E2E_CHECK_INT(b.add(1, 2), 3);
    for (int i = 0; i < 4; i++) {
        threads[i] = life_thread(shutdown_thread, NULL);
    }
    for (int i = 0; i < 4; i++) {
        life_join(threads[i]);
    }
    E2E_CHECK_INT(a.add(1, 2), LIFE_FAILED);
}

static void
shutdown_may_come_from_several_threads_at_once(void **state)
{
    (void)state; /* R9 */
    for (int round = 0; round < 5; round++) {
        run_to(shutdown_race_scenario, NULL, 0);
        assert_string_equal(r.out, "begun\n");
    }
}

int
main(void)
{
    /* Where nothing hangs a busy machine may take its time. */
    (void)setenv("EMBED_EXIT_TIMEOUT_MS", "20000", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(output_is_flushed_and_exit_handlers_run),
        cmocka_unit_test(underscore_exit_ends_at_once_and_runs_nothing),
        cmocka_unit_test(a_failing_exit_handler_does_not_stop_the_others),
        cmocka_unit_test(python_threads_that_do_not_end_do_not_hold_the_exit),
        cmocka_unit_test(python_threads_that_do_not_end_are_told_of),
        cmocka_unit_test(exit_handlers_that_do_not_end_do_not_hold_the_exit),
        cmocka_unit_test(exit_handlers_of_c_may_wait_for_python_threads),
        cmocka_unit_test(python_threads_that_end_are_waited_for),
        cmocka_unit_test(a_call_in_flight_does_not_hold_the_exit),
        cmocka_unit_test(init_code_in_flight_does_not_hold_the_exit),
        cmocka_unit_test(threads_that_go_on_calling_do_not_disturb_the_exit),
        cmocka_unit_test(exit_handlers_of_the_host_may_call),
        cmocka_unit_test_setup_teardown(calls_after_our_end_fail_without_a_word,
                                        shell_enter, shell_leave),
        cmocka_unit_test(
            shutdown_ends_extensions_and_calls_give_the_failure_value),
        cmocka_unit_test(after_a_shutdown_nothing_starts),
        cmocka_unit_test(shutdown_parks_what_does_not_end_in_time),
        cmocka_unit_test(shutdown_does_not_wait_for_init_code_for_ever),
        cmocka_unit_test(shutdown_leaves_idle_threads_of_the_host_alone),
        cmocka_unit_test(shutdown_may_come_from_several_threads_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

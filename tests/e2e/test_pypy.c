/* test_pypy.c - what is PyPy's own: one interpreter, its stack, its start.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <complex.h>
#include <errno.h>
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "tests/support/e2e.h"
#include "tests/support/life.h"
#include "tests/support/pythons.h"
#include "tests/support/shell.h"

/* Of kernels newer than our headers. */
#ifndef PR_SET_MDWE
# define PR_SET_MDWE              65
# define PR_MDWE_REFUSE_EXEC_GAIN 1
#endif

#define RACERS    8
#define TIMEOUT_S 60

static life a;
static life b;

static void
load(void)
{
    life_load(&a, 'a', "value = 1", NULL);
    life_load(&b, 'b', "value = 2", NULL);
}

/* --- the interpreter ------------------------------------------------------*/

static void
interpreter_scenario(void *unused)
{
    (void)unused;
    load();
    E2E_CHECK_INT(a.run("import sys; result = 'PyPy' in sys.version"), 1);
    E2E_CHECK_INT(b.run("import sys; sys.mark = 5; result = value"), 2);
    E2E_CHECK_INT(a.run("import sys; result = sys.mark * 10 + value"), 51);
    embed_info info = EMBED_INFO_INIT;
    E2E_CHECK_INT(embed_lookup("lifea", &info), EMBED_OK);
    E2E_CHECK_INT(info.isolation, EMBED_ISOLATION_SHARED);
    E2E_CHECK_INT(info.interp_id, 0);
    E2E_CHECK_INT(a.run("import sys\n"
                        "result = sys.argv == [''] and '__main__' in "
                        "sys.modules and sys.executable != '*'"),
                  1);
}

static void
all_extensions_are_in_one_interpreter_with_globals_of_their_own(void **state)
{
    (void)state; /* R20 */
    (void)e2e_expect_ok(interpreter_scenario, NULL, TIMEOUT_S);
}

static void *
racer(void *unused)
{
    (void)unused;
    E2E_CHECK_INT(a.add(1, 2), 3);
    E2E_CHECK_INT(b.add(1, 2), 3);
    return NULL;
}

static void
race_scenario(void *unused)
{
    (void)unused;
    pthread_t threads[RACERS];
    life_load(&a, 'a',
              "import sys; sys.started = getattr(sys, 'started', 0) + 1", NULL);
    life_load(&b, 'b', NULL, NULL);
    for (int i = 0; i < RACERS; i++) {
        threads[i] = life_thread(racer, NULL);
    }
    for (int i = 0; i < RACERS; i++) {
        life_join(threads[i]);
    }
    E2E_CHECK_INT(a.run("import sys; result = sys.started"), 1);
}

static void
threads_may_race_for_the_first_call(void **state)
{
    (void)state; /* R6 */
    (void)e2e_expect_ok(race_scenario, NULL, TIMEOUT_S);
}

static void
guest_scenario(void *unused)
{
    (void)unused;
    struct sigaction before;
    struct sigaction after;
    char locale[64];
    (void)snprintf(locale, sizeof locale, "%s", setlocale(LC_CTYPE, NULL));
    (void)sigaction(SIGINT, NULL, &before);
    life_load(&a, 'a', NULL, NULL);
    errno = 77;
    E2E_CHECK_INT(a.add(1, 2), 3);
    E2E_CHECK_INT(errno, 77);
    E2E_CHECK_STR(setlocale(LC_CTYPE, NULL), locale);
    (void)sigaction(SIGINT, NULL, &after);
    E2E_CHECK(before.sa_handler == after.sa_handler);
}

static void
the_process_is_left_as_it_was(void **state)
{
    (void)state; /* R13 */
    (void)setenv("LC_ALL", "C.UTF-8", 1);
    (void)e2e_expect_ok(guest_scenario, NULL, TIMEOUT_S);
}

/* --- failures -------------------------------------------------------------*/

static void
error_scenario(void *unused)
{
    (void)unused;
    life_load(&a, 'a', "raise ValueError('not today')", NULL);
    E2E_CHECK_INT(a.add(1, 2), LIFE_FAILED);
    const embed_error *error = embed_last_error();
    E2E_CHECK_INT(error->status, EMBED_E_INIT);
    E2E_CHECK_STR(error->type, "ValueError");
    E2E_CHECK_STR(error->value, "not today");
    E2E_CHECK(strstr(error->traceback, "raise ValueError") != NULL ||
              strstr(error->traceback, "not today") != NULL);
    life_set_script(&a, "value = 3");
    E2E_CHECK_INT(embed_retry("lifea"), EMBED_OK);
    E2E_CHECK_INT(a.run("result = value"), 3);
    E2E_CHECK_INT(a.run("raise KeyError('k')"), LIFE_FAILED);
    error = embed_last_error();
    E2E_CHECK_INT(error->status, EMBED_E_EXCEPTION);
    E2E_CHECK_STR(error->type, "KeyError");
    E2E_CHECK_STR(error->function, "life_run");
    E2E_CHECK(strstr(error->traceback, "in life_run") != NULL);
    E2E_CHECK_INT(a.run("import sys; sys.exit(3)"), LIFE_FAILED);
    E2E_CHECK_INT(a.add(1, 2), 3);
}

static void
failures_are_reported_with_their_traceback_and_init_may_be_retried(void **state)
{
    (void)state; /* R12, R18 */
    (void)e2e_expect_ok(error_scenario, NULL, TIMEOUT_S);
}

static void
missing_scenario(void *unused)
{
    (void)unused;
    (void)setenv("EMBED_PYTHON", "pypy3.99", 1);
    life_load(&a, 'a', NULL, NULL);
    E2E_CHECK_INT(a.add(1, 2), LIFE_FAILED);
    E2E_CHECK_INT(embed_last_error()->status, EMBED_E_PYTHON);
    E2E_CHECK(strstr(embed_last_error()->message, "libpypy3.99-c.so") != NULL);
}

static void
a_pypy_that_is_not_there_is_named(void **state)
{
    (void)state; /* R15 */
    (void)e2e_expect_ok(missing_scenario, NULL, TIMEOUT_S);
}

static void
no_exec_scenario(void *unused)
{
    (void)unused;
    life_load(&a, 'a', NULL, NULL);
    if (prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0) != 0) {
        (void)printf("this kernel cannot refuse such memory\n");
        return;
    }
    E2E_CHECK_INT(a.add(1, 2), LIFE_FAILED);
    E2E_CHECK_INT(embed_last_error()->status, EMBED_E_PYTHON);
    E2E_CHECK(strstr(embed_last_error()->message, "executable") != NULL);
}

static void
a_process_without_writable_and_executable_memory_is_refused(void **state)
{
    (void)state; /* R13: PyPy would abort */
    (void)e2e_expect_ok(no_exec_scenario, NULL, TIMEOUT_S);
}

static void
twice_scenario(void *unused)
{
    (void)unused;
    char copy[] = "/tmp/embed-pypy-XXXXXX";
    char command[4096];
    int fd = mkstemp(copy);
    E2E_CHECK(fd >= 0);
    (void)close(fd);
    (void)snprintf(command, sizeof command, "cp %s %s",
                   e2e_plugin_path("life/lifea"), copy);
    E2E_CHECK_INT(system(command), 0); /* NOLINT(concurrency-mt-unsafe) */
    life_load(&a, 'a', NULL, NULL);
    E2E_CHECK_INT(a.add(1, 2), 3);
    life_load_file(&b, 'a', copy);
    (void)unlink(copy);
    E2E_CHECK_INT(b.add(1, 2), LIFE_FAILED);
    E2E_CHECK_INT(embed_last_error()->status, EMBED_E_INIT);
    E2E_CHECK(strstr(embed_last_error()->message, "'lifea'") != NULL);
    E2E_CHECK_INT(a.add(1, 2), 3);
}

static void
a_second_extension_of_one_name_is_refused(void **state)
{
    (void)state; /* R20 */
    (void)e2e_expect_ok(twice_scenario, NULL, TIMEOUT_S);
}

static void
complex_scenario(void *unused)
{
    (void)unused;
    void *library = e2e_load("values");
    typedef double complex same_fn(double complex x);
    same_fn *same = E2E_FN(same_fn *, library, "same_cdouble");
    E2E_CHECK(same(1 + 2 * I) == 0);
    E2E_CHECK_INT(embed_last_error()->status, EMBED_E_EXCEPTION);
    E2E_CHECK_STR(embed_last_error()->type, "NotImplementedError");
}

static void
complex_arguments_fail_instead_of_being_wrong(void **state)
{
    (void)state; /* R18 */
    (void)e2e_expect_ok(complex_scenario, NULL, TIMEOUT_S);
}

/* --- stacks ---------------------------------------------------------------*/

static const char endless[] = "def f(): return f() + 1\n"
                              "try: f()\n"
                              "except RecursionError: result = 8";

static void *
endless_thread(void *unused)
{
    (void)unused;
    int got = a.run(endless);
    E2E_CHECK(got == 8 || got == LIFE_FAILED);
    E2E_CHECK_INT(a.add(1, 2), 3);
    return NULL;
}

static void
thread_with(size_t stack, void *(*run)(void *))
{
    pthread_attr_t attr;
    pthread_t thread;
    E2E_CHECK_INT(pthread_attr_init(&attr), 0);
    E2E_CHECK_INT(pthread_attr_setstacksize(&attr, stack), 0);
    E2E_CHECK_INT(pthread_create(&thread, &attr, run, NULL), 0);
    (void)pthread_attr_destroy(&attr);
    life_join(thread);
}

static __attribute__((noinline)) int
deep(int levels)
{
    volatile char room[1024];
    room[0] = (char)levels;
    int got = levels == 0 ? a.add(1, 2) : deep(levels - 1);
    return got + (room[0] - (char)levels);
}

static void
stack_scenario(void *unused)
{
    (void)unused;
    load();
    E2E_CHECK_INT(a.run(endless), 8);
    E2E_CHECK_INT(a.add(1, 2), 3);
    thread_with((size_t)1 << 20, endless_thread);
    thread_with((size_t)512 << 10, endless_thread);
    thread_with((size_t)256 << 10, endless_thread);
    E2E_CHECK_INT(a.add(1, 2), 3);
}

/* First from deep down, then from further up. */
static void
deep_scenario(void *unused)
{
    (void)unused;
    load();
    E2E_CHECK_INT(deep(2000), 3);
    E2E_CHECK_INT(a.add(1, 2), 3);
    E2E_CHECK_INT(deep(1000), 3);
    E2E_CHECK_INT(a.run(endless), 8);
    E2E_CHECK_INT(a.add(1, 2), 3);
}

static void
calls_may_come_from_any_depth_of_a_stack(void **state)
{
    (void)state; /* C13 */
    (void)e2e_expect_ok(deep_scenario, NULL, TIMEOUT_S);
}

static void
endless_recursion_ends_on_stacks_of_any_size(void **state)
{
    (void)state; /* C13 */
    (void)e2e_expect_ok(stack_scenario, NULL, TIMEOUT_S);
}

/* --- threads that come and go ----------------------------------------------*/

#define CHURN     20000
#define CHURN_KIB (40 * 1024) /* PyPy keeps some 600 bytes for each */
#define FRESH     200

static void *
short_thread(void *arg)
{
    E2E_CHECK_INT(a.add(1, *(int *)arg), 1 + *(int *)arg);
    return NULL;
}

static void *
fresh_thread(void *unused)
{
    (void)unused;
    E2E_CHECK_INT(a.run("result = getattr(local, 'n', 0); local.n = 9"), 0);
    E2E_CHECK_INT(a.run("result = local.n"), 9);
    return NULL;
}

static void
churn_scenario(void *unused)
{
    (void)unused;
    int n = 2;
    load();
    E2E_CHECK_INT(a.run("import threading; local = threading.local()"), 0);
    long before = 0;
    for (int i = 0; i < CHURN; i++) {
        pthread_t t;
        E2E_CHECK(pthread_create(&t, NULL,
                                 i < FRESH ? fresh_thread : short_thread,
                                 &n) == 0);
        (void)pthread_join(t, NULL);
        before = i == CHURN / 10 ? e2e_rss_kib() : before;
    }
    E2E_CHECK(e2e_rss_kib() - before < CHURN_KIB);
}

static void
twenty_thousand_threads_may_come_and_go(void **state)
{
    (void)state;
    (void)e2e_expect_ok(churn_scenario, NULL, TIMEOUT_S);
}

/* --- hosts ------------------------------------------------------------------*/

#define HOST_PY                                                    \
 "import ctypes, sys, threading\n"                                 \
 "lib = ctypes.CDLL('./libcalc.so')\n"                             \
 "def run(): print(lib.calc(2, 4))\n"                              \
 "def deep(n): return lib.calc(n, n) if n == 0 else deep(n - 1)\n" \
 "run()\n"                                                         \
 "t = threading.Thread(target=run); t.start(); t.join()\n"         \
 "print(deep(50), ctypes.CDLL('./libcalc.so').calc(5, 5))\n"

static void
host_make(void)
{
    shell_write("calc.h", "int calc(int a, int b) EMBED_ON_FAILURE(-7);\n");
    shell_write("calc.py", "import sys\nfrom calc import ffi\n"
                           "@ffi.def_extern()\n"
                           "def calc(a, b):\n"
                           "    if a == 0: raise ValueError('zero')\n"
                           "    return a + b + sys.mark\n"
                           "if not hasattr(sys, 'mark'): sys.mark = 100\n");
    shell_write("host.py", HOST_PY);
    shell_expect(0, "$EMBED build calc.h calc.py");
}

static void
a_host_that_is_pypy_shares_its_interpreter(void **state)
{
    (void)state; /* R15 */
    host_make();
    static const char expected[] = "1006\n1006\n-7 1010\n";
    /* What runs already counts, whatever EMBED_PYTHON says. */
    shell_expect(0, "sed 1a'sys.mark = 1000' host.py >pypy.py && "
                    "pypy3 pypy.py 2>err && grep -q 'ValueError: zero' err");
    shell_expect_output(expected);
    shell_expect(0, "EMBED_PYTHON=3.13 pypy3 pypy.py 2>err");
    shell_expect_output(expected);
    shell_expect(0, "env -u EMBED_PYTHON pypy3 pypy.py 2>err");
    shell_expect_output(expected);
}

static void
a_host_that_is_cpython_keeps_its_python(void **state)
{
    (void)state; /* R15 */
    pythons_line python;
    host_make();
    assert_true(pythons_first(&python));
    shell_expect(0, "%s host.py 2>err", python.executable);
    shell_expect_output("106\n106\n-7 110\n");
}

static void
a_pypy_without_its_library_is_said(void **state)
{
    (void)state; /* R13 */
    host_make();
    if (shell("unshare -m true && pypy3 -c 'import sys; print(sys.prefix)'") !=
            0 ||
        shell("unshare -m mount -t tmpfs none /mnt") != 0) {
        skip(); /* not root */
    }
    shell_write("host.c", "int calc(int, int);\n"
                          "int main(void) { return calc(1, 2) + calc(2, 2); }");
    shell_expect(0, "$CC host.c -o host -L. -lcalc -Wl,-rpath,$PWD");
    shell_expect(256 - 14, "lib=$(pypy3 -c 'import os; print(os.path.realpath("
                           "os.path.dirname(os.__file__)))'); unshare -m sh -c "
                           "\"mount -t tmpfs none $lib && ./host\"");
    shell_expect_in_output("function calc.calc() called, but PyPy does not "
                           "start: /");
    shell_expect_in_output(" does not find its standard library.  Returning "
                           "its failure value.\n");
}

/* --- control --------------------------------------------------------------*/

static void
control_scenario(void *unused)
{
    (void)unused;
    load();
    E2E_CHECK_INT(a.add(1, 2), 3);
    E2E_CHECK_INT(embed_hold("lifea"), EMBED_OK);
    E2E_CHECK_INT(a.add(1, 2), 3);
    E2E_CHECK_INT(embed_release("lifea"), EMBED_OK);
    E2E_CHECK_INT(embed_interrupt("lifea"), EMBED_E_STATE);
    E2E_CHECK_INT(embed_set_deadline("lifea", 50), EMBED_E_STATE);
    E2E_CHECK_INT(embed_set_thread_deadline(50, NULL), EMBED_E_STATE);
    E2E_CHECK_INT(embed_reload("lifea", 50), EMBED_E_STATE);
    E2E_CHECK_INT(embed_unload("lifea", 50), EMBED_E_STATE);
    E2E_CHECK_INT(embed_set_isolation("lifeb", EMBED_ISOLATION_OWN), EMBED_OK);
    E2E_CHECK_INT(b.add(1, 2), 3);
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    embed_dump(out);
    (void)fclose(out);
    E2E_CHECK(strstr(text, ", pypy, 2 extensions\nlifea: ready, level shared, "
                           "interpreter 0, /") != NULL);
    free(text);
    E2E_CHECK_INT(a.add(1, 2), 3);
    E2E_CHECK_INT(embed_shutdown(5000), EMBED_OK);
    E2E_CHECK_INT(embed_interrupt("lifea"), EMBED_E_STATE);
}

static void
what_cannot_be_controlled_says_so(void **state)
{
    (void)state;
    (void)e2e_expect_ok(control_scenario, NULL, TIMEOUT_S);
}

#define SHELL_TEST(f) \
 cmocka_unit_test_setup_teardown(f, shell_enter, shell_leave)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            all_extensions_are_in_one_interpreter_with_globals_of_their_own),
        cmocka_unit_test(threads_may_race_for_the_first_call),
        cmocka_unit_test(the_process_is_left_as_it_was),
        cmocka_unit_test(
            failures_are_reported_with_their_traceback_and_init_may_be_retried),
        cmocka_unit_test(a_pypy_that_is_not_there_is_named),
        cmocka_unit_test(
            a_process_without_writable_and_executable_memory_is_refused),
        cmocka_unit_test(a_second_extension_of_one_name_is_refused),
        cmocka_unit_test(complex_arguments_fail_instead_of_being_wrong),
        cmocka_unit_test(calls_may_come_from_any_depth_of_a_stack),
        cmocka_unit_test(endless_recursion_ends_on_stacks_of_any_size),
        cmocka_unit_test(twenty_thousand_threads_may_come_and_go),
        cmocka_unit_test(what_cannot_be_controlled_says_so),
        SHELL_TEST(a_host_that_is_pypy_shares_its_interpreter),
        SHELL_TEST(a_host_that_is_cpython_keeps_its_python),
        SHELL_TEST(a_pypy_without_its_library_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

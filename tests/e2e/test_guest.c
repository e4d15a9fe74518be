/* test_guest.c - the host and its own Python stay as they were.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dlfcn.h>
#include <errno.h>
#include <fenv.h>
#include <glob.h>
#include <limits.h>
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/e2e.h"
#include "tests/support/life.h"

#define ENVIRON_SIZE 65536
#define KERNEL_FLAG  0x04000000 /* SA_RESTORER: there once it was ever set */

static life a;
static life s;

static e2e_result r;

/* --- what a host has ------------------------------------------------------*/

typedef struct host_state {
    struct sigaction actions[NSIG];
    sigset_t mask;
    stack_t altstack;
    char locale[256];
    char name[32];
    size_t buffers[3];
    int line_buffered[3];
    int rounding;
    unsigned mxcsr;
    char cwd[PATH_MAX];
    mode_t mask_of_files;
    struct rlimit limits[RLIM_NLIMITS];
    char environment[ENVIRON_SIZE];
} host_state;

extern char **environ;

static unsigned
mxcsr_get(void)
{
#if defined(__x86_64__)
    return __builtin_ia32_stmxcsr() & ~0x3fu; /* without the sticky flags */
#else
    return 0;
#endif
}

static void
take(host_state *h)
{
    FILE *files[3] = {stdin, stdout, stderr};
    memset(h, 0, sizeof *h);
    for (int i = 1; i < NSIG; i++) {
        (void)sigaction(i, NULL, &h->actions[i]);
    }
    (void)pthread_sigmask(SIG_SETMASK, NULL, &h->mask);
    (void)sigaltstack(NULL, &h->altstack);
    (void)snprintf(h->locale, sizeof h->locale, "%s", setlocale(LC_ALL, NULL));
    (void)prctl(PR_GET_NAME, h->name);
    for (int i = 0; i < 3; i++) {
        h->buffers[i] = __fbufsize(files[i]);
        h->line_buffered[i] = __flbf(files[i]);
    }
    h->rounding = fegetround();
    h->mxcsr = mxcsr_get();
    E2E_CHECK(getcwd(h->cwd, sizeof h->cwd) != NULL);
    h->mask_of_files = umask(0);
    (void)umask(h->mask_of_files);
    for (int i = 0; i < RLIM_NLIMITS; i++) {
        (void)getrlimit((__rlimit_resource_t)i, &h->limits[i]);
    }
    size_t used = 0;
    for (char **e = environ; *e != NULL; e++) {
        size_t n = strlen(*e) + 1;
        E2E_CHECK(used + n < ENVIRON_SIZE);
        memcpy(h->environment + used, *e, n);
        used += n;
    }
}

static void
same(const host_state *x, const host_state *y)
{
    for (int i = 1; i < NSIG; i++) {
        if (x->actions[i].sa_handler != y->actions[i].sa_handler ||
            ((x->actions[i].sa_flags ^ y->actions[i].sa_flags) &
             ~KERNEL_FLAG) != 0) {
            (void)fprintf(stderr, "signal %d changed\n", i);
            E2E_CHECK(false);
        }
    }
    E2E_CHECK(memcmp(&x->mask, &y->mask, sizeof x->mask) == 0);
    E2E_CHECK(x->altstack.ss_sp == y->altstack.ss_sp);
    E2E_CHECK_STR(x->locale, y->locale);
    E2E_CHECK_STR(x->name, y->name);
    for (int i = 0; i < 3; i++) {
        E2E_CHECK(x->buffers[i] == y->buffers[i]);
        E2E_CHECK_INT(x->line_buffered[i], y->line_buffered[i]);
    }
    E2E_CHECK_INT(x->rounding, y->rounding);
    E2E_CHECK(x->mxcsr == y->mxcsr);
    E2E_CHECK_STR(x->cwd, y->cwd);
    E2E_CHECK(x->mask_of_files == y->mask_of_files);
    E2E_CHECK(memcmp(x->limits, y->limits, sizeof x->limits) == 0);
    E2E_CHECK(memcmp(x->environment, y->environment, ENVIRON_SIZE) == 0);
}

static void
on_signal(int number)
{
    (void)number;
}

/* 'd': a host that has set nothing; 'h': one with a setup of its own. */
static void
unchanged_scenario(void *arg)
{
    static host_state before;
    static host_state now;
    const char *kind = arg; /* kind[0]: host, kind[1]: extension */
    if (kind[0] == 'h') {
        struct sigaction act = {.sa_handler = on_signal};
        sigset_t mask;
        (void)sigaction(SIGINT, &act, NULL);
        (void)sigaction(SIGUSR1, &act, NULL);
        (void)sigemptyset(&mask);
        (void)sigaddset(&mask, SIGUSR2);
        (void)pthread_sigmask(SIG_BLOCK, &mask, NULL);
        (void)setlocale(LC_ALL, "C.UTF-8");
        (void)umask(027);
        (void)chdir("/tmp");
        (void)fesetround(FE_UPWARD);
        (void)setvbuf(stdout, NULL, _IOLBF, 0);
        (void)setenv("PYTHONUTF8", "0", 1);
        (void)setenv("LC_ALL", "C", 1);
    }
    take(&before);
    life_load(&a, kind[1], NULL, NULL);
    take(&now);
    same(&before, &now);
    for (int e = 0; e < 3; e++) {
        errno = 40 + e;
        E2E_CHECK_INT(a.add(1, 2), 3);
        E2E_CHECK_INT(errno, 40 + e);
        take(&now);
        same(&before, &now);
    }
    E2E_CHECK_INT(a.run("import signal, subprocess, locale, os, sys\n"
                        "import asyncio, multiprocessing, decimal, random\n"
                        "asyncio.run(asyncio.sleep(0))\n"
                        "subprocess.run(['/bin/true'], check=True)\n"
                        "print('x')\n"
                        "result = 1\n"),
                  1);
    take(&now);
    same(&before, &now);
    E2E_CHECK_INT(a.run("raise ValueError"), LIFE_FAILED);
    take(&now);
    same(&before, &now);
    E2E_CHECK_INT(embed_shutdown(20000), EMBED_OK);
    take(&now);
    same(&before, &now);
}

static void
nothing_of_the_host_is_changed(void **state)
{
    (void)state; /* R13, O11, G1, I9 */
    char *kinds[] = {(char[]){"da"}, (char[]){"ds"}, (char[]){"du"},
                     (char[]){"ha"}, (char[]){"hs"}, (char[]){"hu"}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        e2e_expect_ok(unchanged_scenario, kinds[i], 60);
    }
}

static int
raise_here(int number)
{
    return raise(number);
}

static void
sigint_scenario(void *letter)
{
    life_load(&a, *(const char *)letter, NULL, raise_here);
    E2E_CHECK_INT(a.run("import signal, asyncio, subprocess"), 0);
    E2E_CHECK_INT(a.run("lib.life_host(2)"), 0);
}

static void
sigint_still_ends_the_host(void **state)
{
    (void)state; /* R13, G1 */
    char *letters[] = {(char[]){"a"}, (char[]){"s"}, (char[]){"u"}};
    for (size_t i = 0; i < 3; i++) {
        e2e_run(sigint_scenario, letters[i], 30, &r);
        assert_int_equal(r.signal, SIGINT);
    }
}

static void
handler_scenario(void *letter)
{
    life_load(&a, *(const char *)letter, NULL, NULL);
    E2E_CHECK_INT(a.run("import signal\n"
                        "try: signal.signal(signal.SIGINT, lambda *a: 0)\n"
                        "except ValueError: result = 5\n"),
                  5);
    E2E_CHECK_INT(a.run("import signal\n"
                        "try: signal.signal(signal.SIGUSR1, signal.SIG_IGN)\n"
                        "except ValueError: result = 5\n"),
                  5);
}

static void
extensions_may_not_take_signals(void **state)
{
    (void)state; /* R13, G1 */
    e2e_expect_ok(handler_scenario, (char[]){"a"}, 30);
    e2e_expect_ok(handler_scenario, (char[]){"s"}, 30);
    e2e_expect_ok(handler_scenario, (char[]){"u"}, 30);
}

/* --- a host with a Python of its own --------------------------------------*/

typedef struct python {
    void *library;
    void (*initialize)(int signals);
    int (*finalize)(void);
    int (*run)(const char *code);
    void *(*save)(void);
    void (*restore)(void *tstate);
    int (*ensure)(void);
    void (*release)(int state);
    void *(*of_thread)(void);
    void *(*current)(void);
    void *(*interp_of)(void *tstate);
    int64_t (*id)(void *interp);
    int (*check)(void);
    const char *(*version)(void);
} python;

static python host;

static void
python_load(python *p, const char *path, int flags)
{
    p->library = dlopen(path, RTLD_NOW | flags);
    if (p->library == NULL) {
        e2e_check_failed(dlerror(), __FILE__, __LINE__);
    }
#define FIND(member, symbol) \
 p->member = E2E_FN(__typeof__(p->member), p->library, symbol)
    FIND(initialize, "Py_InitializeEx");
    FIND(finalize, "Py_FinalizeEx");
    FIND(run, "PyRun_SimpleString");
    FIND(save, "PyEval_SaveThread");
    FIND(restore, "PyEval_RestoreThread");
    FIND(ensure, "PyGILState_Ensure");
    FIND(release, "PyGILState_Release");
    FIND(of_thread, "PyGILState_GetThisThreadState");
    FIND(current, "PyThreadState_Get");
    FIND(interp_of, "PyThreadState_GetInterpreter");
    FIND(id, "PyInterpreterState_GetID");
    FIND(check, "PyGILState_Check");
    FIND(version, "Py_GetVersion");
#undef FIND
}

static void
host_start(int flags)
{
    python_load(&host, e2e_libpython_path(), flags);
    host.initialize(0);
    E2E_CHECK_INT(host.run("import sys, types\n"
                           "sys.modules['hostmodule'] = types.ModuleType('m')\n"
                           "value = 1\n"),
                  0);
}

/* Calls with the host's GIL held, and without; kind[0]: L or G for the scope
 * of libpython, kind[1]: h or n for held or not. */
static void
same_python_scenario(void *arg)
{
    const char *kind = arg;
    host_start(kind[0] == 'G' ? RTLD_GLOBAL : RTLD_LOCAL);
    life_load(&a, 'a', "import json, math, threading, sys", NULL);
    life_load(&s, 's', "import sys", NULL);
    void *mine = host.current();
    void *saved = kind[1] == 'n' ? host.save() : NULL;
    for (int i = 0; i < 3; i++) {
        E2E_CHECK_INT(a.add(1, 2), 3);
        E2E_CHECK_INT(s.add(1, 2), 3);
        if (saved == NULL) {
            E2E_CHECK(host.current() == mine);
            E2E_CHECK_INT(host.check(), 1);
            E2E_CHECK_INT(host.run("value += 1"), 0);
        }
    }
    /* Seen by the shared extension, as it lives there; not by the own one. */
    E2E_CHECK_INT(a.run("result = 'hostmodule' in sys.modules"), 0);
    E2E_CHECK_INT(s.run("result = 'hostmodule' in sys.modules"), 1);
    if (saved != NULL) {
        host.restore(saved);
    }
    E2E_CHECK(host.current() == mine);
    E2E_CHECK(host.of_thread() == mine);
    E2E_CHECK_INT(host.run("assert value in (1, 4)\nimport json"), 0);
    E2E_CHECK_INT(host.finalize(), 0);
    E2E_CHECK_INT(a.add(1, 2), LIFE_FAILED);
    E2E_CHECK_INT(embed_last_error()->status, EMBED_E_CLOSED);
    E2E_CHECK_INT(s.add(1, 2), LIFE_FAILED);
    E2E_CHECK_INT(embed_start("lifea"), EMBED_E_CLOSED);
    (void)embed_shutdown(-1);
}

static void
a_host_that_runs_the_same_python_shares_it(void **state)
{
    (void)state;       /* R15, O5, I12, X2, R4, R14 */
    e2e_not_on_pypy(); /* its hosts: test_pypy */
    char *kinds[] = {(char[]){"Gh"}, (char[]){"Gn"}, (char[]){"Lh"},
                     (char[]){"Ln"}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        e2e_expect_ok(same_python_scenario, kinds[i], 60);
    }
}

static sem_t called;
static sem_t finish;

static void *
call_and_stay(void *unused)
{
    (void)unused;
    E2E_CHECK_INT(a.add(1, 2), 3);
    E2E_CHECK_INT(s.add(1, 2), 3);
    (void)sem_post(&called);
    life_wait(&finish);
    E2E_CHECK_INT(a.add(1, 2), LIFE_FAILED);
    E2E_CHECK_INT(s.add(1, 2), LIFE_FAILED);
    return NULL;
}

/* The host ends its Python while another thread has states in all of it. */
static void
finalize_threads_scenario(void *unused)
{
    (void)unused;
    (void)sem_init(&called, 0, 0);
    (void)sem_init(&finish, 0, 0);
    host_start(RTLD_GLOBAL);
    life_load(&a, 'a', "import atexit; atexit.register(print, 'a ends')", NULL);
    life_load(&s, 's', "import atexit; atexit.register(print, 's ends')", NULL);
    void *saved = host.save();
    pthread_t thread = life_thread(call_and_stay, NULL);
    life_wait(&called);
    host.restore(saved);
    E2E_CHECK_INT(host.finalize(), 0);
    (void)sem_post(&finish);
    life_join(thread);
    E2E_CHECK_INT(a.add(1, 2), LIFE_FAILED);
}

static void
a_host_may_end_its_python_while_threads_have_states(void **state)
{
    (void)state;       /* R15, X2, R1 */
    e2e_not_on_pypy(); /* its hosts: test_pypy */
    e2e_run(finalize_threads_scenario, NULL, 60, &r);
    if (r.exit_code != 0) {
        fail_msg("exit %d signal %d\n%s\n%s", r.exit_code, r.signal, r.out,
                 r.err);
    }
    assert_int_equal(life_count(r.out, "a ends\n"), 1);
    assert_int_equal(life_count(r.out, "s ends\n"), 1);
}

/* The host starts to use Python after us: it is there already. */
static void *
gilstate_thread(void *unused)
{
    (void)unused;
    for (int i = 0; i < 3; i++) {
        int state = host.ensure();
        E2E_CHECK_INT(host.id(host.interp_of(host.current())), 0);
        E2E_CHECK_INT(host.run("import sys; assert 'lifea' not in sys.modules"),
                      0);
        E2E_CHECK_INT(a.add(1, 2), 3);
        E2E_CHECK_INT(host.id(host.interp_of(host.current())), 0);
        host.release(state);
        E2E_CHECK_INT(a.add(1, 2), 3);
        E2E_CHECK(host.of_thread() == NULL);
    }
    return NULL;
}

static void
after_us_scenario(void *unused)
{
    (void)unused;
    life_load(&a, 'a', NULL, NULL);
    E2E_CHECK_INT(a.add(1, 2), 3);
    python_load(&host, e2e_libpython_path(), RTLD_GLOBAL);
    host.initialize(0); /* does nothing, as Python runs */
    (void)gilstate_thread(NULL);
    life_join(life_thread(gilstate_thread, NULL));
    /* Nested, with the host's state kept alive. */
    int outer = host.ensure();
    void *mine = host.current();
    void *saved = host.save();
    E2E_CHECK_INT(a.add(1, 2), 3);
    E2E_CHECK(host.of_thread() == mine);
    int inner = host.ensure();
    E2E_CHECK(host.current() == mine);
    host.release(inner);
    host.restore(saved);
    host.release(outer);
    E2E_CHECK_INT(a.add(1, 2), 3);
}

static void
a_host_may_use_python_after_us(void **state)
{
    (void)state;       /* R4, C10, O5 */
    e2e_not_on_pypy(); /* its hosts: test_pypy */
    e2e_expect_ok(after_us_scenario, NULL, 60);
}

/* --- another Python -------------------------------------------------------*/

/* Finds a libpython of another version beside the one under test. */
static bool
other_library(char *out, size_t cap)
{
    char path[PATH_MAX];
    static const char *const versions[] = {"3.11", "3.10", "3.9"};
    (void)snprintf(path, sizeof path, "%s", e2e_libpython_path());
    for (int up = 0; up < 3; up++) {
        char *slash = strrchr(path, '/');
        if (slash == NULL) {
            return false;
        }
        *slash = '\0';
    }
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        char pattern[PATH_MAX + 64];
        glob_t found;
        (void)snprintf(pattern, sizeof pattern, "%s/*/lib/libpython%s.so.1.0",
                       path, versions[i]);
        bool ok = glob(pattern, 0, NULL, &found) == 0;
        if (ok) {
            (void)snprintf(out, cap, "%s", found.gl_pathv[0]);
        }
        globfree(&found);
        if (ok) {
            return true;
        }
    }
    return false;
}

static void
other_python_scenario(void *unused)
{
    (void)unused;
    char path[PATH_MAX];
    E2E_CHECK(other_library(path, sizeof path));
    python_load(&host, path, RTLD_GLOBAL);
    host.initialize(0);
    E2E_CHECK_INT(host.run("value = 1"), 0);
    life_load(&a, 'a', NULL, NULL);
    E2E_CHECK_INT(a.add(1, 2), LIFE_FAILED);
    E2E_CHECK_INT(embed_last_error()->status, EMBED_E_PYTHON);
    E2E_CHECK(strstr(embed_last_error()->message, "3.") != NULL);
    (void)fprintf(stderr, "%s\n", embed_last_error()->message);
    E2E_CHECK_INT(a.add(1, 2), LIFE_FAILED);
    E2E_CHECK_INT(host.run("assert value == 1\nimport json, ctypes"), 0);
    E2E_CHECK_INT(host.finalize(), 0);
}

static void
a_host_that_runs_another_python_is_refused_and_goes_on(void **state)
{
    (void)state;       /* R15 */
    e2e_not_on_pypy(); /* its hosts: test_pypy */
    char path[PATH_MAX];
    if (!other_library(path, sizeof path)) {
        skip();
    }
    e2e_run(other_python_scenario, NULL, 60, &r);
    if (r.exit_code != 0) {
        fail_msg("exit %d signal %d\n%s", r.exit_code, r.signal, r.err);
    }
    assert_non_null(strstr(r.err, "runs in this process already"));
}

/* Another libpython is there but was not started: kind G or L, its scope. */
static void
other_loaded_scenario(void *kind)
{
    char path[PATH_MAX];
    bool global = *(const char *)kind == 'G';
    E2E_CHECK(other_library(path, sizeof path));
    python_load(&host, path, global ? RTLD_GLOBAL : RTLD_LOCAL);
    life_load(&a, 'a', "import json, math", NULL);
    int got = a.add(1, 2);
    if (global) {
        E2E_CHECK_INT(got, LIFE_FAILED);
        E2E_CHECK_INT(embed_last_error()->status, EMBED_E_PYTHON);
        E2E_CHECK(strstr(embed_last_error()->message,
                         "is loaded in this process") != NULL);
    } else {
        E2E_CHECK_INT(got, 3);
    }
}

static void
another_libpython_that_was_not_started(void **state)
{
    (void)state;       /* R15, O1 */
    e2e_not_on_pypy(); /* its hosts: test_pypy */
    char path[PATH_MAX];
    if (!other_library(path, sizeof path)) {
        skip();
    }
    e2e_expect_ok(other_loaded_scenario, (char[]){"L"}, 60);
    e2e_expect_ok(other_loaded_scenario, (char[]){"G"}, 60);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_of_the_host_is_changed),
        cmocka_unit_test(sigint_still_ends_the_host),
        cmocka_unit_test(extensions_may_not_take_signals),
        cmocka_unit_test(a_host_that_runs_the_same_python_shares_it),
        cmocka_unit_test(a_host_may_end_its_python_while_threads_have_states),
        cmocka_unit_test(a_host_may_use_python_after_us),
        cmocka_unit_test(
            a_host_that_runs_another_python_is_refused_and_goes_on),
        cmocka_unit_test(another_libpython_that_was_not_started),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

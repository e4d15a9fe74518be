/* test_states.c - what a call leaves of the thread states that its caller had.
 *
 * The host of these tests uses the same Python itself, through dlsym().
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "embed.h"
#include "tests/support/e2e.h"
#include "tests/support/fam.h"

#define ROUNDS 50

typedef struct python {
    void (*initialize)(int handlers);
    void *(*save)(void);
    void (*restore)(void *tstate);
    void *(*now)(void);     /* the attached state, or NULL */
    void *(*current)(void); /* the same; ends the process when there is none */
    void *(*slot)(void);    /* what PyGILState_Ensure() would take */
    int (*ensure)(void);
    void (*release)(int state);
    void *(*interp_now)(void);
    int64_t (*interp_id)(void *interp);
    int (*run)(const char *text, void *flags);
} python;

static fam a;
static fam b;
static python py;

static void
python_load(void)
{
    void *lib = dlopen(e2e_libpython_path(), RTLD_NOW | RTLD_GLOBAL);
    E2E_CHECK(lib != NULL);
#define FIND(member, symbol) \
 py.member = E2E_FN(__typeof__(py.member), lib, symbol)
    FIND(initialize, "Py_InitializeEx");
    FIND(save, "PyEval_SaveThread");
    FIND(restore, "PyEval_RestoreThread");
    FIND(now, e2e_python_version() < 0x030d ? "_PyThreadState_UncheckedGet"
                                            : "PyThreadState_GetUnchecked");
    FIND(current, "PyThreadState_Get");
    FIND(slot, "PyGILState_GetThisThreadState");
    FIND(ensure, "PyGILState_Ensure");
    FIND(release, "PyGILState_Release");
    FIND(interp_now, "PyInterpreterState_Get");
    FIND(interp_id, "PyInterpreterState_GetID");
    FIND(run, "PyRun_SimpleStringFlags");
#undef FIND
    fam_load(&a, 1);
    fam_load(&b, 2);
}

/* Calls in all ways that change thread states on the way. */
static void
call_around(void)
{
    fam_peers p = {.n = 2, .way = {b.nest_lib, a.nest}};
    const int numbers[2] = {2, 1};
    E2E_CHECK_INT(a.add(1, 2), 3);
    E2E_CHECK_INT(b.add(1, 2), 3);
    E2E_CHECK_INT(a.nest(&p, 3, 10), fam_nest_expected(1, numbers, 2, 3, 10));
    E2E_CHECK_INT(a.raise(0), FAM_FAILED);
    E2E_CHECK_INT(a.missing(), FAM_FAILED);
}

/* The states are as they were after each round of calls. */
static void
check_rounds(void)
{
    void *now = py.now();
    void *slot = py.slot();
    for (int i = 0; i < ROUNDS; i++) {
        call_around();
        E2E_CHECK(py.now() == now);
        E2E_CHECK(py.slot() == slot);
    }
}

/* PyGILState_Ensure() still takes the host to its own interpreter. */
static void
check_ensure(void)
{
    int state = py.ensure();
    E2E_CHECK_INT(py.interp_id(py.interp_now()), 0);
    E2E_CHECK_INT(
        py.run("assert 'fam001' not in __import__('sys').modules", NULL), 0);
    check_rounds();
    py.release(state);
}

static void *
fresh_thread(void *unused)
{
    (void)unused;
    E2E_CHECK(py.slot() == NULL);
    check_rounds();
    E2E_CHECK(py.slot() == NULL);
    check_ensure();
    E2E_CHECK(py.slot() == NULL);
    check_rounds();
    return NULL;
}

static void *
ensured_thread(void *unused)
{
    (void)unused;
    int state = py.ensure();
    void *mine = py.now();
    check_rounds();
    E2E_CHECK(py.now() == mine);
    py.save();
    check_rounds();
    check_ensure();
    py.restore(mine);
    check_rounds();
    py.release(state);
    E2E_CHECK(py.slot() == NULL);
    check_rounds();
    return NULL;
}

static void
host_scenario(void *unused)
{
    (void)unused;
    python_load();
    py.initialize(0);
    void *main_state = py.now();
    E2E_CHECK(main_state != NULL);
    check_rounds();
    E2E_CHECK(py.current() == main_state);
    E2E_CHECK_INT(py.run("x = sum(range(10))", NULL), 0);
    py.save();
    E2E_CHECK(py.now() == NULL);
    check_rounds();
    check_ensure();
    fam_join(fam_thread(fresh_thread, NULL, 0));
    fam_join(fam_thread(ensured_thread, NULL, 0));
    E2E_CHECK_INT(embed_thread_release(), EMBED_OK);
    check_rounds();
    py.restore(main_state);
    check_rounds();
    E2E_CHECK_INT(embed_thread_release(), EMBED_E_STATE);
    E2E_CHECK(py.current() == main_state);
    E2E_CHECK_INT(py.run("import threading; x += 1", NULL), 0);
    py.save();
}

static void
a_host_that_runs_python_finds_its_thread_states_again(void **state)
{
    (void)state; /* R4, R15, I12, C10 */
    e2e_expect_ok(host_scenario, NULL, 30);
}

static void
host_shared_scenario(void *unused)
{
    (void)unused;
    (void)setenv("EMBED_SHARED_INTERP", "fam002", 1);
    python_load();
    py.initialize(0);
    void *main_state = py.now();
    check_rounds();
    py.save();
    check_rounds();
    fam_join(fam_thread(fresh_thread, NULL, 0));
    fam_join(fam_thread(ensured_thread, NULL, 0));
    py.restore(main_state);
    check_rounds();
    E2E_CHECK_INT(py.run("assert 'fam002' in __import__('sys').modules", NULL),
                  0);
    py.save();
}

static void
an_extension_in_the_hosts_interpreter_uses_its_thread_states(void **state)
{
    (void)state; /* R4, R20 */
    e2e_expect_ok(host_shared_scenario, NULL, 30);
}

static void
ours_scenario(void *unused)
{
    (void)unused;
    python_load();
    E2E_CHECK_INT(a.add(1, 1), 2);
    E2E_CHECK(py.now() == NULL);
    E2E_CHECK(py.slot() == NULL);
    check_rounds();
    fam_join(fam_thread(fresh_thread, NULL, 0));
    fam_join(fam_thread(ensured_thread, NULL, 0));
}

static void
calls_leave_no_thread_state_behind_in_a_plain_host(void **state)
{
    (void)state; /* R4, C10 */
    e2e_expect_ok(ours_scenario, NULL, 30);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_host_that_runs_python_finds_its_thread_states_again),
        cmocka_unit_test(
            an_extension_in_the_hosts_interpreter_uses_its_thread_states),
        cmocka_unit_test(calls_leave_no_thread_state_behind_in_a_plain_host),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

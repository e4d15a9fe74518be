/* test_pythons.c - the choice of Python, broken installations, plug-ins of
 * another ABI, set-id hosts.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "embed/plugin.h"
#include "tests/support/e2e.h"
#include "tests/support/life.h"
#include "tests/support/pythons.h"

static life a;
static e2e_result r;

/* --- which Python ---------------------------------------------------------*/

/* The Python under test. */
static pythons_line
listed_under_test(void)
{
    pythons_line line;
    assert_true(pythons_current(&line));
    return line;
}

/* Calls with EMBED_PYTHON=arg; prints the version or the message. */
static void
choose_scenario(void *python)
{
    (void)setenv("EMBED_PYTHON", python, 1);
    life_load(&a, 'a', "import sys, json", NULL);
    int got = a.run("result = sys.version_info[0] << 8 | sys.version_info[1]");
    if (got == LIFE_FAILED) {
        E2E_CHECK_INT(embed_last_error()->status, EMBED_E_PYTHON);
        (void)printf("%s\n", embed_last_error()->message);
        E2E_CHECK_INT(a.zero(), 0);
        E2E_CHECK_INT(embed_start("lifea"), EMBED_E_PYTHON);
        E2E_CHECK_INT(life_state(&a), EMBED_STATE_FAILED);
    } else {
        (void)printf("%x\n", (unsigned)got);
    }
}

static const char *
outcome_of(const char *python)
{
    char text[PATH_MAX];
    (void)snprintf(text, sizeof text, "%s", python);
    e2e_run(choose_scenario, text, 30, &r);
    if (r.exit_code != 0) {
        fail_msg("%s: exit %d, signal %d\n%s", python, r.exit_code, r.signal,
                 r.err);
    }
    return r.out;
}

static void
embed_python_names_a_python_in_several_ways(void **state)
{
    (void)state; /* B9's successor: one plug-in, any Python */
    pythons_line l = listed_under_test();
    char expected[16];
    char text[PATH_MAX + 16];
    unsigned v = e2e_python_version();
    (void)snprintf(expected, sizeof expected, "%x\n", v);
    (void)snprintf(text, sizeof text, "%u.%u", v >> 8, v & 0xff);
    assert_string_equal(outcome_of(text), expected);
    (void)snprintf(text, sizeof text, "python%u.%u", v >> 8, v & 0xff);
    assert_string_equal(outcome_of(text), expected);
    assert_string_equal(outcome_of(l.version), expected);
    assert_string_equal(outcome_of(l.backend), expected);
    assert_string_equal(outcome_of(l.library), expected);
    assert_string_equal(outcome_of(l.executable), expected);
}

static void
embed_python_that_is_not_there_is_refused_with_the_list(void **state)
{
    (void)state;
    pythons_line l = listed_under_test();
    static const char *const bad[] = {"4.7",  "nonsense",   "jython",
                                      "3.11", "python3.11", "cpython-3.8",
                                      "3",    "-"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const char *out = outcome_of(bad[i]);
        assert_non_null(strstr(out, "EMBED_PYTHON"));
        assert_non_null(strstr(out, l.backend)); /* what there is */
    }
    assert_non_null(strstr(outcome_of("/no/such/python3"), "No such file"));
    assert_non_null(strstr(outcome_of("/bin/sh"), "EMBED_PYTHON='/bin/sh'"));
    assert_int_equal(life_count(r.err, "function lifea.life_run() called"), 1);
}

/* A path to an old Python, if the machine has one. */
static void
an_old_python_is_refused(void **state)
{
    (void)state;
    static const char *const paths[] = {
        "/usr/bin/python3.11", "/usr/bin/python3.10", "/usr/bin/python3.9"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        if (access(paths[i], X_OK) == 0) {
            assert_non_null(strstr(outcome_of(paths[i]), "no backend for"));
            return;
        }
    }
    skip();
}

/* An empty EMBED_PYTHON is none: the first of the list. */
static void
without_embed_python_the_first_is_taken(void **state)
{
    (void)state;
    const char *out = outcome_of("");
    assert_true(strncmp(out, "3", 1) == 0);
}

static void
environment_scenario(void *unused)
{
    (void)unused;
    (void)setenv("PYTHONHOME", "/nowhere", 1);
    (void)setenv("PYTHONPATH", "/nowhere/at/all", 1);
    (void)setenv("PYTHONSTARTUP", "/nowhere/file", 1);
    (void)setenv("PYTHONVERBOSE", "3", 1);
    (void)setenv("PYTHONINSPECT", "1", 1);
    (void)setenv("PYTHONWARNINGS", "error", 1);
    (void)setenv("PYTHONIOENCODING", "latin-1", 1);
    (void)setenv("PYTHONMALLOC", "debug", 1);
    (void)setenv("LC_ALL", "C", 1);
    life_load(&a, 'a', "import sys, json\nprint('\\u20ac')", NULL);
    E2E_CHECK_INT(a.add(1, 2), 3);
    E2E_CHECK_INT(a.run("result = '/nowhere/at/all' in sys.path"), 0);
}

static void
variables_of_python_are_ignored(void **state)
{
    (void)state; /* R13, I13 */
    e2e_run(environment_scenario, NULL, 30, &r);
    assert_string_equal(r.err, "");
    assert_int_equal(r.exit_code, 0);
    assert_string_equal(r.out, "\xe2\x82\xac\n");
}

/* --- installations --------------------------------------------------------*/

static char tree[64]; /* a temporary directory */

static void
copy(const char *from, const char *to)
{
    char command[3 * PATH_MAX];
    (void)snprintf(command, sizeof command, "cp -rL '%s' '%s'", from, to);
    assert_int_equal(system(command), 0);
}

/* Makes a tree with libembed and a plug-in. */
static int
tree_make(void **state)
{
    (void)state;
    char from[PATH_MAX];
    char to[PATH_MAX];
    (void)snprintf(tree, sizeof tree, "/tmp/embed-test-XXXXXX");
    assert_non_null(mkdtemp(tree));
    (void)snprintf(from, sizeof from, "%s/lib/libembed.so.0",
                   getenv("EMBED_BUILD"));
    copy(from, tree);
    copy(e2e_plugin_path("life/lifea"), tree);
    (void)snprintf(from, sizeof from, "%s/tests/e2e/plugins/life/lifecommon.py",
                   getenv("EMBED_BUILD"));
    copy(from, tree);
    (void)snprintf(from, sizeof from, "%s/lib/embed", getenv("EMBED_BUILD"));
    (void)snprintf(to, sizeof to, "%s/embed", tree);
    copy(from, to);
    return 0;
}

static int
tree_remove(void **state)
{
    (void)state;
    char command[PATH_MAX];
    (void)snprintf(command, sizeof command, "rm -rf '%s'", tree);
    return system(command);
}

/* Runs this program again as a host (see main), with the tree's libembed. */
static void
host_scenario(void *program)
{
    char plugin[PATH_MAX];
    (void)snprintf(plugin, sizeof plugin, "%s/liblifea.so", tree);
    (void)setenv("LD_LIBRARY_PATH", tree, 1);
    (void)execl(program, "host", "--host", plugin, (char *)NULL);
    E2E_CHECK(false);
}

static char self[] = "/proc/self/exe";

static void
moved_installation_works(void **state)
{
    (void)state;
    e2e_run(host_scenario, self, 60, &r);
    if (r.exit_code != 0) {
        fail_msg("%d\n%s", r.exit_code, r.err);
    }
    assert_non_null(strstr(r.out, "add: 3\n"));
}

static void
edit_tree(const char *script)
{
    char command[2 * PATH_MAX];
    (void)snprintf(command, sizeof command, "cd '%s/embed' && %s", tree,
                   script);
    assert_int_equal(system(command), 0);
}

static void
a_missing_backend_gives_a_message(void **state)
{
    (void)state;
    edit_tree("rm -f libembed-*.so");
    e2e_run(host_scenario, self, 60, &r);
    assert_int_equal(r.exit_code, 0);
    assert_non_null(strstr(r.out, "add: -9\n"));
    assert_non_null(strstr(r.out, "cannot load backend"));
    edit_tree("cd .. && rm -rf embed");
    e2e_run(host_scenario, self, 60, &r);
    assert_int_equal(r.exit_code, 0);
    assert_non_null(strstr(r.out, "add: -9\n"));
    assert_non_null(strstr(r.out, "cannot find libembed's backends"));
}

static void
a_missing_libpython_gives_a_message(void **state)
{
    (void)state;
    edit_tree("sed -i 's#/[^\t]*/libpython#/nowhere/libpython#' pythons");
    e2e_run(host_scenario, self, 60, &r);
    assert_int_equal(r.exit_code, 0);
    assert_non_null(strstr(r.out, "add: -9\n"));
    assert_non_null(strstr(r.out, "/nowhere/libpython"));
    edit_tree("printf 'no list\\n' > pythons");
    e2e_run(host_scenario, self, 60, &r);
    assert_int_equal(r.exit_code, 0);
    assert_non_null(strstr(r.out, "add: -9\n"));
}

/* A set-id copy of this program, run by somebody else. */
static void
setid_scenario(void *unused)
{
    (void)unused;
    char program[PATH_MAX];
    char plugin[PATH_MAX];
    (void)snprintf(program, sizeof program, "%s/host", tree);
    (void)snprintf(plugin, sizeof plugin, "%s", e2e_plugin_path("life/lifea"));
    (void)setenv("EMBED_PYTHON", "nonsense", 1);
    (void)setenv("EMBED_SHARED_INTERP", "1", 1);
    E2E_CHECK_INT(chmod(tree, 0755), 0);
    E2E_CHECK_INT(setuid(65534), 0);
    (void)execl(program, "host", "--host", plugin, (char *)NULL);
    E2E_CHECK(false);
}

static void
set_id_programs_ignore_the_environment(void **state)
{
    (void)state; /* R19 */
    char program[PATH_MAX];
    if (geteuid() != 0) {
        skip();
    }
    char real[PATH_MAX];
    assert_non_null(realpath(self, real));
    (void)snprintf(program, sizeof program, "%s/host", tree);
    copy(real, program);
    assert_int_equal(chmod(program, 04755), 0);
    e2e_run(setid_scenario, NULL, 60, &r);
    if (strstr(r.out, "secure: 1\n") == NULL) {
        skip(); /* mounted without set-id */
    }
    assert_int_equal(r.exit_code, 0);
    assert_non_null(strstr(r.out, "add: 3\n"));
    assert_non_null(strstr(r.out, "isolation: 1\n"));
}

/* The same without set-id: the variables count. */
static void
plain_scenario(void *unused)
{
    (void)unused;
    char plugin[PATH_MAX];
    (void)snprintf(plugin, sizeof plugin, "%s", e2e_plugin_path("life/lifea"));
    (void)setenv("EMBED_SHARED_INTERP", "1", 1);
    (void)execl(self, "host", "--host", plugin, (char *)NULL);
    E2E_CHECK(false);
}

static void
plain_programs_obey_the_environment(void **state)
{
    (void)state; /* R19, R20 */
    e2e_run(plain_scenario, NULL, 60, &r);
    assert_int_equal(r.exit_code, 0);
    assert_non_null(strstr(r.out, "secure: 0\n"));
    assert_non_null(strstr(r.out, "add: 3\n"));
    assert_non_null(strstr(r.out, "isolation: 3\n"));
}

/* --- plug-ins of another ABI ----------------------------------------------*/

/* Written by hand: what a generator of another time may have emitted. */
static struct embed_plugin odd;
static const int odd_failure = -5;
static struct embed_export odd_add = {
    .externpy = {"odd.add", sizeof(int), NULL, NULL},
    .failure = &odd_failure,
    .file = "odd.h",
    .line = 1};
static struct embed_export *const odd_exports[] = {&odd_add};

static void
odd_start(struct embed_externpy *fn, char *buffer)
{
    embed_plugin_start(&odd, fn, buffer);
}

static int
odd_call(void)
{
    union {
        char bytes[16];
        int result;
        long long align;
    } u = {.bytes = "garbage"};
    embed_plugin_entry (&odd)(&odd_add.externpy, u.bytes);
    return u.result;
}

static void
abi_scenario(void *arg)
{
    const unsigned *what = arg; /* abi, size */
    odd = (struct embed_plugin){.abi = what[0],
                                .size = what[1],
                                .name = "odd",
                                .entry = odd_start,
                                .exports = odd_exports,
                                .num_exports = 1};
    embed_plugin_register(&odd);
    E2E_CHECK_INT(odd_call(), odd_failure);
    E2E_CHECK_INT(embed_last_error()->status, EMBED_E_ABI);
    E2E_CHECK_STR(embed_last_error()->extension, "odd");
    E2E_CHECK_STR(embed_last_error()->function, "add");
    E2E_CHECK_INT(embed_start("odd"), EMBED_E_ABI);
    (void)fprintf(stderr, "%s\n", embed_last_error()->message);
    E2E_CHECK_INT(embed_retry("odd"), EMBED_E_ABI);
    embed_info info = EMBED_INFO_INIT;
    E2E_CHECK_INT(embed_lookup("odd", &info), EMBED_OK);
    E2E_CHECK_INT(info.state, EMBED_STATE_FAILED);
    /* Others are not disturbed. */
    life_load(&a, 'a', NULL, NULL);
    E2E_CHECK_INT(a.add(1, 2), 3);
    E2E_CHECK_INT(odd_call(), odd_failure);
    E2E_CHECK_INT(embed_shutdown(20000), EMBED_OK);
    E2E_CHECK_INT(odd_call(), odd_failure);
}

static void
plug_ins_of_another_abi_are_refused_with_a_message(void **state)
{
    (void)state; /* plugin-abi.md, section 2 */
    const unsigned size = sizeof(struct embed_plugin);
    unsigned kinds[][2] = {{EMBED_PLUGIN_ABI + 1, size},
                           {EMBED_PLUGIN_ABI + 1, size + 64},
                           {0, size},
                           {EMBED_PLUGIN_ABI, size - 8},
                           {EMBED_PLUGIN_ABI, size + 8}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        e2e_run(abi_scenario, kinds[i], 30, &r);
        if (r.exit_code != 0) {
            fail_msg("abi %u, size %u: exit %d, signal %d\n%s", kinds[i][0],
                     kinds[i][1], r.exit_code, r.signal, r.err);
        }
        assert_non_null(strstr(r.err, "function odd.add() called, but"));
        assert_non_null(strstr(r.err, "build it again"));
    }
}

/* As a host: prints what became of a plug-in. */
static int
host_main(const char *plugin)
{
    embed_info info = EMBED_INFO_INIT;
    life_load_file(&a, 'a', plugin);
    (void)printf("secure: %d\n", getauxval(AT_SECURE) != 0);
    (void)printf("add: %d\n", a.add(1, 2));
    (void)printf("message: %s\n", embed_last_error()->message);
    (void)embed_lookup("lifea", &info);
    (void)printf("isolation: %d\n", (int)info.isolation);
    return 0;
}

int
main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--host") == 0) {
        return host_main(argv[2]);
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(embed_python_names_a_python_in_several_ways),
        cmocka_unit_test(
            embed_python_that_is_not_there_is_refused_with_the_list),
        cmocka_unit_test(an_old_python_is_refused),
        cmocka_unit_test(without_embed_python_the_first_is_taken),
        cmocka_unit_test(variables_of_python_are_ignored),
        cmocka_unit_test_setup_teardown(moved_installation_works, tree_make,
                                        tree_remove),
        cmocka_unit_test_setup_teardown(a_missing_backend_gives_a_message,
                                        tree_make, tree_remove),
        cmocka_unit_test_setup_teardown(a_missing_libpython_gives_a_message,
                                        tree_make, tree_remove),
        cmocka_unit_test_setup_teardown(set_id_programs_ignore_the_environment,
                                        tree_make, tree_remove),
        cmocka_unit_test(plain_programs_obey_the_environment),
        cmocka_unit_test(plug_ins_of_another_abi_are_refused_with_a_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

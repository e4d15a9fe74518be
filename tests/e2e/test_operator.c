/* test_operator.c - what an operator sets wrongly, and what is less than was
 * asked for: a line on stderr, once.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "embed.h"
#include "tests/support/e2e.h"
#include "tests/support/life.h"
#include "tests/support/pythons.h"

static life a;
static life b;
static e2e_result r;

/* Skips where the Python under test is chosen by something else. */
static void
only_plain_cpython(void)
{
    e2e_not_on_pypy();
    e2e_not_shared();
}

/* --- values that are malformed --------------------------------------------*/

typedef struct setting {
    const char *variable;
    const char *value;
    const char *line; /* what is on stderr, once */
} setting;

/* Two extensions, started twice each. */
static void
setting_scenario(void *arg)
{
    const setting *s = arg;
    (void)setenv(s->variable, s->value, 1);
    life_load(&a, 'a', NULL, NULL);
    life_load(&b, 'b', NULL, NULL);
    E2E_CHECK_INT(a.add(1, 2), 3);
    E2E_CHECK_INT(b.add(1, 2), 3);
    E2E_CHECK_INT(embed_reload("lifea", -1), EMBED_OK);
    E2E_CHECK_INT(a.add(1, 2), 3);
    embed_info info = EMBED_INFO_INIT;
    E2E_CHECK_INT(embed_lookup("lifea", &info), EMBED_OK);
    E2E_CHECK_INT(info.isolation, EMBED_ISOLATION_OWN);
}

static void
setting_is_told(const setting *s)
{
    e2e_run(setting_scenario, (void *)(uintptr_t)s, 30, &r);
    if (r.exit_code != 0 || strcmp(r.err, s->line) != 0) {
        fail_msg("%s=%s: exit %d\n%s", s->variable, s->value, r.exit_code,
                 r.err);
    }
}

#define NO_EFFECT "; it has no effect\n"
#define NO_LEVEL  " is not NAME=own, NAME=sub or NAME=shared" NO_EFFECT
#define NO_SHARED " is not 0, 1 or the name of an extension" NO_EFFECT
#define NO_TIME   " is not a number from 0 to 600000" NO_EFFECT
#define NO_SETTING                                                    \
 ": there is no such setting: there are VENV, PATH, SITE, ISOLATED, " \
 "ARGV, PRELOAD" NO_EFFECT
#define WARNING "libembed: warning: "

static void
a_malformed_value_is_told_once_and_has_no_effect(void **state)
{
    (void)state; /* R20 */
    only_plain_cpython();
    static const setting bad[] = {
        {"EMBED_ISOLATION", "lifea=none",
         WARNING "EMBED_ISOLATION: 'lifea=none'" NO_LEVEL},
        {"EMBED_ISOLATION", "=lifea",
         WARNING "EMBED_ISOLATION: '=lifea'" NO_LEVEL},
        {"EMBED_ISOLATION", "lifea",
         WARNING "EMBED_ISOLATION: 'lifea'" NO_LEVEL},
        {"EMBED_ISOLATION",
         "lifea=", WARNING "EMBED_ISOLATION: 'lifea='" NO_LEVEL},
        {"EMBED_ISOLATION", "lifea=own,x==own lifeb=Shared",
         WARNING "EMBED_ISOLATION: 'x==own'" NO_LEVEL WARNING
                 "EMBED_ISOLATION: 'lifeb=Shared'" NO_LEVEL},
        {"EMBED_ISOLATION", "a\nb", WARNING "EMBED_ISOLATION: 'a?b'" NO_LEVEL},
        {"EMBED_SHARED_INTERP", "yes",
         WARNING "EMBED_SHARED_INTERP: 'yes'" NO_SHARED},
        {"EMBED_SHARED_INTERP", "2",
         WARNING "EMBED_SHARED_INTERP: '2'" NO_SHARED},
        {"EMBED_SHARED_INTERP", "other,li*",
         WARNING "EMBED_SHARED_INTERP: 'li*'" NO_SHARED},
        {"EMBED_EXIT_TIMEOUT_MS", "abc",
         WARNING "EMBED_EXIT_TIMEOUT_MS='abc'" NO_TIME},
        {"EMBED_EXIT_TIMEOUT_MS", " 5",
         WARNING "EMBED_EXIT_TIMEOUT_MS=' 5'" NO_TIME},
        {"EMBED_EXIT_TIMEOUT_MS", "99999999999999999999",
         WARNING "EMBED_EXIT_TIMEOUT_MS='99999999999999999999'" NO_TIME},
        {"EMBED_LIFEA_ISOLATED", "maybe",
         WARNING "EMBED_LIFEA_ISOLATED='maybe' is not 0 or 1" NO_EFFECT},
        {"EMBED_LIFEA_VENVV", "/x", WARNING "EMBED_LIFEA_VENVV=/x" NO_SETTING},
        {"EMBED_LIFEA_", "", WARNING "EMBED_LIFEA_=" NO_SETTING},
        {"EMBED_LOG", "loud",
         "libembed: error: EMBED_LOG='loud' is not LEVEL[,FILE] with off, "
         "error, warning, info or debug" NO_EFFECT},
        {"EMBED_LOG", "error,/nowhere/log",
         "libembed: error: EMBED_LOG='error,/nowhere/log': the file cannot be "
         "written: No such file or directory; stderr has the log\n"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        setting_is_told(&bad[i]);
    }
}

static void
what_is_well_formed_is_not_told(void **state)
{
    (void)state;
    only_plain_cpython();
    static const setting good[] = {
        {"EMBED_ISOLATION", "other=sub, lifea=own,*=own", ""},
        {"EMBED_ISOLATION", "", ""},
        {"EMBED_SHARED_INTERP", "other,a.b", ""},
        {"EMBED_SHARED_INTERP", "0", ""},
        {"EMBED_EXIT_TIMEOUT_MS", "600000", ""},
        {"EMBED_EXIT_TIMEOUT_MS", "", ""},
        {"EMBED_LIFEA_ISOLATED", "0", ""},
        /* Of an extension "lifea.x", perhaps. */
        {"EMBED_LIFEA_X_VENV", "/x", ""},
        {"EMBED_LIFEAX", "/x", ""},
        {"EMBED_LOG", "off", ""},
        {"EMBED_LOG", "error,/dev/full", ""}, /* nothing to write */
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        setting_is_told(&good[i]);
    }
}

static void
full_log_scenario(void *unused)
{
    (void)unused;
    (void)setenv("EMBED_LOG", "info,/dev/full", 1);
    life_load(&a, 'a', NULL, NULL);
    E2E_CHECK_INT(a.add(1, 2), 3);
}

static void
a_log_that_takes_no_more_goes_to_stderr(void **state)
{
    (void)state;
    const e2e_result *result = e2e_expect_ok(full_log_scenario, NULL, 30);
    assert_int_equal(life_count(result->err, "EMBED_LOG: its file cannot be "
                                             "written: No space left"),
                     1);
    assert_non_null(strstr(result->err, "libembed: info: lifea: ready"));
}

/* --- which Python ---------------------------------------------------------*/

/* Calls with EMBED_PYTHON=arg; prints the message. */
static void
refused_scenario(void *python)
{
    (void)setenv("EMBED_PYTHON", python, 1);
    life_load(&a, 'a', NULL, NULL);
    E2E_CHECK_INT(a.zero(), 0);
    E2E_CHECK_INT(embed_last_error()->status, EMBED_E_PYTHON);
    (void)puts(embed_last_error()->message);
}

static void
a_python_is_refused(const char *python, const char *why)
{
    char text[PATH_MAX];
    (void)snprintf(text, sizeof text, "%s", python);
    e2e_run(refused_scenario, text, 30, &r);
    if (r.exit_code != 0 || strstr(r.out, why) == NULL ||
        strstr(r.out, python) == NULL) {
        fail_msg("%s: exit %d\n%s%s", python, r.exit_code, r.out, r.err);
    }
}

static void
only_the_version_that_was_named_will_do(void **state)
{
    (void)state;
    only_plain_cpython();
    pythons_line line;
    char text[PATH_MAX];
    char is[PATH_MAX];
    assert_true(pythons_current(&line));
    (void)snprintf(is, sizeof is, " is %s\n", line.version);
    (void)snprintf(text, sizeof text, "%s9", line.version);
    a_python_is_refused(text, is);
    (void)snprintf(text, sizeof text, "python%s9", line.version);
    a_python_is_refused(text, is);
    (void)snprintf(text, sizeof text, "%s.x", line.backend);
    a_python_is_refused(text, "no backend for");
    (void)snprintf(text, sizeof text, "%st", line.backend);
    a_python_is_refused(text, "no backend for");
    a_python_is_refused("pypy4", "is not pypy, pypy3 or pypy3.X");
}

/* The host runs its own Python, which is another than EMBED_PYTHON names. */
static void
host_python_scenario(void *python)
{
    void *library = dlopen(e2e_libpython_path(), RTLD_NOW | RTLD_GLOBAL);
    E2E_CHECK(library != NULL);
    E2E_FN(void (*)(int), library, "Py_InitializeEx")(0);
    (void)setenv("EMBED_PYTHON", python, 1);
    life_load(&a, 'a', NULL, NULL);
    life_load(&b, 'b', NULL, NULL);
    E2E_CHECK_INT(a.add(1, 2), 3);
    E2E_CHECK_INT(b.add(1, 2), 3);
}

static void
a_python_that_is_not_used_is_told(void **state)
{
    (void)state; /* R15 */
    only_plain_cpython();
    pythons_line line;
    char text[PATH_MAX];
    assert_true(pythons_current(&line));
    static const char *const others[] = {"4.7", "3.x", "pypy3", "/nowhere"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        char expected[PATH_MAX];
        (void)snprintf(text, sizeof text, "%s", others[i]);
        (void)snprintf(expected, sizeof expected,
                       WARNING "EMBED_PYTHON='%s' has no effect: another "
                               "Python, %s, runs in this process already\n",
                       others[i], line.version);
        assert_string_equal(e2e_expect_ok(host_python_scenario, text, 30)->err,
                            expected);
    }
    assert_string_equal(
        e2e_expect_ok(host_python_scenario, line.version, 30)->err, "");
    assert_string_equal(
        e2e_expect_ok(host_python_scenario, line.executable, 30)->err, "");
}

static char tree[64]; /* a temporary directory */

/* Runs a command in the tree; $1 is `what`. */
static void
tree_shell(const char *script, const char *what)
{
    char command[3 * PATH_MAX];
    (void)snprintf(command, sizeof command, "cd '%s' && set -- '%s' && { %s; }",
                   tree, what, script);
    assert_int_equal(system(command), 0);
}

/* Makes a tree with libembed and a plug-in that every user can read; its list
 * names libpythons in the directory "py". */
static int
tree_make(void **state)
{
    (void)state;
    (void)snprintf(tree, sizeof tree, "/tmp/embed-test-XXXXXX");
    assert_non_null(mkdtemp(tree));
    assert_int_equal(chmod(tree, 0755), 0);
    tree_shell("cp -L \"$1/lib/libembed.so.0\" . && "
               "cp -rL \"$1/lib/embed\" . && "
               "cp \"$1/tests/e2e/plugins/life/lifecommon.py\" .",
               getenv("EMBED_BUILD"));
    tree_shell("cp \"$1\" .", e2e_plugin_path("life/lifea"));
    char program[PATH_MAX] = "";
    assert_true(readlink("/proc/self/exe", program, sizeof program - 1) > 0);
    tree_shell("cp \"$1\" host && mkdir py", program);
    tree_shell("sed -i \"s#/[^\t]*/libpython#$PWD/py/libpython#\" "
               "embed/pythons && chmod -R a+rX .",
               "");
    return 0;
}

static int
tree_remove(void **state)
{
    (void)state;
    char command[PATH_MAX];
    (void)snprintf(command, sizeof command, "chmod 755 '%s/py'; rm -rf '%s'",
                   tree, tree);
    return system(command);
}

/* As somebody who cannot read everything: a host with the tree's libembed. */
static void
stranger_scenario(void *python)
{
    char program[PATH_MAX];
    (void)setenv("LD_LIBRARY_PATH", tree, 1);
    (void)setenv("EMBED_PYTHON", python, 1);
    E2E_CHECK_INT(chdir(tree), 0);
    if (geteuid() == 0) {
        E2E_CHECK_INT(setuid(65534), 0);
    }
    (void)snprintf(program, sizeof program, "%s/host", tree);
    (void)execl(program, "host", "--host", (char *)NULL);
    E2E_CHECK(false);
}

/* Prepares the tree; runs the host. */
static const char *
stranger_runs(const char *python, const char *prepare)
{
    char text[PATH_MAX];
    tree_shell(prepare, "");
    (void)snprintf(text, sizeof text, "%s", python);
    e2e_run(stranger_scenario, text, 60, &r);
    if (r.exit_code != 0) {
        fail_msg("exit %d\n%s", r.exit_code, r.err);
    }
    return r.out;
}

static void
a_python_that_cannot_be_read_is_told(void **state)
{
    (void)state;
    only_plain_cpython();
    pythons_line line;
    char file[PATH_MAX];
    assert_true(pythons_current(&line));
    (void)snprintf(file, sizeof file, "%s/py%s: Permission denied", tree,
                   strrchr(line.library, '/'));
    assert_non_null(strstr(stranger_runs(line.backend, "chmod 0 py"), file));
    assert_non_null(strstr(r.out, "EMBED_PYTHON="));
    /* Where none was asked for: the same, or PyPy with a line that says so. */
    bool has_pypy = access("/usr/bin/pypy3", X_OK) == 0;
    const char *out = stranger_runs("", "chmod 0 py");
    assert_non_null(strstr(has_pypy ? r.err : out, ": Permission denied"));
    if (strstr(out, "isolation: 3\n") != NULL) {
        assert_int_equal(life_count(r.err, "PyPy (/"), 1);
        assert_int_equal(
            life_count(r.err, "lifea: level shared instead of own"), 1);
    }
}

static void
what_is_in_place_of_a_python_is_told(void **state)
{
    (void)state;
    only_plain_cpython();
    pythons_line line;
    char command[PATH_MAX];
    assert_true(pythons_current(&line));
    const char *file = strrchr(line.library, '/') + 1;
    assert_non_null(strstr(stranger_runs(line.backend, "chmod 755 py"),
                           "No such file or directory"));
    (void)snprintf(command, sizeof command, "ln -s %s py/%s", file, file);
    assert_non_null(strstr(stranger_runs(line.backend, command),
                           "Too many levels of symbolic links"));
    (void)snprintf(command, sizeof command, "rm py/* && mkdir py/%s", file);
    assert_non_null(
        strstr(stranger_runs(line.backend, command), "Is a directory"));
    (void)snprintf(command, sizeof command, "rmdir py/* && : > py/%s", file);
    assert_non_null(
        strstr(stranger_runs(line.backend, command), "file too short"));
    assert_non_null(strstr(stranger_runs(line.backend, "chmod 0 embed/pythons"),
                           "embed/pythons: Permission denied"));
}

/* No file can be opened when the first call comes. */
static void
no_files_scenario(void *unused)
{
    (void)unused;
    life_load(&a, 'a', NULL, NULL);
    struct rlimit was;
    E2E_CHECK_INT(getrlimit(RLIMIT_NOFILE, &was), 0);
    int next = dup(0);
    (void)close(next);
    struct rlimit none = {(rlim_t)next, was.rlim_max};
    E2E_CHECK_INT(setrlimit(RLIMIT_NOFILE, &none), 0);
    E2E_CHECK_INT(a.zero(), 0);
    E2E_CHECK_INT(embed_last_error()->status, EMBED_E_PYTHON);
    (void)puts(embed_last_error()->message);
    E2E_CHECK_INT(setrlimit(RLIMIT_NOFILE, &was), 0);
    E2E_CHECK_INT(embed_retry("lifea"), EMBED_OK);
    E2E_CHECK_INT(a.add(1, 2), 3);
}

static void
no_free_descriptor_is_told(void **state)
{
    (void)state;
    const e2e_result *result = e2e_expect_ok(no_files_scenario, NULL, 30);
    assert_non_null(strstr(result->out, ": Too many open files"));
    assert_non_null(strstr(result->out, "/"));
}

/* --- the level ------------------------------------------------------------*/

static void
asked_scenario(void *unused)
{
    (void)unused;
    life_load(&a, 'a', NULL, NULL);
    life_load(&b, 'b', NULL, NULL);
    E2E_CHECK_INT(embed_set_isolation("lifea", EMBED_ISOLATION_OWN), EMBED_OK);
    E2E_CHECK_INT(a.add(1, 2), 3);
    E2E_CHECK_INT(b.add(1, 2), 3);
}

static void
a_level_that_was_asked_for_is_not_lost_silently(void **state)
{
    (void)state;
    const e2e_result *result = e2e_expect_ok(asked_scenario, NULL, 30);
    assert_string_equal(
        result->err,
        e2e_is_pypy() ? WARNING
            "lifea: level shared instead of own: this Python (pypy) has one "
            "interpreter for all extensions\n"
                      : "");
    (void)setenv("EMBED_ISOLATION", "lifeb=own", 1);
    result = e2e_expect_ok(asked_scenario, NULL, 30);
    (void)unsetenv("EMBED_ISOLATION");
    assert_int_equal(life_count(result->err, "lifeb: level shared instead"),
                     e2e_is_pypy());
}

/* As a host: prints what became of the plug-in beside it. */
static int
host_main(void)
{
    embed_info info = EMBED_INFO_INIT;
    life_load_file(&a, 'a', "./liblifea.so");
    (void)printf("add: %d\n", a.add(1, 2));
    (void)printf("message: %s\n", embed_last_error()->message);
    (void)embed_lookup("lifea", &info);
    (void)printf("isolation: %d\n", (int)info.isolation);
    return 0;
}

int
main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--host") == 0) {
        return host_main();
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_malformed_value_is_told_once_and_has_no_effect),
        cmocka_unit_test(what_is_well_formed_is_not_told),
        cmocka_unit_test(a_log_that_takes_no_more_goes_to_stderr),
        cmocka_unit_test(only_the_version_that_was_named_will_do),
        cmocka_unit_test(a_python_that_is_not_used_is_told),
        cmocka_unit_test_setup_teardown(a_python_that_cannot_be_read_is_told,
                                        tree_make, tree_remove),
        cmocka_unit_test_setup_teardown(what_is_in_place_of_a_python_is_told,
                                        tree_make, tree_remove),
        cmocka_unit_test(no_free_descriptor_is_told),
        cmocka_unit_test(a_level_that_was_asked_for_is_not_lost_silently),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

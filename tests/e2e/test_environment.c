/* test_environment.c - what an extension's Python has around it.
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
#include <unistd.h>

#include "tests/support/e2e.h"
#include "tests/support/life.h"
#include "tests/support/shell.h"

static life a;
static life b;
static life s;

/* A virtual environment made by hand: a package, a .pth file that adds a
 * directory and runs code, in what this Python takes for site-packages. */
static int
venv_enter(void **state)
{
    shell_enter(state);
    shell_expect(0,
                 "d=$($PYTHON -c 'import site; "
                 "print(site.getsitepackages([\"venv\"])[0])') && "
                 "mkdir -p $d more elsewhere wrong/lib && "
                 "echo 'version = 2.7.18' >wrong/pyvenv.cfg && "
                 "printf 'home = /nowhere\\ninclude-system-site-packages = "
                 "false\\n' >venv/pyvenv.cfg && "
                 "echo 'value = 7' >$d/env_package.py && "
                 "printf \"$PWD/more\\nimport builtins; builtins.pth = 5\\n\""
                 " >$d/env.pth && echo 'value = 9' >more/env_more.py && "
                 "echo 'value = 11' >elsewhere/env_package.py");
    return 0;
}

static const char uses_venv[] =
    "import env_package, env_more, builtins, sys, os\n"
    "result = env_package.value + env_more.value + builtins.pth\n";

static const char is_in_venv[] =
    "import sys, os\n"
    "result = (sys.prefix == os.path.abspath('venv')\n"
    "          and sys.executable == os.path.abspath('venv/bin/python')\n"
    "          and sys.base_prefix != sys.prefix)\n";

/* --- each way to say it ---------------------------------------------------*/

static void
host_scenario(void *unused)
{
    (void)unused;
    life_load(&a, 'a', NULL, NULL);
    life_load(&b, 'b', NULL, NULL);
    E2E_CHECK_INT(embed_set_option("lifea", "venv", "venv"), EMBED_OK);
    E2E_CHECK_INT(a.run(uses_venv), 21);
    E2E_CHECK_INT(a.run(is_in_venv), 1);
    /* The other one has none of it. */
    E2E_CHECK_INT(b.run("import builtins\n"
                        "try:\n"
                        "    import env_package\n"
                        "except ImportError:\n"
                        "    result = hasattr(builtins, 'pth')\n"),
                  0);
    E2E_CHECK_INT(b.run(is_in_venv), 0);
}

static void
a_host_gives_an_extension_a_virtual_environment(void **state)
{
    (void)state;
    e2e_not_shared();
    e2e_expect_ok(host_scenario, NULL, 30);
}

static void
operator_scenario(void *unused)
{
    (void)unused;
    (void)setenv("EMBED_LIFEA_VENV", "venv", 1);
    (void)setenv("EMBED_LIFEA_PATH", "elsewhere", 1);
    (void)setenv("EMBED_LIFEB_ISOLATED", "maybe", 1);
    (void)setenv("EMBED_LOG", "debug", 1);
    life_load(&a, 'a', NULL, NULL);
    life_load(&b, 'b', NULL, NULL);
    E2E_CHECK_INT(embed_set_option("lifea", "venv", "/nowhere"), EMBED_OK);
    /* `path` comes before the packages: also where only an extension's own code
     * sees it, which this is not. */
    E2E_CHECK_INT(a.run("import env_package\nresult = env_package.value"),
                  e2e_is_pypy() ? 7 : 11);
    E2E_CHECK_INT(a.run("import env_more\nresult = env_more.value"), 9);
    E2E_CHECK_INT(b.add(1, 2), 3); /* what cannot be read is not in force */
}

static void
the_operator_comes_first(void **state)
{
    (void)state; /* R20's order */
    const e2e_result *result = e2e_expect_ok(operator_scenario, NULL, 30);
    /* And the log tells. */
    assert_non_null(strstr(result->err, "libembed: debug: lifea: venv: venv "
                                        "(EMBED_LIFEA_VENV)\n"));
    assert_non_null(strstr(result->err, "libembed: warning: "
                                        "EMBED_LIFEB_ISOLATED='maybe' is not 0 "
                                        "or 1; it has no effect\n"));
}

static void
built_scenario(void *unused)
{
    life e;
    (void)unused;
    life_load(&e, 'e', NULL, NULL);
    E2E_CHECK_INT(e.run("import sys, os\n"
                        "here = os.path.dirname(lifecommon.__file__)\n"
                        "result = sys.path.index('/far')"
                        " - sys.path.index(os.path.join(here, 'near'))"),
                  1);
    E2E_CHECK_INT(e.run("import sys\n"
                        "result = sys.argv == ['lifee', 'one', 'two three']"),
                  1);
    E2E_CHECK_INT(e.run("import builtins\nresult = (builtins.preloaded"
                        " == ('__preload__', True))"),
                  1);
}

/* "" takes away what was built in, NULL gives it back; a reload reads it. */
static void
override_scenario(void *unused)
{
    life e;
    (void)unused;
    life_load(&e, 'e', NULL, NULL);
    E2E_CHECK_INT(embed_set_option("lifee", "argv", ""), EMBED_OK);
    E2E_CHECK_INT(embed_set_option("lifee", "preload",
                                   "import builtins\n"
                                   "builtins.mine = 3\n"),
                  EMBED_OK);
    E2E_CHECK_INT(e.run("import sys\nresult = len(sys.argv)"), 1);
    E2E_CHECK_INT(e.run("import builtins\nresult = builtins.mine"), 3);
    E2E_CHECK_INT(embed_set_option("lifee", "argv", NULL), EMBED_E_STATE);
    E2E_CHECK_INT(embed_reload("lifee", -1), EMBED_OK);
    E2E_CHECK_INT(e.run("import sys\nresult = len(sys.argv)"), 3);
}

static void
a_build_has_an_environment(void **state)
{
    (void)state;
    e2e_not_shared(); /* near comes into sys.path */
    e2e_expect_ok(built_scenario, NULL, 30);
    e2e_expect_ok(override_scenario, NULL, 30);
}

static void
site_scenario(void *unused)
{
    (void)unused;
    (void)setenv("EMBED_LIFEA_SITE", "packages:nowhere", 1);
    life_load(&a, 'a', NULL, NULL);
    E2E_CHECK_INT(a.run("import env_more, sys\n"
                        "result = env_more.value + sys.argv.count('x')"),
                  9);
}

static void
directories_of_packages_have_pth_files(void **state)
{
    (void)state;
    shell_expect(0, "mkdir packages && echo $PWD/more >packages/a.pth");
    e2e_expect_ok(site_scenario, NULL, 30);
}

static void
isolated_scenario(void *unused)
{
    (void)unused;
    life_load(&a, 'a', NULL, NULL);
    E2E_CHECK_INT(embed_set_option("lifea", "isolated", "1"), EMBED_OK);
    /* Its init code needs what is beside it. */
    E2E_CHECK_INT(a.add(1, 2), LIFE_FAILED);
    E2E_CHECK(strstr(embed_last_error()->value, "lifecommon") != NULL);
    char here[4096];
    (void)snprintf(here, sizeof here, "%s", e2e_plugin_path("life/lifea"));
    *strrchr(here, '/') = '\0';
    E2E_CHECK_INT(embed_set_option("lifea", "path", here), EMBED_OK);
    E2E_CHECK_INT(embed_retry("lifea"), EMBED_OK);
    E2E_CHECK_INT(a.run("import sys\n"
                        "result = sum('-packages' in x for x in sys.path)"),
                  0);
    E2E_CHECK_INT(embed_set_option("lifea", "venv", "venv"), EMBED_E_STATE);
    E2E_CHECK_INT(embed_reload("lifea", -1), EMBED_OK);
    E2E_CHECK_INT(a.run(uses_venv), 21);
}

static void
an_isolated_extension_sees_what_it_was_given(void **state)
{
    (void)state;
    e2e_not_shared();
    e2e_expect_ok(isolated_scenario, NULL, 30);
}

/* --- a shared interpreter -------------------------------------------------*/

static void
shared_scenario(void *unused)
{
    (void)unused;
    (void)setenv("EMBED_SHARED_INTERP", "1", 1);
    (void)setenv("EMBED_LIFEA_PATH", "elsewhere", 1);
    (void)setenv("EMBED_LIFES_VENV", "venv", 1);
    life_load(&a, 'a', NULL, NULL);
    life_load(&s, 's', NULL, NULL);
    /* Directories are an extension's own, packages are everybody's. */
    E2E_CHECK_INT(a.add(1, 2), 3);
    E2E_CHECK_INT(s.add(1, 2), 3);
    E2E_CHECK_INT(s.run(uses_venv), 21);
    E2E_CHECK_INT(a.run("import env_more\nresult = env_more.value"), 9);
    E2E_CHECK_INT(a.run("import sys\nresult = 'elsewhere' in "
                        "' '.join(sys.path)"),
                  0);
}

static void
a_shared_interpreter_gets_the_packages(void **state)
{
    (void)state;
    e2e_expect_ok(shared_scenario, NULL, 30);
}

/* --- what is wrong --------------------------------------------------------*/

static void
wrong_venv_scenario(void *unused)
{
    (void)unused;
    (void)setenv("EMBED_LIFEA_VENV", "wrong", 1);
    (void)setenv("EMBED_LIFEB_VENV", "nowhere", 1);
    life_load(&a, 'a', NULL, NULL);
    life_load(&b, 'b', NULL, NULL);
    E2E_CHECK_INT(a.add(1, 2), LIFE_FAILED);
    const embed_error *error = embed_last_error();
    E2E_CHECK_INT(error->status, EMBED_E_INIT);
    E2E_CHECK(strstr(error->value, "(from EMBED_LIFEA_VENV)") != NULL);
    E2E_CHECK(strstr(error->value, "made for Python 2.7, and this is") != NULL);
    E2E_CHECK(strstr(error->value, "wrong/lib/") != NULL); /* tried */
    E2E_CHECK_INT(b.add(1, 2), LIFE_FAILED);
    E2E_CHECK(strstr(embed_last_error()->value, "nowhere/pyvenv.cfg") != NULL);
    /* It is known what to do about it. */
    (void)setenv("EMBED_LIFEB_VENV", "venv", 1);
    E2E_CHECK_INT(embed_retry("lifeb"), EMBED_OK);
    E2E_CHECK_INT(b.run(uses_venv), 21);
}

static void
a_wrong_environment_is_named_with_what_was_tried(void **state)
{
    (void)state;
    const e2e_result *result = e2e_expect_ok(wrong_venv_scenario, NULL, 30);
    assert_non_null(strstr(result->err, "\nvenv: wrong (EMBED_LIFEA_VENV)\n"));
}

static void
preload_scenario(void *unused)
{
    (void)unused;
    life_load(&a, 'a', NULL, NULL);
    E2E_CHECK_INT(embed_set_option("lifea", "preload", "1/0"), EMBED_OK);
    E2E_CHECK_INT(a.add(1, 2), LIFE_FAILED);
    E2E_CHECK_STR(embed_last_error()->type, "ZeroDivisionError");
    E2E_CHECK(strstr(embed_last_error()->traceback,
                     "<preload code for 'lifea'>") != NULL);
    E2E_CHECK_INT(embed_set_option("lifea", "preload", NULL), EMBED_OK);
    E2E_CHECK_INT(embed_retry("lifea"), EMBED_OK);
    E2E_CHECK_INT(a.add(1, 2), 3);
}

static void
preload_code_that_fails_is_a_failed_start(void **state)
{
    (void)state; /* R12 */
    e2e_expect_ok(preload_scenario, NULL, 30);
}

static void *
wrong_use(void *unused)
{
    (void)unused;
    E2E_CHECK_INT(embed_set_option("nothing", "venv", "x"), EMBED_E_NAME);
    E2E_CHECK_INT(embed_set_option(NULL, "venv", "x"), EMBED_E_INVALID);
    E2E_CHECK_INT(embed_set_option("lifea", "colour", "x"), EMBED_E_INVALID);
    E2E_CHECK(strstr(embed_last_error()->message, "venv, path") != NULL);
    E2E_CHECK_INT(embed_set_option("lifea", NULL, "x"), EMBED_E_INVALID);
    E2E_CHECK_INT(embed_set_option("lifea", "isolated", "yes"),
                  EMBED_E_INVALID);
    E2E_CHECK_INT(embed_set_option("lifea", "isolated", "0"), EMBED_OK);
    E2E_CHECK_INT(embed_set_option("lifea", "isolated", NULL), EMBED_OK);
    E2E_CHECK_INT(a.add(1, 2), 3);
    E2E_CHECK_INT(embed_set_option("lifea", "argv", "x"), EMBED_E_STATE);
    E2E_CHECK_INT(embed_shutdown(20000), EMBED_OK);
    E2E_CHECK_INT(embed_set_option("lifea", "argv", "x"), EMBED_OK);
    return NULL;
}

static void
wrong_use_scenario(void *unused)
{
    (void)unused;
    life_load(&a, 'a', NULL, NULL);
    life_join(life_thread(wrong_use, NULL));
}

static void
wrong_use_is_refused(void **state)
{
    (void)state;
    e2e_expect_ok(wrong_use_scenario, NULL, 30);
}

#define IN_DIR(test) \
 cmocka_unit_test_setup_teardown(test, venv_enter, shell_leave)

/* --- packages of others ---------------------------------------------------*/

/* Directories with two versions of a package, which a `.pth` file may add. */
static int
versions_enter(void **state)
{
    venv_enter(state);
    shell_expect(0, "mkdir -p one/Some_pkg-1.0.dist-info one/pip-1.dist-info "
                    "two/some.pkg-2.0-py3.12.egg-info two/pip-2.dist-info "
                    "two/other-2.dist-info link && "
                    "echo 'value = 1' >one/some_pkg.py && "
                    "echo 'value = 2' >two/some_pkg.py && "
                    "echo $PWD/two >link/two.pth");
    shell_write("x.h", "int value(void) EMBED_ON_FAILURE(-1);\n");
    shell_write("x.py", "from x import ffi\n"
                        "import some_pkg\n"
                        "@ffi.def_extern()\n"
                        "def value(): return some_pkg.value\n");
    return 0;
}

/* Both in the shared interpreter, each with directories of its own. */
static void
versions_scenario(void *sites)
{
    const char *const *site = sites;
    static const char code[] = "import some_pkg\nresult = some_pkg.value";
    life_load(&a, 'a', NULL, NULL);
    life_load(&b, 'b', NULL, NULL);
    E2E_CHECK_INT(embed_set_isolation("lifea", EMBED_ISOLATION_SHARED),
                  EMBED_OK);
    E2E_CHECK_INT(embed_set_isolation("lifeb", EMBED_ISOLATION_SHARED),
                  EMBED_OK);
    E2E_CHECK_INT(embed_set_option("lifea", "site", site[0]), EMBED_OK);
    E2E_CHECK_INT(embed_set_option("lifeb", "site", site[1]), EMBED_OK);
    E2E_CHECK_INT(a.run(code), 1);
    E2E_CHECK_INT(b.run(code), 1);
    char here[512];
    E2E_CHECK(getcwd(here, sizeof here) != NULL);
    (void)puts(here);
}

/* Is stderr the one line, and nothing else? */
static void
is_told(const e2e_result *result, const char *who)
{
    char line[2048];
    int len = (int)strcspn(result->out, "\n");
    (void)snprintf(line, sizeof line,
                   "libembed: warning: %s: package some-pkg: version 1.0 in "
                   "%.*s/one is used, not 2.0 in %.*s/two: extensions share "
                   "this interpreter\n",
                   who, len, result->out, len, result->out);
    assert_string_equal(result->err, line);
}

static void
another_version_of_a_package_is_told(void **state)
{
    (void)state;
    const char *other[] = {"one", "two"};
    const char *linked[] = {"one", "link"};
    const char *same[] = {"one", "one"};
    is_told(e2e_expect_ok(versions_scenario, other, 30), "lifeb");
    is_told(e2e_expect_ok(versions_scenario, linked, 30), "lifeb");
    assert_string_equal(e2e_expect_ok(versions_scenario, same, 30)->err, "");
}

/* Interpreters of their own have their own versions. */
static void
own_scenario(void *unused)
{
    (void)unused;
    static const char code[] = "import some_pkg\nresult = some_pkg.value";
    life_load(&a, 'a', NULL, NULL);
    life_load(&b, 'b', NULL, NULL);
    E2E_CHECK_INT(embed_set_option("lifea", "site", "one"), EMBED_OK);
    E2E_CHECK_INT(embed_set_option("lifeb", "site", "two"), EMBED_OK);
    E2E_CHECK_INT(a.run(code), 1);
    E2E_CHECK_INT(b.run(code), 2);
}

static void
interpreters_of_their_own_have_their_own_versions(void **state)
{
    (void)state;
    e2e_not_shared();
    assert_string_equal(e2e_expect_ok(own_scenario, NULL, 30)->err, "");
}

/* The strict one is refused, and leaves nothing behind. */
static void
strict_scenario(void *path)
{
    life_load(&a, 'a', NULL, NULL);
    E2E_CHECK_INT(embed_set_isolation("lifea", EMBED_ISOLATION_SHARED),
                  EMBED_OK);
    E2E_CHECK_INT(embed_set_option("lifea", "site", "one"), EMBED_OK);
    E2E_CHECK_INT(a.add(1, 2), 3);
    void *library = dlopen(path, RTLD_NOW);
    E2E_CHECK(library != NULL);
    E2E_CHECK_INT(E2E_FN(int (*)(void), library, "value")(), -1);
    E2E_CHECK_INT(embed_start("x"), EMBED_E_INIT);
    E2E_CHECK(strstr(embed_last_error()->value,
                     "--strict: package some-pkg: version 1.0 in ") != NULL);
    E2E_CHECK_INT(a.run("import sys\n"
                        "result = any(p.endswith('/two') for p in sys.path)"),
                  0);
}

static void
strict_refuses_other_versions(void **state)
{
    (void)state;
    shell_only_plain();
    static char path[] = "./libx.so";
    const char *sites[] = {"$PWD/two", "$PWD/link"};
    for (size_t i = 0; i < 2; i++) {
        shell_expect(0,
                     "$EMBED build x.h x.py --strict --isolation shared "
                     "--site %s",
                     sites[i]);
        e2e_expect_ok(strict_scenario, path, 30);
    }
}

/* --- what cannot be read --------------------------------------------------*/

static void
unreadable_scenario(void *unused)
{
    (void)unused;
    (void)setenv("EMBED_LIFEA_SITE", "/nowhere/site", 1);
    (void)setenv("EMBED_LIFEA_PATH", "elsewhere:loop", 1);
    life_load(&a, 'a', NULL, NULL);
    E2E_CHECK_INT(a.add(1, 2), 3);
}

static void
a_directory_that_cannot_be_read_is_told(void **state)
{
    (void)state;
    shell_expect(0, "ln -s loop loop");
    const e2e_result *result = e2e_expect_ok(unreadable_scenario, NULL, 30);
    assert_int_equal(life_count(result->err, "libembed: warning: "), 2);
    assert_non_null(strstr(result->err,
                           "lifea: site (from EMBED_LIFEA_SITE): "
                           "/nowhere/site: No such file or directory\n"));
    assert_non_null(strstr(result->err, "path (from EMBED_LIFEA_PATH): "));
    assert_non_null(
        strstr(result->err, "/loop: Too many levels of symbolic links\n"));
}

static void
closed_venv_scenario(void *unused)
{
    (void)unused;
    (void)setenv("EMBED_LIFEA_VENV", "loop", 1);
    life_load(&a, 'a', NULL, NULL);
    E2E_CHECK_INT(a.zero(), 0);
    E2E_CHECK_INT(embed_start("lifea"), EMBED_E_INIT);
    E2E_CHECK(strstr(embed_last_error()->value,
                     "Too many levels of symbolic links") != NULL);
}

static void
a_virtual_environment_that_cannot_be_read_says_why(void **state)
{
    (void)state;
    shell_expect(0, "ln -s loop loop");
    e2e_expect_ok(closed_venv_scenario, NULL, 30);
}

#define WITH_VERSIONS(f) \
 cmocka_unit_test_setup_teardown(f, versions_enter, shell_leave)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_DIR(a_host_gives_an_extension_a_virtual_environment),
        IN_DIR(the_operator_comes_first),
        IN_DIR(a_build_has_an_environment),
        IN_DIR(directories_of_packages_have_pth_files),
        IN_DIR(an_isolated_extension_sees_what_it_was_given),
        IN_DIR(a_shared_interpreter_gets_the_packages),
        IN_DIR(a_wrong_environment_is_named_with_what_was_tried),
        IN_DIR(preload_code_that_fails_is_a_failed_start),
        IN_DIR(wrong_use_is_refused),
        WITH_VERSIONS(another_version_of_a_package_is_told),
        WITH_VERSIONS(interpreters_of_their_own_have_their_own_versions),
        WITH_VERSIONS(strict_refuses_other_versions),
        IN_DIR(a_directory_that_cannot_be_read_is_told),
        IN_DIR(a_virtual_environment_that_cannot_be_read_says_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

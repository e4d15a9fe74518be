/* test_script.c - build scripts as CFFI's users write them.
 *
 * tests/scripts/CASE/ has build.py, which makes libraries; run, a command that
 * builds and runs a host; and expected, what that prints.  Each case runs with
 * an interpreter for each extension and with a shared one (expected.shared, if
 * it is there).
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "tests/support/e2e.h"
#include "tests/support/shell.h"

/* Runs one way of isolation. */
static void
host_expect(const char *shared, const char *expected)
{
    (void)setenv("EMBED_SHARED_INTERP", shared, 1);
    shell_expect(0, "sh ./run >output 2>&1 || { cat output; exit 1; }");
    shell_expect(0, "diff %s output", expected);
    (void)unsetenv("EMBED_SHARED_INTERP");
}

static void
case_expect(const char *name)
{
    if (e2e_is_sanitized()) {
        skip(); /* the hosts have no sanitizer in them */
    }
    shell_expect(0,
                 "cp $SRC/tests/scripts/%s/* . && "
                 "PYTHON=${SCRIPT_PYTHON:-$PYTHON} $EMBED build build.py",
                 name);
    shell_expect_output("");
    host_expect("0", "expected");
    shell_expect(0, "[ -f expected.shared ] || cp expected expected.shared");
    host_expect("1", "expected.shared");
}

#define CASE(name)              \
 static void name(void **state) \
 {                              \
  (void)state;                  \
  case_expect(#name);           \
 }

CASE(add)
CASE(plugin_h)
CASE(callbacks)
CASE(empty)
CASE(two)
CASE(initerror)
CASE(unicode)
CASE(recursive)
CASE(parallel_first)
CASE(parallel_modules)
CASE(parallel_loads)
CASE(tlocal)
CASE(perf)
CASE(include)
CASE(package)
CASE(markers)
CASE(cxx)

/* Every error path, with line and column: what cases.py lists. */
static void
errors_are_of_the_types_and_texts_that_scripts_expect(void **state)
{
    (void)state; /* B1-B8 */
    if (!shell_is_first_python()) {
        skip();
    }
    shell_expect(0, "cp $SRC/tests/scripts/errors/cases.py . && "
                    "$EMBED build cases.py 2>/dev/null");
    shell_expect_output("as expected\n");
}

/* A Python that libembed does not run on is good enough for scripts. */
static void
old_pythons_run_build_scripts(void **state)
{
    (void)state;
    if (!shell_is_first_python() ||
        shell("ls -d $(dirname $PYTHON)/../../3.9.*/bin/python3 | grep .") !=
            0) {
        skip();
    }
    shell_expect(0, "cp $SRC/tests/scripts/errors/cases.py . && PYTHON=$(echo "
                    "$(dirname $PYTHON)/../../3.9.*/bin/python3) "
                    "$EMBED build cases.py 2>/dev/null");
    shell_expect_output("as expected\n");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, shell_enter, shell_leave)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(add),
        TEST(plugin_h),
        TEST(callbacks),
        TEST(empty),
        TEST(two),
        TEST(initerror),
        TEST(unicode),
        TEST(recursive),
        TEST(parallel_first),
        TEST(parallel_modules),
        TEST(parallel_loads),
        TEST(tlocal),
        TEST(perf),
        TEST(include),
        TEST(package),
        TEST(markers),
        TEST(cxx),
        TEST(errors_are_of_the_types_and_texts_that_scripts_expect),
        TEST(old_pythons_run_build_scripts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

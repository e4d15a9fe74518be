/* test_gen_main.c - the exit codes of the `embed` command.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "tests/support/gen_case.h"

/* The directory that has bin/embed; the tests are run with it set. */
static const char *build_dir;

/* Runs `embed ARGS` silently and returns its exit code. */
static int
embed(const char *args)
{
    char line[512];
    (void)snprintf(line, sizeof line, "%s/bin/embed %s >out.txt 2>&1",
                   build_dir, args);
    int status = system(line); // NOLINT(cert-env33-c): our own words
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
exit_codes_tell_input_from_usage(void **state)
{
    (void)state;
    gen_case_write("good.h", "int f(void);\n");
    gen_case_write("bad.h", "int f(;\n");
    gen_case_write("init.py", "");
    assert_int_equal(embed("build good.h init.py"), 0);
    assert_int_equal(embed("build good.h init.py --emit-c out.c"), 0);
    assert_int_equal(embed("build bad.h init.py"), 1);
    assert_int_equal(embed("build none.h init.py"), 1);
    assert_int_equal(embed("build good.h"), 2);
    assert_int_equal(embed("frob"), 2);
    assert_int_equal(embed("--version"), 0);
    assert_int_equal(embed("help build"), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(exit_codes_tell_input_from_usage,
                                        gen_case_enter, gen_case_leave),
    };
    build_dir = getenv("EMBED_BUILD");
    if (build_dir == NULL) {
        (void)fputs("EMBED_BUILD is not set\n", stderr);
        return 77;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}

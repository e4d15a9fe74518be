/* test_examples.c - the examples do what they show.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/e2e.h"
#include "tests/support/shell.h"

static void
hello_says_hello(void **state)
{
    (void)state;
    shell_only_plain();
    shell_expect(0, "$EMBED build $SRC/examples/hello/hello.h "
                    "$SRC/examples/hello/hello.py && $CC -I$SRC/include "
                    "$SRC/examples/hello/hello.c -o hello -L. -lhello "
                    "-Wl,-rpath,$PWD");
    shell_expect_output("");
    for (int shared = 0; shared < 2; shared++) {
        shell_expect(0, "EMBED_SHARED_INTERP=%d ./hello", shared);
        shell_expect_output("Hello, C! 40 + 2 = 42\n");
    }
}

static void
two_plug_ins_each_have_their_own_helper(void **state)
{
    (void)state; /* R20 */
    shell_only_plain();
    shell_expect(0, "for x in words tokens; do d=$SRC/examples/two_plugins/$x; "
                    "mkdir $x && cp $d/helper.py $x && $EMBED build $d/$x.h "
                    "$d/$x.py -o $x/lib$x.so || exit 1; done; "
                    "$CC -D_GNU_SOURCE -I$SRC/include "
                    "$SRC/examples/two_plugins/host.c -o "
                    "host -pthread -ldl && cat $SRC/examples/*/*.[ch] >text");
    shell_expect(0, "./host text words/libwords.so tokens/libtokens.so");
    shell_expect_in_output("words    Ada ");
    shell_expect_in_output("tokens   Grace ");
    shell_expect_in_output(
        e2e_is_pypy()
            ? "each has its own helper, and sees the other's"
            : "own interpreters     words    Ada          THE QUICK "
              "     1500\n"
              "                     tokens   Grace        The qui.. "
              "     5000\n"
              "shared interpreter   words    Ada          The qui.. "
              "     5000\n"
              "                     tokens   Grace        The qui.. "
              "     5000\n"
              "\nWith own interpreters neither plug-in saw the other");
}

static void
the_examples_of_the_readme_run(void **state)
{
    (void)state;
    shell_only_plain();
    e2e_not_on_pypy();
    /* The tree is not installed. */
    shell_write("pkg-config", "#!/bin/sh\necho -I$BUILD/include -L$BUILD/lib "
                              "-Wl,-rpath,$BUILD/lib -lembed\n");
    shell_expect(0, "chmod +x pkg-config && PATH=$PWD:$BUILD/bin:$PATH "
                    "CPATH=$BUILD/include $PYTHON $SRC/tests/readme/run.py "
                    "$SRC/README.md");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, shell_enter, shell_leave)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(hello_says_hello),
        TEST(two_plug_ins_each_have_their_own_helper),
        TEST(the_examples_of_the_readme_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

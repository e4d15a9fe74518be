/* test_generated.c - `embed build GENERATED.c`, with code of the form that CFFI
 * generates.  `make stock-cffi` has CFFI's own.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/shell.h"

#define HOST                               \
 "#include <stdio.h>\n"                    \
 "int add(int, int);\nint checks(void);\n" \
 "int main(void) { printf(\"%d %d\\n\", add(40, 2), checks()); }\n"

static void
generated_code_runs_on_libembed(void **state)
{
    (void)state; /* embedding.md 14, plugin-abi.md 1 */
    shell_only_plain();
    shell_write("host.c", HOST);
    shell_expect(0, "$EMBED build $SRC/tests/generated/gen.c");
    shell_expect_output("");
    shell_expect(0, "nm -D --defined-only gen.so | cut -c18-");
    shell_expect_output("T PyInit_gen\nT _cffi_pypyinit_gen\nT add\nT "
                        "checks\n");
    shell_expect(0, "cc host.c -o host ./gen.so && ./host");
    shell_expect_output("45 0\n");
}

static void
a_compiler_command_by_hand_does_too(void **state)
{
    (void)state;
    shell_only_plain();
    shell_write("host.c", HOST);
    shell_expect(0, "cc -shared -fPIC -fvisibility=hidden "
                    "$SRC/tests/generated/gen.c -o gen.so "
                    "-I$BUILD/include/embed/cffi -I$BUILD/include "
                    "-L$BUILD/lib -lembed -Wl,-rpath,$BUILD/lib && "
                    "cc host.c -o host ./gen.so && ./host");
    shell_expect_output("45 0\n");
}

static void
its_module_can_be_imported(void **state)
{
    (void)state; /* M1, M2 */
    shell_only_plain();
    shell_expect(0, "$EMBED build $SRC/tests/generated/gen.c -o gen.so && "
                    "$PYTHON -c 'from gen import ffi, lib; print(lib.plus(1, "
                    "2), lib.THREE, lib.turn([5, 6]).x, lib.add(1, 1))'");
    shell_expect_output("3 3 6 5\n");
}

static void
other_code_is_refused(void **state)
{
    (void)state;
    shell_write("x.c", "int x;\n");
    shell_expect(1, "$EMBED build x.c");
    shell_expect_output("embed: error: x.c: this is not C code that CFFI's "
                        "emit_c_code() has written; to compile C code in, use "
                        "--source\n");
    shell_expect(1, "sed 's/\\bgen\\b/logging/g' "
                    "$SRC/tests/generated/gen.c >logging.c; "
                    "$EMBED build logging.c");
    shell_expect_in_output("how about logging_plugin");
    shell_expect(1, "$EMBED build none.c");
    shell_expect_in_output("none.c: No such file or directory");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, shell_enter, shell_leave)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(generated_code_runs_on_libembed),
        TEST(a_compiler_command_by_hand_does_too),
        TEST(its_module_can_be_imported),
        TEST(other_code_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

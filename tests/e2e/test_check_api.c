/* test_check_api.c - `embed check-api`.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/shell.h"

static int
enter(void **state)
{
    int status = shell_enter(state);
    shell_expect(0, "cp $SRC/tests/golden/check/real.h .");
    return status;
}

static void
agreement(const char *declarations, const char *output)
{
    shell_write("decl.h", declarations);
    shell_expect(0, "$EMBED check-api decl.h --against real.h");
    shell_expect_output(output);
}

static void
declarations_that_agree_are_counted(void **state)
{
    (void)state; /* O13 */
    agreement("#define LIMIT 10\n", "1 declarations agree with real.h\n");
    agreement("typedef struct { int x; long y; } point_t;\n"
              "struct node { struct node *next; unsigned flags : 3;\n"
              "    char name[8]; union { int i; float f; }; };\n"
              "struct hidden;\ntypedef unsigned short token_t;\n"
              "extern int counter;\nint length(char *);\n"
              "point_t *move(point_t *, unsigned long);\n"
              "int format(char *, char *, ...);\n"
              "enum color { RED, GREEN = 5, BLUE };\n",
              "12 declarations agree with real.h\n");
    agreement("struct bits { unsigned first : 5, second : 3; };\n"
              "struct nested { struct { float z, w; } u; };\n"
              "typedef struct { float a; } fa_t;\nvoid take(fa_t *);\n"
              "enum sign { PLUS = 1, MINUS = -1 };\n"
              "enum sign sign_of(int);\n",
              "8 declarations agree with real.h\n");
    /* What cdef() leaves to the compiler. */
    agreement("struct node { char name[8]; ...; };\n#define LIMIT ...\n"
              "typedef int... token_t;\ntypedef ... point_t;\n"
              "int call_macro(int);\nenum color { RED, BLUE, ... };\n",
              "8 declarations agree with real.h\n");
    /* A header with directives of its own. */
    agreement("#include <stddef.h>\n"
              "typedef struct { int x; long y; } point_t;\n"
              "point_t *move(point_t *p, size_t n);\n",
              "2 declarations agree with real.h\n");
}

static void
all_differences_are_listed_with_line_and_caret(void **state)
{
    (void)state; /* O13 */
    shell_expect(0, "cp $SRC/tests/golden/check/decl.* .");
    shell_expect(1, "$EMBED check-api decl.h --against real.h");
    shell_expect(0, "$EMBED check-api decl.h --against real.h 2>found; "
                    "diff decl.err found");
}

static void
wrong_inputs_are_told_apart(void **state)
{
    (void)state;
    shell_write("decl.h", "int f(;\n");
    shell_expect(1, "$EMBED check-api decl.h --against real.h");
    shell_expect_output(
        "decl.h:1:7: error: identifier expected\nint f(;\n      ^\n");
    shell_write("decl.h", "int f(void);\n");
    shell_expect(1, "$EMBED check-api decl.h --against no_such.h");
    shell_expect_in_output("no_such.h");
    shell_expect(1, "$EMBED check-api none.h --against real.h");
    shell_expect_in_output("none.h: No such file or directory");
    shell_expect(2, "$EMBED check-api decl.h");
    shell_expect_in_output("embed: --against REAL.h is missing");
    shell_expect(2, "$EMBED check-api");
    shell_expect_in_output("embed: DECL.h is missing");
    shell_expect(2, "$EMBED build a.h b.py --against c.h");
    shell_expect_in_output("unknown option '--against' (see check-api)");
    /* Headers that the compiler finds, and options for it. */
    shell_write("decl.h", "struct stat { ...; };\n#define ONE 1\n");
    shell_write("with.h", "#ifdef WITH\n#include <sys/stat.h>\n"
                          "#define ONE WITH\n#endif\n");
    shell_expect(0, "$EMBED check-api decl.h --against with.h -DWITH=1");
    shell_expect(1, "$EMBED check-api decl.h --against with.h");
    shell_expect(0, "mkdir inc && mv with.h inc && "
                    "$EMBED check-api decl.h --against with.h -I inc -D WITH");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, enter, shell_leave)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(declarations_that_agree_are_counted),
        TEST(all_differences_are_listed_with_line_and_caret),
        TEST(wrong_inputs_are_told_apart),
    };
    return shell_is_first_python() ? cmocka_run_group_tests(tests, NULL, NULL)
                                   : 77;
}

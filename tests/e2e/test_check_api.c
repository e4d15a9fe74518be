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

/* The real header of all cases. */
#define REAL                                                            \
 "#ifndef REAL_H\n#define REAL_H\n"                                     \
 "#include <stddef.h>\n"                                                \
 "#define LIMIT 10\n#define LABEL \"text\"\n"                           \
 "#define call_macro(x) ((x) + 1)\n"                                    \
 "enum color { RED, GREEN = 5, BLUE };\n"                               \
 "typedef struct { int x; long y; } point_t;\n"                         \
 "struct node { struct node *next; unsigned flags : 3; char name[8];\n" \
 "    union { int i; float f; }; };\n"                                  \
 "struct hidden;\n"                                                     \
 "typedef unsigned short token_t;\n"                                    \
 "extern int counter;\n"                                                \
 "int length(const char *text);\n"                                      \
 "point_t *move(point_t *p, size_t n);\n"                               \
 "int format(char *out, const char *fmt, ...);\n"                       \
 "#endif\n"

static int
enter(void **state)
{
    int status = shell_enter(state);
    shell_write("real.h", REAL);
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
    shell_write("decl.h", "typedef struct { int x; int y; } point_t;\n"
                          "struct node { struct node *next; char name[4];\n"
                          "    unsigned flags : 2; int more; };\n"
                          "struct hidden { int a; };\n"
                          "typedef int token_t;\n"
                          "extern long counter;\n"
                          "int length(int *);\n"
                          "point_t *move(point_t *);\n"
                          "int format(char *, const char *);\n"
                          "#define LIMIT 11\n"
                          "enum color { RED, GREEN = 6 };\n"
                          "int nothing(void);\n"
                          "#define NOTHING 1\n"
                          "struct none { int a; };\n");
    shell_expect(1, "$EMBED check-api decl.h --against real.h");
    static const char *const lines[] = {
        "decl.h:1:34: error: field 'y' is 'int', real.h has 'long'\n"
        "typedef struct { int x; int y; } point_t;\n"
        "                                 ^\n",
        "decl.h:1:34: error: its size is 8, real.h has 16\n",
        "decl.h:2:8: error: field 'name' is 'char[4]', real.h has 'char[8]'\n",
        "decl.h:2:8: error: bit-field 'flags' is 2 bits wide, real.h has 3\n",
        "decl.h:2:8: error: real.h has no field 'more' in struct node\n",
        "decl.h:2:8: error: field 'i' of real.h is not declared; end the "
        "declaration with '...;' if it need not be\n",
        "decl.h:2:8: error: field 'name' is at offset 8, real.h has 9\n"
        "struct node { struct node *next; char name[4];\n       ^\n",
        "decl.h:4:8: error: it is opaque in the real header\n",
        "decl.h:5:13: error: 'token_t' is 'int', real.h has 'unsigned "
        "short'\n",
        "decl.h:6:13: error: 'counter' is 'long', real.h has 'int'\n",
        "decl.h:7:5: error: 'length' is 'int(int *)', real.h has "
        "'int(char *)'\n",
        "decl.h:8:10: error: 'move' is 'point_t *(point_t *)', real.h has "
        "'point_t *(point_t *, size_t)'\n",
        "decl.h:9:5: error: 'format' is 'int(char *, char *)', real.h has "
        "'int(char *, char *, ...)'\n",
        "decl.h:10:9: error: its value is 11, real.h has 10\n",
        "decl.h:11:19: error: its value is 6, real.h has 5\n",
        "decl.h:12:5: error: real.h has no 'nothing'\n",
        "decl.h:13:9: error: real.h has no 'NOTHING'\n",
        "decl.h:14:8: error: real.h has no 'struct none'\n",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        shell_expect_in_output(lines[i]);
    }
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

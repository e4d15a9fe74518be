/* test_command.c - the commands that run extensions: call, check, doctor.
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
#include <string.h>

#include "tests/support/e2e.h"
#include "tests/support/shell.h"

/* --- call -----------------------------------------------------------------*/

/* A function of the plug-in `values`, and what is printed. */
static void
calls(const char *call, const char *output)
{
    shell_expect(0, "$EMBED call $BUILD/tests/e2e/plugins/libvalues.so %s",
                 call);
    shell_expect_output(output);
}

static void
refuses(const char *call, const char *message)
{
    shell_expect(1, "$EMBED call $BUILD/tests/e2e/plugins/libvalues.so %s",
                 call);
    shell_expect_in_output(message);
}

static void
values_are_read_and_printed(void **state)
{
    (void)state;
    shell_only_plain();
    calls("same_int -5", "-5\n");
    calls("same_uint64 18446744073709551615", "18446744073709551615\n");
    calls("same_int '(1 << 4) + 2'", "18\n");
    calls("same_bool true", "true\n");
    calls("same_char x", "'x'\n");
    calls("same_char 7", "7\n");
    calls("same_float 0.1", "0.1\n");
    calls("same_double -1e300", "-1e+300\n");
    calls("same_text 'a \"b\"'", "\"a \\\"b\\\"\"\n");
    calls("same_text NULL", "NULL\n");
    calls("same_pointer 0x10", "0x10\n");
    calls("same_pair '{1, 2.5}'", "{.x = 1, .y = 2.5}\n");
    calls("same_small '{1, 2, c}'", "{.a = 1, .b = 2, .c = 'c'}\n");
    calls("sum_rows '{{1,2,3},{4,5,6}}' 2",
          "46\nargument 1: {{1, 2, 3}, {4, 5, 6}}\n");
    calls("put_int '{0}' '{5}'", "argument 1: 5\nargument 2: 5\n");
    calls("put_pair '{0,0}' '{3,4}'", "argument 1: {.x = 3, .y = 4}\n"
                                      "argument 2: {.x = 3, .y = 4}\n");
    calls("total_arrays '{{1,2,3}}'", "6\nargument 1: {.a = {1, 2, 3}, .name = "
                                      "\"\", .m = {{0, 0}, {0, 0}}}\n");
    calls("total_nested '{{1,2,a},{3,{4,5}},{{6,7,b}}}'", "223\n");
    calls("same_arrays '{{1,2}, \"a,}\", {{0,1},{2}}}'",
          "{.a = {1, 2, 0}, .name = \"a,}\", .m = {{0, 1}, {2, 0}}}\n");
}

static void
values_that_are_none_are_refused(void **state)
{
    (void)state;
    shell_only_plain();
    refuses("same_int8 128", "argument 1: '128' is no int8_t");
    refuses("same_uint -1", "argument 1: '-1' is no unsigned int");
    refuses("same_int x", "argument 1: 'x' is no int");
    refuses("same_int ''", "argument 1: '' is no int");
    refuses("same_double 1.5x", "argument 1: '1.5x' is no double");
    refuses("same_bool 2", "argument 1: '2' is no _Bool");
    refuses("same_pair '{1,2,3}'", "too many values for pair");
    refuses("same_pair '{1,2'", "'}' is missing");
    refuses("same_pair '{1,2}}'", "is no pair");
    refuses("same_pair 1", "pair is written {..., ...}");
    refuses("put_int text 5", "'text' is no int *");
    refuses("same_opaque '{1}'", "size of struct values_opaque is not known");
    refuses("same_int", "1 argument, not 0: int same_int(int)");
    refuses("same_int 1 2", "1 argument, not 2: int same_int(int)");
    refuses("nothing", "exports no function 'nothing' (see embed inspect)");
    refuses("same_bits '{1}'", "cannot be passed or returned by value");
    shell_expect(1, "$EMBED call nothing.so f");
    shell_expect_output(
        "embed: error: nothing.so: No such file or directory\n");
    shell_expect(2, "$EMBED call x.so");
    shell_expect_in_output("FUNCTION is missing");
    shell_expect(2, "$EMBED call --time 0 x.so f");
    shell_expect_in_output("--time must be a number of calls, not '0'");
}

static void
calls_are_timed_and_their_failures_told(void **state)
{
    (void)state;
    shell_only_plain();
    shell_expect(0, "$EMBED call --time 1000 "
                    "$BUILD/tests/e2e/plugins/life/liblifea.so life_add 1 2");
    shell_expect_in_output("3\nfirst call, with the start: ");
    shell_expect_in_output("; 1000 calls: ");
    shell_expect(1, "$EMBED call $BUILD/tests/e2e/plugins/life/liblifea.so "
                    "life_run 1/0 2>&1");
    shell_expect_in_output(
        "embed: error: lifea: ZeroDivisionError: division by zero\n");
    /* It runs with the Python that was asked for. */
    shell_expect(0, "$EMBED call $BUILD/tests/e2e/plugins/life/liblifea.so "
                    "life_run 'import sys; result = sys.version_info[1]'");
    assert_int_equal(strtol(shell_output(), NULL, 10),
                     e2e_python_version() & 0xff);
}

static void
a_library_that_crashes_or_ends_its_process_is_told(void **state)
{
    (void)state;
    shell_only_plain();
    shell_write("crash.c", "#include <signal.h>\n"
                           "__attribute__((constructor)) static void\n"
                           "f(void) { raise(SIGBUS); }\n");
    shell_expect(0, "$CC -shared -fPIC crash.c -o crash.so");
    shell_expect(1, "$EMBED call ./crash.so f");
    shell_expect_output(
        "embed: error: ./crash.so: crashed by signal 7, Bus error\n");
    shell_write("exit.c", "#include <stdlib.h>\n"
                          "__attribute__((constructor)) static void\n"
                          "f(void) { exit(7); }\n");
    shell_expect(0, "$CC -shared -fPIC exit.c -o exit.so");
    shell_expect(7, "$EMBED call ./exit.so f");
    shell_expect_output("");
}

/* --- check, doctor --------------------------------------------------------*/

/* The row of a module in the table of the Python under test. */
static void
row(const char *module, char *out, size_t cap)
{
    char head[32];
    char line[64];
    (void)snprintf(head, sizeof head, "CPython 3.%u.",
                   e2e_python_version() & 0xff);
    (void)snprintf(line, sizeof line, "\n  %s ", module);
    const char *at = strstr(shell_output(), head);
    at = at == NULL ? NULL : strstr(at, line);
    assert_non_null(at);
    (void)snprintf(out, cap, "%.*s", (int)strcspn(at + 1, "\n"), at + 1);
}

static void
row_has(const char *module, const char *text)
{
    char line[256];
    row(module, line, sizeof line);
    if (strstr(line, text) == NULL) {
        fail_msg("%s: expected '%s'", line, text);
    }
}

static void
modules_are_checked(void **state)
{
    bool is_old = e2e_python_version() < 0x030d;
    (void)state;
    shell_only_plain();
    shell_expect(0, "echo 'import os, signal\n"
                    "os.kill(os.getpid(), signal.SIGSEGV)' >crashes.py && "
                    "echo 'import sys\nassert \"again\" not in sys.argv\n"
                    "sys.argv.append(\"again\")' >fine.py");
    shell_expect(1, "$EMBED check json readline _ctypes no_such_module "
                    "--path $PWD crashes fine");
    row_has("json", "yes  yes");
    row_has("readline", "NO   yes ");
    row_has("readline", "import: ImportError: module readline does not "
                        "support loading in subinterpreters");
    row_has("_ctypes", is_old ? "NO   yes " : "yes  yes ");
    row_has("no_such_module", "not there");
    row_has("crashes", "own: import: crash, signal 11");
    row_has("fine", "yes  yes");
    shell_expect_in_output("5 modules: ");
    shell_expect_in_output("; 1 not there\n");
    shell_expect_in_output("not fit for level own");
    shell_expect(0, "$EMBED check json sqlite3");
    shell_expect(2, "$EMBED check");
    shell_expect_in_output("MODULE is missing");
    shell_expect(2, "$EMBED check --colour x");
}

static void
the_doctor_tells_what_works(void **state)
{
    (void)state;
    shell_only_plain();
    shell_expect(0, "EMBED_EXIT_TIMEOUT_MS=1234 $EMBED doctor");
    shell_expect_in_output("\nvariables:\n");
    shell_expect_in_output("  EMBED_EXIT_TIMEOUT_MS=1234\n");
    shell_expect_in_output("\n  own      cpython 3.");
    shell_expect_in_output("\n  sub      cpython 3.");
    shell_expect_in_output("\n  shared   cpython 3.");
    shell_expect(1, "CC=/nowhere/cc $EMBED doctor");
    shell_expect_in_output("no C compiler: embed build needs one (CC)");
    shell_expect(1, "EMBED_PYTHON=9.9 $EMBED doctor");
    shell_expect_in_output("embed: error: extensions do not start here\n");
    shell_expect(2, "$EMBED doctor now");
}

#define TEST(test) \
 cmocka_unit_test_setup_teardown(test, shell_enter, shell_leave)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(values_are_read_and_printed),
        TEST(values_that_are_none_are_refused),
        TEST(calls_are_timed_and_their_failures_told),
        TEST(a_library_that_crashes_or_ends_its_process_is_told),
        TEST(modules_are_checked),
        TEST(the_doctor_tells_what_works),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

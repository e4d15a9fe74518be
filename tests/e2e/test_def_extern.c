/* test_def_extern.c - @ffi.def_extern(): attaching, failing, reporting.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <complex.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "embed.h"
#include "tests/e2e/plugins/deffail.h"
#include "tests/e2e/plugins/defs.h"
#include "tests/support/e2e.h"

static void *library;

#define FN(name) ((__typeof__(name) *)(uintptr_t)e2e_symbol(library, #name))

static void
load(void)
{
    library = e2e_load("defs");
}

/* The last error is this one. */
static void
check_error(embed_status status, const char *function, const char *type)
{
    const embed_error *e = embed_last_error();
    E2E_CHECK_STR(e->function, function);
    E2E_CHECK_STR(e->type, type);
    E2E_CHECK_INT(e->status, status);
    E2E_CHECK_STR(e->extension,
                  strncmp(function, "deffail", 7) == 0 ? "deffail" : "defs");
    embed_clear_error();
}

/* Runs the scenario and compares its stderr, without the digits of
 * addresses. */
static void
expect_stderr(e2e_scenario *scenario, const char *expected)
{
    static e2e_result r;
    e2e_run(scenario, NULL, 20, &r);
    char *out = r.err;
    for (const char *in = r.err; *in != '\0'; in++) {
        bool is_address = in > r.err + 1 && in[-1] == 'x' && in[-2] == '0';
        while (is_address && isxdigit((unsigned char)*in)) {
            in++;
        }
        *out++ = *in;
    }
    *out = '\0';
    assert_string_equal(r.err, expected);
    assert_int_equal(r.exit_code, 0);
}

/* --- what each failure returns --------------------------------------------*/

/* `f(arg)` gives `expr` about its result `r`, and this last error. */
#define EXPECT_FAIL(f, arg, expr, status, type) \
 do {                                           \
  __typeof__(FN(f)(arg)) r = FN(f)(arg);        \
  E2E_CHECK(expr);                              \
  check_error((status), #f, (type));            \
 } while (0)

static void
exceptions_scenario(void *unused)
{
    static const char *const types[] = {
        "ValueError", "SystemExit",   "KeyboardInterrupt", "GeneratorExit",
        "defs.Evil",  "RuntimeError", "RecursionError"};
    (void)unused;
    load();
    for (int i = 0; i < 7; i++) {
        embed_status raised = EMBED_E_EXCEPTION;
        EXPECT_FAIL(failing, i, r == -7, raised, types[i]);
        EXPECT_FAIL(failing_to_zero, i, r == 0, raised, types[i]);
        EXPECT_FAIL(failing_double, i, r == -0.5, raised, types[i]);
        EXPECT_FAIL(failing_text, i, strcmp(r, "denied") == 0, raised,
                    types[i]);
        EXPECT_FAIL(failing_bool, i, r, raised, types[i]);
        EXPECT_FAIL(failing_enum, i, r == DEFS_HIGH, raised, types[i]);
        EXPECT_FAIL(failing_point, i, r.x == 3 && r.y == 4.5, raised, types[i]);
        EXPECT_FAIL(failing_ldouble, i, r == 0.25L, raised, types[i]);
        EXPECT_FAIL(failing_complex, i, r == 0, raised, types[i]);
        FN(failing_void)(i);
        check_error(raised, "failing_void", types[i]);
    }
}

static void
every_exception_gives_the_failure_value_and_the_last_error(void **state)
{
    (void)state; /* D5, R18 */
    e2e_expect_ok(exceptions_scenario, NULL, 20);
}

static void
unattached_scenario(void *unused)
{
    (void)unused;
    load();
    errno = 77;
    EXPECT_FAIL(unattached, 1, r == -8, EMBED_E_UNATTACHED, "");
    EXPECT_FAIL(unattached_to_zero, 1, r == 0, EMBED_E_UNATTACHED, "");
    EXPECT_FAIL(unattached_point, , r.x == 0 && r.y == 0, EMBED_E_UNATTACHED,
                "");
    FN(unattached_void)();
    check_error(EMBED_E_UNATTACHED, "unattached_void", "");
    E2E_CHECK_INT(errno, 77);
}

#define UNATTACHED(name, value)                                         \
 "extern \"Python\": function defs." name "() called, but no code was " \
 "attached to it yet with @ffi.def_extern().  Returning " value ".\n"

static void
a_function_without_python_code_says_so_and_keeps_errno(void **state)
{
    (void)state; /* section 5, R18 */
    expect_stderr(unattached_scenario,
                  UNATTACHED("unattached", "its failure value")
                      UNATTACHED("unattached_to_zero", "0")
                          UNATTACHED("unattached_point", "0")
                              UNATTACHED("unattached_void", "0"));
}

static void
init_failed_scenario(void *unused)
{
    (void)unused;
    library = e2e_load("deffail");
    errno = 77;
    EXPECT_FAIL(deffail_int, 1, r == -20, EMBED_E_INIT, "SystemExit");
    EXPECT_FAIL(deffail_int, 1, r == -20, EMBED_E_INIT, "SystemExit");
    EXPECT_FAIL(deffail_to_zero, 1, r == 0, EMBED_E_INIT, "SystemExit");
    EXPECT_FAIL(deffail_point_of, 1, r.x == 0 && r.y == 0, EMBED_E_INIT,
                "SystemExit");
    FN(deffail_void)();
    check_error(EMBED_E_INIT, "deffail_void", "SystemExit");
    E2E_CHECK_INT(errno, 77);
}

#define NOT_INITIALISED(name, value)                                     \
 "function deffail." name "() called, but initialization code failed.  " \
 "Returning " value ".\n"

static void
after_a_failed_init_every_call_says_so_and_attached_code_is_not_used(
    void **state)
{
    (void)state; /* F2, F3, I15, R12, R18 */
    e2e_not_on_pypy();
    static e2e_result r;
    e2e_run(init_failed_scenario, NULL, 20, &r);
    const char *expected[] = {
        "Failed to initialize the Python-libembed embedding logic:\n\n"
        "Traceback (most recent call last):\n"
        "  File \"<init code for 'deffail'>\", line 13, in <module>\n"
        "    fail()\n",
        "  File \"<init code for 'deffail'>\", line 10, in fail\n"
        "    raise SystemExit(\"not today\")\n"
        "SystemExit: not today\n\n"
        "From: deffail\ncompiled with libembed version: ",
        "\nPython: ", "\nsys.path: [",
        "]\n\n" NOT_INITIALISED("deffail_int", "its failure value")
            NOT_INITIALISED("deffail_int", "its failure value")
                NOT_INITIALISED("deffail_to_zero", "0")
                    NOT_INITIALISED("deffail_point_of", "0")
                        NOT_INITIALISED("deffail_void", "0")};
    const char *at = r.err;
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        const char *found = strstr(at, expected[i]);
        if (found == NULL || (i == 0 && found != at)) {
            fail_msg("not found: %s\nin: %s", expected[i], r.err);
        }
        at = found + strlen(expected[i]);
    }
    assert_string_equal(at, "");
    assert_int_equal(r.exit_code, 0);
}

static void
no_python_scenario(void *unused)
{
    (void)unused;
    E2E_CHECK_INT(setenv("EMBED_PYTHON", "9.9", 1), 0);
    load();
    errno = 77;
    EXPECT_FAIL(failing, 0, r == -7, EMBED_E_PYTHON, "");
    EXPECT_FAIL(failing_to_zero, 0, r == 0, EMBED_E_PYTHON, "");
    EXPECT_FAIL(failing_point, 0, r.x == 3 && r.y == 4.5, EMBED_E_PYTHON, "");
    E2E_CHECK_INT(errno, 77);
}

static void
shut_down_scenario(void *unused)
{
    (void)unused;
    load();
    E2E_CHECK_INT(FN(swap)(1), 2);
    E2E_CHECK_INT(embed_shutdown(20000), EMBED_OK);
    EXPECT_FAIL(failing, 0, r == -7, EMBED_E_CLOSED, "");
    EXPECT_FAIL(swap, 0, r == 0, EMBED_E_CLOSED, "");
    EXPECT_FAIL(failing_text, 0, strcmp(r, "denied") == 0, EMBED_E_CLOSED, "");
}

static void
without_python_calls_give_the_failure_value(void **state)
{
    (void)state; /* R18, X2 */
    static e2e_result r;
    e2e_run(no_python_scenario, NULL, 20, &r);
    assert_int_equal(r.exit_code, 0);
    assert_non_null(strstr(r.err, "9.9"));
    e2e_expect_ok(shut_down_scenario, NULL, 20);
}

/* --- results that do not convert ------------------------------------------*/

#define BAD_RESULTS(name, is_zero)                                \
 static void bad_##name(void)                                     \
 {                                                                \
  int n = FN(result_count)(#name);                                \
  E2E_CHECK(n > 2);                                               \
  FN(result_##name)(-1);                                          \
  E2E_CHECK_INT(embed_last_error()->status, EMBED_OK);            \
  for (int i = 0; i < n; i++) {                                   \
   __typeof__(result_##name(0)) r = FN(result_##name)(i);         \
   const embed_error *e = embed_last_error();                     \
   if (e->status != EMBED_E_CONVERT || !(is_zero)) {              \
    (void)fprintf(stderr, "value %d: status %d\n", i, e->status); \
    e2e_check_failed(#name, __FILE__, __LINE__);                  \
   }                                                              \
   bool is_type = strcmp(e->type, "TypeError") == 0;              \
   E2E_CHECK(is_type || strcmp(e->type, "OverflowError") == 0 ||  \
             strcmp(e->type, "LookupError") == 0 ||               \
             strcmp(e->type, "KeyError") == 0 ||                  \
             strcmp(e->type, "ValueError") == 0);                 \
   E2E_CHECK(e->message[0] != '\0' && e->traceback[0] != '\0');   \
   embed_clear_error();                                           \
  }                                                               \
 }
BAD_RESULTS(int, r == -9)
BAD_RESULTS(uchar, r == 0)
BAD_RESULTS(ullong, r == 0)
BAD_RESULTS(char, r == 0)
BAD_RESULTS(char16, r == 0)
BAD_RESULTS(bool, r == 0)
BAD_RESULTS(float, r == 0)
BAD_RESULTS(complex, r == 0)
BAD_RESULTS(pointer, r == NULL)
BAD_RESULTS(text, r == NULL)
BAD_RESULTS(function, r == NULL)
BAD_RESULTS(point, r.x == 0 && r.y == 0)
BAD_RESULTS(enum, r == 0)

static void
bad_results_scenario(void *unused)
{
    (void)unused;
    load();
    bad_int();
    bad_uchar();
    bad_ullong();
    bad_char();
    bad_char16();
    bad_bool();
    bad_float();
    bad_complex();
    bad_pointer();
    bad_text();
    bad_function();
    bad_point();
    bad_enum();
    for (int i = 0; i < FN(result_count)("void"); i++) {
        FN(result_void)(i);
        check_error(EMBED_E_CONVERT, "result_void", "TypeError");
    }
    E2E_CHECK_INT(FN(result_int)(-1), 5); /* __index__() will do */
    E2E_CHECK(FN(result_float)(-1) == 0.5F);
}

static void
a_result_of_the_wrong_type_or_size_gives_the_failure_value(void **state)
{
    (void)state; /* D5, D7, V3, V4, V5 */
    e2e_not_on_pypy();
    e2e_expect_ok(bad_results_scenario, NULL, 20);
}

static void
bad_argument_scenario(void *unused)
{
    (void)unused;
    load();
    int (*takes_byte)(int) =
        (int (*)(int))(uintptr_t)e2e_symbol(library, "takes_bool");
    E2E_CHECK_INT(takes_byte(1), 1);
    E2E_CHECK_INT(takes_byte(2), -12);
    check_error(EMBED_E_CONVERT, "takes_bool", "ValueError");
}

static void
an_argument_that_does_not_convert_fails_without_a_call(void **state)
{
    (void)state; /* D8 */
    e2e_expect_ok(bad_argument_scenario, NULL, 20);
}

/* --- what is printed ------------------------------------------------------*/

static void
print_scenario(void *unused)
{
    (void)unused;
    load();
    (void)FN(failing)(0);
    (void)FN(error_int)(1);
    (void)FN(failing)(1);
    FN(result_void)(0);
}

#define IGNORED(name, more)                                                    \
 "Exception ignored from libembed callback <function " name " at 0x>" more ":" \
 "\n"
#define FROM_FAILING(line, code)                                  \
 "Traceback (most recent call last):\n"                           \
 "  File \"<init code for 'defs'>\", line " line ", in failing\n" \
 "    " code "\n"

static void
exceptions_are_printed_with_the_source_lines_of_the_init_code(void **state)
{
    (void)state; /* D5, D7 */
    e2e_not_on_pypy();
    expect_stderr(
        print_scenario,
        IGNORED("failing", "")
            FROM_FAILING("16", "raise ValueError(\"kind %d\" % kind)") //
        "ValueError: kind 0\n"                                         //
        IGNORED("goes_wrong",
                ", trying to convert the result back to C")              //
        "TypeError: an integer is required\n"                            //
        IGNORED("failing", "") FROM_FAILING("18", "raise SystemExit(3)") //
        "SystemExit: 3\n"                                                //
        IGNORED("attach_results.<locals>.result",
                ", trying to convert the result back to C") //
        "TypeError: callback with the return type 'void' must return None\n");
}

static void
silent_scenario(void *unused)
{
    (void)unused;
    load();
    FN(stderr_none)();
    E2E_CHECK_INT(FN(failing)(0), -7);
    check_error(EMBED_E_EXCEPTION, "failing", "ValueError");
}

static void
nothing_is_printed_when_sys_stderr_is_none(void **state)
{
    (void)state; /* F1 */
    expect_stderr(silent_scenario, "");
}

static void
unraisable_scenario(void *unused)
{
    (void)unused;
    load();
    FN(unraisable_record)(1);
    E2E_CHECK_INT(FN(failing)(0), -7);
    const char *seen = FN(unraisable_seen)();
    E2E_CHECK(strncmp(seen,
                      "ValueError|kind 0|True|Exception ignored from libembed "
                      "callback <function failing at 0x",
                      86) == 0);
    E2E_CHECK_STR(strchr(seen, '>'), ">|None");
    E2E_CHECK_INT(FN(error_int)(1), 42);
    seen = FN(unraisable_seen)();
    E2E_CHECK(strncmp(seen, "TypeError|an integer is required|False|", 39) ==
              0);
    E2E_CHECK_STR(strchr(seen, '>'),
                  ">, trying to convert the result back to C|None");
}

static void
exceptions_go_to_sys_unraisablehook(void **state)
{
    (void)state; /* D5 */
    e2e_not_on_pypy();
    expect_stderr(unraisable_scenario, "");
}

/* --- error=, onerror= -----------------------------------------------------*/

static void
error_scenario(void *unused)
{
    (void)unused;
    load();
    for (int how = 0; how < 2; how++) {
        E2E_CHECK_INT(FN(error_int)(how), 42);
        E2E_CHECK(FN(error_double)(how) == 1.5);
        defs_point p = FN(error_point)(how);
        E2E_CHECK(p.x == 0 && p.y == 2.5);
        E2E_CHECK_STR(FN(error_text)(how), "text");
    }
}

static void
error_comes_before_the_declared_failure_value(void **state)
{
    (void)state; /* D5, R18 */
    e2e_expect_ok(error_scenario, NULL, 20);
}

static void
onerror_scenario(void *unused)
{
    (void)unused;
    load();
    E2E_CHECK_INT(FN(onerror_none)(0), -11);
    E2E_CHECK_STR(FN(onerror_seen)(), "ValueError|how 0|[('how', 0)]");
    check_error(EMBED_E_EXCEPTION, "onerror_none", "ValueError");
    E2E_CHECK_INT(FN(onerror_none)(1), -11);
    check_error(EMBED_E_CONVERT, "onerror_none", "TypeError");
    E2E_CHECK_STR(FN(onerror_seen)(), "TypeError|an integer is required|None");
    E2E_CHECK_INT(FN(onerror_none_error)(0), 43);
    E2E_CHECK_INT(FN(onerror_value)(0), 44);
    E2E_CHECK_INT(FN(onerror_value)(1), 44);
    FN(onerror_void)(0);
    check_error(EMBED_E_EXCEPTION, "onerror_void", "ValueError");
}

static void
onerror_is_told_and_decides_and_nothing_is_printed(void **state)
{
    (void)state; /* D6, D9 */
    e2e_not_on_pypy();
    expect_stderr(onerror_scenario, "");
}

static void
onerror_fails_scenario(void *unused)
{
    (void)unused;
    load();
    E2E_CHECK_INT(FN(onerror_raises)(0), 45);
    check_error(EMBED_E_EXCEPTION, "onerror_raises", "ValueError");
    E2E_CHECK_INT(FN(onerror_bad_value)(0), 46);
}

#define BY_ONERROR                                              \
 "Exception ignored during handling of the above exception by " \
 "'onerror':\n"
#define FROM_GOES_WRONG                                        \
 IGNORED("goes_wrong", "")                                     \
 "Traceback (most recent call last):\n"                        \
 "  File \"<init code for 'defs'>\", line 95, in goes_wrong\n" \
 "    raise ValueError(\"how %d\" % how)\n"                    \
 "ValueError: how 0\n"

static void
an_onerror_that_fails_is_reported_after_the_exception(void **state)
{
    (void)state; /* D6 */
    e2e_not_on_pypy();
    expect_stderr(onerror_fails_scenario, FROM_GOES_WRONG BY_ONERROR
                  "Traceback (most recent call last):\n"
                  "  File \"<init code for 'defs'>\", line 123, in "
                  "see_and_raise\n"
                  "    raise LookupError(\"from onerror\")\n"
                  "LookupError: from onerror\n" FROM_GOES_WRONG BY_ONERROR
                  "TypeError: an integer is required\n");
}

/* --- attaching ------------------------------------------------------------*/

static void
wrong_uses_scenario(void *unused)
{
    static const char *const expected[] = {
        "ffi.error: ffi.def_extern('missing'): no 'extern \"Python\"' "
        "function with this name",
        "ffi.error: ffi.def_extern('see'): no 'extern \"Python\"' function "
        "with this name",
        "ffi.error: ffi.def_extern('DEFS_LOW'): no 'extern \"Python\"' "
        "function with this name",
        "TypeError: def_extern() argument 'name' must be str or None, not int",
        "TypeError: def_extern() argument 'name' must be str or None, not "
        "bytes",
        "TypeError: @ffi.def_extern needs parentheses: write "
        "@ffi.def_extern()",
        "TypeError: expected a callable object, not int",
        "AttributeError: 'Index' object has no attribute '__name__'",
        "TypeError: expected a callable object for 'onerror', not int",
        "TypeError: def_extern() got an unexpected keyword argument "
        "'onfailure'",
        "TypeError: def_extern() takes at most 3 arguments (4 given)",
        "TypeError: def_extern() got multiple values for argument 'name'",
        "TypeError: an integer is required",
        "OverflowError: integer 2147483648 does not fit 'int'",
        "TypeError: callback with the return type 'void' must return None",
    };
    (void)unused;
    load();
    int n = 0;
    for (; FN(wrong_use)(n) != NULL; n++) {
        E2E_CHECK(n < (int)(sizeof expected / sizeof expected[0]));
        E2E_CHECK_STR(FN(wrong_use)(n), expected[n]);
    }
    E2E_CHECK_INT(n, sizeof expected / sizeof expected[0]);
    /* None of them replaced what was attached. */
    E2E_CHECK_INT(FN(failing)(0), -7);
    check_error(EMBED_E_EXCEPTION, "failing", "ValueError");
}

static void
wrong_uses_of_def_extern_are_told_at_once(void **state)
{
    (void)state; /* D2, D3 */
    e2e_not_on_pypy();
    e2e_expect_ok(wrong_uses_scenario, NULL, 20);
}

static void
attaching_scenario(void *unused)
{
    (void)unused;
    load();
    int (*swap_before)(int) = FN(swap);
    E2E_CHECK_INT(swap_before(40), 41);
    FN(attach_next)();
    E2E_CHECK_INT(swap_before(40), 42);
    E2E_CHECK(FN(swap) == swap_before);
    E2E_CHECK_INT(FN(of_lambda)(4), 8);
    E2E_CHECK_INT(FN(of_builtin)(-4), 4);
    E2E_CHECK_INT(FN(of_method)(4), 12);
    E2E_CHECK_INT(FN(of_class)(4), 4);
    E2E_CHECK_INT(FN(of_partial)(4), 16);
    E2E_CHECK_INT(FN(of_call)(4), 20);
    E2E_CHECK_INT(FN(positional)(0), 47);
    E2E_CHECK_INT(FN(returns_itself)(), 1);
}

static void
any_callable_attaches_and_another_one_replaces_it(void **state)
{
    (void)state; /* D1, D4 */
    e2e_expect_ok(attaching_scenario, NULL, 20);
}

/* --- errno ----------------------------------------------------------------*/

static void
errno_scenario(void *unused)
{
    (void)unused;
    load();
    errno = 4242; /* also over the start of Python */
    E2E_CHECK_INT(FN(errno_get)(), 4242);
    E2E_CHECK_INT(errno, 4242);
    E2E_CHECK_INT(FN(errno_set)(17), 17);
    E2E_CHECK_INT(errno, 17);
    E2E_CHECK_INT(FN(errno_untouched)(1), 0);
    E2E_CHECK_INT(errno, 17);
    (void)FN(errno_and_raise)(18);
    E2E_CHECK_INT(errno, 18);
    E2E_CHECK_INT(FN(failing)(0), -7);
    E2E_CHECK_INT(errno, 18);
}

static void
errno_goes_in_and_out_and_stays_otherwise(void **state)
{
    (void)state; /* V6, I9, O8, R13 */
    e2e_expect_ok(errno_scenario, NULL, 20);
}

static void
errno_alias_scenario(void *unused)
{
    (void)unused;
    load();
    errno = 1;
    (void)FN(errno_through)(&errno, 55);
    E2E_CHECK_INT(errno, 55);
    (void)FN(errno_last)(&errno, 1, 66);
    E2E_CHECK_INT(errno, 66);
    (void)FN(errno_last)(&errno, 0, 77);
    E2E_CHECK_INT(errno, 77);
}

static void
an_out_parameter_may_be_errno_itself(void **state)
{
    (void)state; /* O8 */
    e2e_not_on_pypy();
    e2e_expect_ok(errno_alias_scenario, NULL, 20);
}

/* --- the last error and the hook ------------------------------------------*/

static void
last_error_scenario(void *unused)
{
    (void)unused;
    load();
    E2E_CHECK_INT(embed_last_error()->status, EMBED_OK);
    E2E_CHECK_INT(FN(failing)(5), -7);
    const embed_error *e = embed_last_error();
    E2E_CHECK(e->size == sizeof(embed_error));
    E2E_CHECK_STR(e->message, "RuntimeError: second");
    E2E_CHECK_STR(e->type, "RuntimeError");
    E2E_CHECK_STR(e->value, "second");
    E2E_CHECK(strstr(e->traceback, "    {}[\"missing\"]\n") != NULL);
    E2E_CHECK(strstr(e->traceback, "\nKeyError: 'missing'\n") != NULL);
    E2E_CHECK(strstr(e->traceback,
                     "  File \"<init code for 'defs'>\", line 29, in failing\n"
                     "    raise RuntimeError(\"second\") from e\n"
                     "RuntimeError: second\n") != NULL);
    E2E_CHECK_INT(FN(failing)(4), -7);
    E2E_CHECK_STR(embed_last_error()->value, "");
    E2E_CHECK_STR(embed_last_error()->message, "defs.Evil");
    embed_clear_error();
    E2E_CHECK_INT(embed_last_error()->status, EMBED_OK);
    E2E_CHECK_STR(embed_last_error()->message, "");
}

static void
the_last_error_has_type_value_and_traceback(void **state)
{
    (void)state;
    e2e_expect_ok(last_error_scenario, NULL, 20);
}

static char hook_text[512];

/* A hook may call into libembed and extensions, this one included. */
static void
hook(const embed_error *e, void *arg)
{
    int saved = *(int *)arg;
    (*(int *)arg)++;
    if (saved == 0) {
        E2E_CHECK_INT(FN(swap)(1), 2);
        E2E_CHECK_INT(FN(unattached)(1), -8);
        E2E_CHECK_INT(*(int *)arg, 2);
        embed_info info = EMBED_INFO_INIT;
        E2E_CHECK_INT(embed_lookup("defs", &info), EMBED_OK);
    }
    (void)snprintf(hook_text, sizeof hook_text, "%d %s %s %s", e->status,
                   e->extension, e->function, e->message);
    errno = 99;
}

static void
hook_scenario(void *unused)
{
    (void)unused;
    load();
    int calls = 0;
    embed_set_error_hook(hook, &calls);
    errno = 33;
    E2E_CHECK_INT(FN(unattached)(1), -8);
    E2E_CHECK_STR(hook_text, "9 defs unattached no code was attached to it "
                             "yet with @ffi.def_extern()");
    E2E_CHECK_INT(errno, 33);
    check_error(EMBED_E_UNATTACHED, "unattached", "");
    E2E_CHECK_INT(FN(onerror_none)(0), -11);
    E2E_CHECK_STR(hook_text, "10 defs onerror_none ValueError: how 0");
    E2E_CHECK_INT(calls, 3);
    E2E_CHECK_INT(errno, 33);
    E2E_CHECK_INT(FN(onerror_value)(0), 44); /* no failure */
    E2E_CHECK_INT(calls, 3);
    embed_set_error_hook(NULL, NULL);
    E2E_CHECK_INT(FN(onerror_none)(0), -11);
    E2E_CHECK_INT(calls, 3);
    void *failed = e2e_load("deffail");
    embed_set_error_hook(hook, &calls);
    E2E_CHECK_INT(E2E_FN(__typeof__(deffail_int) *, failed, "deffail_int")(1),
                  -20);
    E2E_CHECK_STR(hook_text,
                  "5 deffail deffail_int init code failed: SystemExit: "
                  "not today");
}

static void
the_error_hook_sees_every_failure_and_may_call_back(void **state)
{
    (void)state;
    e2e_expect_ok(hook_scenario, NULL, 20);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            every_exception_gives_the_failure_value_and_the_last_error),
        cmocka_unit_test(
            a_function_without_python_code_says_so_and_keeps_errno),
        cmocka_unit_test(
            after_a_failed_init_every_call_says_so_and_attached_code_is_not_used),
        cmocka_unit_test(without_python_calls_give_the_failure_value),
        cmocka_unit_test(
            a_result_of_the_wrong_type_or_size_gives_the_failure_value),
        cmocka_unit_test(
            an_argument_that_does_not_convert_fails_without_a_call),
        cmocka_unit_test(
            exceptions_are_printed_with_the_source_lines_of_the_init_code),
        cmocka_unit_test(nothing_is_printed_when_sys_stderr_is_none),
        cmocka_unit_test(exceptions_go_to_sys_unraisablehook),
        cmocka_unit_test(error_comes_before_the_declared_failure_value),
        cmocka_unit_test(onerror_is_told_and_decides_and_nothing_is_printed),
        cmocka_unit_test(an_onerror_that_fails_is_reported_after_the_exception),
        cmocka_unit_test(wrong_uses_of_def_extern_are_told_at_once),
        cmocka_unit_test(any_callable_attaches_and_another_one_replaces_it),
        cmocka_unit_test(errno_goes_in_and_out_and_stays_otherwise),
        cmocka_unit_test(an_out_parameter_may_be_errno_itself),
        cmocka_unit_test(the_last_error_has_type_value_and_traceback),
        cmocka_unit_test(the_error_hook_sees_every_failure_and_may_call_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

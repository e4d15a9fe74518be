/* test_py_error.c - exceptions as text.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "subinterp/cpython/ext/error.h"
#include "tests/unit/py_harness.h"

static harness h;

/* Runs code that raises and makes an error of it. */
static void
error_of(const char *code, const char *what, ec_err *err)
{
    assert_false(harness_try(&h, code));
    assert_int_equal(EMBED_E_EXCEPTION,
                     es_err_from_exception(err, EMBED_E_EXCEPTION, what));
    assert_null(PyErr_Occurred());
}

static void
an_exception_becomes_type_value_and_traceback(void **state)
{
    (void)state;
    ec_err err = EC_ERR_INIT;

    error_of("def f():\n    raise ValueError('bad')\nf()\n", NULL, &err);
    assert_int_equal(EMBED_E_EXCEPTION, err.status);
    assert_string_equal("ValueError: bad", err.text);
    assert_string_equal("ValueError", err.type);
    assert_string_equal("bad", err.value);
    assert_non_null(strstr(err.traceback, "Traceback (most recent call last)"));
    assert_non_null(strstr(err.traceback, "line 2, in f"));
    assert_non_null(strstr(err.traceback, "\nValueError: bad\n"));
    ec_err_clear(&err);
}

static void
the_text_says_what_failed(void **state)
{
    (void)state;
    ec_err err = EC_ERR_INIT;

    error_of("1 / 0", "init code failed", &err);
    assert_string_equal("init code failed: ZeroDivisionError: division by zero",
                        err.text);
    ec_err_clear(&err);
}

static void
types_are_named_with_their_module(void **state)
{
    (void)state;
    ec_err err = EC_ERR_INIT;

    error_of("__name__ = 'plug'\nclass A:\n    class E(Exception): pass\n"
             "raise A.E()",
             NULL, &err);
    assert_string_equal("plug.A.E", err.type);
    assert_string_equal("plug.A.E", err.text);
    assert_string_equal("", err.value);
    ec_err_clear(&err);
}

static void
causes_are_in_the_traceback(void **state)
{
    (void)state;
    ec_err err = EC_ERR_INIT;

    error_of("try:\n    1 / 0\nexcept Exception as e:\n"
             "    raise KeyError('k') from e",
             NULL, &err);
    assert_string_equal("KeyError: 'k'", err.text);
    assert_non_null(strstr(err.traceback, "ZeroDivisionError"));
    ec_err_clear(&err);
}

static void
exits_and_interrupts_are_exceptions_like_others(void **state)
{
    (void)state;
    ec_err err = EC_ERR_INIT;

    error_of("raise SystemExit(7)", NULL, &err);
    assert_string_equal("SystemExit: 7", err.text);
    error_of("raise KeyboardInterrupt", NULL, &err);
    assert_string_equal("KeyboardInterrupt", err.text);
    ec_err_clear(&err);
}

static void
a_str_that_raises_leaves_the_type(void **state)
{
    (void)state;
    ec_err err = EC_ERR_INIT;

    error_of("class E(Exception):\n    def __str__(self): raise OSError\n"
             "raise E",
             NULL, &err);
    assert_non_null(strstr(err.text, "E"));
    assert_null(err.value);
    assert_non_null(err.traceback);
    ec_err_clear(&err);
}

static void
the_text_is_one_line_and_is_cut_between_characters(void **state)
{
    (void)state;
    ec_err err = EC_ERR_INIT;

    error_of("raise ValueError('a\\nb\\n')", NULL, &err);
    assert_string_equal("ValueError: a b", err.text);
    assert_string_equal("a\nb\n", err.value);
    error_of("raise ValueError('x' + '\\u20ac' * 2000)", NULL, &err);
    size_t n = strlen(err.text);
    assert_true(n < EC_ERR_TEXT_SIZE);
    assert_memory_equal("\xe2\x82\xac", err.text + n - 3, 3);
    assert_int_equal(6001, strlen(err.value));
    ec_err_clear(&err);
}

static void
lone_surrogates_are_escaped(void **state)
{
    (void)state;
    ec_err err = EC_ERR_INIT;

    error_of("raise ValueError('\\ud800')", NULL, &err);
    assert_string_equal("ValueError: \\ud800", err.text);
    ec_err_clear(&err);
}

static void
a_recursion_error_is_described(void **state)
{
    (void)state;
    ec_err err = EC_ERR_INIT;

    error_of("def f(): f()\nf()", NULL, &err);
    assert_string_equal("RecursionError", err.type);
    assert_non_null(strstr(err.traceback, "RecursionError"));
    ec_err_clear(&err);
}

static void
without_the_traceback_module_the_type_and_value_remain(void **state)
{
    (void)state;
    ec_err err = EC_ERR_INIT;

    harness_run(&h, "import sys, traceback\n"
                    "sys.modules['traceback'] = None\n");
    error_of("raise ValueError('bad')", NULL, &err);
    assert_string_equal("ValueError: bad\n", err.traceback);
    harness_run(&h, "sys.modules['traceback'] = traceback\n");
    ec_err_clear(&err);
}

static void
nobody_needs_to_want_the_error(void **state)
{
    (void)state;
    assert_false(harness_try(&h, "1 / 0"));
    assert_int_equal(EMBED_E_INIT,
                     es_err_from_exception(NULL, EMBED_E_INIT, NULL));
    assert_null(PyErr_Occurred());
}

static int
setup(void **state)
{
    (void)state;
    harness_start_main(&h);
    harness_start_sub(&h);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_exception_becomes_type_value_and_traceback),
        cmocka_unit_test(the_text_says_what_failed),
        cmocka_unit_test(types_are_named_with_their_module),
        cmocka_unit_test(causes_are_in_the_traceback),
        cmocka_unit_test(exits_and_interrupts_are_exceptions_like_others),
        cmocka_unit_test(a_str_that_raises_leaves_the_type),
        cmocka_unit_test(the_text_is_one_line_and_is_cut_between_characters),
        cmocka_unit_test(lone_surrogates_are_escaped),
        cmocka_unit_test(a_recursion_error_is_described),
        cmocka_unit_test(
            without_the_traceback_module_the_type_and_value_remain),
        cmocka_unit_test(nobody_needs_to_want_the_error),
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}

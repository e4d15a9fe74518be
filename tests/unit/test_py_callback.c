/* test_py_callback.c - C function pointers made of Python callables.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/py_rows.h"

static const row callbacks_convert_arguments_and_results_rows[] = {
    {"c=ffi.callback('int(int,int)', lambda x,y: x+y)\nc(2,3)", "5"},
    {"c=ffi.callback('int(*)(int,int)', lambda x,y: x+y)\nc",
     "<cdata 'int(*)(int, int)' calling <function <lambda> at 0x*>>"},
    {"c=ffi.callback('int(*)(int,int)', lambda x,y: x+y)\nffi.typeof(c)",
     "<ctype 'int(*)(int, int)'>"},
    {"ffi.callback('int', lambda: 5)",
     "!TypeError: expected a function ctype, got 'int'"},
    {"ffi.callback('int(int)', 5)",
     "!TypeError: expected a callable object, not int"},
    {"ffi.callback('int(int)', lambda x: x, error='x')",
     "!TypeError: an integer is required"},
    {"ffi.callback('int(int)', lambda x: x, onerror='x')",
     "!TypeError: expected a callable object for 'onerror', not str"},
    {"ffi.callback('int(int,...)', lambda x: x)",
     "!NotImplementedError: a callback cannot be variadic: 'int(int, ...)'"},
    {"ffi.callback('int(struct bits)', lambda x: x)",
     "!NotImplementedError: 'struct bits' cannot be passed or returned by "
     "value: it has bit-fields"},
    {"ffi.callback('int(union value)', lambda x: x)",
     "!NotImplementedError: 'union value' cannot be passed or returned by "
     "value: it is a union"},
    {"ffi.callback('int(double _Complex)', lambda x: x)",
     "<cdata 'int(*)(_cffi_double_complex_t)' calling <function <lambda> at "
     "0x*>>"},
    {"c=ffi.callback('int(*)(int)', lambda x: 1//0, onerror=lambda *a: "
     "7)\nc(2)",
     "7"},
    {"c=ffi.callback('struct point(*)(int)', lambda x: [x, x+1])\nc(2).y", "3"},
    {"c=ffi.callback('int(*)(struct point)', lambda x: x.y)\nc([1,9])", "9"},
    {"c=ffi.callback('int(*)(struct point *)', lambda x: x.y)\nc([[1,9]])",
     "9"},
    {"c=ffi.callback('int(*)(int *)', lambda x: x[1])\nc([1,9])", "9"},
    {"c=ffi.callback('int(*)(char *)', lambda x: "
     "len(ffi.string(x)))\nc(b'hello')",
     "5"},
    {"c=ffi.callback('int(*)(wchar_t *)', lambda x: "
     "len(ffi.string(x)))\nc('hello')",
     "5"},
    {"c=ffi.callback('int(*)(void *)', lambda x: "
     "len(ffi.string(ffi.cast('char *', x))))\nc(b'hello')",
     "5"},
    {"c=ffi.callback('int(*)(char *)', lambda x: x == ffi.NULL)\nc(ffi.NULL)",
     "1"},
    {"c=ffi.callback('float(*)(float)', lambda x: x*2)\nc(1.5)", "3.0"},
    {"c=ffi.callback('double(*)(double)', lambda x: x*2)\nc(1)", "2.0"},
    {"c=ffi.callback('long double(*)(long double)', lambda x: x)\nc(1)",
     "<cdata 'long double' 1.000000E+00>"},
    {"c=ffi.callback('char(*)(char)', lambda x: x)\nc(b'x')", "b'x'"},
    {"c=ffi.callback('_Bool(*)(_Bool)', lambda x: not x)\nc(True)", "False"},
    {"c=ffi.callback('wchar_t(*)(wchar_t)', lambda x: x)\nc('x')", "'x'"},
    {"c=ffi.callback('enum color(*)(enum color)', lambda x: x)\nc(1)", "1"},
    {"c=ffi.callback('int *(*)(int *)', lambda x: x)\nc(ffi.NULL)",
     "<cdata 'int *' NULL>"},
    {"c=ffi.callback('void(*)(int)', lambda x: None)\nc(1)", "None"},
    {"c=ffi.callback('signed char(*)(short)', lambda x: x)\nc(-5)", "-5"},
};

static void
callbacks_convert_arguments_and_results(void **state)
{
    rows_check(*state, callbacks_convert_arguments_and_results_rows,
               N_ROWS(callbacks_convert_arguments_and_results_rows));
}

static void
a_failing_callback_is_reported_and_gives_the_error_value(void **state)
{
    rows *r = *state;

    harness_capture(&r->h);
    harness_run(&r->h, "def bad(x): return 1 // x\n"
                       "c = ffi.callback('int(*)(int)', bad, error=42)\n"
                       "assert c(1) == 1 and err() == ''\n"
                       "assert c(0) == 42\n"
                       "text = err()\n"
                       "assert text.startswith("
                       "'Exception ignored from libembed callback <function "
                       "bad at '), text\n"
                       "assert 'ZeroDivisionError' in text\n");
    harness_run(&r->h, "c = ffi.callback('int(*)(int)')(lambda x: 'no')\n"
                       "assert c(1) == 0\n"
                       "text = err()\n"
                       "assert 'trying to convert the result back to C' in "
                       "text, text\n"
                       "assert 'TypeError: an integer is required' in text\n");
    harness_run(&r->h, "c = ffi.callback('void(*)(void)', lambda: 5)\n"
                       "assert c() is None\n"
                       "assert \"'void' must return None\" in err()\n");
}

static void
onerror_may_choose_the_result(void **state)
{
    rows *r = *state;

    harness_capture(&r->h);
    harness_run(&r->h,
                "seen = []\n"
                "def onerror(t, v, tb):\n"
                "    seen.append((t, str(v), tb.tb_frame.f_locals))\n"
                "    return seen and answer\n"
                "def bad(x): raise KeyError(x)\n"
                "c = ffi.callback('int(*)(int)', bad, 42, onerror)\n"
                "answer = 7\n"
                "assert c(1) == 7 and err() == ''\n"
                "answer = None\n"
                "assert c(1) == 42 and err() == ''\n"
                "assert seen[0][0] is KeyError and seen[0][2]['x'] == 1\n"
                "answer = 'no'\n"
                "assert c(1) == 42\n"
                "text = err()\n"
                "assert 'KeyError: 1' in text, text\n"
                "assert \"during handling of the above exception by "
                "'onerror'\" in text, text\n");
}

static void
errno_passes_through_callbacks(void **state)
{
    rows *r = *state;

    harness_run(&r->h, "seen = []\n"
                       "def f():\n"
                       "    seen.append(ffi.errno)\n"
                       "    ffi.errno = 9\n"
                       "c = ffi.callback('void(*)(void)', f)\n"
                       "ffi.errno = 5\n"
                       "c()\n"
                       "assert seen == [5] and ffi.errno == 9\n");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(callbacks_convert_arguments_and_results),
        cmocka_unit_test(
            a_failing_callback_is_reported_and_gives_the_error_value),
        cmocka_unit_test(onerror_may_choose_the_result),
        cmocka_unit_test(errno_passes_through_callbacks),
    };

    return cmocka_run_group_tests(tests, rows_start, rows_end);
}

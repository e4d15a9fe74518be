/* test_py_cdata_call.c - function pointers and their arguments.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/py_rows.h"

#include <errno.h>
#include <stdio.h>
#include <wchar.h>

/* --- C functions for Python to call --------------------------------------*/

typedef struct point {
    int x;
    int y;
} point;

static int
c_add(int a, int b)
{
    return a + b;
}

static double
c_mul(double a, float b)
{
    return a * (double)b;
}

static int
c_len(const char *text)
{
    return (int)strlen(text);
}

static int
c_wlen(const wchar_t *text)
{
    return (int)wcslen(text);
}

static int
c_sum(const int *items, int n)
{
    int total = 0;

    for (int i = 0; i < n; i++) {
        total += items[i];
    }
    return total;
}

static point
c_shift(point p, int by)
{
    return (point){p.x + by, p.y + by};
}

static void
c_seterr(int n)
{
    errno = n;
}

static int
c_geterr(void)
{
    return errno;
}

static long double
c_half(long double x)
{
    return x / 2;
}

static int
c_vsum(int n, ...)
{
    va_list ap;
    int total = 0;

    va_start(ap, n);
    for (int i = 0; i < n; i++) {
        total += va_arg(ap, int);
    }
    va_end(ap);
    return total;
}

static int
c_first(const unsigned char *p)
{
    return p[0];
}

static int
c_same(int x)
{
    return x;
}

static int *
c_ptr(int *p)
{
    return p;
}

static int
c_ten(int a, int b, int c, int d, int e, int f, int g, int h, int i, int j)
{
    return a + b + c + d + e + f + g + h + i + 10 * j;
}

static int
c_put(FILE *f)
{
    return fputs("hello", f) >= 0;
}

static void
publish_functions(rows *r)
{
    static const struct {
        const char *name;
        void (*fn)(void);
    } list[] = {
        {"add", (void (*)(void))c_add},
        {"mul", (void (*)(void))c_mul},
        {"len", (void (*)(void))c_len},
        {"wlen", (void (*)(void))c_wlen},
        {"sum", (void (*)(void))c_sum},
        {"shift", (void (*)(void))c_shift},
        {"seterr", (void (*)(void))c_seterr},
        {"geterr", (void (*)(void))c_geterr},
        {"half", (void (*)(void))c_half},
        {"vsum", (void (*)(void))c_vsum},
        {"first", (void (*)(void))c_first},
        {"same", (void (*)(void))c_same},
        {"ptr", (void (*)(void))c_ptr},
        {"ten", (void (*)(void))c_ten},
        {"put", (void (*)(void))c_put},
    };
    PyObject *addresses = PyDict_GetItemString(r->h.globals, "A");

    for (size_t i = 0; i < N_ROWS(list); i++) {
        PyObject *n = PyLong_FromVoidPtr((void *)(uintptr_t)list[i].fn);

        assert_int_equal(0, PyDict_SetItemString(addresses, list[i].name, n));
        Py_DECREF(n);
    }
}

static int
start(void **state)
{
    (void)rows_start(state);
    publish_functions(*state);
    return 0;
}

static const row calls_check_their_arguments_rows[] = {
    {"a=ffi.cast('binop', 0)\na(1,2)",
     "!RuntimeError: cannot call null pointer from cdata 'int(*)(int, int)'"},
    {"a=ffi.cast('int *', 0)\na(1,2)",
     "!TypeError: cdata 'int *' is not callable"},
    {"a=ffi.cast('int', 0)\na(1,2)", "!TypeError: cdata 'int' is not callable"},
    {"a=ffi.cast('binop', 1)\na(1)",
     "!TypeError: 'int(*)(int, int)' expects 2 arguments, got 1"},
    {"a=ffi.cast('binop', 1)\na(1,2,3)",
     "!TypeError: 'int(*)(int, int)' expects 2 arguments, got 3"},
    {"a=ffi.cast('binop', 1)\na(1,2,x=3)",
     "!TypeError: a cdata function cannot be called with keyword arguments"},
    {"a=ffi.cast('int(*)(int,...)', 1)\na()",
     "!TypeError: 'int(*)(int, ...)' expects at least 1 arguments, got 0"},
    {"a=ffi.cast('int(*)(int,...)', 1)\na(1,2)",
     "!TypeError: argument 2 passed in the variadic part needs to be a "
     "cdata object (got int)"},
    {"a=ffi.cast('int(*)(int,...)', 1)\na(1,'a')",
     "!TypeError: argument 2 passed in the variadic part needs to be a "
     "cdata object (got str)"},
    {"a=ffi.cast('binop', 1)\na(1,'a')", "!TypeError: an integer is required"},
    {"a=ffi.cast('int(*)(int *)', 1)\na(1)",
     "!TypeError: initializer for ctype 'int *' must be a cdata pointer, "
     "not int"},
    {"a=ffi.cast('int(*)(int *)', 1)\na(['a'])",
     "!TypeError: an integer is required"},
    {"a=ffi.cast('int(*)(int *)', 1)\na(b'a')",
     "!TypeError: initializer for ctype 'int *' must be a cdata pointer, "
     "not bytes"},
    {"a=ffi.cast('int(*)(int *)', 1)\na(None)",
     "!TypeError: initializer for ctype 'int *' must be a cdata pointer, "
     "not NoneType"},
    {"a=ffi.cast('int(*)(char *)', 1)\na('a')",
     "!TypeError: initializer for ctype 'char *' must be a bytes or list or "
     "tuple, not str"},
    {"a=ffi.cast('int(*)(char *)', 1)\na(5)",
     "!TypeError: initializer for ctype 'char *' must be a cdata pointer, "
     "not int"},
    {"a=ffi.cast('int(*)(char *)', 1)\na(ffi.new('int *'))",
     "!TypeError: implicit cast to 'char *' from a different pointer type: "
     "'int *' (use ffi.cast() if that is what is meant)"},
    {"a=ffi.cast('int(*)(wchar_t *)', 1)\na(b'a')",
     "!TypeError: initializer for ctype 'wchar_t *' must be a cdata "
     "pointer, not bytes"},
    {"a=ffi.cast('int(*)(void *)', 1)\na('a')",
     "!TypeError: initializer for ctype 'void *' must be a cdata pointer, "
     "not str"},
    {"a=ffi.cast('int(*)(struct point *)', 1)\na({})",
     "!TypeError: initializer for ctype 'struct point *' must be a cdata "
     "pointer, not dict"},
    {"a=ffi.cast('int(*)(FILE *)', 1)\na(5)",
     "!TypeError: initializer for ctype 'FILE *' must be a cdata pointer, "
     "not int"},
    {"a=ffi.cast('int(*)(FILE *)', 1)\na(b'5')",
     "!TypeError: initializer for ctype 'FILE *' must be a cdata pointer, "
     "not bytes"},
    {"a=ffi.cast('int(*)(_Bool *)', 1)\na(b'\\2')",
     "!ValueError: an array of _Bool can only contain \\x00 or \\x01"},
    {"a=ffi.cast('int(*)(struct bits)', 1)\na([1])",
     "!NotImplementedError: 'struct bits' cannot be passed or returned by "
     "value: it has bit-fields"},
    {"a=ffi.cast('int(*)(union value)', 1)\na([1])",
     "!NotImplementedError: 'union value' cannot be passed or returned by "
     "value: it is a union"},
    {"a=ffi.cast('int(*)(struct point)', 1)\na(1)",
     "!TypeError: initializer for ctype 'struct point' must be a list or "
     "tuple or dict or struct-cdata, not int"},
};

static void
calls_check_their_arguments(void **state)
{
    rows_check(*state, calls_check_their_arguments_rows,
               N_ROWS(calls_check_their_arguments_rows));
}

static const row function_pointers_call_c_rows[] = {
    {"ffi.cast('int(*)(int, int)', A['add'])(2, 3)", "5"},
    {"ffi.cast('double(*)(double, float)', A['mul'])(1.5, 2)", "3.0"},
    {"ffi.cast('int(*)(const char *)', A['len'])(b'hello')", "5"},
    {"ffi.cast('int(*)(const char *)', A['len'])(ffi.new('char[]', b'abc'))",
     "3"},
    {"ffi.cast('int(*)(int *, int)', A['sum'])([1, 2, 3], 3)", "6"},
    {"ffi.cast('int(*)(int *, int)', A['sum'])(ffi.new('int[3]', [4, 5, "
     "6]), 3)",
     "15"},
    {"ffi.cast('int(*)(int *, int)', A['sum'])((), 0)", "0"},
    {"ffi.cast('int(*)(wchar_t *)', A['wlen'])('h\\U00012345')", "2"},
    {"ffi.cast('struct point(*)(struct point, int)', A['shift'])([1, 2], "
     "10).y",
     "12"},
    {"ffi.cast('struct point(*)(struct point, int)', A['shift'])({'x': 1}, "
     "10)",
     "<cdata 'struct point' owning 8 bytes>"},
    {"ffi.cast('void(*)(int)', A['seterr'])(7), ffi.errno", "(None, 7)"},
    {"ffi.errno = 42\nffi.cast('int(*)()', A['geterr'])()", "42"},
    {"ffi.cast('long double(*)(long double)', A['half'])(3)",
     "<cdata 'long double' 1.500000E+00>"},
    {"ffi.cast('int(*)(int, ...)', A['vsum'])(2, ffi.cast('int', 5), "
     "ffi.cast('char', 6))",
     "11"},
    {"ffi.cast('int(*)(int, ...)', A['vsum'])(2, ffi.cast('short', -5), "
     "ffi.cast('signed char', -6))",
     "-11"},
    {"ffi.cast('int(*)(_Bool *)', A['first'])(b'\\1')", "1"},
    {"ffi.cast('char(*)(char)', A['same'])(b'x')", "b'x'"},
    {"ffi.cast('signed char(*)(signed char)', A['same'])(-5)", "-5"},
    {"ffi.cast('_Bool(*)(_Bool)', A['same'])(True)", "True"},
    {"ffi.cast('enum color(*)(enum color)', A['same'])(5)", "5"},
    {"ffi.cast('int *(*)(int *)', A['ptr'])(ffi.NULL)", "<cdata 'int *' NULL>"},
    {"ffi.cast('int(*)(int,int,int,int,int,int,int,int,int,int)', "
     "A['ten'])(1,2,3,4,5,6,7,8,9,10)",
     "145"},
    {"ffi.cast('int(*)(void *)', A['first'])(b'\\5')", "5"},
    {"ffi.cast('int(*)(FILE *)', A['put'])(open('/dev/null', 'w'))", "1"},
};

static void
function_pointers_call_c(void **state)
{
    rows_check(*state, function_pointers_call_c_rows,
               N_ROWS(function_pointers_call_c_rows));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_check_their_arguments),
        cmocka_unit_test(function_pointers_call_c),
    };

    return cmocka_run_group_tests(tests, start, rows_end);
}

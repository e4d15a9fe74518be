/* test_py_export.c - ffi.def_extern() and calls of attached functions.
 *
 * The numbers D1-D9 and V1-V7 are those of the rules of embedding.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "subinterp/cpython/ext/attached.h"
#include "subinterp/cpython/ffi/state.h"
#include "tests/unit/py_fixture.h"
#include "tests/unit/py_harness.h"

static harness h;
static es_py *py;
static es_pyext *ext;

/* What a call's buffer is in generated code. */
typedef union buffer {
    uint64_t slot[20];
    long double align;
    char bytes[160];
} buffer;

/* Puts a C value at the start of a slot. */
#define PUT(b, i, value) memcpy(&(b)->slot[i], &(value), sizeof(value))

/* Calls an export; the error, if any, is checked to have no text left. */
static embed_status
call(int export, buffer *b, ec_err *err)
{
    assert_non_null(ext->attached[export]);
    ec_err own = EC_ERR_INIT;
    ec_err_clear(err);
    embed_status status = es_attached_call(ext->attached[export], b->bytes,
                                           err == NULL ? &own : err);
    ec_err_clear(&own);
    assert_null(PyErr_Occurred());
    return status;
}

/* Calls add(a, b) and returns its result. */
static int
call_add(int a, int b, embed_status expected)
{
    buffer buf = {{0}};
    int result;

    PUT(&buf, 0, a);
    PUT(&buf, 1, b);
    assert_int_equal(expected, call(E_ADD, &buf, NULL));
    memcpy(&result, &buf, sizeof result);
    return result;
}

/* --- def_extern ---------------------------------------------------------- */

static void
a_decorated_function_is_called(void **state) /* D1 */
{
    (void)state;
    harness_run(&h, "def add(a, b):\n    return a + b\n"
                    "same = ffi.def_extern()(add)\n");
    harness_check(&h, "same is add");
    assert_int_equal(42, call_add(40, 2, EMBED_OK));
    assert_int_equal(-3, call_add(-1, -2, EMBED_OK));
    assert_int_equal(INT32_MAX, call_add(INT32_MAX, 0, EMBED_OK));
    assert_int_equal(INT32_MIN, call_add(INT32_MIN, 0, EMBED_OK));
}

static void
a_name_can_be_given(void **state) /* D1 */
{
    (void)state;
    harness_run(&h, "@ffi.def_extern('add')\n"
                    "def f(a, b): return a * b\n");
    assert_int_equal(6, call_add(2, 3, EMBED_OK));
    harness_run(&h, "@ffi.def_extern(name='add')\n"
                    "def f(a, b): return a - b\n");
    assert_int_equal(-1, call_add(2, 3, EMBED_OK));
}

static void
wrong_uses_are_refused_with_a_clear_text(void **state) /* D2, D3 */
{
    (void)state;
    harness_raises(&h, "ffi.def_extern('x')(int)", "ffi.error",
                   "ffi.def_extern('x'): no 'extern \"Python\"' function with "
                   "this name");
    harness_raises(&h, "ffi.def_extern('sum')(int)", "ffi.error", "'sum'");
    harness_raises(&h, "ffi.def_extern(5)", "TypeError", "name");
    harness_raises(&h,
                   "ffi.def_extern()(object.__new__(type('C', (), "
                   "{'__call__': int})))",
                   "AttributeError", "__name__");
    harness_raises(&h, "ffi.def_extern('add')(5)", "TypeError",
                   "expected a callable object, not int");
    harness_raises(&h, "ffi.def_extern('add', onerror=5)", "TypeError",
                   "for 'onerror'");
    harness_raises(&h, "ffi.def_extern(nme='add')", "TypeError",
                   "unexpected keyword argument 'nme'");
    harness_raises(&h, "ffi.def_extern('add', name='add')", "TypeError",
                   "multiple values");
    harness_raises(&h, "ffi.def_extern(1, 2, 3, 4)", "TypeError", "at most 3");
    harness_raises(&h, "ffi.def_extern('add', error='a')(int)", "TypeError",
                   "");
    harness_raises(&h, "ffi.def_extern('add', error=2**31)(int)",
                   "OverflowError", "");
    harness_raises(&h, "ffi.def_extern('add', 1.5)(int)", "TypeError", "");
    harness_raises(&h, "ffi.def_extern('take', error=1)(int)", "TypeError",
                   "'void'");
}

static void
missing_parentheses_are_explained(void **state)
{
    (void)state;
    harness_raises(&h, "@ffi.def_extern\ndef add(a, b): return 1\n",
                   "TypeError", "write @ffi.def_extern()");
}

static void
an_empty_ffi_has_no_exports(void **state)
{
    (void)state;
    harness_raises(&h, "type(ffi)().def_extern('add')(int)", "ffi.error",
                   "no 'extern \"Python\"' function");
}

static void
attaching_again_replaces_the_function(void **state) /* D4 */
{
    (void)state;
    harness_run(&h, "import weakref, functools\n"
                    "class Adder:\n"
                    "    def __call__(self, a, b): return a + b + 100\n"
                    "a = Adder()\n"
                    "ffi.def_extern('add')(a)\n"
                    "ref = weakref.ref(a)\n"
                    "del a\n");
    assert_int_equal(103, call_add(1, 2, EMBED_OK));
    harness_run(&h, "ffi.def_extern('add')(functools.partial(max, 9))");
    harness_check(&h, "ref() is None");
    assert_int_equal(9, call_add(1, 2, EMBED_OK));
}

static void
a_function_may_replace_itself_while_it_runs(void **state)
{
    (void)state;
    harness_run(&h, "def attach(n):\n"
                    "    def f(a, b):\n"
                    "        attach(n + 1)\n"
                    "        return a + b + n\n"
                    "    ffi.def_extern('add')(f)\n"
                    "attach(0)\n");
    for (int i = 0; i < 3; i++) {
        assert_int_equal(3 + i, call_add(1, 2, EMBED_OK));
    }
}

/* --- failures ------------------------------------------------------------ */

static void
an_exception_gives_the_declared_failure_value(void **state) /* D5, R18 */
{
    (void)state;
    ec_err err = EC_ERR_INIT;
    buffer b = {{0}};

    harness_run(&h, "@ffi.def_extern()\n"
                    "def add(a, b):\n    raise ValueError('bad')\n");
    assert_int_equal(EMBED_E_EXCEPTION, call(E_ADD, &b, &err));
    assert_int_equal(-1, *(int *)(void *)&b);
    assert_string_equal("ValueError: bad", err.text);
    assert_string_equal("ValueError", err.type);
    assert_non_null(strstr(err.traceback, "in add"));
    ec_err_clear(&err);
    harness_run(&h, "text = err()");
    harness_check(&h, "text.startswith('Exception ignored from libembed "
                      "callback <function add at 0x')");
    harness_check(&h, "'>:\\nTraceback (most recent call last):\\n' in text");
    harness_check(&h, "text.endswith('\\nValueError: bad\\n')");
}

static void
error_wins_over_the_declared_failure_value(void **state) /* D5 */
{
    (void)state;
    harness_run(&h, "@ffi.def_extern(error=-7)\n"
                    "def add(a, b):\n    raise SystemExit\n");
    assert_int_equal(-7, call_add(1, 2, EMBED_E_EXCEPTION));
    harness_run(&h, "@ffi.def_extern('add', -8)\n"
                    "def f(a, b):\n    raise KeyboardInterrupt\n");
    assert_int_equal(-8, call_add(1, 2, EMBED_E_EXCEPTION));
    harness_check(&h, "'KeyboardInterrupt' in err()");
}

static void
a_result_that_does_not_convert_is_a_failure(void **state) /* D5, V5 */
{
    (void)state;
    static const char *const results[] = {"2**31", "None", "1.5", "'a'"};
    ec_err err = EC_ERR_INIT;

    for (size_t i = 0; i < sizeof results / sizeof results[0]; i++) {
        char code[80];
        buffer b = {{0}};

        (void)snprintf(code, sizeof code,
                       "ffi.def_extern('add')(lambda a, b: %s)", results[i]);
        harness_run(&h, code);
        assert_int_equal(EMBED_E_CONVERT, call(E_ADD, &b, &err));
        assert_int_equal(-1, *(int *)(void *)&b);
    }
    harness_check(&h, "err().count(', trying to convert the result back to "
                      "C:\\n') == 4");
    ec_err_clear(&err);
}

static void
the_unraisable_hook_gets_the_exception(void **state) /* D5 */
{
    (void)state;
    harness_run(&h, "import sys\nseen = []\n"
                    "def hook(u): seen.append((u.exc_type, str(u.exc_value),"
                    " u.exc_traceback is None, u.err_msg, u.object))\n"
                    "sys.unraisablehook = hook\n"
                    "@ffi.def_extern()\n"
                    "def add(a, b): return 1 / 0\n");
    assert_int_equal(-1, call_add(1, 2, EMBED_E_EXCEPTION));
    harness_run(&h, "sys.unraisablehook = sys.__unraisablehook__");
    harness_check(&h, "seen == [(ZeroDivisionError, 'division by zero', False,"
                      " f'Exception ignored from libembed callback {add!r}', "
                      "None)]");
}

static void
an_import_that_is_refused_gives_a_hint(void **state) /* R21 */
{
    (void)state;
    ec_err err = EC_ERR_INIT;
    buffer b = {{0}};

    harness_run(&h, "@ffi.def_extern()\n"
                    "def add(a, b): raise ImportError('module num does not "
                    "support loading in subinterpreters')\n");
    assert_int_equal(EMBED_E_EXCEPTION, call(E_ADD, &b, &err));
    assert_non_null(strstr(err.text, "hint: module num does not work"));
    assert_non_null(strstr(err.traceback, "\nhint: module num"));
    harness_check(&h, "'\\nhint: module num' in err()");
    ec_err_clear(&err);
}

static void
a_missing_stderr_silences_the_report(void **state)
{
    (void)state;
    harness_run(&h, "import sys\nold = sys.stderr\nsys.stderr = None\n"
                    "@ffi.def_extern()\n"
                    "def add(a, b): return 1 / 0\n");
    assert_int_equal(-1, call_add(1, 2, EMBED_E_EXCEPTION));
    harness_run(&h, "del sys.stderr\n");
    assert_int_equal(-1, call_add(1, 2, EMBED_E_EXCEPTION));
    harness_run(&h, "class Bad:\n"
                    "    def write(self, text): raise OSError\n"
                    "sys.stderr = Bad()\n");
    assert_int_equal(-1, call_add(1, 2, EMBED_E_EXCEPTION));
    harness_run(&h, "sys.stderr = old");
    harness_check(&h, "err() == ''");
}

static void
onerror_may_give_another_value(void **state) /* D6, D9 */
{
    (void)state;
    harness_run(&h, "def onerror(t, v, tb):\n"
                    "    global seen\n"
                    "    seen = t, str(v), tb.tb_frame.f_locals\n"
                    "    return 55\n"
                    "@ffi.def_extern(error=5, onerror=onerror)\n"
                    "def add(a, b): return a / 0\n");
    assert_int_equal(55, call_add(1, 2, EMBED_OK));
    harness_check(&h, "seen[0] is ZeroDivisionError");
    harness_check(&h, "seen[2] == {'a': 1, 'b': 2}");
    harness_check(&h, "err() == ''");
}

static void
onerror_may_leave_the_error_value(void **state) /* D6 */
{
    (void)state;
    ec_err err = EC_ERR_INIT;
    buffer b = {{0}};

    harness_run(&h, "seen = []\n"
                    "@ffi.def_extern(error=5, onerror=lambda *a: "
                    "seen.append(a))\n"
                    "def add(a, b): return 'no'\n");
    assert_int_equal(EMBED_E_CONVERT, call(E_ADD, &b, &err));
    assert_int_equal(5, *(int *)(void *)&b);
    assert_string_equal("TypeError", err.type);
    ec_err_clear(&err);
    harness_check(&h, "seen[0][0] is TypeError and seen[0][2] is None");
    harness_check(&h, "err() == ''");
}

static void
an_onerror_that_fails_is_reported_too(void **state) /* D6 */
{
    (void)state;
    const char *second = "'Exception ignored during handling of the above "
                         "exception by \\'onerror\\':\\n' in text";

    harness_run(&h, "def onerror(t, v, tb): raise OSError('second')\n"
                    "@ffi.def_extern(error=5, onerror=onerror)\n"
                    "def add(a, b): raise ValueError('first')\n");
    assert_int_equal(5, call_add(1, 2, EMBED_E_EXCEPTION));
    harness_run(&h, "text = err()");
    harness_check(&h, "text.index('first') < text.index('during handling')");
    harness_check(&h, second);
    harness_check(&h, "text.endswith('OSError: second\\n')");
    harness_run(&h, "@ffi.def_extern(error=6, onerror=lambda *a: 'x')\n"
                    "def add(a, b): raise ValueError('first')\n");
    assert_int_equal(6, call_add(1, 2, EMBED_E_EXCEPTION));
    harness_run(&h, "text = err()");
    harness_check(&h, second);
}

static void
a_void_function_must_return_none(void **state) /* D7 */
{
    (void)state;
    ec_err err = EC_ERR_INIT;
    buffer b = {{0}};

    harness_run(&h, "ffi.def_extern('take')(lambda a: None)");
    assert_int_equal(EMBED_OK, call(E_TAKE, &b, NULL));
    harness_run(&h, "ffi.def_extern('take')(lambda a: 0)");
    assert_int_equal(EMBED_E_CONVERT, call(E_TAKE, &b, &err));
    assert_string_equal("TypeError: callback with the return type 'void' must "
                        "return None",
                        err.text);
    ec_err_clear(&err);
    harness_check(&h, "\"return type 'void'\" in err()");
}

static void
an_argument_that_does_not_convert_is_a_failure(void **state) /* D8 */
{
    (void)state;
    ec_err err = EC_ERR_INIT;
    buffer b = {{2}};

    harness_run(&h, "called = False\n"
                    "@ffi.def_extern()\n"
                    "def bool_(x):\n"
                    "    global called\n    called = True\n"
                    "    return True\n");
    assert_int_equal(EMBED_E_CONVERT, call(E_BOOL, &b, &err));
    assert_int_equal(0, b.bytes[0]);
    harness_check(&h, "not called");
    harness_check(&h, "err().startswith('Exception ignored from libembed')");
    ec_err_clear(&err);
}

static void
a_repr_that_raises_does_no_harm(void **state)
{
    (void)state;
    harness_run(&h, "class F:\n"
                    "    def __repr__(self): raise OSError\n"
                    "    def __call__(self, a, b): raise ValueError('v')\n"
                    "ffi.def_extern('add')(F())\n");
    assert_int_equal(-1, call_add(1, 2, EMBED_E_EXCEPTION));
    harness_check(&h, "'libembed callback <F object>' in err()");
}

static void
endless_recursion_is_an_exception(void **state)
{
    (void)state;
    harness_run(&h, "@ffi.def_extern()\ndef add(a, b): return add(a, b)\n");
    assert_int_equal(-1, call_add(1, 2, EMBED_E_EXCEPTION));
    harness_check(&h, "'RecursionError' in err()");
}

/* --- values -------------------------------------------------------------- */

/* Sends a C value through a Python function and back, which sees `expected`
 * (an expression of x) and returns x. */
#define ROUND_TRIP(EXPORT, NAME, T, VALUE, EXPECTED)   \
 do {                                                  \
  T in_ = VALUE;                                       \
  T out_;                                              \
  buffer b_ = {{0}};                                   \
  attach_identity(NAME, EXPECTED);                     \
  PUT(&b_, 0, in_);                                    \
  assert_int_equal(EMBED_OK, call(EXPORT, &b_, NULL)); \
  memcpy(&out_, &b_, sizeof out_);                     \
  assert_true(in_ == out_);                            \
  harness_check(&h, "ok is True");                     \
 } while (0)

/* Attaches a function that checks its argument and returns it. */
static void
attach_identity(const char *name, const char *expected)
{
    char code[256];

    (void)snprintf(code, sizeof code,
                   "ok = None\n"
                   "@ffi.def_extern()\n"
                   "def %s(x):\n"
                   "    global ok\n"
                   "    ok = bool(%s)\n"
                   "    return x\n",
                   name, expected);
    harness_run(&h, code);
}

static void
integers_of_every_size_pass(void **state) /* V1 */
{
    (void)state;
    ROUND_TRIP(E_SCHAR, "schar_", signed char, -128, "x == -128");
    ROUND_TRIP(E_SCHAR, "schar_", signed char, 127, "x == 127");
    ROUND_TRIP(E_UCHAR, "uchar_", unsigned char, 255, "x == 255");
    ROUND_TRIP(E_SHORT, "short_", short, -32768, "x == -32768");
    ROUND_TRIP(E_USHORT, "ushort_", unsigned short, 65535, "x == 65535");
    ROUND_TRIP(E_UINT, "uint_", unsigned, 4294967295U, "x == 2**32 - 1");
    ROUND_TRIP(E_LONG, "long_", long, INT64_MIN, "x == -2**63");
    ROUND_TRIP(E_LONG, "long_", long, 5, "x == 5");
    ROUND_TRIP(E_ULONG, "ulong_", unsigned long, UINT64_MAX, "x == 2**64 - 1");
    ROUND_TRIP(E_ULONG, "ulong_", unsigned long, 5, "x == 5");
    ROUND_TRIP(E_COLOR, "color_", enum fx_color, FX_GREEN, "x == 5");
}

static void
integers_out_of_range_are_refused(void **state) /* V5 */
{
    (void)state;
    static const struct {
        int export;
        const char *name;
        const char *value;
    } cases[] = {
        {E_SCHAR, "schar_", "128"},   {E_SCHAR, "schar_", "-129"},
        {E_UCHAR, "uchar_", "256"},   {E_UCHAR, "uchar_", "-1"},
        {E_SHORT, "short_", "32768"}, {E_USHORT, "ushort_", "65536"},
        {E_UINT, "uint_", "2**32"},   {E_UINT, "uint_", "-1"},
        {E_LONG, "long_", "2**63"},   {E_ULONG, "ulong_", "2**64"},
        {E_ULONG, "ulong_", "-1"},    {E_LONG, "long_", "-2**63-1"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ec_err err = EC_ERR_INIT;
        buffer b = {{0}};
        char code[80];

        (void)snprintf(code, sizeof code, "ffi.def_extern('%s')(lambda x: %s)",
                       cases[i].name, cases[i].value);
        harness_run(&h, code);
        assert_int_equal(EMBED_E_CONVERT, call(cases[i].export, &b, &err));
        assert_string_equal("OverflowError", err.type);
        assert_int_equal(0, b.slot[0]);
        ec_err_clear(&err);
    }
    harness_run(&h, "err()");
}

static void
other_scalars_pass(void **state) /* V1, V7 */
{
    (void)state;
    ROUND_TRIP(E_BOOL, "bool_", bool, true, "x is True");
    ROUND_TRIP(E_BOOL, "bool_", bool, false, "x is False");
    ROUND_TRIP(E_CHAR, "char_", char, 'z', "x == b'z'");
    ROUND_TRIP(E_WCHAR, "wchar_", wchar_t, 0x20ac, "x == '\\u20ac'");
    ROUND_TRIP(E_FLOAT, "float_", float, 1.5F, "x == 1.5");
    ROUND_TRIP(E_DOUBLE, "double_", double, 0.1, "x == 0.1");
    ROUND_TRIP(E_FCOMPLEX, "fcomplex_", float _Complex,
               (float _Complex)(1.0F + 2.0F * I), "x == 1 + 2j");
}

static void
other_types_of_numbers_are_converted(void **state)
{
    (void)state;
    buffer b = {{0}};

    harness_run(&h, "class N:\n    def __int__(self): return 12\n"
                    "    def __float__(self): return 2.5\n"
                    "ffi.def_extern('add')(lambda a, b: N())\n"
                    "ffi.def_extern('double_')(lambda x: N())\n"
                    "ffi.def_extern('float_')(lambda x: 3)\n"
                    "ffi.def_extern('bool_')(lambda x: 1)\n");
    assert_int_equal(12, call_add(1, 2, EMBED_OK));
    assert_int_equal(EMBED_OK, call(E_DOUBLE, &b, NULL));
    assert_true(*(double *)(void *)&b == 2.5);
    assert_int_equal(EMBED_OK, call(E_FLOAT, &b, NULL));
    assert_true(*(float *)(void *)&b == 3.0F);
    b.slot[0] = 0;
    assert_int_equal(EMBED_OK, call(E_BOOL, &b, NULL));
    assert_int_equal(1, b.bytes[0]);
}

static void
large_numbers_go_by_pointer(void **state) /* V7 */
{
    (void)state;
    long double in = 1.0L / 3.0L, *in_ptr = &in, out;
    double _Complex z = 1.5 + 2.5 * I, *z_ptr = &z, z_out;
    buffer b = {{0}};

    attach_identity("ldouble_", "'long double' in repr(x)");
    PUT(&b, 0, in_ptr);
    assert_int_equal(EMBED_OK, call(E_LDOUBLE, &b, NULL));
    memcpy(&out, &b, sizeof out);
    assert_true(in == out);
    harness_check(&h, "ok");

    attach_identity("dcomplex_", "x == 1.5+2.5j");
    PUT(&b, 0, z_ptr);
    assert_int_equal(EMBED_OK, call(E_DCOMPLEX, &b, NULL));
    memcpy(&z_out, &b, sizeof z_out);
    assert_true(z == z_out);
    harness_check(&h, "ok");
}

static void
pointers_are_cdata(void **state) /* V1, V4 */
{
    (void)state;
    fx_point point = {3, 4}, *p = &point, *result;
    buffer b = {{0}};

    attach_identity("ptr_", "x.x == 3 and x.y == 4 and x");
    PUT(&b, 0, p);
    assert_int_equal(EMBED_OK, call(E_PTR, &b, NULL));
    memcpy(&result, &b, sizeof result);
    assert_ptr_equal(p, result);
    harness_check(&h, "ok");

    harness_run(&h, "ffi.def_extern('ptr_')(lambda x: ffi.NULL)");
    PUT(&b, 0, p);
    assert_int_equal(EMBED_OK, call(E_PTR, &b, NULL));
    assert_int_equal(0, b.slot[0]);

    harness_run(&h, "ffi.def_extern('ptr_')(lambda x: [1])");
    assert_int_equal(EMBED_E_CONVERT, call(E_PTR, &b, NULL));
    harness_run(&h, "ffi.def_extern('ptr_')(lambda x: None)");
    assert_int_equal(EMBED_E_CONVERT, call(E_PTR, &b, NULL));
    harness_run(&h, "err()");
}

static void
structs_are_the_callers_copies(void **state) /* V2, V3 */
{
    (void)state;
    fx_point point = {3, 4}, *p = &point, result;
    buffer b;

    memset(&b, 0xff, sizeof b);
    harness_run(&h, "@ffi.def_extern()\n"
                    "def struct_(x):\n"
                    "    global seen\n    seen = repr(x)\n"
                    "    x.x += 10\n"
                    "    return [x.x]\n");
    PUT(&b, 0, p);
    assert_int_equal(EMBED_OK, call(E_STRUCT, &b, NULL));
    memcpy(&result, &b, sizeof result);
    assert_int_equal(13, result.x);
    assert_int_equal(0, result.y);
    assert_int_equal(13, point.x);
    harness_check(&h, "seen.startswith(\"<cdata 'struct point &' 0x\")");

    harness_run(&h, "@ffi.def_extern(error=(7, 8))\n"
                    "def struct_(x): return [1, 2, 3]\n");
    PUT(&b, 0, p);
    assert_int_equal(EMBED_E_CONVERT, call(E_STRUCT, &b, NULL));
    memcpy(&result, &b, sizeof result);
    assert_int_equal(7, result.x);
    assert_int_equal(8, result.y);
    harness_run(&h, "err()");
}

static void
results_may_be_larger_than_the_arguments(void **state) /* V3 */
{
    (void)state;
    fx_big big = {{1, 2, 3, 4, 5}}, *p = &big, result;
    double by = 2.0;
    buffer b = {{0}};

    harness_run(&h, "@ffi.def_extern()\n"
                    "def big_(x, by): return {'v': [v * by for v in x.v]}\n");
    PUT(&b, 0, p);
    PUT(&b, 1, by);
    assert_int_equal(EMBED_OK, call(E_BIG, &b, NULL));
    memcpy(&result, &b, sizeof result);
    assert_true(result.v[0] == 2.0 && result.v[4] == 10.0);
}

static void
there_may_be_many_arguments(void **state) /* V7 */
{
    (void)state;
    buffer b = {{0}};

    for (int i = 0; i < 18; i++) {
        PUT(&b, i, i);
    }
    harness_run(&h, "@ffi.def_extern()\ndef many_(*args):\n"
                    "    return sum(args) * (len(args) == 18)\n");
    assert_int_equal(EMBED_OK, call(E_MANY, &b, NULL));
    assert_int_equal(153, *(int *)(void *)&b);
    harness_run(&h, "@ffi.def_extern()\ndef many_(*args): return [].x\n");
    assert_int_equal(EMBED_E_EXCEPTION, call(E_MANY, &b, NULL));
    harness_run(&h, "err()");
}

static void
bound_methods_get_their_self(void **state)
{
    (void)state;
    harness_run(&h, "class A:\n"
                    "    def add(self, a, b): return a + b + self.n\n"
                    "a = A()\na.n = 1000\nffi.def_extern()(a.add)\n");
    assert_int_equal(1003, call_add(1, 2, EMBED_OK));
}

/* --- life ---------------------------------------------------------------- */

static void
calls_leak_nothing(void **state)
{
    (void)state;
    harness_run(&h, "import gc\n"
                    "class P:\n    pass\n"
                    "@ffi.def_extern()\n"
                    "def add(a, b):\n"
                    "    p = P()\n"
                    "    return a + b + 100000\n"
                    "@ffi.def_extern()\n"
                    "def ptr_(x): return x\n"
                    "def sizes(): gc.collect(); return len(gc.get_objects())\n"
                    "before = sizes()\n");
    for (int i = 0; i < 1000; i++) {
        buffer b = {{0}};

        (void)call_add(i, i, EMBED_OK);
        assert_int_equal(EMBED_OK, call(E_PTR, &b, NULL));
    }
    harness_check(&h, "sizes() <= before + 3");
}

static void
an_extension_can_end_with_functions_attached(void **state)
{
    (void)state;
    harness_run(&h, "import weakref\n"
                    "class F:\n    def __call__(self, a, b): return lib.sum\n"
                    "f = F()\nffi.def_extern('add', onerror=f)(f)\n"
                    "ref = weakref.ref(f)\ndel f\n");
    es_pyext_destroy(ext);
    harness_check(&h, "ref() is None");
    harness_raises(&h, "ffi.def_extern('add')(int)", "ffi.error", "add");
    harness_run(&h, "del ffi, lib");
    es_py_destroy(py);
    harness_end_sub(&h);
}

static int
setup(void **state)
{
    (void)state;
    fx_plugin_init();
    harness_start_main(&h);
    harness_start_sub(&h);
    py = es_py_create();
    assert_non_null(py);
    ext = es_pyext_create(py, &fx_plugin);
    if (ext == NULL) {
        PyErr_Print();
    }
    assert_non_null(ext);
    harness_run(&h, "from plug import ffi, lib\n");
    harness_capture(&h);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_decorated_function_is_called),
        cmocka_unit_test(a_name_can_be_given),
        cmocka_unit_test(wrong_uses_are_refused_with_a_clear_text),
        cmocka_unit_test(missing_parentheses_are_explained),
        cmocka_unit_test(an_empty_ffi_has_no_exports),
        cmocka_unit_test(attaching_again_replaces_the_function),
        cmocka_unit_test(a_function_may_replace_itself_while_it_runs),
        cmocka_unit_test(an_exception_gives_the_declared_failure_value),
        cmocka_unit_test(error_wins_over_the_declared_failure_value),
        cmocka_unit_test(a_result_that_does_not_convert_is_a_failure),
        cmocka_unit_test(the_unraisable_hook_gets_the_exception),
        cmocka_unit_test(an_import_that_is_refused_gives_a_hint),
        cmocka_unit_test(a_missing_stderr_silences_the_report),
        cmocka_unit_test(onerror_may_give_another_value),
        cmocka_unit_test(onerror_may_leave_the_error_value),
        cmocka_unit_test(an_onerror_that_fails_is_reported_too),
        cmocka_unit_test(a_void_function_must_return_none),
        cmocka_unit_test(an_argument_that_does_not_convert_is_a_failure),
        cmocka_unit_test(a_repr_that_raises_does_no_harm),
        cmocka_unit_test(endless_recursion_is_an_exception),
        cmocka_unit_test(integers_of_every_size_pass),
        cmocka_unit_test(integers_out_of_range_are_refused),
        cmocka_unit_test(other_scalars_pass),
        cmocka_unit_test(other_types_of_numbers_are_converted),
        cmocka_unit_test(large_numbers_go_by_pointer),
        cmocka_unit_test(pointers_are_cdata),
        cmocka_unit_test(structs_are_the_callers_copies),
        cmocka_unit_test(results_may_be_larger_than_the_arguments),
        cmocka_unit_test(there_may_be_many_arguments),
        cmocka_unit_test(bound_methods_get_their_self),
        cmocka_unit_test(calls_leak_nothing),
        cmocka_unit_test(an_extension_can_end_with_functions_attached),
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}

/* py_rows.h - tables of Python code with what it must give.
 *
 * The code runs in a subinterpreter with its own GIL, where `ffi` knows the
 * declarations below.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_TESTS_PY_ROWS_H
#define EMBED_TESTS_PY_ROWS_H

#include "tests/unit/py_harness.h"

#include "subinterp/cpython/ffi/ffi.h"
#include "subinterp/cpython/ffi/state.h"

#define N_ROWS(rows) (sizeof(rows) / sizeof((rows)[0]))

/** One check: the last line of `code` is an expression. */
typedef struct row {
    const char *code;
    const char *expected; /* ascii() of its value, addresses as 0x*; or
                             "!TYPE: TEXT" of the exception */
} row;

typedef struct rows {
    harness h;
    es_py *py;
    es_ffi *ffi; /* owned; `ffi` in the code */
} rows;

static const char rows_cdef[] =
    "struct point { int x; int y; };\n"
    "typedef struct point point_t;\n"
    "struct nested { struct point a; struct point b[3]; char name[8];\n"
    "                struct nested *next; };\n"
    "struct bits { int a:3; unsigned b:5; int c:1; unsigned d:1;\n"
    "              long long e:40; };\n"
    "struct opaque;\n"
    "struct flex { int n; int data[]; };\n"
    "union value { int i; double d; char c[8]; };\n"
    "struct anon { int kind; union { int i; float f; };\n"
    "              struct { short s, t; }; };\n"
    "enum color { RED, GREEN, BLUE = 5 };\n"
    "enum sgn { NEG = -1, POS = 1 };\n"
    "typedef struct { int v; } tdonly;\n"
    "typedef int (*binop)(int, int);\n"
    "struct fnp { binop f; void *p; char *s; double d; _Bool b; wchar_t w; "
    "};\n";

static const char rows_prelude[] =
    "import array, gc, re, sys, weakref\n"
    "class I:\n"
    "    def __init__(s, v): s.v = v\n"
    "    def __index__(s): return s.v\n"
    "class N:\n"
    "    def __init__(s, v): s.v = v\n"
    "    def __int__(s): return s.v\n"
    "class F:\n"
    "    def __float__(s): return 1.5\n"
    "def st(x, k, v):\n"
    "    if isinstance(k, str): setattr(x, k, v)\n"
    "    else: x[k] = v\n"
    "    return 'ok'\n"
    "def de(x, k):\n"
    "    if isinstance(k, str): delattr(x, k)\n"
    "    else: del x[k]\n"
    "def W(x): return weakref.ref(x)\n"
    "A = {}\n"
    "def check(code):\n"
    "    lines = code.split('\\n')\n"
    "    scope = dict(globals())\n"
    "    try:\n"
    "        exec('\\n'.join(lines[:-1]), scope)\n"
    "        text = ascii(eval(lines[-1], scope))\n"
    "    except BaseException as e:\n"
    "        text = '!%s: %s' % (type(e).__name__, e)\n"
    "    return re.sub('0x[0-9a-f]{5,}', '0x*', text)\n";

/* Makes ffi in the subinterpreter. */
static HARNESS_UNUSED void
rows_make_ffi(rows *r)
{
    ec_parse_opts opts = {.flags = EC_PARSE_CDEF};
    ec_diag diag = {0};

    r->py = es_py_create();
    assert_non_null(r->py);
    r->ffi = (es_ffi *)es_ffi_new(r->py, NULL);
    assert_non_null(r->ffi);
    if (ec_parse_decls(r->ffi->scope, rows_cdef, sizeof(rows_cdef) - 1, "test",
                       &opts, &diag) != EMBED_OK) {
        fail_msg("%d: %s", diag.pos.line, diag.message);
    }
    assert_int_equal(
        0, PyDict_SetItemString(r->h.globals, "ffi", (PyObject *)r->ffi));
    harness_run(&r->h, rows_prelude);
}

static HARNESS_UNUSED int
rows_start(void **state)
{
    rows *r = calloc(1, sizeof(*r));

    assert_non_null(r);
    harness_start_main(&r->h);
    harness_start_sub(&r->h);
    rows_make_ffi(r);
    *state = r;
    return 0;
}

static HARNESS_UNUSED int
rows_end(void **state)
{
    rows *r = *state;

    Py_CLEAR(r->ffi);
    PyDict_Clear(r->h.globals);
    es_py_destroy(r->py);
    harness_end_sub(&r->h);
    free(r);
    return 0;
}

/* Checks every row, reports all that are wrong. */
static HARNESS_UNUSED void
rows_check(rows *r, const row *table, size_t n)
{
    PyObject *check = PyDict_GetItemString(r->h.globals, "check");
    size_t failed = 0;

    for (size_t i = 0; i < n; i++) {
        PyObject *text = PyObject_CallFunction(check, "s", table[i].code);

        if (text == NULL) {
            PyErr_Print();
            fail_msg("no result: %s", table[i].code);
        }
        if (strcmp(PyUnicode_AsUTF8(text), table[i].expected) != 0) {
            print_error("%s\n   gave     %s\n   expected %s\n", table[i].code,
                        PyUnicode_AsUTF8(text), table[i].expected);
            failed++;
        }
        Py_DECREF(text);
    }
    assert_int_equal(0, failed);
}

#endif /* EMBED_TESTS_PY_ROWS_H */

/* gen.c - C code of the form that CFFI generates, written by hand: the protocol,
 * the tables, functions by address.
 *
 * SPDX-License-Identifier: MIT
 */
#define _CFFI_USE_EMBEDDING
#include <Python.h>

#include <complex.h>

#define OP(op, arg) ((void *)(((uintptr_t)(intptr_t)(arg) << 8) | (op)))

enum {
    PRIMITIVE = 1,
    POINTER = 3,
    STRUCT_UNION = 9,
    FUNCTION = 13,
    FUNCTION_END = 15,
    NOOP = 17,
    BLTN_V = 23,
    BLTN_N = 25,
    BLTN_O = 27,
    CONSTANT_INT = 31,
    GLOBAL_VAR_F = 39,
    EXTERN_PYTHON = 41,
    PRIM_INT = 7,
    PRIM_DOUBLE = 14,
    PRIM_LDOUBLE = 15,
    PRIM_FLOATCOMPLEX = 48,
    PRIM_DOUBLECOMPLEX = 49
};

struct externpy {
    const char *name;
    size_t size_of_result;
    void *reserved1;
    void *reserved2;
};

typedef struct point {
    int x;
    int y;
} point;

typedef union number {
    int i;
    float f;
} number;

/* --- what the module does with calls -------------------------------------*/

static void start_and_call(struct externpy *fn, char *buffer);
static void (*call_python)(struct externpy *, char *) = start_and_call;
static void (*call_after_start)(struct externpy *, char *);

PyMODINIT_FUNC _cffi_pypyinit_gen(const void *p[]);

static const struct init {
    const char *name;
    void *(*tables)(const void *p[]);
    const char *code;
} init = {"gen", _cffi_pypyinit_gen,
          "from gen import ffi, lib\n"
          "@ffi.def_extern()\n"
          "def add(a, b): return a + b + lib.THREE\n"
          "@ffi.def_extern()\n"
          "def checks():\n"
          "    assert lib.plus(40, 2) == 42 and lib.none() == 7\n"
          "    p = lib.turn([1, 2])\n"
          "    assert (p.x, p.y) == (2, 1)\n"
          "    assert lib.flip({'i': 5}).i == ~5\n"
          "    assert lib.stretch([3, 4], 0.5, 2.0) == 9.5\n"
          "    assert lib.halve(1 + 2j) == 0.5 + 1j\n"
          "    assert lib.conj(1 + 2j) == 1 - 2j\n"
          "    lib.counter += 1\n"
          "    assert lib.counter == 6\n"
          "    assert ffi.addressof(lib, 'plus')(1, 2) == 3\n"
          "    for wrong in ((1,), ('x', 1), (2**40, 1)):\n"
          "        try: lib.plus(*wrong)\n"
          "        except (TypeError, OverflowError): pass\n"
          "        else: raise AssertionError(wrong)\n"
          "    try: ffi.def_extern('twisted')(abs)\n"
          "    except NotImplementedError as e: assert 'double' in str(e)\n"
          "    else: raise AssertionError('twisted')\n"
          "    return 0\n"};

/* The declarations as CFFI writes them. */
extern int pypy_carefully_make_gil(const char *name);
extern int pypy_init_embedded_cffi_module(int version, const struct init *m);

static void
start_and_call(struct externpy *fn, char *buffer)
{
    static int called = 0;
    if (!called && pypy_carefully_make_gil(init.name) == 0) {
        called = 1;
        if (pypy_init_embedded_cffi_module(0xB011, &init) != 0) {
            call_after_start = NULL;
        }
    }
    if (call_after_start != NULL) {
        call_python = call_after_start;
        call_after_start(fn, buffer);
    } else {
        memset(buffer, 0, fn->size_of_result);
    }
}

static struct externpy add_py = {"gen.add", sizeof(int), 0, 0};
static struct externpy checks_py = {"gen.checks", sizeof(int), 0, 0};
static struct externpy twisted_py = {"gen.twisted", sizeof(int), 0, 0};

__attribute__((visibility("default"))) int
add(int a, int b)
{
    char buffer[16];
    memcpy(buffer, &a, sizeof a);
    memcpy(buffer + 8, &b, sizeof b);
    call_python(&add_py, buffer);
    memcpy(&a, buffer, sizeof a);
    return a;
}

__attribute__((visibility("default"))) int
checks(void)
{
    int result = -1;
    char buffer[8];
    call_python(&checks_py, buffer);
    memcpy(&result, buffer, sizeof result);
    return result;
}

/* --- functions, by address: structs and complex numbers by pointer --------*/

static int
plus(int a, int b)
{
    return a + b;
}

static int
none(void)
{
    return 7;
}

static void
turn(point *result, point *p)
{
    point turned = {p->y, p->x};
    *result = turned;
}

static void
flip(number *result, number *n)
{
    result->i = ~n->i;
}

static double
stretch(point *p, double by, long double more)
{
    return (p->x + p->y) * by * (double)more + 2.5;
}

static void
halve(float _Complex *result, float _Complex *z)
{
    *result = *z / 2;
}

static void
conjugate(double _Complex *result, double _Complex *z)
{
    *result = conj(*z);
}

static int counter = 5;

static void *
counter_at(void)
{
    return &counter;
}

static int
three(unsigned long long *out)
{
    *out = 3;
    return 0;
}

/* --- tables -----------------------------------------------------------------*/

static void *types[] = {
    OP(FUNCTION, 1), /* 0: int(int, int) */
    OP(PRIMITIVE, PRIM_INT),
    OP(NOOP, 1),
    OP(FUNCTION_END, 0),
    OP(FUNCTION, 1), /* 4: int(void) */
    OP(FUNCTION_END, 0),
    OP(FUNCTION, 7), /* 6: point(point) */
    OP(STRUCT_UNION, 1),
    OP(FUNCTION_END, 0),
    OP(FUNCTION, 10), /* 9: number(number) */
    OP(STRUCT_UNION, 0),
    OP(FUNCTION_END, 0),
    OP(FUNCTION, 14), /* 12: double(point, double, long double) */
    OP(NOOP, 7),
    OP(PRIMITIVE, PRIM_DOUBLE),
    OP(PRIMITIVE, PRIM_LDOUBLE),
    OP(FUNCTION_END, 0),
    OP(FUNCTION, 18), /* 17: float complex(float complex) */
    OP(PRIMITIVE, PRIM_FLOATCOMPLEX),
    OP(FUNCTION_END, 0),
    OP(FUNCTION, 21), /* 20: double complex(double complex) */
    OP(PRIMITIVE, PRIM_DOUBLECOMPLEX),
    OP(FUNCTION_END, 0),
    OP(POINTER, 0),  /* 23 */
    OP(POINTER, 4),  /* 24 */
    OP(FUNCTION, 1), /* 25: int(double complex) */
    OP(NOOP, 21),
    OP(FUNCTION_END, 0),
    OP(POINTER, 25),   /* 28 */
    OP(PRIMITIVE, 13), /* 29: float */
};

static const struct {
    const char *name;
    void *address;
    void *type_op;
    void *direct;
} globals[] = {
    {"THREE", (void *)three, OP(CONSTANT_INT, -1), NULL},
    {"add", &add_py, OP(EXTERN_PYTHON, 23), (void *)add},
    {"checks", &checks_py, OP(EXTERN_PYTHON, 24), (void *)checks},
    {"conj", (void *)conjugate, OP(BLTN_O, 20), NULL},
    {"counter", (void *)counter_at, OP(GLOBAL_VAR_F, 1), NULL},
    {"flip", (void *)flip, OP(BLTN_O, 9), NULL},
    {"halve", (void *)halve, OP(BLTN_O, 17), NULL},
    {"none", (void *)none, OP(BLTN_N, 4), (void *)none},
    {"plus", (void *)plus, OP(BLTN_V, 0), (void *)plus},
    {"stretch", (void *)stretch, OP(BLTN_V, 12), NULL},
    {"turn", (void *)turn, OP(BLTN_O, 6), NULL},
    {"twisted", &twisted_py, OP(EXTERN_PYTHON, 28), NULL},
};

static const struct {
    const char *name;
    size_t offset;
    size_t size;
    void *type_op;
} fields[] = {
    {"i", 0, sizeof(int), OP(NOOP, 1)},
    {"f", 0, sizeof(float), OP(NOOP, 29)},
    {"x", offsetof(point, x), sizeof(int), OP(NOOP, 1)},
    {"y", offsetof(point, y), sizeof(int), OP(NOOP, 1)},
};

static const struct {
    const char *name;
    int type_index;
    int flags;
    size_t size;
    int alignment;
    int first_field;
    int num_fields;
} records[] = {
    {"number", 10, 1, sizeof(number), 4, 0, 2},
    {"point", 7, 0, sizeof(point), 4, 2, 2},
};

static const struct {
    void **types;
    const void *globals;
    const void *fields;
    const void *records;
    const void *enums;
    const void *typenames;
    int num_globals;
    int num_records;
    int num_enums;
    int num_typenames;
    const char *const *includes;
    int num_types;
    int flags;
} context = {types, globals, fields, records, NULL, NULL, 12,
             2,     0,       0,      NULL,    30,   1};

/* Where CFFI's code has _cffi_init("gen", 0x2701, ...) for CPython. */
PyMODINIT_FUNC
_cffi_pypyinit_gen(const void *p[])
{
    call_after_start = (void (*)(struct externpy *, char *))(intptr_t)p[1];
    p[0] = (const void *)0x2701;
    p[1] = &context;
    return NULL;
}

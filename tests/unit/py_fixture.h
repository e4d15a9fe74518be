/* py_fixture.h - a plug-in for tests, with tables as the generator makes them.
 *
 * The exports have no C functions: tests call es_attached_call() with a buffer
 * of their own.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_TESTS_PY_FIXTURE_H
#define EMBED_TESTS_PY_FIXTURE_H

#include "core/types/ctype.h"
#include "embed/plugin.h"

#include <complex.h>
#include <errno.h>
#include <stdalign.h>
#include <stdbool.h>
#include <wchar.h>

typedef struct fx_point {
    int x;
    int y;
} fx_point;

typedef struct fx_big {
    double v[5];
} fx_big;

enum fx_color {
    FX_RED,
    FX_GREEN = 5
};

static int fx_counter = 3;
static fx_point fx_where = {1, 2};
static int fx_values[3] = {10, 20, 30};

/* --- types --------------------------------------------------------------- */

/* Places in fx_types of the plain types, after which the functions come. */
enum {
    T_VOID,
    T_BOOL,
    T_CHAR,
    T_SCHAR,
    T_UCHAR,
    T_SHORT,
    T_USHORT,
    T_INT,
    T_UINT,
    T_LONG,
    T_ULONG,
    T_FLOAT,
    T_DOUBLE,
    T_LDOUBLE,
    T_WCHAR,
    T_FLOATCOMPLEX,
    T_DOUBLECOMPLEX,
    T_CHAR_PTR,
    T_VOID_PTR,
    T_POINT,
    T_POINT_PTR,
    T_BIG,
    T_COLOR,
    T_INT_ARRAY,
    T_INT_ARRAY_LENGTH,
    T_OPEN_ARRAY,
    T_INT_PTR,
    F_ADD,                /* int(int, int) */
    F_VOID = F_ADD + 4,   /* void(int) */
    F_NONE = F_VOID + 3,  /* int(void) */
    F_STR = F_NONE + 2,   /* int(char *) */
    F_PTR = F_STR + 3,    /* point *(point *) */
    F_STRUCT = F_PTR + 3, /* point(point) */
    F_BIG = F_STRUCT + 3, /* big(big, double) */
    F_BOOL = F_BIG + 4,   /* _Bool(_Bool) */
    F_CHAR = F_BOOL + 3,  /* and so on: T(T) */
    F_SCHAR = F_CHAR + 3,
    F_UCHAR = F_SCHAR + 3,
    F_SHORT = F_UCHAR + 3,
    F_USHORT = F_SHORT + 3,
    F_UINT = F_USHORT + 3,
    F_LONG = F_UINT + 3,
    F_ULONG = F_LONG + 3,
    F_FLOAT = F_ULONG + 3,
    F_DOUBLE = F_FLOAT + 3,
    F_LDOUBLE = F_DOUBLE + 3,
    F_WCHAR = F_LDOUBLE + 3,
    F_FLOATCOMPLEX = F_WCHAR + 3,
    F_DOUBLECOMPLEX = F_FLOATCOMPLEX + 3,
    F_COLOR = F_DOUBLECOMPLEX + 3,
    F_MANY = F_COLOR + 3, /* int(int, ... 18 of them) */
    T_DOUBLE_ARRAY = F_MANY + 20,
    T_DOUBLE_ARRAY_LENGTH,
    FX_NUM_TYPES,
};

#define FX_PRIM(p)     EMBED_OP(EMBED_OP_PRIMITIVE, p)
#define FX_NOOP(t)     EMBED_OP(EMBED_OP_NOOP, t)
#define FX_END         EMBED_OP(EMBED_OP_FUNCTION_END, 0)
#define FX_FUNC(t)     EMBED_OP(EMBED_OP_FUNCTION, t)
#define FX_FUNC1(r, a) FX_FUNC(r), FX_NOOP(a), FX_END

static embed_opcode fx_types[] = {
    FX_PRIM(EC_PRIM_VOID),
    FX_PRIM(EC_PRIM_BOOL),
    FX_PRIM(EC_PRIM_CHAR),
    FX_PRIM(EC_PRIM_SCHAR),
    FX_PRIM(EC_PRIM_UCHAR),
    FX_PRIM(EC_PRIM_SHORT),
    FX_PRIM(EC_PRIM_USHORT),
    FX_PRIM(EC_PRIM_INT),
    FX_PRIM(EC_PRIM_UINT),
    FX_PRIM(EC_PRIM_LONG),
    FX_PRIM(EC_PRIM_ULONG),
    FX_PRIM(EC_PRIM_FLOAT),
    FX_PRIM(EC_PRIM_DOUBLE),
    FX_PRIM(EC_PRIM_LDOUBLE),
    FX_PRIM(EC_PRIM_WCHAR),
    FX_PRIM(EC_PRIM_FLOATCOMPLEX),
    FX_PRIM(EC_PRIM_DOUBLECOMPLEX),
    EMBED_OP(EMBED_OP_POINTER, T_CHAR),
    EMBED_OP(EMBED_OP_POINTER, T_VOID),
    EMBED_OP(EMBED_OP_STRUCT_UNION, 1),
    EMBED_OP(EMBED_OP_POINTER, T_POINT),
    EMBED_OP(EMBED_OP_STRUCT_UNION, 0),
    EMBED_OP(EMBED_OP_ENUM, 0),
    EMBED_OP(EMBED_OP_ARRAY, T_INT),
    (embed_opcode)3,
    EMBED_OP(EMBED_OP_OPEN_ARRAY, T_INT),
    EMBED_OP(EMBED_OP_POINTER, T_INT),
    FX_FUNC(T_INT),
    FX_NOOP(T_INT),
    FX_NOOP(T_INT),
    FX_END,
    FX_FUNC1(T_VOID, T_INT),
    FX_FUNC(T_INT),
    FX_END,
    FX_FUNC1(T_INT, T_CHAR_PTR),
    FX_FUNC1(T_POINT_PTR, T_POINT_PTR),
    FX_FUNC1(T_POINT, T_POINT),
    FX_FUNC(T_BIG),
    FX_NOOP(T_BIG),
    FX_NOOP(T_DOUBLE),
    FX_END,
    FX_FUNC1(T_BOOL, T_BOOL),
    FX_FUNC1(T_CHAR, T_CHAR),
    FX_FUNC1(T_SCHAR, T_SCHAR),
    FX_FUNC1(T_UCHAR, T_UCHAR),
    FX_FUNC1(T_SHORT, T_SHORT),
    FX_FUNC1(T_USHORT, T_USHORT),
    FX_FUNC1(T_UINT, T_UINT),
    FX_FUNC1(T_LONG, T_LONG),
    FX_FUNC1(T_ULONG, T_ULONG),
    FX_FUNC1(T_FLOAT, T_FLOAT),
    FX_FUNC1(T_DOUBLE, T_DOUBLE),
    FX_FUNC1(T_LDOUBLE, T_LDOUBLE),
    FX_FUNC1(T_WCHAR, T_WCHAR),
    FX_FUNC1(T_FLOATCOMPLEX, T_FLOATCOMPLEX),
    FX_FUNC1(T_DOUBLECOMPLEX, T_DOUBLECOMPLEX),
    FX_FUNC1(T_COLOR, T_COLOR),
    FX_FUNC(T_INT),
    FX_NOOP(T_INT),
    FX_NOOP(T_INT),
    FX_NOOP(T_INT),
    FX_NOOP(T_INT),
    FX_NOOP(T_INT),
    FX_NOOP(T_INT),
    FX_NOOP(T_INT),
    FX_NOOP(T_INT),
    FX_NOOP(T_INT),
    FX_NOOP(T_INT),
    FX_NOOP(T_INT),
    FX_NOOP(T_INT),
    FX_NOOP(T_INT),
    FX_NOOP(T_INT),
    FX_NOOP(T_INT),
    FX_NOOP(T_INT),
    FX_NOOP(T_INT),
    FX_NOOP(T_INT),
    FX_END,
    EMBED_OP(EMBED_OP_ARRAY, T_DOUBLE),
    (embed_opcode)5,
};

_Static_assert(sizeof fx_types / sizeof fx_types[0] == FX_NUM_TYPES,
               "the enum counts the array");

static const struct embed_field fx_fields[] = {
    {"v", offsetof(fx_big, v), sizeof(double[5]), FX_NOOP(T_DOUBLE_ARRAY)},
    {"x", offsetof(fx_point, x), sizeof(int), FX_NOOP(T_INT)},
    {"y", offsetof(fx_point, y), sizeof(int), FX_NOOP(T_INT)},
};

static const struct embed_struct_union fx_structs[] = {
    {"big", T_BIG, EMBED_SF_CHECK_FIELDS, sizeof(fx_big), alignof(fx_big), 0,
     1},
    {"point", T_POINT, EMBED_SF_CHECK_FIELDS, sizeof(fx_point),
     alignof(fx_point), 1, 2},
};

static const struct embed_enum fx_enums[] = {
    {"color", T_COLOR, EC_PRIM_UINT, "FX_RED,FX_GREEN"},
};

/* --- C functions of lib -------------------------------------------------- */

static int
fx_sum(int a, int b)
{
    return a + b;
}

static void
fx_sum_t(char *buffer)
{
    int a, b;

    memcpy(&a, buffer, sizeof a);
    memcpy(&b, buffer + 8, sizeof b);
    int result = fx_sum(a, b);
    memcpy(buffer, &result, sizeof result);
}

static fx_big
fx_scale(fx_big big, double by)
{
    for (int i = 0; i < 5; i++) {
        big.v[i] *= by;
    }
    return big;
}

static void
fx_scale_t(char *buffer)
{
    fx_big *big;
    double by;

    memcpy(&big, buffer, sizeof big);
    memcpy(&by, buffer + 8, sizeof by);
    fx_big result = fx_scale(*big, by);
    memcpy(buffer, &result, sizeof result);
}

static int
fx_length(const char *text)
{
    errno = 42;
    return (int)strlen(text);
}

static void
fx_length_t(char *buffer)
{
    const char *text;

    memcpy(&text, buffer, sizeof text);
    int result = fx_length(text);
    memcpy(buffer, &result, sizeof result);
}

static void
fx_bump(int by)
{
    fx_counter += by;
}

static void
fx_bump_t(char *buffer)
{
    int by;

    memcpy(&by, buffer, sizeof by);
    fx_bump(by);
}

static int
fx_errno(void)
{
    return errno;
}

static void
fx_errno_t(char *buffer)
{
    int result = fx_errno();
    memcpy(buffer, &result, sizeof result);
}

static int
fx_get_limit(unsigned long long *value)
{
    *value = 100;
    return 0;
}

static int
fx_get_minus(unsigned long long *value)
{
    *value = (unsigned long long)-7;
    return 1;
}

static int
fx_get_red(unsigned long long *value)
{
    *value = FX_RED;
    return 1;
}

static int
fx_get_green(unsigned long long *value)
{
    *value = FX_GREEN;
    return 0;
}

static void
fx_get_pi(char *where)
{
    double pi = 3.5;
    memcpy(where, &pi, sizeof pi);
}

static void *
fx_get_values(void)
{
    return fx_values;
}

static void *
fx_get_null(void)
{
    return NULL;
}

/* --- exports ------------------------------------------------------------- */

static const int fx_add_failure = -1;

#define FX_EXPORT(NAME, T)                  \
 static struct embed_export fx_e_##NAME = { \
     {"plug." #NAME, sizeof(T), NULL, NULL}, NULL, "api.h", 1, 1}

static struct embed_export fx_e_add = {
    {"plug.add", sizeof(int), NULL, NULL}, &fx_add_failure, "api.h", 1, 1};
static struct embed_export fx_e_take = {
    {"plug.take", 0, NULL, NULL}, NULL, "api.h", 2, 1};
FX_EXPORT(bool_, bool);
FX_EXPORT(char_, char);
FX_EXPORT(schar_, signed char);
FX_EXPORT(uchar_, unsigned char);
FX_EXPORT(short_, short);
FX_EXPORT(ushort_, unsigned short);
FX_EXPORT(uint_, unsigned);
FX_EXPORT(long_, long);
FX_EXPORT(ulong_, unsigned long);
FX_EXPORT(float_, float);
FX_EXPORT(double_, double);
FX_EXPORT(ldouble_, long double);
FX_EXPORT(wchar_, wchar_t);
FX_EXPORT(fcomplex_, float _Complex);
FX_EXPORT(dcomplex_, double _Complex);
FX_EXPORT(color_, enum fx_color);
FX_EXPORT(ptr_, fx_point *);
FX_EXPORT(struct_, fx_point);
FX_EXPORT(big_, fx_big);
FX_EXPORT(many_, int);

/* Places in the array of exports. */
enum {
    E_ADD,
    E_TAKE,
    E_BOOL,
    E_CHAR,
    E_SCHAR,
    E_UCHAR,
    E_SHORT,
    E_USHORT,
    E_UINT,
    E_LONG,
    E_ULONG,
    E_FLOAT,
    E_DOUBLE,
    E_LDOUBLE,
    E_WCHAR,
    E_FCOMPLEX,
    E_DCOMPLEX,
    E_COLOR,
    E_PTR,
    E_STRUCT,
    E_BIG,
    E_MANY,
    E_COUNT,
};

static struct embed_export *const fx_exports[] = {
    &fx_e_add,       &fx_e_take,     &fx_e_bool_,  &fx_e_char_,
    &fx_e_schar_,    &fx_e_uchar_,   &fx_e_short_, &fx_e_ushort_,
    &fx_e_uint_,     &fx_e_long_,    &fx_e_ulong_, &fx_e_float_,
    &fx_e_double_,   &fx_e_ldouble_, &fx_e_wchar_, &fx_e_fcomplex_,
    &fx_e_dcomplex_, &fx_e_color_,   &fx_e_ptr_,   &fx_e_struct_,
    &fx_e_big_,      &fx_e_many_,
};

/* --- names of lib -------------------------------------------------------- */

#define FX_PY(NAME, TYPE)                                      \
 {                                                             \
#  NAME, &fx_e_##NAME, EMBED_OP(EMBED_OP_EXTERN_PYTHON, TYPE), \
      (void *)(uintptr_t)fx_sum                                \
 }
#define FX_INT(NAME, getter)                                                  \
 {                                                                            \
#  NAME, (void *)(uintptr_t)getter, EMBED_OP(EMBED_OP_CONSTANT_INT, -1), NULL \
 }

/* Sorted by name, capitals first. */
static const struct embed_global fx_globals[] = {
    FX_INT(FX_GREEN, fx_get_green),
    FX_INT(FX_RED, fx_get_red),
    FX_INT(LIMIT, fx_get_limit),
    FX_INT(MINUS, fx_get_minus),
    {"PI", (void *)(uintptr_t)fx_get_pi, EMBED_OP(EMBED_OP_CONSTANT, T_DOUBLE),
     NULL},
    FX_PY(add, F_ADD),
    FX_PY(big_, F_BIG),
    FX_PY(bool_, F_BOOL),
    {"bump", (void *)(uintptr_t)fx_bump,
     EMBED_OP(EMBED_OP_CPYTHON_BLTN_O, F_VOID), (void *)(uintptr_t)fx_bump},
    {"c_errno", (void *)(uintptr_t)fx_errno,
     EMBED_OP(EMBED_OP_CPYTHON_BLTN_N, F_NONE), (void *)(uintptr_t)fx_errno},
    FX_PY(char_, F_CHAR),
    FX_PY(color_, F_COLOR),
    {"counter", &fx_counter, EMBED_OP(EMBED_OP_GLOBAL_VAR, T_INT),
     (void *)sizeof(int)},
    FX_PY(dcomplex_, F_DOUBLECOMPLEX),
    FX_PY(double_, F_DOUBLE),
    FX_PY(fcomplex_, F_FLOATCOMPLEX),
    FX_PY(float_, F_FLOAT),
    FX_PY(ldouble_, F_LDOUBLE),
    {"length", (void *)(uintptr_t)fx_length,
     EMBED_OP(EMBED_OP_CPYTHON_BLTN_O, F_STR), (void *)(uintptr_t)fx_length},
    FX_PY(long_, F_LONG),
    FX_PY(many_, F_MANY),
    {"nowhere", (void *)(uintptr_t)fx_get_null,
     EMBED_OP(EMBED_OP_GLOBAL_VAR_F, T_INT), NULL},
    {"open", &fx_values, EMBED_OP(EMBED_OP_GLOBAL_VAR, T_OPEN_ARRAY), NULL},
    FX_PY(ptr_, F_PTR),
    {"scale", (void *)(uintptr_t)fx_scale,
     EMBED_OP(EMBED_OP_CPYTHON_BLTN_V, F_BIG), (void *)(uintptr_t)fx_scale},
    FX_PY(schar_, F_SCHAR),
    FX_PY(short_, F_SHORT),
    FX_PY(struct_, F_STRUCT),
    {"sum", (void *)(uintptr_t)fx_sum, EMBED_OP(EMBED_OP_CPYTHON_BLTN_V, F_ADD),
     (void *)(uintptr_t)fx_sum},
    FX_PY(take, F_VOID),
    FX_PY(uchar_, F_UCHAR),
    FX_PY(uint_, F_UINT),
    FX_PY(ulong_, F_ULONG),
    FX_PY(ushort_, F_USHORT),
    {"values", (void *)(uintptr_t)fx_get_values,
     EMBED_OP(EMBED_OP_GLOBAL_VAR_F, T_INT_ARRAY), NULL},
    FX_PY(wchar_, F_WCHAR),
    {"where", &fx_where, EMBED_OP(EMBED_OP_GLOBAL_VAR, T_POINT),
     (void *)sizeof(fx_point)},
};

#define FX_NUM_GLOBALS (sizeof fx_globals / sizeof fx_globals[0])

/* Filled by fx_plugin_init(): the functions of lib are looked up by name. */
static embed_trampoline_fn *fx_trampolines[FX_NUM_GLOBALS];

static const struct embed_context fx_context = {
    .types = fx_types,
    .globals = fx_globals,
    .fields = fx_fields,
    .struct_unions = fx_structs,
    .enums = fx_enums,
    .typenames = NULL,
    .num_globals = (int)FX_NUM_GLOBALS,
    .num_struct_unions = 2,
    .num_enums = 1,
    .num_typenames = 0,
    .includes = NULL,
    .num_types = FX_NUM_TYPES,
    .flags = 0,
};

static struct embed_plugin fx_plugin = {
    .abi = EMBED_PLUGIN_ABI,
    .size = sizeof(struct embed_plugin),
    .name = "plug",
    .context = &fx_context,
    .context_version = 0x2701,
    .exports = fx_exports,
    .num_exports = E_COUNT,
    .trampolines = fx_trampolines,
};

static void
fx_plugin_init(void)
{
    static const struct {
        const char *name;
        embed_trampoline_fn *fn;
    } functions[] = {
        {"bump", fx_bump_t},   {"c_errno", fx_errno_t}, {"length", fx_length_t},
        {"scale", fx_scale_t}, {"sum", fx_sum_t},
    };

    for (size_t i = 0; i < FX_NUM_GLOBALS; i++) {
        for (size_t k = 0; k < sizeof functions / sizeof functions[0]; k++) {
            if (strcmp(fx_globals[i].name, functions[k].name) == 0) {
                fx_trampolines[i] = functions[k].fn;
            }
        }
    }
}

#endif /* EMBED_TESTS_PY_FIXTURE_H */

/* test_ccall.c - values of every type go through libffi and come back.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <complex.h>
#include <stdio.h>
#include <string.h>
#include <uchar.h>
#include <wchar.h>

#include "core/types/ccall.h"
#include "core/types/clayout.h"

/* What stands behind a result, to see that nothing writes there. */
#define CANARY 0x5a

static ec_types *types;

static int
setup(void **state)
{
    (void)state;
    types = ec_types_create();
    return types == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
    (void)state;
    ec_types_destroy(types);
    return 0;
}

static ec_type *
prim(int number)
{
    ec_type *type = ec_type_prim(types, number, NULL);
    assert_non_null(type);
    return type;
}

static ec_type *
function(ec_type *result, ec_type *const *args, size_t n, bool variadic)
{
    ec_type *type = ec_type_function(types, result, args, n, variadic, NULL);
    assert_non_null(type);
    return type;
}

/* Makes a struct of fields f0, f1 ... with the given types. */
static ec_type *
record(ec_kind kind, ec_type *const *members, size_t n)
{
    static const char *const names[] = {"f0", "f1", "f2", "f3",
                                        "f4", "f5", "f6", "f7"};
    ec_field fields[8];
    ec_type *type = ec_type_record(types, kind, "s", "struct s", NULL);
    assert_non_null(type);
    for (size_t i = 0; i < n; i++) {
        fields[i] = (ec_field){names[i], members[i], 0, -1, -1};
    }
    assert_int_equal(ec_layout_record(types, type, fields, NULL, n, NULL, NULL),
                     EMBED_OK);
    return type;
}

static void
echo_values(void *arg, void *result, void **values)
{
    const ec_type *type = arg;
    memcpy(result, values[0], (size_t)type->size);
}

typedef bool same_fn(const void *a, const void *b);

/* Calls `fn`, which returns its one argument, directly and as a closure: the
 * value must come back, and nothing be written behind it. */
static void
round_trip(ec_type *type, void (*fn)(void), same_fn *same, const void *value)
{
    _Alignas(16) unsigned char result[256];
    _Alignas(16) unsigned char copy[128];
    size_t size = (size_t)type->size;
    const ec_call *call = NULL;
    ec_closure *closure = NULL;
    ec_type *echo = function(type, &type, 1, false);
    assert_true(size <= sizeof copy);
    assert_int_equal(ec_call_prepare(types, echo, &call, NULL), EMBED_OK);
    assert_int_equal(
        ec_closure_create(types, echo, echo_values, type, &closure, NULL),
        EMBED_OK);
    void *code = ec_closure_code(closure);
    void (*callback)(void);
    memcpy(&callback, &code, sizeof callback);
    void (*const targets[])(void) = {fn, callback};
    for (size_t i = 0; i < 2; i++) {
        memset(result, CANARY, sizeof result);
        memcpy(copy, value, size);
        void *values[] = {copy};
        ec_call_invoke(call, targets[i], result, values);
        assert_true(same(result, value));
        for (size_t j = size < 16 ? 16 : size; j < sizeof result; j++) {
            assert_int_equal(result[j], CANARY);
        }
    }
    ec_closure_destroy(closure);
}

/* Defines echo_NAME, which returns its argument, and same_NAME. */
#define DEFINE_ECHO(name, type, is_same)               \
 static type echo_##name(type value)                   \
 {                                                     \
  return value;                                        \
 }                                                     \
 static bool same_##name(const void *p, const void *q) \
 {                                                     \
  const type a = *(const type *)p;                     \
  const type b = *(const type *)q;                     \
  return is_same;                                      \
 }

#define ROUND_TRIP(name, type, of, ...)                              \
 do {                                                                \
  const type value_ = __VA_ARGS__;                                   \
  round_trip(of, (void (*)(void))echo_##name, same_##name, &value_); \
 } while (0)

/* --- primitives -----------------------------------------------------------*/

/* name, C type, primitive, two values */
#define PRIMITIVES(X)                                                  \
 X(boolean, bool, EC_PRIM_BOOL, false, true)                           \
 X(character, char, EC_PRIM_CHAR, 'a', '\xff')                         \
 X(schar, signed char, EC_PRIM_SCHAR, -128, 127)                       \
 X(uchar, unsigned char, EC_PRIM_UCHAR, 255, 1)                        \
 X(int16, short, EC_PRIM_SHORT, INT16_MIN, INT16_MAX)                  \
 X(uint16, unsigned short, EC_PRIM_USHORT, UINT16_MAX, 1)              \
 X(int32, int, EC_PRIM_INT, INT32_MIN, INT32_MAX)                      \
 X(uint32, unsigned, EC_PRIM_UINT, UINT32_MAX, 1)                      \
 X(long64, long, EC_PRIM_LONG, INT64_MIN, INT64_MAX)                   \
 X(ulong64, unsigned long, EC_PRIM_ULONG, UINT64_MAX, 1)               \
 X(llong, long long, EC_PRIM_LLONG, INT64_MIN, -1)                     \
 X(ullong, unsigned long long, EC_PRIM_ULLONG, UINT64_MAX, 1)          \
 X(flt, float, EC_PRIM_FLOAT, -1.5f, 3e38f)                            \
 X(dbl, double, EC_PRIM_DOUBLE, -1.5, 1e300)                           \
 X(ldbl, long double, EC_PRIM_LDOUBLE, -1.5L, 1e4000L)                 \
 X(wide, wchar_t, EC_PRIM_WCHAR, L'x', -1)                             \
 X(wide16, char16_t, EC_PRIM_CHAR16, 0xffff, 1)                        \
 X(wide32, char32_t, EC_PRIM_CHAR32, 0x10ffff, 1)                      \
 X(size, size_t, EC_PRIM_SIZE, SIZE_MAX, 1)                            \
 X(cflt, float _Complex, EC_PRIM_FLOATCOMPLEX, 1.5f + 2.5f * I, -1.0f) \
 X(cdbl, double _Complex, EC_PRIM_DOUBLECOMPLEX, 1.5 - 2.5 * I, 1e300 * I)

#define ECHO(name, type, number, first, second) DEFINE_ECHO(name, type, a == b)
PRIMITIVES(ECHO)
#undef ECHO

static void
primitives_go_in_and_come_out(void **state)
{
    (void)state;
#define CHECK(name, type, number, first, second) \
 ROUND_TRIP(name, type, prim(number), first);    \
 ROUND_TRIP(name, type, prim(number), second);
    PRIMITIVES(CHECK)
#undef CHECK
}

DEFINE_ECHO(pointer, char *, a == b)

static void
pointers_and_enums_go_in_and_come_out(void **state)
{
    (void)state;
    char here;
    ROUND_TRIP(pointer, char *,
               ec_type_pointer(types, prim(EC_PRIM_CHAR), NULL), &here);
    ec_type *color =
        ec_type_enum(types, "e", "enum e", EC_PRIM_INT, NULL, 0, NULL);
    assert_non_null(color);
    ROUND_TRIP(int32, int, color, -7);
}

static int n_void_calls;

static void
void_function(void)
{
    n_void_calls++;
}

static void
count_call(void *arg, void *result, void **values)
{
    (void)result;
    (void)values;
    ++*(int *)arg;
}

static void
functions_without_arguments_and_result_are_called(void **state)
{
    (void)state;
    const ec_call *call = NULL;
    ec_closure *closure = NULL;
    ec_type *fn = function(prim(EC_PRIM_VOID), NULL, 0, false);
    assert_int_equal(ec_call_prepare(types, fn, &call, NULL), EMBED_OK);
    n_void_calls = 0;
    ec_call_invoke(call, void_function, NULL, NULL);
    assert_int_equal(n_void_calls, 1);

    assert_int_equal(
        ec_closure_create(types, fn, count_call, &n_void_calls, &closure, NULL),
        EMBED_OK);
    void *code = ec_closure_code(closure);
    void (*callback)(void);
    memcpy(&callback, &code, sizeof callback);
    callback();
    assert_int_equal(n_void_calls, 2);
    ec_closure_destroy(closure);
}

static double
mix(signed char a, double b, unsigned short c, float d, long e, long f, int g,
    int h, int i, const char *j)
{
    return a + b + c + d + (double)(e + f) + g + h + i + j[0];
}

static void
arguments_of_many_types_keep_their_places(void **state)
{
    (void)state;
    ec_type *args[] = {
        prim(EC_PRIM_SCHAR),  prim(EC_PRIM_DOUBLE),
        prim(EC_PRIM_USHORT), prim(EC_PRIM_FLOAT),
        prim(EC_PRIM_LONG),   prim(EC_PRIM_LONG),
        prim(EC_PRIM_INT),    prim(EC_PRIM_INT),
        prim(EC_PRIM_INT),    ec_type_pointer(types, prim(EC_PRIM_CHAR), NULL)};
    ec_type *fn = function(prim(EC_PRIM_DOUBLE), args, 10, false);
    const ec_call *call = NULL;
    signed char a = -1;
    double b = .5;
    unsigned short c = 65535;
    float d = .25f;
    long e = 1L << 40;
    long f = 3;
    int g = -4;
    int h = 5;
    int i = 6;
    const char *j = "a";
    void *values[] = {&a, &b, &c, &d, &e, &f, &g, &h, &i, &j};
    double result = 0;
    assert_int_equal(ec_call_prepare(types, fn, &call, NULL), EMBED_OK);
    ec_call_invoke(call, (void (*)(void))mix, &result, values);
    assert_true(result == mix(a, b, c, d, e, f, g, h, i, j));
}

/* --- structs --------------------------------------------------------------*/

struct two_ints {
    int f0;
    int f1;
};
struct mixed {
    double f0;
    int f1;
};
struct odd {
    char f0;
    short f1;
    char f2[3];
};
struct twelve {
    float f0;
    float f1;
    float f2;
};
struct large {
    long f0;
    double f1;
    char f2[9];
    struct two_ints f3;
};
struct nested {
    struct twelve f0;
    int f1;
};
struct matrix {
    short f0[2][3];
};
struct complexes {
    float _Complex f0;
    float f1;
};
struct two_long_doubles {
    long double f0;
    long double f1;
};

static bool
same_ints(struct two_ints a, struct two_ints b)
{
    return a.f0 == b.f0 && a.f1 == b.f1;
}

static bool
same_floats(struct twelve a, struct twelve b)
{
    return a.f0 == b.f0 && a.f1 == b.f1 && a.f2 == b.f2;
}

DEFINE_ECHO(two_ints, struct two_ints, same_ints(a, b))
DEFINE_ECHO(mixed, struct mixed, a.f0 == b.f0 && a.f1 == b.f1)
DEFINE_ECHO(odd, struct odd,
            a.f0 == b.f0 && a.f1 == b.f1 && memcmp(a.f2, b.f2, 3) == 0)
DEFINE_ECHO(twelve, struct twelve, same_floats(a, b))
DEFINE_ECHO(large, struct large,
            a.f0 == b.f0 && a.f1 == b.f1 && memcmp(a.f2, b.f2, 9) == 0 &&
                same_ints(a.f3, b.f3))
DEFINE_ECHO(nested, struct nested, same_floats(a.f0, b.f0) && a.f1 == b.f1)
DEFINE_ECHO(matrix, struct matrix, memcmp(&a, &b, sizeof a) == 0)
DEFINE_ECHO(complexes, struct complexes, a.f0 == b.f0 && a.f1 == b.f1)
DEFINE_ECHO(two_long_doubles, struct two_long_doubles,
            a.f0 == b.f0 && a.f1 == b.f1)

#define STRUCT(...)                                 \
 record(EC_KIND_STRUCT, (ec_type *[]){__VA_ARGS__}, \
        sizeof((ec_type *[]){__VA_ARGS__}) / sizeof(ec_type *))

static void
structs_of_all_classes_go_in_and_come_out(void **state)
{
    (void)state;
    ec_type *t_int = prim(EC_PRIM_INT);
    ec_type *t_char = prim(EC_PRIM_CHAR);
    ec_type *t_float = prim(EC_PRIM_FLOAT);
    ec_type *t_short = prim(EC_PRIM_SHORT);
    ec_type *t_double = prim(EC_PRIM_DOUBLE);
    ec_type *two_ints = STRUCT(t_int, t_int);
    ec_type *twelve = STRUCT(t_float, t_float, t_float);
    ec_type *char3 = ec_type_array(types, t_char, 3, NULL);
    ec_type *char9 = ec_type_array(types, t_char, 9, NULL);
    ec_type *short3 = ec_type_array(types, t_short, 3, NULL);

    ROUND_TRIP(two_ints, struct two_ints, two_ints, {1, -2});
    ROUND_TRIP(mixed, struct mixed, STRUCT(t_double, t_int), {.5, -2});
    ROUND_TRIP(odd, struct odd, STRUCT(t_char, t_short, char3),
               {'a', -2, {1, 2, 3}});
    ROUND_TRIP(twelve, struct twelve, twelve, {1, 2, 3});
    ROUND_TRIP(large, struct large,
               STRUCT(prim(EC_PRIM_LONG), t_double, char9, two_ints),
               {-1, .5, "12345678", {3, 4}});
    ROUND_TRIP(nested, struct nested, STRUCT(twelve, t_int), {{1, 2, 3}, 4});
    ROUND_TRIP(matrix, struct matrix,
               STRUCT(ec_type_array(types, short3, 2, NULL)),
               {{{1, 2, 3}, {4, 5, 6}}});
    ROUND_TRIP(complexes, struct complexes,
               STRUCT(prim(EC_PRIM_FLOATCOMPLEX), t_float),
               {1.0f + 2.0f * I, 3});
    ROUND_TRIP(two_long_doubles, struct two_long_doubles,
               STRUCT(prim(EC_PRIM_LDOUBLE), prim(EC_PRIM_LDOUBLE)),
               {1e4000L, -1});
}

struct one_long_double {
    long double f0;
};

static int
add_one(char a, struct one_long_double b)
{
    return a + (int)b.f0;
}

static void
a_struct_of_one_long_double_is_an_argument_but_no_result(void **state)
{
    (void)state;
    const ec_call *call = NULL;
    char a = 1;
    struct one_long_double b = {2};
    void *values[] = {&a, &b};
    int result = 0;
    ec_type *type = STRUCT(prim(EC_PRIM_LDOUBLE));
    ec_type *args[] = {prim(EC_PRIM_CHAR), type};
    ec_type *fn = function(prim(EC_PRIM_INT), args, 2, false);
    assert_int_equal(ec_call_prepare(types, fn, &call, NULL), EMBED_OK);
    ec_call_invoke(call, (void (*)(void))add_one, &result, values);
    assert_int_equal(result, 3);
#if defined(__x86_64__)
    fn = function(type, NULL, 0, false);
    assert_int_equal(ec_call_prepare(types, fn, &call, NULL), EMBED_E_INVALID);
#endif
}

/* Checks that functions that return `type` are refused with `text`. */
static void
assert_refused(ec_type *type, const char *text)
{
    const ec_call *call = NULL;
    ec_err err = EC_ERR_INIT;
    ec_type *fn = function(type, NULL, 0, false);
    assert_int_equal(ec_call_prepare(types, fn, &call, &err), EMBED_E_INVALID);
    if (strstr(err.text, text) == NULL) {
        fail_msg("'%s' is not in '%s'", text, err.text);
    }
    assert_null(call);
    fn = function(prim(EC_PRIM_VOID), &type, 1, false);
    assert_int_equal(ec_call_prepare(types, fn, &call, NULL), EMBED_E_INVALID);
}

static void
what_libffi_cannot_pass_is_refused(void **state)
{
    (void)state;
    ec_type *t_int = prim(EC_PRIM_INT);
    ec_type *both = record(EC_KIND_UNION, &t_int, 1);
    ec_type *opaque =
        ec_type_record(types, EC_KIND_STRUCT, "o", "struct o", NULL);
    assert_refused(both, "union");
    assert_refused(STRUCT(t_int, both), "union");
    assert_refused(opaque, "size is not known");
    assert_refused(record(EC_KIND_STRUCT, NULL, 0), "empty");
    assert_refused(STRUCT(ec_type_array(types, t_int, 1 << 20, NULL)),
                   "too many members");

    ec_field fields[] = {{"c", prim(EC_PRIM_CHAR), 0, -1, -1},
                         {"i", t_int, 0, -1, -1}};
    ec_type *packed =
        ec_type_record(types, EC_KIND_STRUCT, "p", "struct p", NULL);
    packed->flags |= EC_TYPE_PACKED;
    assert_int_equal(
        ec_layout_record(types, packed, fields, NULL, 2, NULL, NULL), EMBED_OK);
    assert_refused(packed, "packed");

    ec_type *bits =
        ec_type_record(types, EC_KIND_STRUCT, "b", "struct b", NULL);
    fields[1].bit_size = 3;
    assert_int_equal(ec_layout_record(types, bits, fields, NULL, 2, NULL, NULL),
                     EMBED_OK);
    assert_refused(bits, "bit-fields");
}

static void
a_packed_struct_without_effect_is_passed(void **state)
{
    (void)state;
    ec_field fields[] = {{"f0", prim(EC_PRIM_INT), 0, -1, -1},
                         {"f1", prim(EC_PRIM_INT), 0, -1, -1}};
    const ec_layout_opts opts = {8, 4};
    ec_type *type =
        ec_type_record(types, EC_KIND_STRUCT, "p", "struct p", NULL);
    assert_int_equal(
        ec_layout_record(types, type, fields, NULL, 2, &opts, NULL), EMBED_OK);
    ROUND_TRIP(two_ints, struct two_ints, type, {5, 6});
}

/* --- variadic functions ---------------------------------------------------*/

static void
variadic_functions_are_called(void **state)
{
    (void)state;
    ec_type *chars = ec_type_pointer(types, prim(EC_PRIM_CHAR), NULL);
    ec_type *all[] = {chars,
                      prim(EC_PRIM_SIZE),
                      chars,
                      prim(EC_PRIM_INT),
                      prim(EC_PRIM_DOUBLE),
                      chars,
                      prim(EC_PRIM_LLONG)};
    ec_type *fn = function(prim(EC_PRIM_INT), all, 3, true);
    ec_call *call = NULL;
    char text[64];
    char *out = text;
    size_t size = sizeof text;
    const char *format = "%d %.2f %s %lld";
    int i = -42;
    double d = 2.5;
    const char *s = "abc";
    long long big = 1LL << 40;
    void *values[] = {&out, &size, &format, &i, &d, &s, &big};
    int result = 0;
    assert_int_equal(ec_call_prepare_variadic(types, fn, all, 7, &call, NULL),
                     EMBED_OK);
    ec_call_invoke(call, (void (*)(void))snprintf, &result, values);
    assert_string_equal(text, "-42 2.50 abc 1099511627776");
    assert_int_equal(result, strlen(text));
    ec_call_free(call);
}

static void
variadic_calls_need_a_variadic_function_and_its_fixed_arguments(void **state)
{
    (void)state;
    ec_type *args[] = {prim(EC_PRIM_INT), prim(EC_PRIM_INT)};
    ec_call *call = NULL;
    ec_closure *closure = NULL;
    ec_err err = EC_ERR_INIT;
    ec_type *fixed = function(args[0], args, 1, false);
    ec_type *variadic = function(args[0], args, 2, true);
    assert_int_equal(
        ec_call_prepare_variadic(types, fixed, args, 2, &call, &err),
        EMBED_E_INVALID);
    assert_int_equal(
        ec_call_prepare_variadic(types, variadic, args, 1, &call, &err),
        EMBED_E_INVALID);
    assert_int_equal(
        ec_closure_create(types, variadic, count_call, NULL, &closure, &err),
        EMBED_E_INVALID);
    assert_non_null(strstr(err.text, "variadic"));
    assert_null(call);
    assert_null(closure);
}

static void
a_call_is_prepared_once(void **state)
{
    (void)state;
    const ec_call *first = NULL;
    const ec_call *second = NULL;
    ec_type *fn = function(prim(EC_PRIM_INT), NULL, 0, false);
    assert_int_equal(ec_call_prepare(types, fn, &first, NULL), EMBED_OK);
    assert_int_equal(ec_call_prepare(types, fn, &second, NULL), EMBED_OK);
    assert_ptr_equal(first, second);
    assert_int_equal(ec_call_prepare(types, prim(EC_PRIM_INT), &first, NULL),
                     EMBED_E_INVALID);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(primitives_go_in_and_come_out),
        TEST(pointers_and_enums_go_in_and_come_out),
        TEST(functions_without_arguments_and_result_are_called),
        TEST(arguments_of_many_types_keep_their_places),
        TEST(structs_of_all_classes_go_in_and_come_out),
        TEST(a_struct_of_one_long_double_is_an_argument_but_no_result),
        TEST(what_libffi_cannot_pass_is_refused),
        TEST(a_packed_struct_without_effect_is_passed),
        TEST(variadic_functions_are_called),
        TEST(variadic_calls_need_a_variadic_function_and_its_fixed_arguments),
        TEST(a_call_is_prepared_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

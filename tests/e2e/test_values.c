/* test_values.c - values of every C type reach Python and come back.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <complex.h>
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/plugins/values.h"
#include "tests/support/e2e.h"

static void *library;

/* An export, typed as its declaration says. */
#define FN(name) ((__typeof__(name) *)(uintptr_t)e2e_symbol(library, #name))

static void
load(void)
{
    library = e2e_load("values");
}

/* --- integers -------------------------------------------------------------*/

/* As in values.py: the lowest, the highest, 0 or 1, 1 or 2, all bits. */
static unsigned long long
integer_value(bool is_signed, size_t size, int which)
{
    unsigned long long top = 1ULL << (8 * size - 1);
    unsigned long long all = top | (top - 1);
    const unsigned long long of_signed[] = {top, top - 1, 0, 1, all};
    const unsigned long long of_unsigned[] = {0, all, 1, 2, all};
    return is_signed ? of_signed[which] : of_unsigned[which];
}

#define INTEGER_TEST(name, type)                             \
 static void integer_##name(void)                            \
 {                                                           \
  for (int i = 0; i < 5; i++) {                              \
   bool is_signed = (type)-1 < (type)1;                      \
   type v = (type)integer_value(is_signed, sizeof(type), i); \
   type out = 2;                                             \
   E2E_CHECK(FN(check_##name)(v, i) == 1);                   \
   E2E_CHECK(FN(make_##name)(i) == v);                       \
   E2E_CHECK(FN(same_##name)(v) == v);                       \
   FN(put_##name)(&out, &v);                                 \
   E2E_CHECK(out == v);                                      \
  }                                                          \
 }
VALUES_INTEGERS(INTEGER_TEST)

static void
integers_scenario(void *unused)
{
    (void)unused;
    load();
#define INTEGER_RUN(name, type) integer_##name();
    VALUES_INTEGERS(INTEGER_RUN)
}

static void
integers_of_every_type_keep_their_limits(void **state)
{
    (void)state; /* V1, V5 */
    e2e_expect_ok(integers_scenario, NULL, 20);
}

/* --- the other scalars ----------------------------------------------------*/

/* Bit by bit where it is a number; a NaN has many. */
#define SCALAR_TEST(name, type, ...)                                \
 static void scalar_##name(void)                                    \
 {                                                                  \
  const type values[] = {__VA_ARGS__};                              \
  int n = (int)(sizeof values / sizeof values[0]);                  \
  for (int i = 0; i < n; i++) {                                     \
   type v = values[i];                                              \
   type made = FN(make_##name)(i);                                  \
   type same = FN(same_##name)(v);                                  \
   type put = 0;                                                    \
   E2E_CHECK(FN(check_##name)(v, i) == 1);                          \
   FN(put_##name)(&put, &v);                                        \
   bool is_nan = v != v;                                            \
   E2E_CHECK(is_nan ? made != made : !memcmp(&made, &v, sizeof v)); \
   E2E_CHECK(is_nan ? same != same : !memcmp(&same, &v, sizeof v)); \
   E2E_CHECK(is_nan ? put != put : !memcmp(&put, &v, sizeof v));    \
  }                                                                 \
 }
SCALAR_TEST(bool, _Bool, 0, 1)
SCALAR_TEST(char, char, '\0', 'a', '\x7f', (char)0x80, (char)0xff)
SCALAR_TEST(wchar, wchar_t, 0, 'a', 0xff, 0x20ac, 0x10ffff)
SCALAR_TEST(char16, char16_t, 0, 'a', 0xff, 0x20ac, 0xffff)
SCALAR_TEST(char32, char32_t, 0, 'a', 0xff, 0x20ac, 0x10ffff)
SCALAR_TEST(float, float, 0.0F, -0.0F, FLT_MAX, 0x1p-149F, INFINITY, -INFINITY,
            NAN, -1.5F)
SCALAR_TEST(double, double, 0.0, -0.0, DBL_MAX, 0x1p-1074, (double)INFINITY,
            -(double)INFINITY, (double)NAN, -1.5)

static void
scalars_scenario(void *unused)
{
    (void)unused;
    load();
#define SCALAR_RUN(name, type) scalar_##name();
    VALUES_OTHERS(SCALAR_RUN)
}

static void
bool_characters_and_floats_keep_every_value(void **state)
{
    (void)state; /* V1 */
    e2e_expect_ok(scalars_scenario, NULL, 20);
}

static void
wide_floats_scenario(void *unused)
{
    (void)unused;
    load();
    const long double values[] = {1.0L / 3, LDBL_MAX, -LDBL_MIN, 0.0L};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        long double out = 1;
        E2E_CHECK(FN(same_ldouble)(values[i]) == values[i]);
        FN(put_ldouble)(&out, &values[i]);
        E2E_CHECK(out == values[i]);
    }
    E2E_CHECK(FN(twice_ldouble)(-0.75L) == -1.5L);

    float _Complex cf = 1.5F - 2.25F * I;
    double _Complex cd = -DBL_MAX + 0x1p-1074 * I;
    E2E_CHECK(FN(same_cfloat)(cf) == cf);
    E2E_CHECK(FN(same_cdouble)(cd) == cd);
    E2E_CHECK(FN(conjugate)(3.0 + 4.0 * I) == 3.0 - 4.0 * I);
    double _Complex sum =
        FN(mix)(1, 2 + 30 * I, 300.0L, 4000.0F, 50000 + 600 * I, 7000 * I, 'A');
    E2E_CHECK(sum == 54303 + 'A' + 7630 * I);
}

static void
long_doubles_and_complex_numbers_mix_with_others(void **state)
{
    (void)state; /* V1, V7 */
    e2e_not_on_pypy();
    e2e_expect_ok(wide_floats_scenario, NULL, 20);
}

/* --- pointers -------------------------------------------------------------*/

static void
plain_pointers(void)
{
    int here = 0;
    char text[] = "text";
    char *p = text;
    char **pp = &p;
    void *top = (void *)UINTPTR_MAX;
    E2E_CHECK(FN(same_pointer)(&here) == &here);
    E2E_CHECK(FN(same_pointer)(top) == top);
    E2E_CHECK(FN(same_pointer)(NULL) == NULL);
    E2E_CHECK(FN(same_text)(text) == text);
    E2E_CHECK(FN(same_opaque)((values_opaque *)&here) == (void *)&here);
    E2E_CHECK(FN(same_deep)(&pp) == &pp);
    E2E_CHECK_INT(FN(is_null)(NULL), 3);
    E2E_CHECK_INT(FN(is_null)(&here), 0);
}

static void
pointers_scenario(void *unused)
{
    (void)unused;
    load();
    plain_pointers();
    E2E_CHECK_INT(FN(text_length)(""), 0);
    E2E_CHECK_INT(FN(text_length)("\xff\xc3(any bytes"), 12);
    char out[8];
    E2E_CHECK_INT(FN(fill)(out, sizeof out, "abc"), 3);
    E2E_CHECK(memcmp(out, "abc\0####", 8) == 0);

    const int numbers[] = {INT_MAX, -5, INT_MIN};
    const int rows[][3] = {{1, 2, 3}, {40, 50, 60}};
    const char *texts[] = {"40", "2", NULL};
    E2E_CHECK_INT(FN(sum_ints)(numbers, 3), -6);
    E2E_CHECK_INT(FN(sum_ints)(numbers, 0), 0);
    E2E_CHECK_INT(FN(sum_rows)(rows, 2), 14 + 320);
    E2E_CHECK_INT(FN(sum_strings)(texts), 42);

    void *a = out;
    void *b = NULL;
    FN(swap_pointers)(&a, &b);
    E2E_CHECK(a == NULL && b == out);
    /* Memory that Python owns, and keeps. */
    const int *table = FN(static_table)();
    E2E_CHECK(table[0] == 3 && table[4] == 5);
}

static void
pointers_and_arrays_go_in_and_out(void **state)
{
    (void)state; /* V1, V4, B2 */
    e2e_expect_ok(pointers_scenario, NULL, 20);
}

/* --- structs and unions ---------------------------------------------------*/

#define RECORD_TEST(name, type)           \
 static void record_##name(const type *v) \
 {                                        \
  type same = FN(same_##name)(*v);        \
  type put;                               \
  memset(&put, 0xa5, sizeof put);         \
  FN(put_##name)(&put, v);                \
  E2E_CHECK(equal_##name(&same, v));      \
  E2E_CHECK(equal_##name(&put, v));       \
 }
/* What padding holds is nobody's business. */
#define RECORD_EQUAL(name, type, expr)                  \
 static bool equal_##name(const type *a, const type *b) \
 {                                                      \
  return expr;                                          \
 }
#define SAME(member) (memcmp(&a->member, &b->member, sizeof a->member) == 0)
RECORD_EQUAL(empty_ish, struct empty_ish, SAME(c))
RECORD_EQUAL(small, small, SAME(a) && SAME(b) && SAME(c))
RECORD_EQUAL(pair, pair, SAME(x) && SAME(y))
RECORD_EQUAL(sixteen, sixteen, SAME(d) && SAME(i))
RECORD_EQUAL(mixed, mixed, SAME(d) && SAME(f))
RECORD_EQUAL(extended, extended, a->big == b->big)
RECORD_EQUAL(large, struct large, SAME(values))
RECORD_EQUAL(arrays, struct arrays, SAME(a) && SAME(name) && SAME(m))
RECORD_EQUAL(bits, struct bits,
             a->a == b->a && a->b == b->b && a->c == b->c && a->d == b->d)
RECORD_EQUAL(nested, struct nested,
             equal_small(&a->s, &b->s) && SAME(inner) &&
                 equal_small(&a->two[0], &b->two[0]) &&
                 equal_small(&a->two[1], &b->two[1]))
RECORD_EQUAL(anonymous, struct anonymous, SAME(kind) && SAME(i) && SAME(hi))
RECORD_EQUAL(tight, struct tight, SAME(c) && SAME(i) && SAME(s))
RECORD_EQUAL(aligned, struct aligned, SAME(c) && SAME(v))
RECORD_EQUAL(either, union either, SAME(bytes))
VALUES_RECORDS(RECORD_TEST)

static struct nested
nested_value(void)
{
    return (struct nested){
        {1, 2, 'a'}, {3, {0.5F, 0.25F}}, {{4, 5, 'b'}, {6, 7, 'c'}}};
}

static struct bits
bits_value(void)
{
    return (struct bits){.a = 5, .b = -7, .c = 1, .d = 0xabcdef0123};
}

static void
same_records_scenario(void *unused)
{
    (void)unused;
    load();
    struct nested nested = nested_value();
    struct bits bits = bits_value();
    record_empty_ish(&(struct empty_ish){'e'});
    record_small(&(small){INT_MIN, SHRT_MAX, 's'});
    record_pair(&(pair){FLT_MAX, -0.0F});
    record_sixteen(&(sixteen){DBL_MIN, INT64_MIN});
    record_mixed(&(mixed){DBL_MAX, -1.5F});
    record_extended(&(extended){1.0L / 3});
    record_large(&(struct large){{1, -2, LONG_MAX, LONG_MIN, 5}});
    record_arrays(&(struct arrays){{1, 2, 3}, "no nul!!", {{1, 2}, {3, 4}}});
    record_bits(&bits);
    record_nested(&nested);
    record_anonymous(&(struct anonymous){.kind = 2, .lo = -3, .hi = 4});
    record_tight(&(struct tight){'t', INT64_MAX, -9});
    record_aligned(&(struct aligned){.c = 'a', .v = 12});
    record_either(&(union either){.bytes = "twelve chars"});
}

static void
structs_and_unions_go_through_python_by_value_and_by_pointer(void **state)
{
    (void)state; /* V2, V3 */
    e2e_expect_ok(same_records_scenario, NULL, 20);
}

static void
record_members(void)
{
    E2E_CHECK(FN(total_nested)(nested_value()) ==
              1 + 2 + 'a' + 3 + 0.75 + 4 + 5 + 'b' + 6 + 7 + 'c');
    E2E_CHECK(FN(total_bits)(bits_value()) ==
              5 - 70 + 1000 + 10000 * (double)0xabcdef0123);
    E2E_CHECK(FN(total_anonymous)((struct anonymous){0, {.i = 7}}) == 7);
    E2E_CHECK(FN(total_anonymous)((struct anonymous){1, {.f = .5F}}) == .5);
    struct anonymous third = {.kind = 2, .lo = 3, .hi = -4};
    E2E_CHECK(FN(total_anonymous)(third) == 2996);
    struct arrays arrays = {{1, 2, 3}, "four", {{1, 2}, {3, 4}}};
    E2E_CHECK(FN(total_arrays)(&arrays) == 6 + 4 + 10);
}

static void
record_results(void)
{
    struct nested n = FN(make_nested)(10);
    E2E_CHECK(n.s.a == 10 && n.s.b == 11 && n.s.c == 'x' && n.inner.in == 12);
    E2E_CHECK(n.inner.p.x == 10.5F && n.inner.p.y == 10.25F);
    E2E_CHECK(n.two[0].b == 2 && n.two[1].a == 0 && n.two[1].c == 'z');
    struct bits b = FN(make_bits)(9);
    E2E_CHECK(b.a == 7 && b.b == -16 && b.c && b.d == 9);
    struct anonymous a = FN(make_anonymous)(6);
    E2E_CHECK(a.kind == 2 && a.lo == 6 && a.hi == -6);
    struct arrays arrays = FN(make_arrays)(3);
    E2E_CHECK(arrays.a[2] == 5 && arrays.m[0][1] == 0 && arrays.m[1][1] == 3.5);
    E2E_CHECK_STR(arrays.name, "seven77");
    arrays = FN(make_arrays)(0); /* no room for the NUL */
    E2E_CHECK(memcmp(arrays.name, "eight888", 8) == 0 && arrays.a[2] == 0);
    struct tight t = FN(make_tight)(5);
    E2E_CHECK(t.c == 't' && t.i == 5LL << 40 && t.s == -5);
    E2E_CHECK(FN(make_either)(2.5).d == 2.5);
    E2E_CHECK_INT(FN(make_large)(40).values[4], 44);
}

static int
times_three(int value)
{
    return 3 * value;
}

static void
records_scenario(void *unused)
{
    (void)unused;
    load();
    record_members();
    record_results();
    struct linked last = {30, NULL};
    struct linked first = {12, &last};
    E2E_CHECK_INT(FN(sum_linked)(&first), 42);
    E2E_CHECK_INT(FN(sum_linked)(NULL), 0);
    int out = 0;
    struct with_pointers p = {"14", &out, times_three};
    E2E_CHECK_INT(FN(use_pointers)(p), 42);
    E2E_CHECK_INT(out, 42);
    struct large mine = {{41}};
    E2E_CHECK_INT(FN(changes_its_copy)(mine), 42);
    E2E_CHECK_INT(mine.values[0], 41);
}

static void
members_of_every_kind_are_read_and_made_in_python(void **state)
{
    (void)state; /* V2, V3 */
    e2e_not_on_pypy();
    e2e_expect_ok(records_scenario, NULL, 20);
}

/* --- function pointers ----------------------------------------------------*/

static double
subtract(double a, double b)
{
    return a - b;
}

static int
scale(int value, void *arg)
{
    return value * *(int *)arg;
}

static small
move_small(small s, struct large *out)
{
    out->values[0] = s.a;
    return (small){s.a + 1, (short)(s.b + 1), (char)(s.c + 1)};
}

static void
functions_in_scenario(void *unused)
{
    (void)unused;
    load();
    int seven = 7;
    struct large out = {{0}};
    E2E_CHECK_INT(FN(apply)(times_three, -14), -42);
    E2E_CHECK_INT(FN(apply)(NULL, 1), -1);
    E2E_CHECK(FN(apply_binary)(subtract, 1, 0.5) == 0.5);
    E2E_CHECK_INT(FN(apply_twice)(scale, &seven, 2), 98);
    small s = FN(apply_record)(move_small, &out);
    E2E_CHECK(s.a == 2 && s.b == 3 && s.c == '4' && out.values[0] == 1);
    /* An export as the function that Python calls: C, Python, C, Python. */
    E2E_CHECK_INT(FN(apply)(FN(negate), 42), -42);
}

static void
python_calls_function_pointers_it_was_given(void **state)
{
    (void)state; /* V1, T4 */
    e2e_expect_ok(functions_in_scenario, NULL, 20);
}

static void
functions_out_scenario(void *unused)
{
    (void)unused;
    load();
    E2E_CHECK(FN(get_negate)(1) == FN(negate));
    E2E_CHECK_INT(FN(get_negate)(1)(42), -42);
    E2E_CHECK(FN(get_negate)(0) == NULL);
    struct values_ops ops = {0};
    FN(get_ops)(&ops);
    E2E_CHECK(ops.negate == FN(negate) && ops.add(1, 2) == 3);
    E2E_CHECK_INT(FN(is_negate)(ops.negate), 1);
    E2E_CHECK_INT(FN(is_negate)(times_three), 0);
    E2E_CHECK(FN(get_getter)() == FN(by_index));
    E2E_CHECK_INT(FN(get_getter)()(0)(1), -1);
    E2E_CHECK_INT(FN(get_getter)()(1)(1), 1);
}

static void
c_calls_exports_through_function_pointers_out_of_python(void **state)
{
    (void)state; /* M2, R17: the very addresses that dlsym() gives */
    e2e_expect_ok(functions_out_scenario, NULL, 20);
}

/* --- numbers of arguments -------------------------------------------------*/

static void
arguments_scenario(void *unused)
{
    (void)unused;
    load();
    E2E_CHECK_INT(FN(sum0)(), 0);
    E2E_CHECK_INT(FN(sum1)(1), 1);
    E2E_CHECK_INT(FN(sum2)(1, 2), 5);
    E2E_CHECK_INT(FN(sum3)(1, 2, 3), 14);
    E2E_CHECK_INT(FN(sum4)(1, 2, 3, 4), 30);
    E2E_CHECK_INT(FN(sum5)(1, 2, 3, 4, 5), 55);
    E2E_CHECK_INT(FN(sum6)(1, 2, 3, 4, 5, 6), 91);
    E2E_CHECK_INT(FN(sum7)(1, 2, 3, 4, 5, 6, 7), 140);
    E2E_CHECK_INT(FN(sum8)(1, 2, 3, 4, 5, 6, 7, 8), 204);
    E2E_CHECK_INT(FN(sum15)(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
                  1240);
    E2E_CHECK_INT(
        FN(sum16)(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16), 1496);
    E2E_CHECK_INT(
        FN(sum17)(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17),
        1785);
    E2E_CHECK_INT(FN(sum20)(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
                            16, 17, 18, 19, -20),
                  2470 - 400);
    struct large large = {{1, 2, 3, 4, 5}};
    double sum = FN(sum20_mixed)('A', 1, (small){1, 2, 'B'}, 3.0L, 4, 5,
                                 (pair){6, 7}, 8, large, 9, 1, 10 + 11 * I, 12,
                                 (sixteen){13, 14}, 15, (union either){.d = 16},
                                 17, "eighteen", 19 + 20 * I, -21);
    E2E_CHECK(sum == 'A' + 1 + 1 + 2 + 'B' + 3 + 4 + 5 + 6 + 7 + 8 + 15 + 9 +
                         1 + 10 + 11 + 12 + 13 + 14 + 15 + 16 + 17 + 8 + 19 +
                         20 - 21);
}

static void
up_to_twenty_arguments_arrive_in_order(void **state)
{
    (void)state; /* V7 */
    e2e_not_on_pypy();
    e2e_expect_ok(arguments_scenario, NULL, 20);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_of_every_type_keep_their_limits),
        cmocka_unit_test(bool_characters_and_floats_keep_every_value),
        cmocka_unit_test(long_doubles_and_complex_numbers_mix_with_others),
        cmocka_unit_test(pointers_and_arrays_go_in_and_out),
        cmocka_unit_test(
            structs_and_unions_go_through_python_by_value_and_by_pointer),
        cmocka_unit_test(members_of_every_kind_are_read_and_made_in_python),
        cmocka_unit_test(python_calls_function_pointers_it_was_given),
        cmocka_unit_test(
            c_calls_exports_through_function_pointers_out_of_python),
        cmocka_unit_test(up_to_twenty_arguments_arrive_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* values.h - values of every kind, to Python and back.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef VALUES_H
#define VALUES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <uchar.h>
#include <wchar.h>

#include "embed/plugin.h"

/** A signed type with all values given, and one below zero; what fits an
 *  unsigned char; and one that starts above INT_MAX. */
enum values_color { VALUES_RED = -1, VALUES_GREEN, VALUES_BLUE = 1 << 30 };
enum values_byte { VALUES_LOW, VALUES_HIGH = 255 };
__extension__ enum values_wide { VALUES_WIDE = 0x80000000 };

#define VALUES_INTEGERS(X)                                                    \
    X(schar, signed char)                                                     \
    X(uchar, unsigned char)                                                   \
    X(short, short)                                                           \
    X(ushort, unsigned short)                                                 \
    X(int, int)                                                               \
    X(uint, unsigned)                                                         \
    X(long, long)                                                             \
    X(ulong, unsigned long)                                                   \
    X(llong, long long)                                                       \
    X(ullong, unsigned long long)                                             \
    X(int8, int8_t)                                                           \
    X(uint8, uint8_t)                                                         \
    X(int16, int16_t)                                                         \
    X(uint16, uint16_t)                                                       \
    X(int32, int32_t)                                                         \
    X(uint32, uint32_t)                                                       \
    X(int64, int64_t)                                                         \
    X(uint64, uint64_t)                                                       \
    X(intptr, intptr_t)                                                       \
    X(uintptr, uintptr_t)                                                     \
    X(ptrdiff, ptrdiff_t)                                                     \
    X(size, size_t)                                                           \
    X(ssize, ssize_t)                                                         \
    X(int_least8, int_least8_t)                                               \
    X(uint_least16, uint_least16_t)                                           \
    X(int_fast16, int_fast16_t)                                               \
    X(uint_fast32, uint_fast32_t)                                             \
    X(intmax, intmax_t)                                                       \
    X(uintmax, uintmax_t)                                                     \
    X(color, enum values_color)                                               \
    X(byte, enum values_byte)                                                 \
    X(wide, enum values_wide)

/* Not integers in Python. */
#define VALUES_OTHERS(X)                                                      \
    X(bool, _Bool)                                                            \
    X(char, char)                                                             \
    X(wchar, wchar_t)                                                         \
    X(char16, char16_t)                                                       \
    X(char32, char32_t)                                                       \
    X(float, float)                                                           \
    X(double, double)

/** make: value number `which`, as Python knows it; check: is `value` that one,
 *  and of the right Python type?; same: through Python and back; put: through
 *  pointers. */
#define VALUES_DECLARE(name, type)                                            \
    type make_##name(int which);                                              \
    int check_##name(type value, int which);                                  \
    type same_##name(type value);                                             \
    void put_##name(type *out, const type *in);

VALUES_INTEGERS(VALUES_DECLARE)
VALUES_OTHERS(VALUES_DECLARE)

/* Of these Python cannot hold every value. */
long double same_ldouble(long double value);
long double twice_ldouble(long double value);
void put_ldouble(long double *out, const long double *in);
float _Complex same_cfloat(float _Complex value);
double _Complex same_cdouble(double _Complex value);
double _Complex conjugate(double _Complex value);
double _Complex mix(int a, double _Complex b, long double c, float d,
                    float _Complex e, double _Complex f, char g);

/* Pointers. */
typedef struct values_opaque values_opaque;
void *same_pointer(void *p);
const char *same_text(const char *text);
values_opaque *same_opaque(values_opaque *p);
char ***same_deep(char ***p);
int is_null(const void *p);
long text_length(const char *text);
int fill(char *out, size_t size, const char *text);
int sum_ints(const int values[], int n);
int sum_rows(const int rows[][3], int n);
int sum_strings(const char *const *texts);
int swap_pointers(void **a, void **b);
const int *static_table(void);

/* Structs and unions. */
struct empty_ish { char c; };
typedef struct { int a; short b; char c; } small;
typedef struct { float x, y; } pair;
typedef struct { double d; int64_t i; } sixteen;
typedef struct { double d; float f; } mixed;
typedef struct { long double big; } extended;
struct large { long values[5]; };
struct arrays { int a[3]; char name[8]; double m[2][2]; };
struct bits { unsigned a : 3; int : 2; int b : 5; _Bool c : 1; uint64_t d : 40; };
struct nested { small s; struct { int in; pair p; } inner; small two[2]; };
struct anonymous { int kind; union { int i; float f; struct { short lo, hi; }; }; };
struct __attribute__((packed)) tight { char c; int64_t i; short s; };
struct aligned { char c; int v __attribute__((aligned(16))); };
union either { int i; double d; char bytes[12]; };
struct linked { int value; struct linked *next; };
struct with_pointers { const char *text; int *out; int (*fn)(int); };

#define VALUES_RECORDS(X)                                                     \
    X(empty_ish, struct empty_ish)                                            \
    X(small, small)                                                           \
    X(pair, pair)                                                             \
    X(sixteen, sixteen)                                                       \
    X(mixed, mixed)                                                           \
    X(extended, extended)                                                     \
    X(large, struct large)                                                    \
    X(arrays, struct arrays)                                                  \
    X(bits, struct bits)                                                      \
    X(nested, struct nested)                                                  \
    X(anonymous, struct anonymous)                                            \
    X(tight, struct tight)                                                    \
    X(aligned, struct aligned)                                                \
    X(either, union either)

#define VALUES_RECORD(name, type)                                             \
    type same_##name(type value);                                             \
    void put_##name(type *out, const type *in);

VALUES_RECORDS(VALUES_RECORD)

/** The parts of a record, one by one, out of Python. */
double total_nested(struct nested n);
double total_bits(struct bits b);
double total_anonymous(struct anonymous a);
double total_arrays(struct arrays *a);
struct nested make_nested(int seed);
struct bits make_bits(int seed);
struct anonymous make_anonymous(int seed);
struct arrays make_arrays(int seed);
struct tight make_tight(int seed);
union either make_either(double d);
struct large make_large(long first);
int sum_linked(const struct linked *list);
int use_pointers(struct with_pointers p);
/** The argument is a copy: what Python writes into it is gone afterwards. */
int changes_its_copy(struct large value);

/* Function pointers. */
typedef int values_unary(int);
typedef double (*values_binary)(double, double);
struct values_ops { values_unary *negate; values_binary add; };
int apply(values_unary *fn, int value);
double apply_binary(values_binary fn, double a, double b);
int apply_twice(int (*fn)(int, void *), void *arg, int value);
small apply_record(small (*fn)(small, struct large *), struct large *out);
int negate(int value);
double add(double a, double b);
values_unary *get_negate(int which);
void get_ops(struct values_ops *out);
int is_negate(values_unary *fn);
int (*(*get_getter(void))(int))(int);
values_unary *by_index(int i);

/* 0 to 20 arguments: the sum of i * the i-th. */
int sum0(void);
int sum1(int);
int sum2(int, int);
int sum3(int, int, int);
int sum4(int, int, int, int);
int sum5(int, int, int, int, int);
int sum6(int, int, int, int, int, int);
int sum7(int, int, int, int, int, int, int);
int sum8(int, int, int, int, int, int, int, int);
int sum15(int, int, int, int, int, int, int, int, int, int, int, int, int, int,
          int);
int sum16(int, int, int, int, int, int, int, int, int, int, int, int, int, int,
          int, int);
int sum17(int, int, int, int, int, int, int, int, int, int, int, int, int, int,
          int, int, int);
int sum20(int, int, int, int, int, int, int, int, int, int, int, int, int, int,
          int, int, int, int, int, int);
double sum20_mixed(char, float, small, long double, short, double, pair,
                   unsigned char, struct large, int64_t, _Bool, float _Complex,
                   int, sixteen, uint16_t, union either, long, const char *,
                   double _Complex, int8_t);

#endif /* VALUES_H */

/* leaks.c - the C side of leaks.
 *
 * SPDX-License-Identifier: MIT
 */
#include "leaks.h"

#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <wchar.h>

#define LEAKS_LIMIT 5

typedef struct leaks_point {
    int x;
    int y;
    double weight;
    unsigned bits : 3;
    char name[8];
} leaks_point;

typedef struct leaks_pair {
    int x;
    int y;
} leaks_pair;

struct leaks_tail {
    int n;
    short rest[];
};

union leaks_any {
    int i;
    double d;
};

enum leaks_color {
    LEAKS_RED,
    LEAKS_BLUE
};

static int leaks_number = 3;
static int leaks_table[4] = {1, 2, 3, 4};
static leaks_point leaks_where = {1, 2, 0.5, 3, "here"};

static int
leaks_sum(leaks_point *p, int n)
{
    int sum = 0;
    for (int i = 0; i < n; i++) {
        sum += p[i].x + p[i].y;
    }
    return sum;
}

static leaks_point
leaks_turn(leaks_point p)
{
    int x = p.x;
    p.x = p.y;
    p.y = x;
    return p;
}

static leaks_pair
leaks_swap(leaks_pair p)
{
    return (leaks_pair){.x = p.y, .y = p.x};
}

static const char *
leaks_text(const char *text)
{
    return text;
}

static int
leaks_wide(const wchar_t *text)
{
    return (int)wcslen(text);
}

static double _Complex leaks_square(double _Complex z)
{
    return z * z;
}

static long double
leaks_half(long double x)
{
    return x / 2;
}

static int
leaks_variadic(int n, ...)
{
    va_list list;
    int sum = 0;
    va_start(list, n);
    while (n-- > 0) {
        sum += va_arg(list, int);
    }
    va_end(list);
    return sum;
}

static int
leaks_call(int (*fn)(int), int n)
{
    return fn(n);
}

static int
leaks_stream(FILE *file)
{
    return fputs("text\n", file);
}

/* Returns the bytes that malloc() has handed out. */
static long
leaks_malloced(void)
{
    struct mallinfo2 info = mallinfo2();
    return (long)(info.uordblks + info.hblkhd);
}

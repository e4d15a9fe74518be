/* types.h - the C side of what conformance.cdef declares.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_TESTS_CONFORMANCE_TYPES_H
#define EMBED_TESTS_CONFORMANCE_TYPES_H

#include <complex.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <uchar.h>
#include <wchar.h>

typedef struct {
    int x, y;
} point_t;
struct pair {
    short a;
    long b;
};
struct mixed {
    char c;
    double d;
    int *p;
    const char *text;
    _Bool flag;
    wchar_t w;
    float f;
    long double ld;
    unsigned char raw[4];
    char name[8];
    int (*fn)(int, int);
};
union number {
    int i;
    float f;
    char c[8];
};
enum color {
    RED,
    GREEN = 5,
    BLUE
};
enum sign {
    MINUS = -1,
    PLUS = 1
};
typedef enum {
    FIRST,
    SECOND
} rank_t;
struct bits {
    int a : 3;
    unsigned b : 5;
    int s1 : 1;
    _Bool f : 1;
    unsigned long long big : 40;
};
struct flex {
    int n;
    int data[];
};
struct flexchar {
    int n;
    char data[];
};
struct nested {
    int id;
    point_t in;
    point_t pts[3];
    struct nested *next;
};
struct anon {
    int a;
    union {
        int i;
        float f;
    };
    struct {
        short s1;
        short s2;
    };
};
struct packed {
    char c;
    int i;
} __attribute__((packed));
struct partial {
    int hidden;
    int known;
    char tail[3];
};
struct opaque;
struct handle_s {
    int unused;
};
typedef struct handle_s *handle_t;
typedef unsigned short token_t;
typedef int (*binop_t)(int, int);
typedef int unary_t(int);
struct colored {
    enum color c;
    rank_t r;
};

#define LIMIT    42
#define NEGATIVE (-7)
#define HUGE_ONE 0xFFFFFFFFFFFFFFFFULL
#define WRONG    6
static const int SIX = 6;
static const char *const LABEL = "label";
static const double HALF = 0.5;

#endif /* EMBED_TESTS_CONFORMANCE_TYPES_H */

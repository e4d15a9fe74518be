/* Structs, unions, enums, arrays and pointers of all sorts. */
#pragma once

#include <stdio.h>

typedef struct {
    int x, y;
} point_t;

struct opaque;

struct node {
    struct node *next;
    const char *name;
    char text[8];
    struct {
        short low, high;
    } pair;
    struct {
        int n;
    } list[2], *more;
    union {
        int i;
        double d;
        struct {
            char a, b;
        };
    };
    unsigned ready : 1, level : 5;
    int (*compare)(const void *, const void *);
};

typedef union number {
    long n;
    double d;
} number;

struct __attribute__((packed)) wire {
    char tag;
    int value;
};

struct tail {
    int n;
    double items[];
};

enum color { RED, GREEN = 5, BLUE = GREEN << 2 };
typedef enum { LOW = -1, HIGH = 1 } level_t;
typedef int grid_t[3][4];
typedef struct {
    int hidden;
} *handle_t;

point_t shift(point_t p, const struct node *n, number by);
number *pick(struct wire *w, number (*numbers)[4]);
enum color mix(enum color a, level_t b, handle_t h);
int print(FILE *out, struct opaque *o, char *const argv[]);
int (*chain(int (*callback)(const char **, void *), void *data))(int);
double total(const grid_t grid, const struct tail *tail);


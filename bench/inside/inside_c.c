/* inside_c.c - the C side of the operations.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#define INSIDE_LIMIT 100

typedef struct inside_point {
    int x;
    int y;
    double weight;
} inside_point;

typedef struct inside_line {
    inside_point from;
    inside_point to;
    char label[16];
    unsigned flag : 3;
} inside_line;

int inside_counter;

static int
inside_inc(int n)
{
    return n + 1;
}

static double
inside_half(double x)
{
    return x * 0.5;
}

static int
inside_length(const char *text)
{
    return (int)strlen(text);
}

static int
inside_sum(inside_point *p)
{
    return p->x + p->y;
}

static inside_point *
inside_same(inside_point *p)
{
    return p;
}

static inside_point
inside_turn(inside_point p)
{
    return (inside_point){.x = p.y, .y = p.x, .weight = -p.weight};
}

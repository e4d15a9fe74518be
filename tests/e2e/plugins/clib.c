/* clib.c - the C code of clib.
 *
 * SPDX-License-Identifier: MIT
 */
#include "clib.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define CLIB_PRIVATE 77

int clib_private = 5;

/* Is inside, until it may go; -1 after 20 seconds. */
static int
clib_block(sem_t *inside, sem_t *go)
{
    struct timespec deadline;
    (void)clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += 20;
    (void)sem_post(inside);
    while (sem_timedwait(go, &deadline) != 0) {
        if (errno != EINTR) {
            return -1;
        }
    }
    return 0;
}

static int
clib_errno(void)
{
    return errno;
}

static void
clib_fail(int error)
{
    errno = error;
}

clib_big
clib_move(clib_big b, long by, const char *text)
{
    for (int i = 0; i < 3; i++) {
        b.a[i] += by;
    }
    b.d += (double)strlen(text);
    return b;
}

static long
clib_sum(const long *values, int n)
{
    return n == 0 ? 0 : *values + clib_sum(values + 1, n - 1);
}

static int
clib_call_add(clib_add_fn *fn, int a, int b)
{
    return fn(a, b);
}

static int
clib_call_own_add(int a, int b)
{
    return clib_add(a, b);
}

static double _Complex
clib_turn(double _Complex z)
{
    return z * (double _Complex)__extension__ 1.0i;
}

static long double
clib_half(long double x)
{
    return x / 2;
}

typedef struct {
    int value;
} clib_hidden;

static clib_hidden *
clib_open(int value)
{
    static clib_hidden one;
    one.value = value;
    return &one;
}

static int
clib_value(clib_hidden *hidden)
{
    return hidden->value;
}

struct clib_partial {
    char unwanted[40];
    int wanted;
    int also;
};

static int
clib_partial_sum(struct clib_partial *p)
{
    return p->wanted + p->also + p->unwanted[0];
}

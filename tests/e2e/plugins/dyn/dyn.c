/* dyn.c - the C code of dyn.
 *
 * SPDX-License-Identifier: MIT
 */
#include "dyn.h"

int dyn_state = 3;

static int
dyn_cube(int n)
{
    return n * n * n;
}

static int
dyn_short(short a, unsigned char b, unsigned c)
{
    return a + b + (int)c;
}

static _Bool
dyn_not(_Bool b)
{
    return !b;
}

/* inside.c - is this thread in the middle of libembed?
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/inside.h"

/* Not allocated on first use, as other TLS of a library may be: that would call
 * malloc(). */
static __thread unsigned depth __attribute__((tls_model("initial-exec")));

void
ec_inside_enter(void)
{
    depth++;
}

void
ec_inside_leave(void)
{
    depth--;
}

unsigned
ec_inside_suspend(void)
{
    unsigned was = depth;
    depth = 0;
    return was;
}

void
ec_inside_resume(unsigned was)
{
    depth = was;
}

bool
ec_is_inside(void)
{
    return depth != 0;
}

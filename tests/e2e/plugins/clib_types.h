/* clib_types.h - the types of clib.h, for hosts.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLIB_TYPES_H
#define CLIB_TYPES_H

typedef int clib_add_fn(int a, int b);

struct clib_ops {
    int version;
    clib_add_fn *add;
    const char *(*name_of)(int);
    const struct clib_ops *next;
};

struct clib_entry {
    const char *name;
    clib_add_fn *fn;
};

typedef struct {
    long a[3];
    double d;
} clib_big;

enum clib_color { CLIB_RED, CLIB_BLUE = 10, CLIB_OFF = -3 };

#endif /* CLIB_TYPES_H */

/* dyn.h - an extension that opens libraries and declares things at run time.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef DYN_H
#define DYN_H

#define DYN_LIMIT 40

struct dyn_point {
    int x;
    int y;
};

int dyn_checks(void);
int dyn_check(int which);

/* Opens libm and uses it in a loop; the number of objects that came to be. */
long dyn_loop(int rounds);

#endif /* DYN_H */

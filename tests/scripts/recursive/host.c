/* SPDX-License-Identifier: MIT */
#include <stdio.h>

extern int (*my_callback)(int);
int add_rec(int, int);

static int starting = 1;

static int
some_callback(int x)
{
    if (starting) {
        starting = 0;
        return add_rec(x, 5) + 100; /* nothing is attached yet: 0 */
    }
    return add_rec(x, 9);
}

int
main(void)
{
    my_callback = some_callback;
    printf("%d\n", add_rec(3, 7));
    return 0;
}

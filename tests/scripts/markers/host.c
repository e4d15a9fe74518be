/* SPDX-License-Identifier: MIT */
#include <stdio.h>

int marked(int);
int grouped(int, int (*)(int));
int last(int (*)(int), int *);
int seen(void);

static int
twice(int x)
{
    return 2 * x;
}

int
main(void)
{
    int values[] = {1, 2, 3};
    printf("%d %d %d ", marked(1), grouped(2, twice), last(twice, values));
    printf("%d\n", seen());
    return 0;
}

/* SPDX-License-Identifier: MIT */
#include <stdio.h>

int add(int, int);

int
main(void)
{
    printf("%d\n", add(40, 2));
    return 0;
}

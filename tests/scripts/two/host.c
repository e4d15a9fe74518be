/* SPDX-License-Identifier: MIT */
#include <stdio.h>

int add1(int, int);
int add2(int, int);

int
main(void)
{
    printf("%d\n", add1(40, 2));
    printf("%d\n", add2(40, 2));
    printf("%d\n", add1(1, 2));
    return 0;
}

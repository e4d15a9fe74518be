/* SPDX-License-Identifier: MIT */
#include <stdio.h>

int twice(int);

int
main(void)
{
    printf("%d\n", twice(2));
    return 0;
}

/* SPDX-License-Identifier: MIT */
#include <stdio.h>

int start(void);

int
main(void)
{
    int first = start();
    printf("%d %d\n", first, start());
    return 0;
}

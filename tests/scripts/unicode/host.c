/* SPDX-License-Identifier: MIT */
#include <stdio.h>

int length(void);

int
main(void)
{
    printf("%d\n", length());
    return 0;
}

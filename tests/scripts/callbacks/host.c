/* SPDX-License-Identifier: MIT */
#include <stdio.h>

int run(int n);
long visible(long n);

int
main(void)
{
    printf("%d\n", run(3));
    printf("%ld\n", visible(8));
    return 0;
}

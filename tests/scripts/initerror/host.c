/* SPDX-License-Identifier: MIT */
#include <stdio.h>

int add(int, int);
double half(double);
void *null(void);
int start(void);

int
main(void)
{
    printf("%d\n", add(40, 2));
    printf("%g\n", half(5));
    printf("%d\n", null() == NULL);
    printf("%d\n", start());
    return 0;
}

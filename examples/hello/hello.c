/* hello.c - calls the library like any other.  SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "hello.h"

int
main(void)
{
    const char *text = greet("C");

    printf("%s 40 + 2 = %d\n", text != NULL ? text : "(failed)", add(40, 2));
    return text != NULL ? 0 : 1;
}

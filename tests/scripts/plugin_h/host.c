/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "plugin.h"

int
main(void)
{
    point_t p = {6, 7};
    point_t some[] = {{10, 0}, {20, 0}};
    printf("%d %d\n", do_stuff(&p), label_length("hello", some, 2));
    return 0;
}

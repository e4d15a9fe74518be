/* host.c - asks the modules and writes what they give: see stock.sh.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>

#include "check.h"

int
main(int argc, char **argv)
{
    return argc == 2 && check(argv[1]) > 100 ? 0 : 1;
}

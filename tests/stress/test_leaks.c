/* test_leaks.c - operations of ffi and lib run many times leave nothing behind.
 *
 * SPDX-License-Identifier: MIT
 */
#include "tests/support/leaks.h"

int
main(void)
{
    return leaks_test_run(100000);
}

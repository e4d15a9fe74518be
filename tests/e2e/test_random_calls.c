/* test_random_calls.c - a few functions of random types, called in both
 * directions.
 *
 * SPDX-License-Identifier: MIT
 */
#include "tests/support/random_calls.h"

int
main(void)
{
    return random_calls_run("random/rndfew");
}

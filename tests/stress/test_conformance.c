/* test_conformance.c - the conformance suite in two interpreters at once, over
 * and over; CONFORMANCE_ROUNDS says how often.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/conformance.h"
#include "tests/support/e2e.h"

#define ROUNDS    200
#define TIMEOUT_S 500

static int
rounds(void)
{
    return (int)e2e_number("CONFORMANCE_ROUNDS", ROUNDS);
}

static void
two_interpreters_pass_200_rounds(void **state)
{
    (void)state;
    conformance_pair pair = {.rounds = rounds()};
    e2e_expect_ok(conformance_pair_scenario, &pair, TIMEOUT_S);
}

static void
two_interpreters_pass_200_rounds_with_debug_allocators(void **state)
{
    (void)state;
    conformance_pair pair = {.rounds = rounds(), .has_debug_memory = true};
    e2e_expect_ok(conformance_pair_scenario, &pair, TIMEOUT_S);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_interpreters_pass_200_rounds),
        cmocka_unit_test(
            two_interpreters_pass_200_rounds_with_debug_allocators),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

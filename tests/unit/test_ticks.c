/* test_ticks.c - the clock by which calls are timed.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/ticks.h"

#define SPAN_NS 50000000u

/* What a span is by the chosen clock, between bounds of the other. */
static void
expect_right(void)
{
    uint64_t outer_begin = ec_now_ns();
    uint64_t begin = ec_ticks_now();
    uint64_t inner_begin = ec_now_ns();
    uint64_t inner_end = inner_begin;
    while (inner_end - inner_begin < SPAN_NS) {
        inner_end = ec_now_ns();
    }
    uint64_t ns = ec_ticks_ns(ec_ticks_between(begin, ec_ticks_now()));
    uint64_t outer_end = ec_now_ns();
    assert_true((double)ns >= (double)(inner_end - inner_begin) * 0.99);
    assert_true((double)ns <= (double)(outer_end - outer_begin) * 1.01);
}

static void
ticks_are_nanoseconds_in_the_end(void **state)
{
    (void)state;
    ec_ticks_init();
    expect_right();
}

static void
a_clock_that_goes_back_a_little_gives_no_time(void **state)
{
    (void)state;
    assert_int_equal(ec_ticks_between(7, 5), 0);
    assert_int_equal(ec_ticks_between(5, 5), 0);
    assert_int_equal(ec_ticks_between(5, 7), 2);
    assert_int_equal(ec_ticks_between(UINT64_MAX, 1), 2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ticks_are_nanoseconds_in_the_end),
        cmocka_unit_test(a_clock_that_goes_back_a_little_gives_no_time),
    };
    return cmocka_run_group_tests_name("ticks", tests, NULL, NULL);
}

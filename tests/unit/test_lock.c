/* test_lock.c - core/lock.c.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/lock.h"

static ec_mutex outer = EC_MUTEX_INIT(EC_RANK_RUNTIME);
static ec_mutex inner = EC_MUTEX_INIT(EC_RANK_LEAF);

#ifdef EC_DEBUG
static int held_rank;
static int wanted_rank;

static void
note_violation(enum ec_rank held, enum ec_rank wanted)
{
    held_rank = (int)held;
    wanted_rank = (int)wanted;
}

static void
taking_an_outer_lock_after_an_inner_one_is_noticed(void **state)
{
    (void)state;
    ec_lock_violation = note_violation;
    ec_mutex_lock(&inner);
    ec_mutex_lock(&outer);
    ec_mutex_unlock(&outer);
    ec_mutex_unlock(&inner);
    ec_lock_violation = NULL;
    assert_int_equal(held_rank, EC_RANK_LEAF);
    assert_int_equal(wanted_rank, EC_RANK_RUNTIME);
}
#endif

static void
locks_in_order_are_fine(void **state)
{
    (void)state;
    ec_mutex_lock(&outer);
    ec_mutex_lock(&inner);
    /* Releasing in the other order is allowed. */
    ec_mutex_unlock(&outer);
    ec_mutex_unlock(&inner);
    ec_mutex_lock(&outer);
    ec_mutex_unlock(&outer);
}

static void
a_timed_wait_ends_at_its_deadline(void **state)
{
    (void)state;
    pthread_cond_t cond;
    ec_cond_init(&cond);
    uint64_t start = ec_now_ns();
    ec_mutex_lock(&outer);
    bool in_time = true;
    while (in_time) { /* spurious wake-ups are allowed */
        in_time = ec_cond_wait(&cond, &outer, start + 5000000);
    }
    ec_mutex_unlock(&outer);
    assert_true(ec_now_ns() - start >= 5000000);
    (void)pthread_cond_destroy(&cond);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
#ifdef EC_DEBUG
        cmocka_unit_test(taking_an_outer_lock_after_an_inner_one_is_noticed),
#endif
        cmocka_unit_test(locks_in_order_are_fine),
        cmocka_unit_test(a_timed_wait_ends_at_its_deadline),
    };
    return cmocka_run_group_tests_name("lock", tests, NULL, NULL);
}

/* test_config.c - core/config.c.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "core/config.h"

static int
clean(void **state)
{
    (void)state;
    (void)unsetenv("EMBED_SHARED_INTERP");
    (void)unsetenv("EMBED_ISOLATION");
    (void)unsetenv("EMBED_EXIT_TIMEOUT_MS");
    return 0;
}

static void
own_is_the_default_level(void **state)
{
    (void)state;
    assert_int_equal(ec_config_level("a", EMBED_ISOLATION_DEFAULT),
                     EMBED_ISOLATION_OWN);
    assert_int_equal(ec_config_level("a", EMBED_ISOLATION_SUB),
                     EMBED_ISOLATION_SUB);
}

static void
the_operator_can_share_all_or_some(void **state)
{
    (void)state;
    (void)setenv("EMBED_SHARED_INTERP", "1", 1);
    assert_int_equal(ec_config_level("a", EMBED_ISOLATION_OWN),
                     EMBED_ISOLATION_SHARED);
    (void)setenv("EMBED_SHARED_INTERP", "0", 1);
    assert_int_equal(ec_config_level("a", EMBED_ISOLATION_OWN),
                     EMBED_ISOLATION_OWN);
    (void)setenv("EMBED_SHARED_INTERP", "b, abc,d", 1);
    assert_int_equal(ec_config_level("a", EMBED_ISOLATION_OWN),
                     EMBED_ISOLATION_OWN);
    assert_int_equal(ec_config_level("abc", EMBED_ISOLATION_SUB),
                     EMBED_ISOLATION_SHARED);
    assert_int_equal(ec_config_level("ab", EMBED_ISOLATION_SUB),
                     EMBED_ISOLATION_SUB);
    assert_int_equal(ec_config_level("d", EMBED_ISOLATION_DEFAULT),
                     EMBED_ISOLATION_SHARED);
}

static void
the_operator_can_name_levels(void **state)
{
    (void)state; /* R20 */
    (void)setenv("EMBED_ISOLATION", "a=sub,*=shared , bc=own,c=,d=most,=sub",
                 1);
    (void)setenv("EMBED_SHARED_INTERP", "1", 1);
    assert_int_equal(ec_config_level("a", EMBED_ISOLATION_OWN),
                     EMBED_ISOLATION_SUB);
    assert_int_equal(ec_config_level("bc", EMBED_ISOLATION_SUB),
                     EMBED_ISOLATION_OWN);
    assert_int_equal(ec_config_level("b", EMBED_ISOLATION_OWN),
                     EMBED_ISOLATION_SHARED);
    (void)unsetenv("EMBED_SHARED_INTERP");
    /* What is no level says nothing. */
    (void)setenv("EMBED_ISOLATION", "c=,d=most,=sub,e,*", 1);
    assert_int_equal(ec_config_level("c", EMBED_ISOLATION_OWN),
                     EMBED_ISOLATION_OWN);
    assert_int_equal(ec_config_level("d", EMBED_ISOLATION_SUB),
                     EMBED_ISOLATION_SUB);
    assert_int_equal(ec_config_level("e", EMBED_ISOLATION_DEFAULT),
                     EMBED_ISOLATION_OWN);
}

static void
a_bad_time_is_ignored(void **state)
{
    (void)state;
    assert_int_equal(ec_config_exit_timeout_ms(), 2000);
    (void)setenv("EMBED_EXIT_TIMEOUT_MS", "250", 1);
    assert_int_equal(ec_config_exit_timeout_ms(), 250);
    (void)setenv("EMBED_EXIT_TIMEOUT_MS", "-1", 1);
    assert_int_equal(ec_config_exit_timeout_ms(), 2000);
    (void)setenv("EMBED_EXIT_TIMEOUT_MS", "12x", 1);
    assert_int_equal(ec_config_exit_timeout_ms(), 2000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(own_is_the_default_level, clean),
        cmocka_unit_test_setup(the_operator_can_share_all_or_some, clean),
        cmocka_unit_test_setup(the_operator_can_name_levels, clean),
        cmocka_unit_test_setup(a_bad_time_is_ignored, clean),
    };
    return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}

/* test_level.c - core/level.c.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "core/level.h"

static struct embed_plugin plugin;
static ec_slot slot;
static const ec_python plain = {.is_live = false};
static const ec_backend cpython = {.name = "cpython-3.13"};
static const ec_backend pypy = {.name = "pypy", .is_shared_only = true};

static int
prepare(void **state)
{
    (void)state;
    (void)unsetenv("EMBED_SHARED_INTERP");
    (void)unsetenv("EMBED_ISOLATION");
    plugin = (struct embed_plugin){.abi = EMBED_PLUGIN_ABI, .name = "a"};
    slot = (ec_slot){.plugin = &plugin};
    return 0;
}

static void
a_level_is_in_force_where_the_python_has_it(void **state)
{
    (void)state; /* R20 */
    ec_err err = EC_ERR_INIT;
    plugin.isolation = EMBED_ISOLATION_SUB;
    assert_int_equal(ec_level_choose(&slot, &cpython, &plain, &err), EMBED_OK);
    assert_int_equal(slot.level, EMBED_ISOLATION_SUB);
    assert_int_equal(ec_level_choose(&slot, &pypy, &plain, &err), EMBED_OK);
    assert_int_equal(slot.level, EMBED_ISOLATION_SHARED);
}

static void
strict_refuses_a_lower_level(void **state)
{
    (void)state;
    ec_err err = EC_ERR_INIT;
    plugin.flags = EMBED_PLUGIN_STRICT;
    assert_int_equal(ec_level_choose(&slot, &cpython, &plain, &err), EMBED_OK);
    assert_int_equal(ec_level_choose(&slot, &pypy, &plain, &err), EMBED_E_INIT);
    assert_non_null(strstr(err.text, "--isolation own --strict"));
    plugin.isolation = EMBED_ISOLATION_SHARED;
    assert_int_equal(ec_level_choose(&slot, &pypy, &plain, &err), EMBED_OK);
}

static void
strict_refuses_another_python(void **state)
{
    (void)state;
    ec_err err = EC_ERR_INIT;
    const ec_python other = {.is_live = true, .is_other = true};
    assert_int_equal(ec_level_choose(&slot, &cpython, &other, &err), EMBED_OK);
    plugin.flags = EMBED_PLUGIN_STRICT;
    assert_int_equal(ec_level_choose(&slot, &cpython, &other, &err),
                     EMBED_E_INIT);
    assert_non_null(strstr(err.text, "EMBED_PYTHON"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_level_is_in_force_where_the_python_has_it,
                               prepare),
        cmocka_unit_test_setup(strict_refuses_a_lower_level, prepare),
        cmocka_unit_test_setup(strict_refuses_another_python, prepare),
    };
    return cmocka_run_group_tests_name("level", tests, NULL, NULL);
}

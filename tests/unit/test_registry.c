/* test_registry.c - core/registry.c.
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

#include "core/registry.h"

static struct embed_plugin
plugin_named(const char *name)
{
    struct embed_plugin plugin = {.abi = EMBED_PLUGIN_ABI,
                                  .size = sizeof(struct embed_plugin),
                                  .name = name,
                                  .isolation = EMBED_ISOLATION_SUB};
    return plugin;
}

static void
an_empty_registry_has_nothing(void **state)
{
    (void)state;
    size_t n = 7;
    assert_null(ec_registry_find("a"));
    assert_int_equal(ec_registry_all(NULL, 0), 0);
    assert_null(ec_registry_snapshot(&n));
    assert_int_equal(n, 0);
}

static void
what_was_added_is_found_by_name_in_its_order(void **state)
{
    (void)state;
    static struct embed_plugin b;
    static struct embed_plugin a;
    b = plugin_named("b");
    a = plugin_named("a");
    ec_slot *slot_b = ec_registry_add(&b);
    ec_slot *slot_a = ec_registry_add(&a);
    assert_ptr_equal(ec_registry_find("a"), slot_a);
    assert_ptr_equal(ec_registry_find("b"), slot_b);
    assert_null(ec_registry_find("ab"));
    assert_int_equal(slot_b->index, 0);
    assert_int_equal(slot_a->index, 1);
    assert_int_equal(slot_a->state, EMBED_STATE_EMPTY);
    assert_int_equal(slot_a->level, EMBED_ISOLATION_SUB);
    /* The test program itself is the library. */
    assert_non_null(slot_a->library);
    assert_int_equal(slot_a->library[0], '/');
    size_t n = 0;
    ec_slot **all = ec_registry_snapshot(&n);
    assert_int_equal(n, 2);
    assert_ptr_equal(all[0], slot_b);
    assert_ptr_equal(all[1], slot_a);
    free(all);
    ec_slot *one = NULL;
    assert_int_equal(ec_registry_all(&one, 1), 2);
    assert_ptr_equal(one, slot_b);
}

static void
of_two_with_one_name_the_first_is_found(void **state)
{
    (void)state;
    static struct embed_plugin twin;
    twin = plugin_named("a");
    ec_slot *second = ec_registry_add(&twin);
    assert_non_null(second);
    assert_ptr_not_equal(ec_registry_find("a"), second);
}

static void
a_plugin_of_another_abi_is_there_but_failed(void **state)
{
    (void)state;
    static struct embed_plugin future;
    future = plugin_named("future");
    future.abi = EMBED_PLUGIN_ABI + 1;
    ec_slot *slot = ec_registry_add(&future);
    assert_int_equal(slot->state, EMBED_STATE_FAILED);
    assert_int_equal(slot->why.status, EMBED_E_ABI);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_registry_has_nothing),
        cmocka_unit_test(what_was_added_is_found_by_name_in_its_order),
        cmocka_unit_test(of_two_with_one_name_the_first_is_found),
        cmocka_unit_test(a_plugin_of_another_abi_is_there_but_failed),
    };
    return cmocka_run_group_tests_name("registry", tests, NULL, NULL);
}

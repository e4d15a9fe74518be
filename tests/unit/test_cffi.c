/* test_cffi.c - core/cffi.c: the protocol of C code that CFFI has generated,
 * against a fake backend.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "core/registry.h"
#include "embed.h"
#include "tests/support/fake_backend.h"

#define INIT_VERSION  0xB011
#define TABLE_VERSION 0x2701

/* One module as CFFI writes it: an int(void) in Python, a constant beside it. */
typedef struct generated {
    struct embed_externpy externpy;
    struct embed_global globals[2];
    struct embed_context context;
    embed_call_fn *call; /* what the module was told */
    intptr_t protocol;
} generated;

static generated one;
static generated two;

static embed_opcode types[] = {EMBED_OP(EMBED_OP_FUNCTION, 1),
                               EMBED_OP(EMBED_OP_PRIMITIVE, 7),
                               EMBED_OP(EMBED_OP_FUNCTION_END, 0)};

static void
generated_init(generated *g, const char *full_name)
{
    *g = (generated){.externpy = {full_name, sizeof(int), NULL, NULL}};
    g->globals[0] = (struct embed_global){
        "f", &g->externpy, EMBED_OP(EMBED_OP_EXTERN_PYTHON, 0), NULL};
    g->globals[1] = (struct embed_global){
        "N", NULL, EMBED_OP(EMBED_OP_CONSTANT_INT, -1), NULL};
    g->context = (struct embed_context){.types = types,
                                        .globals = g->globals,
                                        .num_globals = 2,
                                        .num_types = 3};
}

static void *
answer(generated *g, const void *p[])
{
    g->protocol = (intptr_t)p[0];
    memcpy(&g->call, &p[1], sizeof g->call);
    p[0] = (const void *)(uintptr_t)TABLE_VERSION;
    p[1] = &g->context;
    return NULL;
}

static void *
one_tables(const void *p[])
{
    return answer(&one, p);
}

static void *
two_tables(const void *p[])
{
    return answer(&two, p);
}

static const struct embed_cffi_module one_module = {"one", one_tables, "x = 1"};
static const struct embed_cffi_module two_module = {"two", two_tables, NULL};

/* Calls f as the generated code does. */
static int
generated_call(generated *g)
{
    union {
        char buffer[8];
        int result;
    } u = {.result = -1};
    g->call(&g->externpy, u.buffer);
    return u.result;
}

static void
another_protocol_is_refused(void **state)
{
    (void)state;
    assert_int_equal(embed_cffi_start("one"), 0);
    assert_int_equal(embed_cffi_init(0xB012, &one_module), -1);
    assert_int_equal(embed_last_error()->status, EMBED_E_ABI);
    assert_non_null(strstr(embed_last_error()->message, "0xb012"));
    assert_null(ec_registry_find("one"));
}

static embed_status
init_fails(ec_slot *slot, ec_err *err)
{
    (void)slot;
    return ec_fail(err, EMBED_E_INIT, "no");
}

static void
a_failed_start_is_told_to_the_module(void **state)
{
    (void)state; /* I10, I15 */
    fake.on_init = init_fails;
    assert_int_equal(embed_cffi_init(INIT_VERSION, &one_module), -1);
    fake.on_init = NULL;
    assert_int_equal(embed_last_error()->status, EMBED_E_INIT);
    assert_int_equal(embed_cffi_init(INIT_VERSION, &one_module), -1);
    assert_int_equal(embed_retry("one"), EMBED_OK);
}

static void
a_module_is_known_once_and_its_calls_are_routed(void **state)
{
    (void)state;
    assert_int_equal(embed_cffi_init(INIT_VERSION, &one_module), 0);
    assert_int_equal(embed_cffi_init(INIT_VERSION, &one_module), 0);
    assert_int_equal(ec_registry_all(NULL, 0), 1);
    const ec_slot *slot = ec_registry_find("one");
    assert_non_null(slot);
    assert_int_equal(one.protocol, 0x0A03);
    assert_int_equal(slot->plugin->num_exports, 1);
    assert_int_equal(slot->plugin->context_version, TABLE_VERSION);
    assert_int_equal(slot->plugin->flags, EMBED_PLUGIN_CFFI);
    assert_string_equal(slot->plugin->init_code, "x = 1");
    assert_ptr_equal(one.externpy.reserved1, slot);
    int before = atomic_load(&fake.calls);
    assert_int_equal(generated_call(&one), 42);
    assert_int_equal(atomic_load(&fake.calls), before + 1);
}

static void
an_import_makes_it_known_too(void **state)
{
    (void)state; /* M1 */
    fake.has_modules = true;
    const void *module = embed_cffi_import(&two_module);
    ec_slot *slot = ec_registry_find("two");
    assert_non_null(slot);
    assert_ptr_equal(module, slot); /* the fake's definition */
    assert_int_equal(slot->state, EMBED_STATE_EMPTY);
    assert_int_equal(slot->plugin->flags,
                     EMBED_PLUGIN_CFFI | EMBED_PLUGIN_MODULE);
    assert_ptr_equal(embed_cffi_import(&two_module), slot);
    fake.has_modules = false;
    assert_null(embed_cffi_import(&two_module));
    /* Its program comes later. */
    struct embed_cffi_module with_program = two_module;
    with_program.init_code = "y = 2";
    assert_int_equal(embed_cffi_init(INIT_VERSION, &with_program), 0);
    assert_string_equal(slot->plugin->init_code, "y = 2");
    assert_int_equal(slot->plugin->init_code_size, 5);
    assert_int_equal(slot->plugin->flags, EMBED_PLUGIN_CFFI);
    assert_int_equal(generated_call(&two), 42);
    assert_int_equal(slot->state, EMBED_STATE_READY);
}

static void
after_shutdown_calls_give_zero(void **state)
{
    (void)state; /* R18 */
    assert_int_equal(embed_shutdown(1000), EMBED_OK);
    assert_int_equal(generated_call(&one), 0);
    assert_int_equal(embed_last_error()->status, EMBED_E_CLOSED);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_protocol_is_refused),
        cmocka_unit_test(a_failed_start_is_told_to_the_module),
        cmocka_unit_test(a_module_is_known_once_and_its_calls_are_routed),
        cmocka_unit_test(an_import_makes_it_known_too),
        cmocka_unit_test(after_shutdown_calls_give_zero),
    };
    generated_init(&one, "one.f");
    generated_init(&two, "two.f");
    return cmocka_run_group_tests(tests, NULL, NULL);
}

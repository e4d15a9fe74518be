/* test_clayout.c - layouts at the edges; tests/layout compares the others with
 * the compiler's.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "core/types/clayout.h"

static ec_types *types;

static int
setup(void **state)
{
    (void)state;
    types = ec_types_create();
    return types == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
    (void)state;
    ec_types_destroy(types);
    return 0;
}

static ec_type *
prim(int number)
{
    return ec_type_prim(types, number, NULL);
}

static ec_type *
new_struct(void)
{
    return ec_type_record(types, EC_KIND_STRUCT, "s", "struct s", NULL);
}

/* Checks that a struct of one field is refused with `text`. */
static void
assert_refused(const ec_field *field, const char *text)
{
    ec_err err = EC_ERR_INIT;
    ec_type *type = new_struct();
    assert_int_equal(ec_layout_record(types, type, field, NULL, 1, NULL, &err),
                     EMBED_E_INVALID);
    if (strstr(err.text, text) == NULL) {
        fail_msg("'%s' is not in '%s'", text, err.text);
    }
    assert_true((type->flags & EC_TYPE_INCOMPLETE) != 0);
    assert_int_equal(type->size, -1);
}

static void
impossible_fields_are_refused(void **state)
{
    (void)state;
    ec_type *t_int = prim(EC_PRIM_INT);
    ec_type *huge =
        ec_type_array(types, prim(EC_PRIM_CHAR), PTRDIFF_MAX / 2, NULL);
    assert_refused(&(ec_field){"f", new_struct(), 0, -1, -1}, "unknown size");
    assert_refused(&(ec_field){"f", prim(EC_PRIM_VOID), 0, -1, -1},
                   "unknown size");
    assert_refused(&(ec_field){"f", t_int, 0, -1, 33}, "wider");
    assert_refused(&(ec_field){"f", prim(EC_PRIM_BOOL), 0, -1, 2}, "wider");
    assert_refused(&(ec_field){"f", t_int, 0, -1, 0}, "no width");
    assert_refused(&(ec_field){"f", prim(EC_PRIM_FLOAT), 0, -1, 3},
                   "bit-field");
    assert_refused(&(ec_field){"f", huge, 0, -1, -1}, "too large");
}

static void
bad_alignments_are_refused(void **state)
{
    (void)state;
    const ec_field field = {"f", prim(EC_PRIM_INT), 0, -1, -1};
    const int bad[] = {3, -3, INT32_MIN};
    const ec_layout_opts opts[] = {{3, 0}, {0, 12}, {-1, 0}};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(ec_layout_record(types, new_struct(), &field, &bad[i],
                                          1, NULL, NULL),
                         EMBED_E_INVALID);
        assert_int_equal(ec_layout_record(types, new_struct(), &field, NULL, 1,
                                          &opts[i], NULL),
                         EMBED_E_INVALID);
    }
}

static void
fields_are_given_once(void **state)
{
    (void)state;
    ec_type *type = new_struct();
    assert_int_equal(ec_layout_record(types, type, NULL, NULL, 0, NULL, NULL),
                     EMBED_OK);
    assert_int_equal(type->size, 0);
    assert_int_equal(type->align, 1);
    assert_int_equal(ec_layout_record(types, type, NULL, NULL, 0, NULL, NULL),
                     EMBED_E_INVALID);
}

static void
an_open_array_may_only_be_last(void **state)
{
    (void)state;
    ec_type *open = ec_type_array(types, prim(EC_PRIM_INT), -1, NULL);
    const ec_field fields[] = {{"n", prim(EC_PRIM_CHAR), 0, -1, -1},
                               {"data", open, 0, -1, -1},
                               {"z", prim(EC_PRIM_CHAR), 0, -1, -1}};
    ec_type *type = new_struct();
    assert_int_equal(ec_layout_record(types, type, fields, NULL, 3, NULL, NULL),
                     EMBED_E_INVALID);
    assert_int_equal(ec_layout_record(types, type, fields, NULL, 2, NULL, NULL),
                     EMBED_OK);
    assert_true((type->flags & EC_TYPE_FLEXIBLE) != 0);
    assert_int_equal(type->size, 4);
    assert_int_equal(type->fields[1].offset, 4);
}

static void
partial_types_have_unknown_size(void **state)
{
    (void)state;
    const ec_field field = {"f", prim(EC_PRIM_INT), 0, -1, -1};
    ec_type *type = new_struct();
    type->flags |= EC_TYPE_PARTIAL;
    assert_int_equal(ec_layout_record(types, type, &field, NULL, 1, NULL, NULL),
                     EMBED_OK);
    assert_int_equal(type->size, -1);
    assert_int_equal(type->n_fields, 1);

    ec_type *rows = ec_type_array(types, type, 3, NULL);
    assert_non_null(rows);
    const ec_field member = {"m", rows, 0, -1, -1};
    ec_type *outer = new_struct();
    assert_int_equal(
        ec_layout_record(types, outer, &member, NULL, 1, NULL, NULL), EMBED_OK);
    assert_true((outer->flags & EC_TYPE_PARTIAL) != 0);
    assert_int_equal(outer->size, -1);
}

static void
only_attributes_with_effect_make_a_custom_layout(void **state)
{
    (void)state;
    const ec_field fields[] = {{"c", prim(EC_PRIM_CHAR), 0, -1, -1},
                               {"i", prim(EC_PRIM_INT), 0, -1, -1}};
    const struct {
        ec_layout_opts opts;
        bool is_custom;
    } cases[] = {
        {{0, 0}, false}, {{8, 0}, false}, {{2, 0}, true},
        {{0, 4}, false}, {{0, 8}, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ec_type *type = new_struct();
        assert_int_equal(ec_layout_record(types, type, fields, NULL, 2,
                                          &cases[i].opts, NULL),
                         EMBED_OK);
        assert_int_equal((type->flags & EC_TYPE_CUSTOM_LAYOUT) != 0,
                         cases[i].is_custom);
    }
}

static void
packed_bit_fields_are_read_and_written_across_bytes(void **state)
{
    (void)state;
    const ec_field fields[] = {{"a", prim(EC_PRIM_LLONG), 0, -1, 3},
                               {"b", prim(EC_PRIM_LLONG), 0, -1, 64},
                               {"c", prim(EC_PRIM_UCHAR), 0, -1, 5}};
    ec_type *type = new_struct();
    type->flags |= EC_TYPE_PACKED;
    assert_int_equal(ec_layout_record(types, type, fields, NULL, 3, NULL, NULL),
                     EMBED_OK);
    assert_int_equal(type->size, 9);
    unsigned char bytes[9] = {0};
    ec_bits_store(&type->fields[1], bytes, UINT64_C(0x8123456789abcdef));
    assert_int_equal(ec_bits_load(&type->fields[0], bytes), 0);
    assert_int_equal(ec_bits_load(&type->fields[2], bytes), 0);
    assert_true((uint64_t)ec_bits_load(&type->fields[1], bytes) ==
                UINT64_C(0x8123456789abcdef));
    ec_bits_store(&type->fields[0], bytes, 7);
    ec_bits_store(&type->fields[2], bytes, 0x11);
    assert_int_equal(ec_bits_load(&type->fields[0], bytes), -1);
    assert_int_equal(ec_bits_load(&type->fields[2], bytes), 0x11);
    assert_true((uint64_t)ec_bits_load(&type->fields[1], bytes) ==
                UINT64_C(0x8123456789abcdef));
}

static void
known_layouts_keep_what_the_compiler_said(void **state)
{
    (void)state;
    const ec_field fields[] = {{"a", prim(EC_PRIM_INT), 8, -1, -1},
                               {"b", prim(EC_PRIM_CHAR), 16, -1, -1}};
    ec_err err = EC_ERR_INIT;
    ec_type *type = new_struct();
    type->size = 24;
    type->align = 8;
    assert_int_equal(ec_layout_known(types, type, fields, 2, true, &err),
                     EMBED_E_INVALID);
    assert_non_null(strstr(err.text, "wrong offset for field 'a' (cdef says "
                                     "0, but C compiler says 8)"));
    assert_int_equal(ec_layout_known(types, type, fields, 2, false, &err),
                     EMBED_OK);
    assert_int_equal(type->fields[1].offset, 16);
    assert_int_equal(type->size, 24);
    assert_true((type->flags & EC_TYPE_CUSTOM_LAYOUT) != 0);
    assert_false((type->flags & EC_TYPE_INCOMPLETE) != 0);
}

static void
known_layouts_with_fields_outside_are_refused(void **state)
{
    (void)state;
    const size_t offsets[] = {2, 4, SIZE_MAX - 1};
    for (size_t i = 0; i < 3; i++) {
        const ec_field field = {"a", prim(EC_PRIM_INT), offsets[i], -1, -1};
        ec_type *type = new_struct();
        type->size = 4;
        type->align = 4;
        assert_int_equal(ec_layout_known(types, type, &field, 1, false, NULL),
                         EMBED_E_INVALID);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(impossible_fields_are_refused),
        TEST(bad_alignments_are_refused),
        TEST(fields_are_given_once),
        TEST(an_open_array_may_only_be_last),
        TEST(partial_types_have_unknown_size),
        TEST(only_attributes_with_effect_make_a_custom_layout),
        TEST(packed_bit_fields_are_read_and_written_across_bytes),
        TEST(known_layouts_keep_what_the_compiler_said),
        TEST(known_layouts_with_fields_outside_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_ctype.c - types are unique and spelled as `ffi` shows them.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/types.h>

#include "core/types/clayout.h"
#include "core/types/ctype.h"

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
pointer(ec_type *target)
{
    return ec_type_pointer(types, target, NULL);
}

static ec_type *
array(ec_type *item, ptrdiff_t length)
{
    return ec_type_array(types, item, length, NULL);
}

static ec_type *
function(ec_type *result, ec_type *const *args, size_t n, bool variadic)
{
    return ec_type_function(types, result, args, n, variadic, NULL);
}

static void
equal_types_are_one_type(void **state)
{
    (void)state;
    ec_type *args[] = {prim(EC_PRIM_INT), pointer(prim(EC_PRIM_CHAR))};
    ec_type *fn = function(args[0], args, 2, false);
    assert_ptr_equal(prim(EC_PRIM_INT), args[0]);
    assert_ptr_not_equal(prim(EC_PRIM_LONG), prim(EC_PRIM_LLONG));
    assert_ptr_equal(pointer(prim(EC_PRIM_CHAR)), args[1]);
    assert_ptr_equal(function(args[0], args, 2, false), fn);
    assert_ptr_not_equal(function(args[0], args, 2, true), fn);
    assert_ptr_not_equal(function(args[0], args, 1, false), fn);
    assert_ptr_equal(array(args[0], -1), array(args[0], -5));
    assert_ptr_not_equal(array(args[0], -1), array(args[0], 0));
}

static void
many_types_are_found_again(void **state)
{
    (void)state;
    static ec_type *made[1000];
    for (int i = 0; i < 1000; i++) {
        made[i] = array(prim(EC_PRIM_SHORT), i);
        assert_non_null(made[i]);
    }
    for (int i = 0; i < 1000; i++) {
        assert_ptr_equal(array(prim(EC_PRIM_SHORT), i), made[i]);
        assert_int_equal(made[i]->size, 2 * i);
    }
}

static void
primitives_have_the_compilers_size_and_sign(void **state)
{
    (void)state;
    assert_int_equal(prim(EC_PRIM_VOID)->size, -1);
    assert_int_equal(prim(EC_PRIM_LDOUBLE)->size, sizeof(long double));
    assert_int_equal(prim(EC_PRIM_LDOUBLE)->align, _Alignof(long double));
    assert_string_equal(prim(EC_PRIM_SSIZE)->name, "ssize_t");
    assert_string_equal(prim(EC_PRIM_UINT64)->name, "uint64_t");
    assert_string_equal(prim(EC_PRIM_UINTMAX)->name, "uintmax_t");
    assert_string_equal(prim(EC_PRIM_DOUBLECOMPLEX)->name,
                        "_cffi_double_complex_t");
    for (int i = EC_PRIM_INT8; i <= EC_PRIM_UINT64; i++) {
        const ec_type *type = prim(i);
        assert_int_equal(type->size, 1 << ((i - EC_PRIM_INT8) / 2));
        assert_int_equal(ec_type_is_signed(type), (i - EC_PRIM_INT8) % 2 == 0);
    }
    assert_true(ec_type_is_integer(prim(EC_PRIM_BOOL)));
    assert_false(ec_type_is_signed(prim(EC_PRIM_BOOL)));
    assert_false(ec_type_is_integer(prim(EC_PRIM_FLOAT)));
    assert_false(ec_type_is_signed(prim(EC_PRIM_FLOAT)));
    assert_null(prim(EC_PRIM_COUNT));
    assert_null(prim(-1));
}

static void
declarators_nest_in_the_spelling(void **state)
{
    (void)state;
    ec_type *t_int = prim(EC_PRIM_INT);
    ec_type *text = pointer(prim(EC_PRIM_CHAR));
    ec_type *args[] = {t_int, text};
    ec_type *handler = pointer(function(prim(EC_PRIM_VOID), args, 1, false));
    const struct {
        ec_type *type;
        const char *name;
    } cases[] = {
        {pointer(t_int), "int *"},
        {pointer(text), "char * *"},
        {function(t_int, args, 1, false), "int(int)"},
        {pointer(function(t_int, args, 0, false)), "int(*)()"},
        {pointer(function(t_int, args, 2, false)), "int(*)(int, char *)"},
        {pointer(function(text, &text, 1, true)), "char *(*)(char *, ...)"},
        {array(t_int, 5), "int[5]"},
        {array(t_int, -1), "int[]"},
        {pointer(array(t_int, 5)), "int(*)[5]"},
        {array(array(t_int, 3), 2), "int[2][3]"},
        {array(pointer(array(t_int, 3)), 2), "int(*[2])[3]"},
        {pointer(function(handler, args, 1, false)), "void(*(*)(int))(int)"},
        {array(handler, 4), "void(*[4])(int)"},
        {prim(EC_PRIM_BOOL), "_Bool"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_non_null(cases[i].type);
        assert_string_equal(cases[i].type->name, cases[i].name);
    }
}

static void
extra_text_goes_where_a_declarator_does(void **state)
{
    (void)state;
    ec_type *t_int = prim(EC_PRIM_INT);
    ec_type *row = array(t_int, 5);
    const struct {
        ec_type *type;
        const char *extra;
        const char *spelling;
    } cases[] = {
        {t_int, "", "int"},
        {t_int, " x ", "int x"},
        {t_int, "*", "int *"},
        {t_int, "[7]", "int[7]"},
        {row, "x", "int x[5]"},
        {row, "*", "int(*)[5]"},
        {row, "[2]", "int[2][5]"},
        {pointer(row), "x", "int(* x)[5]"},
        {pointer(function(t_int, NULL, 0, false)), "f", "int(* f)()"},
    };
    char text[64];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t len =
            ec_type_spell(cases[i].type, cases[i].extra, text, sizeof text);
        assert_string_equal(text, cases[i].spelling);
        assert_int_equal(len, strlen(text));
    }
    assert_int_equal(ec_type_spell(row, "name", text, 4), 11);
    assert_string_equal(text, "int");
}

static void
a_typedef_names_an_anonymous_type_and_what_is_made_of_it(void **state)
{
    (void)state;
    ec_type *type =
        ec_type_record(types, EC_KIND_STRUCT, NULL, "struct $1", NULL);
    ec_type *fn = pointer(function(pointer(type), NULL, 0, false));
    ec_type *other = pointer(prim(EC_PRIM_INT));
    assert_int_equal(ec_type_rename(types, type, "point_t", NULL), EMBED_OK);
    assert_string_equal(type->name, "point_t");
    assert_string_equal(type->pointer->name, "point_t *");
    assert_string_equal(fn->name, "point_t *(*)()");
    assert_string_equal(other->name, "int *");
    assert_true((type->flags & EC_TYPE_ANONYMOUS) != 0);
}

static void
impossible_types_are_refused(void **state)
{
    (void)state;
    ec_err err = EC_ERR_INIT;
    ec_type *t_void = prim(EC_PRIM_VOID);
    ec_type *row = array(prim(EC_PRIM_INT), 3);
    ec_type *opaque =
        ec_type_record(types, EC_KIND_STRUCT, "x", "struct x", NULL);
    assert_null(ec_type_array(types, t_void, 3, &err));
    assert_int_equal(err.status, EMBED_E_INVALID);
    assert_string_equal(err.text, "array item of unknown size: 'void'");
    assert_null(ec_type_array(types, opaque, 3, &err));
    assert_null(ec_type_array(types, array(prim(EC_PRIM_INT), -1), 3, &err));
    assert_null(ec_type_array(types, row, PTRDIFF_MAX / 8, &err));
    assert_null(ec_type_function(types, row, NULL, 0, false, &err));
    assert_null(ec_type_function(types, t_void, &row, 1, false, &err));
    assert_null(ec_type_function(types, t_void, &t_void, 1, false, &err));
    assert_null(
        ec_type_enum(types, "e", "enum e", EC_PRIM_FLOAT, NULL, 0, &err));
    assert_non_null(pointer(opaque));
}

static void
spellings_that_explode_are_refused(void **state)
{
    (void)state;
    ec_err err = EC_ERR_INIT;
    ec_type *type = prim(EC_PRIM_INT);
    for (int i = 0; i < 40 && type != NULL; i++) {
        ec_type *args[] = {type, type};
        type = ec_type_function(types, prim(EC_PRIM_INT), args, 2, false, &err);
        type = type == NULL ? NULL : pointer(type);
    }
    assert_null(type);
    assert_int_equal(err.status, EMBED_E_INVALID);
}

static void
enums_keep_their_enumerators(void **state)
{
    (void)state;
    const ec_enumerator list[] = {{"RED", -1}, {"BLUE", 7}};
    ec_type *type =
        ec_type_enum(types, "color", "enum color", EC_PRIM_INT, list, 2, NULL);
    assert_non_null(type);
    assert_int_equal(type->size, sizeof(int));
    assert_true(ec_type_is_signed(type));
    assert_string_equal(type->enum_tag, "color");
    assert_int_equal(type->n_enumerators, 2);
    assert_string_equal(type->enumerators[1].name, "BLUE");
    assert_int_equal(type->enumerators[0].value, -1);
}

static void
fields_are_found_through_anonymous_members(void **state)
{
    (void)state;
    ec_type *inner = ec_type_record(types, EC_KIND_UNION, NULL, "union", NULL);
    ec_type *outer =
        ec_type_record(types, EC_KIND_STRUCT, "o", "struct o", NULL);
    const ec_field in[] = {{"a", prim(EC_PRIM_INT), 0, -1, -1},
                           {"ab", prim(EC_PRIM_LONG), 0, -1, -1}};
    const ec_field out[] = {{"x", prim(EC_PRIM_CHAR), 0, -1, -1},
                            {"", inner, 0, -1, -1}};
    size_t offset = 0;
    assert_int_equal(ec_layout_record(types, inner, in, NULL, 2, NULL, NULL),
                     EMBED_OK);
    assert_int_equal(ec_layout_record(types, outer, out, NULL, 2, NULL, NULL),
                     EMBED_OK);
    const ec_field *field = ec_type_field(outer, "abc", 2, &offset);
    assert_non_null(field);
    assert_string_equal(field->name, "ab");
    assert_int_equal(offset, 8);
    assert_null(ec_type_field(outer, "abc", 3, &offset));
    assert_null(ec_type_field(outer, "", 0, &offset));
    assert_null(ec_type_field(prim(EC_PRIM_INT), "a", 1, &offset));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(equal_types_are_one_type),
        TEST(many_types_are_found_again),
        TEST(primitives_have_the_compilers_size_and_sign),
        TEST(declarators_nest_in_the_spelling),
        TEST(extra_text_goes_where_a_declarator_does),
        TEST(a_typedef_names_an_anonymous_type_and_what_is_made_of_it),
        TEST(impossible_types_are_refused),
        TEST(spellings_that_explode_are_refused),
        TEST(enums_keep_their_enumerators),
        TEST(fields_are_found_through_anonymous_members),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

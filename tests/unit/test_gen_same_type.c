/* test_gen_same_type.c - gen/same_type.c.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "core/types/cparse.h"
#include "gen/same_type.h"

/* Two sets of types that know nothing of each other. */
static ec_scope *declared;
static ec_scope *real;

static const char declared_text[] =
    "struct s { int a; }; struct t; union u { int i; }; enum e { A };\n"
    "typedef struct { int x; } unnamed_t; typedef ... any_t; typedef int... "
    "n_t;\n"
    "typedef struct { float x; } like_t; typedef struct { int x : 3; } bit_t;\n"
    "typedef struct { int x, y; } longer_t; typedef struct { int y; } name_t;\n"
    "typedef struct { struct { int i; } in; } deep_t;\n"
    "typedef struct { struct { float i; } in; } other_t;";
static const char real_text[] =
    "struct s { long other; }; struct t { int b; }; union u { float f; };\n"
    "enum e { A = 7 }; typedef struct { int x; } unnamed_t;\n"
    "typedef struct { int q; } any_t; typedef unsigned short n_t;\n"
    "typedef unsigned long size_type;\n"
    "typedef struct { struct { int i; } in; } deep_t; struct later;\n";

static ec_scope *
scope_make(const char *text, unsigned flags)
{
    ec_scope *scope = ec_scope_create(ec_types_create(), NULL);
    const ec_parse_opts opts = {.flags = flags, .main_file = ""};
    ec_diag diag;
    assert_int_equal(
        ec_parse_decls(scope, text, strlen(text), "x", &opts, &diag), EMBED_OK);
    return scope;
}

static ec_type *
type_of(ec_scope *scope, const char *text)
{
    ec_type *type = NULL;
    ec_diag diag;
    if (ec_parse_type(scope, text, strlen(text), &type, &diag) != EMBED_OK) {
        fail_msg("%s: %s", text, diag.message);
    }
    return type;
}

static void
assert_same(bool expected, const char *a, const char *b)
{
    if (eg_same_type(type_of(declared, a), type_of(real, b)) != expected) {
        fail_msg("%s and %s should be %s", a, b,
                 expected ? "the same" : "different");
    }
}

static void
types_with_the_same_representation_are_the_same(void **state)
{
    (void)state;
    assert_same(true, "int", "int");
    assert_same(true, "size_t", "size_type");
    assert_same(true, "unsigned long", "uint64_t");
    assert_same(true, "struct s *", "struct s *");
    assert_same(true, "struct t", "struct t");
    assert_same(true, "unnamed_t", "unnamed_t");
    assert_same(true, "int(*)(char *, ...)", "int(*)(char *, ...)");
    assert_same(true, "deep_t *", "deep_t *");
    assert_same(true, "int[]", "int[7]");
    assert_same(true, "double[3][2]", "double[3][2]");
    assert_same(true, "enum e", "unsigned int");
}

static void
what_is_left_open_fits(void **state)
{
    (void)state;
    assert_same(true, "any_t", "any_t");
    assert_same(true, "any_t *", "int *");
    assert_same(true, "n_t", "n_t");
}

static void
differences_are_seen_at_any_depth(void **state)
{
    (void)state;
    assert_same(false, "int", "unsigned int");
    assert_same(false, "int", "long");
    assert_same(false, "int", "float");
    assert_same(false, "float", "double");
    assert_same(false, "int *", "int");
    assert_same(false, "int **", "long **");
    assert_same(false, "int[3]", "int[4]");
    assert_same(false, "struct s", "struct t");
    assert_same(false, "struct s", "union u");
    assert_same(false, "int(*)(int)", "int(*)(int, int)");
    assert_same(false, "int(*)(int)", "int(*)(int, ...)");
    assert_same(false, "int(*)(void(*)(char))", "int(*)(void(*)(short))");
    assert_same(false, "void(*)(int)", "int(*)(int)");
    assert_same(false, "like_t *", "unnamed_t *");
    assert_same(false, "bit_t *", "unnamed_t *");
    assert_same(false, "longer_t *", "unnamed_t *");
    assert_same(false, "name_t *", "unnamed_t *");
    assert_same(false, "unnamed_t *", "struct later *");
    assert_same(false, "other_t", "deep_t");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types_with_the_same_representation_are_the_same),
        cmocka_unit_test(what_is_left_open_fits),
        cmocka_unit_test(differences_are_seen_at_any_depth),
    };
    declared = scope_make(declared_text, EC_PARSE_CDEF);
    real = scope_make(real_text, 0);
    int status = cmocka_run_group_tests(tests, NULL, NULL);
    ec_types *sets[] = {ec_scope_types(declared), ec_scope_types(real)};
    ec_scope_destroy(declared);
    ec_scope_destroy(real);
    ec_types_destroy(sets[0]);
    ec_types_destroy(sets[1]);
    return status;
}

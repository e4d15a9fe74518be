/* test_cexpr.c - constant expressions.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "core/types/cparse.h"

/* What the expressions of the tests refer to. */
struct sample {
    char c;
    struct {
        int a[4];
        long b;
    } in[2];
};

static const char declarations[] =
    "struct sample { char c; struct { int a[4]; long b; } in[2]; };\n"
    "enum numbers { ONE = 1, MINUS = -1, BIG = 0x100000000 };\n"
    "static const unsigned char BYTE = 200;\n"
    "extern struct sample object, *pointer;\n"
    "double twice(int);\n"
    "typedef short word;\n";

typedef struct fixture {
    ec_types *types;
    ec_scope *scope;
} fixture;

static int
setup(void **state)
{
    fixture *f = calloc(1, sizeof(*f));
    ec_diag diag;

    assert_non_null(f);
    f->types = ec_types_create();
    f->scope = ec_scope_create(f->types, NULL);
    assert_int_equal(ec_parse_decls(f->scope, declarations,
                                    strlen(declarations), "test.h", NULL,
                                    &diag),
                     EMBED_OK);
    *state = f;
    return 0;
}

static int
teardown(void **state)
{
    fixture *f = *state;

    ec_scope_destroy(f->scope);
    ec_types_destroy(f->types);
    free(f);
    return 0;
}

static void
assert_value(void **state, const char *text, int64_t value, bool is_unsigned)
{
    fixture *f = *state;
    int64_t out = 0;
    bool out_unsigned = false;
    ec_diag diag;

    if (ec_parse_const(f->scope, text, strlen(text), &out, &out_unsigned,
                       &diag) != EMBED_OK) {
        fail_msg("%s: %s", text, diag.message);
    }
    if (out != value || out_unsigned != is_unsigned) {
        fail_msg("%s is %lld (unsigned: %d)", text, (long long)out,
                 out_unsigned);
    }
}

static void
assert_refused(void **state, const char *text, int column, const char *message)
{
    fixture *f = *state;
    int64_t out = 0;
    ec_diag diag;

    assert_int_equal(
        ec_parse_const(f->scope, text, strlen(text), &out, NULL, &diag),
        EMBED_E_INVALID);
    assert_string_equal(diag.message, message);
    assert_int_equal(diag.pos.column, column);
}

static void
operators_bind_as_in_c(void **state)
{
    assert_value(state, "1 + 2 * 3", 7, false);
    assert_value(state, "(1 + 2) * 3", 9, false);
    assert_value(state, "10 - 4 - 3", 3, false);
    assert_value(state, "1 << 3 | 1", 9, false);
    assert_value(state, "6 & 3 == 3", 0, false);
    assert_value(state, "-7 / 2 * 2 + -7 % 2", -7, false);
    assert_value(state, "1 ? 2 : 0 ? 3 : 4", 2, false);
    assert_value(state, "0 ? 2 : 0 ? 3 : 4", 4, false);
    assert_value(state, "5 ?: 6", 5, false);
    assert_value(state, "(1, 2)", 2, false);
    assert_value(state, "!0 + !5 + ~0", 0, false);
    assert_value(state, "3 > 2 && 2 >= 2 && 1 <= 1 && 1 != 2 || 0", 1, false);
    assert_value(state, "7 ^ 2", 5, false);
    assert_value(state, "__extension__ 5", 5, false);
}

static void
values_have_the_width_of_their_type(void **state)
{
    assert_value(state, "0xffffffff + 1", 0, true);
    assert_value(state, "0xffffffffL + 1", 0x100000000, false);
    assert_value(state, "2147483647 + 1L", 2147483648, false);
    assert_value(state, "-1 < 0u", 0, false);
    assert_value(state, "-1 < 0", 1, false);
    assert_value(state, "-1L < 0u", 1, false);
    assert_value(state, "~0u >> 28", 15, true);
    assert_value(state, "-8 >> 1", -4, false);
    assert_value(state, "1u << 31", 0x80000000, true);
    assert_value(state, "(unsigned char)300", 44, true);
    assert_value(state, "(signed char)200", -56, false);
    assert_value(state, "(_Bool)12", 1, true);
    assert_value(state, "(word)0x18000", -32768, false);
    assert_value(state, "-1 / 2u", 0x7fffffff, true);
    assert_value(state, "(-0x7fffffffffffffff - 1) / -1", INT64_MIN, false);
    assert_value(state, "0 ? 1u : -1", 0xffffffff, true);
}

static void
names_have_their_value(void **state)
{
    assert_value(state, "ONE - MINUS", 2, false);
    assert_value(state, "BIG >> 32", 1, false);
    assert_value(state, "BYTE + 100", 300, false);
    assert_value(state, "(enum numbers)3", 3, false);
}

static void
characters_and_strings_count(void **state)
{
    assert_value(state, "'a' + 1", 'b', false);
    assert_value(state, "L'x'", 'x', false);
    assert_value(state, "sizeof \"abc\" \"\\n\"", 5, true);
    assert_value(state, "sizeof(L\"abc\")", 16, true);
}

static void
sizes_and_offsets_are_those_of_the_compiler(void **state)
{
    assert_value(state, "sizeof(struct sample)", sizeof(struct sample), true);
    assert_value(state, "sizeof(int[3][2])", 24, true);
    assert_value(state, "sizeof(int (*)[3])", sizeof(void *), true);
    assert_value(state, "sizeof object.in[1].a", 16, true);
    assert_value(state, "sizeof pointer->c", 1, true);
    assert_value(state, "sizeof(*pointer)", sizeof(struct sample), true);
    assert_value(state, "sizeof twice(2)", 8, true);
    assert_value(state, "sizeof(char) * 2 + 1", 3, true);
    assert_value(state, "_Alignof(struct sample)", 8, true);
    assert_value(state, "__alignof__(word)", 2, true);
    assert_value(state, "offsetof(struct sample, in[1].a[2])",
                 offsetof(struct sample, in[1].a[2]), true);
    assert_value(state, "(unsigned long)&((struct sample *)0)->in[1].b",
                 offsetof(struct sample, in[1].b), true);
    assert_value(state, "sizeof(1 ? (char)1 : 2L)", 8, true);
    assert_value(state, "sizeof(typeof(object.c))", 1, true);
}

static void
what_is_not_evaluated_may_be_wrong(void **state)
{
    assert_value(state, "0 && 1 / 0", 0, false);
    assert_value(state, "1 || 1 / 0", 1, false);
    assert_value(state, "1 ? 5 : 1 / 0", 5, false);
    assert_value(state, "sizeof(1 / 0)", 4, true);
}

static void
what_is_no_integer_constant_is_refused(void **state)
{
    static const char message[] = "not an integer constant expression";

    assert_refused(state, "1.5", 1, message);
    assert_refused(state, "object.c", 1, message);
    assert_refused(state, "\"text\"", 1, message);
    assert_refused(state, "(char *)0", 1, message);
    assert_refused(state, "1 + pointer->c", 1, message);
    assert_refused(state, "twice(1)", 1, message);
    assert_refused(state, "1 / 0", 1, "division by zero");
    assert_refused(state, "2 + 1 % 0", 1, "division by zero");
    assert_refused(state, "1 << 32", 1, "shift count out of range");
    assert_refused(state, "sizeof(struct sample) +", 24,
                   "expected an expression");
    assert_refused(state, "sizeof(struct nothing)", 15,
                   "undefined struct/union name 'nothing'");
    assert_refused(state, "1 + UNKNOWN", 5, "undefined name 'UNKNOWN'");
    assert_refused(state, "1 2", 3, "unexpected symbol");
    assert_refused(state, "(1", 3, "expected ')'");
    assert_refused(state, "", 1, "expected an expression");
    assert_refused(state, "object.nothing", 8, "no such member 'nothing'");
    assert_refused(state, "(struct sample)1", 1, "cast to 'struct sample'");
    assert_refused(state, "99999999999999999999", 1, "number too large");
}

static void
deep_nesting_is_refused(void **state)
{
    fixture *f = *state;
    static const char *const openings[] = {"(",       "- ",    "1?",
                                           "sizeof ", "(int)", "1+("};

    for (size_t i = 0; i < sizeof(openings) / sizeof(openings[0]); i++) {
        size_t len = strlen(openings[i]);
        size_t n = 10000;
        char *text = malloc(n * len);
        int64_t value = 0;
        ec_diag diag;
        assert_non_null(text);
        for (size_t k = 0; k < n; k++) {
            memcpy(text + k * len, openings[i], len);
        }
        assert_int_equal(
            ec_parse_const(f->scope, text, n * len, &value, NULL, &diag),
            EMBED_E_INVALID);
        assert_string_equal(diag.message, "nested too deeply");
        free(text);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operators_bind_as_in_c),
        cmocka_unit_test(values_have_the_width_of_their_type),
        cmocka_unit_test(names_have_their_value),
        cmocka_unit_test(characters_and_strings_count),
        cmocka_unit_test(sizes_and_offsets_are_those_of_the_compiler),
        cmocka_unit_test(what_is_not_evaluated_may_be_wrong),
        cmocka_unit_test(what_is_no_integer_constant_is_refused),
        cmocka_unit_test(deep_nesting_is_refused),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}

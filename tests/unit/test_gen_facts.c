/* test_gen_facts.c - gen/facts.c: questions to the compiler.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gen/facts.h"

static const eg_opts no_options;

static void
answers_are_those_of_the_compiler(void **state)
{
    (void)state;
    eg_facts facts = EG_FACTS_INIT;
    ec_err err = EC_ERR_INIT;
    size_t size = eg_facts_add(&facts, NULL, "sizeof(%s)", "long double");
    size_t macro = eg_facts_add(&facts, "EOF", "EOF");
    size_t none = eg_facts_add(&facts, "NO_SUCH_MACRO", "NO_SUCH_MACRO");
    size_t least = eg_facts_add(&facts, NULL, "(-9223372036854775807LL - 1)");
    assert_int_equal(eg_facts_answer(&facts, size), 0);
    assert_int_equal(
        eg_facts_ask(&facts, &no_options, "#include <stdio.h>", &err),
        EMBED_OK);
    assert_int_equal(eg_facts_answer(&facts, size), sizeof(long double));
    assert_int_equal(eg_facts_answer(&facts, macro), -1);
    assert_int_equal(eg_facts_answer(&facts, none), -1);
    assert_true(eg_facts_answer(&facts, least) == INT64_MIN);
    eg_facts_fini(&facts);
}

static void
a_program_that_does_not_compile_is_an_error(void **state)
{
    (void)state;
    eg_facts facts = EG_FACTS_INIT;
    ec_err err = EC_ERR_INIT;
    (void)eg_facts_add(&facts, NULL, "1");
    assert_int_equal(
        eg_facts_ask(&facts, &no_options, "#include <no/such/header.h>", &err),
        EMBED_E_INVALID);
    ec_err_clear(&err);
    eg_facts_fini(&facts);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_those_of_the_compiler),
        cmocka_unit_test(a_program_that_does_not_compile_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

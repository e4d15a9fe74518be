/* test_gen_facts.c - gen/facts.c: questions to the compiler.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>

#include "gen/facts.h"

static const eg_opts no_options;

static void
assert_answer(const eg_facts *facts, size_t number, int64_t expected)
{
    int64_t answer = 0;
    assert_true(eg_facts_answer(facts, number, &answer));
    assert_true(answer == expected);
}

static void
answers_are_those_of_the_compiler(void **state)
{
    (void)state;
    eg_facts facts = EG_FACTS_INIT;
    ec_err err = EC_ERR_INIT;
    int64_t none = 0;
    size_t size = eg_facts_add(&facts, NULL, "sizeof(%s)", "long double");
    size_t macro = eg_facts_add(&facts, "EOF", "EOF");
    size_t missing = eg_facts_add(&facts, "NO_SUCH_MACRO", "NO_SUCH_MACRO");
    size_t least = eg_facts_add(&facts, NULL, "(-9223372036854775807LL - 1)");
    assert_false(eg_facts_answer(&facts, size, &none));
    assert_int_equal(
        eg_facts_ask(&facts, &no_options, "#include <stdio.h>", &err),
        EMBED_OK);
    assert_answer(&facts, size, sizeof(long double));
    assert_answer(&facts, macro, -1);
    assert_answer(&facts, missing, -1);
    assert_answer(&facts, least, INT64_MIN);
    assert_false(eg_facts_answer(&facts, facts.n, &none));
    eg_facts_fini(&facts);
}

static void
questions_that_do_not_compile_leave_the_others_alone(void **state)
{
    (void)state;
    static const char *const bad[] = {"extern",         "1.5",  "\"text\"",
                                      "nobody",         "1; }", "(void *)0",
                                      "1 / 0 + abort()"};
    eg_facts facts = EG_FACTS_INIT;
    ec_err err = EC_ERR_INIT;
    for (size_t i = 0; i < 100; i++) {
        size_t kind = i / 10;
        bool is_bad = i % 10 == 3 && kind < sizeof bad / sizeof bad[0];
        (void)eg_facts_add(&facts, NULL, "%s", is_bad ? bad[kind] : "10");
    }
    assert_int_equal(
        eg_facts_ask(&facts, &no_options, "#include <stdlib.h>", &err),
        EMBED_OK);
    for (size_t i = 0; i < 100; i++) {
        int64_t answer = 0;
        bool is_bad = i % 10 == 3 && i / 10 < sizeof bad / sizeof bad[0];
        assert_int_equal(eg_facts_answer(&facts, i, &answer), !is_bad);
        assert_int_equal(answer, is_bad ? 0 : 10);
    }
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
        cmocka_unit_test(questions_that_do_not_compile_leave_the_others_alone),
        cmocka_unit_test(a_program_that_does_not_compile_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

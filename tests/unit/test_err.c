/* test_err.c - core/err.c.
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

#include "core/err.h"

static void
failing_formats_the_text_and_returns_the_status(void **state)
{
    (void)state;
    ec_err err = EC_ERR_INIT;
    assert_int_equal(ec_fail(&err, EMBED_E_NAME, "no '%s'", "x"), EMBED_E_NAME);
    assert_int_equal(err.status, EMBED_E_NAME);
    assert_string_equal(err.text, "no 'x'");
    ec_err_clear(&err);
    assert_int_equal(err.status, EMBED_OK);
    assert_string_equal(err.text, "");
}

static void
failing_without_a_place_for_the_error_is_allowed(void **state)
{
    (void)state;
    assert_int_equal(ec_fail(NULL, EMBED_E_IO, "x"), EMBED_E_IO);
    ec_err_prefix(NULL, "x");
    ec_err_clear(NULL);
}

static void
an_argument_may_be_the_old_text(void **state)
{
    (void)state;
    ec_err err = EC_ERR_INIT;
    (void)ec_fail(&err, EMBED_E_IO, "inner");
    (void)ec_fail(&err, EMBED_E_INIT, "outer: %s", err.text);
    assert_string_equal(err.text, "outer: inner");
    ec_err_prefix(&err, "%d ", 3);
    assert_string_equal(err.text, "3 outer: inner");
    ec_err_clear(&err);
}

static void
long_texts_are_cut(void **state)
{
    (void)state;
    char big[2 * EC_ERR_TEXT_SIZE];
    memset(big, 'x', sizeof big - 1);
    big[sizeof big - 1] = '\0';
    ec_err err = EC_ERR_INIT;
    (void)ec_fail(&err, EMBED_E_IO, "%s", big);
    assert_int_equal(strlen(err.text), EC_ERR_TEXT_SIZE - 1);
    ec_err_prefix(&err, "prefix: ");
    assert_int_equal(strlen(err.text), EC_ERR_TEXT_SIZE - 1);
    assert_memory_equal(err.text, "prefix: xx", 10);
    ec_err_clear(&err);
}

static void
copies_own_their_texts(void **state)
{
    (void)state;
    ec_err from = EC_ERR_INIT;
    ec_err to = EC_ERR_INIT;
    (void)ec_fail(&from, EMBED_E_INIT, "text");
    from.type = strdup("ValueError");
    from.traceback = strdup("Traceback");
    assert_int_equal(ec_err_copy(&to, &from), EMBED_E_INIT);
    ec_err_clear(&from);
    assert_string_equal(to.type, "ValueError");
    assert_null(to.value);
    assert_string_equal(to.traceback, "Traceback");
    assert_string_equal(to.text, "text");
    assert_int_equal(ec_err_copy(&to, &to), EMBED_E_INIT);
    ec_err_clear(&to);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(failing_formats_the_text_and_returns_the_status),
        cmocka_unit_test(failing_without_a_place_for_the_error_is_allowed),
        cmocka_unit_test(an_argument_may_be_the_old_text),
        cmocka_unit_test(long_texts_are_cut),
        cmocka_unit_test(copies_own_their_texts),
    };
    return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}

/* test_report.c - core/report.c.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "core/report.h"

static const int minus_seven = -7;
static struct embed_export with_value = {
    {"ext.f", sizeof(int), NULL, NULL}, &minus_seven, "ext.h", 1, 5};
static struct embed_export zero_value = {
    {"ext.g", sizeof(int), NULL, NULL}, NULL, "ext.h", 2, 5};
static struct embed_export no_result = {
    {"ext.h", 0, NULL, NULL}, NULL, "ext.h", 3, 6};

static int hook_calls;
static embed_status hook_status;
static char hook_function[32];

static void
hook(const embed_error *error, void *arg)
{
    hook_calls += *(int *)arg;
    hook_status = error->status;
    (void)strncpy(hook_function, error->function, sizeof hook_function - 1);
    embed_clear_error(); /* a hook may do this; the error is set all the same */
}

static int
clean(void **state)
{
    (void)state;
    embed_set_error_hook(NULL, NULL);
    embed_clear_error();
    hook_calls = 0;
    return 0;
}

static void
a_failure_gives_the_declared_value(void **state)
{
    (void)state;
    int one = 1;
    embed_set_error_hook(hook, &one); /* keeps stderr quiet */
    ec_err err = EC_ERR_INIT;
    (void)ec_fail(&err, EMBED_E_CLOSED, "closed");
    int buffer[2] = {1, 2};
    ec_report_fail(&with_value.externpy, (char *)buffer, &err);
    assert_int_equal(buffer[0], -7);
    assert_int_equal(buffer[1], 2);
    ec_report_fail(&zero_value.externpy, (char *)buffer, &err);
    assert_int_equal(buffer[0], 0);
    buffer[0] = 5;
    ec_report_fail(&no_result.externpy, (char *)buffer, &err);
    assert_int_equal(buffer[0], 5);
    ec_err_clear(&err);
}

static void
the_last_error_and_the_hook_tell_the_same(void **state)
{
    (void)state;
    int one = 1;
    embed_set_error_hook(hook, &one);
    ec_err err = EC_ERR_INIT;
    (void)ec_fail(&err, EMBED_E_EXCEPTION, "ValueError: x");
    err.type = strdup("ValueError");
    errno = 77;
    ec_report_call(&with_value.externpy, &err);
    assert_int_equal(errno, 77);
    ec_err_clear(&err);
    assert_int_equal(hook_calls, 1);
    assert_int_equal(hook_status, EMBED_E_EXCEPTION);
    assert_string_equal(hook_function, "f");
    const embed_error *last = embed_last_error();
    assert_int_equal(last->status, EMBED_E_EXCEPTION);
    assert_int_equal(last->size, sizeof(embed_error));
    assert_string_equal(last->message, "ValueError: x");
    assert_string_equal(last->type, "ValueError");
    assert_string_equal(last->traceback, "");
    assert_string_equal(last->extension, "ext");
    assert_string_equal(last->function, "f");
    embed_clear_error();
    assert_int_equal(embed_last_error()->status, EMBED_OK);
    assert_string_equal(embed_last_error()->message, "");
}

static void *
look(void *arg)
{
    *(embed_status *)arg = embed_last_error()->status;
    return NULL;
}

static void
the_last_error_belongs_to_its_thread(void **state)
{
    (void)state;
    ec_err err = EC_ERR_INIT;
    (void)ec_fail(&err, EMBED_E_NAME, "x");
    assert_int_equal(ec_report_api("a", &err), EMBED_E_NAME);
    assert_int_equal(embed_last_error()->status, EMBED_E_NAME);
    embed_status seen = EMBED_E_IO;
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, look, &seen), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(seen, EMBED_OK);
    /* The next success clears it. */
    assert_int_equal(ec_report_api("a", &err), EMBED_OK);
    assert_int_equal(embed_last_error()->status, EMBED_OK);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_failure_gives_the_declared_value, clean),
        cmocka_unit_test_setup(the_last_error_and_the_hook_tell_the_same,
                               clean),
        cmocka_unit_test_setup(the_last_error_belongs_to_its_thread, clean),
    };
    return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}

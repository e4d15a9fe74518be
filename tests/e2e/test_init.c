/* test_init.c - init code that fails: what is printed, what calls give, what
 * the host can find out, and starting again.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/e2e.h"
#include "tests/support/life.h"

#define HEADLINE  "Failed to initialize the Python-libembed embedding logic:\n\n"
#define RETRIES   20
#define RETRY_KIB 8192 /* what one more failed interpreter may keep */

static life a;
static life b;

/* One way to fail. */
typedef struct failing {
    const char *script;
    const char *type;
    const char *value; /* starts with */
    const char *line;  /* the traceback has it */
} failing;

static const failing ways[] = {
    {"x = (1 +", "SyntaxError", "'(' was never closed",
     "SyntaxError: '(' was never closed\n"},
    {"import no_such_module", "ModuleNotFoundError",
     "No module named 'no_such_module'",
     "ModuleNotFoundError: No module named 'no_such_module'\n"},
    {"from os import no_such_name", "ImportError", "cannot import name",
     "ImportError: cannot import name 'no_such_name'"},
    {"raise ValueError('b\\xf6om')", "ValueError", "b\xc3\xb6om",
     "ValueError: b\xc3\xb6om\n"},
    {"import sys\nsys.exit(3)", "SystemExit", "3", "SystemExit: 3\n"},
    {"raise KeyboardInterrupt", "KeyboardInterrupt", "", "KeyboardInterrupt\n"},
    {"class Odd(BaseException):\n"
     "    def __str__(self): raise TypeError('no text')\n"
     "raise Odd",
     "lifea.Odd", "", "Odd: <exception str() failed>\n"},
    {"def f(n): return f(n + 1)\nf(0)", "RecursionError",
     "maximum recursion depth exceeded", "RecursionError: maximum"},
};

static bool
starts_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

static void
failing_scenario(void *arg)
{
    const failing *way = arg;
    life_load(&a, 'a', way->script, NULL);
    life_load(&b, 'b', NULL, NULL);
    errno = 1234;
    E2E_CHECK_INT(a.add(1, 2), LIFE_FAILED);
    E2E_CHECK_INT(errno, 1234); /* I9 */
    const embed_error *e = embed_last_error();
    E2E_CHECK_INT(e->status, EMBED_E_INIT);
    E2E_CHECK_STR(e->type, way->type);
    E2E_CHECK(starts_with(e->value, way->value));
    E2E_CHECK(strstr(e->traceback, way->line) != NULL);
    E2E_CHECK(starts_with(e->traceback, "Traceback (most recent call last)"));
    E2E_CHECK_STR(e->extension, "lifea");
    E2E_CHECK_STR(e->function, "life_add");
    E2E_CHECK(strstr(e->message, way->type) != NULL);
    E2E_CHECK_INT(life_state(&a), EMBED_STATE_FAILED);
    E2E_CHECK_INT(a.zero(), 0);
    E2E_CHECK_INT(a.late(1), LIFE_FAILED);
    E2E_CHECK_INT(embed_start("lifea"), EMBED_E_INIT);
    E2E_CHECK_STR(embed_last_error()->type, way->type);
    E2E_CHECK_INT(b.add(1, 2), 3);
}

static void
the_failure_is_reported_once_and_calls_give_the_failure_value(void **state)
{
    (void)state; /* section 4, F2, R12, R18 */
    e2e_not_on_pypy();
    static e2e_result r;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        failing way = ways[i];
        e2e_run(failing_scenario, &way, 30, &r);
        if (r.exit_code != 0) {
            fail_msg("%s: exit %d, signal %d\n%s", way.type, r.exit_code,
                     r.signal, r.err);
        }
        assert_int_equal(life_count(r.err, HEADLINE), 1);
        assert_int_equal(life_count(r.err, "Traceback (most recent call"), 1);
        assert_int_equal(life_count(r.err, way.line), 1);
        assert_int_equal(life_count(r.err, "\nFrom: lifea\n"
                                           "compiled with libembed version: "),
                         1);
        assert_int_equal(life_count(r.err, "\nsys.path: ["), 1);
        assert_int_equal(life_count(r.err, "function "), 3);
        assert_non_null(strstr(
            r.err, "function lifea.life_add() called, but initialization code "
                   "failed.  Returning its failure value.\n"));
        assert_non_null(strstr(r.err,
                               "function lifea.life_zero() called, but "
                               "initialization code failed.  Returning 0.\n"));
        assert_string_equal(r.out, "");
    }
}

static void
broken_scenario(void *unused)
{
    (void)unused;
    void *library = e2e_load("broken/broken");
    int (*allow)(const char *user) =
        E2E_FN(int (*)(const char *), library, "broken_allow");
    double (*number)(void) = E2E_FN(double (*)(void), library, "broken_number");
    E2E_CHECK_INT(allow("root"), -13);
    E2E_CHECK_STR(embed_last_error()->type, "SyntaxError");
    E2E_CHECK(number() == 0);
    E2E_CHECK_INT(embed_retry("broken"), EMBED_E_INIT);
}

static void
init_code_that_does_not_compile_shows_the_line(void **state)
{
    (void)state; /* section 4, R18 */
    static e2e_result r;
    e2e_run(broken_scenario, NULL, 30, &r);
    assert_int_equal(r.exit_code, 0);
    assert_non_null(strstr(r.err,
                           "  File \"<init code for 'broken'>\", line 7\n"
                           "    return 0 +\n"));
    assert_non_null(strstr(r.err, "SyntaxError: invalid syntax\n"));
    assert_int_equal(life_count(r.err, HEADLINE), 2);
}

/* --- what is attached before the failure ----------------------------------*/

static int
call_add(int what)
{
    return a.add(what, 1);
}

static void
attached_scenario(void *unused)
{
    (void)unused;
    life_load(&a, 'a', "assert lib.life_host(4) == 5\nraise OSError('late')",
              call_add);
    E2E_CHECK_INT(a.add(1, 2), LIFE_FAILED);
    E2E_CHECK_STR(embed_last_error()->type, "OSError");
    E2E_CHECK_INT(a.add(1, 2), LIFE_FAILED);
}

static void
functions_attached_before_the_failure_are_not_used(void **state)
{
    (void)state; /* F3 */
    e2e_expect_ok(attached_scenario, NULL, 30);
}

static void
no_stderr_scenario(void *unused)
{
    (void)unused;
    life_load(&a, 'a', "import sys\nsys.stderr = None\nraise ValueError('x')",
              NULL);
    E2E_CHECK_INT(a.add(1, 2), LIFE_FAILED);
    E2E_CHECK_STR(embed_last_error()->value, "x");
}

static void
nothing_is_printed_by_python_without_sys_stderr(void **state)
{
    (void)state; /* F1 */
    static e2e_result r;
    e2e_run(no_stderr_scenario, NULL, 30, &r);
    assert_int_equal(r.exit_code, 0);
    assert_string_equal(
        r.err, "function lifea.life_add() called, but initialization code "
               "failed.  Returning its failure value.\n");
}

/* --- again ----------------------------------------------------------------*/

static int is_there;

static int
is_there_now(int what)
{
    return is_there + what;
}

static void
retry_scenario(void *letter)
{
    life_load(&a, *(const char *)letter,
              "if not lib.life_host(0):\n    raise LookupError('not there')",
              is_there_now);
    life_load(&b, 'b', NULL, NULL);
    E2E_CHECK_INT(a.add(1, 2), LIFE_FAILED);
    E2E_CHECK_INT(embed_retry(a.name), EMBED_E_INIT);
    E2E_CHECK_STR(embed_last_error()->type, "LookupError");
    E2E_CHECK_INT(life_state(&a), EMBED_STATE_FAILED);
    E2E_CHECK_INT(a.add(1, 2), LIFE_FAILED);
    is_there = 1;
    /* I15: not by itself. */
    E2E_CHECK_INT(a.add(1, 2), LIFE_FAILED);
    E2E_CHECK_INT(embed_start(a.name), EMBED_E_INIT);
    E2E_CHECK_INT(embed_retry(a.name), EMBED_OK);
    E2E_CHECK_INT(embed_last_error()->status, EMBED_OK);
    E2E_CHECK_INT(life_state(&a), EMBED_STATE_READY);
    E2E_CHECK_INT(a.add(1, 2), 3);
    E2E_CHECK_INT(a.late(1), 2);
    E2E_CHECK_INT(embed_retry(a.name), EMBED_OK);
    E2E_CHECK_INT(a.run("result = 12"), 12);
    E2E_CHECK_INT(b.add(1, 2), 3);
}

static void
a_failed_extension_can_be_started_again(void **state)
{
    (void)state; /* R12, I15 */
    e2e_expect_ok(retry_scenario, (char[]){"a"}, 30);
    e2e_expect_ok(retry_scenario, (char[]){"s"}, 30);
    e2e_expect_ok(retry_scenario, (char[]){"u"}, 30);
}

static void *
call_and_fail(void *unused)
{
    (void)unused;
    E2E_CHECK_INT(a.add(1, 1), LIFE_FAILED);
    return NULL;
}

/* Retries many times, also with other threads' states about. */
static void
many_retries_scenario(void *letter)
{
    life_load(&a, *(const char *)letter, "import json, re\nraise OSError",
              NULL);
    E2E_CHECK_INT(a.add(1, 1), LIFE_FAILED);
    for (int i = 0; i < 3; i++) {
        E2E_CHECK_INT(embed_retry(a.name), EMBED_E_INIT);
    }
    long before = e2e_rss_kib();
    for (int i = 0; i < RETRIES; i++) {
        E2E_CHECK_INT(embed_retry(a.name), EMBED_E_INIT);
        life_join(life_thread(call_and_fail, NULL));
    }
    long grown = e2e_rss_kib() - before;
    (void)printf("%ld KiB for each retry\n", grown / RETRIES);
    E2E_CHECK(e2e_is_sanitized() || grown < (long)RETRY_KIB * RETRIES);
    life_set_script(&a, NULL);
    E2E_CHECK_INT(embed_retry(a.name), EMBED_OK);
    E2E_CHECK_INT(a.add(1, 1), 2);
}

static void
many_retries_keep_little(void **state)
{
    (void)state; /* R12 */
    e2e_expect_ok(many_retries_scenario, (char[]){"a"}, 60);
    e2e_expect_ok(many_retries_scenario, (char[]){"s"}, 60);
    e2e_expect_ok(many_retries_scenario, (char[]){"u"}, 60);
}

/* --- what the host sees ---------------------------------------------------*/

static int hooked;

static void
hook(const embed_error *error, void *arg)
{
    E2E_CHECK(arg == &hooked);
    E2E_CHECK_INT(error->status, EMBED_E_INIT);
    E2E_CHECK_STR(error->extension, "lifea");
    /* Nothing is held: it may call. */
    E2E_CHECK_INT(b.add(4, 4), 8);
    hooked++;
}

static void
hook_scenario(void *unused)
{
    (void)unused;
    life_load(&a, 'a', "raise OSError('gone')", NULL);
    life_load(&b, 'b', NULL, NULL);
    embed_set_error_hook(hook, &hooked);
    E2E_CHECK_INT(a.add(1, 1), LIFE_FAILED);
    E2E_CHECK(hooked >= 1);
    int first = hooked;
    E2E_CHECK_INT(a.add(1, 1), LIFE_FAILED);
    E2E_CHECK_INT(hooked, first + 1);
    E2E_CHECK_STR(embed_last_error()->type, "OSError");
    E2E_CHECK_STR(embed_last_error()->function, "life_add");
    embed_set_error_hook(NULL, NULL);
    embed_clear_error();
    E2E_CHECK_INT(embed_last_error()->status, EMBED_OK);
}

static void
the_hook_gets_failures_instead_of_lines_on_stderr(void **state)
{
    (void)state;
    static e2e_result r;
    e2e_run(hook_scenario, NULL, 30, &r);
    if (r.exit_code != 0) {
        fail_msg("%s", r.err);
    }
    assert_int_equal(life_count(r.err, HEADLINE), 1);
    assert_int_equal(life_count(r.err, "called, but"), 0);
}

static void
list_scenario(void *unused)
{
    (void)unused;
    static life s;
    embed_info infos[3] = {EMBED_INFO_INIT, EMBED_INFO_INIT, EMBED_INFO_INIT};
    E2E_CHECK_INT((int)embed_list(NULL, 0), 0);
    life_load(&s, 's', NULL, NULL);
    life_load(&b, 'b', "raise OSError", NULL);
    life_load(&a, 'a', NULL, NULL);
    E2E_CHECK_INT(s.add(1, 1), 2);
    E2E_CHECK_INT(b.add(1, 1), LIFE_FAILED);
    E2E_CHECK_INT((int)embed_list(NULL, 0), 3);
    E2E_CHECK_INT((int)embed_list(infos, 2), 3);
    E2E_CHECK_STR(infos[0].name, "lifea");
    E2E_CHECK_STR(infos[1].name, "lifeb");
    E2E_CHECK(infos[2].name == NULL);
    E2E_CHECK_INT((int)embed_list(infos, 3), 3);
    E2E_CHECK_STR(infos[2].name, "lifes");
    E2E_CHECK_INT(infos[0].state, EMBED_STATE_EMPTY);
    E2E_CHECK_INT(infos[1].state, EMBED_STATE_FAILED);
    E2E_CHECK_INT(infos[2].state, EMBED_STATE_READY);
    E2E_CHECK_INT(infos[1].isolation, EMBED_ISOLATION_OWN);
    E2E_CHECK_INT(infos[2].isolation, EMBED_ISOLATION_SHARED);
    E2E_CHECK_INT(infos[0].interp_id, -1);
    E2E_CHECK_INT(infos[1].interp_id, -1);
    E2E_CHECK_INT(infos[2].interp_id, 0);
    E2E_CHECK_INT((long long)infos[0].n_exports, 4);
    E2E_CHECK(strstr(infos[0].library, "/life/liblifea.so") != NULL);
    embed_info small = {.size = 2 * sizeof(void *)};
    E2E_CHECK_INT(embed_lookup("lifes", &small), EMBED_OK);
    E2E_CHECK_STR(small.name, "lifes");
    E2E_CHECK(small.library == NULL);
    E2E_CHECK_INT(embed_lookup("lifez", &infos[0]), EMBED_E_NAME);
    E2E_CHECK_INT(embed_lookup(NULL, &infos[0]), EMBED_E_INVALID);
    E2E_CHECK_INT(embed_lookup("lifea", NULL), EMBED_E_INVALID);
}

static void
extensions_are_listed_with_their_states(void **state)
{
    (void)state;
    e2e_not_shared();
    e2e_expect_ok(list_scenario, NULL, 30);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            the_failure_is_reported_once_and_calls_give_the_failure_value),
        cmocka_unit_test(init_code_that_does_not_compile_shows_the_line),
        cmocka_unit_test(functions_attached_before_the_failure_are_not_used),
        cmocka_unit_test(nothing_is_printed_by_python_without_sys_stderr),
        cmocka_unit_test(a_failed_extension_can_be_started_again),
        cmocka_unit_test(many_retries_keep_little),
        cmocka_unit_test(the_hook_gets_failures_instead_of_lines_on_stderr),
        cmocka_unit_test(extensions_are_listed_with_their_states),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

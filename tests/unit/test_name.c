/* test_name.c - what an extension may be called.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "core/name.h"

static void
expect_good(const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        ec_err err = EC_ERR_INIT;
        if (ec_name_check(names[i], &err) != EMBED_OK) {
            fail_msg("%s: %s", names[i], err.text);
        }
    }
}

static void
expect_bad(const char *const *names, size_t n, const char *reason)
{
    for (size_t i = 0; i < n; i++) {
        ec_err err = EC_ERR_INIT;
        if (ec_name_check(names[i], &err) != EMBED_E_INVALID) {
            fail_msg("'%s' is accepted", names[i]);
        }
        if (strstr(err.text, reason) == NULL) {
            fail_msg("'%s': %s", names[i], err.text);
        }
    }
}
#define EXPECT_GOOD(...)                         \
 expect_good((const char *const[]){__VA_ARGS__}, \
             sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))
#define EXPECT_BAD(reason, ...)                                          \
 expect_bad((const char *const[]){__VA_ARGS__},                          \
            sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *), \
            reason)

static void
identifiers_with_dots_are_names(void **state)
{
    (void)state;
    EXPECT_GOOD("a", "_", "A9", "calc", "pkg.sub._mod", "x.y",
                /* Soft keywords. */
                "match", "case", "type", "lazy",
                /* Nearly modules of Python. */
                "loggin", "logging_", "logging_plugin", "Logging", "jso",
                "a.json", "embedded", "cffi_", "_cffi_backend2");
    char longest[64];
    memset(longest, 'n', 63);
    longest[63] = '\0';
    const char *name = longest;
    expect_good(&name, 1);
}

static void
what_is_no_identifier_is_refused(void **state)
{
    (void)state;
    EXPECT_BAD("not an identifier", "", ".", "a.", ".a", "a..b", "9a", "a.9",
               "a b", "a-b", "a/b", "\xc3\xa4", "a\n", "a%s", "class", "None",
               "False", "yield", "async", "a.import", "lambda.b");
    char too_long[600];
    memset(too_long, 'n', sizeof too_long - 1);
    too_long[sizeof too_long - 1] = '\0';
    const char *name = too_long;
    expect_bad(&name, 1, "longer than 63 bytes");
    too_long[64] = '\0';
    expect_bad(&name, 1, "longer than 63 bytes");
}

static void
modules_of_python_are_refused_with_a_suggestion(void **state)
{
    (void)state;
    EXPECT_BAD("_plugin", "logging", "json", "sys", "builtins", "zoneinfo",
               "__future__", "_abc", "_zoneinfo", "abc", "embed", "libembed",
               "cffi", "_cffi_backend", "__main__", "usercustomize",
               /* One version has them, another has not. */
               "lib2to3", "cgi", "annotationlib", "compression", "profiling");
    EXPECT_BAD("logging_plugin", "logging");
    EXPECT_BAD("'json' is a module of Python's standard library; how about "
               "json_plugin.x",
               "json.x");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(identifiers_with_dots_are_names),
        cmocka_unit_test(what_is_no_identifier_is_refused),
        cmocka_unit_test(modules_of_python_are_refused_with_a_suggestion),
    };
    return cmocka_run_group_tests_name("name", tests, NULL, NULL);
}

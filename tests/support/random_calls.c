/* random_calls.c - the tests of a plug-in of random functions.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/random_calls.h"

#include <stdio.h>

#include "tests/support/e2e.h"

/* Seconds for each scenario: the large plug-in under sanitizers. */
#define TIME_LIMIT 60

typedef int call_exports_fn(int *first);
typedef int run_fn(int part, char *out, int cap);

static const char *plugin_name;

/* ORDER(part): PARTS of random_calls.py */
enum part {
    PART_LIB,
    PART_POINTER,
    PART_CALLBACK,
    PART_LAYOUT,
    PART_DECLARED
};

static void
exports_scenario(void *arg)
{
    void *library = e2e_load(plugin_name);
    int first = -1;
    int bad = E2E_FN(call_exports_fn *, library, "rnd_call_exports")(&first);

    (void)arg;
    if (bad != 0) {
        (void)fprintf(stderr, "%d results wrong, first of function %d\n", bad,
                      first);
    }
    E2E_CHECK_INT(bad, 0);
}

static void
part_scenario(void *arg)
{
    static char text[16384];
    void *library = e2e_load(plugin_name);
    int bad = E2E_FN(run_fn *, library, "rnd_run")(*(enum part *)arg, text,
                                                   sizeof(text));

    if (bad != 0) {
        (void)fprintf(stderr, "%s\n", text);
    }
    E2E_CHECK_STR(text, "");
    E2E_CHECK_INT(bad, 0);
}

static void
part_run(enum part part)
{
    e2e_expect_ok(part_scenario, &part, TIME_LIMIT);
}

static void
c_calls_random_python_functions(void **state)
{
    (void)state;
    e2e_expect_ok(exports_scenario, NULL, TIME_LIMIT);
}

static void
python_calls_random_c_functions_through_lib(void **state)
{
    (void)state;
    part_run(PART_LIB);
}

static void
python_calls_random_c_functions_through_pointers(void **state)
{
    (void)state;
    part_run(PART_POINTER);
}

static void
c_calls_random_callbacks(void **state)
{
    (void)state;
    part_run(PART_CALLBACK);
}

static void
random_records_have_the_compilers_layout(void **state)
{
    (void)state;
    part_run(PART_LAYOUT);
}

static void
random_records_declared_at_run_time_have_it_too(void **state)
{
    (void)state;
    part_run(PART_DECLARED);
}

int
random_calls_run(const char *plugin)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(c_calls_random_python_functions),
        cmocka_unit_test(python_calls_random_c_functions_through_lib),
        cmocka_unit_test(python_calls_random_c_functions_through_pointers),
        cmocka_unit_test(c_calls_random_callbacks),
        cmocka_unit_test(random_records_have_the_compilers_layout),
        cmocka_unit_test(random_records_declared_at_run_time_have_it_too),
    };

    plugin_name = plugin;
    return cmocka_run_group_tests(tests, NULL, NULL);
}

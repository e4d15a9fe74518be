/* test_conformance.c - the API that plug-in code sees, row by row of its
 * specification.
 *
 *     test_conformance [--dump FILE]
 *
 * Each table is one test, run in a process of its own.  With --dump, what all
 * rows give goes to FILE, to be compared with other implementations.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/conformance.h"
#include "tests/support/e2e.h"

#define TABLES_MAX 40
#define TIMEOUT_S  60

/* What the first child says of the tables: a line for each. */
static e2e_result listing;

static void
list_scenario(void *unused)
{
    conformance c;
    (void)unused;
    conformance_open(&c, "confa");
    for (int i = 0; i < c.tables(); i++) {
        (void)printf("%s\n", c.table(i));
    }
}

static void
table_scenario(void *index)
{
    conformance c;
    int before = conformance_threads();
    conformance_open(&c, "confa");
    int i = (int)(intptr_t)index;
    E2E_CHECK(c.rows(i) > 0);
    E2E_CHECK_INT(c.run(i, 0, conformance_print, NULL), 0);
    conformance_settle(before + 1); /* the service thread */
}

/* A table: its index is the state.  What fails is printed as it is: it may be
 * longer than cmocka's messages. */
static void
rows_give_what_is_specified(void **state)
{
    static e2e_result result;
    e2e_run(table_scenario, (void *)(intptr_t) * (int *)*state, TIMEOUT_S,
            &result);
    if (result.exit_code != 0) {
        (void)fputs(result.err, stderr);
        fail_msg("exit %d, signal %d%s", result.exit_code, result.signal,
                 result.timed_out ? ", out of time" : "");
    }
}

static void
there_are_400_rows(void **state)
{
    (void)state;
    e2e_expect_ok(conformance_count_scenario, (void *)(intptr_t)400, TIMEOUT_S);
}

static void
two_interpreters_pass_at_the_same_time(void **state)
{
    (void)state;
    e2e_not_shared(); /* they set sys.unraisablehook and the like */
    conformance_pair pair = {.rounds = 2};
    e2e_expect_ok(conformance_pair_scenario, &pair, TIMEOUT_S);
}

static void
two_interpreters_pass_with_debug_allocators(void **state)
{
    (void)state;
    e2e_not_shared();
    conformance_pair pair = {.rounds = 1, .has_debug_memory = true};
    e2e_expect_ok(conformance_pair_scenario, &pair, TIMEOUT_S);
}

/* These look at the gilstate slot where there is one interpreter only; so also
 * at exit, where handlers run on a thread of libembed's. */
static void
debug_scenario(void *unused)
{
    conformance c;
    (void)unused;
    (void)setenv("EMBED_SHARED_INTERP", "1", 1);
    conformance_python_start("debug");
    conformance_open(&c, "confa");
    E2E_CHECK_INT(c.run(0, 0, conformance_print, NULL), 0);
}

static void
the_shared_interpreter_passes_with_debug_allocators(void **state)
{
    (void)state; /* C10 */
    e2e_not_on_pypy();
    e2e_expect_ok(debug_scenario, NULL, TIMEOUT_S);
}

static int
dump(const char *path)
{
    FILE *file = fopen(path, "we");
    conformance c;
    if (file == NULL) {
        return 1;
    }
    conformance_open(&c, "confa");
    int n = c.tables();
    for (int i = 0; i < n; i++) {
        (void)c.run(i, 1, conformance_record, file);
    }
    return n <= 0 || fclose(file) != 0;
}

int
main(int argc, char **argv)
{
    static int indexes[TABLES_MAX];
    static struct CMUnitTest tests[TABLES_MAX] = {
        cmocka_unit_test(there_are_400_rows),
        cmocka_unit_test(two_interpreters_pass_at_the_same_time),
        cmocka_unit_test(two_interpreters_pass_with_debug_allocators),
        cmocka_unit_test(the_shared_interpreter_passes_with_debug_allocators),
    };
    const size_t first = 4;
    size_t n = first;

    if (argc == 3 && strcmp(argv[1], "--dump") == 0) {
        return dump(argv[2]);
    }
    e2e_run(list_scenario, NULL, TIMEOUT_S, &listing);
    if (listing.exit_code != 0) {
        (void)fprintf(stderr, "no tables\n%s", listing.err);
        return 1;
    }
    for (char *name = strtok(listing.out, "\n"); name != NULL && n < TABLES_MAX;
         name = strtok(NULL, "\n"), n++) {
        indexes[n] = (int)(n - first);
        tests[n] = (struct CMUnitTest){.name = name,
                                       .test_func = rows_give_what_is_specified,
                                       .initial_state = &indexes[n]};
    }
    return _cmocka_run_group_tests("conformance", tests, n, NULL, NULL);
}

/* gen_case.h - runs of the generator in a directory of their own.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_TESTS_SUPPORT_GEN_CASE_H
#define EMBED_TESTS_SUPPORT_GEN_CASE_H

#include "gen/plan.h"

/** One run: its options, inputs and plan, and what it reported. */
typedef struct gen_case {
    char line[512]; /* the words that the options point into */
    char *argv[33];
    eg_opts opts;
    eg_report report;
    eg_spec spec;
    eg_plan plan;
    embed_status status;
} gen_case;

/** cmocka set-up and tear-down: the test runs in a new, empty directory. */
int gen_case_enter(void **state);
int gen_case_leave(void **state);

/** Writes a file of the current directory. */
void gen_case_write(const char *file, const char *text);

/** Plans `embed build ARGS`, split at blanks. */
void gen_case_plan(gen_case *run, const char *args);

/** Runs `embed build ARGS` in full; run->plan is not set. */
void gen_case_build(gen_case *run, const char *args);

/** Frees what a run holds. */
void gen_case_fini(gen_case *run);

/** Finds a name of `lib` in the plan, or NULL. */
const eg_global *gen_case_global(const gen_case *run, const char *name);

#endif /* EMBED_TESTS_SUPPORT_GEN_CASE_H */

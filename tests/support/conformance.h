/* conformance.h - the plug-in of the conformance suite, seen from C.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_TESTS_SUPPORT_CONFORMANCE_H
#define EMBED_TESTS_SUPPORT_CONFORMANCE_H

#include <stdbool.h>

#include "tests/conformance/conformance.h"

/** Its functions, as tests/conformance/conformance.h has them. */
typedef struct conformance {
    __typeof__(&conformance_tables) tables;
    __typeof__(&conformance_table) table;
    __typeof__(&conformance_rows) rows;
    __typeof__(&conformance_run) run;
} conformance;

/** Loads lib<NAME>.so of build/.../tests/conformance; ends the child when
 *  that fails. */
void conformance_open(conformance *out, const char *name);

/** How many threads the process has. */
int conformance_threads(void);

/** Waits, at most some seconds, until there are no more than `n` threads: those
 *  that Python joined may end a little later, and LeakSanitizer then sees what
 *  they are about to free. */
void conformance_settle(int n);

/** Starts Python as a host does that asks for other allocators: libembed, which
 *  joins it, reads no environment.
 *  @param allocators  as in PYTHONMALLOC: "debug" or "malloc" */
void conformance_python_start(const char *allocators);

/** Prints a row to stderr. */
conformance_report_fn conformance_print;

/** Writes a row to a FILE: table, code and result, each followed by NUL. */
conformance_report_fn conformance_record;

/** In a child: runs all tables of two interpreters at the same time, from two
 *  threads, `arg->rounds` times. */
typedef struct conformance_pair {
    int rounds;
    bool has_debug_memory; /* Python's debug allocators check all memory */
} conformance_pair;
void conformance_pair_scenario(void *arg);

/** In a child: checks that all tables together have at least `least` rows. */
void conformance_count_scenario(void *least);

#endif /* EMBED_TESTS_SUPPORT_CONFORMANCE_H */

/* conformance.h - runs tables of Python expressions where this library's
 * interpreter is.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CONFORMANCE_H
#define CONFORMANCE_H

#include "embed/plugin.h"

/** Is told of a row: what it gave, and why that is wrong or NULL. */
typedef void
conformance_report_fn(void *arg, const char *table, const char *code,
                      const char *got, const char *wrong);

/** How many tables there are. */
int conformance_tables(void) EMBED_ON_FAILURE(-1);

/** The name of one; it stays valid. */
const char *conformance_table(int i);

/** How many rows a table has. */
int conformance_rows(int i) EMBED_ON_FAILURE(-1);

/** Runs a table; reports each row, or only what is wrong.  Gives the number of
 *  rows that are wrong. */
int conformance_run(int i, int all, conformance_report_fn *report, void *arg)
    EMBED_ON_FAILURE(-1);

#endif /* CONFORMANCE_H */

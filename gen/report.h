/* report.h - what the generator has to say to its user.
 *
 * Messages collect in memory; `embed` prints them at its end.  A message with
 * a position shows the line it speaks of and a caret.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_GEN_REPORT_H
#define EMBED_GEN_REPORT_H

#include "core/types/cparse.h"
#include "gen/text.h"

typedef struct eg_report {
    eg_text text;
    size_t errors;
} eg_report;

#define EG_REPORT_INIT \
 {                     \
  EG_TEXT_INIT, 0      \
 }

void eg_report_fini(eg_report *report);

/** Prints the messages to stderr, after what stdout still holds, and drops them. */
void eg_report_print(eg_report *report);

/** Adds an error the parser found. */
void eg_report_diag(eg_report *report, const ec_diag *diag);

/** Adds an error at `pos`.
 *  @param name  the identifier to point at when it is in that line; the
 *               column of `pos` counts macros expanded.  NULL: none. */
void
eg_report_error_at(eg_report *report, const ec_pos *pos, const char *name,
                   const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/** Adds an error without a position. */
void eg_report_error(eg_report *report, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/** Adds a warning without a position. */
void eg_report_warning(eg_report *report, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/** Copies line `number`, from 1, of a text to out[cap], cut to fit; "" when
 *  there is none. */
void eg_line_find(const eg_text *text, int number, char *out, size_t cap);

/** Returns the column, from 1, where the identifier `word` is in `line`; 0 when
 *  it is not there. */
int eg_line_column(const char *line, const char *word);

/** Reports what `err` says, if anything, and clears it.  Returns its status. */
embed_status eg_report_take(eg_report *report, ec_err *err);

#endif /* EMBED_GEN_REPORT_H */

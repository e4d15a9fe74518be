/* err.h - an error as a value: status, text, and what Python said.
 *
 * Plain bytes, so that it crosses threads and GILs by copy or move.  The text
 * is written once, where the failure happened; layers above may prefix it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CORE_ERR_H
#define EMBED_CORE_ERR_H

#include "embed.h"

/* Longest one-line message, with its NUL; longer ones are cut. */
#define EC_ERR_TEXT_SIZE 512

typedef struct ec_err {
    embed_status status;
    char text[EC_ERR_TEXT_SIZE]; /* one line */
    char *type;                  /* exception type or NULL; owned (malloc) */
    char *value;                 /* str(exception) or NULL; owned */
    char *traceback;             /* several lines or NULL; owned */
} ec_err;

#define EC_ERR_INIT               \
 {                                \
  EMBED_OK, {0}, NULL, NULL, NULL \
 }

/** Makes `err` say `status` and the formatted text; frees what it had.
 *  `err` may be NULL.  Returns `status`. */
embed_status ec_fail(ec_err *err, embed_status status, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/** What an errno value means.  Valid for ever: the C library has a constant for
 *  each. */
const char *ec_errno_text(int error);

/** Puts formatted text before the message.  `err` may be NULL. */
void ec_err_prefix(ec_err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/** Copies `from` to `to` (what `to` had is freed); on out of memory the
 *  optional strings are missing.  Returns from's status. */
embed_status ec_err_copy(ec_err *to, const ec_err *from);

/** Frees what `err` owns and makes it EMBED_OK.  NULL is allowed. */
void ec_err_clear(ec_err *err);

#endif /* EMBED_CORE_ERR_H */

/* text.h - a growing text buffer.
 *
 * Out of memory is remembered instead of reported by each call: append as much
 * as there is, then ask `failed` once.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_GEN_TEXT_H
#define EMBED_GEN_TEXT_H

#include <stdbool.h>
#include <stddef.h>

typedef struct eg_text {
    char *data;   /* NUL-terminated; NULL while empty */
    size_t len;   /* bytes, without the NUL */
    size_t cap;   /* allocated bytes */
    size_t lines; /* newlines so far */
    bool failed;  /* memory ran out; the text is incomplete */
} eg_text;

#define EG_TEXT_INIT   \
 {                     \
  NULL, 0, 0, 0, false \
 }

/** Frees what `text` owns and makes it empty. */
void eg_text_fini(eg_text *text);

/** Appends data[len]. */
void eg_text_add(eg_text *text, const char *data, size_t len);

/** Appends a string. */
void eg_text_puts(eg_text *text, const char *string);

/** Appends formatted text. */
void eg_text_printf(eg_text *text, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/** Appends data[len] as a C string literal: ASCII only, no trigraphs. */
void eg_text_literal(eg_text *text, const char *data, size_t len);

/** True when `text` ends with `suffix`. */
bool eg_text_ends_with(const char *text, const char *suffix);

/** Returns the text as a string: "" when empty. */
const char *eg_text_string(const eg_text *text);

#endif /* EMBED_GEN_TEXT_H */

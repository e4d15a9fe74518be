/* text.c - a growing text buffer.
 *
 * SPDX-License-Identifier: MIT
 */
#include "gen/text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The first allocation: a small plug-in's C file fits. */
#define FIRST_CAP 4096

void
eg_text_fini(eg_text *text)
{
    free(text->data);
    *text = (eg_text)EG_TEXT_INIT;
}

/* Makes room for `more` bytes and a NUL; false when memory runs out. */
static bool
text_reserve(eg_text *text, size_t more)
{
    if (text->failed) {
        return false;
    }
    if (more < text->cap && text->len < text->cap - more) {
        return true;
    }
    size_t cap = text->cap == 0 ? FIRST_CAP : text->cap;
    while (cap <= SIZE_MAX / 2 && cap - text->len <= more) {
        cap *= 2;
    }
    char *data = cap - text->len > more ? realloc(text->data, cap) : NULL;
    if (data == NULL) {
        text->failed = true;
        return false;
    }
    text->data = data;
    text->cap = cap;
    return true;
}

void
eg_text_add(eg_text *text, const char *data, size_t len)
{
    if (len == 0 || !text_reserve(text, len)) {
        return;
    }
    memcpy(text->data + text->len, data, len);
    text->len += len;
    text->data[text->len] = '\0';
    for (size_t i = 0; i < len; i++) {
        text->lines += data[i] == '\n';
    }
}

void
eg_text_puts(eg_text *text, const char *string)
{
    eg_text_add(text, string, strlen(string));
}

void
eg_text_printf(eg_text *text, const char *fmt, ...)
{
    char line[1024];
    char *long_text = NULL;
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    if (n >= (int)sizeof line) {
        va_start(ap, fmt);
        n = vasprintf(&long_text, fmt, ap);
        va_end(ap);
    }
    if (n < 0) {
        text->failed = true;
        return;
    }
    eg_text_add(text, long_text == NULL ? line : long_text, (size_t)n);
    free(long_text);
}

/* Appends one byte as it is written inside a string literal. */
static void
text_literal_byte(eg_text *text, unsigned char byte, bool after_question)
{
    if (byte == '"' || byte == '\\' || (byte == '?' && after_question)) {
        eg_text_printf(text, "\\%c", byte);
    } else if (byte == '\n') {
        eg_text_puts(text, "\\n");
    } else if (byte == '\t') {
        eg_text_puts(text, "\\t");
    } else if (byte < 0x20 || byte >= 0x7f) {
        eg_text_printf(text, "\\%03o", byte);
    } else {
        char c = (char)byte;
        eg_text_add(text, &c, 1);
    }
}

void
eg_text_literal(eg_text *text, const char *data, size_t len)
{
    eg_text_puts(text, "\"");
    for (size_t i = 0; i < len; i++) {
        text_literal_byte(text, (unsigned char)data[i],
                          i > 0 && data[i - 1] == '?');
    }
    eg_text_puts(text, "\"");
}

bool
eg_text_ends_with(const char *text, const char *suffix)
{
    size_t len = strlen(text);
    size_t n = strlen(suffix);
    return len >= n && strcmp(text + len - n, suffix) == 0;
}

const char *
eg_text_string(const eg_text *text)
{
    return text->data == NULL ? "" : text->data;
}

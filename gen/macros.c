/* macros.c - integer macros out of preprocessed text.
 *
 * SPDX-License-Identifier: MIT
 */
#include "gen/macros.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Words of our own around each expansion; no header has them. */
#define WORD_BEGIN "embed_macro_begin__"
#define WORD_END   "embed_macro_end__"

void
eg_macros_fini(eg_macros *macros)
{
    free(macros->items);
    *macros = (eg_macros)EG_MACROS_INIT;
}

/* Where eg_macros_collect() is in the text. */
typedef struct place {
    const char *const *files;
    size_t n_files;
    const char *file; /* one of `files`, or NULL in any other one */
    int line;
} place;

/* Returns the one of the files that a line marker's quoted name stands for, or
 * NULL.  `name` starts behind the opening quote. */
static const char *
place_find(const place *at, const char *name, const char *end)
{
    for (size_t i = 0; i < at->n_files; i++) {
        const char *file = at->files[i];
        const char *c = name;
        while (c < end && *c != '"') {
            c += *c == '\\' && c + 1 < end;
            if (*c != *file) {
                break;
            }
            c++;
            file++;
        }
        if (c < end && *c == '"' && *file == '\0') {
            return at->files[i];
        }
    }
    return NULL;
}

/* Reads `# 12 "file" flags` or `#line 12 "file"`; false when the line is
 * something else. */
static bool
place_mark(place *at, const char *line, const char *end)
{
    const char *c = line + 1;
    if (end - c > 4 && strncmp(c, "line", 4) == 0) {
        c += 4;
    }
    while (c < end && *c == ' ') {
        c++;
    }
    if (c == end || !isdigit((unsigned char)*c)) {
        return false;
    }
    /* The text is NUL-terminated, and the digits end in its line. */
    at->line = (int)strtol(c, NULL, 10) - 1;
    const char *quote = memchr(c, '"', (size_t)(end - c));
    if (quote != NULL) {
        at->file = place_find(at, quote + 1, end);
    }
    return true;
}

static bool
is_name_byte(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* Returns the index of a macro; macros->n when it is not there. */
static size_t
macros_index(const eg_macros *macros, const char *name, size_t len)
{
    size_t i = 0;
    while (i < macros->n && (strncmp(macros->items[i].name, name, len) != 0 ||
                             macros->items[i].name[len] != '\0')) {
        i++;
    }
    return i;
}

static void
macros_remove(eg_macros *macros, const char *name, size_t len)
{
    size_t i = macros_index(macros, name, len);
    if (i < macros->n) {
        macros->n--;
        memmove(&macros->items[i], &macros->items[i + 1],
                (macros->n - i) * sizeof macros->items[0]);
    }
}

static embed_status
macros_add(eg_macros *macros, ec_types *types, const char *name, size_t len,
           const place *at, ec_err *err)
{
    if (macros->n == macros->cap) {
        size_t cap = macros->cap == 0 ? 64 : macros->cap * 2;
        eg_macro *items = realloc(macros->items, cap * sizeof *items);
        if (items == NULL) {
            return ec_fail(err, EMBED_E_NOMEM, "out of memory");
        }
        macros->items = items;
        macros->cap = cap;
    }
    char *copy = ec_types_strndup(types, name, len);
    if (copy == NULL) {
        return ec_fail(err, EMBED_E_NOMEM, "out of memory");
    }
    macros->items[macros->n++] =
        (eg_macro){copy, {at->file, at->line, 1}, false};
    return EMBED_OK;
}

/* Handles "#define NAME body" and "#undef NAME". */
static embed_status
directive_read(eg_macros *macros, ec_types *types, const char *line,
               const char *end, const place *at, ec_err *err)
{
    static const char define[] = "#define ";
    static const char undef[] = "#undef ";
    size_t len = (size_t)(end - line);
    bool defines =
        len > sizeof define && strncmp(line, define, sizeof define - 1) == 0;
    if (!defines &&
        (len <= sizeof undef || strncmp(line, undef, sizeof undef - 1) != 0)) {
        return EMBED_OK;
    }
    const char *name = strchr(line, ' ') + 1;
    const char *name_end = name;
    while (name_end < end && is_name_byte(*name_end)) {
        name_end++;
    }
    size_t name_len = (size_t)(name_end - name);
    const char *body = name_end;
    while (body < end && *body == ' ') {
        body++;
    }
    bool has_body = body > name_end && body < end;
    macros_remove(macros, name, name_len);
    if (!defines || at->file == NULL || !has_body) {
        return EMBED_OK;
    }
    return macros_add(macros, types, name, name_len, at, err);
}

embed_status
eg_macros_collect(ec_types *types, const eg_text *text,
                  const char *const *files, size_t n_files, eg_macros *out,
                  ec_err *err)
{
    place at = {files, n_files, NULL, 0};
    const char *line = eg_text_string(text);
    const char *stop = line + text->len;
    embed_status status = EMBED_OK;
    while (line < stop && status == EMBED_OK) {
        const char *end = memchr(line, '\n', (size_t)(stop - line));
        end = end == NULL ? stop : end;
        at.line++;
        if (*line == '#' && !place_mark(&at, line, end)) {
            status = directive_read(out, types, line, end, &at, err);
        }
        line = end + 1;
    }
    return status;
}

void
eg_macros_question(const eg_macros *macros, eg_text *out)
{
    for (size_t i = 0; i < macros->n; i++) {
        eg_text_printf(out, WORD_BEGIN " %s " WORD_END "\n",
                       macros->items[i].name);
    }
}

void
eg_macros_evaluate(eg_macros *macros, const char *answer, ec_scope *scope)
{
    const char *at = answer;
    for (size_t i = 0; i < macros->n; i++) {
        const char *begin = strstr(at, WORD_BEGIN);
        const char *end = begin == NULL ? NULL : strstr(begin, WORD_END);
        if (end == NULL) {
            return;
        }
        begin += sizeof WORD_BEGIN - 1;
        int64_t value = 0;
        ec_diag diag;
        macros->items[i].has_value =
            ec_parse_const(scope, begin, (size_t)(end - begin), &value, NULL,
                           &diag) == EMBED_OK;
        at = end;
    }
}

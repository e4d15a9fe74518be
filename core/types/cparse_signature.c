/* cparse_signature.c - declarations of functions as they were written.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/types/cparser.h"

#include <stdio.h>
#include <string.h>

/* Room for " a123". */
#define NAME_SIZE 24

/* Text under construction, in memory of the parse. */
typedef struct builder {
    char *text;
    size_t len;
} builder;

static void
add(builder *b, const char *text, size_t len)
{
    memcpy(b->text + b->len, text, len);
    b->len += len;
}

static bool
is_word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '_';
}

/* True for storage classes, and for calling conventions, which the compilers we
 * run on do not know. */
static bool
is_left_out(const char *word, size_t len)
{
    static const char *const words[] = {
        "extern", "static", "inline", "__cdecl", "__stdcall", "WINAPI",
    };

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strlen(words[i]) == len && strncmp(word, words[i], len) == 0) {
            return true;
        }
    }
    return false;
}

/* Appends a part of the text but the words that are left out. */
static void
add_words(builder *b, const char *at, const char *end)
{
    while (at < end) {
        size_t len = 0;
        while (at + len < end && is_word_char(at[len])) {
            len++;
        }
        if (len == 0) {
            add(b, at, 1);
            at++;
        } else {
            if (!is_left_out(at, len)) {
                add(b, at, len);
            }
            at += len;
        }
    }
}

/* Appends the declarator with the names of parameters replaced. */
static void
add_declarator(builder *b, const ec_declarator *d)
{
    const char *at = d->start;

    for (size_t i = 0; i < d->n_marks; i++) {
        const ec_param_mark *mark = &d->marks[i];
        char name[NAME_SIZE] = "void";

        add_words(b, at, mark->at);
        if (!mark->is_empty) {
            (void)snprintf(name, sizeof name, " a%zu", i);
        }
        add(b, name, strlen(name));
        at = mark->at + mark->len;
    }
    add_words(b, at, d->end);
}

bool
ec_parse_signature(ec_parser *p, const ec_declspec *specs,
                   const ec_declarator *d, const char **out)
{
    const char *start = specs->tok.start;
    size_t size = (size_t)(d->end - start) + d->n_marks * NAME_SIZE + 1;
    builder b = {.text = ec_types_alloc(p->types, size)};

    if (b.text == NULL) {
        return ec_parser_fail_nomem(p);
    }
    add_words(&b, start, specs->end);
    add_declarator(&b, d);
    while (b.len > 0 && strchr(" \t\r\n", b.text[b.len - 1]) != NULL) {
        b.len--;
    }
    b.text[b.len] = '\0';
    *out = b.text + strspn(b.text, " \t\r\n");
    return true;
}

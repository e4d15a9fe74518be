/* fuzz_type.c - type strings at run time, against the tables of an extension: they may be
 * refused; what a type is spelled as is that type again.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/types/cplugin.h"
#include "core/types/ctable.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Longest spelling that is read again. */
#define SPELLING_SIZE 512

static const char declarations[] =
    "struct point { double x, y; };\n"
    "typedef struct node { struct node *next; unsigned flag : 3; char s[8]; } "
    "node_t;\n"
    "typedef union { int i; float f; } both;\n"
    "typedef enum { RED, GREEN = 5 } colour;\n"
    "typedef int (*callback)(node_t *, const char *);\n"
    "typedef long grid[3][LIMIT];\n"
    "int f(struct point *, both *, colour, callback, grid *);\n";

/* Made once: it is constant, as an extension's is. */
static struct embed_plugin *
plugin_get(void)
{
    static struct embed_plugin *plugin;
    ec_err err = EC_ERR_INIT;
    char text[sizeof declarations + 32];

    if (plugin == NULL) {
        (void)snprintf(text, sizeof text, "#define LIMIT 7\n%s", declarations);
        if (ec_plugin_make("fuzz", text, "fuzz.h", &plugin, &err) != EMBED_OK) {
            (void)fprintf(stderr, "%s\n", err.text);
            abort();
        }
    }
    return plugin;
}

/* A type is unique: its spelling gives the very same one.  What has no name has
 * no spelling that can be read. */
static void
spelling_check(ec_scope *scope, const ec_type *type)
{
    char text[SPELLING_SIZE];
    ec_type *again = NULL;
    ec_diag diag;
    size_t len = ec_type_spell(type, "", text, sizeof text);

    if (len < sizeof text && strchr(text, '$') == NULL &&
        strchr(text, '<') == NULL &&
        (ec_parse_type(scope, text, len, &again, &diag) != EMBED_OK ||
         again != type)) {
        (void)fprintf(stderr, "spelling: %s\n", text);
        abort();
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct embed_plugin *plugin = plugin_get();
    ec_types *types = ec_types_create();
    ec_table *table = NULL;
    ec_err err = EC_ERR_INIT;

    if (types == NULL ||
        ec_table_open(types, plugin->context, plugin->context_version, &table,
                      &err) != EMBED_OK) {
        abort();
    }
    /* A string for each line, as typeof() gets one after the other. */
    for (size_t at = 0; at < size;) {
        const uint8_t *end = memchr(data + at, '\n', size - at);
        size_t len = end == NULL ? size - at : (size_t)(end - data) - at;
        char *copy = malloc(len == 0 ? 1 : len); /* its end is seen */
        ec_type *type = NULL;
        ec_diag diag;
        if (copy == NULL) {
            abort();
        }
        (void)memcpy(copy, data + at, len);
        if (ec_parse_type(ec_table_scope(table), copy, len, &type, &diag) ==
            EMBED_OK) {
            (void)ec_type_complete(types, type, &err);
            ec_err_clear(&err);
            spelling_check(ec_table_scope(table), type);
        }
        free(copy);
        at += len + 1;
    }
    ec_table_close(table);
    ec_types_destroy(types);
    return 0;
}

/* export.c - an export of a library: its name and its declaration.
 *
 * SPDX-License-Identifier: MIT
 */
#include "gen/export.h"

#include <string.h>

const char *
eg_export_name(const struct embed_export *export)
{
    const char *dot = strrchr(export->externpy.name, '.');
    return dot == NULL ? export->externpy.name : dot + 1;
}

ec_type *
eg_export_type(ec_table *table, const struct embed_plugin *plugin,
               const struct embed_export *export, ec_err *err)
{
    const char *name = eg_export_name(export);
    int i = ec_table_global(table, name, strlen(name));
    ec_type *type = NULL;
    if (i < 0) {
        (void)ec_fail(err, EMBED_E_ABI,
                      "malformed type tables: no type of '%.200s'", name);
    } else {
        uintptr_t op = (uintptr_t)plugin->context->globals[i].type_op;
        (void)ec_table_type(table, (int)(op >> 8), &type, err);
    }
    return type != NULL && type->kind == EC_KIND_POINTER ? type->item : type;
}

void
eg_export_declare(const ec_type *function, const char *name, eg_text *out)
{
    const char *c = function == NULL ? "" : function->name;
    int at = function == NULL ? 0 : (int)function->name_pos;
    bool is_close = at == 0 || c[at - 1] == '*';
    bool is_empty = strcmp(c + at, "()") == 0;
    eg_text_printf(out, "%.*s%s%s%s", at, c, is_close ? "" : " ", name,
                   is_empty ? "(void)" : c + at);
}

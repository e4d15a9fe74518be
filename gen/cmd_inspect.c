/* cmd_inspect.c - `embed inspect`.
 *
 * SPDX-License-Identifier: MIT
 */
#include "gen/cmd_inspect.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/types/ctable.h"
#include "embed/plugin.h"

/* More than one program has in one library. */
#define PLUGINS_MAX 64

static struct embed_plugin *plugins[PLUGINS_MAX];
static size_t n_plugins;

/* In place of libembed's: the constructors of the library tell us.  That works
 * as the program comes first where the loader looks for names. */
EMBED_PLUGIN_EXPORT void
embed_plugin_register(struct embed_plugin *plugin)
{
    if (n_plugins < PLUGINS_MAX) {
        plugins[n_plugins++] = plugin;
    }
}

/* The part of "NAME.function" behind the name of the extension. */
static const char *
function_name(const struct embed_export *export)
{
    const char *dot = strrchr(export->externpy.name, '.');
    return dot == NULL ? export->externpy.name : dot + 1;
}

/* Prints an export as C declares it. */
static void
export_print(ec_table *table, const struct embed_plugin *plugin,
             const struct embed_export *export)
{
    const char *name = function_name(export);
    int i = ec_table_global(table, name, strlen(name));
    ec_type *type = NULL;
    ec_err ignored = EC_ERR_INIT;
    if (i >= 0) {
        uintptr_t op = (uintptr_t)plugin->context->globals[i].type_op;
        (void)ec_table_type(table, (int)(op >> 8), &type, &ignored);
        ec_err_clear(&ignored);
    }
    if (type != NULL && type->kind == EC_KIND_POINTER) {
        type = type->item;
    }
    const char *c = type == NULL ? "" : type->name;
    int at = type == NULL ? 0 : (int)type->name_pos;
    bool is_close = at == 0 || c[at - 1] == '*';
    bool is_empty = strcmp(c + at, "()") == 0;
    (void)printf("    %.*s%s%s%s;  /* %s:%d%s */\n", at, c, is_close ? "" : " ",
                 name, is_empty ? "(void)" : c + at,
                 export->file == NULL ? "?" : export->file, export->line,
                 export->failure == NULL ? "" : ", has a failure value");
}

static void
exports_print(const struct embed_plugin *plugin)
{
    ec_err err = EC_ERR_INIT;
    ec_types *types = ec_types_create();
    ec_table *table = NULL;
    (void)printf("  exports:%s\n", plugin->num_exports == 0 ? " none" : "");
    if (types != NULL &&
        ec_table_open(types, plugin->context, plugin->context_version, &table,
                      &err) == EMBED_OK) {
        for (size_t i = 0; i < plugin->num_exports; i++) {
            export_print(table, plugin, plugin->exports[i]);
        }
        ec_table_close(table);
    }
    ec_err_clear(&err);
    if (types != NULL) {
        ec_types_destroy(types);
    }
}

static void
bundle_print(const struct embed_plugin *plugin)
{
    for (size_t i = 0; i < plugin->num_bundled; i++) {
        (void)printf("%s    %s (%zu bytes)\n", i == 0 ? "  bundled:\n" : "",
                     plugin->bundled[i].path, plugin->bundled[i].size);
    }
}

/* Prints Python code, each line moved in. */
static void
code_print(const char *title, const char *code, size_t size)
{
    const char *at = code;
    const char *end = code == NULL ? NULL : code + size;
    (void)printf("  %s:%s\n", title, size == 0 ? " none" : "");
    while (at != NULL && at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        int len = (int)((newline == NULL ? end : newline) - at);
        (void)printf("%s%.*s\n", len == 0 ? "" : "    ", len, at);
        at += len + 1;
    }
}

/* Prints what the extension's Python has around it. */
static void
options_print(const struct embed_plugin *plugin)
{
    const char *const *pair = plugin->options;
    for (; pair != NULL && pair[0] != NULL; pair += 2) {
        if (strcmp(pair[0], "preload") == 0) {
            code_print(pair[0], pair[1], strlen(pair[1]));
        } else {
            (void)printf("  %s: %s\n", pair[0], pair[1]);
        }
    }
}

static void
plugin_print(const struct embed_plugin *plugin)
{
    (void)printf("%s: ABI %u, level %s%s%s\n", plugin->name,
                 (unsigned)plugin->abi,
                 eg_opts_isolation_name((embed_isolation)plugin->isolation),
                 (plugin->flags & EMBED_PLUGIN_STRICT) != 0 ? ", strict" : "",
                 (plugin->flags & EMBED_PLUGIN_MODULE) != 0
                     ? ", a module without a program"
                     : "");
    options_print(plugin);
    exports_print(plugin);
    bundle_print(plugin);
    code_print("init code", plugin->init_code, plugin->init_code_size);
}

embed_status
eg_cmd_inspect(const eg_opts *opts, eg_report *report)
{
    char path[PATH_MAX];
    if (realpath(opts->api, path) == NULL) {
        eg_report_error(report, "%s: there is no such file", opts->api);
        return EMBED_E_INVALID;
    }
    if (dlopen(path, RTLD_NOW | RTLD_LOCAL) == NULL) {
        eg_report_error(report, "%s",
                        dlerror()); // NOLINT(concurrency-mt-unsafe)
        return EMBED_E_INVALID;
    }
    if (n_plugins == 0) {
        eg_report_error(report,
                        "%s: no extension of libembed is in it that makes "
                        "itself known when it is loaded",
                        opts->api);
        return EMBED_E_INVALID;
    }
    for (size_t i = 0; i < n_plugins; i++) {
        if (plugins[i]->abi != EMBED_PLUGIN_ABI ||
            plugins[i]->size != sizeof *plugins[i]) {
            eg_report_error(report, "%s: %s: made for ABI %u, this is %u",
                            opts->api, plugins[i]->name,
                            (unsigned)plugins[i]->abi, EMBED_PLUGIN_ABI);
            return EMBED_E_INVALID;
        }
        plugin_print(plugins[i]);
    }
    return EMBED_OK;
}

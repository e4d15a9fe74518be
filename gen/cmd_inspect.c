/* cmd_inspect.c - `embed inspect`.
 *
 * SPDX-License-Identifier: MIT
 */
#include "gen/cmd_inspect.h"

#include <stdio.h>
#include <string.h>

#include "gen/loaded.h"

/* Prints an export as C declares it. */
static void
export_print(ec_table *table, const struct embed_plugin *plugin,
             const struct embed_export *export)
{
    eg_text text = EG_TEXT_INIT;
    eg_loaded_declare(eg_loaded_function_type(table, plugin, export),
                      eg_loaded_function_name(export), &text);
    (void)printf("    %s;  /* %s:%d%s */\n", eg_text_string(&text),
                 export->file == NULL ? "?" : export->file, export->line,
                 export->failure == NULL ? "" : ", has a failure value");
    eg_text_fini(&text);
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
    eg_loaded loaded;
    embed_status status = eg_loaded_open(opts->api, &loaded, report);
    for (size_t i = 0; status == EMBED_OK && i < loaded.n; i++) {
        plugin_print(loaded.plugins[i]);
    }
    return status;
}

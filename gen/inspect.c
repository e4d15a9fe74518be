/* inspect.c - what a library is, as text.
 *
 * SPDX-License-Identifier: MIT
 */
#include "gen/inspect.h"

#include <stdlib.h>
#include <string.h>

#include "gen/described.h"
#include "gen/export.h"
#include "gen/opts.h"

/* Appends an export as C declares it; its name alone where other tables have a
 * type of it. */
static embed_status
export_print(ec_table *table, const struct embed_plugin *plugin,
             const struct embed_export *export, eg_text *out, ec_err *err)
{
    ec_err why = EC_ERR_INIT;
    const ec_type *type = eg_export_type(table, plugin, export, &why);
    if (why.status == EMBED_E_ABI || why.status == EMBED_E_NOMEM) {
        embed_status status = ec_err_copy(err, &why);
        ec_err_clear(&why);
        return status;
    }
    ec_err_clear(&why);
    eg_text_puts(out, "    ");
    eg_export_declare(type, eg_export_name(export), out);
    eg_text_printf(out, ";  /* %s:%d%s */\n",
                   export->file == NULL ? "?" : export->file, export->line,
                   export->failure == NULL ? "" : ", has a failure value");
    return EMBED_OK;
}

static embed_status
exports_print(const struct embed_plugin *plugin, eg_text *out, ec_err *err)
{
    ec_table *table = NULL;
    ec_types *types = ec_types_create();
    if (types == NULL) {
        return ec_fail(err, EMBED_E_NOMEM, "out of memory");
    }
    eg_text_printf(out, "  exports:%s\n",
                   plugin->num_exports == 0 ? " none" : "");
    embed_status status = ec_table_open(types, plugin->context,
                                        plugin->context_version, &table, err);
    for (size_t i = 0; i < plugin->num_exports && status == EMBED_OK; i++) {
        status = export_print(table, plugin, plugin->exports[i], out, err);
    }
    ec_table_close(table);
    ec_types_destroy(types);
    return status;
}

static void
bundle_print(const struct embed_plugin *plugin, eg_text *out)
{
    for (size_t i = 0; i < plugin->num_bundled; i++) {
        eg_text_printf(out, "%s    %s (%zu bytes)\n",
                       i == 0 ? "  bundled:\n" : "", plugin->bundled[i].path,
                       plugin->bundled[i].size);
    }
}

/* Appends Python code, each line moved in. */
static void
code_print(const char *title, const char *code, size_t size, eg_text *out)
{
    const char *at = code;
    const char *end = code == NULL ? NULL : code + size;
    eg_text_printf(out, "  %s:%s\n", title, size == 0 ? " none" : "");
    while (at != NULL && at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        int len = (int)((newline == NULL ? end : newline) - at);
        eg_text_printf(out, "%s%.*s\n", len == 0 ? "" : "    ", len, at);
        at += len + 1;
    }
}

/* Appends what the extension's Python has around it. */
static void
options_print(const struct embed_plugin *plugin, eg_text *out)
{
    const char *const *pair = plugin->options;
    for (; pair != NULL && pair[0] != NULL; pair += 2) {
        if (strcmp(pair[0], "preload") == 0) {
            code_print(pair[0], pair[1], strlen(pair[1]), out);
        } else {
            eg_text_printf(out, "  %s: %s\n", pair[0], pair[1]);
        }
    }
}

static embed_status
plugin_print(const struct embed_plugin *plugin, eg_text *out, ec_err *err)
{
    eg_text_printf(out, "%s: ABI %u, level %s%s%s\n", plugin->name,
                   (unsigned)plugin->abi,
                   eg_opts_isolation_name((embed_isolation)plugin->isolation),
                   (plugin->flags & EMBED_PLUGIN_STRICT) != 0 ? ", strict" : "",
                   (plugin->flags & EMBED_PLUGIN_MODULE) != 0
                       ? ", a module without a program"
                       : "");
    options_print(plugin, out);
    embed_status status = exports_print(plugin, out, err);
    bundle_print(plugin, out);
    code_print("init code", plugin->init_code, plugin->init_code_size, out);
    return status;
}

embed_status
eg_inspect(const void *data, size_t size, eg_text *out, ec_err *err)
{
    eg_described *described = malloc(sizeof *described);
    if (described == NULL) {
        return ec_fail(err, EMBED_E_NOMEM, "out of memory");
    }
    embed_status status = eg_described_read(data, size, described, err);
    for (size_t i = 0; i < described->n && status == EMBED_OK; i++) {
        status = plugin_print(&described->plugins[i], out, err);
    }
    eg_described_fini(described);
    free(described);
    return status == EMBED_OK && out->failed
               ? ec_fail(err, EMBED_E_NOMEM, "out of memory")
               : status;
}

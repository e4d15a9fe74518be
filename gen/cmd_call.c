/* cmd_call.c - `embed call`.
 *
 * SPDX-License-Identifier: MIT
 */
#include "gen/cmd_call.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/types/ccall.h"
#include "gen/child.h"
#include "gen/clock.h"
#include "gen/embed_lib.h"
#include "gen/export.h"
#include "gen/loaded.h"
#include "gen/value.h"

/* What is called with what. */
typedef struct invocation {
    const eg_opts *opts;
    ec_types *types;
    ec_table *table;
    ec_type *fn;
    const ec_call *call;
    void (*address)(void);
    void **values; /* values[n_args]: pointers to the arguments */
    void **used;   /* as many: for libffi, which changes them */
    void *result;
} invocation;

/* Finds the export in one of the extensions. */
static const struct embed_export *
export_find(const eg_loaded *loaded, const char *name,
            const struct embed_plugin **out_plugin)
{
    for (size_t i = 0; i < loaded->n; i++) {
        const struct embed_plugin *plugin = loaded->plugins[i];
        for (size_t j = 0; j < plugin->num_exports; j++) {
            if (strcmp(eg_export_name(plugin->exports[j]), name) == 0) {
                *out_plugin = plugin;
                return plugin->exports[j];
            }
        }
    }
    return NULL;
}

static embed_status
count_check(const invocation *in, eg_report *report)
{
    size_t n = in->fn == NULL ? 0 : in->fn->n_args;
    if (in->fn != NULL && in->opts->args.n == n) {
        return EMBED_OK;
    }
    eg_text text = EG_TEXT_INIT;
    eg_export_declare(in->fn, in->opts->name, &text);
    eg_report_error(report, "%zu argument%s, not %zu: %s", n, n == 1 ? "" : "s",
                    in->opts->args.n, eg_text_string(&text));
    eg_text_fini(&text);
    return EMBED_E_INVALID;
}

/* Memory for a value of a type, or for more, as libffi may want. */
static void *
value_alloc(const invocation *in, const ec_type *type)
{
    size_t size = type->size < 16 ? 16 : (size_t)type->size;
    return ec_types_alloc(in->types, size);
}

static embed_status
arguments_read(invocation *in, eg_report *report)
{
    size_t n = in->fn->n_args;
    // NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers
    in->values = ec_types_alloc(in->types, (n + 1) * 2 * sizeof *in->values);
    in->result = value_alloc(in, in->fn->result);
    embed_status status =
        in->values == NULL || in->result == NULL ? EMBED_E_NOMEM : EMBED_OK;
    for (size_t i = 0; i < n && status == EMBED_OK; i++) {
        ec_err err = EC_ERR_INIT;
        ec_type *type = in->fn->args[i];
        in->values[i] = value_alloc(in, type);
        if (in->values[i] == NULL ||
            ec_type_complete(in->types, type, &err) != EMBED_OK) {
            return EMBED_E_NOMEM;
        }
        status = eg_value_read(ec_table_scope(in->table), type,
                               in->opts->args.items[i], in->values[i], &err);
        if (status != EMBED_OK) {
            eg_report_error(report, "argument %zu: %s", i + 1, err.text);
        }
        ec_err_clear(&err);
    }
    in->used = in->values == NULL ? NULL : in->values + n + 1;
    return status;
}

/* Finds the function and reads its arguments. */
static embed_status
invocation_make(invocation *in, const eg_loaded *loaded, eg_report *report)
{
    const struct embed_plugin *plugin = NULL;
    const struct embed_export *export =
        export_find(loaded, in->opts->name, &plugin);
    ec_err err = EC_ERR_INIT;
    if (export == NULL) {
        eg_report_error(report,
                        "%s exports no function '%s' (see embed "
                        "inspect)",
                        in->opts->api, in->opts->name);
        return EMBED_E_INVALID;
    }
    embed_status status = ec_table_open(
        in->types, plugin->context, plugin->context_version, &in->table, &err);
    if (status == EMBED_OK) {
        in->fn = eg_export_type(in->table, plugin, export, &err);
        status = in->fn == NULL
                     ? err.status
                     : ec_call_prepare(in->types, in->fn, &in->call, &err);
    }
    if (status != EMBED_OK) {
        return eg_report_take(report, &err);
    }
    void *address = dlsym(loaded->handle, in->opts->name);
    if (address == NULL) {
        eg_report_error(report, "%s",
                        dlerror()); // NOLINT(concurrency-mt-unsafe)
        return EMBED_E_INVALID;
    }
    memcpy(&in->address, &address, sizeof address);
    status = count_check(in, report);
    return status == EMBED_OK ? arguments_read(in, report) : status;
}

/* Makes the call once. */
static void
invoke(const invocation *in)
{
    // NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers
    memcpy((void *)in->used, (void *)in->values,
           in->fn->n_args * sizeof *in->values);
    ec_call_invoke(in->call, in->address, in->result, in->used);
}

/* Prints what pointers to `{...}` point to. */
static void
targets_print(const invocation *in, eg_text *out)
{
    for (size_t i = 0; i < in->fn->n_args; i++) {
        const ec_type *type = in->fn->args[i];
        const char *target = NULL;
        const char *text = in->opts->args.items[i];
        if (type->kind != EC_KIND_POINTER || text[0] != '{') {
            continue;
        }
        memcpy(&target, in->values[i], sizeof target);
        size_t n = eg_value_targets(type, text);
        eg_text_printf(out, "argument %zu: %s", i + 1, n == 1 ? "" : "{");
        for (size_t j = 0; j < n; j++) {
            eg_text_puts(out, j == 0 ? "" : ", ");
            eg_value_print(type->item, target + j * (size_t)type->item->size,
                           out);
        }
        eg_text_puts(out, n == 1 ? "\n" : "}\n");
    }
}

static void
result_print(const invocation *in)
{
    eg_text out = EG_TEXT_INIT;
    if (in->fn->result->kind != EC_KIND_VOID) {
        eg_value_print(in->fn->result, in->result, &out);
        eg_text_puts(&out, "\n");
    }
    targets_print(in, &out);
    (void)fputs(eg_text_string(&out), stdout);
    eg_text_fini(&out);
}

/* Did the last call fail? */
static embed_status
failure_check(const eg_embed *embed, eg_report *report)
{
    const embed_error *error = embed->last_error();
    if (error->status == EMBED_OK) {
        return EMBED_OK;
    }
    eg_report_error(report, "%s: %s", error->extension, error->message);
    return EMBED_E_INVALID;
}

static embed_status
run(const invocation *in, const eg_embed *embed, eg_report *report)
{
    uint64_t begin = eg_clock_ns();
    embed->clear_error();
    invoke(in);
    double first_ms = eg_clock_ms_since(begin);
    embed_status status = failure_check(embed, report);
    result_print(in);
    if (status != EMBED_OK || in->opts->times == 0) {
        return status;
    }
    begin = eg_clock_ns();
    for (long i = 0; i < in->opts->times; i++) {
        invoke(in);
    }
    double all_ms = eg_clock_ms_since(begin);
    (void)printf("first call, with the start: %.1f ms; %ld calls: %.1f ns "
                 "each\n",
                 first_ms, in->opts->times,
                 all_ms * 1e6 / (double)in->opts->times);
    return failure_check(embed, report);
}

static embed_status
call(const eg_opts *opts, eg_report *report)
{
    ec_err err = EC_ERR_INIT;
    eg_embed embed;
    eg_loaded loaded;
    invocation in = {.opts = opts, .types = ec_types_create()};
    if (in.types == NULL) {
        return EMBED_E_NOMEM;
    }
    embed_status status = eg_embed_load(&embed, &err);
    if (status != EMBED_OK) {
        ec_types_destroy(in.types);
        return eg_report_take(report, &err);
    }
    status = eg_loaded_open(opts->api, &loaded, report);
    if (status == EMBED_OK) {
        status = invocation_make(&in, &loaded, report);
    }
    if (status == EMBED_OK) {
        for (size_t i = 0; i < loaded.n; i++) {
            embed.plugin_register(loaded.plugins[i]);
        }
        status = run(&in, &embed, report);
    }
    if (in.table != NULL) {
        ec_table_close(in.table);
    }
    ec_types_destroy(in.types);
    return status;
}

/* The whole command, messages included. */
static int
call_main(void *opts)
{
    eg_report report = EG_REPORT_INIT;
    embed_status status = call(*(const eg_opts *const *)opts, &report);
    eg_report_print(&report);
    return status == EMBED_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* The library may be damaged and crash: its code runs in a child. */
embed_status
eg_cmd_call(const eg_opts *opts, int *out_code, eg_report *report)
{
    eg_child child;
    if (!eg_child_follow(call_main, &opts, &child)) {
        eg_report_error(report, "cannot start a child process: %s",
                        ec_errno_text(errno));
        return EMBED_E_INVALID;
    }
    if (child.signal != 0) {
        eg_report_error(
            report, "%s: crashed by signal %d, %s", opts->api, child.signal,
            strsignal(child.signal)); // NOLINT(concurrency-mt-unsafe)
        return EMBED_E_INVALID;
    }
    *out_code = child.exit_code;
    return EMBED_OK;
}

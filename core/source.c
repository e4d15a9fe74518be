/* source.c - plug-ins made at run time out of text: embed_open_source(),
 * embed_open_file(), embed_symbol().
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/source.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/config.h"
#include "core/environment.h"
#include "core/life_int.h"
#include "core/name.h"
#include "core/registry.h"
#include "core/report.h"

/* What is to be opened; the strings are the caller's. */
typedef struct opening {
    const char *name;
    const char *declarations;
    const char *source;         /* NULL: `file` has it */
    const char *file;           /* absolute; NULL: none */
    const char *const *options; /* pairs, ends with NULL; may be NULL */
} opening;

/* --- files ----------------------------------------------------------------*/

static embed_status
file_fail(const char *path, ec_err *err)
{
    return ec_fail(err, EMBED_E_IO, "%s: %s", path,
                   strerror(errno)); // NOLINT(concurrency-mt-unsafe)
}

/* Reads all of an open file; NULL: errno says why. */
static char *
stream_read(FILE *in, size_t *out_size)
{
    size_t cap = 4096;
    size_t size = 0;
    char *text = malloc(cap);
    while (text != NULL) {
        size += fread(text + size, 1, cap - size - 1, in);
        if (ferror(in)) {
            free(text);
            return NULL;
        }
        if (size < cap - 1) {
            break;
        }
        cap *= 2;
        char *more = realloc(text, cap);
        if (more == NULL) {
            free(text);
        }
        text = more;
    }
    if (text != NULL) {
        text[size] = '\0';
        *out_size = size;
    }
    return text;
}

static embed_status
file_read(const char *path, char **out, size_t *out_size, ec_err *err)
{
    FILE *in = fopen(path, "re");
    if (in == NULL) {
        return file_fail(path, err);
    }
    *out = stream_read(in, out_size);
    embed_status status = *out == NULL ? file_fail(path, err) : EMBED_OK;
    (void)fclose(in);
    return status;
}

/* Reads the program from its file, in place of what there was. */
static embed_status
program_read(struct embed_plugin *plugin, ec_err *err)
{
    char *code = NULL;
    size_t size = 0;
    embed_status status = file_read(plugin->init_file, &code, &size, err);
    if (status == EMBED_OK) {
        free((void *)plugin->init_code);
        plugin->init_code = code;
        plugin->init_code_size = size;
    }
    return status;
}

embed_status
ec_source_refresh(ec_slot *slot, ec_err *err)
{
    struct embed_plugin *plugin = slot->plugin;
    bool has_file =
        (plugin->flags & EMBED_PLUGIN_SOURCE) != 0 && plugin->init_file != NULL;
    return has_file ? program_read(plugin, err) : EMBED_OK;
}

/* --- the descriptor -------------------------------------------------------*/

/* The first entry of such a plug-in. */
static void
entry_first(struct embed_externpy *fn, char *buffer)
{
    embed_plugin_start(ec_slot_of(fn)->plugin, fn, buffer);
}

static embed_status
level_read(const char *value, uint32_t *out, ec_err *err)
{
    embed_isolation level = ec_config_level_of(value, strlen(value));
    if (level == EMBED_ISOLATION_DEFAULT) {
        return ec_fail(err, EMBED_E_INVALID,
                       "isolation is own, sub or shared, not '%s'", value);
    }
    *out = (uint32_t)level;
    return EMBED_OK;
}

/* Copies the options to the descriptor. */
static embed_status
options_copy(struct embed_plugin *plugin, const char *const *options,
             ec_err *err)
{
    size_t n = 0;
    embed_status status = EMBED_OK;
    while (options != NULL && options[n] != NULL) {
        n++;
    }
    if (n % 2 != 0) {
        return ec_fail(err, EMBED_E_INVALID, "option '%s' has no value",
                       options[n - 1]);
    }
    char **copies = calloc(n + 1, sizeof(char *));
    plugin->options = (const char *const *)copies;
    if (copies == NULL) {
        return ec_fail(err, EMBED_E_NOMEM, "out of memory");
    }
    size_t used = 0;
    for (size_t i = 0; i < n && status == EMBED_OK; i += 2) {
        if (strcmp(options[i], "isolation") == 0) {
            status = level_read(options[i + 1], &plugin->isolation, err);
            continue;
        }
        status = ec_environment_check(options[i], options[i + 1], err);
        char *option = strdup(options[i]);
        char *value = strdup(options[i + 1]);
        if (option == NULL || value == NULL) {
            free(option); /* the list ends where one is missing */
            free(value);
            return ec_fail(err, EMBED_E_NOMEM, "out of memory");
        }
        copies[used++] = option;
        copies[used++] = value;
    }
    return status;
}

/* Gives the descriptor what is not made of declarations. */
static embed_status
descriptor_complete(struct embed_plugin *plugin, const opening *o, ec_err *err)
{
    plugin->entry = entry_first;
    plugin->flags = EMBED_PLUGIN_SOURCE;
    embed_status status = options_copy(plugin, o->options, err);
    if (status != EMBED_OK) {
        return status;
    }
    if (o->file != NULL) {
        plugin->init_file = strdup(o->file);
        return plugin->init_file == NULL
                   ? ec_fail(err, EMBED_E_NOMEM, "out of memory")
                   : program_read(plugin, err);
    }
    plugin->init_code_size = strlen(o->source);
    plugin->init_code = strdup(o->source);
    return plugin->init_code == NULL
               ? ec_fail(err, EMBED_E_NOMEM, "out of memory")
               : EMBED_OK;
}

static void
descriptor_free(const ec_backend *b, struct embed_plugin *plugin)
{
    for (size_t i = 0; plugin->options != NULL && plugin->options[i] != NULL;
         i++) {
        free((void *)plugin->options[i]);
    }
    free((void *)plugin->options);
    free((void *)plugin->init_file);
    free((void *)plugin->init_code);
    b->plugin_free(plugin);
}

/* --- opening --------------------------------------------------------------*/

/* Makes the extension known unless its name is taken. */
static embed_status
plugin_add(struct embed_plugin *plugin, ec_err *err)
{
    embed_status status = EMBED_OK;
    ec_mutex_lock(&ec_life_lock);
    if (ec_life_closing) {
        status = ec_fail(err, EMBED_E_CLOSED, "libembed is closed");
    } else if (ec_registry_find(plugin->name) != NULL) {
        status =
            ec_fail(err, EMBED_E_NAME,
                    "there is an extension named '%s' already", plugin->name);
    } else {
        embed_plugin_register(plugin);
        if (plugin->runtime == NULL) {
            status = ec_fail(err, EMBED_E_NOMEM, "out of memory");
        }
    }
    ec_mutex_unlock(&ec_life_lock);
    return status;
}

static embed_status
open_checked(const opening *o, ec_err *err)
{
    const ec_backend *b = NULL;
    struct embed_plugin *plugin = NULL;
    char label[128];
    embed_status status = ec_name_check(o->name, err);
    if (status == EMBED_OK) {
        status = ec_life_load(&b, err);
    }
    if (status != EMBED_OK) {
        return status;
    }
    (void)snprintf(label, sizeof label, "<declarations of '%.80s'>", o->name);
    status = b->plugin_make(o->name, o->declarations, label, &plugin, err);
    if (status != EMBED_OK) {
        return status;
    }
    status = descriptor_complete(plugin, o, err);
    if (status == EMBED_OK) {
        status = plugin_add(plugin, err);
    }
    if (status != EMBED_OK) {
        descriptor_free(b, plugin);
    }
    return status;
}

/* Opens what is asked for, unless something of it is missing, which `err` says. */
static embed_status
open_reported(const opening *o, bool is_complete, ec_err *err)
{
    int saved = errno;
    if (is_complete) {
        (void)open_checked(o, err);
    }
    embed_status status = ec_report_api(o->name == NULL ? "" : o->name, err);
    errno = saved;
    return status;
}

embed_status
embed_open_source(const char *name, const char *declarations,
                  const char *source, const char *const *options)
{
    int cancel = ec_cancel_off();
    ec_err err = EC_ERR_INIT;
    opening o = {name, declarations, source, NULL, options};
    bool is_complete = name != NULL && declarations != NULL && source != NULL;
    if (!is_complete) {
        (void)ec_fail(&err, EMBED_E_INVALID, "%s is NULL",
                      name == NULL           ? "name"
                      : declarations == NULL ? "declarations"
                                             : "source");
    }
    embed_status status = open_reported(&o, is_complete, &err);
    ec_cancel_restore(cancel);
    return status;
}

/* The stem of a path, the default name: "x/tool.py" is "tool". */
static void
stem_of(const char *path, char *out, size_t cap)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash == NULL ? path : slash + 1;
    (void)snprintf(out, cap, "%.*s", (int)strcspn(base, "."), base);
}

embed_status
embed_open_file(const char *name, const char *declarations, const char *file,
                const char *const *options)
{
    ec_err err = EC_ERR_INIT;
    char path[PATH_MAX];
    char stem[NAME_MAX + 1];
    opening o = {name, declarations, NULL, path, options};
    int saved = errno;
    int cancel = ec_cancel_off();
    bool is_complete = declarations != NULL && file != NULL;
    if (!is_complete) {
        (void)ec_fail(&err, EMBED_E_INVALID, "%s is NULL",
                      file == NULL ? "file" : "declarations");
    } else if (realpath(file, path) == NULL) {
        is_complete = false;
        (void)file_fail(file, &err);
    } else if (name == NULL) {
        stem_of(file, stem, sizeof stem);
        o.name = stem;
    }
    errno = saved;
    embed_status status = open_reported(&o, is_complete, &err);
    ec_cancel_restore(cancel);
    return status;
}

/* --- symbols --------------------------------------------------------------*/

/* The C function of an export; NULL with a reason. */
static embed_function *
symbol_find(const ec_slot *slot, const char *function, ec_err *err)
{
    const struct embed_plugin *plugin = slot->plugin;
    if (!ec_slot_fits(plugin)) {
        (void)ec_err_copy(err, &slot->why);
        return NULL;
    }
    for (int i = 0; i < plugin->context->num_globals; i++) {
        const struct embed_global *global = &plugin->context->globals[i];
        if (ec_is_export(global) && strcmp(global->name, function) == 0) {
            embed_function *function_at = NULL;
            memcpy(&function_at, &global->size_or_direct_fn,
                   sizeof function_at);
            return function_at;
        }
    }
    (void)ec_fail(err, EMBED_E_NAME, "it exports no function named '%s'",
                  function);
    return NULL;
}

embed_function *
embed_symbol(const char *name, const char *function)
{
    int saved = errno;
    ec_err err = EC_ERR_INIT;
    embed_function *address = NULL;
    const ec_slot *slot = ec_registry_named(name, &err);
    if (slot != NULL && function == NULL) {
        (void)ec_fail(&err, EMBED_E_INVALID, "function is NULL");
    } else if (slot != NULL) {
        address = symbol_find(slot, function, &err);
    }
    (void)ec_report_api(name == NULL ? "" : name, &err);
    errno = saved;
    return address;
}

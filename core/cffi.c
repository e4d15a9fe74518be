/* cffi.c - extensions whose C code CFFI itself has generated, in its branch for
 * PyPy: their descriptors are made here, out of their tables.
 *
 * Source:   CFFI's generated code; pypy/module/_cffi_backend/embedding.py has
 *           the other side of the protocol.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/cffi.h"

#include <stdlib.h>
#include <string.h>

#include "core/life.h"
#include "core/registry.h"
#include "core/report.h"

/* The version of the call that starts a module, and that of what its function
 * is told about calls. */
#define CFFI_INIT_VERSION  0xB011
#define CFFI_CALL_PROTOCOL 0x0A03

/* An extension; never freed, as a registered one never is. */
typedef struct cffi_plugin {
    struct embed_plugin plugin;
    struct embed_export *records;     /* records[plugin.num_exports] */
    void *(*tables)(const void *p[]); /* identifies it */
    struct cffi_plugin *next;
} cffi_plugin;

static ec_mutex lock = EC_MUTEX_INIT(EC_RANK_CFFI);
static cffi_plugin *first; /* guarded by: lock */

/* Where the generated code sends its calls. */
static void
call(struct embed_externpy *fn, char *buffer)
{
    embed_plugin_entry(ec_slot_of(fn)->plugin)(fn, buffer);
}

/* The first entry. */
static void
call_first(struct embed_externpy *fn, char *buffer)
{
    embed_plugin_start(ec_slot_of(fn)->plugin, fn, buffer);
}

/* Makes the list of exports out of the tables.  False when out of memory. */
static bool
exports_make(cffi_plugin *made)
{
    struct embed_plugin *plugin = &made->plugin;
    const struct embed_context *c = plugin->context;
    size_t room = (size_t)c->num_globals + 1;
    struct embed_export **list = calloc(room, sizeof(struct embed_export *));
    made->records = calloc(room, sizeof *made->records);
    plugin->exports = list;
    if (made->records == NULL || list == NULL) {
        return false;
    }
    for (int i = 0; i < c->num_globals; i++) {
        if (ec_is_export(&c->globals[i])) {
            struct embed_export *export = &made->records[plugin->num_exports];
            const struct embed_externpy *own = c->globals[i].address;
            export->externpy = *own;
            export->file = "";
            list[plugin->num_exports++] = export;
        }
    }
    return true;
}

/* Tells the records of the generated code what those of the list know. */
static void
exports_number(const struct embed_plugin *plugin)
{
    const struct embed_context *c = plugin->context;
    size_t n = 0;
    for (int i = 0; i < c->num_globals; i++) {
        if (ec_is_export(&c->globals[i])) {
            struct embed_externpy *own = c->globals[i].address;
            *own = plugin->exports[n++]->externpy;
        }
    }
}

/* Makes the descriptor; NULL when out of memory. */
static cffi_plugin *
plugin_make(const struct embed_cffi_module *module)
{
    cffi_plugin *made = calloc(1, sizeof *made);
    // NOLINTNEXTLINE(performance-no-int-to-ptr): a number in a pointer's place
    const void *p[2] = {(const void *)(uintptr_t)CFFI_CALL_PROTOCOL, NULL};
    embed_call_fn *to = call;
    memcpy(&p[1], &to, sizeof to);
    if (made == NULL) {
        return NULL;
    }
    (void)module->tables(p);
    made->tables = module->tables;
    made->plugin = (struct embed_plugin){
        .abi = EMBED_PLUGIN_ABI,
        .size = sizeof made->plugin,
        .name = module->name,
        .entry = call_first,
        .context = p[1],
        .context_version = (uint32_t)(uintptr_t)p[0],
        .init_code = module->init_code,
        .init_code_size =
            module->init_code == NULL ? 0 : strlen(module->init_code),
        .init_file = "",
        .flags = EMBED_PLUGIN_CFFI |
                 (module->init_code == NULL ? EMBED_PLUGIN_MODULE : 0u),
    };
    if (!exports_make(made)) {
        free((void *)made->plugin.exports);
        free(made->records);
        free(made);
        return NULL;
    }
    return made;
}

/* An import, which has no init code to give, may have made the descriptor before
 * the module's program came to its start. */
static void
program_add(struct embed_plugin *plugin, const char *code)
{
    bool has_none = plugin->init_code == NULL || plugin->init_code[0] == '\0';
    if (has_none && code != NULL && code[0] != '\0') {
        plugin->init_code = code;
        plugin->init_code_size = strlen(code);
        plugin->flags &= ~(uint64_t)EMBED_PLUGIN_MODULE;
    }
}

/* Returns the descriptor of a module, made and registered when there is none;
 * NULL when out of memory. */
static struct embed_plugin *
plugin_get(const struct embed_cffi_module *module)
{
    ec_mutex_lock(&lock);
    cffi_plugin *found = first;
    while (found != NULL && found->tables != module->tables) {
        found = found->next;
    }
    if (found == NULL) {
        found = plugin_make(module);
        if (found != NULL) {
            embed_plugin_register(&found->plugin);
            exports_number(&found->plugin);
            found->next = first;
            first = found;
        }
    } else {
        program_add(&found->plugin, module->init_code);
    }
    ec_mutex_unlock(&lock);
    return found == NULL ? NULL : &found->plugin;
}

int
embed_cffi_start(const char *name)
{
    (void)name;
    return 0;
}

int
embed_cffi_init(int version, const struct embed_cffi_module *module)
{
    ec_err err = EC_ERR_INIT;
    struct embed_plugin *plugin = NULL;
    if (version != CFFI_INIT_VERSION) {
        (void)ec_fail(&err, EMBED_E_ABI,
                      "'%s' was generated by a version of CFFI that is not "
                      "known (0x%x)",
                      module->name, (unsigned)version);
    } else {
        plugin = plugin_get(module);
        if (plugin == NULL) {
            (void)ec_fail(&err, EMBED_E_NOMEM, "out of memory");
        }
    }
    if (plugin == NULL) {
        (void)ec_report_api(module->name, &err);
        return -1;
    }
    return embed_plugin_ensure(plugin);
}

void *
embed_cffi_import(const struct embed_cffi_module *module)
{
    struct embed_plugin *plugin = plugin_get(module);
    return plugin == NULL ? NULL : embed_plugin_module(plugin);
}

void
ec_cffi_fork_prepare(void)
{
    ec_mutex_lock(&lock);
}

void
ec_cffi_fork_parent(void)
{
    ec_mutex_unlock(&lock);
}

void
ec_cffi_fork_child(void)
{
    ec_mutex_unlock(&lock);
    ec_mutex_reinit(&lock);
}

/* registry.c - all extensions of the process.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/registry.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "core/lock.h"

static ec_mutex lock = EC_MUTEX_INIT(EC_RANK_REGISTRY);
static ec_slot *first;               /* guarded by: lock */
static ec_slot **last_link = &first; /* guarded by: lock */
static size_t n_slots;               /* guarded by: lock */

/* Returns the file that holds the plug-in and keeps it loaded for ever: the
 * registry points into it (R16). */
static char *
library_pin(const struct embed_plugin *plugin)
{
    Dl_info info;
    if (dladdr(plugin, &info) == 0 || info.dli_fname == NULL ||
        info.dli_fname[0] == '\0') {
        return NULL;
    }
    void *handle =
        dlopen(info.dli_fname, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
    if (handle != NULL) {
        (void)dlclose(handle); /* RTLD_NODELETE stays */
    } else {
        /* The executable itself: nothing to pin. */
        (void)dlerror(); // NOLINT(concurrency-mt-unsafe): one per thread
    }
    return realpath(info.dli_fname, NULL);
}

ec_slot *
ec_registry_add(struct embed_plugin *plugin)
{
    ec_slot *slot = calloc(1, sizeof *slot);
    if (slot == NULL) {
        return NULL;
    }
    slot->plugin = plugin;
    slot->start = plugin->entry;
    bool is_source =
        ec_slot_fits(plugin) && (plugin->flags & EMBED_PLUGIN_SOURCE) != 0;
    slot->library = is_source ? plugin->init_file : library_pin(plugin);
    if (ec_slot_fits(plugin)) {
        slot->level = (embed_isolation)plugin->isolation;
    } else {
        slot->state = EMBED_STATE_FAILED;
        (void)ec_fail(&slot->why, EMBED_E_ABI,
                      "'%s' was built for plug-in ABI %u, this libembed has "
                      "%u; build it again, or install the libembed it needs",
                      plugin->name, (unsigned)plugin->abi, EMBED_PLUGIN_ABI);
    }
    ec_cond_init(&slot->changed);
    ec_mutex_lock(&lock);
    slot->index = n_slots++;
    *last_link = slot;
    last_link = &slot->next;
    ec_mutex_unlock(&lock);
    return slot;
}

ec_slot *
ec_registry_find(const char *name)
{
    ec_mutex_lock(&lock);
    ec_slot *slot = first;
    while (slot != NULL && strcmp(slot->plugin->name, name) != 0) {
        slot = slot->next;
    }
    ec_mutex_unlock(&lock);
    return slot;
}

ec_slot *
ec_registry_named(const char *name, ec_err *err)
{
    if (name == NULL) {
        (void)ec_fail(err, EMBED_E_INVALID, "name is NULL");
        return NULL;
    }
    ec_slot *slot = ec_registry_find(name);
    if (slot == NULL) {
        (void)ec_fail(err, EMBED_E_NAME,
                      "no extension named '%s' is loaded in this process",
                      name);
    }
    return slot;
}

size_t
ec_registry_all(ec_slot **out, size_t cap)
{
    ec_mutex_lock(&lock);
    size_t n = n_slots;
    size_t i = 0;
    for (ec_slot *slot = first; slot != NULL && i < cap; slot = slot->next) {
        out[i++] = slot;
    }
    ec_mutex_unlock(&lock);
    return n;
}

ec_slot *
ec_registry_next(const ec_slot *slot)
{
    ec_mutex_lock(&lock);
    ec_slot *next = slot == NULL ? first : slot->next;
    ec_mutex_unlock(&lock);
    return next;
}

ec_slot **
ec_registry_snapshot(size_t *out_n)
{
    size_t cap = ec_registry_all(NULL, 0);
    *out_n = 0;
    if (cap == 0) {
        return NULL;
    }
    ec_slot **all = calloc(cap, sizeof(ec_slot *));
    if (all != NULL) {
        size_t n = ec_registry_all(all, cap);
        *out_n = n < cap ? n : cap;
    }
    return all;
}

void
ec_registry_walk(void (*fn)(ec_slot *slot, void *arg), void *arg)
{
    ec_mutex_lock(&lock);
    for (ec_slot *slot = first; slot != NULL; slot = slot->next) {
        fn(slot, arg);
    }
    ec_mutex_unlock(&lock);
}

void
ec_registry_fork_prepare(void)
{
    ec_mutex_lock(&lock);
}

void
ec_registry_fork_parent(void)
{
    ec_mutex_unlock(&lock);
}

void
ec_registry_fork_child(void)
{
    ec_mutex_unlock(&lock);
    ec_mutex_reinit(&lock);
}

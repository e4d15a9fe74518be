/* route.c - what generated C calls: registration and the first entry.
 *
 * SPDX-License-Identifier: MIT
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/life.h"
#include "core/lock.h"
#include "core/python.h"
#include "core/registry.h"
#include "core/replaced.h"
#include "core/report.h"

/* The entry of a plug-in that does not fit this library.  Only what keeps its
 * place in every ABI version is used. */
static void
entry_refused(struct embed_externpy *fn, char *buffer)
{
    ec_err err = EC_ERR_INIT;
    (void)ec_fail(&err, EMBED_E_ABI,
                  "the plug-in was built for another version of libembed; "
                  "build it again");
    ec_report_fail(fn, buffer, &err);
    ec_err_clear(&err);
}

/* The entry when there was no memory to register the plug-in. */
static void
entry_no_memory(struct embed_externpy *fn, char *buffer)
{
    ec_err err = EC_ERR_INIT;
    (void)ec_fail(&err, EMBED_E_NOMEM, "out of memory");
    ec_report_fail(fn, buffer, &err);
    ec_err_clear(&err);
}

void
embed_plugin_register(struct embed_plugin *plugin)
{
    int saved = errno;
    if (!ec_slot_fits(plugin)) {
        plugin->entry = entry_refused;
    }
    ec_slot *slot = ec_registry_add(plugin);
    if (slot == NULL) {
        plugin->entry = entry_no_memory;
    } else if (ec_slot_fits(plugin)) {
        plugin->runtime = slot;
        for (size_t i = 0; i < plugin->num_exports; i++) {
            plugin->exports[i]->externpy.reserved1 = slot;
            /* A number in a pointer's place. */
            plugin->exports[i]->externpy.reserved2 =
                (void *)(uintptr_t)i; // NOLINT(performance-no-int-to-ptr)
        }
        if (ec_replaced_find(slot)) {
            ec_life_guard();
        }
    }
    errno = saved;
}

void
embed_plugin_start(struct embed_plugin *plugin, struct embed_externpy *fn,
                   char *buffer)
{
    int saved = errno;
    ec_err err = EC_ERR_INIT;
    ec_slot *slot = plugin->runtime;
    if (slot == NULL && ec_slot_fits(plugin) &&
        ec_replaced_forward_early(plugin, fn, buffer)) {
        return;
    }
    if (ec_life_is_refused(fn)) {
        ec_report_inside(fn, buffer);
        return;
    }
    int cancel = ec_cancel_off();
    embed_status status = slot != NULL
                              ? ec_life_ready(slot, &err)
                              : ec_fail(&err, EMBED_E_STATE,
                                        "its library is not initialised yet");
    errno = saved;
    if (slot != NULL && status == EMBED_OK) {
        const ec_backend *b = ec_life_backend();
        embed_call_fn *entry = embed_plugin_entry(plugin);
        /* While it is created, there is no other than this one. */
        (entry == slot->start ? ec_life_entry(b, false) : entry)(fn, buffer);
    } else if (status != EMBED_E_CLOSED || !ec_replaced_forward(fn, buffer)) {
        ec_report_fail(fn, buffer, &err);
    }
    ec_err_clear(&err);
    ec_cancel_restore(cancel);
}

void
embed_plugin_returned(const struct embed_externpy *fn)
{
    (void)fprintf(
        stderr,
        "libembed: function %s() is declared to never return, but its "
        "Python code has, or failed; the process is ended\n",
        fn->name);
    abort();
}

void *
embed_plugin_module(struct embed_plugin *plugin)
{
    int cancel = ec_cancel_off();
    ec_err err = EC_ERR_INIT;
    void *module = NULL;
    ec_slot *slot = ec_slot_fits(plugin) ? plugin->runtime : NULL;
    if (!ec_slot_fits(plugin)) {
        (void)ec_fail(&err, EMBED_E_ABI,
                      "the library was built for another version of libembed; "
                      "build it again");
    } else if (slot == NULL) {
        (void)ec_fail(&err, EMBED_E_NOMEM, "out of memory");
    } else {
        (void)ec_life_module(slot, &module, &err);
    }
    if (err.status != EMBED_OK) {
        ec_err_prefix(&err, "%s: ", plugin->name);
        ec_python_raise(err.text);
    }
    ec_err_clear(&err);
    ec_cancel_restore(cancel);
    return module;
}

int
embed_plugin_ensure(struct embed_plugin *plugin)
{
    int saved = errno;
    int cancel = ec_cancel_off();
    ec_err err = EC_ERR_INIT;
    ec_slot *slot = plugin->runtime;
    if (slot != NULL) {
        (void)ec_life_ready(slot, &err);
    } else {
        (void)ec_fail(&err, EMBED_E_ABI, "the plug-in is not registered");
    }
    embed_status status = ec_report_api(plugin->name, &err);
    ec_cancel_restore(cancel);
    errno = saved;
    return status == EMBED_OK ? 0 : -1;
}

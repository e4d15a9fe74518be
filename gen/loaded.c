/* loaded.c - a library of extensions, loaded by the command to look at it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "gen/loaded.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

/* More than anybody has in one library. */
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

embed_status
eg_loaded_open(const char *path, eg_loaded *out, eg_report *report)
{
    char absolute[PATH_MAX];
    if (realpath(path, absolute) == NULL) {
        eg_report_error(report, "%s: %s", path, ec_errno_text(errno));
        return EMBED_E_INVALID;
    }
    *out = (eg_loaded){dlopen(absolute, RTLD_NOW | RTLD_LOCAL), plugins,
                       n_plugins};
    if (out->handle == NULL) {
        eg_report_error(report, "%s",
                        dlerror()); // NOLINT(concurrency-mt-unsafe)
        return EMBED_E_INVALID;
    }
    out->n = n_plugins;
    if (n_plugins == 0) {
        eg_report_error(report,
                        "%s: no extension of libembed is in it that makes "
                        "itself known when it is loaded",
                        path);
        return EMBED_E_INVALID;
    }
    for (size_t i = 0; i < n_plugins; i++) {
        if (plugins[i]->abi != EMBED_PLUGIN_ABI ||
            plugins[i]->size != sizeof *plugins[i]) {
            eg_report_error(report, "%s: %s: made for ABI %u, this is %u", path,
                            plugins[i]->name, (unsigned)plugins[i]->abi,
                            EMBED_PLUGIN_ABI);
            return EMBED_E_INVALID;
        }
    }
    return EMBED_OK;
}

/* embed_lib.c - libembed itself, loaded by the command.
 *
 * SPDX-License-Identifier: MIT
 */
#include "gen/embed_lib.h"

#include <dlfcn.h>
#include <string.h>

#include "gen/paths.h"

embed_status
eg_embed_load(eg_embed *out, ec_err *err)
{
    const struct {
        const char *name;
        void *out_fn; /* a function pointer */
    } wanted[] = {
        {"embed_plugin_register", &out->plugin_register},
        {"embed_last_error", &out->last_error},
        {"embed_clear_error", &out->clear_error},
        {"embed_start", &out->start},
        {"embed_lookup", &out->lookup},
        {"embed_open_source", &out->open_source},
        {"embed_symbol", &out->symbol},
        {"embed_reload", &out->reload},
    };
    eg_text path = EG_TEXT_INIT;
    embed_status status = eg_paths_lib(&path, err);
    if (status == EMBED_OK) {
        eg_text_puts(&path, "/libembed.so.0");
        void *handle = dlopen(eg_text_string(&path), RTLD_NOW | RTLD_GLOBAL);
        for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
            void *address =
                handle == NULL ? NULL : dlsym(handle, wanted[i].name);
            if (address == NULL) {
                status = ec_fail(err, EMBED_E_IO, "%s",
                                 dlerror()); // NOLINT(concurrency-mt-unsafe)
                break;
            }
            memcpy(wanted[i].out_fn, &address, sizeof address);
        }
    }
    eg_text_fini(&path);
    return status;
}

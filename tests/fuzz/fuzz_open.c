/* fuzz_open.c - declarations of embed_open_source(): a descriptor with a function for
 * each export, or a reason.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/name.h"
#include "core/types/cplugin.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct embed_plugin *plugin = NULL;
    ec_err err = EC_ERR_INIT;
    char *text = malloc(size + 1); /* exact, so that reading on is seen */

    if (text == NULL) {
        return 0;
    }
    if (size > 0) {
        (void)memcpy(text, data, size);
    }
    text[size] = '\0';
    (void)ec_name_check(text, &err);
    embed_status status = ec_plugin_make("fuzz", text, "fuzz.h", &plugin, &err);
    if (status == EMBED_OK) {
        for (size_t i = 0; i < plugin->num_exports; i++) {
            if (plugin->exports[i] == NULL ||
                plugin->exports[i]->externpy.name[0] == '\0') {
                abort();
            }
        }
        ec_plugin_free(plugin);
    } else if (err.text[0] == '\0') {
        abort(); /* refused without a reason */
    }
    ec_err_clear(&err);
    free(text);
    return 0;
}

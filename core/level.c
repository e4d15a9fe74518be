/* level.c - how isolated an extension is.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/level.h"

#include "core/config.h"
#include "core/log.h"

embed_status
ec_level_choose(ec_slot *slot, const ec_backend *b, ec_err *err)
{
    const struct embed_plugin *plugin = slot->plugin;
    embed_isolation built = (embed_isolation)plugin->isolation;
    int host = atomic_load(&slot->asked);
    embed_isolation asked = ec_config_level(
        plugin->name,
        host != EMBED_ISOLATION_DEFAULT ? (embed_isolation)host : built);
    slot->level = b->is_shared_only ? EMBED_ISOLATION_SHARED : asked;
    if (built == EMBED_ISOLATION_DEFAULT) {
        built = EMBED_ISOLATION_OWN;
    }
    /* More sharing is a larger number. */
    if ((plugin->flags & EMBED_PLUGIN_STRICT) != 0 && slot->level > built) {
        return ec_fail(err, EMBED_E_INIT,
                       "it was built with --isolation %s --strict, and %s",
                       ec_config_level_name(built),
                       asked > built ? "the host, EMBED_ISOLATION or "
                                       "EMBED_SHARED_INTERP asks for less"
                                     : "this Python has one interpreter for "
                                       "all extensions");
    }
    if (slot->level != asked) {
        ec_log(EC_LOG_WARNING, plugin->name,
               "level %s instead of %s: this Python (%s) has one interpreter "
               "for all extensions",
               ec_config_level_name(slot->level), ec_config_level_name(asked),
               b->name);
    }
    return EMBED_OK;
}

/* level.c - how isolated an extension is.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/level.h"

#include <stdio.h>

#include "core/config.h"
#include "core/log.h"

/* Longest text of a notice. */
#define LINE_SIZE 256

/* Says that a level is not to be had: on stderr where somebody has asked for it
 * or has not chosen this Python, else in the log. */
static void
less_say(const ec_slot *slot, const ec_backend *b, embed_isolation asked,
         bool is_notice)
{
    char text[LINE_SIZE];
    (void)snprintf(text, sizeof text,
                   "level %s instead of %s: this Python (%s) has one "
                   "interpreter for all extensions",
                   ec_config_level_name(slot->level),
                   ec_config_level_name(asked), b->name);
    if (is_notice) {
        ec_notice(slot->plugin->name, "%s", text);
    } else {
        ec_log(EC_LOG_WARNING, slot->plugin->name, "%s", text);
    }
}

embed_status
ec_level_choose(ec_slot *slot, const ec_backend *b, const ec_python *python,
                ec_err *err)
{
    const struct embed_plugin *plugin = slot->plugin;
    embed_isolation built = (embed_isolation)plugin->isolation;
    int host = atomic_load(&slot->asked);
    embed_isolation told =
        host != EMBED_ISOLATION_DEFAULT ? (embed_isolation)host : built;
    ec_config_check();
    embed_isolation asked = ec_config_level(plugin->name, told);
    /* Asked by somebody, not a default. */
    bool is_asked =
        told != EMBED_ISOLATION_DEFAULT ||
        ec_config_level(plugin->name, EMBED_ISOLATION_SHARED) == asked;
    slot->level = b->is_shared_only ? EMBED_ISOLATION_SHARED : asked;
    if (built == EMBED_ISOLATION_DEFAULT) {
        built = EMBED_ISOLATION_OWN;
    }
    bool is_strict = (plugin->flags & EMBED_PLUGIN_STRICT) != 0;
    if (is_strict && python->is_other) {
        return ec_fail(err, EMBED_E_INIT,
                       "it was built with --strict, and EMBED_PYTHON asks for "
                       "another Python than the one that runs in this process");
    }
    /* More sharing is a larger number. */
    if (is_strict && slot->level > built) {
        return ec_fail(err, EMBED_E_INIT,
                       "it was built with --isolation %s --strict, and %s",
                       ec_config_level_name(built),
                       asked > built ? "the host, EMBED_ISOLATION or "
                                       "EMBED_SHARED_INTERP asks for less"
                                     : "this Python has one interpreter for "
                                       "all extensions");
    }
    if (slot->level != asked) {
        less_say(slot, b, asked, is_asked || python->is_fallback);
    }
    return EMBED_OK;
}

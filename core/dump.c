/* dump.c - embed_dump(): what there is and what runs, as text.
 *
 * SPDX-License-Identifier: MIT
 */
#include <errno.h>
#include <stdio.h>

#include "core/config.h"
#include "core/life.h"
#include "core/life_int.h"
#include "core/lock.h"
#include "core/registry.h"
#include "core/version.h"

static const char *
state_name(embed_state state)
{
    static const char *const names[] = {
        "not started", "being created", "ready", "draining",
        "parked",      "failed",        "closed"};
    return (size_t)state < sizeof names / sizeof names[0] ? names[state] : "?";
}

/* Prints what core knows of an extension. */
static void
slot_print(ec_slot *slot, FILE *out)
{
    embed_info info = EMBED_INFO_INIT;
    ec_life_info(slot, &info);
    ec_mutex_lock(&ec_life_lock);
    long creator = slot->creator == NULL ? 0 : slot->creator->tid;
    unsigned waiting = slot->n_waiting;
    bool is_reloading = slot->reloader != NULL;
    ec_mutex_unlock(&ec_life_lock);
    (void)fprintf(out, "%s: %s, level %s", info.name, state_name(info.state),
                  ec_config_level_name(info.isolation));
    if (info.interp_id >= 0) {
        (void)fprintf(out, ", interpreter %lld", (long long)info.interp_id);
    }
    (void)fprintf(out, ", %s\n", info.library == NULL ? "?" : info.library);
    if (creator != 0) {
        (void)fprintf(out, "  created by thread %ld\n", creator);
    }
    if (waiting != 0) {
        (void)fprintf(out, "  %u thread%s waiting for that\n", waiting,
                      waiting == 1 ? "" : "s");
    }
    if (is_reloading) {
        (void)fprintf(out, "  being reloaded\n");
    }
}

void
embed_dump(FILE *out)
{
    int saved = errno;
    int cancel = ec_cancel_off();
    const ec_backend *b = ec_life_backend();
    size_t n = ec_registry_all(NULL, 0);
    out = out == NULL ? stderr : out;
    (void)fprintf(out, "libembed " EC_VERSION ", %s, %zu extension%s\n",
                  b == NULL ? "no Python yet" : b->name, n, n == 1 ? "" : "s");
    void *outer = b == NULL ? NULL : b->detach();
    ec_slot *slot = NULL;
    while ((slot = ec_registry_next(slot)) != NULL) {
        slot_print(slot, out);
        void *inst = atomic_load(&slot->inst);
        if (b != NULL && b->dump != NULL && inst != NULL) {
            b->dump(inst, out);
        }
    }
    if (b != NULL) {
        b->attach(outer);
    }
    (void)fflush(out);
    ec_cancel_restore(cancel);
    errno = saved;
}

/* attached.c - which exports have Python code, and which must.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/attached.h"

#include <stdio.h>
#include <string.h>

/* Room for names in a message. */
#define NAMES_SIZE 256

bool
ec_attached_has(const ec_backend *b, void *inst, size_t i)
{
    const ec_flag *flags = b == NULL || b->attached == NULL || inst == NULL
                               ? NULL
                               : b->attached(inst);
    return flags != NULL &&
           atomic_load_explicit(&flags[i], memory_order_relaxed) != 0;
}

size_t
ec_attached_count(const ec_slot *slot, const ec_backend *b, void *inst)
{
    size_t n = 0;
    for (size_t i = 0; i < slot->plugin->num_exports; i++) {
        n += ec_attached_has(b, inst, i);
    }
    return n;
}

/* Appends the name of an export where there is room, else counts it. */
static void
name_add(const struct embed_export *export, char *names, size_t *n_more)
{
    const char *dot = strrchr(export->externpy.name, '.');
    const char *name = dot == NULL ? export->externpy.name : dot + 1;
    size_t used = strlen(names);
    if (used + strlen(name) + sizeof ", " <= NAMES_SIZE) {
        (void)snprintf(names + used, NAMES_SIZE - used, "%s%s",
                       used == 0 ? "" : ", ", name);
    } else {
        ++*n_more;
    }
}

embed_status
ec_attached_check(const ec_slot *slot, const ec_backend *b, void *inst,
                  void *old, ec_err *err)
{
    int required = atomic_load(&slot->required);
    bool is_all = required == EMBED_REQUIRED_ALL;
    char names[NAMES_SIZE] = "";
    char more[32] = "";
    size_t n_more = 0;
    if (b->attached == NULL || required == EMBED_REQUIRED_NONE) {
        return EMBED_OK;
    }
    for (size_t i = 0; i < slot->plugin->num_exports; i++) {
        if (!ec_attached_has(b, inst, i) &&
            (is_all || ec_attached_has(b, old, i))) {
            name_add(slot->plugin->exports[i], names, &n_more);
        }
    }
    if (n_more > 0) {
        (void)snprintf(more, sizeof more, " and %zu more", n_more);
    }
    return names[0] == '\0' && n_more == 0
               ? EMBED_OK
               : ec_fail(err, EMBED_E_UNATTACHED,
                         "the init code has attached no code to %s%s%s", names,
                         more, is_all ? "" : ", which has code now");
}

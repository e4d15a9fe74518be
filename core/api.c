/* api.c - the functions of embed.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "embed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/life.h"
#include "core/registry.h"
#include "core/report.h"
#include "core/version.h"

const char *
embed_version(void)
{
    return EC_VERSION;
}

embed_status
embed_lookup(const char *name, embed_info *info)
{
    ec_err err = EC_ERR_INIT;
    ec_slot *slot = NULL;
    if (info == NULL || info->size == 0) {
        (void)ec_fail(&err, EMBED_E_INVALID,
                      "info is NULL or its size is not set");
    } else {
        slot = ec_registry_named(name, &err);
    }
    if (slot != NULL) {
        ec_life_info(slot, info);
    }
    return ec_report_api(name == NULL ? "" : name, &err);
}

static int
slot_compare(const void *a, const void *b)
{
    const ec_slot *x = *(ec_slot *const *)a;
    const ec_slot *y = *(ec_slot *const *)b;
    int order = strcmp(x->plugin->name, y->plugin->name);
    return order != 0 ? order : (x->index > y->index) - (x->index < y->index);
}

size_t
embed_list(embed_info *infos, size_t cap)
{
    size_t n = 0;
    ec_slot **all = ec_registry_snapshot(&n);
    if (all == NULL) {
        return ec_registry_all(NULL, 0);
    }
    qsort(all, n, sizeof(ec_slot *), slot_compare);
    for (size_t i = 0; infos != NULL && i < n && i < cap; i++) {
        ec_life_info(all[i], &infos[i]);
    }
    free(all);
    return n;
}

const embed_error *
embed_last_error(void)
{
    return ec_report_last();
}

void
embed_clear_error(void)
{
    ec_report_clear();
}

void
embed_set_error_hook(embed_error_hook *hook, void *arg)
{
    ec_report_set_hook(hook, arg);
}

embed_status
embed_thread_release(void)
{
    int saved = errno;
    ec_err err = EC_ERR_INIT;
    const ec_backend *backend = ec_life_backend();
    if (backend != NULL) {
        (void)backend->thread_release(&err);
    }
    embed_status status = ec_report_api("", &err);
    errno = saved;
    return status;
}

embed_status
embed_shutdown(int timeout_ms)
{
    int saved = errno;
    ec_err err = EC_ERR_INIT;
    (void)ec_life_shutdown(timeout_ms, &err);
    embed_status status = ec_report_api("", &err);
    errno = saved;
    return status;
}

/* api.c - the functions of embed.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "embed.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/attached.h"
#include "core/life.h"
#include "core/lock.h"
#include "core/registry.h"
#include "core/report.h"
#include "core/sized.h"
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
    if (info == NULL || !ec_sized_is_set(info->size)) {
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

/* Fills what is known of export number i. */
static embed_status
export_info(const ec_slot *slot, size_t i, embed_export_info *info, ec_err *err)
{
    if (!ec_slot_fits(slot->plugin) || i >= slot->plugin->num_exports) {
        return ec_fail(err, EMBED_E_NAME, "there is no export %zu", i);
    }
    const char *name = slot->plugin->exports[i]->externpy.name;
    const char *dot = strrchr(name, '.');
    void *inst = atomic_load_explicit(&slot->inst, memory_order_acquire);
    embed_export_info full = {.name = dot == NULL ? name : dot + 1,
                              .is_attached =
                                  ec_attached_has(ec_life_backend(), inst, i)};
    ec_sized_fill(info, info->size, &full, sizeof full);
    return EMBED_OK;
}

embed_status
embed_lookup_export(const char *name, size_t i, embed_export_info *info)
{
    ec_err err = EC_ERR_INIT;
    const ec_slot *slot = NULL;
    if (info == NULL || !ec_sized_is_set(info->size)) {
        (void)ec_fail(&err, EMBED_E_INVALID,
                      "info is NULL or its size is not set");
    } else {
        slot = ec_registry_named(name, &err);
    }
    if (slot != NULL) {
        (void)export_info(slot, i, info, &err);
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

/* Where the caller's array has its element i: the first one's `size` is how
 * far they are apart. */
static embed_info *
info_at(embed_info *infos, size_t size, size_t i)
{
    return (embed_info *)((char *)infos + i * size);
}

/* Do all say that they are as large as the first?  With another distance what
 * is read here is no size, mostly. */
static embed_status
infos_check(embed_info *infos, size_t n, ec_err *err)
{
    size_t size = n == 0 ? 0 : infos[0].size;
    bool ok = n == 0 || (ec_sized_is_set(size) && size % sizeof size == 0);
    for (size_t i = 1; ok && i < n; i++) {
        size_t other = 0;
        memcpy(&other, info_at(infos, size, i), sizeof other);
        ok = other == size;
    }
    return ok ? EMBED_OK
              : ec_fail(err, EMBED_E_INVALID,
                        "the size of each element must be set before each "
                        "call, to sizeof(embed_info)");
}

size_t
embed_list(embed_info *infos, size_t cap)
{
    int saved = errno;
    ec_err err = EC_ERR_INIT;
    size_t n = 0;
    ec_slot **all = ec_registry_snapshot(&n);
    if (all == NULL) {
        n = ec_registry_all(NULL, 0);
    }
    size_t n_out = infos == NULL ? 0 : n < cap ? n : cap;
    if (all == NULL && n_out > 0) {
        (void)ec_fail(&err, EMBED_E_NOMEM, "out of memory");
    } else if (n_out > 0 && infos_check(infos, n_out, &err) == EMBED_OK) {
        size_t size = infos[0].size;
        qsort(all, n, sizeof(ec_slot *), slot_compare);
        for (size_t i = 0; i < n_out; i++) {
            ec_life_info(all[i], info_at(infos, size, i));
        }
    }
    free(all);
    (void)ec_report_api("", &err);
    errno = saved;
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
    int cancel = ec_cancel_off();
    ec_err err = EC_ERR_INIT;
    const ec_backend *backend = ec_life_backend();
    if (backend != NULL) {
        (void)backend->thread_release(&err);
    }
    embed_status status = ec_report_api("", &err);
    ec_cancel_restore(cancel);
    errno = saved;
    return status;
}

embed_status
embed_shutdown(int timeout_ms)
{
    int saved = errno;
    int cancel = ec_cancel_off();
    ec_err err = EC_ERR_INIT;
    (void)ec_life_shutdown(timeout_ms, &err);
    embed_status status = ec_report_api("", &err);
    ec_cancel_restore(cancel);
    errno = saved;
    return status;
}

/* pending.c - C functions that are called inside an extension.
 *
 * CPython's own pending calls are for the main interpreter only.  A thread that
 * takes the GIL gets it at a safe point of the thread that has it: so the
 * functions are called by a thread of ours, one for each instance that has any,
 * as long as it has.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/pending.h"

#include <stdlib.h>

#include "core/helper.h"
#include "subinterp/cpython/thread.h"

struct es_pending {
    embed_pending_fn *fn;
    void *arg;
    es_pending *next;
};

/* Takes all there is; NULL: nothing, and the thread has to end. */
static es_pending *
pending_take(es_inst *inst)
{
    ec_mutex_lock(&es_threads_lock);
    es_pending *first = inst->pending;
    inst->pending = NULL;
    inst->has_worker = first != NULL;
    ec_mutex_unlock(&es_threads_lock);
    return first;
}

static void
worker(void *arg)
{
    es_inst *inst = arg;
    for (es_pending *at = pending_take(inst); at != NULL;
         at = at == NULL ? pending_take(inst) : at) {
        es_entry entry;
        ec_err ignored = EC_ERR_INIT;
        bool is_inside = es_enter_slow(inst, &entry, &ignored) == EMBED_OK;
        if (is_inside) {
            at->fn(at->arg);
            es_leave(&entry);
        }
        ec_err_clear(&ignored);
        es_pending *next = at->next;
        free(at);
        at = next;
    }
}

embed_status
es_call_pending(void *arg, embed_pending_fn *fn, void *fn_arg, ec_err *err)
{
    es_inst *inst = arg;
    es_pending *fresh = calloc(1, sizeof *fresh);
    const char *why = "out of memory";
    bool is_good = fresh != NULL;
    if (is_good) {
        *fresh = (es_pending){fn, fn_arg, NULL};
        ec_mutex_lock(&es_threads_lock);
        if (!inst->has_worker) {
            inst->has_worker =
                ec_helper_start("embed-pending", worker, inst) == 0;
            is_good = inst->has_worker;
            why = "no thread can be started for it";
        }
        if (is_good) {
            es_pending **link = &inst->pending;
            while (*link != NULL) {
                link = &(*link)->next;
            }
            *link = fresh;
        }
        ec_mutex_unlock(&es_threads_lock);
    }
    if (!is_good) {
        free(fresh);
        return ec_fail(err, EMBED_E_NOMEM, "%s", why);
    }
    return EMBED_OK;
}

void
es_pending_after_fork(es_inst *inst)
{
    while (inst->pending != NULL) {
        es_pending *next = inst->pending->next;
        free(inst->pending);
        inst->pending = next;
    }
    inst->has_worker = false;
}

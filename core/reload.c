/* reload.c - ends one extension or all, or replaces an interpreter.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/life.h"

#include "core/config.h"
#include "core/life_int.h"
#include "core/log.h"
#include "core/registry.h"

#define NS_PER_MS UINT64_C(1000000)

/* The time `timeout_ms` from now; negative: the default. */
static uint64_t
deadline_after(int timeout_ms)
{
    int ms = timeout_ms < 0 ? ec_config_exit_timeout_ms() : timeout_ms;
    return ec_now_ns() + (uint64_t)ms * NS_PER_MS;
}

/* Ends one extension that is out of service. */
static embed_status
slot_retire(ec_slot *slot, void *inst, uint64_t deadline_ns, ec_err *err)
{
    bool parked = false;
    embed_status status =
        ec_life_backend()->retire(inst, true, deadline_ns, &parked, err);
    ec_mutex_lock(&ec_life_lock);
    slot->state = parked ? EMBED_STATE_PARKED : EMBED_STATE_CLOSED;
    (void)pthread_cond_broadcast(&slot->changed);
    ec_mutex_unlock(&ec_life_lock);
    if (status == EMBED_OK) {
        ec_log(EC_LOG_INFO, slot->plugin->name, "closed%s",
               parked ? "; its interpreter is kept, unused" : "");
    } else {
        ec_log(EC_LOG_WARNING, slot->plugin->name, "not closed in time: %s",
               err->text);
    }
    return status;
}

/* What shares its interpreter cannot leave it: others' exit handlers and
 * modules are in the same. */
static embed_status
sharing_refuse(const ec_slot *slot, const ec_backend *b, ec_err *err)
{
    ec_mutex_lock(&ec_life_lock);
    bool is_sharing =
        slot->state == EMBED_STATE_READY &&
        (b->is_shared_only || slot->level == EMBED_ISOLATION_SHARED);
    ec_mutex_unlock(&ec_life_lock);
    return is_sharing ? ec_fail(err, EMBED_E_STATE,
                                "it shares its interpreter, which stays")
                      : EMBED_OK;
}

embed_status
ec_life_unload(ec_slot *slot, int timeout_ms, ec_err *err)
{
    const ec_backend *b = ec_life_backend();
    uint64_t deadline = deadline_after(timeout_ms);
    void *inst = NULL;
    /* Refuses inside a call: that one could never drain. */
    embed_status status = b == NULL ? EMBED_OK : b->thread_release(err);
    if (status == EMBED_OK && b != NULL) {
        status = sharing_refuse(slot, b, err);
    }
    if (status == EMBED_OK) {
        status = ec_life_slot_close(slot, deadline, &inst, err);
    }
    if (status != EMBED_OK) {
        return status;
    }
    return inst == NULL ? ec_fail(err, EMBED_E_STATE, "it is not running")
                        : slot_retire(slot, inst, deadline, err);
}

/* Takes an extension out of service, or ends it if it is. */
static embed_status
slot_end(ec_slot *slot, bool closes, uint64_t deadline_ns, ec_err *err)
{
    void *inst = NULL;
    if (closes) {
        embed_status status = ec_life_slot_close(slot, deadline_ns, &inst, err);
        if (inst != NULL) {
            atomic_store(&slot->ending, inst);
        }
        return status;
    }
    inst = atomic_exchange(&slot->ending, NULL);
    return inst == NULL ? EMBED_OK : slot_retire(slot, inst, deadline_ns, err);
}

/* Ends all extensions.  First all go out of service: those that share an
 * interpreter would keep each other's busy.  The first failure counts. */
static embed_status
slots_end(uint64_t deadline_ns, ec_err *err)
{
    embed_status status = EMBED_OK;
    for (int pass = 0; pass < 2; pass++) {
        ec_slot *slot = NULL;
        while ((slot = ec_registry_next(slot)) != NULL) {
            ec_err why = EC_ERR_INIT;
            embed_status one = slot_end(slot, pass == 0, deadline_ns, &why);
            if (status == EMBED_OK && one != EMBED_OK) {
                status = ec_err_copy(err, &why);
            }
            ec_err_clear(&why);
        }
    }
    return status;
}

embed_status
ec_life_shutdown(int timeout_ms, ec_err *err)
{
    uint64_t deadline = deadline_after(timeout_ms);
    const ec_backend *b = ec_life_backend();
    embed_status status = EMBED_OK;
    if (b != NULL) {
        /* Refuses inside a call: that one could never drain. */
        status = b->thread_release(err);
    }
    if (status != EMBED_OK) {
        return status;
    }
    ec_mutex_lock(&ec_life_lock);
    ec_life_closing = true;
    ec_mutex_unlock(&ec_life_lock);
    if (b != NULL) {
        void *outer = b->detach();
        status = slots_end(deadline, err);
        b->attach(outer);
    }
    return status;
}

/* Waits for its turn to replace the instance.
 * @param out_old  what is to be replaced; NULL: it is not running */
static embed_status
reload_claim(ec_slot *slot, void **out_old, ec_err *err)
{
    embed_status status = EMBED_OK;
    *out_old = NULL;
    ec_mutex_lock(&ec_life_lock);
    while (slot->reloader != NULL && slot->reloader != &ec_life_self) {
        (void)ec_cond_wait(&slot->changed, &ec_life_lock, UINT64_MAX);
    }
    if (slot->reloader == &ec_life_self) {
        status = ec_fail(err, EMBED_E_STATE, "this thread is reloading it");
    } else if (slot->state == EMBED_STATE_READY) {
        *out_old = atomic_load(&slot->inst);
        slot->reloader = &ec_life_self;
        ec_life_self_watch();
    }
    ec_mutex_unlock(&ec_life_lock);
    return status;
}

/* Puts the new instance in place, unless the extension was closed meanwhile. */
static bool
reload_settle(ec_slot *slot, void *old, bool ok)
{
    ec_mutex_lock(&ec_life_lock);
    void *inst = atomic_load(&slot->pending);
    ok = ok && slot->state == EMBED_STATE_READY && !ec_life_closing &&
         atomic_load(&slot->inst) == old;
    if (ok) {
        atomic_store(&slot->inst, inst);
    }
    atomic_store(&slot->pending, NULL);
    slot->reloader = NULL;
    (void)pthread_cond_broadcast(&slot->changed);
    ec_mutex_unlock(&ec_life_lock);
    return ok;
}

/* Replaces the instance `old`. */
static embed_status
reload(ec_slot *slot, const ec_backend *b, void *old, uint64_t deadline_ns,
       ec_err *err)
{
    embed_status status = ec_life_create(slot, b, &slot->pending, old, err);
    void *inst = atomic_load(&slot->pending);
    bool parked = false;
    if (!reload_settle(slot, old, status == EMBED_OK)) {
        if (status == EMBED_OK) {
            (void)b->retire(inst, false, ec_now_ns(), &parked, err);
            ec_err_clear(err);
            status = ec_fail(err, EMBED_E_CLOSED, "it was closed meanwhile");
        }
        ec_log(EC_LOG_ERROR, slot->plugin->name, "not reloaded: %s", err->text);
        return status;
    }
    status = b->retire(old, true, deadline_ns, &parked, err);
    ec_log(EC_LOG_INFO, slot->plugin->name, "reloaded%s",
           parked ? "; its old interpreter is kept, unused" : "");
    return status;
}

embed_status
ec_life_reload(ec_slot *slot, int timeout_ms, ec_err *err)
{
    const ec_backend *b = ec_life_backend();
    uint64_t deadline = deadline_after(timeout_ms);
    void *old = NULL;
    embed_status status = b == NULL ? EMBED_OK : b->thread_release(err);
    if (status == EMBED_OK && b != NULL) {
        status = sharing_refuse(slot, b, err);
    }
    if (status == EMBED_OK && b != NULL) {
        status = reload_claim(slot, &old, err);
    }
    if (status != EMBED_OK) {
        return status;
    }
    return old == NULL ? ec_life_retry(slot, err)
                       : reload(slot, b, old, deadline, err);
}

void
ec_life_lose_creations(void)
{
    ec_slot *slot = NULL;
    while ((slot = ec_registry_next(slot)) != NULL) {
        ec_mutex_lock(&ec_life_lock);
        if (slot->creator == &ec_life_self) {
            slot->creator = NULL;
            slot->state = EMBED_STATE_FAILED;
            atomic_store(&slot->inst, NULL);
            (void)ec_fail(&slot->why, EMBED_E_INIT,
                          "its thread ended in the initialization code");
        }
        if (slot->reloader == &ec_life_self) {
            slot->reloader = NULL;
            atomic_store(&slot->pending, NULL);
        }
        (void)pthread_cond_broadcast(&slot->changed);
        ec_mutex_unlock(&ec_life_lock);
    }
}

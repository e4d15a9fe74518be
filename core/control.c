/* control.c - the functions of embed.h that act on one extension.
 *
 * SPDX-License-Identifier: MIT
 */
#include <errno.h>
#include <string.h>

#include "core/environment.h"
#include "core/life.h"
#include "core/lock.h"
#include "core/registry.h"
#include "core/report.h"
#include "core/sized.h"

#define NS_PER_MS            1000000u
#define INTERRUPT_TIMEOUT_MS 1000u

/* What a function is asked for besides the extension. */
typedef struct request {
    int number;
    const char *option, *value;
    embed_pending_fn *fn;
    void *arg;
    embed_statistics *out;
} request;

typedef embed_status action(ec_slot *slot, const request *r, ec_err *err);

/* Runs `act` for the extension `name`. */
static embed_status
with_named(const char *name, const request *r, action *act)
{
    int saved = errno;
    int cancel = ec_cancel_off();
    ec_err err = EC_ERR_INIT;
    ec_slot *slot = ec_registry_named(name, &err);
    if (slot != NULL) {
        (void)act(slot, r, &err);
    }
    embed_status status = ec_report_api(name == NULL ? "" : name, &err);
    ec_cancel_restore(cancel);
    errno = saved;
    return status;
}

static embed_status
start(ec_slot *slot, const request *unused, ec_err *err)
{
    (void)unused;
    return ec_life_ready(slot, err);
}

embed_status
embed_start(const char *name)
{
    return with_named(name, NULL, start);
}

static embed_status
retry(ec_slot *slot, const request *unused, ec_err *err)
{
    (void)unused;
    return ec_life_retry(slot, err);
}

embed_status
embed_retry(const char *name)
{
    return with_named(name, NULL, retry);
}

static void *
inst_of(ec_slot *slot)
{
    return atomic_load_explicit(&slot->inst, memory_order_acquire);
}

/* What was set is not in force if it has started. */
static embed_status
late_check(ec_slot *slot, ec_err *err)
{
    embed_info info = EMBED_INFO_INIT;
    ec_life_info(slot, &info);
    return info.state == EMBED_STATE_CREATING || info.state == EMBED_STATE_READY
               ? ec_fail(err, EMBED_E_STATE,
                         "it has started; this is for its next start")
               : EMBED_OK;
}

static embed_status
set_isolation(ec_slot *slot, const request *r, ec_err *err)
{
    int level = r->number;
    if (level < EMBED_ISOLATION_DEFAULT || level > EMBED_ISOLATION_SHARED) {
        return ec_fail(err, EMBED_E_INVALID, "%d is no embed_isolation", level);
    }
    /* First: a start under way may or may not see it, and is told of then. */
    atomic_store(&slot->asked, level);
    return late_check(slot, err);
}

embed_status
embed_set_isolation(const char *name, embed_isolation level)
{
    return with_named(name, &(request){.number = (int)level}, set_isolation);
}

static embed_status
set_required(ec_slot *slot, const request *r, ec_err *err)
{
    if (r->number < EMBED_REQUIRED_NONE || r->number > EMBED_REQUIRED_ALL) {
        return ec_fail(err, EMBED_E_INVALID, "%d is no embed_required",
                       r->number);
    }
    atomic_store(&slot->required, r->number);
    return EMBED_OK;
}

embed_status
embed_set_required(const char *name, embed_required required)
{
    return with_named(name, &(request){.number = (int)required}, set_required);
}

static embed_status
set_option(ec_slot *slot, const request *r, ec_err *err)
{
    embed_status status = ec_environment_ask(slot, r->option, r->value, err);
    return status == EMBED_OK ? late_check(slot, err) : status;
}

embed_status
embed_set_option(const char *name, const char *option, const char *value)
{
    return with_named(name, &(request){.option = option, .value = value},
                      set_option);
}

static embed_status
hold(ec_slot *slot, const request *unused, ec_err *err)
{
    (void)unused;
    embed_status status = ec_life_ready(slot, err);
    const ec_backend *b = ec_life_backend();
    void *inst = NULL;
    if (status != EMBED_OK || b->hold == NULL) {
        return status;
    }
    do { /* another one may have taken its place */
        ec_err_clear(err);
        inst = inst_of(slot);
        status = inst != NULL
                     ? b->hold(inst, err)
                     : ec_fail(err, EMBED_E_CLOSED, "the extension is closed");
    } while (status == EMBED_E_CLOSED && inst_of(slot) != inst);
    return status;
}

embed_status
embed_hold(const char *name)
{
    return with_named(name, NULL, hold);
}

static embed_status
release(ec_slot *slot, const request *unused, ec_err *err)
{
    (void)unused;
    const ec_backend *b = ec_life_backend();
    if (b == NULL) {
        return ec_fail(err, EMBED_E_STATE, "this thread holds nothing");
    }
    return b->unhold == NULL ? EMBED_OK : b->unhold(slot, err);
}

embed_status
embed_release(const char *name)
{
    return with_named(name, NULL, release);
}

static embed_status
unsupported(const ec_backend *b, ec_err *err)
{
    return ec_fail(err, EMBED_E_STATE,
                   "this Python (%s) cannot interrupt calls", b->name);
}

static embed_status
interrupt(ec_slot *slot, const request *unused, ec_err *err)
{
    (void)unused;
    const ec_backend *b = ec_life_backend();
    /* A reload has init code of its own. */
    void *insts[] = {inst_of(slot), atomic_load(&slot->pending)};
    embed_status status = EMBED_OK;
    if (b == NULL || (insts[0] == NULL && insts[1] == NULL)) {
        return EMBED_OK;
    }
    if (b->interrupt == NULL) {
        return unsupported(b, err);
    }
    uint64_t end = ec_now_ns() + (uint64_t)INTERRUPT_TIMEOUT_MS * NS_PER_MS;
    void *outer = b->detach();
    for (int i = 0; i < 2 && status == EMBED_OK; i++) {
        status = insts[i] == NULL ? EMBED_OK : b->interrupt(insts[i], end, err);
    }
    b->attach(outer);
    return status;
}

embed_status
embed_interrupt(const char *name)
{
    return with_named(name, NULL, interrupt);
}

static embed_status
call_pending(ec_slot *slot, const request *r, ec_err *err)
{
    const ec_backend *b = ec_life_backend();
    embed_info info = EMBED_INFO_INIT;
    if (r->fn == NULL) {
        return ec_fail(err, EMBED_E_INVALID, "fn is NULL");
    }
    if (b != NULL && b->call_pending == NULL) {
        return ec_fail(err, EMBED_E_STATE, "this Python (%s) has no such calls",
                       b->name);
    }
    ec_life_info(slot, &info);
    void *inst = inst_of(slot);
    return info.state != EMBED_STATE_READY || b == NULL || inst == NULL
               ? ec_fail(err, EMBED_E_STATE, "it is not running")
               : b->call_pending(inst, r->fn, r->arg, err);
}

embed_status
embed_call_pending(const char *name, embed_pending_fn *fn, void *arg)
{
    return with_named(name, &(request){.fn = fn, .arg = arg}, call_pending);
}

static embed_status
unload(ec_slot *slot, const request *r, ec_err *err)
{
    return ec_life_unload(slot, r->number, err);
}

embed_status
embed_unload(const char *name, int timeout_ms)
{
    return with_named(name, &(request){.number = timeout_ms}, unload);
}

static embed_status
reload(ec_slot *slot, const request *r, ec_err *err)
{
    return ec_life_reload(slot, r->number, err);
}

embed_status
embed_reload(const char *name, int timeout_ms)
{
    return with_named(name, &(request){.number = timeout_ms}, reload);
}

static embed_status
count(ec_slot *slot, const request *r, ec_err *err)
{
    (void)err;
    ec_life_count(slot, r->number != 0);
    return EMBED_OK;
}

embed_status
embed_count(const char *name, int on)
{
    return with_named(name, &(request){.number = on}, count);
}

static embed_status
stats(ec_slot *slot, const request *r, ec_err *err)
{
    const ec_backend *b = ec_life_backend();
    embed_statistics all = EMBED_STATISTICS_INIT;
    if (r->out == NULL || !ec_sized_is_set(r->out->size)) {
        return ec_fail(err, EMBED_E_INVALID,
                       "out is NULL or its size is not set");
    }
    if (b != NULL) {
        b->stats(slot, inst_of(slot), &all);
    }
    ec_sized_fill(r->out, r->out->size, &all, sizeof all);
    return EMBED_OK;
}

embed_status
embed_stats(const char *name, embed_statistics *out)
{
    return with_named(name, &(request){.out = out}, stats);
}

static uint64_t
limit_of(int timeout_ms)
{
    return timeout_ms <= 0 ? 0 : (uint64_t)timeout_ms * NS_PER_MS;
}

static embed_status
deadline(ec_slot *slot, const request *r, ec_err *err)
{
    const ec_backend *b = ec_life_backend();
    if (b != NULL && b->deadline == NULL) {
        return unsupported(b, err);
    }
    if (inst_of(slot) != NULL && slot->level == EMBED_ISOLATION_SHARED) {
        return ec_fail(err, EMBED_E_STATE, "it shares its interpreter");
    }
    atomic_store(&slot->deadline_ns, limit_of(r->number));
    void *inst = atomic_load(&slot->inst);
    b = ec_life_backend(); /* may have come meanwhile */
    if (b != NULL && b->deadline != NULL && inst != NULL) {
        b->deadline(inst);
    }
    return EMBED_OK;
}

embed_status
embed_set_deadline(const char *name, int timeout_ms)
{
    return with_named(name, &(request){.number = timeout_ms}, deadline);
}

embed_status
embed_set_thread_deadline(int timeout_ms, int *out_previous_ms)
{
    int saved = errno;
    int cancel = ec_cancel_off();
    ec_err err = EC_ERR_INIT;
    const ec_backend *b = NULL;
    if (ec_life_load(&b, &err) == EMBED_OK) {
        if (b->thread_deadline == NULL) {
            (void)unsupported(b, &err);
        } else {
            uint64_t was = b->thread_deadline(limit_of(timeout_ms));
            if (out_previous_ms != NULL) {
                *out_previous_ms = (int)(was / NS_PER_MS);
            }
        }
    }
    embed_status status = ec_report_api("", &err);
    ec_cancel_restore(cancel);
    errno = saved;
    return status;
}

/* call.c - the entry of every export of a READY extension.
 *
 * The hot path: every instruction here is paid for by each call.
 *
 * SPDX-License-Identifier: MIT
 */
#include "subinterp/cpython/call.h"

#include "core/ticks.h"
#include "subinterp/cpython/cancel.h"
#include "subinterp/cpython/deadline.h"
#include "subinterp/cpython/ext/attached.h"

const ec_core *es_core;

/* Makes `err` usable without clearing its text. */
static inline void
err_init(ec_err *err)
{
    err->status = EMBED_OK;
    err->text[0] = '\0';
    err->type = NULL;
    err->value = NULL;
    err->traceback = NULL;
}

/* The call could not be made: failure value, report.  Outside of Python. */
static __attribute__((noinline, cold)) void
call_failed(struct embed_externpy *fn, char *buffer, ec_err *err)
{
    es_core->fail(fn, buffer, err);
    ec_err_clear(err);
}

/* Python failed and has printed it; `buffer` holds the error value. */
static __attribute__((noinline, cold)) void
call_raised(struct embed_externpy *fn, ec_err *err)
{
    es_core->report(fn, err);
    ec_err_clear(err);
}

static __attribute__((noinline, cold)) void
call_unattached(struct embed_externpy *fn, char *buffer)
{
    ec_err err = EC_ERR_INIT;
    (void)ec_fail(&err, EMBED_E_UNATTACHED,
                  "no code was attached to it yet with @ffi.def_extern()");
    call_failed(fn, buffer, &err);
}

/* A thread of init code called while that failed: the instance went between
 * the look at the state and the call. */
static __attribute__((noinline, cold)) void
call_gone(struct embed_externpy *fn, char *buffer)
{
    ec_err err = EC_ERR_INIT;
    (void)ec_fail(&err, EMBED_E_INIT, "initialization code failed");
    call_failed(fn, buffer, &err);
}

/* Enters where something is special.  When the instance was closed because
 * another one has taken its place, that one is entered. */
static __attribute__((noinline)) bool
call_enter(struct embed_externpy *fn, es_inst **inst, es_entry *entry,
           bool *out_watched, ec_err *err)
{
    err_init(err);
    while (es_enter_slow(*inst, entry, err) != EMBED_OK) {
        es_inst *now =
            atomic_load_explicit(&ec_slot_of(fn)->inst, memory_order_acquire);
        if (err->status != EMBED_E_CLOSED || now == NULL || now == *inst) {
            return false;
        }
        ec_err_clear(err);
        *inst = now;
    }
    if (es_watch_begin(*inst, entry, out_watched, err) != EMBED_OK) {
        es_leave(entry);
        return false;
    }
    return true;
}

/* Leaves a call that has a deadline. */
static __attribute__((noinline)) void
call_leave_watched(const es_inst *inst, es_entry *entry)
{
    es_watch_end(entry->state);
    es_leave(entry);
    es_watch_settle(inst->interp);
}

/* --- counting -------------------------------------------------------------*/

/* A call that is counted; on its stack. */
typedef struct count {
    uint64_t before, entered; /* ticks */
} count;

static inline void
add(_Atomic uint64_t *to, uint64_t n)
{
    uint64_t now = atomic_load_explicit(to, memory_order_relaxed);
    atomic_store_explicit(to, now + n, memory_order_relaxed);
}

/* Before leaving.  Every call is timed: which of them are long is not known
 * before they end. */
static inline void
count_end(const count *c, es_counts *counts, embed_status status)
{
    add(&counts->calls, 1);
    if (ES_UNLIKELY(status != EMBED_OK)) {
        add(&counts->errors, 1);
    }
    add(&counts->call_ticks, ec_ticks_between(c->entered, ec_ticks_now()));
    add(&counts->wait_ticks, ec_ticks_between(c->before, c->entered));
}

/* --- the call -------------------------------------------------------------*/

/* The Python code behind an export; NULL: none is attached.  With the GIL. */
static inline es_attached *
attached_of(const es_inst *inst, const struct embed_externpy *fn)
{
    /* Null while the extension is being created and has not got that far. */
    const es_pyext *ext = inst->ext;
    return ES_UNLIKELY(ext == NULL) ? NULL : ext->attached[ec_export_index(fn)];
}

/* is_counted is a constant in both places. */
static inline __attribute__((always_inline)) void
call(struct embed_externpy *fn, char *buffer, bool is_counted)
{
    es_tls *tls = &es_tls_self;
    es_inst *inst =
        atomic_load_explicit(&ec_slot_of(fn)->inst, memory_order_acquire);
    if (ES_UNLIKELY(inst == NULL)) {
        call_gone(fn, buffer);
        return;
    }
    int caller_errno = errno;
    es_entry entry;
    ec_err err; /* set by what fails */
    count c;
    bool is_watched = false;
    if (is_counted) {
        c.before = ec_ticks_now();
    }
    if (ES_UNLIKELY(!es_enter_fast(inst, tls, &entry))) {
        if (!call_enter(fn, &inst, &entry, &is_watched, &err)) {
            if (is_counted) {
                atomic_fetch_add(&inst->counts.refused, 1);
            }
            errno = caller_errno;
            call_failed(fn, buffer, &err);
            return;
        }
    }
    if (is_counted) {
        c.entered = ec_ticks_now();
    }
    tls->py_errno = caller_errno;
    es_attached *attached = attached_of(inst, fn);
    if (ES_UNLIKELY(attached == NULL)) {
        if (is_counted) {
            count_end(&c, &inst->counts, EMBED_E_UNATTACHED);
        }
        if (is_watched) {
            call_leave_watched(inst, &entry);
        } else {
            es_leave(&entry);
        }
        errno = caller_errno;
        call_unattached(fn, buffer);
        return;
    }
    embed_status status = es_attached_call(attached, buffer, &err);
    if (is_counted) {
        count_end(&c, &inst->counts, status);
    }
    if (ES_UNLIKELY(is_watched)) {
        call_leave_watched(inst, &entry);
    } else {
        es_leave(&entry);
    }
    errno = tls->py_errno;
    if (ES_UNLIKELY(status != EMBED_OK)) {
        call_raised(fn, &err);
    }
}

/* For what is not held. */
static __attribute__((noinline)) void
call_free(struct embed_externpy *fn, char *buffer)
{
    int cancel = es_cancel_off(&es_tls_self);
    call(fn, buffer, false);
    es_cancel_restore(&es_tls_self, cancel);
}

/* A call of what this thread holds. */
static __attribute__((noinline)) void
call_held(struct embed_externpy *fn, char *buffer)
{
    es_tls *tls = &es_tls_self;
    if (ES_UNLIKELY(tls->held == NULL || !es_enter_held(tls->held, tls))) {
        call_free(fn, buffer);
        return;
    }
    int cancel = es_cancel_off(tls);
    int caller_errno = errno;
    es_state *state = tls->held_state;
    es_attached *attached = attached_of(tls->held, fn);
    embed_status status = EMBED_OK;
    ec_err err; /* set by what fails */
    tls->py_errno = caller_errno;
    if (ES_LIKELY(attached != NULL)) {
        status = es_attached_call(attached, buffer, &err);
    }
    es_count_out(state);
    if (ES_UNLIKELY(attached == NULL)) {
        errno = caller_errno;
        call_unattached(fn, buffer);
        es_cancel_restore(tls, cancel);
        return;
    }
    errno = tls->py_errno;
    if (ES_UNLIKELY(status != EMBED_OK)) {
        call_raised(fn, &err);
    }
    es_cancel_restore(tls, cancel);
}

/* Only chooses: neither pays for the other's frame. */
void
es_call(struct embed_externpy *fn, char *buffer)
{
    const es_inst *inst =
        atomic_load_explicit(&ec_slot_of(fn)->inst, memory_order_acquire);
    if (ES_UNLIKELY(es_tls_self.held == inst)) {
        call_held(fn, buffer);
    } else {
        call_free(fn, buffer);
    }
}

void
es_call_counted(struct embed_externpy *fn, char *buffer)
{
    int cancel = es_cancel_off(&es_tls_self);
    call(fn, buffer, true);
    es_cancel_restore(&es_tls_self, cancel);
}

/* life.h - extensions from their first call to their end.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CORE_LIFE_H
#define EMBED_CORE_LIFE_H

#include "core/backend.h"
#include "core/lock.h"
#include "core/slot.h"

/**
 * Makes an extension READY: picks and starts Python, creates the interpreter,
 * runs the init code on this thread.
 *
 * Returns:  EMBED_OK when a call may be made: it is READY, or this thread
 *           belongs to the creation that is under way (R6).
 *           EMBED_E_REENTRY on the service thread (R7); EMBED_E_CYCLE when
 *           waiting would never end (R6); EMBED_E_CLOSED; or what the creation
 *           failed with, now or earlier (R12).
 * Blocks:   while another thread creates it.  A GIL that this thread holds is
 *           given up meanwhile.
 */
embed_status ec_life_ready(ec_slot *slot, ec_err *err);

/** Forgets a failure or an unload (-> EMPTY), then as ec_life_ready(). */
embed_status ec_life_retry(ec_slot *slot, ec_err *err);

/**
 * Finds what PyInit_<name> returns; Python is started, that is, joined.
 *
 * Returns:  EMBED_OK; EMBED_E_PYTHON when this Python has no backend;
 *           EMBED_E_REENTRY, EMBED_E_NOMEM.
 * Threads:  a GIL is held; it is given up meanwhile.
 */
embed_status ec_life_module(ec_slot *slot, void **out, ec_err *err);

/** embed_unload(), embed_reload(). */
embed_status ec_life_unload(ec_slot *slot, int timeout_ms, ec_err *err);
embed_status ec_life_reload(ec_slot *slot, int timeout_ms, ec_err *err);

/** embed_shutdown(). */
embed_status ec_life_shutdown(int timeout_ms, ec_err *err);

/** Has the calls of an extension counted, or not any more. */
void ec_life_count(ec_slot *slot, bool on);

/** Fills `info` of one extension; info->size is what the caller knows. */
void ec_life_info(ec_slot *slot, embed_info *info);

/** The backend in use; NULL before the first extension was started. */
const ec_backend *ec_life_backend(void);

/** An extension takes the place of a function of the C library: from now on
 *  READY extensions refuse what ec_life_is_refused() speaks of. */
void ec_life_guard(void);

/** Where calls of a READY extension go. */
embed_call_fn *ec_life_entry(const ec_backend *b, bool is_counted);

/** Does a call come out of libembed, or is it Python's own call of a function
 *  that an export has taken the place of? */
bool ec_life_is_refused(const struct embed_externpy *fn);

/** The backend, loaded when it is not yet. */
embed_status ec_life_load(const ec_backend **out, ec_err *err);

/** Shuts all entries at once.  Used at process exit and when Python's owner ends
 *  it.  Returns how many instances are to be ended for it. */
size_t ec_life_close(void);

/** Takes up to `cap` of those instances that nobody has taken yet; returns how
 *  many. */
size_t ec_life_closed(void **out, size_t cap);

/** fork: lets a start of Python that is under way finish, for a bounded time.
 *  Returns the backend when Python runs; else NULL, and none is loaded or
 *  started until parent or child is done. */
const ec_backend *ec_life_fork_begin(void) EC_UNCHECKED;

/** fork: takes the lock in prepare, releases it in parent and child.
 *  @param b  what ec_life_fork_begin() returned */
void ec_life_fork_prepare(void) EC_UNCHECKED;
void ec_life_fork_parent(const ec_backend *b) EC_UNCHECKED;
void ec_life_fork_child(const ec_backend *b) EC_UNCHECKED;

#endif /* EMBED_CORE_LIFE_H */

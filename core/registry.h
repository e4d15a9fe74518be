/* registry.h - all extensions of the process.
 *
 * Threads: any.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CORE_REGISTRY_H
#define EMBED_CORE_REGISTRY_H

#include "core/lock.h"
#include "core/slot.h"

/** Adds an extension.  Returns NULL when out of memory. */
ec_slot *ec_registry_add(struct embed_plugin *plugin);

/** Finds by name; the one registered first if several share it; NULL when
 *  there is none. */
ec_slot *ec_registry_find(const char *name);

/** As ec_registry_find(), for a name that a host gave: NULL with EMBED_E_INVALID
 *  or EMBED_E_NAME. */
ec_slot *ec_registry_named(const char *name, ec_err *err);

/** Writes up to `cap` slots, in the order of registration, to out[cap].
 *  Returns how many there are. */
size_t ec_registry_all(ec_slot **out, size_t cap);

/** Returns the slot that was registered after `slot`, the first one for NULL;
 *  NULL at the end.  Takes no memory: slots stay for ever. */
ec_slot *ec_registry_next(const ec_slot *slot);

/** Returns all slots as an array the caller frees, and their number; NULL
 *  when there are none or memory is out. */
ec_slot **ec_registry_snapshot(size_t *out_n);

/** Calls `fn` for each extension; the registry is locked meanwhile.  Allocates
 *  no memory. */
void ec_registry_walk(void (*fn)(ec_slot *slot, void *arg), void *arg);

/** fork: takes the lock in prepare, releases it in parent and child. */
void ec_registry_fork_prepare(void) EC_UNCHECKED;
void ec_registry_fork_parent(void) EC_UNCHECKED;
void ec_registry_fork_child(void) EC_UNCHECKED;

#endif /* EMBED_CORE_REGISTRY_H */

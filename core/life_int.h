/* life_int.h - what life.c and reload.c share.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef EMBED_CORE_LIFE_INT_H
#define EMBED_CORE_LIFE_INT_H

#include "core/backend.h"
#include "core/life.h"

/* What the creation of extensions needs to know of a thread: what it waits
 * for, not for whom, as that changes before the thread wakes. */
struct ec_thread {
    long tid; /* guarded by: ec_life_lock; the kernel's number, of a creator */
    const ec_slot
        *waits_slot;  /* guarded by: ec_life_lock; to be created, or NULL */
    bool waits_token; /* guarded by: ec_life_lock */
};

/** Guards the states of Python and of all extensions. */
extern ec_mutex ec_life_lock;
extern bool ec_life_closing; /* guarded by: ec_life_lock; no more starts */
extern __thread struct ec_thread ec_life_self;

/** Has the end of this thread looked at: it is in the middle of something. */
void ec_life_self_watch(void);

/** Gives up what this thread was making when it ended. */
void ec_life_lose_creations(void);

/** Creates and initialises an instance, which `where` holds meanwhile; on
 *  failure nothing of it stays reachable.
 *  @param old  the instance that it is to replace; NULL: none */
embed_status ec_life_create(ec_slot *slot, const ec_backend *b,
                            _Atomic(void *) *where, void *old, ec_err *err);

/** Takes one extension out of service, when its creation is over.
 *  @param out_inst  what is to be ended; NULL: nothing */
embed_status ec_life_slot_close(ec_slot *slot, uint64_t deadline_ns,
                                void **out_inst, ec_err *err);

#endif /* EMBED_CORE_LIFE_INT_H */
